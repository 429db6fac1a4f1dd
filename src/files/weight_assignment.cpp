#include "files/weight_assignment.hpp"

#include <fmt/format.h>

#include "wavetrain/error.hpp"
#include "wavetrain/log.hpp"

namespace wavetrain::files {

void WeightAssignment::finish(bool skip_mismatch) {
  std::string list;
  for (const std::string& problem : problems_) {
    if (skip_mismatch) log(LogLevel::warning, "Skipping the weights of a layer. " + problem);
    else list += "\n  " + problem;
  }
  if (!list.empty()) throw ValueError("The weights do not fit the model:" + list);
  for (Entry& entry : entries_) entry.variable.assign(entry.values.view());
}

std::string described(const Layer& layer) { return fmt::format("Layer '{}' ({})", layer.name(), layer.class_name()); }

}  // namespace wavetrain::files
