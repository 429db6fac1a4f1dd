// The reference against real Keras: outputs, final states and all gradients of recurrent_keras.py's cases.
#include <cmath>

#include <gtest/gtest.h>

#include "reference/recurrent_testing.hpp"

namespace wavetrain::testing {
namespace {

struct KerasCase {
  Cell cell;
  bool reset_after;
  Activation activation, recurrent_activation;
  bool return_sequences, go_backwards, zero_output_for_mask, mask, state;
  int dropout;  // 1: of the input, one mask; 2: of both, per gate
  std::vector<double> want;
};

// As in recurrent_keras.py.
std::vector<double> values(int k, std::size_t n) {
  std::vector<double> v(n);
  for (std::size_t i = 0; i < n; ++i) v[i] = 0.8 * std::sin(0.7 * static_cast<double>(i) + 1.3 * k + 0.4);
  return v;
}
std::vector<double> dropout(int k, Index n) {
  std::vector<double> v = values(k, static_cast<std::size_t>(n));
  for (double& x : v) x = x > -0.2 ? 1.25 : 0.0;
  return v;
}

TEST(RecurrentReference, EqualsKeras) {
  const std::vector<KerasCase> cases = {
#include "reference/recurrent_keras.inc"
  };
  std::mt19937 random;
  for (const KerasCase& k : cases) {
    Recurrence r{.cell = k.cell, .B = 2, .T = 5, .C = 2, .units = 3};
    r.activation = k.activation, r.recurrent_activation = k.recurrent_activation, r.reset_after = k.reset_after;
    r.return_sequences = k.return_sequences, r.go_backwards = k.go_backwards;
    r.zero_output_for_mask = k.zero_output_for_mask;
    RecurrentCase<double> c(r, {.mask = k.mask, .initial_state = k.state, .final_gradient = true}, random);
    SCOPED_TRACE(c.text());
    const bool lstm = k.cell == Cell::lstm;
    c.x = values(0, c.x.size()), c.kernel = values(1, c.kernel.size());
    c.recurrent_kernel = values(2, c.recurrent_kernel.size()), c.bias = values(3, c.bias.size());
    if (k.mask) c.mask = {1, 1, 0, 1, 0, 0, 1, 1, 1, 1};
    if (k.dropout > 0) {
      c.r.input_masks = k.dropout == 2 ? r.gates() : 1;
      c.input_dropout = dropout(4, c.r.input_masks * r.B * r.C);
    }
    if (k.dropout == 2) {
      c.r.recurrent_masks = r.gates();
      c.recurrent_dropout = dropout(5, r.gates() * r.B * r.units);
    }
    if (k.state) c.h0 = values(6, 6);
    if (k.state && lstm) c.c0 = values(7, 6);
    c.dy = values(8, c.dy.size()), c.dh_last = values(9, 6);
    if (lstm) c.dc_last = values(10, 6);

    const RecurrentResult<double> result = run_reference(c);
    std::vector<double> got;
    for (const auto* part : {&result.y, &result.h_last, &result.c_last, &result.dx, &result.dkernel,
                             &result.drecurrent_kernel, &result.dbias})
      got.insert(got.end(), part->begin(), part->end());
    if (k.state) got.insert(got.end(), result.dh0.begin(), result.dh0.end());
    if (k.state) got.insert(got.end(), result.dc0.begin(), result.dc0.end());
    ASSERT_EQ(got.size(), k.want.size());
    for (std::size_t i = 0; i < got.size(); ++i)
      EXPECT_NEAR(got[i], k.want[i], 1e-9 * std::max(1.0, std::abs(k.want[i]))) << "number " << i;
  }
}

}  // namespace
}  // namespace wavetrain::testing
