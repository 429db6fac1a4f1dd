#include "wavetrain/describe.hpp"

#include <algorithm>
#include <cctype>
#include <cmath>

#include <fmt/format.h>

#include "core/suggest.hpp"

namespace wavetrain {
namespace {

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

// Applies `accepts` to a number, to each number of a list, and lets None pass.
Check numeric(std::string expected, std::function<bool(double)> accepts) {
  return [expected = std::move(expected), accepts = std::move(accepts)](const Config& value) -> std::string {
    if (value.is_null()) return "";
    if (value.is_list()) {
      for (const Config& item : value.as_list()) {
        if (!item.is_number() || !accepts(item.as_double())) return expected;
      }
      return "";
    }
    return value.is_number() && accepts(value.as_double()) ? "" : expected;
  };
}

Shape shape_from(const Config& config) {
  Shape shape;
  if (config.is_number()) return Shape{Codec<Index>::from_config(config)};
  for (const Config& item : config.as_list()) {
    const Index dim = item.is_null() ? kNone : Codec<Index>::from_config(item);
    if (dim < 0 && !item.is_null())
      throw ValueError(fmt::format("expected dimensions >= 0, received {}", config.repr()));
    shape.push_back(dim);
  }
  return shape;
}

Config shape_to(const Shape& shape) {
  Config::List list;
  for (const Index dim : shape) list.push_back(dim < 0 ? Config() : Config(dim));
  return list;
}

}  // namespace

Index Codec<Index>::from_config(const Config& config) {
  if (config.is_double()) {
    const double value = config.as_double();
    if (value == std::floor(value) && std::abs(value) < 9e15) return static_cast<Index>(value);
  }
  return config.as_int();
}

Size1D Codec<Size1D>::from_config(const Config& config) {
  if (!config.is_list()) return Codec<Index>::from_config(config);
  if (config.as_list().size() != 1) {
    throw ValueError(fmt::format("expected an int or a tuple of 1 int, received {}", config.repr()));
  }
  return Codec<Index>::from_config(config.as_list().front());
}

Config Codec<OptionalShape>::to_config(const OptionalShape& value) {
  return value.has_value() ? shape_to(value.value()) : Config();
}

OptionalShape Codec<OptionalShape>::from_config(const Config& config) {
  return config.is_null() ? OptionalShape() : OptionalShape(shape_from(config));
}

Config Codec<Shape>::to_config(const Shape& value) { return shape_to(value); }

Shape Codec<Shape>::from_config(const Config& config) { return shape_from(config); }

Check positive() {
  return numeric("a strictly positive value", [](double value) { return value > 0; });
}

Check non_negative() {
  return numeric("a value >= 0", [](double value) { return value >= 0; });
}

Check in_range(double low, double high) {
  return numeric(fmt::format("a value between {} and {}", to_text(low), to_text(high)),
                 [low, high](double value) { return value >= low && value <= high; });
}

Check one_of(std::vector<std::string> choices) {
  return [choices = std::move(choices)](const Config& value) -> std::string {
    if (value.is_null()) return "";
    if (value.is_string() && std::find(choices.begin(), choices.end(), lower(value.as_string())) != choices.end())
      return "";
    std::string text = "one of";
    for (const std::string& choice : choices)
      text += fmt::format("{} '{}'", &choice == choices.data() ? "" : ",", choice);
    return text;
  };
}

Check any_value() {
  return [](const Config&) { return std::string(); };
}

const Field* Description::find(std::string_view name) const {
  for (const Field& field : fields) {
    if (field.name == name || std::find(field.aliases.begin(), field.aliases.end(), name) != field.aliases.end()) {
      return &field;
    }
  }
  return nullptr;
}

void Description::validate(const void* object) const {
  for (const Field& field : fields) {
    const Config value = field.get(object);
    if (const std::string expected = field.check(value); !expected.empty()) {
      throw ValueError(fmt::format("Invalid value for argument `{}` of {}: expected {}. Received: {}={}", field.name,
                                   class_name, expected, field.name, value.repr()));
    }
  }
}

void Description::read(void* object, const Config& config) const {
  std::vector<const Field*> seen;
  for (const auto& [key, value] : config.as_dict()) {
    const Field* field = find(key);
    if (field == nullptr) {
      std::vector<std::string> names;
      for (const Field& known : fields) names.push_back(known.name);
      throw ValueError(fmt::format("Unrecognized keyword arguments passed to {}: {{'{}': {}}}.{}", class_name, key,
                                   value.repr(), did_you_mean(key, names)));
    }
    try {
      field->set(object, value);
    } catch (const TypeError& error) {
      throw TypeError(fmt::format("Invalid value for argument `{}` of {}: {}", field->name, class_name, error.what()));
    } catch (const ValueError& error) {
      throw ValueError(fmt::format("Invalid value for argument `{}` of {}: {}", field->name, class_name, error.what()));
    }
    seen.push_back(field);
  }
  for (const Field& field : fields) {
    if (field.required && std::find(seen.begin(), seen.end(), &field) == seen.end()) {
      throw TypeError(
          fmt::format("{} is missing its required argument `{}` ({}).", class_name, field.name, field.type));
    }
  }
  validate(object);
}

Config Description::write(const void* object, bool full) const {
  Config::Dict dict;
  for (const Field& field : fields) {
    Config value = field.get(object);
    if (full || field.required || value != field.default_value) dict.emplace_back(field.name, std::move(value));
  }
  return dict;
}

}  // namespace wavetrain
