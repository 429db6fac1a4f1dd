#include "bench/programs.hpp"

namespace wavetrain::bench {
namespace {

Array normal(const Shape& shape, std::uint64_t seed) { return random_normal(shape, 0.0, 1.0, seed); }

Array one_hot(Index samples, Index classes) {
  const Labels labels = random_integers(Shape{samples}, 0, static_cast<std::int32_t>(classes), 2);
  Array y(Shape{samples, classes});
  for (Index i = 0; i < samples; ++i) y(i, labels[i]) = 1.0f;
  return y;
}

Array binary(Index samples) {
  Array y(Shape{samples, 1});
  const Labels labels = random_integers(Shape{samples}, 0, 2, 2);
  for (Index i = 0; i < samples; ++i) y[i] = static_cast<float>(labels[i]);
  return y;
}

Sequential compiled(Sequential model, const char* loss, bool accuracy = false) {
  CompileOptions options{.optimizer = "adam", .loss = loss};
  if (accuracy) options.metrics = {"accuracy"};
  model.compile(options);
  return model;
}

Program classify() {
  Sequential model{
      layers::Conv1D{.filters = 32, .kernel_size = 3, .activation = "relu", .input_shape = {100, 1}},
      layers::MaxPooling1D{.pool_size = 2},
      layers::Flatten{},
      layers::Dense{.units = 128, .activation = "relu"},
      layers::Dense{.units = 1, .activation = "sigmoid"},
  };
  return {compiled(std::move(model), "binary_crossentropy", true), normal(Shape{1024, 100, 1}, 1), binary(1024), 32};
}

Program channels() {
  Sequential model{
      layers::Conv1D{.filters = 64, .kernel_size = 5, .activation = "relu", .input_shape = {100, 3}},
      layers::BatchNormalization{},
      layers::Conv1D{.filters = 128, .kernel_size = 3, .activation = "relu"},
      layers::GlobalAveragePooling1D{},
      layers::Dense{.units = 10, .activation = "softmax"},
  };
  return {compiled(std::move(model), "categorical_crossentropy", true), normal(Shape{1024, 100, 3}, 1),
          one_hot(1024, 10), 32};
}

Program recurrent() {
  Sequential model{
      layers::Conv1D{.filters = 64, .kernel_size = 7, .activation = "relu", .input_shape = {200, 1}},
      layers::MaxPooling1D{.pool_size = 2},
      layers::LSTM{.units = 128, .return_sequences = true},
      layers::LSTM{.units = 64},
      layers::Dense{.units = 1},
  };
  return {compiled(std::move(model), "mse"), normal(Shape{512, 200, 1}, 1), normal(Shape{512, 1}, 2), 32};
}

Program fcn() {
  Sequential model{
      layers::Conv1D{.filters = 128, .kernel_size = 8, .padding = "same", .input_shape = {150, 1}},
      layers::BatchNormalization{},
      layers::Activation{"relu"},
      layers::Conv1D{.filters = 256, .kernel_size = 5, .padding = "same"},
      layers::BatchNormalization{},
      layers::Activation{"relu"},
      layers::Conv1D{.filters = 128, .kernel_size = 3, .padding = "same"},
      layers::BatchNormalization{},
      layers::Activation{"relu"},
      layers::GlobalAveragePooling1D{},
      layers::Dense{.units = 6, .activation = "softmax"},
  };
  return {compiled(std::move(model), "categorical_crossentropy"), normal(Shape{256, 150, 1}, 1), one_hot(256, 6), 16};
}

Program time_cnn() {
  Sequential model{
      layers::Conv1D{.filters = 6, .kernel_size = 7, .activation = "sigmoid", .input_shape = {150, 1}},
      layers::AveragePooling1D{.pool_size = 3},
      layers::Conv1D{.filters = 12, .kernel_size = 7, .activation = "sigmoid"},
      layers::AveragePooling1D{.pool_size = 3},
      layers::Flatten{},
      layers::Dense{.units = 6, .activation = "sigmoid"},
  };
  return {compiled(std::move(model), "mse"), normal(Shape{2048, 150, 1}, 1), one_hot(2048, 6), 16};
}

Program tcn() {
  Sequential model;
  model.add(layers::Input{.shape = {512, 4}});
  for (Index dilation = 1; dilation <= 128; dilation *= 2) {
    model.add(layers::Conv1D{
        .filters = 32, .kernel_size = 3, .padding = "causal", .dilation_rate = dilation, .activation = "relu"});
  }
  model.add(layers::Dense{.units = 1});
  return {compiled(std::move(model), "mse"), normal(Shape{256, 512, 4}, 1), normal(Shape{256, 512, 1}, 2), 16};
}

Program gru() {
  Sequential model{
      layers::Input{.shape = {128, 8}},
      layers::GRU{.units = 64, .return_sequences = true},
      layers::GRU{.units = 64},
      layers::Dense{.units = 1},
  };
  return {compiled(std::move(model), "mse"), normal(Shape{512, 128, 8}, 1), normal(Shape{512, 1}, 2), 32};
}

Program bilstm() {
  Sequential model{
      layers::Input{.shape = {100, 12}},
      layers::Bidirectional{.layer = layers::LSTM{.units = 64, .return_sequences = true}},
      layers::Bidirectional{.layer = layers::LSTM{.units = 32}},
      layers::Dense{.units = 10, .activation = "softmax"},
  };
  return {compiled(std::move(model), "categorical_crossentropy"), normal(Shape{512, 100, 12}, 1), one_hot(512, 10), 32};
}

Program autoencoder() {
  const auto half = [](Index filters) {
    return layers::Conv1D{.filters = filters, .kernel_size = 7, .strides = 2, .padding = "same", .activation = "relu"};
  };
  const auto twice = [](Index filters) {
    return layers::Conv1DTranspose{
        .filters = filters, .kernel_size = 7, .strides = 2, .padding = "same", .activation = "relu"};
  };
  Sequential model{
      layers::Input{.shape = {288, 1}},
      half(32),
      layers::Dropout{.rate = 0.2},
      half(16),
      twice(16),
      layers::Dropout{.rate = 0.2},
      twice(32),
      layers::Conv1DTranspose{.filters = 1, .kernel_size = 7, .padding = "same"},
  };
  Array x = normal(Shape{1024, 288, 1}, 1);
  return {compiled(std::move(model), "mse"), x, x, 128};
}

Program tiny() {
  Sequential model{
      layers::Conv1D{.filters = 16, .kernel_size = 3, .activation = "relu", .input_shape = {24, 8}},
      layers::MaxPooling1D{.pool_size = 2},
      layers::Flatten{},
      layers::Dense{.units = 1},
  };
  return {compiled(std::move(model), "mse"), normal(Shape{4096, 24, 8}, 1), normal(Shape{4096, 1}, 2), 32};
}

Program long_filters() {
  Sequential model{
      layers::Conv1D{.filters = 16, .kernel_size = 51, .input_shape = {1024, 16}},
      layers::GlobalAveragePooling1D{},
      layers::Dense{.units = 1},
  };
  return {compiled(std::move(model), "mse"), normal(Shape{128, 1024, 16}, 1), normal(Shape{128, 1}, 2), 8};
}

}  // namespace

const std::vector<ProgramEntry>& programs() {
  static const std::vector<ProgramEntry> list{
      {"classify", 39.8, 0.42048, classify},
      {"channels", 455.6, 4.80717, channels},
      {"recurrent", 2741.6, 28.7804, recurrent},
      {"fcn", 3759.5, 78.9519, fcn},
      {"time-cnn", 2.5, 0.056448, time_cnn},
      {"tcn", 996.2, 20.8847, tcn},
      {"gru", 926.4, 9.83053, gru},
      {"bilstm", 1486.5, 15.9757, bilstm},
      {"autoencoder", 753.4, 1.98336, autoencoder},
      {"tiny", 1.1, 0.017248, tiny},
      {"long", 406.9, 25.4331, long_filters},
  };
  return list;
}

}  // namespace wavetrain::bench
