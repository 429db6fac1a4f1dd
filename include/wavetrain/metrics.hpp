// Metrics (keras.metrics, Keras 3.15.1).
//
//     model.compile({.metrics = {"accuracy", metrics::AUC{.curve = "PR"}, "mae"}});
//
// The structs are the settings; `Metric` (metric.hpp) is one of them with its sums. Metrics that are means divide by
// the sum of weights, unlike losses.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "wavetrain/losses.hpp"
#include "wavetrain/metric.hpp"
#include "wavetrain/numbers.hpp"

namespace wavetrain {

namespace metrics {

// --- Means of values -------------------------------------------------------------------------------------------------

// Metric::update_state(values, sample_weight) of anything.
struct Mean {
  std::string name = "mean";
  std::optional<std::string> dtype = {};
  static const Description& description();
  void update(MetricState& state, const MetricBatch& batch) const;
};

struct Sum {
  std::string name = "sum";
  std::optional<std::string> dtype = {};
  static const Description& description();
  void update(MetricState& state, const MetricBatch& batch) const;
  void result(const MetricState& state, std::span<double> out) const;
};

struct RootMeanSquaredError {
  std::string name = "root_mean_squared_error";
  std::optional<std::string> dtype = {};
  static const Description& description();
  MetricDirection direction() const { return MetricDirection::down; }
  void update(MetricState& state, const MetricBatch& batch) const;
  void result(const MetricState& state, std::span<double> out) const;
};

// --- Accuracies: the share of ...
// --------------------------------------------------------------------------------------

// ... numbers with y_true == y_pred.
struct Accuracy {
  std::string name = "accuracy";
  std::optional<std::string> dtype = {};
  static const Description& description();
  MetricDirection direction() const { return MetricDirection::up; }
  void update(MetricState& state, const MetricBatch& batch) const;
};

// ... numbers with y_true == (y_pred > threshold).
struct BinaryAccuracy {
  std::string name = "binary_accuracy";
  std::optional<std::string> dtype = {};
  double threshold = 0.5;
  static const Description& description();
  MetricDirection direction() const { return MetricDirection::up; }
  void update(MetricState& state, const MetricBatch& batch) const;
};

// ... rows whose largest prediction is where the largest target is; the first of equal ones counts.
struct CategoricalAccuracy {
  std::string name = "categorical_accuracy";
  std::optional<std::string> dtype = {};
  static const Description& description();
  MetricDirection direction() const { return MetricDirection::up; }
  void update(MetricState& state, const MetricBatch& batch) const;
};

// ... rows whose largest prediction is at the target, a class number.
struct SparseCategoricalAccuracy {
  std::string name = "sparse_categorical_accuracy";
  std::optional<std::string> dtype = {};
  static const Description& description();
  MetricDirection direction() const { return MetricDirection::up; }
  void update(MetricState& state, const MetricBatch& batch) const;
};

// ... rows where less than k predictions are larger than that of the right class.
struct TopKCategoricalAccuracy {
  Index k = 5;
  std::string name = "top_k_categorical_accuracy";
  std::optional<std::string> dtype = {};
  static const Description& description();
  MetricDirection direction() const { return MetricDirection::up; }
  void update(MetricState& state, const MetricBatch& batch) const;
};

// The same with class numbers as targets. With from_sorted_ids a row of y_pred lists class numbers, the likeliest
// first.
struct SparseTopKCategoricalAccuracy {
  Index k = 5;
  std::string name = "sparse_top_k_categorical_accuracy";
  std::optional<std::string> dtype = {};
  bool from_sorted_ids = false;
  static const Description& description();
  MetricDirection direction() const { return MetricDirection::up; }
  void update(MetricState& state, const MetricBatch& batch) const;
};

// What "accuracy" means in `compile`: BinaryAccuracy when y_pred ends in 1, SparseCategoricalAccuracy when y_true has
// fewer dimensions or ends in 1, else CategoricalAccuracy.
struct CompiledAccuracy {
  std::string name = "accuracy";
  std::optional<std::string> dtype = {};
  static const Description& description();
  MetricDirection direction() const { return MetricDirection::up; }
  void update(MetricState& state, const MetricBatch& batch) const;
};

// --- Means of losses -------------------------------------------------------------------------------------------------

struct MeanSquaredError {
  std::string name = "mean_squared_error";
  std::optional<std::string> dtype = {};
  static const Description& description();
  losses::MeanSquaredError loss() const { return {}; }
};

struct MeanAbsoluteError {
  std::string name = "mean_absolute_error";
  std::optional<std::string> dtype = {};
  static const Description& description();
  losses::MeanAbsoluteError loss() const { return {}; }
};

struct MeanAbsolutePercentageError {
  std::string name = "mean_absolute_percentage_error";
  std::optional<std::string> dtype = {};
  static const Description& description();
  losses::MeanAbsolutePercentageError loss() const { return {}; }
};

struct MeanSquaredLogarithmicError {
  std::string name = "mean_squared_logarithmic_error";
  std::optional<std::string> dtype = {};
  static const Description& description();
  losses::MeanSquaredLogarithmicError loss() const { return {}; }
};

struct LogCoshError {
  std::string name = "logcosh";
  std::optional<std::string> dtype = {};
  static const Description& description();
  losses::LogCosh loss() const { return {}; }
};

struct Poisson {
  std::string name = "poisson";
  std::optional<std::string> dtype = {};
  static const Description& description();
  losses::Poisson loss() const { return {}; }
};

struct KLDivergence {
  std::string name = "kl_divergence";
  std::optional<std::string> dtype = {};
  static const Description& description();
  losses::KLDivergence loss() const { return {}; }
};

struct Hinge {
  std::string name = "hinge";
  std::optional<std::string> dtype = {};
  static const Description& description();
  losses::Hinge loss() const { return {}; }
};

struct SquaredHinge {
  std::string name = "squared_hinge";
  std::optional<std::string> dtype = {};
  static const Description& description();
  losses::SquaredHinge loss() const { return {}; }
};

struct CategoricalHinge {
  std::string name = "categorical_hinge";
  std::optional<std::string> dtype = {};
  static const Description& description();
  losses::CategoricalHinge loss() const { return {}; }
};

// The cosine itself: larger is better.
struct CosineSimilarity {
  static constexpr double kSign = -1;
  std::string name = "cosine_similarity";
  std::optional<std::string> dtype = {};
  Index axis = -1;
  static const Description& description();
  losses::CosineSimilarity loss() const { return {.axis = axis}; }
};

struct BinaryCrossentropy {
  std::string name = "binary_crossentropy";
  std::optional<std::string> dtype = {};
  bool from_logits = false;
  double label_smoothing = 0.0;
  static const Description& description();
  losses::BinaryCrossentropy loss() const { return {.from_logits = from_logits, .label_smoothing = label_smoothing}; }
};

struct CategoricalCrossentropy {
  std::string name = "categorical_crossentropy";
  std::optional<std::string> dtype = {};
  bool from_logits = false;
  double label_smoothing = 0.0;
  Index axis = -1;
  static const Description& description();
  losses::CategoricalCrossentropy loss() const {
    return {.from_logits = from_logits, .label_smoothing = label_smoothing, .axis = axis};
  }
};

// Rows of ignore_class count as 0, or not at all when there are sample weights, as in Keras.
struct SparseCategoricalCrossentropy {
  std::string name = "sparse_categorical_crossentropy";
  std::optional<std::string> dtype = {};
  bool from_logits = false;
  std::optional<Index> ignore_class = {};
  Index axis = -1;
  static const Description& description();
  losses::SparseCategoricalCrossentropy loss() const {
    return {.from_logits = from_logits, .ignore_class = ignore_class, .axis = axis};
  }
};

// The mean of any loss, as of a function given to `compile`.
struct MeanMetricWrapper {
  Required<Loss> fn;
  std::optional<std::string> name = {};
  std::optional<std::string> dtype = {};
  static const Description& description();
  const Loss& loss() const { return fn.get(); }
};

// What "crossentropy" means in `compile`, chosen as CompiledAccuracy is.
struct CompiledCrossentropy {
  std::string name = "crossentropy";
  std::optional<std::string> dtype = {};
  static const Description& description();
  losses::CompiledCrossentropy loss() const { return {}; }
};

// --- Counts of right and wrong decisions: y_pred > threshold against y_true != 0
// ----------------------------------------- One result per threshold; numbers count, not rows. top_k: only the k
// largest of a row can be positive (then the threshold is minus infinity unless given). class_id: only that entry of
// each row counts.

struct TruePositives {
  Numbers thresholds = {};
  std::optional<std::string> name = {};
  std::optional<std::string> dtype = {};
  static const Description& description();
  void update(MetricState& state, const MetricBatch& batch) const;
  std::size_t result_size(const MetricState& state) const;
  void result(const MetricState& state, std::span<double> out) const;
};

struct FalsePositives {
  Numbers thresholds = {};
  std::optional<std::string> name = {};
  std::optional<std::string> dtype = {};
  static const Description& description();
  void update(MetricState& state, const MetricBatch& batch) const;
  std::size_t result_size(const MetricState& state) const;
  void result(const MetricState& state, std::span<double> out) const;
};

struct TrueNegatives {
  Numbers thresholds = {};
  std::optional<std::string> name = {};
  std::optional<std::string> dtype = {};
  static const Description& description();
  void update(MetricState& state, const MetricBatch& batch) const;
  std::size_t result_size(const MetricState& state) const;
  void result(const MetricState& state, std::span<double> out) const;
};

struct FalseNegatives {
  Numbers thresholds = {};
  std::optional<std::string> name = {};
  std::optional<std::string> dtype = {};
  static const Description& description();
  void update(MetricState& state, const MetricBatch& batch) const;
  std::size_t result_size(const MetricState& state) const;
  void result(const MetricState& state, std::span<double> out) const;
};

// TP / (TP + FP), 0 when there are none.
struct Precision {
  Numbers thresholds = {};
  std::optional<Index> top_k = {};
  std::optional<Index> class_id = {};
  std::optional<std::string> name = {};
  std::optional<std::string> dtype = {};
  static const Description& description();
  MetricDirection direction() const { return MetricDirection::up; }
  void update(MetricState& state, const MetricBatch& batch) const;
  std::size_t result_size(const MetricState& state) const;
  void result(const MetricState& state, std::span<double> out) const;
};

// TP / (TP + FN), 0 when there are none.
struct Recall {
  Numbers thresholds = {};
  std::optional<Index> top_k = {};
  std::optional<Index> class_id = {};
  std::optional<std::string> name = {};
  std::optional<std::string> dtype = {};
  static const Description& description();
  MetricDirection direction() const { return MetricDirection::up; }
  void update(MetricState& state, const MetricBatch& batch) const;
  std::size_t result_size(const MetricState& state) const;
  void result(const MetricState& state, std::span<double> out) const;
};

// Area under the curve of (false positive rate, recall) "ROC", (recall, precision) "PR" or their gains "PRGAIN", over
// thresholds that divide [0, 1] evenly, or those given, with one below 0 and one above 1. "interpolation" takes
// trapezoids (for PR the interpolation of Davis & Goadrich, 2006), "minoring" and "majoring" the lower and upper step.
// multi_label: a curve for each column of (N, L), averaged under label_weights; else label_weights weigh the numbers.
struct AUC {
  Index num_thresholds = 200;
  std::string curve = "ROC";
  std::string summation_method = "interpolation";
  std::optional<std::string> name = {};
  std::optional<std::string> dtype = {};
  Numbers thresholds = {};
  bool multi_label = false;
  std::optional<Index> num_labels = {};
  Numbers label_weights = {};
  bool from_logits = false;
  static const Description& description();
  void check() const;
  MetricDirection direction() const { return MetricDirection::up; }
  void update(MetricState& state, const MetricBatch& batch) const;
  void result(const MetricState& state, std::span<double> out) const;
};

// The best sensitivity (recall) among the thresholds at which specificity TN / (TN + FP) is at least `specificity`, 0
// if there is none. num_thresholds divide [0, 1] evenly; a single one is 0.5.
struct SensitivityAtSpecificity {
  Required<double> specificity;
  Index num_thresholds = 200;
  std::optional<Index> class_id = {};
  std::optional<std::string> name = {};
  std::optional<std::string> dtype = {};
  static const Description& description();
  MetricDirection direction() const { return MetricDirection::up; }
  void update(MetricState& state, const MetricBatch& batch) const;
  void result(const MetricState& state, std::span<double> out) const;
};

struct SpecificityAtSensitivity {
  Required<double> sensitivity;
  Index num_thresholds = 200;
  std::optional<Index> class_id = {};
  std::optional<std::string> name = {};
  std::optional<std::string> dtype = {};
  static const Description& description();
  MetricDirection direction() const { return MetricDirection::up; }
  void update(MetricState& state, const MetricBatch& batch) const;
  void result(const MetricState& state, std::span<double> out) const;
};

struct PrecisionAtRecall {
  Required<double> recall;
  Index num_thresholds = 200;
  std::optional<Index> class_id = {};
  std::optional<std::string> name = {};
  std::optional<std::string> dtype = {};
  static const Description& description();
  MetricDirection direction() const { return MetricDirection::up; }
  void update(MetricState& state, const MetricBatch& batch) const;
  void result(const MetricState& state, std::span<double> out) const;
};

struct RecallAtPrecision {
  Required<double> precision;
  Index num_thresholds = 200;
  std::optional<Index> class_id = {};
  std::optional<std::string> name = {};
  std::optional<std::string> dtype = {};
  static const Description& description();
  MetricDirection direction() const { return MetricDirection::up; }
  void update(MetricState& state, const MetricBatch& batch) const;
  void result(const MetricState& state, std::span<double> out) const;
};

// --- Intersection over union -----------------------------------------------------------------------------------------
// TP / (TP + FP + FN) of each class in target_class_ids, averaged over those that occur. y_true and y_pred hold class
// numbers, or, where they are not sparse, are read at the largest entry along `axis` (-1 or 0). Classes out of range
// and ignore_class do not count. As in Keras weights are cut to whole numbers unless dtype is a floating-point type.

struct IoU {
  Required<Index> num_classes;
  Required<std::vector<Index>> target_class_ids;
  std::optional<std::string> name = {};
  std::optional<std::string> dtype = {};
  std::optional<Index> ignore_class = {};
  bool sparse_y_true = true;
  bool sparse_y_pred = true;
  Index axis = -1;
  static const Description& description();
  void check() const;
  MetricDirection direction() const { return MetricDirection::up; }
  void update(MetricState& state, const MetricBatch& batch) const;
  void result(const MetricState& state, std::span<double> out) const;
};

// Of two classes: y_pred >= threshold, or not.
struct BinaryIoU {
  std::vector<Index> target_class_ids = {0, 1};
  double threshold = 0.5;
  std::optional<std::string> name = {};
  std::optional<std::string> dtype = {};
  static const Description& description();
  void check() const;
  MetricDirection direction() const { return MetricDirection::up; }
  void update(MetricState& state, const MetricBatch& batch) const;
  void result(const MetricState& state, std::span<double> out) const;
};

// Of all classes.
struct MeanIoU {
  Required<Index> num_classes;
  std::optional<std::string> name = {};
  std::optional<std::string> dtype = {};
  std::optional<Index> ignore_class = {};
  bool sparse_y_true = true;
  bool sparse_y_pred = true;
  Index axis = -1;
  static const Description& description();
  MetricDirection direction() const { return MetricDirection::up; }
  void update(MetricState& state, const MetricBatch& batch) const;
  void result(const MetricState& state, std::span<double> out) const;
};

// With one-hot targets.
struct OneHotIoU {
  Required<Index> num_classes;
  Required<std::vector<Index>> target_class_ids;
  std::optional<std::string> name = {};
  std::optional<std::string> dtype = {};
  std::optional<Index> ignore_class = {};
  bool sparse_y_pred = false;
  Index axis = -1;
  static const Description& description();
  void check() const;
  MetricDirection direction() const { return MetricDirection::up; }
  void update(MetricState& state, const MetricBatch& batch) const;
  void result(const MetricState& state, std::span<double> out) const;
};

struct OneHotMeanIoU {
  Required<Index> num_classes;
  std::optional<std::string> name = {};
  std::optional<std::string> dtype = {};
  std::optional<Index> ignore_class = {};
  bool sparse_y_pred = false;
  Index axis = -1;
  static const Description& description();
  MetricDirection direction() const { return MetricDirection::up; }
  void update(MetricState& state, const MetricBatch& batch) const;
  void result(const MetricState& state, std::span<double> out) const;
};

// --- Correlations along `axis`, averaged over the rest. A row that does not vary gives NaN: predictions (N, 1) want
// axis=0.

struct PearsonCorrelation {
  std::string name = "pearson_correlation";
  std::optional<std::string> dtype = {};
  Index axis = -1;
  static const Description& description();
  MetricDirection direction() const { return MetricDirection::up; }
  void update(MetricState& state, const MetricBatch& batch) const;
};

// 2 cov / (var y + var p + (mean y - mean p)² + eps), where Keras 3.15.1 takes mean((y - mean p)(p - mean p)) for cov,
// which is the same number.
struct ConcordanceCorrelation {
  std::string name = "concordance_correlation";
  std::optional<std::string> dtype = {};
  Index axis = -1;
  static const Description& description();
  MetricDirection direction() const { return MetricDirection::up; }
  void update(MetricState& state, const MetricBatch& batch) const;
};

// --- Scores of matrices (N, C) ---------------------------------------------------------------------------------------

// (1 + beta²) precision · recall / (beta² precision + recall) for each class; average: none (a result per class),
// "micro", "macro" or "weighted". Without a threshold the largest of each row is positive.
struct FBetaScore {
  std::optional<std::string> average = {};
  double beta = 1.0;
  std::optional<double> threshold = {};
  std::string name = "fbeta_score";
  std::optional<std::string> dtype = {};
  static const Description& description();
  MetricDirection direction() const { return MetricDirection::up; }
  void update(MetricState& state, const MetricBatch& batch) const;
  std::size_t result_size(const MetricState& state) const;
  void result(const MetricState& state, std::span<double> out) const;
};

struct F1Score {
  std::optional<std::string> average = {};
  std::optional<double> threshold = {};
  std::string name = "f1_score";
  std::optional<std::string> dtype = {};
  static const Description& description();
  MetricDirection direction() const { return MetricDirection::up; }
  void update(MetricState& state, const MetricBatch& batch) const;
  std::size_t result_size(const MetricState& state) const;
  void result(const MetricState& state, std::span<double> out) const;
};

// 1 - Σ (y - p)² / Σ (y - mean y)² for each column, then "uniform_average", "variance_weighted_average" or none. An
// infinite score counts as 0. num_regressors > 0 adjusts it: 1 - (1 - R²)(n - 1) / (n - num_regressors - 1), n counting
// numbers.
struct R2Score {
  std::optional<std::string> class_aggregation = "uniform_average";
  Index num_regressors = 0;
  std::string name = "r2_score";
  std::optional<std::string> dtype = {};
  static const Description& description();
  MetricDirection direction() const { return MetricDirection::up; }
  void update(MetricState& state, const MetricBatch& batch) const;
  std::size_t result_size(const MetricState& state) const;
  void result(const MetricState& state, std::span<double> out) const;
};

}  // namespace metrics
}  // namespace wavetrain
