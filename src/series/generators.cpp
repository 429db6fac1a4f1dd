#include "wavetrain/series/generators.hpp"

#include <algorithm>
#include <cmath>
#include <initializer_list>
#include <numbers>

#include <fmt/format.h>

#include "wavetrain/error.hpp"
#include "wavetrain/random.hpp"
#include "wavetrain/series/normalize.hpp"

namespace wavetrain::series {
namespace {

using Random = wavetrain::Random;

void check(Index value, const char* name) {
  if (value < 1) throw ValueError(fmt::format("Expected {} of at least 1. Received: {}={}", name, name, value));
}

// low .. high, both possible.
Index between(Random& random, Index low, Index high) {
  return low + static_cast<Index>(random.below(static_cast<std::uint32_t>(high - low + 1)));
}

// One channel; write(class, series of `time` values) fills each case.
template <class Write>
SeriesSet labelled_set(const char* name, std::initializer_list<const char*> classes, Index per_class, Index time,
                       Write&& write) {
  check(per_class, "per_class");
  SeriesSet set;
  set.source = name;
  set.class_names.assign(classes.begin(), classes.end());
  const Index samples = per_class * set.classes();
  set.values = Array(Shape{samples, time, 1});
  set.labels = Labels(Shape{samples});
  set.lengths.assign(static_cast<std::size_t>(samples), time);
  for (Index i = 0; i < samples; ++i) {
    set.labels[i] = static_cast<std::int32_t>(i / per_class);
    write(i / per_class, set.values.data() + i * time);
  }
  return set;
}

}  // namespace

SeriesSet make_cbf(Index per_class, std::uint64_t seed) {
  constexpr Index kTime = 128;
  Random random(seed);
  SeriesSet set = labelled_set("CBF", {"cylinder", "bell", "funnel"}, per_class, kTime, [&](Index shape, float* x) {
    const Index a = between(random, 16, 32);
    const Index b = a + between(random, 32, 96);
    const double level = 6.0 + random.normal();
    for (Index t = 1; t <= kTime; ++t) {
      double value = 0;
      if (t >= a && t <= b) {
        const double slope =
            shape == 0 ? 1.0 : static_cast<double>(shape == 1 ? t - a : b - t) / static_cast<double>(b - a);
        value = level * slope;
      }
      x[t - 1] = static_cast<float>(value + random.normal());
    }
  });
  Normalizer::fit(Scaling::per_series, set).apply(set);
  return set;
}

SeriesSet make_synthetic_control(Index per_class, std::uint64_t seed) {
  constexpr Index kTime = 60;
  enum { kNormal, kCyclic, kIncreasing, kDecreasing, kUpward, kDownward };
  Random random(seed);
  SeriesSet set =
      labelled_set("SyntheticControl", {"Normal", "Cyclic", "Increasing", "Decreasing", "Upward", "Downward"},
                   per_class, kTime, [&](Index kind, float* x) {
                     const double amplitude = random.uniform(10, 15);
                     const double period = random.uniform(10, 15);
                     const double gradient = random.uniform(0.2, 0.5);
                     const double shift = random.uniform(7.5, 20);
                     const double shift_at = random.uniform(kTime / 3.0, 2.0 * kTime / 3.0);
                     const double sign = kind == kDecreasing || kind == kDownward ? -1.0 : 1.0;
                     for (Index i = 0; i < kTime; ++i) {
                       const double t = static_cast<double>(i + 1);
                       double value = 30.0 + random.uniform(-3, 3) * 2.0;
                       if (kind == kCyclic) value += amplitude * std::sin(2.0 * std::numbers::pi * t / period);
                       if (kind == kIncreasing || kind == kDecreasing) value += sign * gradient * t;
                       if ((kind == kUpward || kind == kDownward) && t >= shift_at) value += sign * shift;
                       x[i] = static_cast<float>(value);
                     }
                   });
  Normalizer::fit(Scaling::per_series, set).apply(set);
  return set;
}

SeriesSet make_two_patterns(Index per_class, std::uint64_t seed) {
  constexpr Index kTime = 128;
  Random random(seed);
  SeriesSet set = labelled_set("TwoPatterns", {"up-up", "up-down", "down-up", "down-down"}, per_class, kTime,
                               [&](Index kind, float* x) {
                                 const Index first = between(random, 16, 32);
                                 const Index second = between(random, 16, 32);
                                 // The points that belong to neither are shared out before, between and behind, every
                                 // way equally likely.
                                 const Index free = kTime - first - second;
                                 Index start = between(random, 0, free);
                                 Index gap = between(random, 0, free);
                                 if (start + gap > free) {
                                   start = free - start;
                                   gap = free - gap;
                                 }
                                 for (Index t = 0; t < kTime; ++t) x[t] = static_cast<float>(random.normal());
                                 const auto pattern = [&](Index at, Index length, double sign) {
                                   for (Index t = 0; t < length; ++t)
                                     x[at + t] = static_cast<float>(t < (length + 1) / 2 ? -5.0 * sign : 5.0 * sign);
                                 };
                                 pattern(start, first, kind < 2 ? 1.0 : -1.0);
                                 pattern(start + first + gap, second, kind % 2 == 0 ? 1.0 : -1.0);
                               });
  Normalizer::fit(Scaling::per_series, set).apply(set);
  // From the population to the sample deviation.
  const float factor = static_cast<float>(std::sqrt((kTime - 1.0) / kTime));
  for (float& value : set.values) value *= factor;
  return set;
}

SeriesSet make_waveform(Index per_class, std::uint64_t seed) {
  constexpr double kPeak[3] = {11, 15, 7};
  constexpr int kPair[3][2] = {{0, 1}, {0, 2}, {1, 2}};
  Random random(seed);
  return labelled_set("Waveform", {"1", "2", "3"}, per_class, 21, [&](Index kind, float* x) {
    const double u = random.uniform();
    const auto hat = [&](int wave, double j) { return std::max(6.0 - std::abs(j - kPeak[wave]), 0.0); };
    for (int j = 1; j <= 21; ++j) {
      x[j - 1] = static_cast<float>(u * hat(kPair[kind][0], j) + (1 - u) * hat(kPair[kind][1], j) + random.normal());
    }
  });
}

SeriesSet make_adding_problem(Index samples, Index time, std::uint64_t seed) {
  check(samples, "samples");
  if (time < 2) throw ValueError(fmt::format("Expected time of at least 2. Received: time={}", time));
  Random random(seed);
  SeriesSet set;
  set.source = "AddingProblem";
  set.channel_names = {"value", "mask"};
  set.values = Array(Shape{samples, time, 2});
  set.targets = Array(Shape{samples});
  set.lengths.assign(static_cast<std::size_t>(samples), time);
  for (Index i = 0; i < samples; ++i) {
    float* x = set.values.data() + i * time * 2;
    for (Index t = 0; t < time; ++t) x[2 * t] = static_cast<float>(random.uniform());
    for (const Index t : {between(random, 0, time / 2 - 1), between(random, time / 2, time - 1)}) {
      x[2 * t + 1] = 1.0f;
      set.targets[i] += x[2 * t];
    }
  }
  return set;
}

Array make_mackey_glass(Index time, const MackeyGlass& p) {
  check(time, "time");
  check(p.tau, "tau");
  check(p.steps, "steps");
  if (p.discard < 0) throw ValueError(fmt::format("Expected discard of 0 or more. Received: {}", p.discard));
  const double h = 1.0 / static_cast<double>(p.steps);
  std::vector<double> history(static_cast<std::size_t>(p.tau * p.steps),
                              p.x0);  // a ring; the oldest value is x(t - tau)
  std::size_t oldest = 0;
  double x = p.x0;
  Array result(Shape{time, 1});
  for (Index t = -p.discard; t < time; ++t) {
    if (t >= 0) result[t] = static_cast<float>(x);
    for (Index step = 0; step < p.steps; ++step) {
      const double delayed = history[oldest];
      history[oldest] = x;
      oldest = (oldest + 1) % history.size();
      const double growth = p.a * delayed / (1.0 + std::pow(delayed, p.n));
      const auto slope = [&](double at) { return growth - p.b * at; };
      const double k1 = h * slope(x);
      const double k2 = h * slope(x + k1 / 2);
      const double k3 = h * slope(x + k2 / 2);
      const double k4 = h * slope(x + k3);
      x += (k1 + 2 * k2 + 2 * k3 + k4) / 6;
    }
  }
  return result;
}

Array make_narma(Index time, std::uint64_t seed, const Narma& p) {
  check(time, "time");
  check(p.order, "order");
  Random random(seed);
  std::vector<double> u(static_cast<std::size_t>(time));
  std::vector<double> y(static_cast<std::size_t>(time));
  for (double& value : u) value = random.uniform(0, 0.5);
  double sum = 0;  // of the last `order` outputs
  for (Index t = 0; t + 1 < time; ++t) {
    const auto i = static_cast<std::size_t>(t);
    sum += y[i] - (t >= p.order ? y[i - static_cast<std::size_t>(p.order)] : 0.0);
    const double old = t - p.order + 1 >= 0 ? u[static_cast<std::size_t>(t - p.order + 1)] : 0.0;
    y[i + 1] = p.a1 * y[i] + p.a2 * y[i] * sum + p.b * old * u[i] + p.c;
  }
  Array result(Shape{time, 2});
  for (Index t = 0; t < time; ++t) {
    result[2 * t] = static_cast<float>(u[static_cast<std::size_t>(t)]);
    result[2 * t + 1] = static_cast<float>(y[static_cast<std::size_t>(t)]);
  }
  return result;
}

Array make_sine(Index time, std::uint64_t seed, const Sine& p) {
  check(time, "time");
  Random random(seed);
  Array result(Shape{time, 1});
  for (Index t = 0; t < time; ++t) {
    const double angle = 2.0 * std::numbers::pi * static_cast<double>(t) / p.period + p.phase;
    result[t] = static_cast<float>(p.amplitude * std::sin(angle) + p.noise * random.normal());
  }
  return result;
}

}  // namespace wavetrain::series
