// Gradients of every operation, in the graph and through the reference executor, against central differences in double
// precision. The mathematics alone, with its options, is tested in the other files of this folder.
#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>
#include <set>
#include <string>

#include <gtest/gtest.h>

#include "support/layer_testing.hpp"
#include "wavetrain/layer_list.hpp"
#include "wavetrain/sequential.hpp"

namespace wavetrain::tests {
namespace {

struct Case {
  const char* layers;
  Shape input;
};

// Every operation behind and in front of weights. Recurrent ones have at least 5 steps, are stacked, and get a gradient at
// every step.
const Case kCases[] = {
    {"Conv1D(3, 3, strides=2, padding='same') Activation('gelu') Conv1D(2, 2, dilation_rate=2, padding='causal')",
     {2, 9, 2}},
    {"Conv1D(4, 3, groups=2) MaxPooling1D(2) Dense(3, activation='tanh') GlobalAveragePooling1D()", {2, 9, 4}},
    {"Dense(4, activation='softmax') AveragePooling1D(3, strides=2, padding='same') Flatten() Dense(2)", {2, 7, 3}},
    {"Dense(4) BatchNormalization() Dense(3, activation='selu') GlobalMaxPooling1D()", {3, 5, 2}},
    {"Dense(4) Dropout(0.4) Dense(3) SpatialDropout1D(0.5) Dense(2) GaussianNoise(0.3) AlphaDropout(0.3) Dense(2)",
     {2, 6, 3}},
    {"LSTM(3, return_sequences=True) LSTM(4, return_sequences=True, go_backwards=True)", {2, 6, 2}},
    {"GRU(3, return_sequences=True) GRU(2, return_sequences=True, reset_after=False)", {2, 6, 2}},
    {"SimpleRNN(3, return_sequences=True) SimpleRNN(4, return_sequences=True, go_backwards=True)", {2, 6, 2}},
    {"LSTM(3, return_sequences=True, dropout=0.3, recurrent_dropout=0.2) GRU(3, dropout=0.3, recurrent_dropout=0.2)",
     {2, 5, 2}},
    {"ConvLSTM1D(2, 3, padding='same', return_sequences=True) ConvLSTM1D(2, 2, return_sequences=True)", {2, 5, 4, 2}},
    {"Dense(3) Conv1DTranspose(2, 3, strides=2, padding='same') Dense(2)", {2, 5, 2}},
    {"Dense(3) SeparableConv1D(4, 3, depth_multiplier=2) DepthwiseConv1D(2) Dense(2)", {2, 8, 2}},
    {"Dense(6) LayerNormalization() Dense(4) GroupNormalization(2) Dense(3) RMSNormalization() Dense(3) "
     "UnitNormalization()",
     {2, 5, 3}},
    {"Dense(4) PReLU(shared_axes=[1]) AdaptiveAveragePooling1D(3) Dense(3) AdaptiveMaxPooling1D(2) Dense(2)",
     {2, 7, 3}},
    {"Dense(20) Reshape((2, 10)) Permute((2, 1)) Dense(3) Flatten() RepeatVector(3) Dense(2)", {2, 5}},
    {"Dense(4) UpSampling1D(2) ZeroPadding1D((1, 2)) Dense(3) Cropping1D((2, 1)) Dense(2) Rescaling(0.5, offset=1.0)",
     {2, 5, 3}},
    {"EinsumDense('abc,bd->acd', output_shape=(3, 4), bias_axes='d') Dense(2)", {2, 5, 3}},
    {"Normalization(mean=0.5, variance=4.0) Dense(2)", {2, 5, 3}},
    {"Dense(3) Masking() Bidirectional(LSTM(3, return_sequences=True)) Bidirectional(GRU(2), merge_mode='mul')",
     {2, 5, 2}},
    {"Dense(3) TimeDistributed(Conv1D(2, 2)) Dense(2)", {2, 3, 5, 2}},
    {"Dense(3) LSTM(2, return_sequences=True, return_state=True)", {2, 5, 2}},
    {"Dense(3) Bidirectional(GRU(2), merge_mode=None)", {2, 5, 2}},
    {"Dense(3) Bidirectional(LSTM(2, return_sequences=True, return_state=True))", {2, 5, 2}},
};

// Operations without a derivative: their inputs are classes or levels, or they say which steps count.
const std::set<std::string> kWithoutGradient{"discretize", "encode", "reverse", "step_mask"};

// Those that other files of tests/layers check: what an embedding takes are whole numbers, and batch renormalisation stops
// gradients by definition, so that differences say something else. Spectral normalisation changes the weight at every step.
const std::set<std::string> kCheckedElsewhere{"embed", "batch_renormalize", "spectral_normalize"};

std::set<std::string> check(const Case& item) {
  SCOPED_TRACE(item.layers);
  return check_gradients(Sequential(parse_layer_list(item.layers)).layers(), item.input);
}

// What the headers of src/graph/ops call their operations.
std::set<std::string> operations_in_the_source() {
  std::set<std::string> names;
  const std::regex function(R"(name\(\) const override \{([^}]*)\})"), text("\"([^\"]+)\"");
  const auto folder = std::filesystem::path(WAVETRAIN_TEST_DIR).parent_path() / "src" / "graph" / "ops";
  for (const auto& file : std::filesystem::directory_iterator(folder)) {
    std::ifstream stream(file.path());
    const std::string source{std::istreambuf_iterator<char>(stream), {}};
    for (std::sregex_iterator found(source.begin(), source.end(), function), end; found != end; ++found) {
      const std::string body = (*found)[1];
      for (std::sregex_iterator name(body.begin(), body.end(), text); name != end; ++name) names.insert((*name)[1]);
    }
  }
  return names;
}

TEST(Operations, GradientsMatchCentralDifferencesAndNoneIsLeftOut) {
  std::set<std::string> checked = kWithoutGradient;
  checked.insert(kCheckedElsewhere.begin(), kCheckedElsewhere.end());
  for (const Case& item : kCases) checked.merge(check(item));
  const std::set<std::string> all = operations_in_the_source();
  EXPECT_GE(all.size(), 12u);
  for (const std::string& name : all) EXPECT_TRUE(checked.contains(name)) << name << " has no case here";
}

}  // namespace
}  // namespace wavetrain::tests
