// Arrays: `BasicArray` owns, `BasicView` borrows, `DataView` borrows numbers of any type.
//
// Layout is row-major with the last axis fastest; a series set is (samples, timesteps, features). Owning memory is
// aligned to 64 bytes. Views carry strides (in elements), so that a slice, a column or a window over a longer series needs
// no copy. Nothing here is locked: concurrent reading is safe, writing is the caller's to order.
#pragma once

#include <algorithm>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <new>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

#include "wavetrain/error.hpp"
#include "wavetrain/shape.hpp"

namespace wavetrain {

// std::allocator with 64-byte alignment: one cache line, one AVX-512 vector.
template <class T>
struct AlignedAllocator {
  using value_type = T;
  static constexpr std::align_val_t kAlignment{64};

  AlignedAllocator() = default;
  template <class U>
  AlignedAllocator(const AlignedAllocator<U>&) {}  // NOLINT: rebinding is implicit

  T* allocate(std::size_t n) { return static_cast<T*>(::operator new(n * sizeof(T), kAlignment)); }
  void deallocate(T* p, std::size_t) { ::operator delete(p, kAlignment); }
  friend bool operator==(const AlignedAllocator&, const AlignedAllocator&) { return true; }
};

template <class T>
using AlignedVector = std::vector<T, AlignedAllocator<T>>;

// A borrowed n-d block with strides. T may be const. Cheap to copy; never outlives its owner.
template <class T>
class BasicView {
 public:
  BasicView() = default;
  // Contiguous, row-major.
  BasicView(T* data, const Shape& shape) : data_(data), shape_(shape), strides_(contiguous_strides(shape)) {}
  // Strides are in elements and may overlap (windows over one series).
  BasicView(T* data, const Shape& shape, const Shape& strides) : data_(data), shape_(shape), strides_(strides) {
    if (shape.rank() != strides.rank()) throw ValueError("A view needs one stride per dimension.");
  }
  // A view of values converts to a view of const values.
  template <class U>
  requires(std::is_const_v<T>&& std::is_same_v<std::remove_const_t<T>, U>)
      BasicView(const BasicView<U>& other)  // NOLINT: implicit on purpose
      : data_(other.data()), shape_(other.shape()), strides_(other.strides()) {}

  T* data() const { return data_; }
  const Shape& shape() const { return shape_; }
  const Shape& strides() const { return strides_; }
  int rank() const { return shape_.rank(); }
  Index size() const { return shape_.size(); }
  bool contiguous() const { return strides_ == contiguous_strides(shape_) || size() == 0; }

  template <class... I>
  T& operator()(I... position) const {
    Index offset = 0;
    int axis = 0;
    ((offset += static_cast<Index>(position) * strides_[axis++]), ...);
    return data_[offset];
  }

  // Rows first .. first+count-1 along the first axis. Throws IndexError when they do not exist.
  BasicView slice(Index first, Index count) const {
    if (first < 0 || count < 0 || first + count > shape_[0]) {
      throw IndexError("Rows " + std::to_string(first) + " to " + std::to_string(first + count) +
                       " do not lie in shape " + to_string(shape_) + ".");
    }
    Shape shape = shape_;
    shape[0] = count;
    return BasicView(data_ + first * strides_[0], shape, strides_);
  }

  // Row `i` along the first axis, with one dimension less.
  BasicView operator[](Index i) const {
    const BasicView row = slice(i, 1);
    return BasicView(row.data_, shape_.without_first(), strides_.without_first());
  }

  // All values as one span. Throws ValueError when the view is not contiguous.
  std::span<T> span() const {
    if (!contiguous()) throw ValueError("A span needs a contiguous view; this one has strides.");
    return std::span<T>(data_, static_cast<std::size_t>(size()));
  }

  static Shape contiguous_strides(const Shape& shape) {
    Shape strides = shape;
    Index step = 1;
    for (int i = shape.rank() - 1; i >= 0; --i) {
      strides[i] = step;
      step *= std::max<Index>(shape[i], 1);
    }
    return strides;
  }

