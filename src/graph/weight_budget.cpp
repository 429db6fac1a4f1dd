#include "graph/weight_budget.hpp"

#include <fmt/format.h>

#include "wavetrain/error.hpp"

namespace wavetrain {
namespace {

thread_local WeightBudget* innermost = nullptr;

}  // namespace

WeightBudget::WeightBudget(std::uint64_t numbers) : total_(numbers), left_(numbers), outer_(innermost) {
  innermost = this;
}

WeightBudget::~WeightBudget() { innermost = outer_; }

bool WeightBudget::charge(std::uint64_t numbers) {
  for (WeightBudget* budget = innermost; budget != nullptr; budget = budget->outer_) {
    if (numbers > budget->left_) {
      throw ValueError(
          fmt::format("the layers have more weights than the file can hold: a weight of {} values, of {} in all",
                      numbers, budget->total_));
    }
    budget->left_ -= numbers;
  }
  return innermost != nullptr;
}

}  // namespace wavetrain
