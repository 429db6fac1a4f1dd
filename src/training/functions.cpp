#include "wavetrain/functions.hpp"

namespace wavetrain {

const Description& losses::FunctionLoss::description() {
  static const Description instance = Describe<FunctionLoss>("FunctionLoss", "wavetrain.losses")
                                          .field("reduction", &FunctionLoss::reduction)
                                          .field("name", &FunctionLoss::name);
  return instance;
}

LossShape losses::FunctionLoss::shape(const Shape& y_true, const Shape& y_pred) const {
  const Index width = y_pred.rank() > 1 ? y_pred.back() : 1;
  const Index rows = width == 0 ? 0 : y_pred.size() / width;
  return {.rows = rows, .width = width, .target_width = rows == 0 ? 0 : y_true.size() / rows};
}

const Description& metrics::FunctionMetric::description() {
  static const Description instance =
      Describe<FunctionMetric>("FunctionMetric", "wavetrain.metrics").field("name", &FunctionMetric::name);
  return instance;
}

}  // namespace wavetrain
