#include "training/thread_tuner.hpp"

#include <algorithm>
#include <limits>

namespace wavetrain {

void ThreadTuner::start(int allowed) {
  allowed_ = threads_ = best_ = allowed;
  best_time_ = time_ = std::numeric_limits<double>::infinity();
  settled_ = allowed == 1;
  left_ = settled_ ? kSettled : kTrials;
}

ThreadTuner::Step ThreadTuner::step(bool train) {
  const int allowed = cpu::usable_threads();
  if (!train) return {nullptr, allowed};
  if (allowed != allowed_) start(allowed);
  return {allowed > 1 ? this : nullptr, threads_};
}

void ThreadTuner::finished(double seconds) {
  if (!settled_ && left_ < kTrials) time_ = std::min(time_, seconds);
  if (--left_ > 0) return;
  if (settled_) return start(allowed_);
  const bool faster = time_ < best_time_;
  if (faster) best_ = threads_, best_time_ = time_;
  settled_ = !faster || threads_ == 1;
  threads_ = settled_ ? best_ : threads_ / 2;
  left_ = settled_ ? kSettled : kTrials;
  time_ = std::numeric_limits<double>::infinity();
}

}  // namespace wavetrain
