// Lets Python judge the event files: trains a small model for three epochs with a TensorBoard callback.
//   wavetrain_event_files FOLDER
#include <cstdio>

#include "wavetrain/wavetrain.hpp"

int main(int argc, char** argv) {
  using namespace wavetrain;
  if (argc != 2) return 2;
  set_random_seed(1);
  Sequential model{
      layers::Conv1D{.filters = 3, .kernel_size = 2, .activation = "relu", .name = "conv", .input_shape = {6, 2}},
      layers::Flatten{}, layers::Dense{.units = 1, .name = "out"}};
  model.compile({.optimizer = optimizers::SGD{.learning_rate = 0.125}, .loss = "mse", .metrics = {"mae"}});
  Array x(Shape{12, 6, 2}), y(Shape{12, 1});
  for (Index i = 0; i < x.size(); ++i) x[i] = static_cast<float>(i % 7) / 7;
  for (Index i = 0; i < y.size(); ++i) y[i] = static_cast<float>(i % 3);
  const callbacks::TensorBoard board{
      .log_dir = argv[1], .histogram_freq = 2, .write_images = true, .write_steps_per_second = true, .update_freq = 2};
  const History history =
      model.fit(x, y, {.batch_size = 4, .epochs = 3, .verbose = 0, .callbacks = {board}, .validation_data = {x, y}});
  // What was logged, for comparison.
  for (const std::string& name : history.names()) {
    for (const double value : history[name]) std::printf("%s %.9g\n", name.c_str(), value);
  }
  for (const auto& [path, weight] : model.weights_by_path()) {
    for (const float value : weight) std::printf("%s %.9g\n", path.c_str(), static_cast<double>(value));
  }
  return 0;
}
