#include "graph/ops/embed.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "cpu/kernels/kernels.hpp"
#include "wavetrain/error.hpp"

namespace wavetrain::cpu {
namespace {

// Rows of the table that one task of the gradient takes; each task reads all numbers.
constexpr Index kRows = 256;

struct EmbedKernel {
  std::string layer;
  Index rows, D;
  ValueId x_value;
  SlotId x, table, y, dx, dtable, dy;

  // Numbers outside the table are refused before any sample is worked on, on the calling thread.
  void check(const Run& run) const {
    const float* const numbers = run.slot[x];
    const Index count = run.shape[x_value].size();
    for (Index i = 0; i < count; ++i) {
      if (ops::Embed::row(numbers[i], rows) >= 0) continue;
      throw ValueError(
          fmt::format("Embedding (layer '{}'): expected numbers in [0, {}). Received: {} at position {} of the "
                      "batch",
                      layer, rows, numbers[i], i));
    }
  }
  void forward(const Run& run, Index first, Index last, int) const {
    const Index numbers = run.shape[x_value].size_from(1);
    for (Index i = first * numbers; i < last * numbers; ++i) {
      std::copy_n(run.slot[table] + ops::Embed::row(run.slot[x][i], rows) * D, D, run.slot[y] + i * D);
    }
  }
  Index tasks(const Run&) const { return (rows + kRows - 1) / kRows; }
  void backward(const Run& run, Index begin, Index end, int) const {
    ops::Embed::gather_gradient<float>(run.shape[x_value].size(), D, rows, run.slot[x], run.slot[dy], run.slot[dtable],
                                       begin * kRows, std::min(end * kRows, rows));
  }
  void no_gradient(const Run& run) const { std::fill_n(run.slot[dx], run.shape[x_value].size(), 0.0f); }
};

}  // namespace

bool compile_embed(KernelBuilder& b) {
  if (dynamic_cast<const ops::Embed*>(&b.op()) == nullptr) return false;
  const Shape& table = b.input_shape(1);
  const EmbedKernel& kernel =
      b.own(EmbedKernel{b.node().layer, table[0], table[1], b.input_value(0), b.input(0), b.input(1), b.output(),
                        b.input_grad(0), b.input_grad(1), b.output_grad()});
  b.forward_once<&EmbedKernel::check>(kernel);
  b.forward_samples<&EmbedKernel::forward>(kernel);
  if (!b.training()) return true;
  if (b.wants_grad(1)) {
    b.backward_reads_input(0);
    b.backward_tasks<&EmbedKernel::backward, &EmbedKernel::tasks>(kernel);
  }
  if (b.wants_grad(0)) b.backward_once<&EmbedKernel::no_gradient>(kernel);
  return true;
}

}  // namespace wavetrain::cpu
