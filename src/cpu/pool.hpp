// One pool of threads per process, and the loop that runs on it.
//
//   parallel_for(tiles, [&](Index tile, int thread) { ... });
//
// * The caller works too. Task i may run on any thread and in any order; results must not depend on it.
// * Whoever finds the pool busy, because another thread uses it or because the call is made from inside a task, runs
// its
//   tasks inline, in order. Nobody ever waits for a free thread.
// * Workers that do not wake in time are not waited for: the caller then does their share. So a crowded machine costs
//   speed-up, not latency.
// * All tasks run with denormals flushed to zero (flush_denormals.hpp), inline ones as well.
// * No allocation and no lock, except when the first call starts the threads (`start_threads` does it beforehand).
// * After `fork` the child starts with a pool of its own; `fork` must not be called from inside a task.
// num_threads() and set_num_threads() are in include/wavetrain/threads.hpp.
#pragma once

#include "cpu/function_ref.hpp"
#include "wavetrain/shape.hpp"
#include "wavetrain/threads.hpp"

namespace wavetrain::cpu {

// More than any machine has; keeps counters small.
inline constexpr int kMaxThreads = 1024;

// A task and the thread it runs on: 0 for the caller, always below `max_threads`, and never the same for two tasks of
// this call that run at the same time. So it may index scratch that belongs to the call.
using Task = FunctionRef<void(Index task, int thread)>;

// Runs task(0..count-1) on at most `max_threads` threads and returns when all are done. Each thread first takes a
// contiguous range of its own, the same in every call with equal numbers, so that consecutive loops over samples find
// their data in the same core's cache; then it helps the others. When tasks throw, the others may be left out, and one
// of the exceptions is thrown again here.
void parallel_for(Index count, int max_threads, Task task);

// While one of these lives, loops that this thread starts use at most `threads` threads.
class LimitThreads {
 public:
  explicit LimitThreads(int threads);
  ~LimitThreads();
  LimitThreads(const LimitThreads&) = delete;
  LimitThreads& operator=(const LimitThreads&) = delete;

 private:
  int before_;
};

// num_threads(), or fewer under a limit.
int usable_threads();

// The same on num_threads() threads.
inline void parallel_for(Index count, Task task) { parallel_for(count, num_threads(), task); }

// Starts the threads that num_threads() allows, so that no later call has to.
void start_threads();

// While one of these lives (training makes one for the length of a fit), idle workers keep spinning for some tens of
// microseconds before they sleep, which cuts a fork and join from some ten to below one microsecond. Without it they go
// to sleep at once: prediction and streaming never spin.
class KeepThreadsHot {
 public:
  KeepThreadsHot();
  ~KeepThreadsHot();
  KeepThreadsHot(const KeepThreadsHot&) = delete;
  KeepThreadsHot& operator=(const KeepThreadsHot&) = delete;
};

}  // namespace wavetrain::cpu
