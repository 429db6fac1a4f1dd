// Pooling along time: windows (N, T, C) to (N, T_out, C), or everything to (N, C).
#pragma once

#include "graph/ops/conv1d.hpp"
#include "wavetrain/op.hpp"

namespace wavetrain::ops {

enum class PoolKind { max, average };

struct Pool1D final : OpMath<Pool1D> {
  PoolKind kind = PoolKind::max;
  Index size = 2;
  Index stride = 2;
  Padding padding = Padding::valid;

  std::string_view name() const override { return kind == PoolKind::max ? "max_pool1d" : "average_pool1d"; }
  Shape infer(std::span<const Shape> inputs) const override;
  bool backward_reads_input(int) const override { return kind == PoolKind::max; }
  bool backward_reads_output() const override { return false; }

  template <class T>
  void run_forward(const OpCall<T>& call) const;
  template <class T>
  void run_backward(const OpCall<T>& call) const;
};

struct GlobalPool1D final : OpMath<GlobalPool1D> {
  PoolKind kind = PoolKind::max;
  bool keepdims = false;

  std::string_view name() const override {
    return kind == PoolKind::max ? "global_max_pool1d" : "global_average_pool1d";
  }
  // Inputs: x (B, T, C), and for averages a mask (B, T) (optional) of the steps that count.
  Shape infer(std::span<const Shape> inputs) const override;
  bool backward_reads_input(int input) const override { return kind == PoolKind::max || input == 1; }
  Index saved_size(std::span<const Shape> inputs, const Shape& output) const override;
  bool backward_reads_output() const override { return kind == PoolKind::max; }

  template <class T>
  void run_forward(const OpCall<T>& call) const;
  template <class T>
  void run_backward(const OpCall<T>& call) const;
};

}  // namespace wavetrain::ops
