// Layers with several outputs at the end of a model: states that are returned, directions that are not merged.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/graph_check.hpp"
#include "support/layer_testing.hpp"
#include "wavetrain/layers.hpp"
#include "wavetrain/predictor.hpp"
#include "wavetrain/sequential.hpp"

namespace wavetrain::tests {
namespace {

using namespace layers;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr Index kSamples = 5, kSteps = 6;

Array series(const Shape& shape) {
  Array x(shape);
  const std::vector<double> values = reference::test_values(static_cast<std::size_t>(x.size()), 1.0, 9);
  std::copy(values.begin(), values.end(), x.data());
  return x;
}

// A model of this layer behind an input of (steps, 3), and the same one of `other` with its weights.
struct Pair {
  Sequential several, plain;
  Pair(const Layer& layer, const Layer& other, const Shape& input = {kNone, kSteps, 3})
      : several({Input{.batch_shape = input}, layer}), plain({Input{.batch_shape = input}, other}) {
    plain.set_weights(several.get_weights());
  }
};

void expect_equal(const Array& a, const Array& b) {
  ASSERT_EQ(a.shape(), b.shape());
  EXPECT_TRUE(std::equal(a.begin(), a.end(), b.begin()));
}

TEST(SeveralOutputs, TheFirstIsWhatTheLayerGivesWithoutStates) {
  for (const bool sequences : {false, true}) {
    for (const bool backwards : {false, true}) {
      LSTM lstm{.units = 4, .return_sequences = sequences, .go_backwards = backwards};
      GRU gru{.units = 4, .return_sequences = sequences, .go_backwards = backwards};
      RNN cells{.cell = SimpleRNNCell{.units = 4}, .return_sequences = sequences, .go_backwards = backwards};
      const Layer plain[] = {lstm, gru, cells};
      lstm.return_state = gru.return_state = cells.return_state = true;
      const Layer several[] = {lstm, gru, cells};
      const Array x = series({kSamples, kSteps, 3});
      for (int i = 0; i < 3; ++i) {
        SCOPED_TRACE(several[i].class_name() + (sequences ? " sequences" : "") + (backwards ? " backwards" : ""));
        const Pair pair(several[i], plain[i]);
        const std::vector<Array> outputs = pair.several.predict_outputs(x, {.batch_size = 2});
        ASSERT_EQ(outputs.size(), i == 0 ? 3u : 2u);
        expect_equal(outputs[0], pair.plain.predict(x));
        EXPECT_EQ(outputs.back().shape(), (Shape{kSamples, 4}));
        // h is the last output.
        const Index steps = sequences ? kSteps : 1;
        for (Index n = 0; n < kSamples; ++n) {
          for (Index j = 0; j < 4; ++j)
            EXPECT_EQ(outputs[1].data()[n * 4 + j], outputs[0].data()[(n * steps + steps - 1) * 4 + j]);
        }
      }
    }
  }
}

TEST(SeveralOutputs, StatesAreThoseOfTheLastStepThatCounts) {
  Sequential model{Input{.shape = {kNone, 2}}, Masking{},
                   LSTM{.units = 3, .return_sequences = true, .return_state = true}};
  Array padded = series({1, kSteps, 2});
  std::fill(padded.data() + 8, padded.data() + 12, 0.0f);
  const Array cut(Shape{1, 4, 2}, std::span<const float>(padded.data(), 8));
  const std::vector<Array> a = model.predict_outputs(padded), b = model.predict_outputs(cut);
  EXPECT_EQ(a[0].shape(), (Shape{1, kSteps, 3}));
  EXPECT_EQ(b[0].shape(), (Shape{1, 4, 3}));
  expect_equal(a[1], b[1]);
  expect_equal(a[2], b[2]);
}

TEST(SeveralOutputs, GradientsAndKernels) {
  const auto check = [](const std::vector<Layer>& layers, const Shape& shape) {
    const GraphCheck graph(layers, shape, reference::test_values(static_cast<std::size_t>(shape.size()), 1.0, 3));
    graph.expect_gradients();
    graph.expect_cpu_agrees();
  };
  for (const bool sequences : {false, true}) {
    check({LSTM{.units = 3, .return_sequences = sequences, .return_state = true}}, {3, 4, 2});
    check({GRU{.units = 3, .return_sequences = sequences, .return_state = true, .go_backwards = true}}, {3, 4, 2});
    check({GRU{.units = 2, .activation = "softsign", .return_sequences = sequences, .return_state = true}}, {3, 4, 2});
    check({RNN{.cell = StackedRNNCells{.cells = {GRUCell{.units = 2}, SimpleRNNCell{.units = 3}}},
               .return_sequences = sequences,
               .return_state = true}},
          {2, 4, 2});
    check({ConvLSTM1D{.filters = 2, .kernel_size = 2, .return_sequences = sequences, .return_state = true}},
          {2, 3, 4, 2});
    for (const char* name : {"concat", ""}) {
      const std::optional<std::string> mode = *name != 0 ? std::optional<std::string>(name) : std::nullopt;
      check({Bidirectional{.layer = LSTM{.units = 2, .return_sequences = sequences, .return_state = true},
                           .merge_mode = mode}},
            {3, 4, 2});
    }
    check({Bidirectional{.layer = GRU{.units = 2, .return_sequences = sequences}, .merge_mode = std::nullopt}},
          {3, 4, 2});
  }
}

TEST(SeveralOutputs, DirectionsComeInTheOrderOfTime) {
  const Layer inner = GRU{.units = 2, .return_sequences = true};
  const Pair pair(Bidirectional{.layer = inner, .merge_mode = std::nullopt}, Bidirectional{.layer = inner});
  const Array x = series({kSamples, kSteps, 3});
  const std::vector<Array> outputs = pair.several.predict_outputs(x);
  const Array joined = pair.plain.predict(x);
  ASSERT_EQ(outputs.size(), 2u);
  for (Index row = 0; row < kSamples * kSteps; ++row) {
    for (Index j = 0; j < 4; ++j) {
      EXPECT_EQ(outputs[static_cast<std::size_t>(j / 2)].data()[row * 2 + j % 2], joined.data()[row * 4 + j]);
    }
  }
}

TEST(SeveralOutputs, ShapesAndSummary) {
  const Sequential model{Input{.shape = {kNone, 3}}, Dense{.units = 2},
                         Bidirectional{.layer = LSTM{.units = 4, .return_sequences = true, .return_state = true}}};
  EXPECT_THAT(model.output_shapes(),
              ElementsAre(Shape{kNone, kNone, 8}, Shape{kNone, 4}, Shape{kNone, 4}, Shape{kNone, 4}, Shape{kNone, 4}));
  EXPECT_EQ(model.output_shape(), (Shape{kNone, kNone, 8}));
  EXPECT_EQ(model.layers().back().output_shape(), model.output_shape());
  const Sequential gru{Input{.shape = {6, 3}}, GRU{.units = 4, .return_state = true}};
  EXPECT_THAT(gru.summary({.line_length = 100}), HasSubstr("[(None, 4), (None, 4)]"));
  const Sequential one{Input{.shape = {6, 3}}, GRU{.units = 4}};
  EXPECT_THAT(one.output_shapes(), ElementsAre(Shape{kNone, 4}));
  EXPECT_EQ(one.predict_outputs(series({2, 6, 3})).size(), 1u);
}

TEST(SeveralOutputs, OnlyAtTheEnd) {
  Sequential model{Input{.shape = {6, 3}}, LSTM{.units = 4, .return_state = true}};
  try {
    model.add(Dense{.units = 2, .name = "after"});
    FAIL() << "Dense has taken three inputs";
  } catch (const ValueError& error) {
    EXPECT_THAT(error.what(), HasSubstr("Layer \"after\" expects 1 input(s), but it received 3 input tensors."));
  }
  EXPECT_THAT(lowering_error(TimeDistributed{.layer = GRU{.units = 2, .return_state = true}}, {2, 3, 4, 2}),
              HasSubstr("several outputs"));
  EXPECT_THAT(lowering_error(RNN{.cell = StackedRNNCells{.cells = {LSTMCell{.units = 2}, GRUCell{.units = 2}}},
                                 .return_state = true},
                             {2, 3, 2}),
              HasSubstr("LSTMCell"));
}

TEST(SeveralOutputs, OnlyPredict) {
  Sequential model{Input{.shape = {6, 3}}, GRU{.units = 4, .return_state = true}};
  const Array x = series({2, 6, 3}), y(Shape{2, 4});
  EXPECT_THROW((void)model.predict(x), ValueError);
  EXPECT_THROW((void)model.call(x), ValueError);
  EXPECT_THROW((void)model.call(x, true), ValueError);
  EXPECT_THROW(Predictor(model, 2), NotSupported);
  model.compile({.loss = "mse"});
  EXPECT_THROW(model.fit(x, y, {.verbose = 0}), NotSupported);
  EXPECT_THROW(model.evaluate(x, y), NotSupported);
  EXPECT_THROW(model.train_on_batch(x, y), NotSupported);
}

// Keras broadcasts a direction of one unit against the other.
TEST(Bidirectional, OneUnitAgainstMany) {
  for (const char* mode : {"sum", "mul", "ave"}) {
    for (const bool sequences : {false, true}) {
      SCOPED_TRACE(std::string(mode) + (sequences ? " sequences" : ""));
      const Shape shape{3, 4, 2};
      const auto check = [&](Index forward, Index backward) {
        const Layer layer = Bidirectional{
            .layer = GRU{.units = forward, .return_sequences = sequences},
            .merge_mode = mode,
            .backward_layer = Layer(LSTM{.units = backward, .return_sequences = sequences, .go_backwards = true})};
        const GraphCheck graph({layer}, shape, reference::test_values(static_cast<std::size_t>(shape.size()), 1.0, 3));
        graph.expect_gradients();
        graph.expect_cpu_agrees();
      };
      check(3, 1);
      check(1, 3);
    }
  }
  EXPECT_THAT(lowering_error(Bidirectional{.layer = GRU{.units = 3},
                                           .merge_mode = "sum",
                                           .backward_layer = Layer(GRU{.units = 2, .go_backwards = true})},
                             {2, 4, 2}),
              HasSubstr("equal shapes"));
}

}  // namespace
}  // namespace wavetrain::tests
