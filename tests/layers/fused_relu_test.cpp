// The derivative of a relu that is fused into a layer is applied by the layer behind it, if that can: every layer that can,
// behind every layer that fuses, and what must keep it from doing so.

#include <gtest/gtest.h>

#include "support/layer_testing.hpp"
#include "wavetrain/layers.hpp"

namespace wavetrain::tests {
namespace {

using namespace layers;

constexpr Index kSteps = 11, kChannels = 5;
const Shape kInput{3, kSteps, kChannels};

// Each gives (steps, 7) and fuses its relu.
std::vector<std::vector<Layer>> with_relu() {
  return {{Conv1D{.filters = 7, .kernel_size = 3, .padding = "same", .activation = "relu"}},
          {Conv1DTranspose{.filters = 7, .kernel_size = 3, .padding = "same", .activation = "relu"}},
          {Dense{.units = 7, .activation = "relu"}},
          {Conv1D{.filters = 7, .kernel_size = 3, .padding = "same", .use_bias = false}, BatchNormalization{}, ReLU{}},
          {Conv1D{.filters = 7, .kernel_size = 3, .padding = "same"}, layers::Activation{"relu"}}};
}

void check_behind_relu(const std::vector<Layer>& readers) {
  for (std::vector<Layer> chain : with_relu()) {
    chain.insert(chain.end(), readers.begin(), readers.end());
    check_chain(chain, kInput);
  }
}

TEST(FusedRelu, BeforePooling) {
  for (const Index pool : {2, 3, 4}) {
    for (const Index strides : {1, 2, 3, 5}) {
      for (const char* padding : {"valid", "same"}) {
        check_behind_relu({MaxPooling1D{.pool_size = pool, .strides = strides, .padding = padding}});
        check_behind_relu({AveragePooling1D{.pool_size = pool, .strides = strides, .padding = padding}});
      }
    }
  }
  check_behind_relu({GlobalMaxPooling1D{}});
  check_behind_relu({GlobalAveragePooling1D{}});
}

TEST(FusedRelu, BeforeConvolutions) {
  for (const char* padding : {"valid", "same", "causal"}) {
    check_behind_relu({Conv1D{.filters = 20, .kernel_size = 3, .padding = padding}});
    check_behind_relu({Conv1D{.filters = 20, .kernel_size = 2, .strides = 3, .padding = padding}});
    check_behind_relu({Conv1D{.filters = 20, .kernel_size = 3, .padding = padding, .dilation_rate = 2}});
    check_behind_relu({Conv1D{.filters = 14, .kernel_size = 3, .padding = padding, .groups = 7}});
  }
  check_behind_relu({Conv1D{.filters = 3, .kernel_size = 1, .strides = 4}});  // steps that nothing reads
  for (const char* padding : {"valid", "same"}) {
    check_behind_relu({DepthwiseConv1D{.kernel_size = 3, .padding = padding, .depth_multiplier = 2}});
    check_behind_relu({Conv1DTranspose{.filters = 6, .kernel_size = 5, .strides = 2, .padding = padding}});
    check_behind_relu({Conv1DTranspose{.filters = 6, .kernel_size = 3, .padding = padding}});
  }
}

// Few columns go through products of another form: 40 filters read by 2 channels, and the other way round.
TEST(FusedRelu, BeforeNarrowProducts) {
  const Conv1D narrow{.filters = 2, .kernel_size = 3, .padding = "same", .activation = "relu"};
  check_chain({narrow, Conv1D{.filters = 40, .kernel_size = 3, .padding = "same"}}, {3, 40, 4});
  check_chain({narrow, Conv1DTranspose{.filters = 40, .kernel_size = 3, .padding = "same"}}, {3, 40, 4});
}

TEST(FusedRelu, BeforeDense) {
  check_behind_relu({Dense{.units = 4}});
  check_behind_relu({Flatten{}, Dense{.units = 9}});
  // Many columns for few rows, whose gradient is computed transposed, and the other way.
  check_chain({Dense{.units = 150, .activation = "relu"}, Dense{.units = 40}}, {3, 6});
  check_chain({Dense{.units = 150, .activation = "relu"}, Dense{.units = 2}}, {40, 6});
}

TEST(FusedRelu, BeforeDropout) {
  using Noise = std::vector<std::optional<Index>>;
  for (const double rate : {0.0, 0.3, 1.0}) {
    check_behind_relu({Dropout{.rate = rate, .seed = 5}, Dense{.units = 4}});
    check_behind_relu({SpatialDropout1D{.rate = rate, .seed = 5}, Dense{.units = 4}});
    check_behind_relu({Dropout{.rate = rate, .noise_shape = Noise{std::nullopt, 1, 1}, .seed = 5}, Dense{.units = 4}});
  }
}

// A layer behind the dropout takes over the derivatives of both.
TEST(FusedRelu, BeforeDropoutAndWhatReadsIt) {
  for (const double rate : {0.0, 0.3, 1.0}) {
    const Dropout dropout{.rate = rate, .seed = 5};
    check_behind_relu({dropout, Conv1D{.filters = 20, .kernel_size = 3, .padding = "same", .use_bias = false}});
    check_behind_relu({dropout, Conv1DTranspose{.filters = 6, .kernel_size = 5, .strides = 2}});
    check_behind_relu({dropout, DepthwiseConv1D{.kernel_size = 3}});
    check_behind_relu({Flatten{}, dropout, Dense{.units = 9}});
    check_behind_relu({dropout, Flatten{}, Dense{.units = 9}});
    check_behind_relu({dropout, dropout, Dense{.units = 4}});
    check_behind_relu({dropout, MaxPooling1D{}, Dense{.units = 4}});
    check_chain({Dense{.units = 150, .activation = "relu"}, dropout, Dense{.units = 40}}, {3, 6});
  }
}

// Whoever cannot apply it leaves it where it was.
TEST(FusedRelu, BeforeOthers) {
  check_behind_relu({LSTM{.units = 4}});
  check_behind_relu({LayerNormalization{}});
  check_behind_relu({UpSampling1D{.size = 2}});
  check_behind_relu({GaussianDropout{.rate = 0.3, .seed = 5}});
  check_behind_relu({ZeroPadding1D{.padding = {1, 2}}, MaxPooling1D{}});
}

// A penalty on the relu's output has its own gradient there, which the derivative must not miss. LeakyReLU with slope 0 is
// the same function, and nobody takes over its derivative.
TEST(FusedRelu, WithAPenalty) {
  const std::vector<Layer> readers{MaxPooling1D{}, Conv1D{.filters = 3, .kernel_size = 2},
                                   Dropout{.rate = 0.5, .seed = 3}};
  for (const Layer& reader : readers) {
    const auto gradients = [&](const Layer& activation) {
      return training_gradients(
          {Conv1D{.filters = 7, .kernel_size = 3}, activation, ActivityRegularization{.l2 = 0.5}, reader}, kInput);
    };
    EXPECT_EQ(gradients(ReLU{}), gradients(LeakyReLU{.negative_slope = 0.0}));
  }
}

}  // namespace
}  // namespace wavetrain::tests
