#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "wavetrain/error.hpp"
#include "wavetrain/series/search.hpp"

namespace wavetrain::series {
namespace {

using Kind = SearchParameter::Kind;
using Sampling = SearchParameter::Sampling;

bool same(const Config& a, const Config& b) {
  if (a.is_number() && b.is_number()) return a.as_double() == b.as_double();
  return a == b;
}

bool contains(const std::vector<Config>& values, const Config& value) {
  return std::any_of(values.begin(), values.end(), [&](const Config& item) { return same(item, value); });
}

// Values between min and max in steps; with log sampling the step is a factor. Empty without a step.
std::vector<double> stepped(const SearchParameter& parameter) {
  std::vector<double> values;
  double step = parameter.step;
  if (step == 0 && parameter.kind == Kind::integer && parameter.sampling == Sampling::linear) step = 1;
  if (step == 0) return values;
  constexpr std::size_t kMost = 1000000;
  const bool factor = parameter.sampling != Sampling::linear;
  for (double value = parameter.min;
       value <= parameter.max * (1 + 1e-12) + (factor ? 0 : 1e-12) && values.size() < kMost;) {
    values.push_back(value);
    value = factor ? value * step : parameter.min + static_cast<double>(values.size()) * step;
  }
  return values;
}

double along(const SearchParameter& parameter, double u) {
  switch (parameter.sampling) {
    case Sampling::log: return parameter.min * std::pow(parameter.max / parameter.min, u);
    case Sampling::reverse_log:
      return parameter.max + parameter.min - parameter.min * std::pow(parameter.max / parameter.min, 1 - u);
    case Sampling::linear: break;
  }
  return parameter.min + u * (parameter.max - parameter.min);
}

double back(const SearchParameter& parameter, double value) {
  if (parameter.max == parameter.min) return 0.5;
  switch (parameter.sampling) {
    case Sampling::log: return std::log(value / parameter.min) / std::log(parameter.max / parameter.min);
    case Sampling::reverse_log:
      return 1 - std::log((parameter.max + parameter.min - value) / parameter.min) /
                     std::log(parameter.max / parameter.min);
    case Sampling::linear: break;
  }
  return (value - parameter.min) / (parameter.max - parameter.min);
}

Config number(const SearchParameter& parameter, double value) {
  if (parameter.kind == Kind::integer) return Config(static_cast<std::int64_t>(std::llround(value)));
  return Config(value);
}

SearchParameter parse(const std::string& name, const Config& config) {
  SearchParameter parameter;
  parameter.name = name;
  if (!config.is_dict()) {
    parameter.kind = Kind::fixed;
    parameter.values = {config};
    return parameter;
  }
  for (const auto& [key, value] : config.as_dict()) {
    static const std::vector<std::string> known{"type",   "min",     "max",    "step",         "sampling",
                                                "values", "ordered", "parent", "parent_values"};
    if (std::find(known.begin(), known.end(), key) == known.end()) {
      throw ValueError(fmt::format("Unknown key `{}`; expected one of {}", key, fmt::join(known, ", ")));
    }
    static_cast<void>(value);
  }
  const std::string& type = config.at("type").as_string();
  if (type == "choice") {
    parameter.values = config.at("values").as_list();
    if (parameter.values.empty()) throw ValueError("Expected at least one value");
    const bool numbers =
        std::all_of(parameter.values.begin(), parameter.values.end(), [](const Config& v) { return v.is_number(); });
    parameter.ordered = config.find("ordered") != nullptr ? config.at("ordered").as_bool() : numbers;
  } else if (type == "boolean") {
    parameter.values = {Config(false), Config(true)};
  } else if (type == "int" || type == "float") {
    parameter.kind = type == "int" ? Kind::integer : Kind::real;
    parameter.min = config.at("min").as_double();
    parameter.max = config.at("max").as_double();
    if (const Config* step = config.find("step")) parameter.step = step->as_double();
    if (const Config* sampling = config.find("sampling")) {
      const std::string& kind = sampling->as_string();
      if (kind == "log") parameter.sampling = Sampling::log;
      else if (kind == "reverse_log") parameter.sampling = Sampling::reverse_log;
      else if (kind != "linear")
        throw ValueError(fmt::format("Expected sampling linear, log or reverse_log. Received: {}", kind));
    }
    const bool log = parameter.sampling != Sampling::linear;
    if (!(parameter.min <= parameter.max) || parameter.step < 0 || (log && !(parameter.min > 0)) ||
        (log && parameter.step != 0 && !(parameter.step > 1))) {
      throw ValueError("Expected min <= max, a step of at least 0 and, with log sampling, min > 0 and a step above 1");
    }
  } else {
    throw ValueError(fmt::format("Expected the type int, float, choice or boolean. Received: {}", type));
  }
  if (const Config* parent = config.find("parent")) {
    parameter.parent = parent->as_string();
    parameter.parent_values = config.at("parent_values").as_list();
  }
  return parameter;
}

}  // namespace

Config SearchParameter::at(double u) const {
  if (kind == Kind::fixed) return values[0];
  if (kind == Kind::choice) {
    return values[std::min(values.size() - 1, static_cast<std::size_t>(u * static_cast<double>(values.size())))];
  }
  if (const std::vector<double> steps = stepped(*this); !steps.empty()) {
    return number(*this,
                  steps[std::min(steps.size() - 1, static_cast<std::size_t>(u * static_cast<double>(steps.size())))]);
  }
  return number(*this, std::clamp(along(*this, u), min, max));
}

double SearchParameter::position(const Config& value) const {
  if (kind == Kind::fixed) return 0.5;
  if (kind == Kind::choice) {
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (same(values[i], value)) return (static_cast<double>(i) + 0.5) / static_cast<double>(values.size());
    }
    return 0.5;
  }
  if (const std::vector<double> steps = stepped(*this); !steps.empty()) {
    const auto near = std::min_element(steps.begin(), steps.end(), [&](double a, double b) {
      return std::abs(a - value.as_double()) < std::abs(b - value.as_double());
    });
    return (static_cast<double>(near - steps.begin()) + 0.5) / static_cast<double>(steps.size());
  }
  return back(*this, value.as_double());
}

