#include "wavetrain/metrics.hpp"

#include <functional>

#include "training/golden.hpp"

namespace wavetrain {
namespace {

struct GoldenMetric {
  std::string identifier;  // text, or settings in JSON
  std::string data;
  bool weighted;
  std::vector<double> results;
};

const std::vector<GoldenMetric>& golden() {
  static const std::vector<GoldenMetric> cases{
#include "training/golden/metrics.inc"
  };
  return cases;
}

Array waves(const Shape& shape, double speed, int batch) {
  Array values(shape);
  for (Index i = 0; i < values.size(); ++i) {
    values[i] = static_cast<float>(0.5 + 0.5 * std::sin(speed * static_cast<double>(i + 100 * batch)));
  }
  return values;
}

Array labels(const Shape& shape, double speed, int batch) {
  Array values = waves(shape, speed, batch);
  for (float& v : values) v = v > 0.5f ? 1.0f : 0.0f;
  return values;
}

Array classes(const Shape& shape, int count, int batch) {
  Array values(shape);
  for (Index i = 0; i < values.size(); ++i) values[i] = static_cast<float>((i * 7 + batch + i / 3) % count);
  return values;
}

std::pair<Array, Array> data(const std::string& kind, int batch) {
  if (kind == "regression") return {waves({5, 3}, 0.7, batch), waves({5, 3}, 1.1, batch)};
  if (kind == "binary") return {labels({7, 1}, 2.1, batch), waves({7, 1}, 1.3, batch)};
  if (kind == "multilabel") return {labels({6, 3}, 2.1, batch), waves({6, 3}, 1.3, batch)};
  if (kind == "sparse") return {classes({6}, 4, batch), waves({6, 4}, 1.3, batch)};
  if (kind == "sequence") return {labels({4, 5, 1}, 2.1, batch), waves({4, 5, 1}, 1.3, batch)};
  if (kind == "sequence_sparse") return {classes({4, 5}, 3, batch), waves({4, 5, 3}, 1.3, batch)};
  if (kind == "sequence_sequence") return {waves({4, 6, 5}, 0.7, batch), waves({4, 6, 5}, 1.1, batch)};
  const Index rows = kind == "one_hot_many" ? 30 : 6;
  const Array numbers = classes({rows}, 4, batch);
  Array one_hot(Shape{rows, 4});
  for (Index i = 0; i < rows; ++i) one_hot(i, static_cast<Index>(numbers[i])) = 1;
  return {one_hot, waves({rows, 4}, 1.3, batch)};
}

Array weights(const std::string& kind, Index samples) {
  const bool sequence = kind.substr(0, 8) == "sequence";
  Array result(sequence ? Shape{4, 5} : Shape{samples});
  for (Index i = 0; i < result.size(); ++i) {
    result[i] = static_cast<float>(0.5 + (sequence ? 0.1 : 0.25) * static_cast<double>(i));
  }
  return result;
}

TEST(Metrics, TwoBatchesAreKeras) {
  for (const GoldenMetric& expected : golden()) {
    Metric metric(parse_json(expected.identifier));
    // A second metric sees the second batch alone; merged they have seen both.
    Metric other(metric);
    for (int batch = 0; batch < 2; ++batch) {
      const auto [y_true, y_pred] = data(expected.data, batch);
      const Array w = weights(expected.data, y_pred.shape()[0]);
      const ConstView given = expected.weighted ? w.view() : ConstView();
      metric.update_state(y_true, y_pred, given);
      if (batch == 1) other.update_state(y_true, y_pred, given);
    }
    const std::string what = expected.identifier + " " + expected.data + (expected.weighted ? " weighted" : "");
    expect_close(metric.results(), expected.results, 2e-6, what);

    Metric first(metric.config());
    const auto [y_true, y_pred] = data(expected.data, 0);
    const Array w = weights(expected.data, y_pred.shape()[0]);
    first.update_state(y_true, y_pred, expected.weighted ? w.view() : ConstView());
    first.merge_state(other);
    expect_close(first.results(), metric.results(), 1e-12, what + " merged");
    metric.reset_state();
    metric.merge_state(first);
    expect_close(metric.results(), first.results(), 1e-12, what + " after reset");
  }
}

TEST(Metrics, AccuracyFollowsTheShapes) {
  const auto value = [](const char* name, const Array& y, const Array& p) {
    Metric metric = name;
    metric.update_state(y, p);
    return metric.result();
  };
  const Array column = Array{0.2f, 0.7f, 0.6f, 0.5f}.reshaped({4, 1});
  EXPECT_EQ(value("accuracy", Array{0, 1, 0, 0}, column), 0.75);
  EXPECT_EQ(value("acc", Array{0, 1, 0, 0}.reshaped({4, 1}), column), 0.75);
  const Array rows{{0.2f, 0.8f}, {0.9f, 0.1f}};
  EXPECT_EQ(value("Accuracy", Array{1, 1}, rows), 0.5);
  EXPECT_EQ(value("accuracy", Array{1, 1}.reshaped({2, 1}), rows), 0.5);
  EXPECT_EQ(value("accuracy", Array{{0, 1}, {1, 0}}, rows), 1.0);
  EXPECT_NEAR(value("ce", Array{1, 1}, rows), -(std::log(0.8) + std::log(0.1)) / 2, 1e-6);
  EXPECT_NEAR(value("crossentropy", Array{{0, 1}, {1, 0}}, rows), -(std::log(0.8) + std::log(0.9)) / 2, 1e-6);
  EXPECT_NEAR(Loss("crossentropy")(Array{1, 0}.reshaped({2, 1}), Array{0.8f, 0.1f}.reshaped({2, 1})),
              -(std::log(0.8) + std::log(0.9)) / 2, 1e-6);
}

TEST(Metrics, NamesAndDirections) {
  EXPECT_EQ(Metric("mse").name(), "mse");
  EXPECT_EQ(Metric("acc").name(), "acc");
  EXPECT_EQ(Metric("acc").config(), Config("acc"));
  EXPECT_EQ(Metric(metrics::AUC{}).name(), "auc");
  EXPECT_EQ(Metric(metrics::AUC{.name = "area"}).name(), "area");
  EXPECT_EQ(Metric(metrics::LogCoshError{}).name(), "logcosh");
  EXPECT_EQ(Metric("accuracy").direction(), MetricDirection::up);
  EXPECT_EQ(Metric("mse").direction(), MetricDirection::down);
  EXPECT_EQ(Metric("cosine_similarity").direction(), MetricDirection::up);
  EXPECT_EQ(Metric("true_positives").direction(), MetricDirection::none);
  EXPECT_EQ(Metric(metrics::Mean{}).direction(), MetricDirection::none);
  EXPECT_THROW(Metric("accuraccy"), ValueError);
}

TEST(Metrics, MeanOfAnyLoss) {
  Metric metric = metrics::MeanMetricWrapper{.fn = losses::Huber{.delta = 0.5}, .name = "h"};
  metric.update_state(Array{{1, 2}, {3, 4}}, Array{{1, 3}, {3, 4}});
  EXPECT_NEAR(metric.result(), (0.5 - 0.125) / 2 / 2, 1e-7);
  EXPECT_EQ(metric.name(), "h");
  EXPECT_EQ(metric.direction(), MetricDirection::down);
  EXPECT_EQ(Metric(metric.config()), metric);
  // As Keras writes a function.
  const Metric read(
      Config::dict({{"class_name", "MeanMetricWrapper"}, {"config", Config::dict({{"fn", "mean_squared_error"}})}}));
  EXPECT_EQ(read.name(), "mean_metric_wrapper");
}

TEST(Metrics, NamesOfIntersections) {
  EXPECT_EQ(Metric(metrics::IoU{.num_classes = 2, .target_class_ids = std::vector<Index>{0}}).name(), "io_u");
  EXPECT_EQ(Metric(metrics::MeanIoU{.num_classes = 2}).name(), "mean_io_u");
  EXPECT_EQ(Metric(metrics::OneHotMeanIoU{.num_classes = 2}).name(), "one_hot_mean_io_u");
  EXPECT_THROW(Metric(metrics::IoU{.num_classes = 2, .target_class_ids = std::vector<Index>{2}}), ValueError);
  EXPECT_THROW(Metric(metrics::MeanIoU{.num_classes = 2, .axis = 1}), ValueError);
}

TEST(Metrics, CorrelationOfAColumn) {
  const Array y = Array{1, 2, 3, 5}.reshaped({4, 1}), p = Array{2, 1, 4, 6}.reshaped({4, 1});
  Metric rows = "pearson_correlation", column = metrics::PearsonCorrelation{.axis = 0};
  rows.update_state(y, p);
  column.update_state(y, p);
  EXPECT_TRUE(std::isnan(rows.result())) << "as in Keras";
  EXPECT_NEAR(column.result(), 0.90224, 1e-5);
}

TEST(Metrics, MeanAndSum) {
  Metric mean = metrics::Mean{};
  EXPECT_EQ(mean.result(), 0.0);
  mean.update_state(Array{1, 3, 5, 7});
  EXPECT_EQ(mean.result(), 4.0);
  mean.reset_state();
  const Array values{1, 3, 5, 7};
  mean.update_state(values, values, Array{1, 1, 0, 0});
  EXPECT_EQ(mean.result(), 2.0);
  Metric sum = "sum";
  sum.update_state(values, values, Array{1, 1, 0, 2});
  EXPECT_EQ(sum.result(), 18.0);
}

TEST(Metrics, CornersOfThresholds) {
  Metric precision = "precision";
  EXPECT_EQ(precision.result(), 0.0);
  precision.update_state(Array{1, 0}, Array{0.5f, 0.4f});
  EXPECT_EQ(precision.result(), 0.0) << "0.5 is not above 0.5; nothing positive gives 0";
  Metric many = metrics::Precision{.thresholds = {0.1, 0.9}};
  many.update_state(Array{1, 0}, Array{0.95f, 0.4f});
  EXPECT_EQ(many.results(), (std::vector<double>{0.5, 1.0}));
  EXPECT_THROW(many.result(), ValueError);
  Metric auc = "auc";
  auc.update_state(Array{1, 0}, Array{std::nanf(""), 0.4f});
  EXPECT_GE(auc.result(), 0.0) << "NaN is never positive";
}

TEST(Metrics, RefuseWhatCannotWork) {
  EXPECT_THROW(Metric(metrics::AUC{.curve = "RO"}), ValueError);
  EXPECT_THROW(Metric(metrics::AUC{.num_thresholds = 1}), ValueError);
  EXPECT_THROW(Metric(metrics::AUC{.num_labels = 3}), ValueError);
  EXPECT_THROW(Metric(metrics::Precision{.thresholds = 1.5}), ValueError);
  EXPECT_THROW(Metric(metrics::F1Score{.threshold = 0.0}), ValueError);
  EXPECT_THROW(Metric(metrics::FBetaScore{.average = "mean"}), ValueError);
  Metric f1 = "f1_score";
  EXPECT_THROW(f1.update_state(Array{1, 0}, Array{0.5f, 0.4f}), ValueError);
  Metric mse = "mse";
  EXPECT_THROW(mse.update_state(Array{1, 2, 3}, Array{{1, 2}, {3, 4}}), ValueError);
  EXPECT_THROW(mse.update_state(Array{{1, 2}, {3, 4}}, Array{{1, 2}, {3, 4}}, Array{1, 2, 3}), ValueError);
}

}  // namespace
}  // namespace wavetrain
