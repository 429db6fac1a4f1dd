// Returns 0 when what another project compiles and links also trains, and where there are files, comes back from one.
#include <wavetrain/wavetrain.hpp>

#include <cstdio>

using namespace wavetrain;

int main() {
  set_random_seed(1);
  Sequential model{
      layers::Conv1D{.filters = 4, .kernel_size = 3, .activation = "relu", .input_shape = {20, 1}},
      layers::GlobalAveragePooling1D{},
      layers::Dense{.units = 1, .activation = "sigmoid"},
  };
  model.compile({.optimizer = "adam", .loss = "binary_crossentropy"});
  const Array x = random_normal({64, 20, 1});
  model.fit(x, random_integers({64}, 0, 2), {.epochs = 2, .verbose = 0});
  const Array predicted = model.predict(x);
  std::printf("%s\n", to_string(predicted.shape()).c_str());
  if (predicted.shape() != Shape{64, 1}) return 1;
#ifdef WAVETRAIN_WITH_FILES
  model.save("consumer.keras");
  if (load_model("consumer.keras").predict(x) != predicted) return 1;
#endif
#ifdef WAVETRAIN_WITH_SERIES
  if (series::make_cbf(1, 1).samples() != 3) return 1;
#endif
  return 0;
}