Index SearchParameter::count() const {
  if (kind == Kind::fixed || kind == Kind::choice) return static_cast<Index>(values.size());
  if (const std::vector<double> steps = stepped(*this); !steps.empty()) return static_cast<Index>(steps.size());
  return 0;
}

SearchSpace SearchSpace::from_config(const Config& parameters) {
  SearchSpace space;
  for (const auto& [name, config] : parameters.as_dict()) {
    try {
      space.parameters_.push_back(parse(name, config));
    } catch (const Error& error) {
      throw ValueError(fmt::format("Parameter `{}`: {}", name, error.what()));
    }
    const SearchParameter& parameter = space.parameters_.back();
    if (parameter.parent.empty()) continue;
    // Parents come first, so that one pass decides what is active.
    const bool known = std::any_of(space.parameters_.begin(), space.parameters_.end() - 1,
                                   [&](const SearchParameter& p) { return p.name == parameter.parent; });
    if (!known)
      throw ValueError(fmt::format("Parameter `{}`: its parent `{}` has to stand before it", name, parameter.parent));
  }
  return space;
}

bool SearchSpace::active(const SearchParameter& parameter, const Config& values) const {
  if (parameter.parent.empty()) return true;
  const Config* parent = values.find(parameter.parent);
  return parent != nullptr && contains(parameter.parent_values, *parent);
}

Config SearchSpace::at(const std::vector<double>& point) const {
  Config values{Config::Dict{}};
  for (std::size_t i = 0; i < parameters_.size(); ++i) {
    if (active(parameters_[i], values)) values.set(parameters_[i].name, parameters_[i].at(point.at(i)));
  }
  return values;
}

std::vector<double> SearchSpace::random(Random& random) const {
  std::vector<double> point;
  for (std::size_t i = 0; i < parameters_.size(); ++i) point.push_back(random.uniform());
  return point;
}

std::vector<Config> SearchSpace::grid() const {
  constexpr std::size_t kMost = 1000000;
  constexpr Index kPlaces = 10;
  std::vector<Config> all{Config(Config::Dict{})};
  for (const SearchParameter& parameter : parameters_) {
    const Index places = parameter.count() > 0 ? parameter.count() : kPlaces;
    std::vector<Config> next;
    for (const Config& values : all) {
      if (!active(parameter, values)) {
        next.push_back(values);
        continue;
      }
      for (Index i = 0; i < places; ++i) {
        const double u = parameter.count() > 0 ? (static_cast<double>(i) + 0.5) / static_cast<double>(places)
                                               : static_cast<double>(i) / (kPlaces - 1);
        next.push_back(values);
        next.back().set(parameter.name, parameter.at(u));
      }
      if (next.size() > kMost) throw ValueError("The grid has more than a million points.");
    }
    all = std::move(next);
  }
  // Integers between which a log step falls may repeat.
  std::vector<Config> distinct;
  for (Config& values : all) {
    if (distinct.empty() || !(distinct.back() == values)) distinct.push_back(std::move(values));
  }
  return distinct;
}

std::vector<double> SearchSpace::features(const Config& values) const {
  std::vector<double> result;
  for (const SearchParameter& parameter : parameters_) {
    if (parameter.kind == Kind::fixed) continue;
    const Config* value = values.find(parameter.name);
    if (parameter.kind == Kind::choice && !parameter.ordered) {
      for (const Config& item : parameter.values) result.push_back(value != nullptr && same(item, *value) ? 1.0 : 0.0);
    } else {
      result.push_back(value == nullptr ? 0.5 : parameter.position(*value));
    }
  }
  return result;
}

}  // namespace wavetrain::series
