// Two classes of series: convolution, pooling, dense layers. Random data, so there is nothing to learn but the data
// itself.
#include <cstdio>

#include "wavetrain/layers.hpp"
#include "wavetrain/random.hpp"
#include "wavetrain/sequential.hpp"

using namespace wavetrain;

int main() {
  Sequential model{
      layers::Conv1D{.filters = 32, .kernel_size = 3, .activation = "relu", .input_shape = {100, 1}},
      layers::MaxPooling1D{.pool_size = 2},
      layers::Flatten{},
      layers::Dense{.units = 128, .activation = "relu"},
      layers::Dense{.units = 1, .activation = "sigmoid"},
  };
  model.compile({.optimizer = "adam", .loss = "binary_crossentropy", .metrics = {"accuracy"}});
  std::printf("%s", model.summary().c_str());

  const Array x_train = random_normal({1000, 100, 1});
  const Labels y_train = random_integers({1000}, 0, 2);
  model.fit(x_train, y_train, {.epochs = 10});
}
