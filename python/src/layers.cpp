// Layers and weights.
#include "layers.hpp"
#include "convert.hpp"
#include "training/keras_config.hpp"

namespace wavetrain::python {
namespace {

Variable new_variable(nb::handle value, const std::string& name, bool trainable) {
  const Array values = to_view(value).to_array();
  Variable variable({.name = name, .shape = values.shape(), .trainable = trainable}, "");
  variable.assign(values);
  return variable;
}

}  // namespace

std::vector<Array> to_arrays(nb::handle list) {
  std::vector<Array> arrays;
  for (nb::handle item : list) arrays.push_back(to_view(item).to_array());
  return arrays;
}

void bind_layers(nb::module_& m) {
  nb::class_<Variable>(m, "Variable")
      .def("__init__", [](Variable* self, nb::handle value, const std::string& name,
                          bool trainable) { new (self) Variable(new_variable(value, name, trainable)); })
      .def_prop_ro("name", &Variable::name)
      .def_prop_ro("group", &Variable::group)
      .def_prop_ro("shape", [](const Variable& self) { return to_python(self.shape()); })
      .def_prop_ro("trainable", &Variable::trainable)
      .def_prop_ro("size", &Variable::size)
      .def("numpy", [](const Variable& self) { return to_numpy(self.value()); })
      .def("assign", [](Variable& self, nb::handle value) { self.assign(to_view(value).to_array()); })
      .def("same", [](const Variable& self, const Variable& other) { return self == other; })
      .def("penalty", [](const Variable& self) {
        return self.regularizer().has_value() ? nb::object(nb::float_(self.regularizer().value(self.view())))
                                              : nb::none();
      });

  m.def("nested", [](const Sequential& inner) { return Layer(layers::Nested{.inner = layers::Stack(inner)}); });
  nb::class_<Layer>(m, "Layer")
      .def("__init__",
           [](Layer* self, const std::string& class_name, nb::handle arguments) {
             new (self) Layer(make_layer(class_name, used_arguments(class_name, plain_config(to_config(arguments)))));
           })
      .def_prop_ro("name", &Layer::name)
      .def_prop_ro("class_name", &Layer::class_name)
      .def("config", [](const Layer& self) { return to_python(self.config()); })
      .def_prop_rw("trainable", &Layer::trainable, &Layer::set_trainable)
      .def_prop_ro("built", &Layer::built)
      .def_prop_ro("variables", &Layer::variables)
      .def("get_weights",
           [](const Layer& self) {
             nb::list list;
             for (Array& array : self.get_weights()) list.append(to_numpy(std::move(array)));
             return list;
           })
      .def("set_weights", [](Layer& self, nb::handle weights) { self.set_weights(to_arrays(weights)); })
      .def("reset_state", &Layer::reset_state)
      .def_prop_ro("own_variables", &Layer::own_variables)
      .def_prop_ro("sublayers",
                   [](const Layer& self) {
                     nb::list list;
                     for (const Sublayer& part : self.sublayers()) list.append(nb::make_tuple(part.path, part.layer));
                     return list;
                   })
      .def("adapt", [](Layer& self, nb::handle data) { self.adapt(to_view(data)); })
      .def("count_params", &Layer::count_params)
      .def_prop_ro("input_shape", [](const Layer& self) { return to_python(self.input_shape()); })
      .def_prop_ro("output_shape", [](const Layer& self) { return to_python(self.output_shape()); })
      .def("same", [](const Layer& self, const Layer& other) { return self == other; });
}

}  // namespace wavetrain::python
