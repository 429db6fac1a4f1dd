// One number for each series: a convolution in front of two LSTMs.
#include <cstdio>

#include "wavetrain/layers.hpp"
#include "wavetrain/random.hpp"
#include "wavetrain/sequential.hpp"

using namespace wavetrain;

int main() {
  Sequential model{
      layers::Conv1D{.filters = 64, .kernel_size = 7, .activation = "relu", .input_shape = {200, 1}},
      layers::MaxPooling1D{.pool_size = 2},
      layers::LSTM{.units = 128, .return_sequences = true},
      layers::LSTM{.units = 64},
      layers::Dense{.units = 1},
  };
  model.compile({.optimizer = "adam", .loss = "mse"});
  std::printf("%s", model.summary().c_str());

  const Array x_train = random_normal({500, 200, 1});
  const Array y_train = random_normal({500, 1});
  model.fit(x_train, y_train, {.epochs = 10});
}