 private:
  T* data_ = nullptr;
  Shape shape_;
  Shape strides_;
};

// An owned, contiguous n-d block.
template <class T>
class BasicArray {
 public:
  BasicArray() = default;
  // Zero-filled.
  explicit BasicArray(const Shape& shape) : shape_(shape), values_(static_cast<std::size_t>(shape.size())) {}
  BasicArray(const Shape& shape, T fill) : shape_(shape), values_(static_cast<std::size_t>(shape.size()), fill) {}
  // Copies `values`; throws ValueError when their number is not shape.size().
  BasicArray(const Shape& shape, std::span<const T> values) : shape_(shape), values_(values.begin(), values.end()) {
    if (static_cast<Index>(values.size()) != shape.size()) {
      throw ValueError("Shape " + to_string(shape) + " holds " + std::to_string(shape.size()) +
                       " values. Received: " + std::to_string(values.size()));
    }
  }
  // A vector of values.
  BasicArray(std::initializer_list<T> values)
      : shape_{static_cast<Index>(values.size())}, values_(values.begin(), values.end()) {}
  // A matrix from rows; throws ValueError for rows of unequal length.
  BasicArray(std::initializer_list<std::initializer_list<T>> rows)
      : shape_{static_cast<Index>(rows.size()), rows.size() == 0 ? 0 : static_cast<Index>(rows.begin()->size())} {
    for (const auto& row : rows) {
      if (static_cast<Index>(row.size()) != shape_[1]) throw ValueError("The rows of an array differ in length.");
      values_.insert(values_.end(), row.begin(), row.end());
    }
  }
  // A copy of any view, made contiguous.
  static BasicArray copy_of(const BasicView<const T>& view);

  T* data() { return values_.data(); }
  const T* data() const { return values_.data(); }
  const Shape& shape() const { return shape_; }
  int rank() const { return shape_.rank(); }
  Index size() const { return static_cast<Index>(values_.size()); }
  bool empty() const { return values_.empty(); }

  T& operator[](Index i) { return values_[static_cast<std::size_t>(i)]; }
  const T& operator[](Index i) const { return values_[static_cast<std::size_t>(i)]; }
  template <class... I>
  requires(sizeof...(I) > 1) T& operator()(I... position) { return view()(position...); }
  template <class... I>
  requires(sizeof...(I) > 1) const T& operator()(I... position) const { return view()(position...); }

  auto begin() { return values_.begin(); }
  auto end() { return values_.end(); }
  auto begin() const { return values_.begin(); }
  auto end() const { return values_.end(); }

  BasicView<T> view() { return {values_.data(), shape_}; }
  BasicView<const T> view() const { return {values_.data(), shape_}; }
  operator BasicView<T>() { return view(); }              // NOLINT: implicit on purpose
  operator BasicView<const T>() const { return view(); }  // NOLINT: implicit on purpose
  std::span<T> span() { return {values_.data(), values_.size()}; }
  std::span<const T> span() const { return {values_.data(), values_.size()}; }

  // The same values under another shape; one dimension may be kNone and is worked out.
  // Throws ValueError when the sizes differ.
  BasicArray reshaped(Shape shape) &&;
  BasicArray reshaped(const Shape& shape) const& { return BasicArray(*this).reshaped_move(shape); }

  friend bool operator==(const BasicArray& a, const BasicArray& b) {
    return a.shape_ == b.shape_ && a.values_ == b.values_;
  }

 private:
  BasicArray reshaped_move(const Shape& shape) { return std::move(*this).reshaped(shape); }

  Shape shape_;
  AlignedVector<T> values_;
};

using Array = BasicArray<float>;
using View = BasicView<float>;
using ConstView = BasicView<const float>;
using Labels = BasicArray<std::int32_t>;

// The number types that data may arrive in.
enum class ElementType { float32, float64, int8, int16, int32, int64, uint8, uint16, uint32, uint64, boolean };

std::size_t size_of(ElementType type);
const char* to_string(ElementType type);

// Data of any number type and any strides, borrowed: what `fit`, `evaluate` and `predict` read from. Values become float32
// as they are gathered into a batch, so that neither a float64 array nor a memory map is copied as a whole.
class DataView {
 public:
  DataView() = default;
  // Strides are in bytes, as numpy has them.
  DataView(const void* data, ElementType type, const Shape& shape, const Shape& byte_strides);
  template <class T>
  DataView(const BasicView<T>& view)  // NOLINT: implicit on purpose
      : DataView(view.data(), element_type<std::remove_const_t<T>>(), view.shape(), in_bytes<T>(view.strides())) {}
  template <class T>
  DataView(const BasicArray<T>& array) : DataView(array.view()) {}  // NOLINT: implicit on purpose
  // A vector of numbers, rank 1.
  template <class T>
  requires std::is_arithmetic_v<T> DataView(const std::vector<T>& values)  // NOLINT: implicit on purpose
      : DataView(BasicView<const T>(values.data(), Shape{static_cast<Index>(values.size())})) {}

