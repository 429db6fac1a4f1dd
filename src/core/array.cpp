#include "wavetrain/array.hpp"

#include <cstring>

#include <fmt/format.h>

namespace wavetrain {
namespace {

// Calls f with a null pointer of the C++ type that `type` names.
template <class F>
decltype(auto) with_type(ElementType type, F&& f) {
  switch (type) {
    case ElementType::float32: return f(static_cast<const float*>(nullptr));
    case ElementType::float64: return f(static_cast<const double*>(nullptr));
    case ElementType::int8: return f(static_cast<const std::int8_t*>(nullptr));
    case ElementType::int16: return f(static_cast<const std::int16_t*>(nullptr));
    case ElementType::int32: return f(static_cast<const std::int32_t*>(nullptr));
    case ElementType::int64: return f(static_cast<const std::int64_t*>(nullptr));
    case ElementType::uint8: return f(static_cast<const std::uint8_t*>(nullptr));
    case ElementType::uint16: return f(static_cast<const std::uint16_t*>(nullptr));
    case ElementType::uint32: return f(static_cast<const std::uint32_t*>(nullptr));
    case ElementType::uint64: return f(static_cast<const std::uint64_t*>(nullptr));
    case ElementType::boolean: return f(static_cast<const bool*>(nullptr));
  }
  throw InternalError("unknown element type");
}

// Copies the elements below `axis` in row-major order, converting each.
template <class T>
float* copy_strided(const std::byte* from, const Shape& shape, const Shape& strides, int axis, float* out) {
  if (axis == shape.rank()) {
    // Data from elsewhere (a packed record, a memory map) need not be aligned for T.
    T value;
    std::memcpy(&value, from, sizeof(T));
    *out = static_cast<float>(value);
    return out + 1;
  }
  for (Index i = 0; i < shape[axis]; ++i) {
    out = copy_strided<T>(from + i * strides[axis], shape, strides, axis + 1, out);
  }
  return out;
}

}  // namespace

std::size_t size_of(ElementType type) {
  return with_type(type, []<class T>(const T*) { return sizeof(T); });
}

const char* to_string(ElementType type) {
  switch (type) {
    case ElementType::float32: return "float32";
    case ElementType::float64: return "float64";
    case ElementType::int8: return "int8";
    case ElementType::int16: return "int16";
    case ElementType::int32: return "int32";
    case ElementType::int64: return "int64";
    case ElementType::uint8: return "uint8";
    case ElementType::uint16: return "uint16";
    case ElementType::uint32: return "uint32";
    case ElementType::uint64: return "uint64";
    case ElementType::boolean: return "bool";
  }
  return "unknown";
}

DataView::DataView(const void* data, ElementType type, const Shape& shape, const Shape& byte_strides)
    : data_(data), type_(type), shape_(shape), byte_strides_(byte_strides) {
  if (shape.rank() != byte_strides.rank()) throw ValueError("Data needs one stride per dimension.");
  Index step = static_cast<Index>(size_of(type));
  for (int axis = shape.rank() - 1; axis >= 1; --axis) {
    rows_contiguous_ = rows_contiguous_ && (byte_strides[axis] == step || shape[axis] == 1);
    step *= shape[axis];
  }
}

Index DataView::rows() const {
  if (shape_.rank() == 0) throw ValueError("Data must have at least one dimension, the samples. Received a scalar.");
  return shape_[0];
}

DataView DataView::slice(Index first, Index count) const {
  if (first < 0 || count < 0 || first + count > rows()) {
    throw IndexError(
        fmt::format("Rows {} to {} do not lie in data of shape {}.", first, first + count, to_string(shape_)));
  }
  DataView result = *this;
  result.data_ = static_cast<const std::byte*>(data_) + first * byte_strides_[0];
  result.shape_[0] = count;
  return result;
}

void DataView::copy_row(Index i, float* out) const {
  const std::byte* row = static_cast<const std::byte*>(data_) + i * byte_strides_[0];
  if (rows_contiguous_ && type_ == ElementType::float32) {
    std::memcpy(out, row, static_cast<std::size_t>(row_size()) * sizeof(float));
    return;
  }
  with_type(type_, [&]<class T>(const T*) { copy_strided<T>(row, shape_, byte_strides_, 1, out); });
}

Array DataView::to_array() const {
  Array result(shape_);
  if (shape_.rank() == 0) {
    with_type(type_, [&]<class T>(const T*) {
      copy_strided<T>(static_cast<const std::byte*>(data_), shape_, byte_strides_, 0, result.data());
    });
    return result;
  }
  for (Index i = 0; i < rows(); ++i) copy_row(i, result.data() + i * row_size());
  return result;
}

}  // namespace wavetrain
