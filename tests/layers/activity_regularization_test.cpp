#include "wavetrain/layers/activity_regularization.hpp"

#include <gtest/gtest.h>

#include "wavetrain/layers/activation.hpp"
#include "wavetrain/layers/conv1d.hpp"
#include "wavetrain/layers/dense.hpp"
#include "wavetrain/layers/flatten.hpp"
#include "wavetrain/sequential.hpp"

namespace wavetrain::tests {
namespace {

Array column(const std::vector<float>& values) {
  return Array(Shape{static_cast<Index>(values.size()), 1}, std::span<const float>(values));
}

// The loss of a model of which the outputs equal the targets is the penalty alone.
TEST(ActivityRegularization, AddsItsPenaltyDividedByTheBatch) {
  const Array x{{1, -2}, {3, 4}};
  Sequential model{layers::ActivityRegularization{.l1 = 0.1, .l2 = 0.01}};
  model.compile({.optimizer = "sgd", .loss = "mse"});
  const Logs logs = model.evaluate(x, x, {.verbose = 0});
  EXPECT_NEAR(logs["loss"], (0.1 * 10 + 0.01 * 30) / 2, 1e-6);
}

// One step of SGD from w: w - rate · d(mse + penalty)/dw, worked out by hand; with an activation that follows, is fused, or is
// taken by the loss.
TEST(ActivityRegularization, TrainsAgainstItsPenalty) {
  const Array x = column({1, 3}), y = column({2, 1});
  const auto weight_after_step = [&](const std::vector<Sequential::Entry>& entries) {
    Sequential model(entries);
    model.build({kNone, 1});
    model.set_weights(std::vector<Array>{column({0.5f})});
    model.compile({.optimizer = optimizers::SGD{.learning_rate = 0.1}, .loss = "mse"});
    model.train_on_batch(x, y);
    return double{model.get_weights()[0].data()[0]};
  };
  // outputs 0.5 and 1.5; d mse/dw = (1·(0.5-2)·1·2 + (1.5-1)·3·2)/2 = 0; penalty 0.2·Σy²/2 has 0.2·(0.5·1 + 1.5·3) = 1.
  const layers::Dense dense{.units = 1, .use_bias = false, .activity_regularizer = regularizers::L2{.l2 = 0.2}};
  EXPECT_NEAR(weight_after_step({dense}), 0.5 - 0.1 * 1, 1e-6);
  EXPECT_NEAR(weight_after_step({dense, layers::Activation{.activation = "relu"}}), 0.4, 1e-6);
  layers::Dense relu = dense;
  relu.activation = "relu";
  EXPECT_NEAR(weight_after_step({relu}), 0.4, 1e-6);
  EXPECT_NEAR(
      weight_after_step({layers::Dense{.units = 1, .use_bias = false}, layers::ActivityRegularization{.l2 = 0.2}}), 0.4,
      1e-6);
}

TEST(ActivityRegularization, ReachesASigmoidThatTheLossTakesAlong) {
  const Array x = column({1, -1}), y = column({1, 0});
  const auto loss_of = [&](float w) {
    Sequential model{layers::Dense{.units = 1,
                                   .activation = "sigmoid",
                                   .use_bias = false,
                                   .activity_regularizer = regularizers::L1{.l1 = 0.5},
                                   .input_shape = {1}}};
    model.set_weights(std::vector<Array>{column({w})});
    model.compile({.optimizer = optimizers::SGD{.learning_rate = 1.0}, .loss = "binary_crossentropy"});
    const double loss = model.evaluate(x, y, {.verbose = 0})["loss"];
    model.train_on_batch(x, y);
    return std::pair{loss, double{model.get_weights()[0].data()[0]}};
  };
  const auto [middle, after] = loss_of(0.3f);
  const double slope = (loss_of(0.301f).first - loss_of(0.299f).first) / 0.002;
  EXPECT_NEAR(after, 0.3 - slope, 2e-3);
  EXPECT_GT(middle, 0.5);
}

// A crossentropy behind an activation that it does not take along: one step against the slope of the loss.
TEST(ActivityRegularization, OtherActivationsKeepTheirDerivative) {
  const Array x = column({1, -1}), y = column({1, 0});
  const auto loss_of = [&](float w) {
    Sequential model{layers::Dense{.units = 1, .activation = "hard_sigmoid", .use_bias = false, .input_shape = {1}}};
    model.set_weights(std::vector<Array>{column({w})});
    model.compile({.optimizer = optimizers::SGD{.learning_rate = 1.0}, .loss = "binary_crossentropy"});
    const double loss = model.evaluate(x, y, {.verbose = 0})["loss"];
    model.train_on_batch(x, y);
    return std::pair{loss, double{model.get_weights()[0].data()[0]}};
  };
  const double slope = (loss_of(0.301f).first - loss_of(0.299f).first) / 0.002;
  EXPECT_NEAR(loss_of(0.3f).second, 0.3 - slope, 2e-3);
}

}  // namespace
}  // namespace wavetrain::tests
