// Models with a name: published networks for time series, and the recipes that they were published with.
//
//   mlp        Wang, Yan and Oates (2017), as in Ismail Fawaz et al. (2019), dl-4-tsc: dense layers and dropout
//   fcn        the same papers: three convolutions with batch normalisation, global average
//   time-cnn   Zhao et al. (2017), as in dl-4-tsc: sigmoid units throughout, mean squared error on one-hot targets
//   conv       Conv1D(32, 3), MaxPooling1D(2), Flatten, Dense(128), Dense
//   conv-bn    Conv1D(64, 5), BatchNormalization, Conv1D(128, 3), GlobalAveragePooling1D, Dense
//   conv-lstm  Conv1D(64, 7), MaxPooling1D(2), LSTM(128), LSTM(64), Dense
//
// The last layer follows the task. mlp, fcn and time-cnn keep one unit per class, as published; conv, conv-bn and
// conv-lstm tell two classes apart with one sigmoid unit. For regression the last layer is linear and the loss is mse.
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
};

// Multiplies the learning rate by `factor` once the training loss has not improved for `patience` epochs.
struct Plateau {
  double factor = 0.5;
  Index patience = 50;
  double min_lr = 1e-4;
};

struct Recipe {
  std::vector<Sequential::Entry> layers;
  CompileOptions compile;
  Index batch_size = 32;
  Index epochs = 10;
  std::optional<Plateau> plateau{};
  bool keep_best = false;  // training ends with the weights of the epoch with the smallest training loss
};

std::vector<std::string> names();

// The batch size rule of these papers: a tenth of the training set, at most `cap`, at least 1.
Index mini_batch_size(Index samples, Index cap = 16);

// Throws ValueError for an unknown name, with the names there are, and for sizes below 1.
Recipe make(std::string_view name, const Problem& problem);

}  // namespace wavetrain::presets
