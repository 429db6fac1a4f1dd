#include "cpu/pool.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <charconv>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <memory>
#include <system_error>
#include <thread>

#include <fmt/format.h>

#if defined(__unix__) || defined(__APPLE__)
#include <pthread.h>
#include <csignal>
#define WAVETRAIN_POSIX_THREADS 1
#else
#define WAVETRAIN_POSIX_THREADS 0
#endif

#include "cpu/flush_denormals.hpp"
#include "cpu/processors.hpp"
#include "wavetrain/error.hpp"

namespace wavetrain {
namespace cpu {
namespace {

std::atomic<int> requested_threads{0};  // 0: the default
std::atomic<int> default_threads{0};    // 0: not determined yet
std::atomic<int> usable{0};             // processors; 0: not determined yet
std::atomic<int> hot{0};                // living KeepThreadsHot

// How long an idle worker, or a caller that waits for the last worker, spins. Between two loops of a training step lie
// some microseconds; a sleeping thread takes some ten to wake.
constexpr std::chrono::microseconds kSpin{40};
// A caller always spins a little: the last worker is usually about to finish.
constexpr std::chrono::microseconds kShortSpin{4};

inline void pause() {
#if defined(__SSE2__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("isb");  // `yield` does nothing on most cores
#endif
}

// Spins until `ready()` or until `limit` has passed; returns whether it became ready.
template <class Ready>
bool spin(std::chrono::microseconds limit, Ready ready) {
  const auto end = std::chrono::steady_clock::now() + limit;
  do {
    for (int i = 0; i < 16; ++i) {
      if (ready()) return true;
      pause();
    }
  } while (std::chrono::steady_clock::now() < end);
  return ready();
}

// WAVETRAIN_NUM_THREADS, or 0 when it is not set.
int threads_from_environment() {
  const char* text = std::getenv("WAVETRAIN_NUM_THREADS");
  if (text == nullptr || *text == '\0') return 0;
  int count = 0;
  const char* end = text + std::strlen(text);
  const auto [rest, error] = std::from_chars(text, end, count);
  if (error != std::errc{} || rest != end || count < 0) {
    throw ValueError(
        fmt::format("WAVETRAIN_NUM_THREADS must be a number of threads (0 for the default). Received: '{}'", text));
  }
  return std::min(count, kMaxThreads);
}

int processors() {
  int count = usable.load(std::memory_order_relaxed);
  if (count == 0) usable.store(count = std::min(usable_processors(), kMaxThreads), std::memory_order_relaxed);
  return count;
}

// One loop's tasks are cut into a contiguous range per thread; each range is a counter on a cache line of its own.
struct alignas(64) Range {
  std::atomic<Index> next{0};
  Index end = 0;
};

struct alignas(64) Worker {
  std::atomic<int> asleep{0};
};

class Pool {
 public:
  // Returns false, having done nothing, when the pool is busy.
  bool try_run(Index count, int threads, const Task& task);
  void start(int threads);

 private:
  // `state_` holds the loop's number (high bits), whether workers may still join it, and how many work on it (low
  // bits). A worker joins by one compare-and-swap and only then looks at the loop, and the caller neither returns nor
  // changes the loop before the low bits are zero: so a worker that comes late sees a closed loop, never a stale one.
  // The number only keeps a worker from joining the same loop twice; that it wraps around is harmless.
  static constexpr unsigned kWorking = 0xffff, kOpen = 0x10000, kNumber = 0x20000;

  void grow(int threads);
  void serve(int self);
  void work(int self);
  void fail(std::exception_ptr error);
  // Whether a loop is open that this worker has not worked on and may.
  bool new_loop(int self, unsigned seen) const {
    const unsigned state = state_.load(std::memory_order_seq_cst);
    return (state & kOpen) != 0 && (state & ~kWorking) != seen && self < threads_.load(std::memory_order_relaxed);
  }
  bool keep_hot() const { return hot.load(std::memory_order_relaxed) > 0 && !crowded_.load(std::memory_order_relaxed); }

