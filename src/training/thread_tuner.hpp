// With how many threads is a training step fastest? Small steps lose more by handing work over than they gain, and where
// that begins depends on the machine (on cores with separate caches a step of half a millisecond can take twice as long with
// two threads as with one). So it is tried: all threads, half of them, and so on, until fewer are slower. Results have the
// same bits with any number, so nothing else shows. Allocates nothing.
#pragma once

#include <chrono>

#include "cpu/pool.hpp"

namespace wavetrain {

class ThreadTuner {
 public:
  // Lives as long as a step, which it limits and times.
  class Step {
   public:
    Step(ThreadTuner* tuner, int threads) : tuner_(tuner), limit_(threads) {
      if (tuner_ != nullptr) begin_ = Clock::now();
    }
    ~Step() {
      if (tuner_ != nullptr) tuner_->finished(std::chrono::duration<double>(Clock::now() - begin_).count());
    }
    Step(const Step&) = delete;
    Step& operator=(const Step&) = delete;

   private:
    using Clock = std::chrono::steady_clock;
    ThreadTuner* tuner_;
    cpu::LimitThreads limit_;
    Clock::time_point begin_{};
  };

  // The next step; one that does not train goes with all threads and is not timed.
  Step step(bool train);

 private:
  // Steps with each number of threads; the first one, which finds its data in other caches, does not count.
  static constexpr int kTrials = 5;
  // Steps until it is tried again, so that a bad moment of the machine does not last. Costs at most a percent.
  static constexpr int kSettled = 1000;

  void finished(double seconds);
  void start(int allowed);

  int allowed_ = 0;                  // threads that may be used
  int threads_ = 1;                  // those in use
  int best_ = 1;                     // the fastest so far
  double best_time_ = 0, time_ = 0;  // seconds: of the fastest, and of the number that is being tried
  int left_ = 0;                     // steps of this trial, or until the next one
  bool settled_ = false;
};

}  // namespace wavetrain
