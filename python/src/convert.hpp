// Between Python's values and the library's: settings, arrays, exceptions.
#pragma once

#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/pair.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include "wavetrain/wavetrain.hpp"

namespace wavetrain::python {

namespace nb = nanobind;

// None, bool, int, float, str, list, dict. A tuple becomes a list, numpy's scalars and arrays their numbers, and an
// object with
// `__wavetrain_config__` what that returns. Throws TypeError naming the kind of anything else.
Config to_config(nb::handle value);
nb::object to_python(const Config& config);

// Borrows a numpy array for as long as `value` lives; None is no data. Any strides; the number types of ElementType.
// Throws TypeError for anything else: the Python side has made an array of it.
DataView to_view(nb::handle value);
// float32, contiguous; also borrowed.
ConstView to_floats(nb::handle value);

// A numpy array that owns what the library returned.
nb::object to_numpy(Array array);
nb::object to_numpy(Labels array);

nb::tuple to_python(const Shape& shape);
Shape to_shape(nb::handle value);
nb::dict to_python(const Logs& logs);

void register_exceptions();

// An exception of a Python hook that may not travel through the library's loops, kept until they have come to their
// end.
class Pending {
 public:
  // True when Ctrl-C or a hook of Python has raised. Called without the GIL.
  bool check();
  void capture(nb::python_error&& error) { error_.emplace(std::move(error)); }
  bool has_error() const { return error_.has_value(); }
  // Throws what was kept. Called with the GIL.
  void rethrow();

 private:
  std::optional<nb::python_error> error_;
};

// Calls something of Python from inside the library's loops, with the GIL. A Ctrl-C that arrives in it is put off until
// the loop around it asks for one, so that what runs comes to its end in order; `again` says that the result is needed,
// so that the call is then made once more.
template <class F>
nb::object through_interrupts(F&& call, bool again) {
  try {
    return call();
  } catch (const nb::python_error& error) {
    if (!error.matches(PyExc_KeyboardInterrupt)) throw;
  }
  nb::object result = again ? call() : nb::object(nb::none());
  PyErr_SetInterrupt();
  return result;
}

// Each binds one part of the module.
void bind_registries(nb::module_& m);
void bind_families(nb::module_& m);
void bind_layers(nb::module_& m);
void bind_callbacks(nb::module_& m);
void bind_model(nb::module_& m);
void bind_predictor(nb::module_& m);
void bind_search(nb::module_& m);
void bind_process(nb::module_& m);
void bind_recorded(nb::module_& m);

}  // namespace wavetrain::python
