// The loop over time, backward, and the large products after it.
#include <algorithm>
#include <array>

#include "cpu/gemm.hpp"
#include "cpu/recurrent_layout.hpp"
#include "cpu/sample_blocks.hpp"

namespace wavetrain::cpu {
namespace {

// Packed for the backward pass: U^T, one (u, u) matrix per gate or with taps of neighbouring gates, then W^T. The fused
// way needs one product per step for LSTM; for GRU two, as the candidate's gradient is in another slot.
Index neighbouring_gates(const Recurrence& r) {
  return !recurrent_is_fused(r) ? 1 : r.cell == Cell::gru ? 2 : r.gates();
}

// Rows of a product from which on the main tile of gemm is used well.
constexpr Index kRowsThatPay = 12;

// Rows of input gradients: one product for all gates, or one per gate when each has its own mask.
Index gates_per_product(const Recurrence& r) { return r.input_masks > 1 ? 1 : r.gates(); }

// (gates·u, N) transposed from columns [gate·u, (gate + gates)·u) of `weights` (N, G·u).
void pack_transposed(const Recurrence& r, const float* weights, Index N, Index gate, Index gates, float* packed) {
  pack_b(PackSource{.b = weights + gate * r.units,
                    .taps = gates,
                    .width = r.units,
                    .N = N,
                    .tap_stride = r.units,
                    .k_stride = 1,
                    .n_stride = r.gates() * r.units},
         packed);
}

// Rows of dx from rows of gates' gradients: `count` of them, of one step of neighbouring samples or of one sample. The
// chains of both are the same.
struct InputGradient {
  const float* rows;
  Index row_stride;
  Index count;
  float* dx;
  Index dx_stride;
  Index first_sample;
  bool one_sample;
};

void input_gradient(const RecurrentCall& call, const InputGradient& d, float* product) {
  const Recurrence& r = call.r;
  const Index u = r.units, C = r.C, gates = gates_per_product(r);
  const float* const packed = call.packed + r.gates() * packed_floats(u, u);
  for (Index g = 0; g < r.gates(); g += gates) {
    const bool first = g == 0;
    gemm({.M = d.count,
          .N = C,
          .a = {d.rows + g * call.layout.padded, d.row_stride, u, gates, call.layout.padded},
          .b = packed + g * packed_floats(u, C),
          .packed = true,
          .c = first ? d.dx : product,
          .ldc = first ? d.dx_stride : C});
    if (r.input_masks == 0) continue;
    for (Index i = 0; i < d.count; ++i) {
      const Index sample = d.one_sample ? d.first_sample : d.first_sample + i;
      const float* const mask = call.in.input_dropout + (g * r.B + sample) * C;
      float* const dx = d.dx + i * d.dx_stride;
      for (Index c = 0; c < C; ++c) dx[c] = first ? dx[c] * mask[c] : dx[c] + product[i * C + c] * mask[c];
    }
  }
}

void start_gradient(float* to, const float* from, const RecurrentCall& call) {
  const Index u = call.r.units, padded = call.layout.padded;
  for (Index i = 0; i < call.samples(); ++i) {
    const Index given = from == nullptr ? 0 : u;
    if (given > 0) std::copy_n(from + (call.begin + i) * u, u, to + i * padded);
    std::fill(to + i * padded + given, to + (i + 1) * padded, 0.0f);
  }
}

void store_gradient(float* to, const float* from, const RecurrentCall& call) {
  if (to == nullptr) return;
  for (Index i = 0; i < call.samples(); ++i)
    std::copy_n(from + i * call.layout.padded, call.r.units, to + (call.begin + i) * call.r.units);
}

}  // namespace

Index recurrent_backward_packed_floats(const Recurrence& r) {
  return r.gates() * (packed_floats(r.units, r.units) + packed_floats(r.units, r.C));
}

void recurrent_backward_pack(const Recurrence& r, const RecurrentWeights<float>& weights, float* packed) {
  const Index u = r.units, G = r.gates();
  for (Index g = 0, gates; g < G; g += gates) {
    gates = std::min(neighbouring_gates(r), G - g);
    pack_transposed(r, weights.recurrent_kernel, u, g, gates, packed + g * packed_floats(u, u));
  }
  packed += G * packed_floats(u, u);
  for (Index g = 0; g < G; g += gates_per_product(r))
    pack_transposed(r, weights.kernel, r.C, g, gates_per_product(r), packed + g * packed_floats(u, r.C));
}

void recurrent_backward(const Recurrence& r, const float* packed, const RecurrentInputs<float>& in,
                        const RecurrentOutputGradients<float>& dout, const RecurrentInputGradients<float>& din,
                        float* saved, float* scratch, Index begin, Index end) {
  if (begin == end) return;
  const RecurrentLayout layout(r);
  const RecurrentCall call{r, layout, packed, in, begin, end};
  const Index u = r.units, samples = end - begin, state = samples * layout.padded;
  const Index sample_stride = (r.T + 1) * layout.row;
  float* const rows = saved + begin * sample_stride;
  RecurrentBackStep step{};
  step.sample_stride = sample_stride;
  step.dh = scratch;
  step.dc = step.dh + state;
  step.repeated_dy = step.dc + state;
  step.product = step.repeated_dy + state;
  step.dgates = step.product + state;
  float* const dx_product = step.dgates + 4 * layout.padded;
  step.dy_stride = (r.return_sequences ? r.T : 1) * u;
  start_gradient(step.dh, dout.dh_last, call);
  start_gradient(step.dc, r.cell == Cell::lstm ? dout.dc_last : nullptr, call);
  start_gradient(step.repeated_dy, nullptr, call);

  // With enough samples dx is computed step by step, while the gradients are in the cache; with few, one sample at a
  // time afterwards, since a product of few rows is slow.
  const bool dx_by_step = samples >= kRowsThatPay || samples >= r.T;
  const Index gates = neighbouring_gates(r);
  for (Index s = r.T - 1; s >= 0; --s) {
    step.row = rows + s * layout.row;
    step.mask = call.mask(s);
    const bool has_dy = dout.dy != nullptr && (r.return_sequences || s == r.T - 1);
    step.dy = has_dy ? dout.dy + begin * step.dy_stride + (r.return_sequences ? s * u : 0) : nullptr;
    if (layout.fused) recurrent_fused_gates_backward(call, step);
    else recurrent_general_step_backward(call, step);
    if (din.dx != nullptr && dx_by_step)
      input_gradient(
          call,
          {step.row, sample_stride, samples, din.dx + (begin * r.T + call.time(s)) * r.C, r.T * r.C, begin, false},
          dx_product);
    if (!layout.fused || (s == 0 && din.dh0 == nullptr)) continue;  // nobody wants the state before the first step
    Gemm product{.M = samples,
                 .N = u,
                 .a = {step.row, sample_stride, u, gates, layout.padded},
                 .b = packed,
                 .packed = true,
                 .c = step.dh,
                 .ldc = layout.padded,
                 .accumulate = true};
    gemm(product);
    if (r.cell == Cell::gru) {
      product.a = {step.row + RecurrentLayout::kInner * layout.padded, sample_stride, u};
      product.b = packed + gates * packed_floats(u, u);
      gemm(product);
    }
  }
  store_gradient(din.dh0, step.dh, call);
  if (r.cell == Cell::lstm) store_gradient(din.dc0, step.dc, call);
  if (din.dx == nullptr || dx_by_step) return;
  for (Index b = begin; b < end; ++b) {
    // Rows are in processing order, dx is in that of time.
    float* const first = din.dx + (b * r.T + call.time(0)) * r.C;
    input_gradient(call, {saved + b * sample_stride, layout.row, r.T, first, r.go_backwards ? -r.C : r.C, b, true},
                   dx_product);
  }
}

namespace {

// The weight gradients as a list of products and sums, with their tiles in a row.
class WeightJobs {
 public:
  WeightJobs(const Recurrence& r, const RecurrentInputs<float>& in, const float* saved,
             const RecurrentWeightGradients<float>& d, bool accumulate)
      : r_(r), layout_(r), saved_(saved), accumulate_(accumulate) {
    const Index u = r.units, G = r.gates();
    const bool two = r.has_two_biases();
    const bool merge = layout_.padded == u;  // neighbouring gates' gradients have no gap between them
    if (d.dkernel != nullptr) {
      const Index step = merge && r.input_masks <= 1 ? G : 1;
      for (Index g = 0; g < G; g += step) {
        const float* const x = recurrent_gate_input(r, layout_, in.x, saved, g);
        add_product({at(x, r.go_backwards ? (r.T - 1) * r.C : 0), r.go_backwards ? -r.C : r.C, r.C, 1, 0}, r.T * r.C, g,
                    step * u, d.dkernel + g * u);
      }
    }
    if (d.drecurrent_kernel != nullptr) {
      const Index joined = merge && r.recurrent_masks == 0 ? (r.cell == Cell::gru ? 2 : G) : 1;
      for (Index g = 0, step; g < G; g += step) {
        step = std::min(joined, G - g);
        const bool candidate = r.cell == Cell::gru && g == 2;
        const Index state = candidate && !r.reset_after ? RecurrentLayout::kInner
                            : r.recurrent_masks > 0     ? layout_.masked_h + g
                                                        : layout_.h;
        add_product({at(saved, state * layout_.padded), layout_.row, u, 1, 0}, (r.T + 1) * layout_.row,
                    candidate && two ? RecurrentLayout::kInner : g, step * u, d.drecurrent_kernel + g * u);
      }
    }
    if (d.dbias != nullptr) {
      for (Index g = 0; g < G; ++g) add_sum(g, d.dbias + g * u);
      for (Index g = 0; two && g < G; ++g) add_sum(g == 2 ? RecurrentLayout::kInner : g, d.dbias + (G + g) * u);
    }
  }

