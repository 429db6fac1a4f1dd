#include "wavetrain/learning_rate.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include <fmt/format.h>

namespace wavetrain {
namespace optimizers::schedules {
namespace {

constexpr const char* kModule = "keras.optimizers.schedules";

double ratio(Index step, Index steps) { return static_cast<double>(step) / static_cast<double>(steps); }

// From 1 at 0 to 0 at 1.
double cosine(double fraction) { return 0.5 * (1 + std::cos(std::numbers::pi * fraction)); }

}  // namespace

double ExponentialDecay::at(Index step) const {
  const double p = ratio(step, decay_steps);
  return initial_learning_rate * std::pow(decay_rate, staircase ? std::floor(p) : p);
}

double InverseTimeDecay::at(Index step) const {
  const double p = ratio(step, decay_steps);
  return initial_learning_rate / (1 + decay_rate * (staircase ? std::floor(p) : p));
}

void PiecewiseConstantDecay::check() const {
  if (boundaries.size() + 1 == values.size()) return;
  throw ValueError(fmt::format(
      "The length of boundaries should be 1 less than the length of values. Received: boundaries of length {}, and "
      "values of length {}.",
      boundaries.size(), values.size()));
}

double PiecewiseConstantDecay::at(Index step) const {
  const auto boundary = std::find_if(boundaries.begin(), boundaries.end(), [step](Index b) { return step <= b; });
  return values[static_cast<std::size_t>(boundary - boundaries.begin())];
}

double PolynomialDecay::at(Index step) const {
  Index steps = decay_steps;
  if (cycle) steps *= std::max<Index>(1, (step + steps - 1) / steps);
  const double p = ratio(std::min(step, steps), steps);
  return (initial_learning_rate - end_learning_rate) * std::pow(1 - p, power) + end_learning_rate;
}

double CosineDecay::at(Index step) const {
  double from = initial_learning_rate;
  if (warmup_target) {
    if (step < warmup_steps) return from + (*warmup_target - from) * ratio(step, warmup_steps);
    from = *warmup_target;
    step -= warmup_steps;
  }
  return from * ((1 - alpha) * cosine(std::min(1.0, ratio(step, decay_steps))) + alpha);
}

double CosineDecayRestarts::at(Index step) const {
  double fraction = ratio(step, first_decay_steps);
  double restarts;
  if (t_mul == 1) {
    restarts = std::floor(fraction);
    fraction -= restarts;
  } else {
    // Periods 0 .. i-1 take (1 - t_mul^i) / (1 - t_mul) first periods. The logarithm may fall short of a whole number
    // at the very step that starts a period; one comparison puts that right.
    const auto start = [this](double i) { return (1 - std::pow(t_mul, i)) / (1 - t_mul); };
    restarts = std::floor(std::log(1 - fraction * (1 - t_mul)) / std::log(t_mul));
    if (start(restarts + 1) <= fraction) ++restarts;
    fraction = (fraction - start(restarts)) / std::pow(t_mul, restarts);
  }
  return initial_learning_rate * ((1 - alpha) * std::pow(m_mul, restarts) * cosine(fraction) + alpha);
}

const Description& ExponentialDecay::description() {
  using T = ExponentialDecay;
  static const Description instance = Describe<T>("ExponentialDecay", kModule)
                                          .field("initial_learning_rate", &T::initial_learning_rate)
                                          .field("decay_steps", &T::decay_steps, positive())
                                          .field("decay_rate", &T::decay_rate)
                                          .field("staircase", &T::staircase)
                                          .field("name", &T::name);
  return instance;
}

const Description& InverseTimeDecay::description() {
  using T = InverseTimeDecay;
  static const Description instance = Describe<T>("InverseTimeDecay", kModule)
                                          .field("initial_learning_rate", &T::initial_learning_rate)
                                          .field("decay_steps", &T::decay_steps, positive())
                                          .field("decay_rate", &T::decay_rate)
                                          .field("staircase", &T::staircase)
                                          .field("name", &T::name);
  return instance;
}

const Description& PiecewiseConstantDecay::description() {
  using T = PiecewiseConstantDecay;
  static const Description instance = Describe<T>("PiecewiseConstantDecay", kModule)
                                          .field("boundaries", &T::boundaries)
                                          .field("values", &T::values)
                                          .field("name", &T::name);
  return instance;
}

const Description& PolynomialDecay::description() {
  using T = PolynomialDecay;
  static const Description instance = Describe<T>("PolynomialDecay", kModule)
                                          .field("initial_learning_rate", &T::initial_learning_rate)
                                          .field("decay_steps", &T::decay_steps, positive())
                                          .field("end_learning_rate", &T::end_learning_rate)
                                          .field("power", &T::power)
                                          .field("cycle", &T::cycle)
                                          .field("name", &T::name);
  return instance;
}

const Description& CosineDecay::description() {
  using T = CosineDecay;
  static const Description instance = Describe<T>("CosineDecay", kModule)
                                          .field("initial_learning_rate", &T::initial_learning_rate)
                                          .field("decay_steps", &T::decay_steps, positive())
                                          .field("alpha", &T::alpha)
                                          .field("name", &T::name)
                                          .field("warmup_target", &T::warmup_target)
                                          .field("warmup_steps", &T::warmup_steps, non_negative());
  return instance;
}

const Description& CosineDecayRestarts::description() {
  using T = CosineDecayRestarts;
  static const Description instance = Describe<T>("CosineDecayRestarts", kModule)
                                          .field("initial_learning_rate", &T::initial_learning_rate)
                                          .field("first_decay_steps", &T::first_decay_steps, positive())
                                          .field("t_mul", &T::t_mul, positive())
                                          .field("m_mul", &T::m_mul)
                                          .field("alpha", &T::alpha)
                                          .field("name", &T::name);
  return instance;
}

}  // namespace optimizers::schedules

Registry& LearningRateScheduleFamily::registry() {
  using namespace optimizers::schedules;
  static Registry& instance = *[] {
    auto* registry = new Registry("learning rate schedule");  // never destroyed: other statics may still use it
    registry->add<LearningRateScheduleFamily, ExponentialDecay>();
    registry->add<LearningRateScheduleFamily, InverseTimeDecay>();
    registry->add<LearningRateScheduleFamily, PiecewiseConstantDecay>();
    registry->add<LearningRateScheduleFamily, PolynomialDecay>();
    registry->add<LearningRateScheduleFamily, CosineDecay>();
    registry->add<LearningRateScheduleFamily, CosineDecayRestarts>();
    return registry;
  }();
  return instance;
}

Config Codec<LearningRate>::to_config(const LearningRate& value) {
  return value.is_schedule() ? value.schedule().config() : Config(value.at(0));
}

LearningRate Codec<LearningRate>::from_config(const Config& config) {
  if (config.is_double()) return config.as_double();
  if (config.is_dict()) return LearningRateSchedule(config);
  throw ValueError(
      fmt::format("Argument `learning_rate` should be float, or an instance of LearningRateSchedule. "
                  "Received instead: learning_rate={}",
                  config.repr()));
}

}  // namespace wavetrain
