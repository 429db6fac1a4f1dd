// Shapes: a short list of dimensions, each known or None.
#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>

namespace wavetrain {

// Sizes and positions. Signed, so that differences are safe.
using Index = std::int64_t;

// A dimension that is not known before data arrives (Python: None).
inline constexpr Index kNone = -1;

// Up to eight dimensions without heap memory, so that shapes can be computed while running.
class Shape {
 public:
  static constexpr int kMaxRank = 8;

  constexpr Shape() = default;
  Shape(std::initializer_list<Index> dims) : Shape(std::span<const Index>(dims.begin(), dims.size())) {}
  // Throws ValueError for more than kMaxRank dimensions.
  explicit Shape(std::span<const Index> dims);

  constexpr int rank() const { return rank_; }
  constexpr bool empty() const { return rank_ == 0; }
  // Negative positions count from the end, as in Python. Throws IndexError outside the rank.
  Index operator[](int axis) const { return dims_[static_cast<std::size_t>(checked(axis))]; }
  Index& operator[](int axis) { return dims_[static_cast<std::size_t>(checked(axis))]; }
  Index back() const { return (*this)[-1]; }

  const Index* begin() const { return dims_.data(); }
  const Index* end() const { return dims_.data() + rank_; }

  // True when no dimension is None.
  bool known() const;
  // Product of all dimensions (1 for a scalar). Throws ValueError when one is None.
  Index size() const;
  // Product of the dimensions from `axis` on.
  Index size_from(int axis) const;

  void push_back(Index dim);
  // This shape without its first dimension, or with `dim` in front.
  Shape without_first() const;
  Shape with_first(Index dim) const;

  friend bool operator==(const Shape& a, const Shape& b);

 private:
  int checked(int axis) const;

  std::array<Index, kMaxRank> dims_{};
  int rank_ = 0;
};

// As Python prints a tuple: "(None, 100, 1)", "(3,)", "()".
std::string to_string(const Shape& shape);

// A shape that may be absent, so that `.input_shape = {100, 1}` works in a designated initialiser
// (braces do not reach into a std::optional).
class OptionalShape {
 public:
  constexpr OptionalShape() = default;
  OptionalShape(std::initializer_list<Index> dims) : shape_(dims), present_(true) {}
  OptionalShape(const Shape& shape) : shape_(shape), present_(true) {}  // NOLINT: implicit on purpose

  constexpr bool has_value() const { return present_; }
  const Shape& value() const { return shape_; }
  friend bool operator==(const OptionalShape&, const OptionalShape&) = default;

 private:
  Shape shape_;
  bool present_ = false;
};

}  // namespace wavetrain
