#include "training/thread_tuner.hpp"

#include <chrono>
#include <thread>

#include <gtest/gtest.h>

#include "wavetrain/threads.hpp"

namespace wavetrain {
namespace {

class ThreadTunerTest : public testing::Test {
 protected:
  ThreadTunerTest() { set_num_threads(4); }
  ~ThreadTunerTest() override { set_num_threads(0); }

  // Runs steps that take so many milliseconds with one, two and four threads; returns the threads of the one after them.
  static int threads_after(int steps, int one, int two, int four) {
    ThreadTuner tuner;
    for (int i = 0; i < steps; ++i) {
      const ThreadTuner::Step step = tuner.step(true);
      const int threads = cpu::usable_threads();
      std::this_thread::sleep_for(std::chrono::milliseconds(threads == 1 ? one : threads == 2 ? two : four));
    }
    const ThreadTuner::Step step = tuner.step(true);
    return cpu::usable_threads();
  }
};

TEST_F(ThreadTunerTest, BeginsWithAllThreads) { EXPECT_EQ(threads_after(0, 1, 1, 1), 4); }

TEST_F(ThreadTunerTest, FindsTheFastestNumber) {
  EXPECT_EQ(threads_after(15, 1, 8, 16), 1);
  EXPECT_EQ(threads_after(15, 16, 1, 8), 2);
  EXPECT_EQ(threads_after(15, 16, 8, 1), 4);
}

// Far fewer threads are not tried once fewer are slower: a step with one of many could take minutes.
TEST_F(ThreadTunerTest, StopsWhereFewerAreSlower) { EXPECT_EQ(threads_after(11, 1, 16, 8), 4); }

TEST_F(ThreadTunerTest, DoesNotLimitStepsThatDoNotTrain) {
  ThreadTuner tuner;
  for (int i = 0; i < 20; ++i) {
    const ThreadTuner::Step step = tuner.step(false);
    EXPECT_EQ(cpu::usable_threads(), 4);
  }
}

TEST_F(ThreadTunerTest, LimitsEndWithTheStep) {
  {
    const cpu::LimitThreads outer(3);
    EXPECT_EQ(cpu::usable_threads(), 3);
    {
      const cpu::LimitThreads inner(1);
      EXPECT_EQ(cpu::usable_threads(), 1);
    }
    const cpu::LimitThreads wider(8);
    EXPECT_EQ(cpu::usable_threads(), 3);
  }
  EXPECT_EQ(cpu::usable_threads(), 4);
}

}  // namespace
}  // namespace wavetrain
