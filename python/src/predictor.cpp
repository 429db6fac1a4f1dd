// Predictor: one window after the other, from Python. What a call costs beside the model's own work is counted in
// nanoseconds: arrays are made once, a float32 window is copied where it lies, no argument is looked at twice.
#include "wavetrain/predictor.hpp"

#include <algorithm>
#include <cstring>

#include <fmt/format.h>

#include "convert.hpp"

namespace wavetrain::python {
namespace {

// The float32 values of a contiguous buffer, while it is held; null for anything else.
class FloatBuffer {
 public:
  explicit FloatBuffer(nb::handle value) {
    if (PyObject_CheckBuffer(value.ptr()) == 0) return;
    held_ = PyObject_GetBuffer(value.ptr(), &buffer_, PyBUF_C_CONTIGUOUS | PyBUF_FORMAT) == 0;
    if (!held_) PyErr_Clear();
  }
  ~FloatBuffer() {
    if (held_) PyBuffer_Release(&buffer_);
  }
  FloatBuffer(const FloatBuffer&) = delete;
  FloatBuffer& operator=(const FloatBuffer&) = delete;

  // Values of this shape; where it has one sample, the batch may be left out.
  const float* data(const Shape& shape) const {
    if (!held_ || buffer_.format == nullptr || std::strcmp(buffer_.format, "f") != 0) return nullptr;
    const int missing = shape.rank() - buffer_.ndim;
    if (missing != 0 && (missing != 1 || shape[0] != 1)) return nullptr;
    for (int axis = 0; axis < buffer_.ndim; ++axis) {
      if (buffer_.shape[axis] != shape[axis + missing]) return nullptr;
    }
    return static_cast<const float*>(buffer_.buf);
  }

 private:
  Py_buffer buffer_{};
  bool held_ = false;
};

// An array of Python's that keeps its place for good, whatever becomes of the predictor.
struct Held {
  float* data = nullptr;
  nb::object array;

  explicit Held(const Shape& shape) {
    Array values(shape);
    data = values.data();
    array = to_numpy(std::move(values));
  }
};

class PredictorHandle {
 public:
  PredictorHandle(nb::object model, Predictor predictor)
      : model_(std::move(model)),
        predictor_(std::move(predictor)),
        input_(predictor_.input_shape()),
        output_(predictor_.output_shape()),
        output_shape_(predictor_.output_shape()) {}

  const Predictor& predictor() const { return predictor_; }
  const nb::object& input() const { return input_.array; }
  const nb::object& output() const { return output_.array; }

  // `self` converts what is not float32 in the right shape.
  static nb::object run(nb::handle object, nb::handle x) {
    auto& self = nb::cast<PredictorHandle&>(object);
    if (x.is_none() || x.is(self.input_.array)) return self.predict(self.input_.data);
    const FloatBuffer buffer(x);
    if (const float* values = buffer.data(self.predictor_.input_shape())) return self.predict(values);
    object.attr("_convert")(x);
    return self.predict(self.input_.data);
  }

 private:
  nb::object predict(const float* x) {
    if (busy_) throw Error("this Predictor is in use by another thread: give each thread one of its own");
    const Guard guard(busy_);
    ConstView y = [&] {
      const nb::gil_scoped_release release;
      return predictor_.run({x, static_cast<std::size_t>(predictor_.input_shape().size())});
    }();
    if (y.shape() != output_shape_) {  // the model has other layers now
      output_ = Held(y.shape());
      output_shape_ = y.shape();
    }
    std::copy_n(y.data(), y.size(), output_.data);
    return output_.array;
  }

  struct Guard {
    bool& busy;
    explicit Guard(bool& b) : busy(b) { busy = true; }
    ~Guard() { busy = false; }
  };

  nb::object model_;  // outlives predictor_, which points to it
  Predictor predictor_;
  Held input_, output_;
  Shape output_shape_;
  bool busy_ = false;  // read and written with the GIL
};

PredictorHandle made(nb::object model, nb::handle shape, Index batch, int threads) {
  const auto& sequential = nb::cast<const Sequential&>(model);
  if (batch < 1) throw ValueError(fmt::format("batch must be at least 1. Received: batch={}", batch));
  return {std::move(model),
          shape.is_none() ? Predictor(sequential, batch, threads) : Predictor(sequential, to_shape(shape), threads)};
}

}  // namespace

void bind_predictor(nb::module_& m) {
  nb::class_<PredictorHandle>(m, "Predictor")
      .def(
          "__init__",
          [](PredictorHandle* self, nb::object model, nb::handle shape, Index batch, int threads) {
            new (self) PredictorHandle(made(std::move(model), shape, batch, threads));
          },
          nb::arg("model"), nb::arg("input_shape").none(), nb::arg("batch"), nb::arg("threads"))
      .def_prop_ro("input", &PredictorHandle::input)
      .def_prop_ro("output", &PredictorHandle::output)
      .def_prop_ro("input_shape", [](const PredictorHandle& self) { return to_python(self.predictor().input_shape()); })
      .def_prop_ro("output_shape",
                   [](const PredictorHandle& self) { return to_python(self.predictor().output_shape()); })
      .def("run", &PredictorHandle::run, nb::arg("x").none() = nb::none(),
           nb::sig("def run(self, x: Any = None) -> Any"),
           "The model's answer to `x`, or to what lies in `input`: an array that the next call fills anew.");
}

}  // namespace wavetrain::python
