// Synthetic series with published definitions: data to try things on without files.
//
// The same seed gives the same numbers on every machine with the same libm. Sets come class by class: all cases of
// class 0 first. Throws ValueError for sizes below 1.
#pragma once

#include <cstdint>

#include "wavetrain/array.hpp"
#include "wavetrain/series/series_set.hpp"

namespace wavetrain::series {

// Cylinder, bell, funnel (Saito 1994): (3 * per_class, 128, 1), z-normalised. With t = 1 .. 128, a ~ U{16..32},
// b = a + U{32..96}, eta and every eps(t) ~ N(0,1), inside a <= t <= b:
//   cylinder (6 + eta), bell (6 + eta)(t - a)/(b - a), funnel (6 + eta)(b - t)/(b - a), each + eps(t).
SeriesSet make_cbf(Index per_class, std::uint64_t seed);

// Control charts (Alcock and Manolopoulos 1999): (6 * per_class, 60, 1), z-normalised; classes Normal, Cyclic,
// Increasing, Decreasing, Upward, Downward. m = 30, s = 2, r ~ U(-3,3): m + r s, plus a sin(2 pi t / T) with a, T ~
// U(10,15), or ± g t with g ~ U(0.2,0.5), or ± x from t3 on with x ~ U(7.5,20), t3 ~ U(20,40).
SeriesSet make_synthetic_control(Index per_class, std::uint64_t seed);

// Two patterns (Geurts 2002): (4 * per_class, 128, 1), z-normalised (sample deviation). Two steps that do not overlap,
// of length l ~ U{16..32}, in N(0,1) noise; up: ceil(l/2) points at -5, the rest at +5; down: the reverse. Classes:
// up-up, up-down, down-up, down-down.
SeriesSet make_two_patterns(Index per_class, std::uint64_t seed);

// Waveforms (Breiman 1984): (3 * per_class, 21, 1). u p + (1-u) q + N(0,1), u ~ U(0,1), where p and q are two of
// h1 = max(6-|j-11|,0), h2 = max(6-|j-15|,0), h3 = max(6-|j-7|,0), j = 1 .. 21: (h1,h2), (h1,h3), (h2,h3).
// The best possible accuracy is 86 %.
SeriesSet make_waveform(Index per_class, std::uint64_t seed);

// The adding problem (Hochreiter and Schmidhuber 1997): values (samples, time, 2), U(0,1) numbers and a mask with a one
// in each half; targets (samples), the sum of the two marked numbers. Always answering 1 has a squared error of 1/6.
SeriesSet make_adding_problem(Index samples, Index time, std::uint64_t seed);

// dx/dt = a x(t - tau)/(1 + x(t - tau)^n) - b x (Mackey and Glass 1977), chaotic for tau >= 17: (time, 1), one value
// per unit of time. Fourth-order Runge-Kutta with steps of 1/`steps`, the delayed term held constant over a step; x(t)
// = x0, t <= 0.
struct MackeyGlass {
  double a = 0.2;
  double b = 0.1;
  double n = 10;
  Index tau = 17;
  double x0 = 1.2;
  Index steps = 1;
  Index discard = 0;  // values left out at the beginning
};
Array make_mackey_glass(Index time, const MackeyGlass& parameters = {});

// NARMA of order n (Atiya and Parlos 2000): one series whose input channel 0 is u ~ U(0,0.5) and whose channel 1 is
// y[t+1] = a1 y[t] + a2 y[t] (y[t] + … + y[t-n+1]) + b u[t-n+1] u[t] + c, started at 0: (time, 2).
struct Narma {
  Index order = 10;
  double a1 = 0.3;
  double a2 = 0.05;
  double b = 1.5;
  double c = 0.1;
};
Array make_narma(Index time, std::uint64_t seed, const Narma& parameters = {});

// amplitude sin(2 pi t / period + phase) + noise N(0,1): (time, 1), t = 0, 1, …
struct Sine {
  double amplitude = 1;
  double period = 24;
  double phase = 0;
  double noise = 0;
};
Array make_sine(Index time, std::uint64_t seed, const Sine& parameters = {});

}  // namespace wavetrain::series
