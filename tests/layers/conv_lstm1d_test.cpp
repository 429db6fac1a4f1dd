#include "wavetrain/layers/conv_lstm1d.hpp"

#include <gtest/gtest.h>

#include "support/graph_check.hpp"
#include "support/layer_testing.hpp"
#include "wavetrain/layers.hpp"
#include "wavetrain/sequential.hpp"

namespace wavetrain::tests {
namespace {

using namespace layers;

TEST(ConvLSTM1D, ConvolvesStatesAlongSpace) {
  check_layer(ConvLSTM1D{.filters = 2, .kernel_size = 3}, {2, 4, 6, 3}, {2, 4, 2});
  check_layer(ConvLSTM1D{.filters = 2, .kernel_size = 3, .padding = "same", .return_sequences = true}, {2, 3, 5, 2},
              {2, 3, 5, 2});
  check_layer(ConvLSTM1D{.filters = 2, .kernel_size = 2, .strides = 2, .use_bias = false, .go_backwards = true},
              {2, 3, 5, 2}, {2, 2, 2});
  check_layer(ConvLSTM1D{.filters = 3,
                         .kernel_size = 2,
                         .dilation_rate = 2,
                         .activation = "softmax",
                         .recurrent_activation = "softsign"},
              {2, 3, 5, 2}, {2, 3, 3});
  check_layer(ConvLSTM1D{.filters = 2, .kernel_size = 3, .data_format = "channels_first", .return_sequences = true},
              {2, 3, 2, 5}, {2, 3, 2, 3});
  check_layer(ConvLSTM1D{.filters = 2, .kernel_size = 3, .dropout = 0.3, .recurrent_dropout = 0.2, .seed = 4},
              {2, 4, 6, 3}, {2, 4, 2});
}

TEST(ConvLSTM1D, SaysWhatDoesNotFit) {
  EXPECT_NE(lowering_error(ConvLSTM1D{.filters = 2, .kernel_size = 3}, {2, 4, kNone, 3})
                .find("only support static input shapes"),
            std::string::npos);
  EXPECT_NE(lowering_error(ConvLSTM1D{.filters = 2, .kernel_size = 3, .stateful = true}, {kNone, 4, 6, 3})
                .find("stateful=True"),
            std::string::npos);
  Sequential model{Input{.shape = {4, 6, 3}}, Masking{}};
  EXPECT_THROW(model.add(ConvLSTM1D{.filters = 2, .kernel_size = 3}),
               ValueError);  // the mask is for 6 places, the output has 4
  EXPECT_NE(lowering_error(ConvLSTM1D{.filters = 2, .kernel_size = 3}, {2, 4, 6}).find("expected ndim=4, found ndim=3"),
            std::string::npos);
}

// Samples with single places, whole steps and the first step masked.
std::vector<double> with_gaps(const Shape& shape) {
  std::vector<double> x = reference::test_values(static_cast<std::size_t>(shape.size()), 1.0, 7);
  const Index places = shape[1] * shape[2];
  for (Index i = 0; i < shape[0] * places; ++i) {
    if (i % 5 == 1 || i % places < shape[2] / 2 || i == 9) std::fill_n(x.begin() + i * shape[3], shape[3], 0.0);
  }
  return x;
}

TEST(ConvLSTM1D, StandsStillWhereMasked) {
  const Shape shape{3, 4, 5, 2};
  for (const bool zero : {false, true}) {
    for (const bool sequences : {false, true}) {
      const std::vector<Layer> layers{Masking{}, ConvLSTM1D{.filters = 2,
                                                            .kernel_size = 3,
                                                            .padding = "same",
                                                            .return_sequences = sequences,
                                                            .go_backwards = zero,
                                                            .zero_output_for_mask = zero}};
      const GraphCheck graph(layers, shape, with_gaps(shape));
      graph.expect_gradients(false);
      graph.expect_cpu_agrees();
    }
  }
}

TEST(ConvLSTM1D, StatefulGoesOnWhereTheLastBatchEnded) {
  const ConvLSTM1D layer{.filters = 2, .kernel_size = 3, .padding = "same", .stateful = true};
  Sequential model{Input{.batch_shape = {2, kNone, 5, 3}}, layer};
  const std::vector<double> draws = reference::test_values(2 * 6 * 15, 1.0, 3);
  Array x(Shape{2, 6, 5, 3}, std::vector<float>(draws.begin(), draws.end()));
  Array start(Shape{2, 2, 5, 3}), rest(Shape{2, 4, 5, 3});
  for (Index n = 0; n < 2; ++n) {
    std::copy_n(x.data() + n * 90, 30, start.data() + n * 30);
    std::copy_n(x.data() + n * 90 + 30, 60, rest.data() + n * 60);
  }
  const Array whole = model.predict(x);
  const Array again = model.predict(x);
  EXPECT_FALSE(std::equal(whole.begin(), whole.end(), again.begin()));
  model.reset_states();
  model.predict(start);
  const Array end = model.predict(rest);
  EXPECT_TRUE(std::equal(whole.begin(), whole.end(), end.begin()));
}

// Keras does not hand the argument on to the cell, which has all weights.
TEST(ConvLSTM1D, MadeFrozenTrainsNevertheless) {
  Layer layer = ConvLSTM1D{.filters = 2, .kernel_size = 2, .trainable = false};
  EXPECT_EQ(lowering_error(layer, {2, 3, 4, 2}), "");
  EXPECT_FALSE(layer.trainable());
  EXPECT_EQ(layer.trainable_variables().size(), 3u);
  layer.set_trainable(false);
  EXPECT_TRUE(layer.trainable_variables().empty());
}

}  // namespace
}  // namespace wavetrain::tests
