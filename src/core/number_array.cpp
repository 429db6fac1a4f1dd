#include "wavetrain/number_array.hpp"

#include <fmt/format.h>

namespace wavetrain {
namespace {

Config nested(const Shape& shape, int axis, const double*& next) {
  if (axis == shape.rank()) return *next++;
  Config::List list;
  for (Index i = 0; i < shape[axis]; ++i) list.push_back(nested(shape, axis + 1, next));
  return list;
}

void collect(const Config& config, int axis, const Shape& shape, std::vector<double>& values) {
  if (axis == shape.rank()) return values.push_back(config.as_double());
  const Config::List& list = config.as_list();
  if (static_cast<Index>(list.size()) != shape[axis]) {
    throw ValueError(fmt::format("expected lists of equal length, received {}", config.repr()));
  }
  for (const Config& item : list) collect(item, axis + 1, shape, values);
}

}  // namespace

NumberArray::NumberArray(const Shape& shape, std::vector<double> values)
    : shape_(shape), values_(std::move(values)), present_(true) {
  if (static_cast<Index>(values_.size()) != shape.size()) {
    throw ValueError(fmt::format("{} numbers do not make an array of shape {}", values_.size(), to_string(shape)));
  }
}

std::vector<double> NumberArray::broadcast_to(const Shape& shape) const {
  const int missing = shape.rank() - shape_.rank();
  for (int axis = 0; axis < shape_.rank(); ++axis) {
    if (missing < 0 || (shape_[axis] != 1 && shape_[axis] != shape[axis + missing])) {
      throw ValueError(
          fmt::format("numbers of shape {} do not fit an input of shape {}", to_string(shape_), to_string(shape)));
    }
  }
  std::vector<double> result;
  for (Index i = 0; i < shape.size(); ++i) {
    Index rest = i, position = 0, stride = 1;
    for (int axis = shape.rank() - 1; axis >= missing; --axis) {
      const Index size = shape_[axis - missing];
      if (size != 1) position += rest % shape[axis] * stride;
      rest /= shape[axis];
      stride *= size;
    }
    result.push_back(values_[static_cast<std::size_t>(position)]);
  }
  return result;
}

Config Codec<NumberArray>::to_config(const NumberArray& value) {
  if (!value.has_value()) return Config();
  const double* next = value.values().data();
  return nested(value.shape(), 0, next);
}

NumberArray Codec<NumberArray>::from_config(const Config& config) {
  if (config.is_null()) return {};
  Shape shape;
  for (const Config* inner = &config; inner->is_list(); inner = &inner->as_list().front()) {
    if (inner->as_list().empty()) throw ValueError("expected at least one number, received []");
    shape.push_back(static_cast<Index>(inner->as_list().size()));
  }
  std::vector<double> values;
  collect(config, 0, shape, values);
  return {shape, std::move(values)};
}

}  // namespace wavetrain
