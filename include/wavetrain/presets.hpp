// Models with a name: published networks for time series, and the recipes that they were published with.
//
//   mlp        Wang, Yan and Oates (2017), as in Ismail Fawaz et al. (2019), dl-4-tsc: dense layers and dropout
//   fcn        the same papers: three convolutions with batch normalisation, global average
//   time-cnn   Zhao et al. (2017), as in dl-4-tsc: sigmoid units throughout, mean squared error on one-hot targets
//   fcn-64     the Keras example "timeseries_classification_from_scratch": fcn with 64 filters of width 3
//   conv       Conv1D(32, 3), MaxPooling1D(2), Flatten, Dense(128), Dense
//   conv-bn    Conv1D(64, 5), BatchNormalization, Conv1D(128, 3), GlobalAveragePooling1D, Dense
//   conv-lstm  Conv1D(64, 7), MaxPooling1D(2), LSTM(128), LSTM(64), Dense
//   lstm       classes: the Keras example "timeseries_classification_lstm_vs_cnn": LSTM(64), LSTM(32), Dense(16),
//   Dense;
//              numbers: the Keras example "timeseries_weather_forecasting": LSTM(32), Dense
//   gru        GRU(10), Dropout(0.1), Dense: the darts example on sunspots
//   bilstm     Bidirectional(LSTM(64)), Dropout(0.2), Dense
//   tcn        Bai, Kolter and Koltun (2018) without the residual connections: pairs of causal convolutions whose
//              dilation doubles until they see the whole series; the last step goes to Dense
//   linear     LTSF-Linear, Zeng et al. (2023): one Dense along time, shared by the channels
//   conv-autoencoder  the Keras example "timeseries_anomaly_detection": reconstructs its input
//   lstm-autoencoder  SKAB's: LSTM(100), RepeatVector, LSTM(100), TimeDistributed(Dense): reconstructs its input
//
// The last layer follows the task. mlp, fcn, fcn-64 and time-cnn keep one unit per class, as published; conv, conv-bn
// and conv-lstm tell two classes apart with one sigmoid unit. For numbers the last layer is linear and the loss is mse, or
// losses::Quantile for quantiles of them.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "wavetrain/sequential.hpp"

namespace wavetrain::presets {

// What the model has to do.
struct Problem {
  Index samples = 0;   // of the training set; batch sizes follow it
  Index steps = 0;     // time steps of a sample
  Index channels = 1;  // features of a time step
  Index outputs = 1;   // classes, or numbers to predict
  bool classification = true;
  // Numbers: how many columns they belong to. The output is (outputs) for one, (outputs / targets, targets) for
  // several.
  Index targets = 1;
  bool reconstruction = false;  // the output is the input, (steps, channels)
  // Numbers: learn these quantiles of each instead of its mean, with losses::Quantile. The output is then
  // (outputs / targets[, targets], quantiles).
  std::vector<double> quantiles = {};
};

// The shape of an output for numbers, without the batch.
Shape output_shape(const Problem& problem);

// Multiplies the learning rate by `factor` once `monitor` has not improved for `patience` epochs.
struct Plateau {
  double factor = 0.5;
  Index patience = 50;
  double min_lr = 1e-4;
  std::string monitor = "loss";
};

struct Recipe {
  std::vector<Sequential::Entry> layers;
  CompileOptions compile;
  Index batch_size = 32;
  Index epochs = 10;
  std::optional<Plateau> plateau{};
  std::string keep_best{};          // ends with the weights of the best epoch by this quantity; empty: of the last
  std::optional<Index> patience{};  // stops when val_loss has not improved for so many epochs
  double validation_split = 0;      // the part of the training data that val_loss comes from
};

std::vector<std::string> names();

// Whether the preset of that name reconstructs its input.
bool is_autoencoder(std::string_view name);

// The batch size rule of these papers: a tenth of the training set, at most `cap`, at least 1.
Index mini_batch_size(Index samples, Index cap = 16);

// Throws ValueError for an unknown name, with the names there are, for sizes below 1, for outputs that do not divide
// into targets, for quantiles of classes or reconstructions, and for autoencoders when something other than a reconstruction is asked for (and the reverse).
Recipe make(std::string_view name, const Problem& problem);

}  // namespace wavetrain::presets
