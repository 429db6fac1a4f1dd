// The arguments of the metrics that choose a threshold, count classes or correlate; see metrics_describe.cpp.
#include "training/metrics_describe.hpp"

#include "wavetrain/metrics.hpp"

namespace wavetrain {
namespace metrics {
namespace {

template <class T>
Description at_constraint(const char* class_name, const char* constraint, Required<double> T::*field) {
  return Describe<T>(class_name, kModule)
      .field(constraint, field, in_range(0, 1))
      .field("num_thresholds", &T::num_thresholds, positive())
      .field("class_id", &T::class_id, non_negative())
      .field("name", &T::name)
      .field("dtype", &T::dtype);
}

Check first_or_last() {
  return
      [](const Config& value) -> std::string { return value.as_int() == 0 || value.as_int() == -1 ? "" : "-1 or 0"; };
}

}  // namespace

const Description& SensitivityAtSpecificity::description() {
  static const Description instance =
      at_constraint("SensitivityAtSpecificity", "specificity", &SensitivityAtSpecificity::specificity);
  return instance;
}

const Description& SpecificityAtSensitivity::description() {
  static const Description instance =
      at_constraint("SpecificityAtSensitivity", "sensitivity", &SpecificityAtSensitivity::sensitivity);
  return instance;
}

const Description& PrecisionAtRecall::description() {
  static const Description instance = at_constraint("PrecisionAtRecall", "recall", &PrecisionAtRecall::recall);
  return instance;
}

const Description& RecallAtPrecision::description() {
  static const Description instance = at_constraint("RecallAtPrecision", "precision", &RecallAtPrecision::precision);
  return instance;
}

const Description& IoU::description() {
  using T = IoU;
  static const Description instance = Describe<T>("IoU", kModule)
                                          .field("num_classes", &T::num_classes, positive())
                                          .field("target_class_ids", &T::target_class_ids)
                                          .field("name", &T::name)
                                          .field("dtype", &T::dtype)
                                          .field("ignore_class", &T::ignore_class)
                                          .field("sparse_y_true", &T::sparse_y_true)
                                          .field("sparse_y_pred", &T::sparse_y_pred)
                                          .field("axis", &T::axis, first_or_last());
  return instance;
}

const Description& MeanIoU::description() {
  using T = MeanIoU;
  static const Description instance = Describe<T>("MeanIoU", kModule)
                                          .field("num_classes", &T::num_classes, positive())
                                          .field("name", &T::name)
                                          .field("dtype", &T::dtype)
                                          .field("ignore_class", &T::ignore_class)
                                          .field("sparse_y_true", &T::sparse_y_true)
                                          .field("sparse_y_pred", &T::sparse_y_pred)
                                          .field("axis", &T::axis, first_or_last());
  return instance;
}

const Description& OneHotIoU::description() {
  using T = OneHotIoU;
  static const Description instance = Describe<T>("OneHotIoU", kModule)
                                          .field("num_classes", &T::num_classes, positive())
                                          .field("target_class_ids", &T::target_class_ids)
                                          .field("name", &T::name)
                                          .field("dtype", &T::dtype)
                                          .field("ignore_class", &T::ignore_class)
                                          .field("sparse_y_pred", &T::sparse_y_pred)
                                          .field("axis", &T::axis, first_or_last());
  return instance;
}

const Description& OneHotMeanIoU::description() {
  using T = OneHotMeanIoU;
  static const Description instance = Describe<T>("OneHotMeanIoU", kModule)
                                          .field("num_classes", &T::num_classes, positive())
                                          .field("name", &T::name)
                                          .field("dtype", &T::dtype)
                                          .field("ignore_class", &T::ignore_class)
                                          .field("sparse_y_pred", &T::sparse_y_pred)
                                          .field("axis", &T::axis, first_or_last());
  return instance;
}

const Description& BinaryIoU::description() {
  using T = BinaryIoU;
  static const Description instance = Describe<T>("BinaryIoU", kModule)
                                          .field("target_class_ids", &T::target_class_ids)
                                          .field("threshold", &T::threshold)
                                          .field("name", &T::name)
                                          .field("dtype", &T::dtype);
  return instance;
}

const Description& PearsonCorrelation::description() {
  using T = PearsonCorrelation;
  static const Description instance = Describe<T>("PearsonCorrelation", kModule)
                                          .field("name", &T::name)
                                          .field("dtype", &T::dtype)
                                          .field("axis", &T::axis);
  return instance;
}

const Description& ConcordanceCorrelation::description() {
  using T = ConcordanceCorrelation;
  static const Description instance = Describe<T>("ConcordanceCorrelation", kModule)
                                          .field("name", &T::name)
                                          .field("dtype", &T::dtype)
                                          .field("axis", &T::axis);
  return instance;
}

const Description& MeanMetricWrapper::description() {
  using T = MeanMetricWrapper;
  static const Description instance =
      Describe<T>("MeanMetricWrapper", kModule).field("fn", &T::fn).field("name", &T::name).field("dtype", &T::dtype);
  return instance;
}

}  // namespace metrics

void register_more_metrics(Registry& registry) {
  using namespace metrics;
  registry.add<MetricFamily, MeanMetricWrapper>();
  registry.add<MetricFamily, SensitivityAtSpecificity>();
  registry.add<MetricFamily, SpecificityAtSensitivity>();
  registry.add<MetricFamily, PrecisionAtRecall>();
  registry.add<MetricFamily, RecallAtPrecision>();
  registry.add<MetricFamily, IoU>();
  registry.add<MetricFamily, BinaryIoU>();
  registry.add<MetricFamily, MeanIoU>();
  registry.add<MetricFamily, OneHotIoU>();
  registry.add<MetricFamily, OneHotMeanIoU>();
  registry.add<MetricFamily, PearsonCorrelation>();
  registry.add<MetricFamily, ConcordanceCorrelation>();
}

}  // namespace wavetrain
