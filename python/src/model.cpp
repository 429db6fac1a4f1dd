// Sequential. The GIL is released wherever the library works; what it calls back takes it again.
#include <nanobind/stl/shared_ptr.h>

#include "callbacks.hpp"
#include "layers.hpp"
#include "optimizer.hpp"
#include "recorded.hpp"
#include "training/keras_config.hpp"

namespace wavetrain::python {
namespace {

// The arguments of fit and its relatives come as a dict: they are many, and only their names are needed here.
struct Arguments {
  nb::dict dict;

  bool has(const char* name) const { return dict.contains(name) && !nb::object(dict[name]).is_none(); }
  template <class T>
  T get(const char* name, T otherwise) const {
    return has(name) ? nb::cast<T>(nb::object(dict[name])) : otherwise;
  }
  std::optional<Index> index(const char* name) const {
    if (!has(name)) return std::nullopt;
    return nb::cast<Index>(nb::object(dict[name]));
  }
  DataView view(const char* name) const { return has(name) ? to_view(nb::object(dict[name])) : DataView{}; }
  std::vector<std::shared_ptr<Callback>> callbacks(Pending& pending) const {
    return has("callbacks") ? to_callbacks(nb::object(dict["callbacks"]), pending)
                            : std::vector<std::shared_ptr<Callback>>{};
  }
  std::map<Index, double> class_weight() const {
    std::map<Index, double> weights;
    if (!has("class_weight")) return weights;
    for (const auto& [label, weight] : nb::cast<nb::dict>(nb::object(dict["class_weight"]))) {
      weights[nb::cast<Index>(nb::int_(label))] = nb::cast<double>(nb::float_(weight));
    }
    return weights;
  }
};

// Runs `work` without the GIL, then raises what was kept in `pending`.
template <class F>
auto without_gil(Pending& pending, F&& work) {
  auto result = [&] {
    const nb::gil_scoped_release release;
    return work();
  }();
  pending.rethrow();
  return result;
}

void add(Sequential& model, nb::handle entry) {
  if (nb::isinstance<Layer>(entry)) model.add(nb::cast<Layer>(entry));
  else model.add(from_config<layers::Input>(to_config(entry)));
}

Metric to_metric(nb::handle item) {
  if (nb::isinstance<nb::str>(item) || nb::isinstance<nb::dict>(item)) return Metric(to_config(item));
  if (nb::isinstance<Metric>(item)) {
    Metric metric = nb::cast<Metric>(item);
    metric.reset_state();
    return metric;
  }
  return python_metric(nb::borrow(item));
}

void compile(Sequential& model, OptimizerHandle& optimizer, nb::handle loss, nb::handle metrics,
             nb::handle weighted_metrics, std::optional<double> loss_weights) {
  CompileOptions options;
  options.optimizer = optimizer.own();
  if (nb::isinstance<Loss>(loss)) options.loss = nb::cast<Loss>(loss);
  else if (!loss.is_none()) options.loss = Loss(to_config(loss));
  options.loss_weights = loss_weights;
  for (nb::handle item : metrics) options.metrics.push_back(to_metric(item));
  for (nb::handle item : weighted_metrics) options.weighted_metrics.push_back(to_metric(item));
  model.compile(std::move(options));
}

nb::object fit(Sequential& model, nb::handle x, nb::handle y, nb::dict dict) {
  const Arguments given{std::move(dict)};
  Pending pending;
  FitOptions o;
  o.batch_size = given.index("batch_size");
  o.epochs = given.get<Index>("epochs", 1);
  o.verbose = given.get<int>("verbose", 1);
  o.callbacks = given.callbacks(pending);
  o.validation_split = given.get<double>("validation_split", 0.0);
  o.validation_data = {given.view("validation_x"), given.view("validation_y"), given.view("validation_weight")};
  o.shuffle = given.get<bool>("shuffle", true);
  o.class_weight = given.class_weight();
  o.sample_weight = given.view("sample_weight");
  o.initial_epoch = given.get<Index>("initial_epoch", 0);
  o.steps_per_epoch = given.index("steps_per_epoch");
  o.validation_steps = given.index("validation_steps");
  o.validation_batch_size = given.index("validation_batch_size");
  o.validation_freq = given.get<Index>("validation_freq", 1);
  o.interrupted = [&pending] { return pending.check(); };
  const DataView inputs = to_view(x), targets = to_view(y);
  const History history = without_gil(pending, [&] { return model.fit(inputs, targets, o); });
  nb::dict values;
  for (const std::string& name : history.names()) values[name.c_str()] = nb::cast(history[name]);
  return nb::make_tuple(nb::cast(history.epoch()), values, history.params().steps);
}

nb::dict evaluate(Sequential& model, nb::handle x, nb::handle y, nb::dict dict) {
  const Arguments given{std::move(dict)};
  Pending pending;
  EvaluateOptions o;
  o.batch_size = given.index("batch_size");
  o.verbose = given.get<int>("verbose", 1);
  o.sample_weight = given.view("sample_weight");
  o.steps = given.index("steps");
  o.callbacks = given.callbacks(pending);
  o.interrupted = [&pending] { return pending.check(); };
  const DataView inputs = to_view(x), targets = to_view(y);
  return to_python(without_gil(pending, [&] { return model.evaluate(inputs, targets, o); }));
}

nb::object predict(Sequential& model, nb::handle x, nb::dict dict) {
  const Arguments given{std::move(dict)};
  Pending pending;
  PredictOptions o;
  o.batch_size = given.index("batch_size");
  o.verbose = given.get<int>("verbose", 1);
  o.steps = given.index("steps");
  o.callbacks = given.callbacks(pending);
  o.mask = given.view("mask");
  o.interrupted = [&pending] { return pending.check(); };
  const DataView inputs = to_view(x);
  return to_numpy(without_gil(pending, [&] { return model.predict(inputs, o); }));
}

nb::dict on_batch(Sequential& model, nb::handle x, nb::handle y, nb::dict dict, bool train) {
  const Arguments given{std::move(dict)};
  const BatchOptions o{.sample_weight = given.view("sample_weight"),
                       .class_weight = given.class_weight(),
                       .reset_metrics = given.get<bool>("reset_metrics", true)};
  const DataView inputs = to_view(x), targets = to_view(y);
  Logs logs;
  {
    const nb::gil_scoped_release release;
    logs = train ? model.train_on_batch(inputs, targets, o) : model.test_on_batch(inputs, targets, o);
  }
  return to_python(logs);
}

// What a model was compiled with, as a file holds it; None when it is not compiled.
nb::object compile_config(const Sequential& model) {
  if (!model.compiled()) return nb::none();
  const CompileOptions& options = model.compile_options();
  const auto list = [](const std::vector<Metric>& metrics) {
    Config::List configs;
    for (const Metric& metric : metrics) configs.push_back(metric.config());
    return configs;
  };
  return to_python(Config::dict({{"optimizer", options.optimizer.config()},
                                 {"loss", options.loss.config()},
                                 {"loss_weights", options.loss_weights ? Config(*options.loss_weights) : Config()},
                                 {"metrics", list(options.metrics)},
                                 {"weighted_metrics", list(options.weighted_metrics)}}));
}

template <class F>
auto released(F&& work) {
  const nb::gil_scoped_release release;
  return work();
}

}  // namespace

void bind_model(nb::module_& m) {
  nb::class_<Sequential>(m, "Sequential", nb::is_weak_referenceable())
      .def("__init__", [](Sequential* self, const std::string& name) { new (self) Sequential({}, name); })
      .def("add", &add)
      .def("pop", &Sequential::pop)
      .def("build", [](Sequential& self, nb::handle shape) { self.build(to_shape(shape)); })
      .def_prop_ro("built", &Sequential::built)
      .def_prop_ro("name", &Sequential::name)
      .def_prop_ro("layers", &Sequential::layers)
      .def_prop_ro("input_shape", [](const Sequential& self) { return to_python(self.input_shape()); })
      .def_prop_ro("output_shape", [](const Sequential& self) { return to_python(self.output_shape()); })
      .def_prop_ro("compiled", &Sequential::compiled)
      .def("compile", &compile, nb::arg("optimizer"), nb::arg("loss").none(), nb::arg("metrics"),
           nb::arg("weighted_metrics"), nb::arg("loss_weights").none())
      .def("compile_config", &compile_config)
      .def("attach", [](Sequential& self, OptimizerHandle& optimizer,
                        nb::object keeper) { optimizer.attach(&self, std::move(keeper)); })
      .def("fit", &fit)
      .def("evaluate", &evaluate)
      .def("predict", &predict)
      .def("predict_one",
           [](const Sequential& self, nb::handle x) {
             const DataView inputs = to_view(x);
             return to_numpy(released([&] { return self.predict_on_batch(inputs); }));
           })
      .def("call",
           [](Sequential& self, nb::handle x, bool training) {
             const DataView inputs = to_view(x);
             return to_numpy(released([&] { return self.call(inputs, training); }));
           })
      .def("on_batch", &on_batch)
      .def("reset_states", &Sequential::reset_states)
      .def("reset_metrics", &Sequential::reset_metrics)
      .def("begin_training", &Sequential::begin_training)
      .def("finish_training", &Sequential::finish_training)
      .def_prop_ro("stop_requested", &Sequential::stop_requested)
      .def("stop_training", &Sequential::stop_training)
      .def("count_params", &Sequential::count_params)
      .def("get_weights",
           [](const Sequential& self) {
             nb::list list;
             for (Array& array : self.get_weights()) list.append(to_numpy(std::move(array)));
             return list;
           })
      .def("set_weights", [](Sequential& self, nb::handle weights) { self.set_weights(to_arrays(weights)); })
      .def("compute_output_shape",
           [](const Sequential& self, nb::handle shape) {
             return to_python(self.compute_output_shape(to_shape(shape)));
           })
      .def("summary",
           [](const Sequential& self, int line_length, bool expand_nested, bool show_trainable) {
             return self.summary(
                 {.line_length = line_length, .expand_nested = expand_nested, .show_trainable = show_trainable});
           })
      .def("config", [](const Sequential& self) { return to_python(self.config()); })
      .def_static(
          "from_config", [](nb::handle config) { return new Sequential(Sequential::from_config(to_config(config))); },
          nb::rv_policy::take_ownership)
      .def("to_json", [](const Sequential& self) { return to_json(self); })
      .def("save", [](const Sequential& self, const std::string& path) { self.save(path); })
      .def("save_weights", [](const Sequential& self, const std::string& path) { self.save_weights(path); })
      .def("load_weights", [](Sequential& self, const std::string& path, bool skip_mismatch) {
        load_weights(self, path, skip_mismatch);
      });
  const auto plotted = [](auto* draw) {
    return [draw](const Sequential& model, bool shapes, bool dtype, bool names, const std::string& rankdir,
                  bool activations, bool trainable) {
      return draw(model, {.show_shapes = shapes,
                          .show_dtype = dtype,
                          .show_layer_names = names,
                          .rankdir = rankdir,
                          .show_layer_activations = activations,
                          .show_trainable = trainable});
    };
  };
  m.def("model_to_dot", plotted(&utils::model_to_dot));
  m.def("model_to_svg", plotted(&utils::model_to_svg));
  m.def(
      "load_model",
      [](const std::string& path, bool compile) { return new Sequential(load_model(path, {.compile = compile})); },
      nb::arg("path"), nb::arg("compile") = true, nb::rv_policy::take_ownership);
  m.def(
      "model_from_json", [](const std::string& text) { return new Sequential(model_from_json(text)); },
      nb::rv_policy::take_ownership);
}

}  // namespace wavetrain::python
