// Layers that hold other layers: Bidirectional, TimeDistributed, Nested, RNN over cells.

#include <gtest/gtest.h>

#include "support/graph_check.hpp"
#include "wavetrain/layer_list.hpp"
#include "wavetrain/layers.hpp"
#include "wavetrain/sequential.hpp"

namespace wavetrain::tests {
namespace {

using namespace layers;

std::vector<double> values(Index count, int salt = 3) {
  return reference::test_values(static_cast<std::size_t>(count), 1.0, salt);
}

// Zeros at the end of sample 1 and in the middle of sample 2.
std::vector<double> with_gaps(const Shape& shape) {
  std::vector<double> x = values(shape.size());
  const Index row = shape.size_from(1), step = shape.size_from(2);
  std::fill(x.begin() + row + 2 * step, x.begin() + 2 * row, 0.0);
  std::fill(x.begin() + 2 * row, x.begin() + 2 * row + step, 0.0);
  std::fill(x.begin() + 2 * row + 2 * step, x.begin() + 2 * row + 3 * step, 0.0);
  return x;
}

void check(const std::vector<Layer>& layers, const Shape& shape = {3, 5, 2}) {
  const GraphCheck graph(layers, shape, values(shape.size()));
  graph.expect_gradients();
  graph.expect_cpu_agrees();
  GraphCheck(layers, shape, values(shape.size()), false).expect_cpu_agrees();
}

void check_masked(std::vector<Layer> layers, const Shape& shape = {3, 5, 2}) {
  layers.insert(layers.begin(), Masking{});
  const GraphCheck graph(layers, shape, with_gaps(shape));
  graph.expect_gradients(false);  // a zero that moves is no longer masked
  graph.expect_cpu_agrees();
}

TEST(Bidirectional, Gradients) {
  for (const char* mode : {"concat", "sum", "mul", "ave"}) {
    for (const bool sequences : {false, true}) {
      SCOPED_TRACE(std::string(mode) + (sequences ? " sequences" : ""));
      check({Bidirectional{.layer = LSTM{.units = 3, .return_sequences = sequences}, .merge_mode = mode}});
      check_masked({Bidirectional{.layer = GRU{.units = 3, .return_sequences = sequences}, .merge_mode = mode}});
    }
  }
  // Both directions read the same value, of which they give parts of the gradient.
  check({Dense{.units = 3, .activation = "tanh"},
         Bidirectional{.layer = SimpleRNN{.units = 2, .return_sequences = true}},
         Bidirectional{.layer = LSTM{.units = 2}}});
}

TEST(Bidirectional, NamesAndSettings) {
  const Layer layer = Bidirectional{.layer = LSTM{.units = 4, .return_sequences = true, .name = "memory"}};
  ASSERT_EQ(layer.sublayers().size(), 2u);
  EXPECT_EQ(layer.sublayers()[0].path, "forward_layer");
  EXPECT_EQ(layer.sublayers()[0].layer.name(), "forward_memory");
  EXPECT_EQ(layer.sublayers()[1].layer.name(), "backward_memory");
  const Config config = layer.config();
  EXPECT_EQ(config.at("layer").at("config").at("name").as_string(), "forward_memory");
  EXPECT_TRUE(config.at("layer").at("config").at("zero_output_for_mask").as_bool());
  EXPECT_TRUE(config.at("backward_layer").at("config").at("go_backwards").as_bool());
  const Layer again = make_layer("Bidirectional", config);
  EXPECT_EQ(again.config(), config);
}

TEST(Bidirectional, Refusals) {
  EXPECT_THROW(Layer(Bidirectional{.layer = Dense{.units = 4}}), ValueError);
  EXPECT_THROW(Layer(Bidirectional{.layer = LSTM{.units = 4}, .merge_mode = "max"}), ValueError);
  EXPECT_THROW(Layer(Bidirectional{.layer = LSTM{.units = 4}, .backward_layer = LSTM{.units = 4}}), ValueError);
  EXPECT_THROW(Layer(Bidirectional{.layer = LSTM{.units = 4},
                                   .backward_layer = LSTM{.units = 4, .return_sequences = true, .go_backwards = true}}),
               ValueError);
  EXPECT_THROW(chain({Bidirectional{.layer = LSTM{.units = 4},
                                    .merge_mode = "sum",
                                    .backward_layer = LSTM{.units = 3, .go_backwards = true}}},
                     {kNone, 5, 2}),
               ValueError);
}

TEST(TimeDistributed, Gradients) {
  const Shape series{2, 3, 5, 2};
  check({TimeDistributed{.layer = Dense{.units = 3, .activation = "tanh"}}});
  check({TimeDistributed{.layer = Conv1D{.filters = 3, .kernel_size = 2, .activation = "tanh"}}}, series);
  check({TimeDistributed{.layer = LSTM{.units = 3}}}, series);
  check({TimeDistributed{.layer = Bidirectional{.layer = GRU{.units = 2}}}, LSTM{.units = 2}}, series);
  check({TimeDistributed{.layer = TimeDistributed{.layer = Dense{.units = 2, .activation = "tanh"}}}}, series);
  check({TimeDistributed{.layer = Flatten{}}, Dense{.units = 2}}, series);
  check({TimeDistributed{.layer = Dropout{.rate = 0.4}}});
}

TEST(TimeDistributed, BatchNormalizationHasStatisticsOfEachStep) {
  check({TimeDistributed{.layer = BatchNormalization{}}}, {4, 3, 2});
  check({TimeDistributed{.layer = TimeDistributed{.layer = BatchNormalization{}}}}, {4, 3, 2, 2});
  check_masked({Dense{.units = 2, .use_bias = false}, TimeDistributed{.layer = BatchNormalization{}}}, {4, 3, 2});
  // Each step of the result has mean 0 over the samples, which statistics over all steps would not give.
  const Layer layer = TimeDistributed{.layer = BatchNormalization{.center = false, .scale = false}};
  std::vector<double> x = values(4 * 3 * 2);
  for (std::size_t i = 0; i < x.size(); ++i) x[i] += 10.0 * static_cast<double>(i / 2 % 3);
  const GraphCheck graph({layer}, {4, 3, 2}, x);
  for (std::size_t column = 0; column < 6; ++column) {
    double mean = 0;
    for (std::size_t n = 0; n < 4; ++n) mean += graph.y()[n * 6 + column] / 4;
    EXPECT_NEAR(mean, 0, 1e-12);
  }
}

TEST(TimeDistributed, NeedsThreeDimensions) {
  EXPECT_THROW(chain({TimeDistributed{.layer = Dense{.units = 2}}}, {kNone, 4}), ValueError);
}

TEST(RNN, GradientsOfCells) {
  const std::vector<Layer> cells{LSTMCell{.units = 3}, GRUCell{.units = 2}, SimpleRNNCell{.units = 3}};
  for (const bool backwards : {false, true}) {
    for (const bool sequences : {false, true}) {
      const RNN stacked{
          .cell = StackedRNNCells{.cells = cells}, .return_sequences = sequences, .go_backwards = backwards};
      check({stacked});
      check_masked({stacked});
      check({RNN{.cell = GRUCell{.units = 3, .reset_after = false},
                 .return_sequences = sequences,
                 .go_backwards = backwards}});
    }
  }
}

TEST(RNN, OfOneCellIsTheLayer) {
  Sequential cell{Input{.shape = {6, 2}}, RNN{.cell = LSTMCell{.units = 5}}};
  Sequential layer{Input{.shape = {6, 2}}, LSTM{.units = 5}};
  layer.set_weights(cell.get_weights());
  const std::vector<double> draws = values(4 * 12);
  const Array x(Shape{4, 6, 2}, std::vector<float>(draws.begin(), draws.end()));
  const Array a = cell.predict(x), b = layer.predict(x);
  EXPECT_TRUE(std::equal(a.begin(), a.end(), b.begin(), b.end()));
}

TEST(RNN, CellsAreNoLayersOfAModel) {
  EXPECT_THROW((Sequential{Input{.shape = {6, 2}}, LSTMCell{.units = 2}}), ValueError);
  EXPECT_THROW((Sequential{Input{.shape = {6, 2}}, RNN{.cell = Dense{.units = 2}}}), NotSupported);
}

TEST(Nested, SharesLayersAndWeights) {
  Sequential inner{{LSTM{.units = 3, .return_sequences = true}, LSTM{.units = 2}}, "encoder"};
  Sequential model{Input{.shape = {5, 2}}, Nested{inner}, Dense{.units = 1}};
  EXPECT_EQ(model.layers()[0].name(), "encoder");
  EXPECT_EQ(model.layers()[0].class_name(), "Sequential");
  EXPECT_EQ(model.get_weights().size(), 8u);
  EXPECT_EQ(inner.layers()[0].get_weights()[0].shape(), (Shape{2, 12}));
  EXPECT_EQ(model.layers()[0].sublayers()[1].path, "layers/lstm_1");
  check({Nested{Sequential{{Dense{.units = 3, .activation = "tanh"}, LSTM{.units = 2}}}}, Dense{.units = 2}});
}

TEST(Nested, BringsItsInput) {
  Sequential inner{Input{.shape = {5, 2}}, LSTM{.units = 3}};
  Sequential model{Nested{inner}, Dense{.units = 1}};
  EXPECT_EQ(model.input_shape(), (Shape{kNone, 5, 2}));
}

TEST(Wrappers, AreWrittenAsText) {
  Sequential model(
      parse_layer_list("Input((6, 2)) Masking() Bidirectional(LSTM(4, return_sequences=True), 'sum') "
                       "TimeDistributed(Dense(3)) RNN([LSTMCell(3), GRUCell(2)], return_sequences=True) "
                       "Sequential([GRU(3), Dense(2)]) Dense(1)"));
  EXPECT_EQ(model.output_shape(), (Shape{kNone, 1}));
  Sequential again = Sequential::from_config(model.config());
  EXPECT_EQ(again.config(), model.config());
  again.set_weights(model.get_weights());
  EXPECT_EQ(again.count_params(), model.count_params());
}

TEST(Wrappers, FreezeWhatIsInThem) {
  Layer layer = Bidirectional{.layer = LSTM{.units = 3}};
  Sequential model{Input{.shape = {5, 2}}, layer, Dense{.units = 1}};
  EXPECT_EQ(layer.trainable_variables().size(), 6u);
  layer.set_trainable(false);
  EXPECT_FALSE(layer.sublayers()[1].layer.trainable());
  EXPECT_TRUE(layer.trainable_variables().empty());
  const std::string summary = model.summary();
  EXPECT_NE(summary.find("Non-trainable params: 144"), std::string::npos) << summary;
  layer.set_trainable(true);
  Layer backward = layer.sublayers()[1].layer;
  backward.set_trainable(false);
  EXPECT_EQ(layer.trainable_variables().size(), 3u);

  model.compile({.optimizer = "sgd", .loss = "mse"});
  const std::vector<Array> before = model.get_weights();
  const std::vector<double> draws = values(4 * 10);
  model.fit(Array(Shape{4, 5, 2}, std::vector<float>(draws.begin(), draws.end())), Array(Shape{4, 1}), {.verbose = 0});
  const std::vector<Array> after = model.get_weights();
  for (std::size_t i = 0; i < after.size(); ++i) {
    const bool same = std::equal(after[i].begin(), after[i].end(), before[i].begin());
    EXPECT_EQ(same, i >= 3 && i < 6) << i;
  }
}

}  // namespace
}  // namespace wavetrain::tests