  Index tiles() const { return tiles_; }

  // Some samples at a time: their rows are in the cache for all jobs. The chains go on from block to block.
  void run(Index first_sample, Index last_sample, Index begin, Index end) const {
    constexpr Index kSteps = 64;
    const Index block = r_.T >= kSteps ? 1 : kSteps / std::max<Index>(r_.T, 1);
    Index sample = first_sample;
    do {  // once without samples, to write zeros
      const Index samples = std::min(block, last_sample - sample);
      for (Index i = 0; i < count_; ++i) {
        const Job& job = jobs_[static_cast<std::size_t>(i)];
        const Index first = std::max(begin, job.begin), last = std::min(end, job.begin + job.tiles);
        if (first >= last) continue;
        GemmTn g = job.product;
        g.samples = samples;
        g.a.data = at(g.a.data, sample * g.a_sample_stride);
        g.b += sample * g.b_sample_stride;
        g.accumulate = accumulate_ || sample > first_sample;
        if (job.is_sum) column_sums(samples, r_.T, r_.units, g.b, g.ldb, g.b_sample_stride, g.w, g.accumulate);
        else gemm_tn(g, first - job.begin, last - job.begin);
      }
      sample += block;
    } while (sample < last_sample);
  }

 private:
  struct Job {
    GemmTn product;
    bool is_sum = false;
    Index begin = 0, tiles = 0;
  };

