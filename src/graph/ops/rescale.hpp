// y = x · scale + offset, and y = (x - mean) / deviation with its inverse: numbers that are shared along some axes.
#pragma once

#include <vector>

#include "wavetrain/op.hpp"

namespace wavetrain::ops {

// Constants, kept in both precisions.
struct Constants {
  std::vector<double> in_double{};
  std::vector<float> in_float{};

  Constants() = default;
  explicit Constants(std::vector<double> values);
  template <class T>
  const T* as() const;
};

struct Rescale final : OpMath<Rescale> {
  Shape over;  // of the input's rank, the batch first: 1 where the numbers are shared
  Constants scale, offset;

  std::string_view name() const override { return "rescale"; }
  Shape infer(std::span<const Shape> inputs) const override;
  double cost(std::span<const Shape>, const Shape& output) const override {
    return 2.0 * static_cast<double>(output.size());
  }
  bool backward_reads_input(int) const override { return false; }
  bool backward_reads_output() const override { return false; }

  template <class T>
  void run_forward(const OpCall<T>& call) const;
  template <class T>
  void run_backward(const OpCall<T>& call) const;
};

// y = (x - mean) / max(sqrt(variance), 1e-7), or x · max(sqrt(variance), 1e-7) + mean.
struct Standardize final : OpMath<Standardize> {
  Shape over;
  bool invert = false;
  Constants mean, variance;  // when they are no inputs

  // Inputs: x, mean, variance; the latter are not trained, or left out.
  std::string_view name() const override { return "standardize"; }
  Shape infer(std::span<const Shape> inputs) const override;
  bool backward_reads_input(int input) const override { return input == 2; }
  bool backward_reads_output() const override { return false; }

  template <class T>
  void run_forward(const OpCall<T>& call) const;
  template <class T>
  void run_backward(const OpCall<T>& call) const;
};

}  // namespace wavetrain::ops
