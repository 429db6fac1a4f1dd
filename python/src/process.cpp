// What belongs to the process: random numbers, threads, where text goes, what was built.
#include <nanobind/stl/function.h>

#include "convert.hpp"

#ifdef WAVETRAIN_WITH_COMMAND_LINE
#include "wavetrain/program.hpp"
#endif

namespace wavetrain::python {
namespace {

// Kept for good: the interpreter is gone when statics are destroyed.
nb::object& kept(nb::object function) { return *new nb::object(std::move(function)); }

void set_console_function(nb::object function, bool terminal) {
  const nb::object& write = kept(std::move(function));
  const auto to_python = [&write](std::string_view text) {
    const nb::gil_scoped_acquire gil;
    through_interrupts([&] { return write(nb::str(text.data(), text.size())); }, false);
  };
  set_console({to_python, terminal});
}

void set_log_function(nb::object function) {
  const nb::object& write = kept(std::move(function));
  set_log_sink([&write](LogLevel level, std::string_view message) {
    const nb::gil_scoped_acquire gil;
    through_interrupts([&] { return write(level == LogLevel::warning, nb::str(message.data(), message.size())); },
                       false);
  });
}

#ifdef WAVETRAIN_WITH_COMMAND_LINE
int command_line(std::vector<std::string> arguments) {
  std::vector<char*> argv;
  for (std::string& argument : arguments) argv.push_back(argument.data());
  argv.push_back(nullptr);
  const nb::gil_scoped_release release;
  return app::run(static_cast<int>(arguments.size()), argv.data());
}
#endif

}  // namespace

void bind_process(nb::module_& m) {
  m.def("set_random_seed", &set_random_seed);
  m.def("next_seed", &next_seed);
  m.def(
      "random_normal",
      [](nb::handle shape, double mean, double stddev, std::optional<std::uint64_t> seed) {
        return to_numpy(random_normal(to_shape(shape), mean, stddev, seed ? *seed : next_seed()));
      },
      nb::arg("shape"), nb::arg("mean"), nb::arg("stddev"), nb::arg("seed").none() = nb::none());
  m.def(
      "random_uniform",
      [](nb::handle shape, double low, double high, std::optional<std::uint64_t> seed) {
        return to_numpy(random_uniform(to_shape(shape), low, high, seed ? *seed : next_seed()));
      },
      nb::arg("shape"), nb::arg("minval"), nb::arg("maxval"), nb::arg("seed").none() = nb::none());
  m.def(
      "random_integers",
      [](nb::handle shape, std::int32_t low, std::int32_t high, std::optional<std::uint64_t> seed) {
        return to_numpy(random_integers(to_shape(shape), low, high, seed ? *seed : next_seed()));
      },
      nb::arg("shape"), nb::arg("minval"), nb::arg("maxval"), nb::arg("seed").none() = nb::none());
  m.def("clear_session", &clear_session);
  m.def("automatic_name", &automatic_name);
  m.def("num_threads", &num_threads);
  m.def("set_num_threads", &set_num_threads);
  m.def("target_name", &target_name);
  m.def("supported_targets", &supported_targets);
  m.def("set_target", &set_target);
  m.def("set_console", &set_console_function);
  m.def("print", [](const std::string& text) { print(text); });
  m.def("set_log", &set_log_function);
  m.def("parse_layers", [](const std::string& text) {
    Sequential model(parse_layer_list(text));
    return to_python(model.config());
  });
  m.attr("compiler") = __VERSION__;
#ifdef WAVETRAIN_WITH_COMMAND_LINE
  m.def("command_line", &command_line);
#endif
}

}  // namespace wavetrain::python
