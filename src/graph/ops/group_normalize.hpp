// Normalisation inside a sample, over groups of its axes: layer, group, RMS and unit normalisation.
#pragma once

#include "wavetrain/op.hpp"

namespace wavetrain::ops {

enum class GroupNorm {
  moments,   // (x - mean) / sqrt(variance + epsilon)
  variance,  // x / sqrt(variance + epsilon)
  rms,       // x / sqrt(mean of x² + epsilon)
  unit,      // x / sqrt(max(sum of x², epsilon))
};

struct GroupNormalize final : OpMath<GroupNormalize> {
  GroupNorm kind = GroupNorm::moments;
  double epsilon = 1e-3;
  std::uint32_t reduced = 0;     // 1 << axis: statistics go over these, the batch (axis 0) never among them
  std::uint32_t parameters = 0;  // the axes along which gamma and beta differ; they lie there in ascending order

  // Inputs: x, gamma (optional), beta (optional).
  std::string_view name() const override { return "group_normalize"; }
  Shape infer(std::span<const Shape> inputs) const override { return inputs[0]; }
  double cost(std::span<const Shape>, const Shape& output) const override {
    return 8.0 * static_cast<double>(output.size());
  }
  bool backward_reads_input(int input) const override { return input < 2; }
  bool backward_reads_output() const override { return false; }
  // Mean and 1 / deviation of every group.
  Index saved_size(std::span<const Shape> inputs, const Shape& output) const override;

  template <class T>
  void run_forward(const OpCall<T>& call) const;
  template <class T>
  void run_backward(const OpCall<T>& call) const;
};

}  // namespace wavetrain::ops
