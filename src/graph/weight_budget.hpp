// How much the weights of a model that is read from a file may be.
#pragma once

#include <cstdint>

namespace wavetrain {

// While one lives, weights that are made in its thread are zeros instead of being drawn, as their values are about to be set,
// and may have `numbers` values in all: a few bytes that declare a layer must not fill the memory. Budgets nest; all of them
// are charged.
class WeightBudget {
 public:
  explicit WeightBudget(std::uint64_t numbers);
  ~WeightBudget();
  WeightBudget(const WeightBudget&) = delete;
  WeightBudget& operator=(const WeightBudget&) = delete;

  // Charges the budgets of this thread; false when there are none. Throws ValueError when one is exceeded.
  static bool charge(std::uint64_t numbers);

 private:
  std::uint64_t total_, left_;
  WeightBudget* outer_;
};

}  // namespace wavetrain
