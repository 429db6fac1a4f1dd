#include "cpu/recurrent.hpp"

#include <cmath>
#include <limits>

#include "cpu/kernel_testing.hpp"
#include "cpu/pool.hpp"
#include "reference/recurrent_testing.hpp"

namespace wavetrain::cpu {
namespace {

using testing::in_double;
using testing::RecurrentCase;
using testing::RecurrentParts;
using testing::RecurrentResult;
using testing::run_reference;
using RecurrentTest = OnEveryTarget;

// Not a number, so that whatever is read before it is written shows.
std::vector<float> buffer(Index n) {
  return std::vector<float>(static_cast<std::size_t>(n), std::numeric_limits<float>::quiet_NaN());
}

std::vector<float> packed_weights(const RecurrentCase<float>& c) {
  std::vector<float> packed = buffer(recurrent_packed_floats(c.r));
  recurrent_pack(c.r, c.weights(), packed.data());
  return packed;
}

// Forward and backward in `slices` slices of samples, and the weight gradients in as many ranges of tiles, last one
// first.
RecurrentResult<float> run(const RecurrentCase<float>& c, Index slices) {
  RecurrentResult<float> result(c.r);
  const std::vector<float> packed = packed_weights(c);
  std::vector<float> backward_packed = buffer(recurrent_backward_packed_floats(c.r));
  recurrent_backward_pack(c.r, c.weights(), backward_packed.data());
  std::vector<float> saved = buffer(recurrent_saved_floats(c.r));
  for (Index i = slices; i-- > 0;) {
    const Index begin = c.r.B * i / slices, end = c.r.B * (i + 1) / slices;
    std::vector<float> scratch = buffer(recurrent_scratch_floats(c.r, end - begin));
    recurrent_forward(c.r, packed.data(), c.inputs(), result.outputs(), saved.data(), scratch.data(), begin, end);
    scratch = buffer(recurrent_scratch_floats(c.r, end - begin));
    recurrent_backward(c.r, backward_packed.data(), c.inputs(), c.output_gradients(), result.input_gradients(),
                       saved.data(), scratch.data(), begin, end);
  }
  std::vector<float> partial = buffer(recurrent_weight_partial_floats(c.r));
  const RecurrentWeightWork work{c.inputs(), saved.data(), result.weight_gradients(), false, partial.data()};
  const Index tasks = recurrent_weight_tasks(c.r, work), last = recurrent_finish_tasks(c.r);
  for (Index i = slices; i-- > 0;) recurrent_backward_weights(c.r, work, tasks * i / slices, tasks * (i + 1) / slices);
  for (Index i = slices; i-- > 0;) recurrent_finish_weights(c.r, work, last * i / slices, last * (i + 1) / slices);
  return result;
}

// The largest error, relative to the largest element of `want`.
void expect_close(const std::vector<float>& got, const std::vector<double>& want, const char* what) {
  ASSERT_EQ(got.size(), want.size());
  double error = 0, scale = 1;
  for (std::size_t i = 0; i < got.size(); ++i) {
    ASSERT_FALSE(std::isnan(got[i])) << what << " element " << i;
    error = std::max(error, std::abs(got[i] - want[i]));
    scale = std::max(scale, std::abs(want[i]));
  }
  EXPECT_LE(error, 2e-5 * scale) << what;
}

void compare_with_reference(const RecurrentCase<float>& c, Index slices) {
  SCOPED_TRACE(c.text());
  const RecurrentResult<double> want = run_reference(in_double(c));
  const RecurrentResult<float> got = run(c, slices);
  expect_close(got.y, want.y, "y");
  expect_close(got.h_last, want.h_last, "h_last");
  expect_close(got.c_last, want.c_last, "c_last");
  expect_close(got.dx, want.dx, "dx");
  expect_close(got.dh0, want.dh0, "dh0");
  expect_close(got.dc0, want.dc0, "dc0");
  expect_close(got.dkernel, want.dkernel, "dkernel");
  expect_close(got.drecurrent_kernel, want.drecurrent_kernel, "drecurrent_kernel");
  expect_close(got.dbias, want.dbias, "dbias");
}

void expect_equal_bits(const RecurrentResult<float>& a, const RecurrentResult<float>& b) {
  EXPECT_EQ(a.y, b.y);
  EXPECT_EQ(a.h_last, b.h_last);
  EXPECT_EQ(a.c_last, b.c_last);
  EXPECT_EQ(a.dx, b.dx);
  EXPECT_EQ(a.dh0, b.dh0);
  EXPECT_EQ(a.dc0, b.dc0);
  EXPECT_EQ(a.dkernel, b.dkernel);
  EXPECT_EQ(a.drecurrent_kernel, b.drecurrent_kernel);
  EXPECT_EQ(a.dbias, b.dbias);
}

// A recurrence with random shape and options; `general` adds what the fused way does not take.
RecurrentCase<float> random_case(bool general, std::mt19937& random) {
  const auto flip = [&] { return random() % 2 == 0; };
  Recurrence r{.cell = static_cast<Cell>(random() % 3), .B = random_index(1, 40, random)};
  r.T = random_index(1, 7, random), r.C = random_index(1, 20, random);
  r.units = flip() ? random_index(1, 40, random) : 16 * random_index(1, 4, random);
  r.return_sequences = flip(), r.go_backwards = flip(), r.zero_output_for_mask = flip();
  RecurrentParts parts{.bias = flip(), .mask = flip(), .initial_state = flip(), .final_gradient = flip()};
  parts.input_masks = flip() ? 0 : 1;
  if (general) {
    r.reset_after = flip();
    const ActivationKind kinds[] = {ActivationKind::tanh,    ActivationKind::sigmoid,      ActivationKind::softsign,
                                    ActivationKind::softmax, ActivationKind::hard_sigmoid, ActivationKind::elu};
    if (flip()) r.activation = kinds[random() % 6];
    if (flip()) r.recurrent_activation = kinds[random() % 6];
    if (flip()) parts.input_masks = r.gates();
    if (flip()) parts.recurrent_masks = r.gates();
  }
  return {r, parts, random};
}

TEST_P(RecurrentTest, FusedEqualsReference) {
  std::mt19937 random(1);
  for (int i = 0; i < 150; ++i) {
    const RecurrentCase<float> c = random_case(false, random);
    ASSERT_TRUE(recurrent_is_fused(c.r));
    compare_with_reference(c, std::min<Index>(c.r.B, random_index(1, 3, random)));
  }
}

TEST_P(RecurrentTest, GeneralEqualsReference) {
  std::mt19937 random(2);
  for (int i = 0; i < 150; ++i) {
    const RecurrentCase<float> c = random_case(true, random);
    compare_with_reference(c, std::min<Index>(c.r.B, random_index(1, 3, random)));
  }
}

TEST_P(RecurrentTest, LongSequenceEqualsReference) {
  std::mt19937 random(3);
  for (const Cell cell : {Cell::simple_rnn, Cell::gru, Cell::lstm})
    compare_with_reference({{.cell = cell, .B = 3, .T = 300, .C = 3, .units = 24}, {.mask = true}, random}, 2);
}

TEST_P(RecurrentTest, SlicesDoNotChangeBits) {
  std::mt19937 random(4);
  for (int i = 0; i < 60; ++i) {
    const RecurrentCase<float> c = random_case(i % 2 == 0, random);
    SCOPED_TRACE(c.text());
    const RecurrentResult<float> whole = run(c, 1);
    for (const Index slices : {2, 3, 8}) expect_equal_bits(run(c, std::min(slices, c.r.B)), whole);
  }
}

std::vector<float> part(const std::vector<float>& v, Index begin, Index n) {
  return v.empty() ? v : std::vector<float>(v.begin() + begin, v.begin() + begin + n);
}

TEST_P(RecurrentTest, SampleAloneHasTheSameBits) {
  std::mt19937 random(5);
  for (int i = 0; i < 60; ++i) {
    RecurrentCase<float> c = random_case(i % 2 == 0, random);
    if (c.r.input_masks > 0 || c.r.recurrent_masks > 0) continue;  // their masks lie by gate, not by sample
    SCOPED_TRACE(c.text());
    const RecurrentResult<float> all = run(c, 1);
    const Index B = c.r.B, b = B / 2, u = c.r.units, steps = c.r.T * c.r.C, y = c.r.outputs() / B;
    c.r.B = 1;
    c.x = part(c.x, b * steps, steps), c.h0 = part(c.h0, b * u, u), c.c0 = part(c.c0, b * u, u);
    c.dy = part(c.dy, b * y, y), c.dh_last = part(c.dh_last, b * u, u), c.dc_last = part(c.dc_last, b * u, u);
    if (!c.mask.empty())
      c.mask = std::vector<std::uint8_t>(c.mask.begin() + b * c.r.T, c.mask.begin() + (b + 1) * c.r.T);
    const RecurrentResult<float> alone = run(c, 1);
    EXPECT_EQ(alone.y, part(all.y, b * y, y));
    EXPECT_EQ(alone.h_last, part(all.h_last, b * u, u));
    EXPECT_EQ(alone.dx, part(all.dx, b * steps, steps));
    EXPECT_EQ(alone.dh0, part(all.dh0, b * u, u));
  }
}

// Without saved values, in one go and step by step with the state handed on in place.
TEST_P(RecurrentTest, PredictionAndStreamEqualTraining) {
  std::mt19937 random(6);
  for (int i = 0; i < 60; ++i) {
    RecurrentCase<float> c = random_case(i % 2 == 0, random);
    if (c.r.input_masks > 0 || c.r.recurrent_masks > 0) continue;
    SCOPED_TRACE(c.text());
    const RecurrentResult<float> trained = run(c, 1);
    const std::vector<float> packed = packed_weights(c);
    RecurrentResult<float> predicted(c.r);
    std::vector<float> scratch = buffer(recurrent_scratch_floats(c.r, c.r.B));
    recurrent_forward(c.r, packed.data(), c.inputs(), predicted.outputs(), nullptr, scratch.data(), 0, c.r.B);
    EXPECT_EQ(predicted.y, trained.y);
    EXPECT_EQ(predicted.h_last, trained.h_last);
    EXPECT_EQ(predicted.c_last, trained.c_last);
    if (!c.mask.empty() || c.r.go_backwards) continue;

    Recurrence one = c.r;
    one.B = one.T = 1, one.return_sequences = false;
    const auto size = static_cast<std::size_t>(one.units);
    std::vector<float> h(size), carry(size), y(size);
    if (!c.h0.empty()) h = part(c.h0, 0, one.units);
    if (!c.c0.empty()) carry = part(c.c0, 0, one.units);
    for (Index t = 0; t < c.r.T; ++t)
      recurrent_forward(one, packed.data(), {.x = c.x.data() + t * one.C, .h0 = h.data(), .c0 = carry.data()},
                        {.y = y.data(), .h_last = h.data(), .c_last = carry.data()}, nullptr, scratch.data(), 0, 1);
    EXPECT_EQ(h, part(trained.h_last, 0, one.units));
    if (one.cell == Cell::lstm) {
      EXPECT_EQ(carry, part(trained.c_last, 0, one.units));
    }
  }
}

TEST_P(RecurrentTest, ThreadsDoNotChangeBits) {
  std::mt19937 random(7);
  const RecurrentCase<float> c({.cell = Cell::lstm, .B = 24, .T = 9, .C = 5, .units = 24, .return_sequences = true},
                               {.mask = true}, random);
  const RecurrentResult<float> want = run(c, 1);
  const std::vector<float> packed = packed_weights(c);
  RecurrentResult<float> got(c.r);
  std::vector<float> backward_packed = buffer(recurrent_backward_packed_floats(c.r));
  recurrent_backward_pack(c.r, c.weights(), backward_packed.data());
  std::vector<float> saved = buffer(recurrent_saved_floats(c.r));
  const Index slices = 8, samples = c.r.B / slices, scratch_floats = recurrent_scratch_floats(c.r, samples);
  std::vector<float> scratch = buffer(slices * scratch_floats);
  parallel_for(slices, 4, [&](Index i, int) {
    float* const own = scratch.data() + i * scratch_floats;
    recurrent_forward(c.r, packed.data(), c.inputs(), got.outputs(), saved.data(), own, i * samples, (i + 1) * samples);
    recurrent_backward(c.r, backward_packed.data(), c.inputs(), c.output_gradients(), got.input_gradients(),
                       saved.data(), own, i * samples, (i + 1) * samples);
  });
  std::vector<float> partial = buffer(recurrent_weight_partial_floats(c.r));
  const RecurrentWeightWork work{c.inputs(), saved.data(), got.weight_gradients(), false, partial.data()};
  parallel_for(recurrent_weight_tasks(c.r, work), 4,
               [&](Index task, int) { recurrent_backward_weights(c.r, work, task, task + 1); });
  parallel_for(recurrent_finish_tasks(c.r), 4,
               [&](Index task, int) { recurrent_finish_weights(c.r, work, task, task + 1); });
  expect_equal_bits(got, want);
}

TEST_P(RecurrentTest, WeightGradientsAccumulateAndMayBeLeftOut) {
  std::mt19937 random(8);
  const RecurrentCase<float> c({.cell = Cell::gru, .B = 6, .T = 4, .C = 5, .units = 7}, {}, random);
  std::vector<float> packed = packed_weights(c), saved = buffer(recurrent_saved_floats(c.r));
  std::vector<float> scratch = buffer(recurrent_scratch_floats(c.r, 6)), bias(static_cast<std::size_t>(42));
  RecurrentResult<float> result(c.r);
  recurrent_forward(c.r, packed.data(), c.inputs(), {.y = result.y.data()}, saved.data(), scratch.data(), 0, 6);
  packed = buffer(recurrent_backward_packed_floats(c.r));
  recurrent_backward_pack(c.r, c.weights(), packed.data());
  recurrent_backward(c.r, packed.data(), c.inputs(), c.output_gradients(), {}, saved.data(), scratch.data(), 0, 6);
  const RecurrentWeightGradients<float> only_bias{.dbias = bias.data()};
  std::vector<float> partial = buffer(recurrent_weight_partial_floats(c.r));
  for (const bool accumulate : {false, true}) {
    const RecurrentWeightWork work{c.inputs(), saved.data(), only_bias, accumulate, partial.data()};
    recurrent_backward_weights(c.r, work, 0, recurrent_weight_tasks(c.r, work));
    recurrent_finish_weights(c.r, work, 0, recurrent_finish_tasks(c.r));
  }
  const std::vector<float> once = run(c, 1).dbias;
  for (std::size_t i = 0; i < bias.size(); ++i) EXPECT_NEAR(bias[i], 2 * once[i], 1e-5);
}

// Large and infinite arguments saturate; NaN stays in its sample.
TEST_P(RecurrentTest, ExtremeValues) {
  std::mt19937 random(9);
  for (const Cell cell : {Cell::simple_rnn, Cell::gru, Cell::lstm}) {
    RecurrentCase<float> c({.cell = cell, .B = 4, .T = 2, .C = 1, .units = 5}, {}, random);
    c.x = {1e30f, 1e30f, -INFINITY, -INFINITY, NAN, 0.0f, 0.5f, 0.5f};
    const RecurrentResult<float> result = run(c, 1);
    for (Index i = 0; i < 20; ++i) {
      const float y = result.y[static_cast<std::size_t>(i)];
      EXPECT_EQ(std::isnan(y), i / 5 == 2);
      EXPECT_FALSE(std::abs(y) > 1.0f);
    }
  }
}

TEST_P(RecurrentTest, NothingToDo) {
  std::mt19937 random(10);
  compare_with_reference({{.cell = Cell::lstm, .B = 3, .T = 0, .C = 2, .units = 5}, {.initial_state = true}, random},
                         1);
  const RecurrentCase<float> empty({.cell = Cell::gru, .B = 0, .T = 3, .C = 2, .units = 5}, {}, random);
  EXPECT_EQ(run(empty, 1).dkernel, std::vector<float>(30, 0.0f));
}

INSTANTIATE_TEST_SUITE_P(Targets, RecurrentTest, ::testing::ValuesIn(supported_targets()), target_of);

}  // namespace
}  // namespace wavetrain::cpu
