#include "wavetrain/losses.hpp"

#include <map>

#include "training/golden.hpp"

namespace wavetrain {
namespace {

const std::vector<GoldenLoss>& golden() {
  static const std::vector<GoldenLoss> cases{
#include "training/golden/losses.inc"
  };
  return cases;
}

// The losses of make.py by name.
const std::map<std::string, Loss>& cases() {
  using namespace losses;
  static const std::map<std::string, Loss> all{
      {"mse", "mse"},
      {"mae", "mae"},
      {"mape", "mape"},
      {"msle", "msle"},
      {"huber", Huber{.delta = 0.7}},
      {"log_cosh", "log_cosh"},
      {"poisson", "poisson"},
      {"kld", "kld"},
      {"cosine", "cosine_similarity"},
      {"hinge", "hinge"},
      {"hinge_binary", "hinge"},
      {"squared_hinge", "squared_hinge"},
      {"categorical_hinge", "categorical_hinge"},
      {"bce", "bce"},
      {"bce_smooth", BinaryCrossentropy{.label_smoothing = 0.2}},
      {"bce_logits", BinaryCrossentropy{.from_logits = true, .label_smoothing = 0.1}},
      {"cce", "categorical_crossentropy"},
      {"cce_smooth", CategoricalCrossentropy{.label_smoothing = 0.2}},
      {"cce_logits", CategoricalCrossentropy{.from_logits = true}},
      {"scce", "sparse_categorical_crossentropy"},
      {"scce_logits", SparseCategoricalCrossentropy{.from_logits = true}},
      {"scce_ignore", SparseCategoricalCrossentropy{.ignore_class = 2}},
      {"bfce", "binary_focal_crossentropy"},
      {"bfce_balanced",
       BinaryFocalCrossentropy{.apply_class_balancing = true, .alpha = 0.3, .gamma = 1.5, .label_smoothing = 0.1}},
      {"bfce_logits", BinaryFocalCrossentropy{.from_logits = true}},
      {"cfce", "CategoricalFocalCrossentropy"},
      {"cfce_logits", CategoricalFocalCrossentropy{.from_logits = true, .label_smoothing = 0.1}},
      {"gce", CategoricalGeneralizedCrossEntropy{.q = 0.7}},
      {"mse_sum", MeanSquaredError{.reduction = "sum"}},
      {"mse_mean_weight", MeanSquaredError{.reduction = "mean_with_sample_weight"}},
      {"scce_ignore_mean_weight",
       SparseCategoricalCrossentropy{.ignore_class = 2, .reduction = "mean_with_sample_weight"}},
      {"cfce_alphas", CategoricalFocalCrossentropy{.alpha = {0.2, 0.5, 1.0}}},
      {"dice", "dice"},
      {"dice_axes", Dice{.axis = Axes{1, 2}}},
      {"dice_sum", Dice{.reduction = "sum"}},
      {"dice_mean_weight", Dice{.reduction = "mean_with_sample_weight"}},
      {"dice_axis_1", Dice{.axis = 1}},
      {"tversky", Tversky{.alpha = 0.3, .beta = 0.9}},
      {"tversky_axes", Tversky{.alpha = 0.3, .beta = 0.9, .axis = Axes{-2, -1}}},
      {"cosine_axis_1", CosineSimilarity{.axis = 1}},
      {"bce_axis_1", BinaryCrossentropy{.label_smoothing = 0.1, .axis = 1}},
      {"bce_logits_axis_1", BinaryCrossentropy{.from_logits = true, .axis = -2}},
      {"cce_axis_1", CategoricalCrossentropy{.axis = 1}},
      {"cce_logits_axis_1", CategoricalCrossentropy{.from_logits = true, .axis = -2}},
      {"bfce_axis_1", BinaryFocalCrossentropy{.axis = 1}},
      {"cfce_axis_1", CategoricalFocalCrossentropy{.axis = 1}},
      {"circle", "circle"},
      {"circle_diagonal",
       Circle{.gamma = 20.0, .margin = 0.3, .remove_diagonal = false, .reduction = "mean_with_sample_weight"}},
      {"ctc", "ctc"},
      {"ctc_sum", CTC{.reduction = "sum"}},
  };
  return all;
}

struct Data {
  Array y_true, y_pred;
};

Array waves(const Shape& shape, double speed, double factor = 1, double offset = 0) {
  Array values(shape);
  for (Index i = 0; i < values.size(); ++i) {
    values[i] = static_cast<float>(factor * (0.5 + 0.49 * std::sin(speed * static_cast<double>(i))) + offset);
  }
  return values;
}

Array unit_vectors() {
  Array vectors = waves({7, 4}, 1.9, 1, -0.4);
  for (Index r = 0; r < 7; ++r) {
    double length = 0;
    for (Index i = 0; i < 4; ++i) length += double{vectors(r, i)} * vectors(r, i);
    for (Index i = 0; i < 4; ++i) vectors(r, i) = static_cast<float>(vectors(r, i) / std::sqrt(length));
  }
  return vectors;
}

Data data(const std::string& kind) {
  if (kind == "cube") return {waves({2, 3, 4}, 0.7), waves({2, 3, 4}, 1.3)};
  if (kind == "vectors") return {Array{0, 1, 0, 2, 1, 2, 0}, unit_vectors()};
  if (kind == "sequences") {
    return {Array{{1, 2, 2, 0}, {3, 0, 0, 0}, {1, 2, 3, 1}, {0, 0, 0, 0}}, waves({4, 6, 5}, 1.3, 6, -3)};
  }
  const Array any_p{{0.5f, -1.2f, 2.1f}, {0.1f, 0.9f, -0.4f}, {1.5f, 0.3f, 0.2f}, {-0.7f, 1.1f, 3.0f}};
  const Array any_y{{1.0f, -1.0f, 0.5f}, {0.3f, 0.8f, 2.0f}, {-1.5f, 0.4f, 0.1f}, {1.0f, -2.0f, 0.6f}};
  const Array probability{{0.2f, 0.5f, 0.3f}, {0.9f, 0.06f, 0.04f}, {0.35f, 0.3f, 0.6f}, {0.0f, 0.99f, 0.01f}};
  const Array one_hot{{0, 1, 0}, {1, 0, 0}, {0, 0, 1}, {0, 1, 0}};
  const Array sparse{1, 0, 2, 1};
  if (kind == "any") return {any_y, any_p};
  if (kind == "binary") return {Array{{1, 0, 0}, {0, 1, 1}, {1, 1, 0}, {0, 1, 0}}, probability};
  if (kind == "one_hot") return {one_hot, probability};
  if (kind == "logits") return {one_hot, any_p};
  if (kind == "sparse") return {sparse, probability};
  if (kind == "sparse_logits") return {sparse, any_p};
  Array y = any_y;
  for (float& v : y) v = std::abs(v) / 3;
  return {y, probability};
}

// A matrix of one column.
Array column(std::vector<float> values) {
  return Array(Shape{static_cast<Index>(values.size()), 1}, std::span<const float>(values));
}

const Array kWeights{1.0f, 0.5f, 2.0f, 3.0f};

Array weights_of_samples(const std::string& kind) {
  if (kind.starts_with("cube")) return Array{1.0f, 0.5f};
  if (kind == "vectors") return Array{1.0f, 0.5f, 2.0f, 3.0f, 0.25f, 1.5f, 0.75f};
  return kWeights;
}

// One for each value of the loss.
template <class T>
std::vector<T> weights_of_rows(const Loss& loss, const std::string& kind, const LossShape& shape) {
  const Array given = weights_of_samples(kind);
  if (shape.rows == 1) return {static_cast<T>(loss.joint_weight(given.span()))};
  std::vector<T> result;
  for (Index r = 0; r < shape.rows; ++r) result.push_back(given[r * given.size() / shape.rows]);
  return result;
}

template <class T>
std::vector<T> copy_as(const Array& a) {
  return std::vector<T>(a.begin(), a.end());
}

// Gradient of the weighted, reduced loss with respect to y_pred (or through an activation).
template <class T>
std::vector<T> gradient(const Loss& loss, const std::vector<T>& y_true, const std::vector<T>& y_pred,
                        const std::vector<T>& weights, LossShape shape, OutputActivation through,
                        double* value = nullptr) {
  const std::vector<float> y_float(y_true.begin(), y_true.end());
  const std::vector<float> w_float(weights.begin(), weights.end());
  const std::vector<float> p_float(y_pred.begin(), y_pred.end());
  const LossFacts facts = loss.inspect(y_float.data(), p_float.data(), shape);
  const double scale = loss.scale(
      {.shape = shape, .y_true = y_float.data(), .y_pred = p_float.data(), .weights = w_float.data(), .facts = facts});
  std::vector<T> row_loss(static_cast<std::size_t>(shape.rows));
  std::vector<T> d(y_pred.size());
  // In two ranges, as two threads would.
  const Index half = shape.together ? 0 : shape.rows / 2;
  for (const auto& [first, count] : {std::pair<Index, Index>{0, half}, {half, shape.rows - half}}) {
    LossShape range = shape;
    range.rows = count;
    loss.evaluate(BasicLossRows<T>{.shape = range,
                                   .y_true = y_true.data() + first * shape.target_width,
                                   .y_pred = y_pred.data() + first * shape.width,
                                   .weights = weights.data() + first,
                                   .scale = scale,
                                   .row_loss = row_loss.data() + first,
                                   .gradient = d.data() + first * shape.width,
                                   .through = through,
                                   .facts = facts});
  }
  if (value) {
    *value = 0;
    for (std::size_t r = 0; r < row_loss.size(); ++r) *value += scale * double(row_loss[r]) * double(weights[r]);
  }
  return d;
}

TEST(Losses, ValuesAndGradientsAreKeras) {
  for (const GoldenLoss& expected : golden()) {
    const Loss& loss = cases().at(expected.name);
    const auto [y_true, y_pred] = data(expected.data);
    expect_close(loss.values(y_true, y_pred), expected.per_row, 2e-6, expected.name);
    EXPECT_NEAR(loss(y_true, y_pred), expected.reduced, 2e-6 * std::max(1.0, expected.reduced)) << expected.name;
    EXPECT_NEAR(loss(y_true, y_pred, weights_of_samples(expected.data)), expected.weighted,
                2e-6 * std::max(1.0, expected.weighted))
        << expected.name;
    const LossShape shape = loss.shape(y_true.shape(), y_pred.shape());
    expect_close(gradient(loss, copy_as<float>(y_true), copy_as<float>(y_pred),
                          weights_of_rows<float>(loss, expected.data, shape), shape, OutputActivation::none),
                 expected.gradient, 2e-6, expected.name + " gradient");
  }
}

TEST(Losses, GradientsAreCentralDifferences) {
  for (const GoldenLoss& golden_case : golden()) {
    const Loss& loss = cases().at(golden_case.name);
    const auto [y_true, y_pred] = data(golden_case.data);
    const LossShape shape = loss.shape(y_true.shape(), y_pred.shape());
    const auto y = copy_as<double>(y_true);
    auto p = copy_as<double>(y_pred);
    const auto weights = weights_of_rows<double>(loss, golden_case.data, shape);
    const auto d = gradient(loss, y, p, weights, shape, OutputActivation::none);
    for (std::size_t i = 0; i < p.size(); ++i) {
      if (p[i] == 0) continue;  // on the edge of the clipping
      const double step = 1e-6, middle = p[i];
      double above, below;
      p[i] = middle + step;
      gradient(loss, y, p, weights, shape, OutputActivation::none, &above);
      p[i] = middle - step;
      gradient(loss, y, p, weights, shape, OutputActivation::none, &below);
      p[i] = middle;
      const double difference = (above - below) / (2 * step);
      EXPECT_NEAR(d[i], difference, 1e-6 * std::max(1.0, std::abs(difference))) << golden_case.name << " [" << i << "]";
    }
  }
}

// dz through an activation against the gradient behind it times the activation's derivative.
TEST(Losses, FusedGradientsEqualTheChainRule) {
  const std::vector<double> z{0.5, -1.2, 2.0, 0.1, 0.9, -0.4, 1.5, 0.3, 0.2, -0.7, 1.1, 3.0};
  const auto weights = copy_as<double>(kWeights);
  for (const char* name : {"bce", "bce_smooth", "cce", "cce_smooth", "scce", "scce_ignore"}) {
    const Loss& loss = cases().at(name);
    const bool binary = name[0] == 'b';
    const OutputActivation activation = binary ? OutputActivation::sigmoid : OutputActivation::softmax;
    ASSERT_TRUE(loss.fuses(activation)) << name;
    EXPECT_FALSE(loss.fuses(binary ? OutputActivation::softmax : OutputActivation::sigmoid)) << name;
    std::vector<double> p(z.size());
    for (std::size_t r = 0; r < 4; ++r) {
      double sum = 0;
      for (std::size_t i = 0; i < 3; ++i) sum += std::exp(z[r * 3 + i]);
      for (std::size_t i = 0; i < 3; ++i) {
        p[r * 3 + i] = binary ? 1 / (1 + std::exp(-z[r * 3 + i])) : std::exp(z[r * 3 + i]) / sum;
      }
    }
    const bool sparse = name[0] == 's';
    const auto y = copy_as<double>(data(sparse ? "sparse" : binary ? "binary" : "one_hot").y_true);
    const LossShape shape{4, 3, sparse ? 1 : 3};
    const auto plain = gradient(loss, y, p, weights, shape, OutputActivation::none);
    const auto fused = gradient(loss, y, p, weights, shape, activation);
    for (std::size_t r = 0; r < 4; ++r) {
      double mixed = 0;
      for (std::size_t i = 0; i < 3; ++i) mixed += plain[r * 3 + i] * p[r * 3 + i];
      for (std::size_t i = 0; i < 3; ++i) {
        const double q = p[r * 3 + i];
        const double expected = binary ? plain[r * 3 + i] * q * (1 - q) : q * (plain[r * 3 + i] - mixed);
        EXPECT_NEAR(fused[r * 3 + i], expected, 1e-12) << name;
      }
    }
  }
  EXPECT_FALSE(cases().at("bce_logits").fuses(OutputActivation::sigmoid));
  EXPECT_FALSE(Loss("mse").fuses(OutputActivation::sigmoid));
  EXPECT_TRUE(Loss("mse").fuses(OutputActivation::none));
}

TEST(Losses, SaturatedProbabilitiesAreClippedButStillLearn) {
  const Array y = column({1, 0});
  const Array p = column({0, 1});
  EXPECT_NEAR(Loss("bce")(y, p), 16.118, 0.2);  // -log(1e-7); 1 - 1e-7 is coarse in float32
  const auto d = gradient<float>("bce", {1, 0}, {0, 1}, {1, 1}, {2, 1, 1}, OutputActivation::sigmoid);
  EXPECT_FLOAT_EQ(d[0], -0.5f);
  EXPECT_FLOAT_EQ(d[1], 0.5f);
}

TEST(Losses, NanSpreads) {
  const Array y{{1.0f, 0.0f}};
  const Array p{{std::nanf(""), 0.5f}};
  for (const char* name : {"mse", "mae", "huber", "bce", "categorical_crossentropy", "kld", "poisson", "log_cosh",
                           "cosine_similarity", "mape"}) {
    EXPECT_TRUE(std::isnan(Loss(name)(y, p))) << name;
  }
}

TEST(Losses, EmptyBatchIsZero) { EXPECT_EQ(Loss("mse")(Array(Shape{0, 3}), Array(Shape{0, 3})), 0.0); }

TEST(Losses, RanksAreRepaired) {
  const auto check = [](const Shape& y_true, const Shape& y_pred, Index rows, Index width) {
    const LossShape shape = dense_loss_shape(y_true, y_pred);
    EXPECT_EQ(shape.rows, rows);
    EXPECT_EQ(shape.width, width);
    EXPECT_EQ(shape.target_width, width);
  };
  check({8}, {8, 1}, 8, 1);
  check({8, 1}, {8}, 8, 1);
  check({8, 3}, {8, 3}, 8, 3);
  check({8, 5, 3}, {8, 5, 3}, 40, 3);
  check({8, 5}, {8, 5, 1}, 8, 5);
  check({8, 5, 1}, {8, 5}, 8, 5);
  check({8}, {8}, 1, 8);
  EXPECT_THROW(dense_loss_shape({8}, {8, 3}), ValueError);
  EXPECT_THROW(dense_loss_shape({8, 1}, {8, 3}), ValueError);
  EXPECT_THROW(dense_loss_shape({7, 3}, {8, 3}), ValueError);
  for (const Shape& y : {Shape{8}, Shape{8, 1}}) {
    EXPECT_EQ(sparse_loss_shape(y, {8, 3}).rows, 8);
    EXPECT_EQ(sparse_loss_shape(y, {8, 3}).target_width, 1);
  }
  EXPECT_EQ(sparse_loss_shape({8, 5}, {8, 5, 3}).rows, 40);
  EXPECT_THROW(sparse_loss_shape({8, 3}, {8, 3}), ValueError);
  try {
    Loss("categorical_crossentropy").shape({8}, {8, 3});
    FAIL();
  } catch (const ValueError& error) {
    EXPECT_STREQ(error.what(),
                 "Arguments `target` and `output` must have the same shape. Received: target.shape=(8,), "
                 "output.shape=(8, 3). If the targets are class numbers, use a sparse loss such as "
                 "'sparse_categorical_crossentropy'.");
  }
}

// Numbers: Keras 3.15.1 on TensorFlow, which is right to five digits here.
TEST(Losses, CircleCountsRowsThatHaveALoss) {
  const Array y{0, 0, 1, 1}, weights{1, 2, 3, 4};
  const Array p{{1, 0}, {1, 0}, {-1, 0}, {-0.6f, -0.8f}};
  const auto circle = [](Reduction reduction) { return Loss(losses::Circle{.gamma = 800, .reduction = reduction}); };
  EXPECT_NEAR(circle(Reduction::sum_over_batch_size)(y, p), 1.0985996, 1e-5);
  EXPECT_NEAR(circle(Reduction::sum_over_batch_size)(y, p, weights), 3.8450985, 4e-5);
  EXPECT_NEAR(circle(Reduction::mean_with_sample_weight)(y, p, weights), 1.0985996, 1e-5);
  EXPECT_NEAR(circle(Reduction::sum)(y, p, weights), 7.690197, 8e-5);
  // What is no number shows.
  const float huge = 1e20f, nan = std::nanf("");
  EXPECT_TRUE(std::isnan(Loss("circle")(y, Array{{1, 0}, {1, 0}, {-1, 0}, {nan, 0}})));
  EXPECT_TRUE(std::isnan(Loss("circle")(y, Array{{huge, 0}, {huge, 0}, {-huge, 0}, {-huge, -huge}})));
}

TEST(Losses, RefuseWhatCannotWork) {
  const Array p{{0.2f, 0.8f}};
  EXPECT_THROW(Loss("sparse_categorical_crossentropy")(Array{2}, p), ValueError);
  EXPECT_THROW(Loss("sparse_categorical_crossentropy")(Array{-1}, p), ValueError);
  EXPECT_THROW(Loss("sparse_categorical_crossentropy")(Array{0.5f}, p), ValueError);
  EXPECT_THROW(Loss("sparse_categorical_crossentropy")(Array{std::nanf("")}, p), ValueError);
  EXPECT_THROW(Loss(losses::BinaryCrossentropy{.axis = 2})(p, p), ValueError);
  const Array cube(Shape{2, 3, 4});
  EXPECT_THROW(Loss(losses::Dice{.axis = Axes{0, 2}})(cube, cube), NotSupported);
  EXPECT_NO_THROW(Loss(losses::BinaryCrossentropy{.axis = 1})(p, p));
  EXPECT_THROW(Reduction("auto"), ValueError);
  EXPECT_THROW(Loss(losses::MeanSquaredError{.reduction = "none"})(p, p), ValueError);
  EXPECT_THROW(Loss("mse")(p, p, Array{1, 2}), ValueError);
  EXPECT_THROW(Loss("msee"), ValueError);
}

TEST(Losses, SettingsRoundTrip) {
  EXPECT_EQ(Loss("mse").config(), Config("mse"));
  const Loss huber = losses::Huber{.delta = 2, .reduction = Reduction::none};
  EXPECT_EQ(Loss(huber.config()), huber);
  EXPECT_EQ(huber.config().at("config").repr(),
            "{'delta': 2.0, 'reduction': 'none', 'name': 'huber_loss', 'dtype': None}");
  // As Keras writes a bare function.
  const Config function =
      Config::dict({{"module", "builtins"}, {"class_name", "function"}, {"config", "mean_squared_error"}});
  EXPECT_EQ(Loss(function).class_name(), "MeanSquaredError");
}

// Float only, no shape rule of its own.
struct Quartic {
  Reduction reduction = {};
  static const Description& description() {
    static const Description instance = Describe<Quartic>("Quartic", "tests").field("reduction", &Quartic::reduction);
    return instance;
  }
  void evaluate(const LossRows& rows) const {
    for (Index r = 0; r < rows.shape.rows; ++r) {
      rows.row_loss[r] = 0;
      for (Index i = 0; i < rows.shape.width; ++i) {
        const float e = rows.y_pred[r * rows.shape.width + i] - rows.y_true[r * rows.shape.width + i];
        rows.row_loss[r] += e * e * e * e;
        if (rows.gradient) rows.gradient[r * rows.shape.width + i] = 4 * e * e * e * static_cast<float>(rows.scale);
      }
    }
  }
};

TEST(Losses, UsersOwnJoins) {
  const Loss loss = Quartic{};
  EXPECT_EQ(loss(column({1, 0}), column({3, 1})), 8.5);
  const auto d = gradient<double>(loss, {1, 0}, {3, 1}, {1, 1}, {2, 1, 1}, OutputActivation::none);
  EXPECT_EQ(d, (std::vector<double>{16, 2}));
}

}  // namespace
}  // namespace wavetrain
