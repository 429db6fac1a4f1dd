#include "convert.hpp"

#include <cstring>

#include <fmt/format.h>

namespace wavetrain::python {
namespace {

Config list_of(nb::handle items) {
  Config::List list;
  for (nb::handle item : items) list.push_back(to_config(item));
  return list;
}

template <class T>
nb::object owned(BasicArray<T> array) {
  auto* held = new BasicArray<T>(std::move(array));
  nb::capsule owner(held, [](void* p) noexcept { delete static_cast<BasicArray<T>*>(p); });
  std::size_t shape[Shape::kMaxRank];
  for (int axis = 0; axis < held->rank(); ++axis) shape[axis] = static_cast<std::size_t>(held->shape()[axis]);
  return nb::ndarray<nb::numpy, T>(held->data(), static_cast<std::size_t>(held->rank()), shape, owner).cast();
}

ElementType element_type(nb::dlpack::dtype type) {
  using Code = nb::dlpack::dtype_code;
  const auto code = static_cast<Code>(type.code);
  if (code == Code::Float && type.bits == 32) return ElementType::float32;
  if (code == Code::Float && type.bits == 64) return ElementType::float64;
  if (code == Code::Bool) return ElementType::boolean;
  if (code == Code::Int || code == Code::UInt) {
    const bool is_signed = code == Code::Int;
    switch (type.bits) {
      case 8: return is_signed ? ElementType::int8 : ElementType::uint8;
      case 16: return is_signed ? ElementType::int16 : ElementType::uint16;
      case 32: return is_signed ? ElementType::int32 : ElementType::uint32;
      case 64: return is_signed ? ElementType::int64 : ElementType::uint64;
      default: break;
    }
  }
  throw TypeError(
      fmt::format("data must be numbers; received an array of type code {} with {} bits", type.code, type.bits));
}

using AnyArray = nb::ndarray<nb::ro, nb::device::cpu>;

}  // namespace

Config to_config(nb::handle value) {
  if (value.is_none()) return {};
  if (PyBool_Check(value.ptr())) return Config(value.ptr() == Py_True);
  if (PyLong_Check(value.ptr())) return Config(static_cast<std::int64_t>(nb::cast<std::int64_t>(value)));
  if (PyFloat_Check(value.ptr())) return Config(PyFloat_AsDouble(value.ptr()));
  if (PyUnicode_Check(value.ptr())) return Config(nb::cast<std::string>(value));
  if (PyList_Check(value.ptr()) || PyTuple_Check(value.ptr())) return list_of(value);
  if (PyDict_Check(value.ptr())) {
    Config::Dict dict;
    for (const auto& [key, item] : nb::borrow<nb::dict>(value)) {
      dict.emplace_back(nb::cast<std::string>(nb::str(key)), to_config(item));
    }
    return dict;
  }
  if (nb::hasattr(value, "__wavetrain_config__")) return to_config(value.attr("__wavetrain_config__")());
  if (nb::hasattr(value, "tolist")) return to_config(value.attr("tolist")());
  throw TypeError(fmt::format("cannot use a value of type {}: {}", nb::cast<std::string>(value.type().attr("__name__")),
                              nb::cast<std::string>(nb::repr(value))));
}

nb::object to_python(const Config& config) {
  if (config.is_bool()) return nb::bool_(config.as_bool());
  if (config.is_int()) return nb::int_(config.as_int());
  if (config.is_double()) return nb::float_(config.as_double());
  if (config.is_string()) return nb::str(config.as_string().c_str(), config.as_string().size());
  if (config.is_list()) {
    nb::list list;
    for (const Config& item : config.as_list()) list.append(to_python(item));
    return list;
  }
  if (config.is_dict()) {
    nb::dict dict;
    for (const auto& [key, item] : config.as_dict()) dict[nb::str(key.c_str(), key.size())] = to_python(item);
    return dict;
  }
  return nb::none();
}

DataView to_view(nb::handle value) {
  if (value.is_none()) return {};
  AnyArray array;
  if (!nb::try_cast(value, array, false)) {
    throw TypeError(fmt::format("expected a numpy array of numbers, received {}",
                                nb::cast<std::string>(value.type().attr("__name__"))));
  }
  const ElementType type = element_type(array.dtype());
  const auto item = static_cast<Index>(array.itemsize());
  Shape shape, strides;
  for (std::size_t axis = 0; axis < array.ndim(); ++axis) {
    shape.push_back(static_cast<Index>(array.shape(axis)));
    strides.push_back(array.stride(axis) * item);
  }
  return {array.data(), type, shape, strides};
}

ConstView to_floats(nb::handle value) {
  const DataView view = to_view(value);
  if (!view.has_value()) return {};
  const ConstView floats(static_cast<const float*>(view.data()), view.shape());
  const bool usable = view.type() == ElementType::float32 && [&] {
    for (int axis = 0; axis < view.shape().rank(); ++axis) {
      if (view.shape()[axis] > 1 && view.byte_strides()[axis] != floats.strides()[axis] * Index{4}) return false;
    }
    return true;
  }();
  if (!usable) throw TypeError("expected a contiguous float32 array");
  return floats;
}

nb::object to_numpy(Array array) { return owned(std::move(array)); }
nb::object to_numpy(Labels array) { return owned(std::move(array)); }

nb::tuple to_python(const Shape& shape) {
  nb::list dims;
  for (const Index dim : shape) dims.append(dim < 0 ? nb::object(nb::none()) : nb::object(nb::int_(dim)));
  return nb::tuple(dims);
}

Shape to_shape(nb::handle value) { return Codec<Shape>::from_config(to_config(value)); }

nb::dict to_python(const Logs& logs) {
  nb::dict dict;
  for (const auto& [name, value] : logs) dict[name.c_str()] = value;
  return dict;
}

void register_exceptions() {
  nb::register_exception_translator([](const std::exception_ptr& pointer, void*) {
    try {
      std::rethrow_exception(pointer);
    } catch (const ValueError& error) {
      PyErr_SetString(PyExc_ValueError, error.what());
    } catch (const TypeError& error) {
      PyErr_SetString(PyExc_TypeError, error.what());
    } catch (const IndexError& error) {
      PyErr_SetString(PyExc_IndexError, error.what());
    } catch (const FileError& error) {
      PyErr_SetString(PyExc_OSError, error.what());
    } catch (const NotSupported& error) {
      PyErr_SetString(PyExc_NotImplementedError, error.what());
    } catch (const Error& error) {
      PyErr_SetString(PyExc_RuntimeError, error.what());
    }
  });
}

bool Pending::check() {
  if (error_) return true;
  const nb::gil_scoped_acquire gil;
  if (PyErr_CheckSignals() == 0) return false;
  error_.emplace();
  return true;
}

void Pending::rethrow() {
  if (!error_) return;
  nb::python_error error = std::move(*error_);
  error_.reset();
  throw error;
}

}  // namespace wavetrain::python
