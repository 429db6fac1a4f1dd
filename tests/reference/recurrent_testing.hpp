// A recurrence with random arrays, for the tests of the reference and of the kernels.
#pragma once

#include <random>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "reference/recurrent.hpp"

namespace wavetrain::testing {

// Which arrays there are besides x and the weights.
struct RecurrentParts {
  bool bias = true, mask = false, initial_state = false, final_gradient = false;
  Index input_masks = 0, recurrent_masks = 0;
};

template <class T>
struct RecurrentCase {
  Recurrence r;
  RecurrentParts parts;
  std::vector<T> x, kernel, recurrent_kernel, bias, input_dropout, recurrent_dropout, h0, c0, dy, dh_last, dc_last;
  std::vector<std::uint8_t> mask;

  RecurrentCase(const Recurrence& options, const RecurrentParts& wanted, std::mt19937& random)
      : r(options), parts(wanted) {
    const Index u = r.units, G = r.gates();
    r.input_masks = parts.input_masks, r.recurrent_masks = parts.recurrent_masks;
    const auto fill = [&](std::vector<T>& v, Index n, double scale) {
      std::uniform_real_distribution<float> uniform(-1.0f, 1.0f);
      for (v.clear(); n > 0; --n) v.push_back(static_cast<T>(uniform(random) * scale));
    };
    fill(x, r.B * r.T * r.C, 1.0);
    fill(kernel, r.C * G * u, 1.5 / std::sqrt(static_cast<double>(r.C + 1)));
    fill(recurrent_kernel, u * G * u, 1.5 / std::sqrt(static_cast<double>(u)));
    if (parts.bias) fill(bias, r.bias_size(), 0.5);
    if (parts.initial_state) fill(h0, r.B * u, 1.0), fill(c0, r.cell == Cell::lstm ? r.B * u : 0, 1.0);
    fill(dy, r.outputs(), 1.0);
    if (parts.final_gradient) fill(dh_last, r.B * u, 1.0), fill(dc_last, r.cell == Cell::lstm ? r.B * u : 0, 1.0);
    const auto fill_dropout = [&](std::vector<T>& v, Index n) {
      for (; n > 0; --n) v.push_back(random() % 4 == 0 ? T(0) : T(4) / 3);
    };
    fill_dropout(input_dropout, parts.input_masks * r.B * r.C);
    fill_dropout(recurrent_dropout, parts.recurrent_masks * r.B * u);
    if (parts.mask)
      for (Index i = 0; i < r.B * r.T; ++i) mask.push_back(random() % 3 != 0);
  }

  template <class V>
  static auto pointer(const std::vector<V>& v) {
    return v.empty() ? nullptr : v.data();
  }
  RecurrentInputs<T> inputs() const {
    return {x.data(), pointer(mask), pointer(input_dropout), pointer(recurrent_dropout), pointer(h0), pointer(c0)};
  }
  RecurrentWeights<T> weights() const { return {kernel.data(), recurrent_kernel.data(), pointer(bias)}; }
  RecurrentOutputGradients<T> output_gradients() const { return {dy.data(), pointer(dh_last), pointer(dc_last)}; }

  std::string text() const {
    return fmt::format(
        "cell={} B={} T={} C={} units={} act={} rec_act={} reset_after={} sequences={} backwards={} zero_output={} "
        "bias={} mask={} state={} final={} input_masks={} recurrent_masks={}",
        static_cast<int>(r.cell), r.B, r.T, r.C, r.units, r.activation.name(), r.recurrent_activation.name(),
        r.reset_after, r.return_sequences, r.go_backwards, r.zero_output_for_mask, parts.bias, parts.mask,
        parts.initial_state, parts.final_gradient, parts.input_masks, parts.recurrent_masks);
  }
};

// The same case in double precision.
inline RecurrentCase<double> in_double(const RecurrentCase<float>& c) {
  std::mt19937 unused;
  RecurrentCase<double> d(Recurrence{.cell = c.r.cell}, {}, unused);
  d.r = c.r;
  d.parts = c.parts;
  d.mask = c.mask;
  const auto copy = [](std::vector<double>& to, const std::vector<float>& from) {
    to.assign(from.begin(), from.end());
  };
  copy(d.x, c.x), copy(d.kernel, c.kernel), copy(d.recurrent_kernel, c.recurrent_kernel), copy(d.bias, c.bias);
  copy(d.input_dropout, c.input_dropout), copy(d.recurrent_dropout, c.recurrent_dropout);
  copy(d.h0, c.h0), copy(d.c0, c.c0), copy(d.dy, c.dy), copy(d.dh_last, c.dh_last), copy(d.dc_last, c.dc_last);
  return d;
}

// All that a forward and a backward pass give.
template <class T>
struct RecurrentResult {
  std::vector<T> y, h_last, c_last, dx, dh0, dc0, dkernel, drecurrent_kernel, dbias;

  explicit RecurrentResult(const Recurrence& r) {
    const auto size = [](Index n) { return static_cast<std::size_t>(n); };
    y.resize(size(r.outputs()));
    h_last.resize(size(r.B * r.units)), dh0 = h_last;
    if (r.cell == Cell::lstm) c_last = dc0 = h_last;
    dx.resize(size(r.B * r.T * r.C));
    dkernel.resize(size(r.C * r.gates() * r.units));
    drecurrent_kernel.resize(size(r.units * r.gates() * r.units));
    dbias.resize(size(r.bias_size()));
  }
  RecurrentOutputs<T> outputs() { return {y.data(), h_last.data(), c_last.empty() ? nullptr : c_last.data()}; }
  RecurrentInputGradients<T> input_gradients() { return {dx.data(), dh0.data(), dc0.empty() ? nullptr : dc0.data()}; }
  RecurrentWeightGradients<T> weight_gradients() { return {dkernel.data(), drecurrent_kernel.data(), dbias.data()}; }
};

template <class T>
RecurrentResult<T> run_reference(const RecurrentCase<T>& c) {
  RecurrentResult<T> result(c.r);
  std::vector<T> saved(static_cast<std::size_t>(reference::recurrent_saved(c.r)), T(NAN));
  std::vector<T> scratch(static_cast<std::size_t>(reference::recurrent_scratch(c.r)), T(NAN));
  reference::recurrent_forward(result.outputs(), saved.data(), c.inputs(), c.weights(), c.r, scratch.data(), 0, c.r.B);
  reference::recurrent_backward<T>(result.input_gradients(), result.weight_gradients(), c.output_gradients(),
                                   saved.data(), c.inputs(), c.weights(), c.r, scratch.data(), 0, c.r.B);
  return result;
}

}  // namespace wavetrain::testing
