#include "wavetrain/stft.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <numbers>
#include <numeric>

#include <fmt/format.h>

#include "core/suggest.hpp"

namespace wavetrain {

Config Codec<initializers::Window>::to_config(const initializers::Window& window) {
  if (!window.name.empty()) return window.name;
  return window.values.empty() ? Config() : Codec<std::vector<double>>::to_config(window.values);
}

initializers::Window Codec<initializers::Window>::from_config(const Config& config) {
  if (config.is_null()) return {};
  if (!config.is_string()) return Codec<std::vector<double>>::from_config(config);
  (void)initializers::window_values(config.as_string(), 1, false);  // throws for an unknown name
  return config.as_string();
}

namespace initializers {
namespace {

constexpr double kPi = std::numbers::pi;
using Values = std::vector<double>;

// f(i, n) for i = 0 .. n-1.
template <class Function>
Values each(Index n, Function f) {
  Values values(static_cast<std::size_t>(n));
  for (Index i = 0; i < n; ++i) values[static_cast<std::size_t>(i)] = f(static_cast<double>(i), static_cast<double>(n));
  return values;
}

// sum over k of a_k cos(k x), x from -pi to pi.
Values cosines(Index n, const Values& a) {
  return each(n, [&a](double i, double m) {
    double sum = 0;
    for (std::size_t k = 0; k < a.size(); ++k)
      sum += a[k] * std::cos(static_cast<double>(k) * kPi * (2 * i / (m - 1) - 1));
    return sum;
  });
}

Values triangle(Index n) {
  return each(n, [n](double i, double m) {
    const double from_end = std::min(i, m - 1 - i) + 1;
    return n % 2 == 0 ? (2 * from_end - 1) / m : 2 * from_end / (m + 1);
  });
}

Values parzen(Index n) {
  return each(n, [](double i, double m) {
    const double far = std::abs(i - (m - 1) / 2), part = far / (m / 2);
    return far <= (m - 1) / 4 ? 1 - 6 * part * part + 6 * part * part * part : 2 * std::pow(1 - part, 3);
  });
}

Values bohman(Index n) {
  return each(n, [](double i, double m) {
    if (i == 0 || i == m - 1) return 0.0;
    const double x = std::abs(2 * i / (m - 1) - 1);
    return (1 - x) * std::cos(kPi * x) + std::sin(kPi * x) / kPi;
  });
}

Values tukey(Index n) {
  constexpr double kTaper = 0.5;
  return each(n, [](double i, double m) {
    const double end = m - 1, width = std::floor(kTaper * end / 2);
    if (i <= width) return 0.5 * (1 + std::cos(kPi * (2 * i / kTaper / end - 1)));
    if (i < m - width - 1) return 1.0;
    return 0.5 * (1 + std::cos(kPi * (2 * i / kTaper / end - 2 / kTaper + 1)));
  });
}

// Of four side lobes at -30 dB, and 1 in the middle.
Values taylor(Index n) {
  constexpr int kLobes = 4;
  const double a = std::acosh(std::pow(10, 30.0 / 20)) / kPi;
  const double stretch = kLobes * kLobes / (a * a + (kLobes - 0.5) * (kLobes - 0.5));
  Values factors;
  for (int m = 1; m < kLobes; ++m) {
    double numerator = m % 2 == 1 ? 1 : -1, denominator = 2;
    for (int k = 1; k < kLobes; ++k) {
      numerator *= 1 - m * m / stretch / (a * a + (k - 0.5) * (k - 0.5));
      if (k != m) denominator *= 1 - static_cast<double>(m * m) / (k * k);
    }
    factors.push_back(numerator / denominator);
  }
  const auto at = [&factors](double i, double m) {
    double sum = 0;
    for (std::size_t k = 0; k < factors.size(); ++k) {
      sum += factors[k] * std::cos(2 * kPi * static_cast<double>(k + 1) * (i - m / 2 + 0.5) / m);
    }
    return 1 + 2 * sum;
  };
  return each(n, [&at](double i, double m) { return at(i, m) / at((m - 1) / 2, m); });
}

Values lanczos(Index n) {
  return each(n, [](double i, double m) {
    const double x = kPi * (2 * i / (m - 1) - 1);
    return x == 0 ? 1.0 : std::sin(x) / x;
  });
}

using Maker = std::function<Values(Index)>;

const std::map<std::string, Maker>& makers() {
  static const std::map<std::string, Maker> all = [] {
    std::map<std::string, Maker> made;
    const auto add = [&made](std::initializer_list<const char*> names, const Maker& maker) {
      for (const char* name : names) made.emplace(name, maker);
    };
    const auto add_cosines = [&add](std::initializer_list<const char*> names, const Values& a) {
      add(names, [a](Index n) { return cosines(n, a); });
    };
    add({"boxcar", "box", "ones", "rect", "rectangular"},
        [](Index n) { return Values(static_cast<std::size_t>(n), 1.0); });
    add({"triang", "triangle", "tri"}, triangle);
    add({"bartlett", "bart", "brt"},
        [](Index n) { return each(n, [](double i, double m) { return 1 - std::abs(2 * i / (m - 1) - 1); }); });
    add_cosines({"hann", "han"}, {0.5, 0.5});
    add_cosines({"hamming", "hamm", "ham"}, {0.54, 0.46});
    add_cosines({"blackman", "black", "blk"}, {0.42, 0.5, 0.08});
    add_cosines({"nuttall", "nutl", "nut"}, {0.3635819, 0.4891775, 0.1365995, 0.0106411});
    add_cosines({"blackmanharris", "blackharr", "bkh"}, {0.35875, 0.48829, 0.14128, 0.01168});
    add_cosines({"flattop", "flat", "flt"}, {0.21557895, 0.41663158, 0.277263158, 0.083578947, 0.006947368});
    add({"parzen", "parz", "par"}, parzen);
    add({"bohman", "bman", "bmn"}, bohman);
    add({"barthann", "brthan", "bth"}, [](Index n) {
      return each(n, [](double i, double m) {
        const double x = std::abs(i / (m - 1) - 0.5);
        return 0.62 - 0.48 * x + 0.38 * std::cos(2 * kPi * x);
      });
    });
    add({"cosine", "halfcosine"},
        [](Index n) { return each(n, [](double i, double m) { return std::sin(kPi / m * (i + 0.5)); }); });
    add({"exponential", "poisson"},
        [](Index n) { return each(n, [](double i, double m) { return std::exp(-std::abs(i - (m - 1) / 2)); }); });
    add({"tukey", "tuk"}, tukey);
    add({"taylor", "taylorwin"}, taylor);
    add({"lanczos", "sinc"}, lanczos);
    return made;
  }();
  return all;
}

}  // namespace

std::vector<double> window_values(const std::string& name, Index n, bool periodic) {
  const auto maker = makers().find(name);
  if (maker == makers().end()) {
    std::vector<std::string> names;
    for (const auto& entry : makers()) names.push_back(entry.first);
    throw ValueError(fmt::format("Unknown window '{}'.{} Windows with parameters are given by their values.", name,
                                 did_you_mean(name, names)));
  }
  if (n <= 1) return Values(static_cast<std::size_t>(std::max<Index>(n, 0)), 1.0);
  Values values = maker->second(periodic ? n + 1 : n);
  values.resize(static_cast<std::size_t>(n));
  return values;
}

const Description& STFT::description() {
  static const Description instance = Describe<STFT>("STFT", "keras.initializers")
                                          .field("side", &STFT::side, one_of({"real", "imag"}))
                                          .field("window", &STFT::window)
                                          .field("scaling", &STFT::scaling, one_of({"density", "spectrum"}))
                                          .field("periodic", &STFT::periodic);
  return instance;
}

void STFT::fill(const Shape& shape, std::span<float> out, std::uint64_t) const {
  if (shape.rank() != 3 || shape[1] != 1) {
    throw ValueError(
        fmt::format("STFT makes kernels of shape (T, 1, F / 2 + 1). Received: shape={}", to_string(shape)));
  }
  const Index length = shape[0], bins = shape[2];
  Values factors(static_cast<std::size_t>(length), 1.0);
  if (window.has_value()) {
    factors = window.name.empty() ? window.values : window_values(window.name, length, periodic);
    if (static_cast<Index>(factors.size()) != length) {
      throw ValueError(
          fmt::format("The shape of `window` must be equal to [frame_length]. Received: window shape=({},), "
                      "frame_length={}",
                      factors.size(), length));
    }
    double norm = 1;
    if (scaling == "density")
      norm = std::sqrt(std::inner_product(factors.begin(), factors.end(), factors.begin(), 0.0));
    if (scaling == "spectrum") {
      norm =
          std::accumulate(factors.begin(), factors.end(), 0.0, [](double sum, double v) { return sum + std::abs(v); });
    }
    for (double& factor : factors) factor /= norm;
  }
  const auto period = static_cast<double>(2 * (bins - 1));
  for (Index t = 0; t < length; ++t) {
    for (Index k = 0; k < bins; ++k) {
      const double angle = -2 * kPi * static_cast<double>(t) * static_cast<double>(k) / period;
      const double value = (side == "real" ? std::cos(angle) : std::sin(angle)) * factors[static_cast<std::size_t>(t)];
      out[static_cast<std::size_t>(t * bins + k)] = static_cast<float>(value);
    }
  }
}

}  // namespace initializers
}  // namespace wavetrain
