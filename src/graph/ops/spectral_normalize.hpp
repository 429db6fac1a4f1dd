// Divides a weight by its largest singular value, found by power iteration, whenever a batch is trained on (Miyato et
// al., "Spectral normalization for generative adversarial networks", 2018). The input goes through unchanged: the
// operation stands in front of those that read the weight.
#pragma once

#include "wavetrain/op.hpp"

namespace wavetrain::ops {

// Of w (rows, columns): v = normalised u wᵀ, u = normalised v w, as often as asked; then w /= v w uᵀ. u has `columns`
// values, v has `rows` and is scratch. A w of zeros stays.
template <class T>
void spectral_normalize(T* w, T* u, T* v, Index rows, Index columns, Index iterations);

struct SpectralNormalize final : OpMath<SpectralNormalize> {
  Index rows = 0, columns = 0;
  Index iterations = 1;

  // Input: x. States: the weight, of rows · columns values, and u.
  std::string_view name() const override { return "spectral_normalize"; }
  Shape infer(std::span<const Shape> inputs) const override { return inputs[0]; }
  Index saved_size(std::span<const Shape>, const Shape&) const override { return rows; }
  bool is_identity_in_inference() const override { return true; }
  bool backward_reads_input(int) const override { return false; }
  bool backward_reads_output() const override { return false; }

  template <class T>
  void run_forward(const OpCall<T>& call) const;
  template <class T>
  void run_backward(const OpCall<T>& call) const;
};

}  // namespace wavetrain::ops
