// Masks: where they come from, which layers heed them, what a model's loss and metrics make of them, and that a padded
// series gives the bits of the series itself.

#include <gtest/gtest.h>

#include <cstring>

#include "support/graph_check.hpp"
#include "wavetrain/layers.hpp"
#include "wavetrain/log.hpp"
#include "wavetrain/sequential.hpp"

namespace wavetrain::tests {
namespace {

using namespace layers;

constexpr Index kSamples = 4, kSteps = 9, kFeatures = 3;
const std::vector<Index> kLengths{9, 4, 1, 6};

Array random_array(const Shape& shape, int salt) {
  const auto draws = reference::test_values(static_cast<std::size_t>(shape.size()), 1.0, salt);
  return {shape, std::vector<float>(draws.begin(), draws.end())};
}

// Series of kLengths, `padding` behind.
Array padded_series(float padding = 0) {
  Array x = random_array({kSamples, kSteps, kFeatures}, 5);
  for (Index n = 0; n < kSamples; ++n) {
    std::fill(x.data() + (n * kSteps + kLengths[static_cast<std::size_t>(n)]) * kFeatures,
              x.data() + (n + 1) * kSteps * kFeatures, padding);
  }
  return x;
}

// Sample n without its padding.
Array alone(const Array& x, Index n) {
  const Index length = kLengths[static_cast<std::size_t>(n)], size = x.shape().size_from(2);
  return {Shape{1, length, size},
          std::span<const float>(x.data() + n * kSteps * size, static_cast<std::size_t>(length * size))};
}

void expect_same_bits(const float* a, const float* b, Index count) {
  EXPECT_EQ(std::memcmp(a, b, static_cast<std::size_t>(count) * sizeof(float)), 0);
}

// The model on the padded batch gives what it gives for each series by itself.
void expect_padding_does_not_show(Sequential model, const Array& x = padded_series()) {
  const Array batch = model.predict(x);
  for (Index n = 0; n < kSamples; ++n) {
    SCOPED_TRACE(n);
    const Array one = model.predict(alone(x, n));
    expect_same_bits(batch.data() + n * batch.shape().size_from(1), one.data(), one.size());
  }
}

const Input kAnyLength{.shape = {kNone, kFeatures}};

TEST(Masks, PaddingDoesNotShowInRecurrentLayers) {
  for (const bool sequences : {false, true}) {
    expect_padding_does_not_show(Sequential{kAnyLength, Masking{}, LSTM{.units = 5, .return_sequences = sequences}});
    expect_padding_does_not_show(Sequential{kAnyLength, Masking{}, GRU{.units = 5, .return_sequences = sequences}});
    expect_padding_does_not_show(
        Sequential{kAnyLength, Masking{}, SimpleRNN{.units = 5, .return_sequences = sequences}});
    // The general way through the kernels.
    expect_padding_does_not_show(
        Sequential{kAnyLength, Masking{}, LSTM{.units = 5, .activation = "relu", .return_sequences = sequences}});
    expect_padding_does_not_show(
        Sequential{kAnyLength, Masking{}, GRU{.units = 4, .return_sequences = sequences, .reset_after = false}});
    expect_padding_does_not_show(
        Sequential{kAnyLength, Masking{}, Bidirectional{.layer = LSTM{.units = 5, .return_sequences = sequences}}});
    expect_padding_does_not_show(
        Sequential{kAnyLength, Masking{},
                   RNN{.cell = StackedRNNCells{.cells = {LSTMCell{.units = 3}, GRUCell{.units = 2}}},
                       .return_sequences = sequences}});
  }
  expect_padding_does_not_show(Sequential{kAnyLength, Masking{},
                                          Bidirectional{.layer = GRU{.units = 4, .return_sequences = true}},
                                          Dense{.units = 3, .activation = "tanh"}, LSTM{.units = 2}});
}

TEST(Masks, PaddingDoesNotShowInMaskedAverages) {
  expect_padding_does_not_show(Sequential{kAnyLength, Masking{}, GlobalAveragePooling1D{}});
  expect_padding_does_not_show(Sequential{kAnyLength, Masking{}, Dense{.units = 20, .activation = "relu"},
                                          GlobalAveragePooling1D{}, Dense{.units = 2}});
}

TEST(Masks, PaddingDoesNotShowInLossAndMetrics) {
  Sequential model{kAnyLength, Masking{}, LSTM{.units = 5, .return_sequences = true}, Dense{.units = 2}};
  model.compile({.optimizer = "sgd", .loss = "mse", .metrics = {"mae"}, .weighted_metrics = {"mse"}});
  const Array x = padded_series(), y = random_array({kSamples, kSteps, 2}, 9), weights(Shape{kSamples, kSteps}, 0.75f);
  for (Index n = 0; n < kSamples; ++n) {
    const Array one(Shape{1, kSteps, kFeatures}, std::span(x.data() + n * kSteps * kFeatures, kSteps * kFeatures));
    const Array target(Shape{1, kSteps, 2}, std::span(y.data() + n * kSteps * 2, kSteps * 2));
    const Array weight(Shape{1, kSteps}, 0.75f), short_weight(Shape{1, kLengths[static_cast<std::size_t>(n)]}, 0.75f);
    const Logs padded = model.test_on_batch(one, target, {.sample_weight = weight});
    const Logs exact = model.test_on_batch(alone(x, n), alone(y, n), {.sample_weight = short_weight});
    for (const char* name : {"loss", "mae", "mse"}) EXPECT_EQ(padded.at(name), exact.at(name)) << name;
  }
}

// Dice and Tversky make one number of a whole batch, from masked steps too, as in Keras; its weight is that of the steps
// that are left.
TEST(Masks, WeighTheOneLossOfABatch) {
  const Array x = padded_series(), y = random_array({kSamples, kSteps, 2}, 9), weights{1, 2, 0.5f, 3};
  const auto compiled = [&](Reduction reduction, double rate) {
    Sequential model{kAnyLength, Masking{}, LSTM{.units = 2, .activation = "sigmoid", .return_sequences = true}};
    std::vector<Array> values = model.get_weights();
    for (Array& value : values) value = random_array(value.shape(), 3);
    model.set_weights(values);
    model.compile({.optimizer = optimizers::SGD{.learning_rate = rate},
                   .loss = losses::Tversky{.beta = 0.1, .reduction = reduction},
                   .weighted_metrics = {"mae"}});
    return model;
  };
  Sequential mean = compiled(Reduction::sum_over_batch_size, 0.1), sum = compiled(Reduction::sum, 0.1 / 20);
  const Array predicted = mean.predict(x);
  const double alone = Loss(losses::Tversky{.beta = 0.1})(y, predicted);
  double left = 0, weight = 0, errors = 0;
  for (Index n = 0; n < kSamples; ++n) {
    const Index length = kLengths[static_cast<std::size_t>(n)];
    left += static_cast<double>(length);
    weight += static_cast<double>(length) * weights[n];
    for (Index i = n * kSteps * 2; i < (n * kSteps + length) * 2; ++i) {
      errors += weights[n] * std::abs(double{y[i]} - predicted[i]) / 2;
    }
  }
  ASSERT_EQ(left, 20);
  EXPECT_NEAR(mean.test_on_batch(x, y).at("loss"), alone, 1e-6);
  EXPECT_NEAR(sum.test_on_batch(x, y).at("loss"), alone * left, 1e-5);
  const Logs weighted = mean.test_on_batch(x, y, {.sample_weight = weights});
  EXPECT_NEAR(weighted.at("loss"), alone * weight / left, 1e-5);
  EXPECT_NEAR(weighted.at("mae"), errors / weight, 1e-6);
  EXPECT_NEAR(sum.test_on_batch(x, y, {.sample_weight = weights}).at("loss"), alone * weight, 1e-4);
  mean.train_on_batch(x, y);
  sum.train_on_batch(x, y);
  const Array a = mean.get_weights()[0], b = sum.get_weights()[0];
  for (Index i = 0; i < a.size(); ++i) EXPECT_NEAR(a[i], b[i], 1e-6);
}

TEST(Masks, WhatIsMaskedMayBeAnything) {
  Sequential model{kAnyLength, Masking{.mask_value = -7}, LSTM{.units = 5, .return_sequences = true},
                   Dense{.units = 2}};
  model.compile({.optimizer = "sgd", .loss = "mse", .metrics = {"mae"}});
  const Array x = padded_series(-7), y = random_array({kSamples, kSteps, 2}, 9);
  Array other = y;
  for (Index n = 0; n < kSamples; ++n) {
    std::fill(other.data() + (n * kSteps + kLengths[static_cast<std::size_t>(n)]) * 2,
              other.data() + (n + 1) * kSteps * 2, 1e30f);
  }
  const std::vector<Array> before = model.get_weights();
  const Logs a = model.train_on_batch(x, y);
  const std::vector<Array> trained = model.get_weights();
  model.set_weights(before);
  const Logs b = model.train_on_batch(x, other);
  EXPECT_EQ(a.at("loss"), b.at("loss"));
  for (std::size_t i = 0; i < trained.size(); ++i) {
    expect_same_bits(trained[i].data(), model.get_weights()[i].data(), trained[i].size());
  }
}

TEST(Masks, NothingLeftGivesNoLoss) {
  Sequential model{kAnyLength, Masking{}, GRU{.units = 2, .return_sequences = true}};
  model.compile({.optimizer = "sgd", .loss = "mse", .metrics = {"mse"}});
  const Logs logs = model.train_on_batch(Array(Shape{2, 3, kFeatures}), Array(Shape{2, 3, 2}, 1.0f));
  EXPECT_EQ(logs.at("loss"), 0);
  EXPECT_EQ(logs.at("mse"), 0);
}

TEST(Masks, FromTheDataIsAMaskingLayer) {
  const auto make = [](bool masking) {
    std::vector<Sequential::Entry> entries{kAnyLength};
    if (masking) entries.emplace_back(Masking{});
    entries.emplace_back(Bidirectional{.layer = LSTM{.units = 4, .return_sequences = true}});
    entries.emplace_back(Dense{.units = 1});
    Sequential model(entries);
    model.compile({.optimizer = "adam", .loss = "mse", .metrics = {"mae"}});
    return model;
  };
  Sequential masking = make(true), plain = make(false);
  plain.set_weights(masking.get_weights());
  const Array x = padded_series(), y = random_array({kSamples, kSteps, 1}, 4), mask = mask_of_lengths(kLengths, kSteps);
  Array noisy = padded_series(std::numeric_limits<float>::quiet_NaN());

  const Array expected = masking.predict(x), received = plain.predict(noisy, {.mask = mask});
  expect_same_bits(received.data(), expected.data(), expected.size());
  const History a =
      masking.fit(x, y, {.batch_size = 3, .epochs = 3, .verbose = 0, .validation_split = 0.25, .shuffle = false});
  const History b = plain.fit(
      noisy, y, {.batch_size = 3, .epochs = 3, .verbose = 0, .validation_split = 0.25, .shuffle = false, .mask = mask});
  for (const char* name : {"loss", "mae", "val_loss", "val_mae"}) EXPECT_EQ(a[name], b[name]) << name;
  EXPECT_EQ(masking.evaluate(x, y, {.verbose = 0}).at("loss"),
            plain.evaluate(noisy, y, {.verbose = 0, .mask = mask}).at("loss"));
  // Without a mask everything counts again.
  EXPECT_NE(plain.evaluate(x, y, {.verbose = 0}).at("loss"), masking.evaluate(x, y, {.verbose = 0}).at("loss"));
  EXPECT_THROW(plain.predict(x, {.mask = y}), ValueError);
  EXPECT_THROW(mask_of_lengths({10}, kSteps), ValueError);
}

TEST(Masks, LayersThatDropThemSaySoOnce) {
  std::vector<std::string> messages;
  const LogSink before = set_log_sink([&](LogLevel, std::string_view text) { messages.emplace_back(text); });
  {
    Sequential model{Input{.shape = {kSteps, kFeatures}}, Masking{}, Dense{.units = 2},
                     Conv1D{.filters = 2, .kernel_size = 2, .name = "dropper"}, LSTM{.units = 2}};
    Sequential heeding{
        Input{.shape = {kSteps, kFeatures}},     Masking{},        Dropout{.rate = 0.1}, BatchNormalization{},
        Bidirectional{.layer = GRU{.units = 2}}, Dense{.units = 1}};
    Sequential average{Input{.shape = {kSteps, kFeatures}}, Masking{}, GlobalAveragePooling1D{}};
  }
  set_log_sink(before);
  ASSERT_EQ(messages.size(), 1u);
  EXPECT_NE(messages[0].find("Layer 'dropper' (of type Conv1D) was passed an input with a mask attached to it"),
            std::string::npos);
}

TEST(Masks, ASoftmaxLayerRefusesThem) {
  EXPECT_THROW((Sequential{Input{.shape = {kSteps, kFeatures}}, Masking{}, Softmax{}}), ValueError);
}

TEST(Masks, TargetsOfAnotherShapeAreRefused) {
  Sequential model{kAnyLength, Masking{}, GRU{.units = 1, .return_sequences = true}};
  model.compile({.optimizer = "sgd", .loss = "mse"});
  EXPECT_THROW(model.test_on_batch(padded_series(), Array(Shape{kSamples, kSteps})), ValueError);
}

std::vector<double> gaps() {
  const Array x = padded_series();
  return {x.begin(), x.end()};
}

TEST(Masks, Gradients) {
  const Shape shape{kSamples, kSteps, kFeatures};
  const auto check = [&](const std::vector<Layer>& layers) {
    const GraphCheck graph(layers, shape, gaps());
    graph.expect_gradients(false);
    graph.expect_cpu_agrees();
    GraphCheck(layers, shape, gaps(), false).expect_cpu_agrees();
  };
  check({Dense{.units = 2}, Masking{}});  // nothing is masked
  check({Masking{}, Dense{.units = 2, .activation = "tanh"}, GlobalAveragePooling1D{}});
  check({Masking{}, Dense{.units = 2}, GlobalAveragePooling1D{.keepdims = true}});
  check({Masking{}, Dense{.units = 2, .use_bias = false}, BatchNormalization{}});  // a bias would have no gradient
  check({Masking{}, BatchNormalization{.center = false}, LSTM{.units = 3}});
  check({Masking{}, BatchNormalization{.axis = 1}, LSTM{.units = 3}});
  check({Masking{}, BatchNormalization{.axis = -2, .scale = false}});
  for (const bool zero : {false, true}) {
    check({Masking{}, LSTM{.units = 3, .return_sequences = true, .zero_output_for_mask = zero}});
    check({Masking{}, GRU{.units = 3, .go_backwards = true, .zero_output_for_mask = zero}});
    check({Masking{},
           SimpleRNN{.units = 3, .return_sequences = true, .go_backwards = true, .zero_output_for_mask = zero}});
    check({Masking{}, LSTM{.units = 2, .dropout = 0.3, .recurrent_dropout = 0.2, .return_sequences = true}});
  }
}

// Keras' unrolled loop takes the mask in the order of the input, though its outputs come last step first.
TEST(Masks, AnUnrolledLoopBackwardsPutsZerosWhereTheInputIsMasked) {
  const auto check = [](auto layer) {
    layer.return_sequences = layer.go_backwards = true;
    Sequential repeating{layers::Input{.shape = {kSteps, kFeatures}}, Masking{}, layer};
    layer.unroll = layer.zero_output_for_mask = true;
    Sequential unrolled{layers::Input{.shape = {kSteps, kFeatures}}, Masking{}, layer};
    unrolled.set_weights(repeating.get_weights());
    const Array x = padded_series();
    const Array y = unrolled.predict(x), all = repeating.predict(x);
    const Index units = y.shape().back();
    for (Index n = 0; n < kSamples; ++n) {
      for (Index i = 0; i < kSteps * units; ++i) {
        const bool counts = i / units < kLengths[static_cast<std::size_t>(n)];
        ASSERT_EQ(y[n * kSteps * units + i], counts ? all[n * kSteps * units + i] : 0.0f);
      }
    }
    layer.return_state = true;
    Sequential stating{layers::Input{.shape = {kSteps, kFeatures}}, Masking{}, layer};
    stating.set_weights(repeating.get_weights());
    const std::vector<Array> outputs = stating.predict_outputs(x);
    ASSERT_EQ(outputs[0].shape(), y.shape());
    expect_same_bits(outputs[0].data(), y.data(), y.size());
  };
  check(LSTM{.units = 3});
  check(GRU{.units = 5});
  check(SimpleRNN{.units = 2});
  check(RNN{.cell = LSTMCell{.units = 3}});
  check(RNN{.cell = StackedRNNCells{.cells = {GRUCell{.units = 2}, SimpleRNNCell{.units = 3}}}});
}

TEST(Embedding, Gradients) {
  const Shape shape{3, 5};
  const std::vector<double> tokens{1, 2, 2, 0, 0, 4, 0.9, 3, 1, 0, 4, 4, 4, 4, 4};
  for (const bool mask_zero : {false, true}) {
    const std::vector<Layer> layers{Embedding{.input_dim = 5, .output_dim = 3, .mask_zero = mask_zero},
                                    LSTM{.units = 2, .return_sequences = true}, GlobalAveragePooling1D{}};
    const GraphCheck graph(layers, shape, tokens);
    graph.expect_gradients(false);
    graph.expect_cpu_agrees();
  }
  // A large table, of which the gradient is made in several tasks.
  const std::vector<double> far{0, 255, 256, 999, 999, 1, 2, 3, 4, 600, 256, 0, 0, 0, 512};
  GraphCheck({Embedding{.input_dim = 1000, .output_dim = 7}}, shape, far).expect_cpu_agrees();
}

TEST(Embedding, RefusesNumbersOutsideItsTable) {
  Sequential model{Input{.shape = {3}}, Embedding{.input_dim = 4, .output_dim = 2}};
  EXPECT_NO_THROW(model.predict(Array{{0, 3, 1}}));
  EXPECT_THROW(model.predict(Array{{0, 4, 1}}), ValueError);
  EXPECT_THROW(model.predict(Array{{0, -1, 1}}), ValueError);
  EXPECT_THROW(model.predict(Array{{0, std::numeric_limits<float>::quiet_NaN(), 1}}), ValueError);
}

}  // namespace
}  // namespace wavetrain::tests
