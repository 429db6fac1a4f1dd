#include "wavetrain/constraints.hpp"

#include <algorithm>
#include <cmath>

#include "training/epsilon.hpp"

namespace wavetrain {
namespace constraints {
namespace {

// Calls visit(offset) for every position of `shape` with these strides, the last axis fastest.
template <class Visit>
void for_positions(const Shape& shape, const Shape& strides, Visit visit) {
  Shape position = shape;
  for (int axis = 0; axis < shape.rank(); ++axis) position[axis] = 0;
  const Index count = shape.size();
  Index offset = 0;
  for (Index i = 0; i < count; ++i) {
    visit(offset);
    for (int axis = shape.rank() - 1; axis >= 0; --axis) {
      offset += strides[axis];
      if (++position[axis] < shape[axis]) break;
      offset -= strides[axis] * shape[axis];
      position[axis] = 0;
    }
  }
}

// Multiplies the weights that share a norm n by scale(n).
template <class Scale>
void rescale(const View& w, const Axes& axes, Scale scale) {
  const std::uint32_t reduced = axes.bits(w.rank());
  Shape outer, outer_strides, inner, inner_strides;
  for (int axis = 0; axis < w.rank(); ++axis) {
    const bool inside = (reduced >> axis & 1) != 0;
    (inside ? inner : outer).push_back(w.shape()[axis]);
    (inside ? inner_strides : outer_strides).push_back(w.strides()[axis]);
  }
  for_positions(outer, outer_strides, [&](Index start) {
    float* first = w.data() + start;
    double squares = 0;
    for_positions(inner, inner_strides, [&](Index i) { squares += double{first[i]} * first[i]; });
    const auto factor = static_cast<float>(scale(std::sqrt(squares)));
    for_positions(inner, inner_strides, [&](Index i) { first[i] *= factor; });
  });
}

Check finite_number() {
  return [](const Config& value) -> std::string { return std::isfinite(value.as_double()) ? "" : "a finite number"; };
}

}  // namespace

void MaxNorm::apply(const View& w) const {
  rescale(w, axis, [this](double n) { return std::clamp(n, 0.0, std::max(0.0, max_value)) / (kEpsilon + n); });
}

void NonNeg::apply(const View& w) const {
  for (float& value : w.span()) value = value < 0 ? 0.0f : value;
}

void UnitNorm::apply(const View& w) const {
  rescale(w, axis, [](double n) { return 1 / (kEpsilon + n); });
}

void MinMaxNorm::apply(const View& w) const {
  rescale(w, axis, [this](double n) {
    const double bounded = std::min(std::max(n, min_value), max_value);
    return (rate * bounded + (1 - rate) * n) / (kEpsilon + n);
  });
}

const Description& MaxNorm::description() {
  static const Description instance = Describe<MaxNorm>("MaxNorm", "keras.constraints")
                                          .field("max_value", &MaxNorm::max_value, non_negative())
                                          .field("axis", &MaxNorm::axis);
  return instance;
}

const Description& NonNeg::description() {
  static const Description instance = Describe<NonNeg>("NonNeg", "keras.constraints");
  return instance;
}

const Description& UnitNorm::description() {
  static const Description instance =
      Describe<UnitNorm>("UnitNorm", "keras.constraints").field("axis", &UnitNorm::axis);
  return instance;
}

const Description& MinMaxNorm::description() {
  static const Description instance = Describe<MinMaxNorm>("MinMaxNorm", "keras.constraints")
                                          .field("min_value", &MinMaxNorm::min_value, finite_number())
                                          .field("max_value", &MinMaxNorm::max_value, finite_number())
                                          .field("rate", &MinMaxNorm::rate, finite_number())
                                          .field("axis", &MinMaxNorm::axis);
  return instance;
}

}  // namespace constraints

Registry& ConstraintFamily::registry() {
  using namespace constraints;
  static Registry& instance = *[] {
    auto* registry = new Registry("constraint");  // never destroyed: other statics may still use it while they end
    registry->add<ConstraintFamily, MaxNorm>();
    registry->add<ConstraintFamily, NonNeg>();
    registry->add<ConstraintFamily, UnitNorm>();
    registry->add<ConstraintFamily, MinMaxNorm>();
    return registry;
  }();
  return instance;
}

void Constraint::apply(const View& w) const {
  if (has_value() && w.size() > 0) methods().apply(w);
}

}  // namespace wavetrain
