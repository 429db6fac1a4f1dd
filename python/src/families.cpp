// Losses, metrics, optimizers, schedules, initializers, regularizers and constraints as objects that work by
// themselves.
#include <nanobind/stl/function.h>
#include <nanobind/stl/shared_ptr.h>

#include "convert.hpp"
#include "optimizer.hpp"
#include "reference/activation.hpp"

namespace wavetrain::python {
namespace {

// What all families have: made from an identifier, known by class and settings.
template <class T>
nb::class_<T> bind_member(nb::module_& m, const char* name) {
  return nb::class_<T>(m, name)
      .def(
          "__init__", [](T* self, nb::handle identifier) { new (self) T(to_config(identifier)); },
          nb::arg("identifier").none())
      .def_prop_ro("class_name", [](const T& self) { return self.class_name(); })
      .def("config", [](const T& self) { return to_python(self.config()); });
}

nb::object loss_value(const Loss& loss, nb::handle y_true, nb::handle y_pred, nb::handle weight) {
  const ConstView targets = to_floats(y_true), predictions = to_floats(y_pred);
  if (loss.reduction() == Reduction::none) return to_numpy(loss.values(targets, predictions));
  return nb::float_(loss(targets, predictions, to_floats(weight)));
}

// d (sum of the losses of all rows, each times its number in `row_weights`) / d y_pred
nb::object loss_gradient(const Loss& loss, nb::handle y_true, nb::handle y_pred, nb::handle row_weights) {
  const ConstView targets = to_floats(y_true), predictions = to_floats(y_pred), weights = to_floats(row_weights);
  const LossShape shape = loss.shape(targets.shape(), predictions.shape());
  if (weights.size() != shape.rows) throw ValueError("row_weights needs one number for each row");
  Array row_loss(Shape{shape.rows}), gradient(predictions.shape());
  loss.evaluate({.shape = shape,
                 .y_true = targets.data(),
                 .y_pred = predictions.data(),
                 .weights = weights.data(),
                 .row_loss = row_loss.data(),
                 .gradient = gradient.data(),
                 .facts = loss.inspect(targets.data(), predictions.data(), shape)});
  return to_numpy(std::move(gradient));
}

nb::object metric_result(const Metric& metric) {
  const std::vector<double> values = metric.results();
  if (values.size() == 1) return nb::float_(values[0]);
  return nb::cast(values);
}

// y from x for an activation along the last axis; `arguments` are those that differ from Keras' defaults.
nb::object activate(const std::string& name, nb::handle x, nb::dict arguments) {
  const ConstView in = to_floats(x);
  const ActivationKind kind = name == "threshold" ? ActivationKind::threshold : wavetrain::Activation(name).kind();
  ActivationParams params = wavetrain::Activation(kind).params();
  for (const auto& [key, value] : arguments) {
    const auto argument = nb::cast<std::string>(key);
    if (argument == "approximate") params.approximate = nb::cast<bool>(value);
    else if (argument == "max_value" && value.is_none()) params.max_value = std::numeric_limits<float>::infinity();
    else {
      const auto number = static_cast<float>(nb::cast<double>(nb::float_(value)));
      if (argument == "alpha") params.alpha = number;
      else if (argument == "negative_slope") params.negative_slope = number;
      else if (argument == "max_value") params.max_value = number;
      else if (argument == "threshold") params.threshold = number;
      else if (argument == "default_value") params.default_value = number;
      else if (argument == "b") params.b = number;
      else throw TypeError(name + "() got an unexpected keyword argument '" + argument + "'");
    }
  }
  const wavetrain::Activation function(kind, params);
  Shape shape = in.shape();
  const Index size = in.rank() > 0 ? in.shape().back() : 1;
  if (function.kind() == ActivationKind::glu) shape[-1] = size / 2;
  Array out(shape);
  if (in.size() > 0) reference::activation_forward(out.data(), in.data(), function, in.size() / size, size, 1);
  return to_numpy(std::move(out));
}

}  // namespace

void bind_families(nb::module_& m) {
  bind_member<Initializer>(m, "Initializer").def("__call__", [](const Initializer& self, nb::handle shape) {
    return to_numpy(self(to_shape(shape)));
  });
  bind_member<Regularizer>(m, "Regularizer").def("__call__", [](const Regularizer& self, nb::handle w) {
    return self.value(to_floats(w));
  });
  bind_member<Constraint>(m, "Constraint").def("__call__", [](const Constraint& self, nb::handle w) {
    Array result = Array::copy_of(to_floats(w));
    self.apply(result.view());
    return to_numpy(std::move(result));
  });
  bind_member<LearningRateSchedule>(m, "LearningRateSchedule")
      .def("__call__", &LearningRateSchedule::at, nb::arg("step"));
  bind_member<Loss>(m, "Loss")
      .def("__call__", &loss_value, nb::arg("y_true"), nb::arg("y_pred"), nb::arg("sample_weight").none() = nb::none())
      .def("gradient", &loss_gradient)
      .def("values", [](const Loss& self, nb::handle y_true, nb::handle y_pred) {
        return to_numpy(self.values(to_floats(y_true), to_floats(y_pred)));
      });
  bind_member<Metric>(m, "Metric")
      .def_prop_ro("name", &Metric::name)
      .def_prop_ro("direction",
                   [](const Metric& self) {
                     return self.direction() == MetricDirection::up     ? "up"
                            : self.direction() == MetricDirection::down ? "down"
                                                                        : "none";
                   })
      .def("reset_state", &Metric::reset_state)
      .def(
          "update_state",
          [](Metric& self, nb::handle y_true, nb::handle y_pred, nb::handle weight) {
            self.update_state(to_floats(y_true), to_floats(y_pred), to_floats(weight));
          },
          nb::arg("y_true"), nb::arg("y_pred"), nb::arg("sample_weight").none())
      .def("merge_state", &Metric::merge_state)
      .def("result", &metric_result);
  m.def("activate", &activate, nb::arg("name"), nb::arg("x"), nb::arg("arguments"));

  nb::class_<OptimizerHandle>(m, "Optimizer")
      .def("__init__", [](OptimizerHandle* self,
                          nb::handle identifier) { new (self) OptimizerHandle(Optimizer(to_config(identifier))); })
      .def_prop_ro("class_name", [](OptimizerHandle& self) { return self.get().class_name(); })
      .def("config", [](OptimizerHandle& self) { return to_python(self.get().config()); })
      .def_prop_rw(
          "learning_rate", [](OptimizerHandle& self) { return self.get().learning_rate(); },
          [](OptimizerHandle& self, double value) { self.get().set_learning_rate(value); })
      .def_prop_ro("has_schedule", [](OptimizerHandle& self) { return self.get().has_schedule(); })
      .def_prop_ro("built", [](OptimizerHandle& self) { return self.get().built(); })
      .def_prop_ro("iterations", [](OptimizerHandle& self) { return self.get().built() ? self.get().iterations() : 0; })
      .def("exclude_from_weight_decay",
           [](OptimizerHandle& self, std::vector<std::string> names) {
             self.get().exclude_from_weight_decay(std::move(names));
           })
      .def("variables", &OptimizerHandle::variables)
      .def("set_variables", &OptimizerHandle::set_variables)
      .def("build", &OptimizerHandle::build)
      .def("apply", &OptimizerHandle::apply)
      .def("detach", [](OptimizerHandle& self) { self.attach(nullptr, nb::none()); })
      .def("finalize", [](OptimizerHandle& self) { self.get().finalize_variable_values(); });
}

}  // namespace wavetrain::python
