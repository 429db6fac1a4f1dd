// Numbers to categories and categories to indicators. Neither has a gradient.
#pragma once

#include <memory>
#include <vector>

#include "wavetrain/op.hpp"

namespace wavetrain::ops {

// y = how many boundaries are at or below x (np.digitize); NaN lies above all.
struct Discretize final : OpMath<Discretize> {
  explicit Discretize(std::vector<double> ascending);

  std::string_view name() const override { return "discretize"; }
  Shape infer(std::span<const Shape> inputs) const override { return inputs[0]; }
  bool backward_reads_input(int) const override { return false; }
  bool backward_reads_output() const override { return false; }

  template <class T>
  void run_forward(const OpCall<T>& call) const;
  template <class T>
  void run_backward(const OpCall<T>& call) const;

  std::vector<float> boundaries;
};

enum class Encoding { one_hot, multi_hot, count };

// "one_hot", "multi_hot" (also "binary") or "count", in any case. Throws ValueError.
Encoding parse_encoding(std::string_view text);

// Tokens 0 ... depth - 1 to a new last axis of size depth; other tokens leave no trace. `one_hot` drops a last axis of size 1;
// `multi_hot` and `count` sum axis 1 up, where there is one beside the batch.
struct Encode final : OpMath<Encode> {
  Encode(Index tokens, Encoding encoding) : depth(tokens), mode(encoding) {}

  std::string_view name() const override { return "encode"; }
  Shape infer(std::span<const Shape> inputs) const override;
  bool backward_reads_input(int) const override { return false; }
  bool backward_reads_output() const override { return false; }

  template <class T>
  void run_forward(const OpCall<T>& call) const;
  template <class T>
  void run_backward(const OpCall<T>& call) const;

  Index depth;
  Encoding mode;
};

}  // namespace wavetrain::ops
