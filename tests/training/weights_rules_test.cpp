// Regularizers and constraints. Expected values: keras.regularizers, keras.constraints of Keras 3.15.1.
#include <cmath>

#include <gtest/gtest.h>

#include "wavetrain/constraints.hpp"
#include "wavetrain/layers/dense.hpp"
#include "wavetrain/regularizers.hpp"
#include "wavetrain/sequential.hpp"

namespace wavetrain {
namespace {

const Array kMatrix{{0.5f, -1.5f, 2.0f}, {-0.25f, 0.75f, 1.0f}};

void expect_gradient(const Regularizer& regularizer, Array w) {
  Array g(w.shape(), 1.0f);
  regularizer.add_gradient(w, g.data(), 2.0);
  for (Index i = 0; i < w.size(); ++i) {
    const float middle = w[i];
    w[i] = middle + 1e-3f;
    const double above = regularizer.value(w);
    w[i] = middle - 1e-3f;
    const double below = regularizer.value(w);
    w[i] = middle;
    EXPECT_NEAR(g[i], 1 + 2 * (above - below) / 2e-3, 1e-4) << regularizer.class_name() << " [" << i << "]";
  }
}

TEST(Regularizers, Values) {
  EXPECT_NEAR(Regularizer("l1").value(kMatrix), 0.06, 1e-9);
  EXPECT_NEAR(Regularizer("l2").value(kMatrix), 0.08125, 1e-9);
  EXPECT_EQ(Regularizer("l1l2").value(kMatrix), 0.0);
  EXPECT_THROW(Regularizer("l1_l2"), ValueError);
  EXPECT_NEAR(Regularizer(regularizers::L1L2{.l1 = 0.1, .l2 = 0.2}).value(kMatrix), 2.225, 1e-6);
  EXPECT_EQ(Regularizer().value(kMatrix), 0.0);
  // One pair of rows: their cosine, 0.01 · 0.75 / (2.549510 · 1.274755).
  EXPECT_NEAR(Regularizer("orthogonal_regularizer").value(kMatrix), 0.01 * 0.75 / std::sqrt(6.5 * 1.625), 1e-9);
  EXPECT_EQ(Regularizer(regularizers::OrthogonalRegularizer{}).value(Array(Shape{1, 4}, 1.0f)), 0.0);
  EXPECT_THROW(Regularizer("orthogonal_regularizer").value(Array{1, 2}), ValueError);
}

TEST(Regularizers, Gradients) {
  for (const Regularizer& regularizer :
       {Regularizer("l1"), Regularizer("l2"), Regularizer(regularizers::L1L2{.l1 = 0.1, .l2 = 0.2}),
        Regularizer(regularizers::OrthogonalRegularizer{.factor = 0.3}),
        Regularizer(regularizers::OrthogonalRegularizer{.factor = 0.3, .mode = "columns"})}) {
    expect_gradient(regularizer, kMatrix);
    EXPECT_EQ(Regularizer(regularizer.config()), regularizer);
  }
  Array g(Shape{2});
  Regularizer("l1").add_gradient(Array{0, 0}, g.data());
  EXPECT_EQ(g, (Array{0, 0}));
}

TEST(Regularizers, Refuse) {
  EXPECT_THROW(Regularizer(regularizers::L1{.l1 = -1}), ValueError);
  EXPECT_THROW(Regularizer(regularizers::L2{.l2 = INFINITY}), ValueError);
  EXPECT_THROW(Regularizer(regularizers::OrthogonalRegularizer{.mode = "diagonal"}), ValueError);
}

void expect_near(const Array& actual, std::initializer_list<double> expected) {
  ASSERT_EQ(actual.size(), static_cast<Index>(expected.size()));
  Index i = 0;
  for (const double value : expected) EXPECT_NEAR(actual[i++], value, 1e-6);
}

Array constrained(const Constraint& constraint, Array w) {
  constraint.apply(w);
  return w;
}

TEST(Constraints, Values) {
  const Array w{{3, 0.3f, -1}, {4, 0.4f, 0}};
  expect_near(constrained("max_norm", w), {1.2, 0.3, -1, 1.6, 0.4, 0});
  expect_near(constrained("NonNeg", w), {3, 0.3, 0, 4, 0.4, 0});
  expect_near(constrained("unit_norm", w), {0.6, 0.6, -1, 0.8, 0.8, 0});
  expect_near(constrained(constraints::MinMaxNorm{.min_value = 1, .max_value = 2}, w), {1.2, 0.6, -1, 1.6, 0.8, 0});
  expect_near(constrained(constraints::MinMaxNorm{.min_value = 1, .max_value = 2, .rate = 0.5}, w),
              {2.1, 0.45, -1, 2.8, 0.6, 0});
  expect_near(constrained(constraints::UnitNorm{.axis = -1}, Array{{3, 4}, {0, 0}}), {0.6, 0.8, 0, 0});
  // A convolution kernel (taps, in, out), each output by itself.
  Array kernel(Shape{2, 2, 2}, 1.0f);
  kernel[1] = 0;
  expect_near(constrained(constraints::UnitNorm{.axis = {0, 1}}, kernel),
              {0.5, 0, 0.5, 1 / std::sqrt(3), 0.5, 1 / std::sqrt(3), 0.5, 1 / std::sqrt(3)});
  expect_near(constrained(constraints::MaxNorm{.max_value = 1, .axis = {0, 1, 2}}, Array(Shape{2, 2, 1}, 1.0f)),
              {0.5, 0.5, 0.5, 0.5});
  EXPECT_EQ(constrained(Constraint(), w), w);
}

TEST(Constraints, SettingsAndErrors) {
  const Constraint norm = constraints::MaxNorm{.max_value = 3, .axis = {0, 1}};
  EXPECT_EQ(Constraint(norm.config()), norm);
  EXPECT_EQ(norm.config().at("config").repr(), "{'max_value': 3.0, 'axis': [0, 1]}");
  EXPECT_EQ(Constraint("unit_norm").config().at("config").repr(), "{'axis': 0}");
  EXPECT_TRUE(Constraint().config().is_null());
  Array w(Shape{3});
  EXPECT_THROW(norm.apply(w), ValueError);
}

// As in Keras: what is frozen adds nothing to the loss.
TEST(Regularizers, FrozenWeightsAreLeftOut) {
  Sequential model{layers::Dense{.units = 2, .kernel_regularizer = "l2", .input_shape = {3}},
                   layers::Dense{.units = 1, .bias_initializer = "ones", .bias_regularizer = "l1"}};
  Array x(Shape{4, 3});
  std::fill(x.begin(), x.end(), 0.5f);
  const Array y = model.predict(x);
  model.compile({.loss = "mse"});
  const double both = model.evaluate(x, y)["loss"];
  model.get_layer(Index{0}).set_trainable(false);
  model.compile({.loss = "mse"});
  EXPECT_NEAR(model.evaluate(x, y)["loss"], 0.01, 1e-7);
  EXPECT_GT(both, 0.01);
  EXPECT_NEAR(model.test_on_batch(x, y)["loss"], 0.01, 1e-7);
}

}  // namespace
}  // namespace wavetrain
