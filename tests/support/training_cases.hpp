// Models to train in tests, one line of text each: between them every layer, optimizer, loss and kind of metric that
// has a step of its own.
#pragma once

#include <cstdint>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "wavetrain/layer_list.hpp"
#include "wavetrain/random.hpp"
#include "wavetrain/sequential.hpp"

namespace wavetrain::tests {

struct TrainingCase {
  // What y holds: numbers like the output's, 0 or 1, a one-hot row, or the number of a class.
  enum class Target { numbers, binary, one_hot, classes };

  const char* name;
  Shape sample;        // (steps, features)
  const char* layers;  // as layer_list.hpp reads them
  const char* optimizer = "adam";
  const char* loss = "mse";
  Target target = Target::numbers;
  std::vector<const char*> metrics = {};
  Index classes = 1;      // width of the output
  bool sequence = false;  // one output per step
  bool sample_weight = false;
  bool class_weight = false;

  friend std::ostream& operator<<(std::ostream& out, const TrainingCase& c) { return out << c.name; }
};

// The same weights on every call.
inline Sequential make_model(const TrainingCase& c) {
  set_random_seed(7);
  clear_session();
  std::vector<Sequential::Entry> entries = parse_layer_list(c.layers);
  entries.insert(entries.begin(), layers::Input{c.sample});
  Sequential model(entries);
  CompileOptions options{.optimizer = Optimizer(parse_constructor(c.optimizer)),
                         .loss = Loss(parse_constructor(c.loss))};
  for (const char* metric : c.metrics) {
    const Config identifier = parse_constructor(metric);
    options.metrics.emplace_back(identifier);
    if (c.sample_weight || c.class_weight) options.weighted_metrics.emplace_back(identifier);
  }
  model.compile(options);
  return model;
}

struct TrainingData {
  Array x, y, weights;
};

inline TrainingData make_data(const TrainingCase& c, Index samples, std::uint64_t seed = 1) {
  TrainingData data;
  data.x = random_normal(c.sample.with_first(samples), 0, 1, seed);
  Random random(seed + 1);
  const Shape rows = c.sequence ? Shape{samples, c.sample[0]} : Shape{samples};
  if (c.target == TrainingCase::Target::classes) {
    data.y = Array(rows);
    for (float& label : data.y) label = static_cast<float>(random.below(static_cast<std::uint32_t>(c.classes)));
  } else {
    Shape shape = rows;
    shape.push_back(c.classes);
    data.y = Array(shape, 0.0f);
    for (Index row = 0; row < rows.size(); ++row) {
      float* y = data.y.data() + row * c.classes;
      switch (c.target) {
        case TrainingCase::Target::one_hot: y[random.below(static_cast<std::uint32_t>(c.classes))] = 1; break;
        case TrainingCase::Target::binary:
          for (Index i = 0; i < c.classes; ++i) y[i] = static_cast<float>(random.below(2));
          break;
        default:
          for (Index i = 0; i < c.classes; ++i) y[i] = static_cast<float>(random.normal());
      }
    }
  }
  data.weights = random_uniform(Shape{samples}, 0.5, 1.5, seed + 2);
  return data;
}

// How `data` is fitted, silently.
inline FitOptions fit_options(const TrainingCase& c, const TrainingData& data, Index batch_size, Index epochs) {
  FitOptions options{.batch_size = batch_size, .epochs = epochs, .verbose = 0};
  if (c.sample_weight) options.sample_weight = data.weights;
  if (c.class_weight) options.class_weight = {{0, 0.5}, {1, 2.0}};
  return options;
}

inline const std::vector<TrainingCase>& training_cases() {
  using enum TrainingCase::Target;
  static const std::vector<TrainingCase> cases{
      {.name = "seed_classify",
       .sample = {100, 1},
       .layers = "Conv1D(32, 3, activation='relu') MaxPooling1D(2) Flatten() Dense(128, activation='relu') "
                 "Dense(1, activation='sigmoid')",
       .loss = "binary_crossentropy",
       .target = binary,
       .metrics = {"accuracy"}},
      {.name = "seed_multichannel",
       .sample = {100, 3},
       .layers = "Conv1D(64, 5, activation='relu') BatchNormalization() Conv1D(128, 3, activation='relu') "
                 "GlobalAveragePooling1D() Dense(10, activation='softmax')",
       .loss = "categorical_crossentropy",
       .target = one_hot,
       .metrics = {"accuracy"},
       .classes = 10},
      {.name = "seed_conv_lstm",
       .sample = {80, 1},
       .layers = "Conv1D(64, 7, activation='relu') MaxPooling1D(2) LSTM(128, return_sequences=True) LSTM(64) Dense(1)"},
      {.name = "conv_options",
       .sample = {60, 4},
       .layers = "Conv1D(24, 5, strides=2, padding='same', use_bias=False, activation='elu') "
                 "Conv1D(24, 3, dilation_rate=2, padding='causal', activation='gelu') "
                 "Conv1D(24, 3, groups=4, activation='swish') Conv1D(24, 1, activation='tanh') "
                 "AveragePooling1D(3, strides=2, padding='same') Flatten() Dense(8, activation='selu') Dense(2)",
       .optimizer = "SGD(learning_rate=0.01, momentum=0.9, nesterov=True, clipnorm=1.0)",
       .loss = "huber",
       .metrics = {"mae", "mse", "RootMeanSquaredError"},
       .classes = 2,
       .sample_weight = true},
      {.name = "normalised_and_dropped",
       .sample = {64, 8},
       .layers =
           "Conv1D(32, 3, kernel_initializer='he_normal', kernel_regularizer=L2(1e-4)) BatchNormalization() ReLU() "
           "Dropout(0.3) Conv1D(32, 3, bias_regularizer=L1(1e-4)) BatchNormalization(center=False, scale=False) "
           "Activation('softplus') Dropout(0.2, noise_shape=[None, 1, 32]) GlobalMaxPooling1D() "
           "Dense(16, kernel_constraint=MaxNorm(2)) Dropout(0.5) Dense(5) Softmax()",
       .optimizer = "AdamW(weight_decay=0.01, global_clipnorm=1.0)",
       .loss = "sparse_categorical_crossentropy",
       .target = classes,
       .metrics = {"accuracy", "SparseTopKCategoricalAccuracy(k=2)"},
       .classes = 5,
       .class_weight = true},
      {.name = "gru",
       .sample = {40, 6},
       .layers = "GRU(48, return_sequences=True, dropout=0.2, recurrent_dropout=0.1) GRU(32, reset_after=False) "
                 "Dense(3, activation='softmax')",
       .optimizer = "RMSprop(momentum=0.9, centered=True)",
       .loss = "CategoricalCrossentropy(label_smoothing=0.1)",
       .target = one_hot,
       .metrics = {"accuracy", "AUC", "Precision", "Recall", "TopKCategoricalAccuracy(k=2)"},
       .classes = 3,
       .sample_weight = true},
      {.name = "simple_rnn_backwards",
       .sample = {30, 4},
       .layers = "SimpleRNN(40, return_sequences=True, go_backwards=True) SimpleRNN(24, activation='relu') Dense(2)",
       .optimizer = "Adam(clipvalue=0.5, use_ema=True, ema_overwrite_frequency=2)",
       .loss = "BinaryCrossentropy(from_logits=True)",
       .target = binary,
       .metrics = {"BinaryAccuracy(threshold=0.0)", "AUC(from_logits=True)"},
       .classes = 2},
      {.name = "lstm_per_step",
       .sample = {30, 3},
       .layers = "LSTM(48, return_sequences=True, activation='relu', recurrent_activation='hard_sigmoid', dropout=0.1) "
                 "Dense(4, activation='softmax')",
       .optimizer = "Adam(amsgrad=True, gradient_accumulation_steps=2, name='an_optimizer_with_a_long_name')",
       .loss = "crossentropy",
       .target = classes,
       .metrics = {"accuracy"},
       .classes = 4,
       .sequence = true},
      {.name = "dense_only",
       .sample = {16, 2},
       .layers = "Flatten() Dense(600, activation='relu') Dense(600, activation='tanh') Dense(3)",
       .optimizer = "Adam(learning_rate=ExponentialDecay(initial_learning_rate=0.001, decay_steps=5, decay_rate=0.9, "
                    "name='a_schedule_with_a_long_name'))",
       .loss = "mae",
       .metrics = {"mse"},
       .classes = 3},
      {.name = "quantiles",
       .sample = {12, 2},
       .layers = "GRU(8) Dense(3)",
       .loss = "Quantile([0.1, 0.5, 0.9])",
       .sample_weight = true},
  };
  return cases;
}

}  // namespace wavetrain::tests
