#include "wavetrain/shape.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "wavetrain/error.hpp"

namespace wavetrain {

Shape::Shape(std::span<const Index> dims) {
  if (dims.size() > kMaxRank) {
    throw ValueError(fmt::format("A shape can have at most {} dimensions. Received: {}", kMaxRank, dims.size()));
  }
  rank_ = static_cast<int>(dims.size());
  std::copy(dims.begin(), dims.end(), dims_.begin());
}

int Shape::checked(int axis) const {
  const int position = axis < 0 ? axis + rank_ : axis;
  if (position < 0 || position >= rank_) {
    throw IndexError(fmt::format("Axis {} is out of range for shape {}.", axis, to_string(*this)));
  }
  return position;
}

bool Shape::known() const {
  return std::none_of(begin(), end(), [](Index dim) { return dim < 0; });
}

Index Shape::size() const { return size_from(0); }

Index Shape::size_from(int axis) const {
  Index product = 1;
  for (int i = axis; i < rank_; ++i) {
    const Index dim = dims_[static_cast<std::size_t>(i)];
    if (dim < 0) throw ValueError(fmt::format("Shape {} has no size: a dimension is None.", to_string(*this)));
    if (__builtin_mul_overflow(product, dim, &product)) {
      throw ValueError(fmt::format("Shape {} is too large.", to_string(*this)));
    }
  }
  return product;
}

void Shape::push_back(Index dim) {
  if (rank_ == kMaxRank) throw ValueError(fmt::format("A shape can have at most {} dimensions.", kMaxRank));
  dims_[static_cast<std::size_t>(rank_++)] = dim;
}

Shape Shape::without_first() const {
  if (rank_ == 0) throw IndexError("A scalar shape has no first dimension to remove.");
  return Shape(std::span<const Index>(begin() + 1, end()));
}

Shape Shape::with_first(Index dim) const {
  Shape result{dim};
  for (const Index d : *this) result.push_back(d);
  return result;
}

bool operator==(const Shape& a, const Shape& b) { return std::equal(a.begin(), a.end(), b.begin(), b.end()); }

std::string to_string(const Shape& shape) {
  std::string text = "(";
  for (int i = 0; i < shape.rank(); ++i) {
    if (i > 0) text += ", ";
    text += shape[i] < 0 ? std::string("None") : std::to_string(shape[i]);
  }
  if (shape.rank() == 1) text += ",";
  return text + ")";
}

}  // namespace wavetrain
