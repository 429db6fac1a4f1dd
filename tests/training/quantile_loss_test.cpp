#include <gtest/gtest.h>

#include <cmath>

#include "wavetrain/error.hpp"
#include "wavetrain/layer_list.hpp"
#include "wavetrain/losses.hpp"
#include "wavetrain/optimizers.hpp"
#include "wavetrain/random.hpp"
#include "wavetrain/sequential.hpp"

namespace wavetrain {
namespace {

using losses::Quantile;

TEST(QuantileLoss, IsTheMeanOfThePinballs) {
  const Loss loss(Quantile{.quantiles = {0.1, 0.5, 0.9}});
  const Array y{2, -1};
  const Array p{{1, 2, 4}, {-3, 0, -1}};
  // e = y - p: 1, 0, -2 and 2, -1, 0
  const Array values = loss.values(y, p);
  EXPECT_NEAR(values[0], (0.1 * 1 + 0 + 0.1 * 2) / 3, 1e-6);
  EXPECT_NEAR(values[1], (0.1 * 2 + 0.5 * 1 + 0) / 3, 1e-6);
  EXPECT_NEAR(loss(y, p), (0.3 + 0.7) / 6, 1e-6);
  EXPECT_EQ(loss(Array(Shape{2, 1}, y.span()), p), loss(y, p));
  EXPECT_TRUE(std::isnan(loss(Array{std::nanf(""), 0}, p)));
  EXPECT_TRUE(std::isnan(loss(y, Array{{1, std::nanf(""), 4}, {-3, 0, -1}})));
  // The median alone is half of the absolute error.
  const Array row{{1, 5, 2}}, other{{2, 3, 2}};
  EXPECT_FLOAT_EQ(static_cast<float>(Loss(Quantile{.quantiles = 0.5})(row, other)),
                  static_cast<float>(Loss("mae")(row, other) / 2));
}

TEST(QuantileLoss, TargetsHaveOneDimensionLess) {
  const Loss loss("pinball");
  EXPECT_EQ(loss.shape({8}, {8, 3}).rows, 8);
  EXPECT_EQ(loss.shape({8, 1}, {8, 3}).rows, 8);
  EXPECT_EQ(loss.shape({8, 5}, {8, 5, 3}).rows, 40);
  EXPECT_EQ(loss.shape({8, 5, 2}, {8, 5, 2, 3}).rows, 80);
  EXPECT_EQ(loss.shape({8, 5, 2}, {8, 5, 2, 3}).target_width, 1);
  for (const auto& [y_true, y_pred] : {std::pair<Shape, Shape>{{8, 3}, {8, 3}}, {{8}, {8, 2}}, {{8, 5}, {8, 4, 3}}}) {
    EXPECT_THROW(loss.shape(y_true, y_pred), ValueError) << to_string(y_true) << to_string(y_pred);
  }
  const Loss one(Quantile{.quantiles = 0.9});
  EXPECT_EQ(one.shape({8, 3}, {8, 3}).width, 3);
  EXPECT_THROW(one.shape({8}, {8, 3}), ValueError);
}

TEST(QuantileLoss, RefusesWhatIsNoQuantile) {
  const auto read = [](const Config& quantiles) {
    return Loss(Config::dict({{"class_name", "Quantile"}, {"config", Config::dict({{"quantiles", quantiles}})}}));
  };
  for (const Config& wrong : {Config(0.0), Config(1.0), Config(Config::List{0.5, 1.5}), Config(), Config("half")}) {
    EXPECT_THROW(read(wrong), Error) << wrong.repr();
  }
  const Loss loss = read(Config::List{0.2, 0.8});
  EXPECT_EQ(loss.get_if<Quantile>()->quantiles.values(), (std::vector<double>{0.2, 0.8}));
  EXPECT_EQ(Loss(loss.config()), loss);
}

// In double, of several quantiles and of one; no error is so small that a step crosses the kink.
TEST(QuantileLoss, GradientsAreCentralDifferences) {
  Random random(3);
  for (const Loss& loss :
       {Loss("quantile"), Loss(Quantile{.quantiles = {0.3, 0.7}}), Loss(Quantile{.quantiles = 0.8})}) {
    const Index width = loss.get_if<Quantile>()->quantiles.values().size() == 1 ? 4 : 0;
    const Shape y_shape = width > 0 ? Shape{5, width} : Shape{5, 2};
    Shape p_shape = y_shape;
    if (width == 0) p_shape.push_back(static_cast<Index>(loss.get_if<Quantile>()->quantiles.values().size()));
    std::vector<double> y, p, weights, row_loss, gradient(static_cast<std::size_t>(p_shape.size()));
    for (Index i = 0; i < y_shape.size(); ++i) y.push_back(random.normal());
    for (Index i = 0; i < p_shape.size(); ++i) p.push_back(random.normal());
    const LossShape shape = loss.shape(y_shape, p_shape);
    for (Index i = 0; i < shape.rows; ++i) weights.push_back(0.5 + static_cast<double>(i % 3));
    row_loss.resize(weights.size());
    const auto value = [&](double* d) {
      loss.evaluate(BasicLossRows<double>{.shape = shape,
                                          .y_true = y.data(),
                                          .y_pred = p.data(),
                                          .weights = weights.data(),
                                          .scale = 0.25,
                                          .row_loss = row_loss.data(),
                                          .gradient = d,
                                          .facts = {}});
      double sum = 0;
      for (std::size_t r = 0; r < row_loss.size(); ++r) sum += 0.25 * weights[r] * row_loss[r];
      return sum;
    };
    value(gradient.data());
    for (std::size_t i = 0; i < p.size(); ++i) {
      const double middle = p[i], step = 1e-6;
      p[i] = middle + step;
      const double above = value(nullptr);
      p[i] = middle - step;
      const double below = value(nullptr);
      p[i] = middle;
      EXPECT_NEAR(gradient[i], (above - below) / (2 * step), 1e-9) << i;
      EXPECT_NE(gradient[i], 0);
    }
  }
}

// A constant that is trained becomes the quantile: of an exponential distribution -log(1 - q).
TEST(QuantileLoss, FindsTheQuantilesOfADistribution) {
  set_random_seed(1);
  Random random(5);
  const Index n = 4000;
  Array x(Shape{n, 1}, 0.0f), y(Shape{n});
  for (float& value : y) value = static_cast<float>(-std::log(1 - random.uniform()));
  Sequential model(parse_layer_list("Dense(3)"));
  model.compile({.optimizer = optimizers::Adam{.learning_rate = 0.02}, .loss = Quantile{.quantiles = {0.1, 0.5, 0.9}}});
  model.fit(x, y, {.batch_size = 200, .epochs = 30, .verbose = 0});
  const Array found = model.predict(x.view().slice(0, 1));
  EXPECT_NEAR(found[0], -std::log(0.9), 0.03);
  EXPECT_NEAR(found[1], -std::log(0.5), 0.06);
  EXPECT_NEAR(found[2], -std::log(0.1), 0.15);
}

}  // namespace
}  // namespace wavetrain