  // Counting tiles needs no arrays.
  static const float* at(const float* array, Index offset) { return array == nullptr ? nullptr : array + offset; }

  void add_product(const Rows& a, Index a_sample_stride, Index slot, Index N, float* w) {
    Job job;
    job.product = {.samples = r_.B,
                   .rows = r_.T,
                   .N = N,
                   .a = a,
                   .a_sample_stride = a_sample_stride,
                   .b = at(saved_, slot * layout_.padded),
                   .ldb = layout_.row,
                   .b_sample_stride = (r_.T + 1) * layout_.row,
                   .w = w,
                   .ldw = r_.gates() * r_.units};
    add(job, gemm_tn_tiles(job.product));
  }
  void add_sum(Index slot, float* sums) {
    Job job;
    job.is_sum = true;
    job.product.b = at(saved_, slot * layout_.padded);
    job.product.ldb = layout_.row;
    job.product.b_sample_stride = (r_.T + 1) * layout_.row;
    job.product.w = sums;
    add(job, 1);
  }
  void add(Job& job, Index tiles) {
    job.begin = tiles_;
    job.tiles = tiles;
    tiles_ += tiles;
    jobs_[static_cast<std::size_t>(count_++)] = job;
  }

  const Recurrence& r_;
  RecurrentLayout layout_;
  const float* saved_;
  bool accumulate_;
  std::array<Job, 14> jobs_;  // W and U per gate (4 + 4), biases (6)
  Index count_ = 0, tiles_ = 0;
};

}  // namespace

namespace {

// Where the blocks' sums of the three gradients lie: kernel, recurrent kernel, bias, each for all blocks.
struct Partials {
  Index kernel, recurrent_kernel, bias;  // floats of a block
  Index blocks;