  bool has_value() const { return data_ != nullptr || shape_.rank() > 0; }
  const void* data() const { return data_; }
  ElementType type() const { return type_; }
  const Shape& shape() const { return shape_; }
  const Shape& byte_strides() const { return byte_strides_; }
  // Number of rows (the first dimension). Throws ValueError for a scalar.
  Index rows() const;
  // Values in one row.
  Index row_size() const { return shape_.size_from(1); }

  // Rows first .. first+count-1.
  DataView slice(Index first, Index count) const;
  // Writes row `i` as row_size() float32 values. Never allocates.
  void copy_row(Index i, float* out) const;
  // Everything as a contiguous float32 array.
  Array to_array() const;

  template <class T>
  static constexpr ElementType element_type();

 private:
  template <class T>
  static Shape in_bytes(Shape strides) {
    for (int i = 0; i < strides.rank(); ++i) strides[i] *= static_cast<Index>(sizeof(T));
    return strides;
  }

  const void* data_ = nullptr;
  ElementType type_ = ElementType::float32;
  Shape shape_;
  Shape byte_strides_;
  bool rows_contiguous_ = true;
};

// ---------------------------------------------------------------------------------------------------------------------

template <class T>
constexpr ElementType DataView::element_type() {
  if constexpr (std::is_same_v<T, float>) return ElementType::float32;
  else if constexpr (std::is_same_v<T, double>) return ElementType::float64;
  else if constexpr (std::is_same_v<T, bool>) return ElementType::boolean;
  else {
    static_assert(std::is_integral_v<T>, "data must be numbers");
    constexpr bool is_signed = std::is_signed_v<T>;
    if constexpr (sizeof(T) == 1) return is_signed ? ElementType::int8 : ElementType::uint8;
    else if constexpr (sizeof(T) == 2) return is_signed ? ElementType::int16 : ElementType::uint16;
    else if constexpr (sizeof(T) == 4) return is_signed ? ElementType::int32 : ElementType::uint32;
    else return is_signed ? ElementType::int64 : ElementType::uint64;
  }
}

template <class T>
BasicArray<T> BasicArray<T>::copy_of(const BasicView<const T>& view) {
  BasicArray result(view.shape());
  if (view.contiguous()) {
    std::copy_n(view.data(), result.size(), result.data());
    return result;
  }
  Shape position = view.shape();
  for (int axis = 0; axis < position.rank(); ++axis) position[axis] = 0;
  for (Index i = 0; i < result.size(); ++i) {
    Index offset = 0;
    for (int axis = 0; axis < position.rank(); ++axis) offset += position[axis] * view.strides()[axis];
    result[i] = view.data()[offset];
    for (int axis = position.rank() - 1; axis >= 0; --axis) {
      if (++position[axis] < view.shape()[axis]) break;
      position[axis] = 0;
    }
  }
  return result;
}

template <class T>
BasicArray<T> BasicArray<T>::reshaped(Shape shape) && {
  int unknown = -1;
  Index known = 1;
  for (int axis = 0; axis < shape.rank(); ++axis) {
    if (shape[axis] >= 0) known *= shape[axis];
    else if (unknown >= 0) throw ValueError("At most one dimension of " + to_string(shape) + " can be None.");
    else unknown = axis;
  }
  if (unknown >= 0 && known > 0) shape[unknown] = size() / known;
  if (!shape.known() || shape.size() != size()) {
    throw ValueError("Cannot reshape " + to_string(shape_) + " into " + to_string(shape) + ".");
  }
  shape_ = shape;
  return std::move(*this);
}

}  // namespace wavetrain
