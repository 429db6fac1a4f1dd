#include "bench/peak.hpp"

#include <algorithm>
#include <chrono>
#include <numeric>
#include <thread>
#include <vector>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "bench/peak.cpp"
#include "cpu/highway.hpp"
#include "hwy/foreach_target.h"
// After foreach_target.h
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace wavetrain::bench::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;
using D = hn::ScalableTag<float>;
using V = hn::Vec<D>;

// Keeps a vector in its register and hides from the compiler what it holds, so that nothing is folded or spilled.
#if HWY_TARGET == HWY_SCALAR || HWY_TARGET == HWY_EMU128
HWY_INLINE void Hide(V& v) { asm volatile("" : "+m"(v)); }
#elif HWY_ARCH_X86
HWY_INLINE void Hide(V& v) { asm volatile("" : "+v"(v.raw)); }
#else
HWY_INLINE void Hide(V& v) { asm volatile("" : "+w"(v.raw)); }
#endif

// Runs `steps` rounds of 12 independent multiply-adds and returns the operations done. Twelve chains cover a latency of
// 4 to 6 cycles on two ports, and 12 + 2 registers fit the 16 of AVX2.
double FmaRounds(long steps) {
  const D d;
  V x = hn::Set(d, 0.5f), y = hn::Set(d, 0.25f);  // converges to 0.5: no denormals, no infinities
  Hide(x);
  Hide(y);
  V a = y, b = y, c = y, e = y, f = y, g = y, h = y, i = y, j = y, k = y, l = y, m = y;
  // Equal chains would be computed once.
  Hide(a), Hide(b), Hide(c), Hide(e), Hide(f), Hide(g), Hide(h), Hide(i), Hide(j), Hide(k), Hide(l), Hide(m);
  for (long s = 0; s < steps; ++s) {
    a = hn::MulAdd(a, x, y), b = hn::MulAdd(b, x, y), c = hn::MulAdd(c, x, y), e = hn::MulAdd(e, x, y);
    f = hn::MulAdd(f, x, y), g = hn::MulAdd(g, x, y), h = hn::MulAdd(h, x, y), i = hn::MulAdd(i, x, y);
    j = hn::MulAdd(j, x, y), k = hn::MulAdd(k, x, y), l = hn::MulAdd(l, x, y), m = hn::MulAdd(m, x, y);
  }
  V sum = hn::Add(hn::Add(hn::Add(a, b), hn::Add(c, e)), hn::Add(hn::Add(f, g), hn::Add(h, i)));
  sum = hn::Add(sum, hn::Add(hn::Add(j, k), hn::Add(l, m)));
  Hide(sum);
  return static_cast<double>(steps) * 12 * 2 * static_cast<double>(hn::Lanes(d));
}

// Reads `count` floats `rounds` times.
void ReadRounds(const float* p, std::size_t count, long rounds) {
  const D d;
  const std::size_t lanes = hn::Lanes(d);
  V a = hn::Zero(d), b = a, c = a, e = a;
  for (long r = 0; r < rounds; ++r) {
    for (std::size_t i = 0; i + 4 * lanes <= count; i += 4 * lanes) {
      a = hn::Add(a, hn::LoadU(d, p + i)), b = hn::Add(b, hn::LoadU(d, p + i + lanes));
      c = hn::Add(c, hn::LoadU(d, p + i + 2 * lanes)), e = hn::Add(e, hn::LoadU(d, p + i + 3 * lanes));
    }
  }
  V sum = hn::Add(hn::Add(a, b), hn::Add(c, e));
  Hide(sum);
}

}  // namespace wavetrain::bench::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace wavetrain::bench {
namespace {

WAVETRAIN_EXPORT(FmaRounds);
WAVETRAIN_EXPORT(ReadRounds);

double now() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

}  // namespace

double measure_fma_peak(double seconds, double slice) {
  const auto rate = [](long steps) {
    const double start = now();
    const double operations = WAVETRAIN_DISPATCH(FmaRounds)(steps);
    return operations / (now() - start);
  };
  const double end = now() + seconds;
  double best = rate(2000);
  const double operations_per_step = WAVETRAIN_DISPATCH(FmaRounds)(1);
  const long steps = std::max(100L, static_cast<long>(best * slice / operations_per_step));
  best = 0;
  do best = std::max(best, rate(steps));
  while (now() < end);
  return best;
}

double measure_fma_peak_of_threads(int threads, double seconds) {
  std::vector<double> rates(static_cast<std::size_t>(threads));
  std::vector<std::thread> others;
  const auto measure = [&](std::size_t i) { rates[i] = measure_fma_peak(seconds); };
  for (std::size_t i = 1; i < rates.size(); ++i) others.emplace_back(measure, i);
  measure(0);
  for (std::thread& other : others) other.join();
  return std::accumulate(rates.begin(), rates.end(), 0.0);
}

double measure_read_bandwidth(std::size_t bytes, double seconds) {
  const std::vector<float> values(bytes / sizeof(float), 1.0f);
  const long rounds = std::max<long>(1, static_cast<long>((std::size_t{1} << 20) / bytes));
  double best = 0;
  const double end = now() + seconds;
  do {
    const double start = now();
    WAVETRAIN_DISPATCH(ReadRounds)(values.data(), values.size(), rounds);
    best = std::max(best, static_cast<double>(bytes) * static_cast<double>(rounds) / (now() - start));
  } while (now() < end);
  return best;
}

double roofline(double peak, double bandwidth, double intensity) { return std::min(peak, bandwidth * intensity); }

}  // namespace wavetrain::bench
#endif
