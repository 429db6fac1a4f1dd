// The arguments of the metrics and the names that they go by.
#include "wavetrain/metrics.hpp"

#include "training/metrics_describe.hpp"

namespace wavetrain {
namespace metrics {
namespace {

Check at_least_two() {
  return [](const Config& value) -> std::string { return value.as_int() > 1 ? "" : "an integer > 1"; };
}

Check decision() {
  return [](const Config& value) -> std::string {
    if (value.is_null()) return "";
    return value.as_double() > 0 && value.as_double() <= 1 ? "" : "0 < threshold <= 1";
  };
}

}  // namespace

const Description& Mean::description() {
  using T = Mean;
  static const Description instance = Describe<T>("Mean", kModule).field("name", &T::name).field("dtype", &T::dtype);
  return instance;
}

const Description& Sum::description() {
  using T = Sum;
  static const Description instance = Describe<T>("Sum", kModule).field("name", &T::name).field("dtype", &T::dtype);
  return instance;
}

const Description& RootMeanSquaredError::description() {
  using T = RootMeanSquaredError;
  static const Description instance =
      Describe<T>("RootMeanSquaredError", kModule).field("name", &T::name).field("dtype", &T::dtype);
  return instance;
}

const Description& Accuracy::description() {
  using T = Accuracy;
  static const Description instance =
      Describe<T>("Accuracy", kModule).field("name", &T::name).field("dtype", &T::dtype);
  return instance;
}

const Description& BinaryAccuracy::description() {
  using T = BinaryAccuracy;
  static const Description instance = Describe<T>("BinaryAccuracy", kModule)
                                          .field("name", &T::name)
                                          .field("dtype", &T::dtype)
                                          .field("threshold", &T::threshold);
  return instance;
}

const Description& CategoricalAccuracy::description() {
  using T = CategoricalAccuracy;
  static const Description instance =
      Describe<T>("CategoricalAccuracy", kModule).field("name", &T::name).field("dtype", &T::dtype);
  return instance;
}

const Description& SparseCategoricalAccuracy::description() {
  using T = SparseCategoricalAccuracy;
  static const Description instance =
      Describe<T>("SparseCategoricalAccuracy", kModule).field("name", &T::name).field("dtype", &T::dtype);
  return instance;
}

const Description& TopKCategoricalAccuracy::description() {
  using T = TopKCategoricalAccuracy;
  static const Description instance = Describe<T>("TopKCategoricalAccuracy", kModule)
                                          .field("k", &T::k, positive())
                                          .field("name", &T::name)
                                          .field("dtype", &T::dtype);
  return instance;
}

const Description& SparseTopKCategoricalAccuracy::description() {
  using T = SparseTopKCategoricalAccuracy;
  static const Description instance = Describe<T>("SparseTopKCategoricalAccuracy", kModule)
                                          .field("k", &T::k, positive())
                                          .field("name", &T::name)
                                          .field("dtype", &T::dtype)
                                          .field("from_sorted_ids", &T::from_sorted_ids);
  return instance;
}

const Description& CompiledAccuracy::description() {
  using T = CompiledAccuracy;
  static const Description instance =
      Describe<T>("CompiledAccuracy", kModule).field("name", &T::name).field("dtype", &T::dtype);
  return instance;
}

const Description& MeanSquaredError::description() {
  using T = MeanSquaredError;
  static const Description instance =
      Describe<T>("MeanSquaredError", kModule).field("name", &T::name).field("dtype", &T::dtype);
  return instance;
}

const Description& MeanAbsoluteError::description() {
  using T = MeanAbsoluteError;
  static const Description instance =
      Describe<T>("MeanAbsoluteError", kModule).field("name", &T::name).field("dtype", &T::dtype);
  return instance;
}

const Description& MeanAbsolutePercentageError::description() {
  using T = MeanAbsolutePercentageError;
  static const Description instance =
      Describe<T>("MeanAbsolutePercentageError", kModule).field("name", &T::name).field("dtype", &T::dtype);
  return instance;
}

const Description& MeanSquaredLogarithmicError::description() {
  using T = MeanSquaredLogarithmicError;
  static const Description instance =
      Describe<T>("MeanSquaredLogarithmicError", kModule).field("name", &T::name).field("dtype", &T::dtype);
  return instance;
}

const Description& LogCoshError::description() {
  using T = LogCoshError;
  static const Description instance =
      Describe<T>("LogCoshError", kModule).field("name", &T::name).field("dtype", &T::dtype);
  return instance;
}

const Description& Poisson::description() {
  using T = Poisson;
  static const Description instance = Describe<T>("Poisson", kModule).field("name", &T::name).field("dtype", &T::dtype);
  return instance;
}

const Description& KLDivergence::description() {
  using T = KLDivergence;
  static const Description instance =
      Describe<T>("KLDivergence", kModule).field("name", &T::name).field("dtype", &T::dtype);
  return instance;
}

const Description& Hinge::description() {
  using T = Hinge;
  static const Description instance = Describe<T>("Hinge", kModule).field("name", &T::name).field("dtype", &T::dtype);
  return instance;
}

const Description& SquaredHinge::description() {
  using T = SquaredHinge;
  static const Description instance =
      Describe<T>("SquaredHinge", kModule).field("name", &T::name).field("dtype", &T::dtype);
  return instance;
}

const Description& CategoricalHinge::description() {
  using T = CategoricalHinge;
  static const Description instance =
      Describe<T>("CategoricalHinge", kModule).field("name", &T::name).field("dtype", &T::dtype);
  return instance;
}

const Description& CosineSimilarity::description() {
  using T = CosineSimilarity;
  static const Description instance = Describe<T>("CosineSimilarity", kModule)
                                          .field("name", &T::name)
                                          .field("dtype", &T::dtype)
                                          .field("axis", &T::axis);
  return instance;
}

const Description& BinaryCrossentropy::description() {
  using T = BinaryCrossentropy;
  static const Description instance = Describe<T>("BinaryCrossentropy", kModule)
                                          .field("name", &T::name)
                                          .field("dtype", &T::dtype)
                                          .field("from_logits", &T::from_logits)
                                          .field("label_smoothing", &T::label_smoothing);
  return instance;
}

const Description& CategoricalCrossentropy::description() {
  using T = CategoricalCrossentropy;
  static const Description instance = Describe<T>("CategoricalCrossentropy", kModule)
                                          .field("name", &T::name)
                                          .field("dtype", &T::dtype)
                                          .field("from_logits", &T::from_logits)
                                          .field("label_smoothing", &T::label_smoothing)
                                          .field("axis", &T::axis);
  return instance;
}

const Description& SparseCategoricalCrossentropy::description() {
  using T = SparseCategoricalCrossentropy;
  static const Description instance = Describe<T>("SparseCategoricalCrossentropy", kModule)
                                          .field("name", &T::name)
                                          .field("dtype", &T::dtype)
                                          .field("from_logits", &T::from_logits)
                                          .field("ignore_class", &T::ignore_class)
                                          .field("axis", &T::axis);
  return instance;
}

const Description& CompiledCrossentropy::description() {
  using T = CompiledCrossentropy;
  static const Description instance =
      Describe<T>("CompiledCrossentropy", kModule).field("name", &T::name).field("dtype", &T::dtype);
  return instance;
}

const Description& TruePositives::description() {
  using T = TruePositives;
  static const Description instance = Describe<T>("TruePositives", kModule)
                                          .field("thresholds", &T::thresholds, in_range(0, 1))
                                          .field("name", &T::name)
                                          .field("dtype", &T::dtype);
  return instance;
}

const Description& FalsePositives::description() {
  using T = FalsePositives;
  static const Description instance = Describe<T>("FalsePositives", kModule)
                                          .field("thresholds", &T::thresholds, in_range(0, 1))
                                          .field("name", &T::name)
                                          .field("dtype", &T::dtype);
  return instance;
}

const Description& TrueNegatives::description() {
  using T = TrueNegatives;
  static const Description instance = Describe<T>("TrueNegatives", kModule)
                                          .field("thresholds", &T::thresholds, in_range(0, 1))
                                          .field("name", &T::name)
                                          .field("dtype", &T::dtype);
  return instance;
}

const Description& FalseNegatives::description() {
  using T = FalseNegatives;
  static const Description instance = Describe<T>("FalseNegatives", kModule)
                                          .field("thresholds", &T::thresholds, in_range(0, 1))
                                          .field("name", &T::name)
                                          .field("dtype", &T::dtype);
  return instance;
}

const Description& Precision::description() {
  using T = Precision;
  static const Description instance = Describe<T>("Precision", kModule)
                                          .field("thresholds", &T::thresholds, in_range(0, 1))
                                          .field("top_k", &T::top_k, positive())
                                          .field("class_id", &T::class_id, non_negative())
                                          .field("name", &T::name)
                                          .field("dtype", &T::dtype);
  return instance;
}

const Description& Recall::description() {
  using T = Recall;
  static const Description instance = Describe<T>("Recall", kModule)
                                          .field("thresholds", &T::thresholds, in_range(0, 1))
                                          .field("top_k", &T::top_k, positive())
                                          .field("class_id", &T::class_id, non_negative())
                                          .field("name", &T::name)
                                          .field("dtype", &T::dtype);
  return instance;
}

const Description& AUC::description() {
  using T = AUC;
  static const Description instance =
      Describe<T>("AUC", kModule)
          .field("num_thresholds", &T::num_thresholds, at_least_two())
          .field("curve", &T::curve, one_of({"roc", "pr", "prgain"}))
          .field("summation_method", &T::summation_method, one_of({"interpolation", "minoring", "majoring"}))
          .field("name", &T::name)
          .field("dtype", &T::dtype)
          .field("thresholds", &T::thresholds, in_range(0, 1))
          .field("multi_label", &T::multi_label)
          .field("num_labels", &T::num_labels, positive())
          .field("label_weights", &T::label_weights)
          .field("from_logits", &T::from_logits);
  return instance;
}

const Description& FBetaScore::description() {
  using T = FBetaScore;
  static const Description instance = Describe<T>("FBetaScore", kModule)
                                          .field("average", &T::average, one_of({"micro", "macro", "weighted"}))
                                          .field("beta", &T::beta, positive())
                                          .field("threshold", &T::threshold, decision())
                                          .field("name", &T::name)
                                          .field("dtype", &T::dtype);
  return instance;
}

const Description& F1Score::description() {
  using T = F1Score;
  static const Description instance = Describe<T>("F1Score", kModule)
                                          .field("average", &T::average, one_of({"micro", "macro", "weighted"}))
                                          .field("threshold", &T::threshold, decision())
                                          .field("name", &T::name)
                                          .field("dtype", &T::dtype);
  return instance;
}

const Description& R2Score::description() {
  using T = R2Score;
  static const Description instance =
      Describe<T>("R2Score", kModule)
          .field("class_aggregation", &T::class_aggregation, one_of({"uniform_average", "variance_weighted_average"}))
          .field("num_regressors", &T::num_regressors, non_negative())
          .field("name", &T::name)
          .field("dtype", &T::dtype);
  return instance;
}

}  // namespace metrics

Registry& MetricFamily::registry() {
  using namespace metrics;
  static Registry& instance = *[] {
    auto* registry = new Registry("metric");  // never destroyed: other statics may still use it while they end
    registry->add<MetricFamily, Mean>();
    registry->add<MetricFamily, Sum>();
    registry->add<MetricFamily, RootMeanSquaredError>();
    registry->add<MetricFamily, Accuracy>();
    registry->add<MetricFamily, BinaryAccuracy>();
    registry->add<MetricFamily, CategoricalAccuracy>();
    registry->add<MetricFamily, SparseCategoricalAccuracy>();
    registry->add<MetricFamily, TopKCategoricalAccuracy>();
    registry->add<MetricFamily, SparseTopKCategoricalAccuracy>();
    registry->add<MetricFamily, CompiledAccuracy>({"acc"});
    registry->add<MetricFamily, MeanSquaredError>({"mse"});
    registry->add<MetricFamily, MeanAbsoluteError>({"mae"});
    registry->add<MetricFamily, MeanAbsolutePercentageError>({"mape"});
    registry->add<MetricFamily, MeanSquaredLogarithmicError>({"msle"});
    registry->add<MetricFamily, LogCoshError>({"logcosh"});
    registry->add<MetricFamily, Poisson>();
    registry->add<MetricFamily, KLDivergence>({"kld"});
    registry->add<MetricFamily, Hinge>();
    registry->add<MetricFamily, SquaredHinge>();
    registry->add<MetricFamily, CategoricalHinge>();
    registry->add<MetricFamily, CosineSimilarity>();
    registry->add<MetricFamily, BinaryCrossentropy>({"bce"});
    registry->add<MetricFamily, CategoricalCrossentropy>();
    registry->add<MetricFamily, SparseCategoricalCrossentropy>();
    registry->add<MetricFamily, CompiledCrossentropy>({"crossentropy", "ce"});
    registry->add<MetricFamily, TruePositives>();
    registry->add<MetricFamily, FalsePositives>();
    registry->add<MetricFamily, TrueNegatives>();
    registry->add<MetricFamily, FalseNegatives>();
    registry->add<MetricFamily, Precision>();
    registry->add<MetricFamily, Recall>();
    registry->add<MetricFamily, AUC>();
    registry->add<MetricFamily, FBetaScore>({"fbeta_score"});
    registry->add<MetricFamily, F1Score>();
    registry->add<MetricFamily, R2Score>();
    register_more_metrics(*registry);
    return registry;
  }();
  return instance;
}

}  // namespace wavetrain
