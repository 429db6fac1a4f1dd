#include "wavetrain/layers/conv_lstm1d.hpp"

#include <gtest/gtest.h>

#include "support/layer_testing.hpp"

namespace wavetrain::tests {
namespace {

using layers::ConvLSTM1D;

TEST(ConvLSTM1D, ConvolvesStatesAlongSpace) {
  check_layer(ConvLSTM1D{.filters = 2, .kernel_size = 3}, {2, 4, 6, 3}, {2, 4, 2});
  check_layer(ConvLSTM1D{.filters = 2, .kernel_size = 3, .padding = "same", .return_sequences = true}, {2, 3, 5, 2}, {2, 3, 5, 2});
  check_layer(ConvLSTM1D{.filters = 2, .kernel_size = 2, .strides = 2, .use_bias = false, .go_backwards = true}, {2, 3, 5, 2},
              {2, 2, 2});
  check_layer(ConvLSTM1D{.filters = 3, .kernel_size = 2, .dilation_rate = 2, .activation = "softmax",
                         .recurrent_activation = "softsign"},
              {2, 3, 5, 2}, {2, 3, 3});
  check_layer(ConvLSTM1D{.filters = 2, .kernel_size = 3, .data_format = "channels_first", .return_sequences = true}, {2, 3, 2, 5},
              {2, 3, 2, 3});
  check_layer(ConvLSTM1D{.filters = 2, .kernel_size = 3, .dropout = 0.3, .recurrent_dropout = 0.2, .seed = 4}, {2, 4, 6, 3},
              {2, 4, 2});
}

TEST(ConvLSTM1D, SaysWhatDoesNotFit) {
  EXPECT_NE(lowering_error(ConvLSTM1D{.filters = 2, .kernel_size = 3}, {2, 4, kNone, 3}).find("only support static input shapes"),
            std::string::npos);
  EXPECT_NE(lowering_error(ConvLSTM1D{.filters = 2, .kernel_size = 3, .stateful = true}, {2, 4, 6, 3}).find("stateful=True"),
            std::string::npos);
  EXPECT_NE(lowering_error(ConvLSTM1D{.filters = 2, .kernel_size = 3}, {2, 4, 6}).find("expected ndim=4, found ndim=3"),
            std::string::npos);
}

}  // namespace
}  // namespace wavetrain::tests
