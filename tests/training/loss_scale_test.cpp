// loss_scale_factor: the loss is scaled, and the optimizer divides the gradients again.

#include <gtest/gtest.h>

#include "wavetrain/layers.hpp"
#include "wavetrain/random.hpp"
#include "wavetrain/sequential.hpp"

namespace wavetrain {
namespace {

Array trained_kernel(const std::optional<double>& factor) {
  set_random_seed(1);
  Sequential model{layers::Input{.shape = {3}}, layers::Dense{.units = 2, .kernel_regularizer = "l2"}};
  model.compile({.optimizer = optimizers::SGD{.learning_rate = 0.1, .clipnorm = 0.3, .loss_scale_factor = factor},
                 .loss = "mse"});
  const Array x(Shape{4, 3}, 0.5f), y(Shape{4, 2}, 1.0f);
  model.fit(x, y, {.epochs = 3, .verbose = 0, .shuffle = false});
  return model.get_weights()[0];
}

TEST(LossScale, AFactorOfTwoChangesNoBit) {
  const Array plain = trained_kernel(std::nullopt), scaled = trained_kernel(8.0);
  EXPECT_TRUE(std::equal(plain.begin(), plain.end(), scaled.begin()));
}

}  // namespace
}  // namespace wavetrain
