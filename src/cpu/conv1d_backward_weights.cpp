#include "cpu/conv1d.hpp"
#include "cpu/conv1d_windows.hpp"
#include "cpu/depthwise.hpp"
#include "cpu/sample_blocks.hpp"

namespace wavetrain::cpu {
namespace {

// Taps of one depthwise task.
constexpr Index kDepthwiseTaps = 8;

// The product for one group, over `rows` rows that begin at `a` and `b`.
GemmTn group_product(const Conv1DShape& s, Index group, Index rows, const float* a, const float* b, float* dw) {
  const Index C = s.C / s.groups, F = s.F / s.groups;
  return {.samples = 1,
          .rows = rows,
          .N = F,
          .a = {a + group * C, s.stride * s.C, C, s.K, s.dilation * s.C},
          .a_sample_stride = s.T * s.C,
          .b = b + group * F,
          .ldb = s.F,
          .b_sample_stride = s.output_length() * s.F,
          .w = dw + group * F,
          .ldw = s.F};
}

// How the work is cut; the tiles of all groups come first, then one task for the bias.
struct Cut {
  Index group_tiles, tiles, blocks;
  bool direct;  // without partial sums

  Cut(const Conv1DShape& s, const SampleBlocks& sample_blocks) {
    const bool depthwise = s.depthwise();
    group_tiles =
        depthwise ? ceil_divide(s.K, kDepthwiseTaps) : gemm_tn_tiles(group_product(s, 0, 0, nullptr, nullptr, nullptr));
    tiles = depthwise ? group_tiles : group_tiles * s.groups;
    blocks = sample_blocks.count();
    direct = sample_blocks.only_one();
  }
  Index tasks() const { return tiles + 1; }
};

// Tiles [begin, end) of dw over samples [first, last).
void run_tiles(const Conv1DShape& s, const Conv1DGradient& g, Index first, Index last, Index group_tiles, Index begin,
               Index end, float* dw, bool accumulate, float* scratch) {
  const Index output_length = s.output_length();
  const auto each_group = [&](const auto& run) {
    for (Index group = begin / group_tiles; group * group_tiles < end; ++group) {
      run(group, std::max(begin - group * group_tiles, Index{0}), std::min(end - group * group_tiles, group_tiles));
    }
  };
  if (s.depthwise()) {
    const Index from = begin * kDepthwiseTaps, to = std::min(end * kDepthwiseTaps, s.K);
    if (!accumulate) std::fill_n(dw + from * s.F, (to - from) * s.F, 0.0f);
    const Windows w{.rows = s.T,
                    .width = s.C,
                    .first = -s.pad_left,
                    .step = s.stride,
                    .taps = s.K,
                    .tap_step = s.dilation,
                    .repeat = s.F / s.C};
    for (Index i = first; i < last; ++i) {
      for_each_window_range(w, 0, output_length, g.x + i * s.T * s.C, scratch, [&](Index o, Index p, const float* a) {
        depthwise_tn(p - o, s.F, a, s.stride * s.F, s.dilation * s.F, g.dy + (i * output_length + o) * s.F, dw, from,
                     to, true);
      });
    }
    return;
  }
  if (s.pad_left == 0 && s.pad_right == 0) {
    each_group([&](Index group, Index from, Index to) {
      GemmTn product =
          group_product(s, group, output_length, g.x + first * s.T * s.C, g.dy + first * output_length * s.F, dw);
      product.samples = last - first;
      product.accumulate = accumulate;
      gemm_tn(product, from, to);
    });
    return;
  }
  if (!accumulate) {  // an empty product writes zeros
    each_group(
        [&](Index group, Index from, Index to) { gemm_tn(group_product(s, group, 0, g.x, g.dy, dw), from, to); });
  }
  const Windows w{
      .rows = s.T, .width = s.C, .first = -s.pad_left, .step = s.stride, .taps = s.K, .tap_step = s.dilation};
  for (Index i = first; i < last; ++i) {
    for_each_window_range(w, 0, output_length, g.x + i * s.T * s.C, scratch, [&](Index o, Index p, const float* a) {
      each_group([&](Index group, Index from, Index to) {
        GemmTn product = group_product(s, group, p - o, a, g.dy + (i * output_length + o) * s.F, dw);
        product.accumulate = true;
        gemm_tn(product, from, to);
      });
    });
  }
}

// Tasks [begin, end) of a block, over its samples [first, last).
void run_tasks(const Conv1DShape& s, const Conv1DGradient& g, const Cut& cut, Index block, Index first, Index last,
               Index begin, Index end, bool accumulate, float* scratch) {
  float* const dw = cut.direct ? g.dw : g.partial + block * s.weights();
  float* const db = cut.direct ? g.db : g.partial + cut.blocks * s.weights() + block * s.F;
  const Index last_tile = std::min(end, cut.tiles), output_length = s.output_length();
  if (begin < last_tile) run_tiles(s, g, first, last, cut.group_tiles, begin, last_tile, dw, accumulate, scratch);
  if (end > cut.tiles && g.db != nullptr) {
    column_sums(last - first, output_length, s.F, g.dy + first * output_length * s.F, s.F, output_length * s.F, db,
                accumulate);
  }
}

}  // namespace

Index conv1d_gradient_tasks(const Conv1DShape& s, const SampleBlocks& blocks) {
  const Cut cut(s, blocks);
  return cut.blocks * cut.tasks();
}

Index conv1d_gradient_partial_floats(const Conv1DShape& s, Index samples, bool in_pieces) {
  return SampleBlocks::partial_floats(samples, s.weights() + s.F, in_pieces);
}

Index conv1d_gradient_scratch_floats(const Conv1DShape& s) {
  return window_scratch_floats({.rows = s.T,
                                .width = s.C,
                                .first = -s.pad_left,
                                .step = s.stride,
                                .taps = s.K,
                                .tap_step = s.dilation,
                                .repeat = s.depthwise() ? s.F / s.C : 1},
                               0, s.output_length());
}

void conv1d_backward_weights(const Conv1DShape& s, const Conv1DGradient& g, const SampleBlocks& blocks, Index begin,
                             Index end, float* scratch) {
  const Cut cut(s, blocks);
  while (begin < end) {
    const Index block = begin / cut.tasks(), from = begin % cut.tasks();
    const Index to = std::min(cut.tasks(), from + end - begin);
    begin += to - from;
    run_tasks(s, g, cut, block, blocks.first(block), blocks.last(block), from, to, cut.direct && g.accumulate, scratch);
  }
}

void conv1d_backward_weights_of(const Conv1DShape& s, const Conv1DGradient& g, const SampleBlocks& blocks, Index first,
                                Index last, float* scratch) {
  const Cut cut(s, blocks);
  const Index block = blocks.of(first);
  const bool accumulate = first > blocks.first(block) || (cut.direct && g.accumulate);
  run_tasks(s, g, cut, block, first, last, 0, cut.tasks(), accumulate, scratch);
}

Index conv1d_finish_tasks(const Conv1DShape& s, const SampleBlocks& blocks) {
  return blocks.only_one() ? 0 : ceil_divide(s.weights(), kFinishedValues) + 1;
}

void conv1d_finish_gradient(const Conv1DShape& s, const Conv1DGradient& g, const SampleBlocks& blocks, Index begin,
                            Index end) {
  if (blocks.only_one()) return;
  const Index all = s.weights();
  for (Index task = begin; task < end; ++task) {
    const Index from = task * kFinishedValues, count = std::min(kFinishedValues, all - from);
    if (count > 0) add_in_order(blocks.count(), count, g.partial + from, all, g.dw + from, g.accumulate);
    else if (g.db != nullptr)
      add_in_order(blocks.count(), s.F, g.partial + blocks.count() * all, s.F, g.db, g.accumulate);
  }
}

}  // namespace wavetrain::cpu
