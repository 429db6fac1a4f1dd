#include "cpu/pool.hpp"

#include <atomic>
#include <chrono>
#include <cmath>
#include <numeric>
#include <stdexcept>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#if defined(__unix__)
#include <sys/wait.h>
#include <unistd.h>
#endif

#include "cpu/flush_denormals.hpp"
#include "wavetrain/error.hpp"

namespace wavetrain::cpu {
namespace {

class PoolTest : public testing::TestWithParam<int> {
 protected:
  void SetUp() override { set_num_threads(GetParam()); }
  void TearDown() override { set_num_threads(0); }
};

TEST_P(PoolTest, RunsEveryTaskOnce) {
  for (const Index count : {0, 1, 2, 3, 7, 64, 1000}) {
    std::vector<std::atomic<int>> runs(static_cast<std::size_t>(count));
    parallel_for(count, [&](Index task, int thread) {
      EXPECT_GE(thread, 0);
      EXPECT_LT(thread, GetParam());
      runs[static_cast<std::size_t>(task)].fetch_add(1);
    });
    for (const auto& n : runs) EXPECT_EQ(n.load(), 1);
  }
}

TEST_P(PoolTest, ThreadNumbersAreNeverSharedAtTheSameTime) {
  std::vector<std::atomic<int>> inside(static_cast<std::size_t>(GetParam()));
  for (int loop = 0; loop < 200; ++loop) {
    parallel_for(50, [&](Index, int thread) {
      EXPECT_EQ(inside[static_cast<std::size_t>(thread)].fetch_add(1), 0);
      inside[static_cast<std::size_t>(thread)].fetch_sub(1);
    });
  }
}

TEST_P(PoolTest, LoopsFollowEachOtherQuickly) {
  const KeepThreadsHot keep_hot;
  std::vector<Index> sums(17, 0);
  for (Index loop = 0; loop < 20000; ++loop) {
    parallel_for(17, [&](Index task, int) { sums[static_cast<std::size_t>(task)] += loop; });
  }
  for (const Index sum : sums) EXPECT_EQ(sum, Index{20000} * 19999 / 2);
}

TEST_P(PoolTest, SleepingWorkersWakeUp) {
  std::atomic<int> done{0};
  for (int loop = 0; loop < 20; ++loop) {
    std::this_thread::sleep_for(std::chrono::microseconds(200));
    parallel_for(8, [&](Index, int) { done.fetch_add(1); });
  }
  EXPECT_EQ(done.load(), 160);
}

TEST_P(PoolTest, NestedLoopsRunInline) {
  std::atomic<int> done{0};
  parallel_for(10, [&](Index, int) {
    const std::thread::id outer = std::this_thread::get_id();
    parallel_for(10, [&](Index, int thread) {
      EXPECT_EQ(thread, 0);
      EXPECT_EQ(std::this_thread::get_id(), outer);
      done.fetch_add(1);
    });
  });
  EXPECT_EQ(done.load(), 100);
}

TEST_P(PoolTest, ConcurrentCallersAllFinish) {
  std::atomic<Index> sum{0};
  std::vector<std::thread> callers;
  for (int c = 0; c < 4; ++c) {
    callers.emplace_back([&] {
      for (int loop = 0; loop < 500; ++loop) {
        parallel_for(9, [&](Index task, int) { sum.fetch_add(task); });
      }
    });
  }
  for (std::thread& caller : callers) caller.join();
  EXPECT_EQ(sum.load(), 4 * 500 * 36);
}

TEST_P(PoolTest, CarriesExceptionsToTheCaller) {
  for (int loop = 0; loop < 50; ++loop) {
    EXPECT_THROW(parallel_for(100,
                              [](Index task, int) {
                                if (task % 10 == 3) throw std::out_of_range("task");
                              }),
                 std::out_of_range);
    Index sum = 0;
    parallel_for(1, [&](Index, int) { sum = 1; });
    EXPECT_EQ(sum, 1);  // the pool is free again
  }
}

TEST_P(PoolTest, RespectsTheLimitOfTheCall) {
  std::atomic<int> highest{0};
  parallel_for(1000, 2, [&](Index, int thread) {
    int seen = highest.load();
    while (thread > seen && !highest.compare_exchange_weak(seen, thread)) {}
  });
  EXPECT_LT(highest.load(), 2);
}

TEST_P(PoolTest, FlushesDenormalsInTasksOnly) {
  volatile float tiny = 1e-30f, small = 1e-10f;
  std::atomic<int> denormals{0};
  parallel_for(64, [&](Index, int) {
    if (tiny * small != 0.0f) denormals.fetch_add(1);
  });
  EXPECT_EQ(denormals.load(), 0);
  EXPECT_NE(tiny * small, 0.0f);
}

#if defined(__unix__) && !defined(__SANITIZE_THREAD__)
TEST_P(PoolTest, SurvivesFork) {
  parallel_for(16, [](Index, int) {});
  const pid_t child = fork();
  if (child == 0) {
    std::atomic<int> done{0};
    for (int loop = 0; loop < 100; ++loop) parallel_for(16, [&](Index, int) { done.fetch_add(1); });
    _exit(done.load() == 1600 ? 0 : 1);
  }
  int status = -1;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 0);
  std::atomic<int> done{0};
  parallel_for(16, [&](Index, int) { done.fetch_add(1); });
  EXPECT_EQ(done.load(), 16);
}
#endif

INSTANTIATE_TEST_SUITE_P(Threads, PoolTest, testing::Values(1, 2, 3, 8), testing::PrintToStringParamName());

TEST(Threads, CountIsSetAndRestored) {
  const int before = num_threads();
  EXPECT_GE(before, 1);
  set_num_threads(5);
  EXPECT_EQ(num_threads(), 5);
  EXPECT_THROW(set_num_threads(-1), ValueError);
  set_num_threads(0);
  EXPECT_EQ(num_threads(), before);
}

TEST(FlushDenormals, Nests) {
  volatile float tiny = 1e-30f, small = 1e-10f;
  {
    const FlushDenormals outer;
    {
      const FlushDenormals inner;
      EXPECT_EQ(tiny * small, 0.0f);
    }
    EXPECT_EQ(tiny * small, 0.0f);
  }
  EXPECT_NE(tiny * small, 0.0f);
}

}  // namespace
}  // namespace wavetrain::cpu
