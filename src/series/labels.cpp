#include "wavetrain/series/labels.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <unordered_map>

#include "series/text.hpp"

namespace wavetrain::series {
namespace {

// The number a label stands for; NaN for a word.
double number_of(std::string_view text) {
  double value = std::numeric_limits<double>::quiet_NaN();
  if (!text.empty() && text[0] == '+') text.remove_prefix(1);
  const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool whole = error == std::errc() && rest == text.data() + text.size();
  return whole && std::isfinite(value) ? value : std::numeric_limits<double>::quiet_NaN();
}

// Looks classes up by text, then by number.
class ClassLookup {
 public:
  explicit ClassLookup(std::span<const std::string> class_names) {
    for (std::size_t i = 0; i < class_names.size(); ++i) {
      by_text_.try_emplace(class_names[i], static_cast<Index>(i));
      const double number = number_of(class_names[i]);
      if (!std::isnan(number)) by_number_.try_emplace(number, static_cast<Index>(i));
    }
  }

  Index find(const std::string& name) const {
    if (const auto text = by_text_.find(name); text != by_text_.end()) return text->second;
    const double value = number_of(name);
    if (std::isnan(value)) return -1;
    const auto number = by_number_.find(value);
    return number != by_number_.end() ? number->second : -1;
  }

 private:
  std::unordered_map<std::string, Index> by_text_;
  std::unordered_map<double, Index> by_number_;
};

Labels encoded(std::span<const std::string> names, std::span<const std::string> class_names, const char* where) {
  const ClassLookup lookup(class_names);
  Labels labels(Shape{static_cast<Index>(names.size())});
  for (std::size_t i = 0; i < names.size(); ++i) {
    const Index found = lookup.find(names[i]);
    if (found < 0) {
      throw ValueError(fmt::format("class {} does not occur {}, which has {}", in_quotes(names[i]), where,
                                   in_quotes_all({class_names.begin(), class_names.end()})));
    }
    labels[static_cast<Index>(i)] = static_cast<std::int32_t>(found);
  }
  return labels;
}

}  // namespace

std::vector<std::string> ordered_classes(std::vector<std::string> distinct, bool declared) {
  const bool numbers = std::all_of(distinct.begin(), distinct.end(),
                                   [](const std::string& name) { return !std::isnan(number_of(name)); });
  if (numbers) {
    std::stable_sort(distinct.begin(), distinct.end(),
                     [](const std::string& a, const std::string& b) { return number_of(a) < number_of(b); });
  } else if (!declared) {
    std::sort(distinct.begin(), distinct.end());
  }
  // The same number in another spelling, or a name that a header repeats.
  std::vector<std::string> result;
  const auto known = [&](const std::string& name) {
    return numbers ? !result.empty() && number_of(result.back()) == number_of(name)
                   : std::find(result.begin(), result.end(), name) != result.end();
  };
  for (std::string& name : distinct) {
    if (!known(name)) result.push_back(std::move(name));
  }
  return result;
}

EncodedLabels encode_labels(std::span<const std::string> names, std::span<const std::string> declared) {
  EncodedLabels result;
  if (!declared.empty()) {
    result.class_names = ordered_classes({declared.begin(), declared.end()}, true);
    result.labels = encoded(names, result.class_names, "in the header");
    return result;
  }
  std::vector<std::string> distinct(names.begin(), names.end());
  std::sort(distinct.begin(), distinct.end());
  distinct.erase(std::unique(distinct.begin(), distinct.end()), distinct.end());
  result.class_names = ordered_classes(std::move(distinct), false);
  result.labels = encoded(names, result.class_names, "in the data");
  return result;
}

Labels encode_with_classes(std::span<const std::string> names, std::span<const std::string> class_names) {
  return encoded(names, class_names, "in the training data");
}

Index find_class(std::string_view name, std::span<const std::string> class_names) {
  return ClassLookup(class_names).find(std::string(name));
}

std::string canonical_label(std::string_view text) {
  constexpr double kExact = 9007199254740992.0;  // 2^53
  const double value = number_of(text);
  if (std::isnan(value) || value != std::floor(value) || std::abs(value) > kExact) return std::string(text);
  return std::to_string(static_cast<std::int64_t>(value));
}

void match_classes(SeriesSet& set, std::span<const std::string> class_names) {
  const ClassLookup lookup(class_names);
  std::vector<Index> target;
  for (const std::string& name : set.class_names) target.push_back(lookup.find(name));
  for (Index i = 0; i < set.labels.size(); ++i) {
    const auto old = static_cast<std::size_t>(set.labels[i]);
    if (target[old] < 0) {
      throw ValueError(fmt::format("{}: class {} of case {} does not occur in the training data, which has {}",
                                   set.source, in_quotes(set.class_names[old]), i + 1,
                                   in_quotes_all({class_names.begin(), class_names.end()})));
    }
    set.labels[i] = static_cast<std::int32_t>(target[old]);
  }
  set.class_names.assign(class_names.begin(), class_names.end());
}

void merge_classes(std::span<SeriesSet* const> sets) {
  std::vector<std::string> all;
  for (const SeriesSet* set : sets) {
    for (const std::string& name : set->class_names) {
      if (find_class(name, all) < 0) all.push_back(name);
    }
  }
  // The order in which the sets declare their classes wins over the alphabet.
  const std::vector<std::string> merged = ordered_classes(std::move(all), true);
  for (SeriesSet* set : sets) match_classes(*set, merged);
}

}  // namespace wavetrain::series
