#include "reference/recurrent.hpp"

#include <cmath>
#include <functional>

#include <gtest/gtest.h>

#include "reference/recurrent_testing.hpp"

namespace wavetrain::testing {
namespace {

// y·dy + h_last·dh_last + c_last·dc_last, the function whose gradients the backward pass computes.
double objective(const RecurrentCase<double>& c) {
  RecurrentResult<double> result(c.r);
  std::vector<double> saved(static_cast<std::size_t>(reference::recurrent_saved(c.r)));
  std::vector<double> scratch(static_cast<std::size_t>(reference::recurrent_scratch(c.r)));
  reference::recurrent_forward(result.outputs(), saved.data(), c.inputs(), c.weights(), c.r, scratch.data(), 0, c.r.B);
  double sum = 0;
  const auto add = [&](const std::vector<double>& value, const std::vector<double>& gradient) {
    for (std::size_t i = 0; i < gradient.size(); ++i) sum += value[i] * gradient[i];
  };
  add(result.y, c.dy), add(result.h_last, c.dh_last), add(result.c_last, c.dc_last);
  return sum;
}

// Largest error of `gradient` against central differences, relative to its largest element.
void check_gradient(std::vector<double>& value, const std::vector<double>& gradient, const char* name,
                    const std::function<double()>& function) {
  double error = 0, scale = 1e-3;
  for (std::size_t i = 0; i < value.size(); ++i) {
    const double kept = value[i], step = 1e-5;
    value[i] = kept + step;
    const double above = function();
    value[i] = kept - step;
    const double below = function();
    value[i] = kept;
    error = std::max(error, std::abs((above - below) / (2 * step) - gradient[i]));
    scale = std::max(scale, std::abs(gradient[i]));
  }
  EXPECT_LE(error, 1e-6 * scale) << name;
}

void check_gradients(RecurrentCase<double> c) {
  SCOPED_TRACE(c.text());
  const RecurrentResult<double> result = run_reference(c);
  const auto function = [&] { return objective(c); };
  check_gradient(c.x, result.dx, "dx", function);
  check_gradient(c.kernel, result.dkernel, "dkernel", function);
  check_gradient(c.recurrent_kernel, result.drecurrent_kernel, "drecurrent_kernel", function);
  check_gradient(c.bias, result.dbias, "dbias", function);
  check_gradient(c.h0, result.dh0, "dh0", function);
  check_gradient(c.c0, result.dc0, "dc0", function);
}

struct Variant {
  Cell cell;
  bool reset_after;
};
constexpr Variant kVariants[] = {{Cell::simple_rnn, true}, {Cell::gru, true}, {Cell::gru, false}, {Cell::lstm, true}};

TEST(RecurrentReference, GradientsMatchDifferencesForEveryOption) {
  std::mt19937 random(1);
  for (const auto& [cell, reset_after] : kVariants) {
    for (unsigned bits = 0; bits < 64; ++bits) {
      Recurrence r{.cell = cell, .B = 2, .T = 5, .C = 2, .units = 3, .reset_after = reset_after};
      r.return_sequences = bits & 1, r.go_backwards = bits & 2, r.zero_output_for_mask = bits & 4;
      RecurrentParts parts;
      parts.mask = bits & 8, parts.initial_state = parts.final_gradient = bits & 16, parts.bias = !(bits & 32);
      parts.input_masks = bits % 3 == 0 ? 0 : bits % 3 == 1 ? 1 : r.gates();
      parts.recurrent_masks = bits % 5 < 3 ? 0 : r.gates();
      check_gradients({r, parts, random});
    }
  }
}

TEST(RecurrentReference, GradientsMatchDifferencesForOtherActivations) {
  std::mt19937 random(2);
  const ActivationKind all[] = {ActivationKind::linear, ActivationKind::relu, ActivationKind::sigmoid,
                                ActivationKind::softmax, ActivationKind::gelu};
  for (const auto& [cell, reset_after] : kVariants) {
    for (const ActivationKind activation : all) {
      for (const ActivationKind recurrent_activation : all) {
        Recurrence r{.cell = cell, .B = 2, .T = 6, .C = 2, .units = 3, .reset_after = reset_after};
        r.activation = activation, r.recurrent_activation = recurrent_activation, r.return_sequences = true;
        RecurrentCase<double> c(r, {.initial_state = true, .final_gradient = true}, random);
        for (double& w : c.recurrent_kernel) w *= 0.5;  // without bounds a state may grow like a double exponential
        check_gradients(c);
      }
    }
  }
}

// A second layer passes its dx on to the first as dy.
TEST(RecurrentReference, TwoStackedLayers) {
  std::mt19937 random(3);
  for (const auto& [cell, reset_after] : kVariants) {
    Recurrence r{.cell = cell, .B = 2, .T = 6, .C = 2, .units = 3, .reset_after = reset_after};
    r.return_sequences = true;
    RecurrentCase<double> first(r, {.mask = true}, random);
    r.C = 3, r.units = 2, r.go_backwards = true;
    RecurrentCase<double> second(r, {.mask = true}, random);
    second.mask = first.mask;
    const auto function = [&] {
      second.x = run_reference(first).y;
      return objective(second);
    };
    function();
    first.dy = run_reference(second).dx;
    const RecurrentResult<double> result = run_reference(first);
    check_gradient(first.x, result.dx, "dx", function);
    check_gradient(first.recurrent_kernel, result.drecurrent_kernel, "drecurrent_kernel", function);
  }
}

TEST(RecurrentReference, GradientsAreAddedAndMayBeLeftOut) {
  std::mt19937 random(4);
  const Recurrence r{.cell = Cell::lstm, .B = 2, .T = 3, .C = 2, .units = 3};
  const RecurrentCase<double> c(r, {.initial_state = true}, random);
  const RecurrentResult<double> once = run_reference(c);
  RecurrentResult<double> twice = once;
  std::vector<double> saved(static_cast<std::size_t>(reference::recurrent_saved(r)));
  std::vector<double> scratch(static_cast<std::size_t>(reference::recurrent_scratch(r)));
  reference::recurrent_forward(twice.outputs(), saved.data(), c.inputs(), c.weights(), r, scratch.data(), 0, r.B);
  reference::recurrent_backward<double>({.dx = twice.dx.data()}, {.dbias = twice.dbias.data()}, c.output_gradients(),
                                        saved.data(), c.inputs(), c.weights(), r, scratch.data(), 0, r.B);
  for (std::size_t i = 0; i < once.dx.size(); ++i) EXPECT_NEAR(twice.dx[i], 2 * once.dx[i], 1e-12);
  for (std::size_t i = 0; i < once.dbias.size(); ++i) EXPECT_NEAR(twice.dbias[i], 2 * once.dbias[i], 1e-12);
  EXPECT_EQ(twice.dkernel, once.dkernel);
}

// With nothing to process the state stays and the output is zero.
TEST(RecurrentReference, NoSteps) {
  std::mt19937 random(5);
  const Recurrence r{.cell = Cell::lstm, .B = 2, .T = 0, .C = 2, .units = 3};
  const RecurrentCase<double> c(r, {.initial_state = true}, random);
  const RecurrentResult<double> result = run_reference(c);
  EXPECT_EQ(result.h_last, c.h0);
  EXPECT_EQ(result.c_last, c.c0);
  EXPECT_EQ(result.y, std::vector<double>(6, 0.0));
}

}  // namespace
}  // namespace wavetrain::testing