  alignas(64) std::atomic<bool> busy_{false};
  alignas(64) std::atomic<unsigned> state_{0};

  // The loop that runs now; written by the caller while nobody works.
  alignas(64) const Task* task_ = nullptr;
  std::atomic<int> threads_{0};
  std::atomic<bool> failed_{false};
  std::exception_ptr error_;
  std::atomic<bool> error_taken_{false};

  int started_ = 0;                   // workers; guarded by busy_
  std::atomic<bool> crowded_{false};  // more threads than processors: spinning would take time from the one that works
  std::array<Range, kMaxThreads> ranges_;
  std::array<Worker, kMaxThreads> workers_;
};

void Pool::fail(std::exception_ptr error) {
  if (!error_taken_.exchange(true)) error_ = std::move(error);
  failed_.store(true, std::memory_order_relaxed);
}

void Pool::work(int self) {
  const int threads = threads_.load(std::memory_order_relaxed);
  for (int i = 0; i < threads; ++i) {
    Range& range = ranges_[static_cast<std::size_t>((self + i) % threads)];
    for (;;) {
      if (range.next.load(std::memory_order_relaxed) >= range.end || failed_.load(std::memory_order_relaxed)) break;
      const Index claimed = range.next.fetch_add(1, std::memory_order_relaxed);
      if (claimed >= range.end) break;
      try {
        (*task_)(claimed, self);
      } catch (...) {
        fail(std::current_exception());
      }
    }
  }
}

void Pool::serve(int self) {
  const FlushDenormals flush;
  Worker& me = workers_[static_cast<std::size_t>(self)];
  unsigned seen = 0;
  for (;;) {
    const auto ready = [&] { return new_loop(self, seen); };
    if (!ready() && !(keep_hot() && spin(kSpin, ready))) {
      // The caller publishes the loop, then looks who sleeps; we say that we sleep, then look for a loop. Both orders
      // are sequentially consistent, so one of us notices.
      me.asleep.store(1, std::memory_order_seq_cst);
      while (!ready() && me.asleep.load(std::memory_order_seq_cst) == 1) me.asleep.wait(1);
      me.asleep.store(0, std::memory_order_relaxed);
    }
    unsigned state = state_.load(std::memory_order_acquire);
    while ((state & kOpen) != 0 && (state & ~kWorking) != seen) {
      if (!state_.compare_exchange_weak(state, state + 1, std::memory_order_acq_rel, std::memory_order_acquire))
        continue;
      seen = state & ~kWorking;
      if (self < threads_.load(std::memory_order_relaxed)) work(self);
      const unsigned before = state_.fetch_sub(1, std::memory_order_acq_rel);
      if ((before & kWorking) == 1 && (before & kOpen) == 0) state_.notify_all();
      break;
    }
  }
}

void Pool::grow(int threads) {
#if WAVETRAIN_POSIX_THREADS
  // The application's signals are not for our threads.
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
#endif
  try {
    while (started_ < threads - 1) {
      std::thread([this, self = started_ + 1] { serve(self); }).detach();
      ++started_;
    }
  } catch (const std::system_error&) {
    // No more threads to be had: those that exist do the work.
  }
  crowded_.store(started_ + 1 > processors(), std::memory_order_relaxed);
#if WAVETRAIN_POSIX_THREADS
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
#endif
}

void Pool::start(int threads) {
  if (busy_.exchange(true, std::memory_order_acquire)) return;
  grow(threads);
  busy_.store(false, std::memory_order_release);
}

bool Pool::try_run(Index count, int threads, const Task& task) {
  if (busy_.load(std::memory_order_relaxed) || busy_.exchange(true, std::memory_order_acquire)) return false;
  if (started_ < threads - 1) grow(threads);

  threads = static_cast<int>(std::min<Index>(count, std::min(threads, started_ + 1)));
  task_ = &task;
  threads_.store(threads, std::memory_order_relaxed);
  failed_.store(false, std::memory_order_relaxed);
  error_taken_.store(false, std::memory_order_relaxed);
  for (int i = 0; i < threads; ++i) {
    Range& range = ranges_[static_cast<std::size_t>(i)];
    const Index share = count / threads, larger = count % threads;
    const Index begin = i * share + std::min<Index>(i, larger);
    range.next.store(begin, std::memory_order_relaxed);
    range.end = begin + share + (i < larger ? 1 : 0);
  }

  const unsigned number = (state_.load(std::memory_order_relaxed) & ~(kWorking | kOpen)) + kNumber;
  state_.store(number | kOpen, std::memory_order_seq_cst);
  for (int i = 1; i < threads; ++i) {
    std::atomic<int>& asleep = workers_[static_cast<std::size_t>(i)].asleep;
    if (asleep.load(std::memory_order_seq_cst) == 0) continue;
    asleep.store(0, std::memory_order_seq_cst);
    asleep.notify_one();
  }
  work(0);

  unsigned state = state_.fetch_and(~kOpen, std::memory_order_acq_rel) & ~kOpen;
  const auto idle = [&] { return ((state = state_.load(std::memory_order_acquire)) & kWorking) == 0; };
  if ((state & kWorking) != 0 && !spin(keep_hot() ? kSpin : kShortSpin, idle)) {
    while (!idle()) state_.wait(state, std::memory_order_acquire);
  }

  const std::exception_ptr error = std::exchange(error_, nullptr);
  task_ = nullptr;
  busy_.store(false, std::memory_order_release);
  if (error) std::rethrow_exception(error);
  return true;
}

thread_local int thread_limit = kMaxThreads;

// Never destroyed: its threads may outlive every static. Replaced in the child of a fork, where those threads do not
// exist.
std::atomic<Pool*> the_pool{nullptr};

Pool& pool() {
  Pool* existing = the_pool.load(std::memory_order_acquire);
  if (existing != nullptr) return *existing;
#if WAVETRAIN_POSIX_THREADS
  static const int registered = pthread_atfork(nullptr, nullptr, [] {
    the_pool.store(nullptr);
    usable.store(0);
    default_threads.store(0);
  });
  static_cast<void>(registered);
#endif
  auto fresh = std::make_unique<Pool>();
  if (the_pool.compare_exchange_strong(existing, fresh.get(), std::memory_order_acq_rel)) return *fresh.release();
  return *existing;
}

}  // namespace

void parallel_for(Index count, int max_threads, Task task) {
  if (count <= 0) return;
  const FlushDenormals flush;
  const int threads = static_cast<int>(std::min<Index>(count, std::min(max_threads, usable_threads())));
  if (threads > 1 && pool().try_run(count, threads, task)) return;
  for (Index i = 0; i < count; ++i) task(i, 0);
}

LimitThreads::LimitThreads(int threads) : before_(thread_limit) {
  thread_limit = std::min(before_, std::max(threads, 1));
}
LimitThreads::~LimitThreads() { thread_limit = before_; }

int usable_threads() { return std::min(num_threads(), thread_limit); }

void start_threads() {
  const int threads = num_threads();
  if (threads > 1) pool().start(threads);
}

KeepThreadsHot::KeepThreadsHot() { hot.fetch_add(1, std::memory_order_relaxed); }
KeepThreadsHot::~KeepThreadsHot() { hot.fetch_sub(1, std::memory_order_relaxed); }

}  // namespace cpu

int num_threads() {
  int count = cpu::requested_threads.load(std::memory_order_relaxed);
  if (count > 0) return count;
  count = cpu::default_threads.load(std::memory_order_relaxed);
  if (count > 0) return count;
  count = cpu::threads_from_environment();
  if (count == 0) count = cpu::processors();
  cpu::default_threads.store(count, std::memory_order_relaxed);
  return count;
}

void set_num_threads(int count) {
  if (count < 0)
    throw ValueError(fmt::format("The number of threads must be 0 (the default) or more. Received: {}", count));
  cpu::requested_threads.store(std::min(count, cpu::kMaxThreads), std::memory_order_relaxed);
}

}  // namespace wavetrain
