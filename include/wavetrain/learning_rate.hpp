// Learning rates: a number, or a schedule over the optimizer's steps (keras.optimizers.schedules, Keras 3.15.1).
//
//     optimizers::Adam{.learning_rate = 1e-4}
//     optimizers::Adam{.learning_rate = optimizers::schedules::CosineDecay{.initial_learning_rate = 1e-3, .decay_steps
//     = 1000}}
//
// A schedule sees the number s of steps done so far: the first step uses s = 0. A user's own schedule is a described
// struct with `double at(Index step) const`.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "wavetrain/family.hpp"

namespace wavetrain {
namespace optimizers::schedules {

// initial · rate^(s / steps); `staircase` takes the floor of the exponent.
struct ExponentialDecay {
  Required<double> initial_learning_rate;
  Required<Index> decay_steps;
  Required<double> decay_rate;
  bool staircase = false;
  std::string name = "ExponentialDecay";
  static const Description& description();
  double at(Index step) const;
};

// initial / (1 + rate · s / steps); `staircase` takes the floor of s / steps.
struct InverseTimeDecay {
  Required<double> initial_learning_rate;
  Required<Index> decay_steps;
  Required<double> decay_rate;
  bool staircase = false;
  std::string name = "InverseTimeDecay";
  static const Description& description();
  double at(Index step) const;
};

// values[i] for the first boundary i with s <= boundaries[i], else the last value. One value more than boundaries.
struct PiecewiseConstantDecay {
  std::vector<Index> boundaries;
  std::vector<double> values;
  std::string name = "PiecewiseConstant";
  static const Description& description();
  void check() const;
  double at(Index step) const;
};

// (initial - end)(1 - s/steps)^power + end, s at most `decay_steps`; with `cycle` steps grows to the next multiple
// instead.
struct PolynomialDecay {
  Required<double> initial_learning_rate;
  Required<Index> decay_steps;
  double end_learning_rate = 0.0001;
  double power = 1.0;
  bool cycle = false;
  std::string name = "PolynomialDecay";
  static const Description& description();
  double at(Index step) const;
};

// initial · ((1 - alpha) (1 + cos(pi s / steps)) / 2 + alpha), s at most `decay_steps`. With `warmup_target` it first
// rises linearly from initial to the target during `warmup_steps`, then decays from there. (Loshchilov & Hutter, 2016.)
struct CosineDecay {
  Required<double> initial_learning_rate;
  Required<Index> decay_steps;
  double alpha = 0.0;
  std::string name = "CosineDecay";
  std::optional<double> warmup_target = {};
  Index warmup_steps = 0;
  static const Description& description();
  double at(Index step) const;
};

// Cosine decay that starts again: period i is t_mul^i times as long and starts at m_mul^i times the rate.
struct CosineDecayRestarts {
  Required<double> initial_learning_rate;
  Required<Index> first_decay_steps;
  double t_mul = 2.0;
  double m_mul = 1.0;
  double alpha = 0.0;
  std::string name = "SGDRDecay";
  static const Description& description();
  double at(Index step) const;
};

}  // namespace optimizers::schedules

struct LearningRateScheduleFamily {
  struct Methods : MemberBase {
    virtual double at(Index step) const = 0;
  };
  template <class T>
  struct Adapter final : Holder<Methods, T> {
    using Holder<Methods, T>::Holder;
    double at(Index step) const override { return this->object_.at(step); }
  };
  static constexpr bool kRemembersText = false;
  static Registry& registry();
};

class LearningRateSchedule : public Member<LearningRateScheduleFamily> {
 public:
  using Member::Member;
  // The rate after `step` steps. Requires has_value().
  double at(Index step) const { return methods().at(step); }
};

template <Described T>
void register_learning_rate_schedule(std::vector<std::string> aliases = {}) {
  LearningRateScheduleFamily::registry().add<LearningRateScheduleFamily, T>(std::move(aliases));
}

// A number or a schedule.
class LearningRate {
 public:
  LearningRate(double value) : value_(value) {}                                    // NOLINT: implicit on purpose
  LearningRate(LearningRateSchedule schedule) : schedule_(std::move(schedule)) {}  // NOLINT
  template <Described T>
  LearningRate(T schedule) : schedule_(std::move(schedule)) {}  // NOLINT

  bool is_schedule() const { return schedule_.has_value(); }
  // Requires is_schedule().
  const LearningRateSchedule& schedule() const { return schedule_; }
  // The number, or the schedule's rate after `step` steps.
  double at(Index step) const { return is_schedule() ? schedule_.at(step) : value_; }

 private:
  double value_ = 0;
  LearningRateSchedule schedule_;
};

template <>
struct Codec<LearningRate> {
  static std::string type() { return "float or LearningRateSchedule"; }
  static Config to_config(const LearningRate& value);
  // Refuses integers, as Keras does.
  static LearningRate from_config(const Config& config);
};

}  // namespace wavetrain
