#include "recorded.hpp"

#include <memory>

#include <fmt/format.h>

#include "wavetrain/functions.hpp"

namespace wavetrain::python {
namespace {

// Held by functions that the library copies and destroys where it likes.
std::shared_ptr<nb::object> shared(nb::object object) {
  return {new nb::object(std::move(object)), [](nb::object* held) {
            const nb::gil_scoped_acquire gil;
            delete held;
          }};
}

nb::object copied(const float* data, const Shape& shape) {
  return to_numpy(Array(shape, std::span(data, static_cast<std::size_t>(shape.size()))));
}

}  // namespace

Metric python_metric(nb::object object) {
  metrics::FunctionMetric metric;
  metric.name = nb::cast<std::string>(object.attr("name"));
  const auto held = shared(std::move(object));
  // One sum says whether anything came since the last reset.
  metric.function = [held](MetricState& state, const MetricBatch& batch) {
    const nb::gil_scoped_acquire gil;
    if (state.sums.empty()) state.sums.assign(1, 0.0);
    if (state.sums[0] == 0) held->attr("reset")();
    state.sums[0] = 1;
    through_interrupts(
        [&] {
          return held->attr("update")(copied(batch.y_true, batch.y_true_shape),
                                      copied(batch.y_pred, batch.y_pred_shape),
                                      batch.sample_weight == nullptr ? nb::object(nb::none())
                                                                     : copied(batch.sample_weight, batch.weight_shape));
        },
        false);
  };
  metric.value = [held](const MetricState& state) {
    const nb::gil_scoped_acquire gil;
    if (state.sums[0] == 0) return 0.0;
    return nb::cast<double>(nb::float_(through_interrupts([&] { return held->attr("value")(); }, true)));
  };
  return metric;
}

namespace {

// Losses of any shape whose elements divide the rows (or the other way round) as one number per row.
void spread(const ConstView& values, Index rows, float* row_loss) {
  const Index count = values.size();
  if (count == 0 || (rows % count != 0 && count % rows != 0)) {
    throw ValueError(
        fmt::format("A loss must return one value per sample, per row, or one altogether. Received: shape {} for "
                    "{} rows",
                    to_string(values.shape()), rows));
  }
  for (Index r = 0; r < rows; ++r) {
    if (count <= rows) {
      row_loss[r] = values.data()[r * count / rows];
      continue;
    }
    const Index each = count / rows;
    double sum = 0;
    for (Index i = 0; i < each; ++i) sum += values.data()[r * each + i];
    row_loss[r] = static_cast<float>(sum / static_cast<double>(each));
  }
}

}  // namespace

// The gradient that Python returns is that of the sum of all losses, as `evaluate` gives it for weights that are all
// one; with weights it is asked for the gradient of the weighted sum.
Loss python_loss(nb::object object) {
  losses::FunctionLoss loss;
  loss.name = nb::cast<std::string>(object.attr("name"));
  loss.reduction = nb::cast<std::string>(object.attr("reduction"));
  const auto held = shared(std::move(object));
  loss.function = [held](const LossRows& batch) {
    if (batch.shape.rows == 0) return;
    const nb::gil_scoped_acquire gil;
    const Shape& y_shape = *batch.y_true_shape;
    const Shape& p_shape = *batch.y_pred_shape;
    nb::object weights = nb::none();
    if (batch.weights != nullptr) weights = copied(batch.weights, Shape{batch.shape.rows});
    const nb::object result = through_interrupts(
        [&] {
          return held->attr("evaluate")(copied(batch.y_true, y_shape), copied(batch.y_pred, p_shape), weights,
                                        batch.shape.rows, batch.gradient != nullptr);
        },
        true);
    const nb::tuple parts = nb::cast<nb::tuple>(result);
    spread(to_floats(nb::object(parts[0])), batch.shape.rows, batch.row_loss);
    if (batch.gradient == nullptr) return;
    const ConstView gradient = to_floats(nb::object(parts[1]));
    if (gradient.size() != p_shape.size()) {
      throw ValueError(fmt::format("The gradient of loss '{}' must have the shape of y_pred, {}. Received: {}",
                                   nb::cast<std::string>(held->attr("name")), to_string(p_shape),
                                   to_string(gradient.shape())));
    }
    const auto scale = static_cast<float>(batch.scale);
    for (Index i = 0; i < gradient.size(); ++i) batch.gradient[i] = gradient.data()[i] * scale;
  };
  return loss;
}

void bind_recorded(nb::module_& m) { m.def("python_loss", &python_loss); }

}  // namespace wavetrain::python
