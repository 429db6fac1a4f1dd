// Recurrent layers that go on from batch to batch.

#include <gtest/gtest.h>

#include "support/graph_check.hpp"
#include "wavetrain/layers.hpp"
#include "wavetrain/sequential.hpp"

namespace wavetrain::tests {
namespace {

using namespace layers;

constexpr Index kBatch = 2, kSteps = 6, kFeatures = 3;

Array random_array(const Shape& shape, int salt) {
  const auto draws = reference::test_values(static_cast<std::size_t>(shape.size()), 1.0, salt);
  return {shape, std::vector<float>(draws.begin(), draws.end())};
}

// Steps [first, last) of every sample.
Array steps(const Array& x, Index first, Index last) {
  Array part(Shape{x.shape()[0], last - first, x.shape()[2]});
  for (Index n = 0; n < x.shape()[0]; ++n) {
    std::copy_n(x.data() + (n * x.shape()[1] + first) * x.shape()[2], (last - first) * x.shape()[2],
                part.data() + n * part.shape().size_from(1));
  }
  return part;
}

void expect_goes_on(const Layer& layer) {
  SCOPED_TRACE(layer.name());
  Sequential model{Input{.batch_shape = {kBatch, kNone, kFeatures}}, layer};
  const Array x = random_array({kBatch, kSteps, kFeatures}, 3);
  const Array whole = model.predict(x);
  const Array again = model.predict(x);
  EXPECT_FALSE(std::equal(whole.begin(), whole.end(), again.begin()));
  model.reset_states();
  model.predict(steps(x, 0, 2));
  const Array end = model.predict(steps(x, 2, kSteps));
  const Index units = whole.shape().back();
  for (Index n = 0; n < kBatch; ++n) {
    const float* const a = whole.data() + (n + 1) * whole.shape().size_from(1) - units;
    const float* const b = end.data() + (n + 1) * end.shape().size_from(1) - units;
    EXPECT_TRUE(std::equal(a, a + units, b)) << n;
  }
}

TEST(Stateful, APieceGoesOnWhereTheLastEnded) {
  for (const bool sequences : {false, true}) {
    expect_goes_on(LSTM{.units = 4, .return_sequences = sequences, .stateful = true});
    expect_goes_on(GRU{.units = 4, .return_sequences = sequences, .stateful = true});
    expect_goes_on(SimpleRNN{.units = 4, .return_sequences = sequences, .stateful = true});
    expect_goes_on(GRU{.units = 4, .return_sequences = sequences, .stateful = true, .reset_after = false});
    expect_goes_on(RNN{.cell = StackedRNNCells{.cells = {LSTMCell{.units = 3}, GRUCell{.units = 2}}},
                       .return_sequences = sequences,
                       .stateful = true});
  }
}

TEST(Stateful, TrainingGoesOnToo) {
  Sequential model{Input{.batch_shape = {kBatch, kSteps, kFeatures}}, LSTM{.units = 4, .stateful = true},
                   Dense{.units = 1}};
  model.compile({.optimizer = "sgd", .loss = "mse"});
  const Array x = random_array({2 * kBatch, kSteps, kFeatures}, 3), y = random_array({2 * kBatch, 1}, 4);
  const std::vector<Array> weights = model.get_weights();
  EXPECT_EQ(weights.size(), 5u);  // states are no weights
  const FitOptions options{.batch_size = kBatch, .verbose = 0, .shuffle = false};
  const double first = model.fit(x, y, options)["loss"][0];
  model.set_weights(weights);
  const double second = model.fit(x, y, options)["loss"][0];
  EXPECT_NE(first, second);
  model.set_weights(weights);
  model.reset_states();
  EXPECT_EQ(model.fit(x, y, options)["loss"][0], first);
}

TEST(Stateful, NeedsItsBatchSize) {
  EXPECT_THROW((Sequential{Input{.shape = {kSteps, kFeatures}}, LSTM{.units = 4, .stateful = true}}), ValueError);
  Sequential model{Input{.batch_shape = {kBatch, kSteps, kFeatures}}, LSTM{.units = 4, .stateful = true}};
  EXPECT_NO_THROW(model.predict(random_array({2 * kBatch, kSteps, kFeatures}, 3), {.batch_size = kBatch}));
  EXPECT_THROW(model.predict(random_array({2 * kBatch, kSteps, kFeatures}, 3)), ValueError);
  EXPECT_THROW(model.predict(random_array({3, kSteps, kFeatures}, 3), {.batch_size = kBatch}), ValueError);
}

TEST(Stateful, BothDirections) {
  Sequential model{Input{.batch_shape = {kBatch, kSteps, kFeatures}},
                   Bidirectional{.layer = GRU{.units = 3, .return_sequences = true, .stateful = true}}};
  const Array x = random_array({kBatch, kSteps, kFeatures}, 3);
  const Array first = model.predict(x);
  EXPECT_FALSE(std::equal(first.begin(), first.end(), model.predict(x).begin()));
  model.reset_states();
  EXPECT_TRUE(std::equal(first.begin(), first.end(), model.predict(x).begin()));
}

TEST(Stateful, UnrollNeedsKnownSteps) {
  EXPECT_THROW((Sequential{Input{.shape = {kNone, kFeatures}}, LSTM{.units = 4, .unroll = true}}), ValueError);
  EXPECT_NO_THROW((Sequential{Input{.shape = {kSteps, kFeatures}}, LSTM{.units = 4, .unroll = true}}));
}

}  // namespace
}  // namespace wavetrain::tests