  explicit Partials(const Recurrence& r)
      : kernel(r.C * r.gates() * r.units),
        recurrent_kernel(r.units * r.gates() * r.units),
        bias(r.bias_size()),
        blocks(SampleBlocks(r.B).count()) {}

  RecurrentWeightGradients<float> of(Index block, const RecurrentWeightWork& work) const {
    if (blocks == 1) return work.d;
    float* const first = work.partial;
    float* const second = first + blocks * kernel;
    float* const third = second + blocks * recurrent_kernel;
    return {.dkernel = work.d.dkernel == nullptr ? nullptr : first + block * kernel,
            .drecurrent_kernel = work.d.drecurrent_kernel == nullptr ? nullptr : second + block * recurrent_kernel,
            .dbias = work.d.dbias == nullptr ? nullptr : third + block * bias};
  }
};

Index finish_tasks(Index values) { return (values + kFinishedValues - 1) / kFinishedValues; }

}  // namespace

Index recurrent_weight_partial_floats(const Recurrence& r) {
  const Partials p(r);
  return SampleBlocks::partial_floats(r.B, p.kernel + p.recurrent_kernel + p.bias);
}

Index recurrent_weight_tasks(const Recurrence& r, const RecurrentWeightWork& work) {
  return Partials(r).blocks * WeightJobs(r, {}, nullptr, work.d, false).tiles();
}

void recurrent_backward_weights(const Recurrence& r, const RecurrentWeightWork& work, Index begin, Index end) {
  const Partials partials(r);
  const SampleBlocks blocks(r.B);
  const Index tiles = WeightJobs(r, {}, nullptr, work.d, false).tiles();
  while (begin < end) {
    const Index block = begin / tiles, from = begin % tiles, to = std::min(tiles, from + end - begin);
    begin += to - from;
    WeightJobs(r, work.in, work.saved, partials.of(block, work), partials.blocks == 1 && work.accumulate)
        .run(blocks.first(block), blocks.last(block), from, to);
  }
}

Index recurrent_finish_tasks(const Recurrence& r) {
  const Partials p(r);
  return p.blocks == 1 ? 0 : finish_tasks(p.kernel) + finish_tasks(p.recurrent_kernel) + finish_tasks(p.bias);
}

void recurrent_finish_weights(const Recurrence& r, const RecurrentWeightWork& work, Index begin, Index end) {
  const Partials p(r);
  if (p.blocks == 1) return;
  const RecurrentWeightGradients<float> parts = p.of(0, work);
  Index first = 0;  // task of this gradient
  const auto add = [&](Index values, const float* part, float* sum) {
    const Index tasks = finish_tasks(values);
    for (Index task = std::max(begin, first); sum != nullptr && task < std::min(end, first + tasks); ++task) {
      const Index from = (task - first) * kFinishedValues;
      add_in_order(p.blocks, std::min(kFinishedValues, values - from), part + from, values, sum + from,
                   work.accumulate);
    }
    first += tasks;
  };
  add(p.kernel, parts.dkernel, work.d.dkernel);
  add(p.recurrent_kernel, parts.drecurrent_kernel, work.d.drecurrent_kernel);
  add(p.bias, parts.dbias, work.d.dbias);
}

}  // namespace wavetrain::cpu
