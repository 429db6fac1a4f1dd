// Ten classes of series with three channels: convolutions, batch normalisation, the average over time.
#include <cstdio>

#include "wavetrain/layers.hpp"
#include "wavetrain/random.hpp"
#include "wavetrain/sequential.hpp"

using namespace wavetrain;

int main() {
  Sequential model{
      layers::Conv1D{.filters = 64, .kernel_size = 5, .activation = "relu", .input_shape = {100, 3}},
      layers::BatchNormalization{},
      layers::Conv1D{.filters = 128, .kernel_size = 3, .activation = "relu"},
      layers::GlobalAveragePooling1D{},
      layers::Dense{.units = 10, .activation = "softmax"},
  };
  model.compile({.optimizer = "adam", .loss = "categorical_crossentropy", .metrics = {"accuracy"}});
  std::printf("%s", model.summary().c_str());

  const Array x_train = random_normal({1000, 100, 3});
  const Labels classes = random_integers({1000}, 0, 10);
  Array y_train(Shape{1000, 10});
  for (Index i = 0; i < 1000; ++i) y_train(i, Index{classes[i]}) = 1;
  model.fit(x_train, y_train, {.epochs = 10});
}
