// What classes there are, with their arguments: the Python side makes its classes from this.
#include "convert.hpp"
#include "training/keras_config.hpp"

namespace wavetrain::python {
namespace {

nb::dict describe(const Description& description) {
  nb::list fields;
  for (const Field& field : description.fields) {
    fields.append(
        nb::make_tuple(field.name, field.type, field.required, to_python(field.default_value), field.aliases));
  }
  nb::dict result;
  result["class_name"] = description.class_name;
  result["module"] = description.module;
  result["fields"] = fields;
  return result;
}

const Registry& registry(const std::string& family) {
  if (family == "losses") return LossFamily::registry();
  if (family == "metrics") return MetricFamily::registry();
  if (family == "optimizers") return OptimizerFamily::registry();
  if (family == "schedules") return LearningRateScheduleFamily::registry();
  if (family == "initializers") return InitializerFamily::registry();
  if (family == "regularizers") return RegularizerFamily::registry();
  if (family == "constraints") return ConstraintFamily::registry();
  throw ValueError("There is no family '" + family + "'.");
}

std::vector<std::string> class_names(const std::string& family) {
  if (family == "layers") return layer_class_names();
  std::vector<std::string> names;
  const auto descriptions = family == "callbacks" ? callback_descriptions() : registry(family).descriptions();
  for (const Description* description : descriptions) names.push_back(description->class_name);
  return names;
}

nb::object find(const std::string& family, const std::string& class_name) {
  if (family == "layers") {
    const Description* description = find_layer_class(class_name);
    return description == nullptr ? nb::object(nb::none()) : describe(*description);
  }
  const auto descriptions = family == "callbacks" ? callback_descriptions() : registry(family).descriptions();
  for (const Description* description : descriptions) {
    if (description->class_name == class_name) return describe(*description);
  }
  return nb::none();
}

}  // namespace

void bind_registries(nb::module_& m) {
  m.def("class_names", &class_names, nb::arg("family"));
  m.def("describe", &find, nb::arg("family"), nb::arg("class_name"));
  m.def("describe_input", [] { return describe(layers::Input::description()); });
  m.def("is_known", [](const std::string& family, const std::string& name) { return registry(family).contains(name); });
  m.def("activation_names", [] { return wavetrain::Activation::names(); });
}

}  // namespace wavetrain::python
