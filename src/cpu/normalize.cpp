#include "cpu/normalize.hpp"

#include <algorithm>
#include <cmath>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "cpu/normalize.cpp"
#include "cpu/highway.hpp"
#include "hwy/foreach_target.h"
// After foreach_target.h
#include "cpu/vector_loop-inl.h"
#include "cpu/vector_math-inl.h"

HWY_BEFORE_NAMESPACE();
namespace wavetrain::cpu::HWY_NAMESPACE {

// Rows (inner = 1) or values (inner > 1) whose sum joins the total at once.
constexpr Index kRowBlock = 128;
constexpr Index kValueBlock = 2048;

// 1 in the lanes whose position the mask keeps, else 0.
HWY_INLINE FloatVector weights(Index count, const std::uint8_t* mask) {
  HWY_ALIGN float w[hn::MaxLanes(FloatTag())] = {};
  for (Index i = 0; i < count; ++i) w[i] = mask[i] != 0 ? 1.0f : 0.0f;
  return hn::Load(FloatTag(), w);
}

// Calls f(at, offset, position, parameter) over one sample: `at` walks elements from `offset` on, `position` is the
// place of that offset in a mask, and parameter(p) the value of the per-channel array p for those elements.
template <class Function>
HWY_INLINE void for_each_element(const ChannelLayout& l, Function f) {
  const FloatTag d;
  if (l.inner == 1) {
    for (Index row = 0; row < l.outer; ++row) {
      for_each_vector(l.channels, [&](auto at) HWY_ATTR {
        f(at, row * l.channels, row, [&](const float* p) HWY_ATTR { return at.load(p); });
      });
    }
    return;
  }
  for (Index o = 0; o < l.outer; ++o) {
    for (Index c = 0; c < l.channels; ++c) {
      for_each_vector(l.inner, [&](auto at) HWY_ATTR {
        f(at, (o * l.channels + c) * l.inner, o * l.inner, [&](const float* p) HWY_ATTR { return hn::Set(d, p[c]); });
      });
    }
  }
}

struct Two {
  FloatVector first, second;
};
HWY_INLINE Two add(Two a, Two b) { return {hn::Add(a.first, b.first), hn::Add(a.second, b.second)}; }
HWY_INLINE Two zeros() { return {hn::Zero(FloatTag()), hn::Zero(FloatTag())}; }

// first[c], second[c] = the two sums of value(at, offset, parameter) over the positions of channel c that the mask
// keeps.
template <class Value>
HWY_INLINE void channel_sums(const ChannelLayout& l, const std::uint8_t* mask, float* first, float* second,
                             Value value) {
  const FloatTag d;
  if (l.inner == 1) {
    for_each_vector(l.channels, [&](auto at) HWY_ATTR {
      const auto parameter = [&](const float* p) HWY_ATTR { return at.load(p); };
      Two total = zeros();
      for (Index start = 0; start < l.outer; start += kRowBlock) {
        Two sum = zeros();
        for (Index row = start; row < std::min(start + kRowBlock, l.outer); ++row) {
          if (mask == nullptr || mask[row] != 0) sum = add(sum, value(at, row * l.channels, parameter));
        }
        total = add(total, sum);
      }
      at.store(total.first, first);
      at.store(total.second, second);
    });
    return;
  }
  for (Index c = 0; c < l.channels; ++c) {
    const auto parameter = [&](const float* p) HWY_ATTR { return hn::Set(d, p[c]); };
    float total_first = 0, total_second = 0;
    for (Index o = 0; o < l.outer; ++o) {
      for (Index start = 0; start < l.inner; start += kValueBlock) {
        Two sum = zeros();
        for_each_vector(std::min(kValueBlock, l.inner - start), [&](auto at) HWY_ATTR {
          const Index count = std::min(lanes(), l.inner - start - at.i);
          FloatVector keep = at.or_else(hn::Set(d, 1.0f), hn::Zero(d));
          if (mask != nullptr) keep = weights(count, mask + o * l.inner + start + at.i);
          const auto kept = hn::Gt(keep, hn::Zero(d));
          const Two v = value(at, (o * l.channels + c) * l.inner + start, parameter);
          sum = add(sum, {hn::IfThenElseZero(kept, v.first), hn::IfThenElseZero(kept, v.second)});
        });
        total_first += hn::GetLane(hn::SumOfLanes(d, sum.first));
        total_second += hn::GetLane(hn::SumOfLanes(d, sum.second));
      }
    }
    first[c] = total_first;
    second[c] = total_second;
  }
}

// Two passes over a sample, which stays in the cache, rather than one with a running update for each value.
void Moments(const ChannelLayout& l, Index count, const float* x, const std::uint8_t* mask, float* center, float* sum,
             float* squares) {
  const FloatTag d;
  channel_sums(l, mask, center, sum, [&](auto at, Index offset, auto) HWY_ATTR {
    return Two{at.load(x + offset), hn::Zero(d)};
  });
  const FloatVector n = hn::Set(d, static_cast<float>(std::max<Index>(count, 1)));
  for_each_vector(l.channels, [&](auto at) HWY_ATTR { at.store(hn::Div(at.load(center), n), center); });
  channel_sums(l, mask, sum, squares, [&](auto at, Index offset, auto parameter) HWY_ATTR {
    const FloatVector deviation = hn::Sub(at.load(x + offset), parameter(center));
    return Two{deviation, hn::Mul(deviation, deviation)};
  });
}

template <bool kRelu>
void normalize(const ChannelLayout& l, Index samples, const float* x, const float* mean, const float* scale,
               const float* beta, float* y) {
  for (Index s = 0; s < samples; ++s, x += l.size(), y += l.size()) {
    for_each_element(l, [&](auto at, Index offset, Index, auto parameter) HWY_ATTR {
      const FloatVector shift = beta == nullptr ? hn::Zero(FloatTag()) : parameter(beta);
      const FloatVector centered = hn::Sub(at.load(x + offset), parameter(mean));
      const FloatVector value = hn::MulAdd(centered, parameter(scale), shift);
      at.store(kRelu ? vector_math::at_least(FloatTag(), value, 0.0f) : value, y + offset);
    });
  }
}

void Normalize(const ChannelLayout& l, Index samples, const float* x, const float* mean, const float* scale,
               const float* beta, bool relu, float* y) {
  (relu ? normalize<true> : normalize<false>)(l, samples, x, mean, scale, beta, y);
}

template <bool kRelu>
void gradient_sums(const ChannelLayout& l, const float* x, const float* relu_y, float* dy, const float* mean,
                   const float* inverse, float* sum_dy, float* sum_dy_xhat) {
  channel_sums(l, nullptr, sum_dy, sum_dy_xhat, [&](auto at, Index offset, auto parameter) HWY_ATTR {
    const FloatVector xhat = hn::Mul(hn::Sub(at.load(x + offset), parameter(mean)), parameter(inverse));
    FloatVector d = at.load(dy + offset);
    if (kRelu) {
      d = hn::IfThenElseZero(hn::Gt(at.load(relu_y + offset), hn::Zero(FloatTag())), d);
      at.store(d, dy + offset);
    }
    return Two{d, hn::Mul(d, xhat)};
  });
}

void GradientSums(const ChannelLayout& l, const float* x, const float* relu_y, float* dy, const float* mean,
                  const float* inverse, float* sum_dy, float* sum_dy_xhat) {
  (relu_y == nullptr ? gradient_sums<false> : gradient_sums<true>)(l, x, relu_y, dy, mean, inverse, sum_dy,
                                                                   sum_dy_xhat);
}

void NormalizeBackward(const ChannelLayout& l, Index samples, double count, const float* x, const std::uint8_t* mask,
                       const float* dy, const float* mean, const float* inverse, const float* scale,
                       const float* dgamma, const float* dbeta, float* dx) {
  const FloatTag d;
  const FloatVector share = hn::Set(d, static_cast<float>(1.0 / count));
  for (Index s = 0; s < samples; ++s, x += l.size(), dy += l.size(), dx += l.size()) {
    const std::uint8_t* m = mask == nullptr ? nullptr : mask + s * l.values_per_channel();
    for_each_element(l, [&](auto at, Index offset, Index position, auto parameter) HWY_ATTR {
      const FloatVector xhat = hn::Mul(hn::Sub(at.load(x + offset), parameter(mean)), parameter(inverse));
      FloatVector common = hn::Mul(share, hn::MulAdd(xhat, parameter(dgamma), parameter(dbeta)));
      if (m != nullptr) {
        const Index rest = std::min(lanes(), l.inner - at.i);
        const FloatVector w =
            l.inner == 1 ? hn::Set(d, m[position] != 0 ? 1.0f : 0.0f) : weights(rest, m + position + at.i);
        common = hn::IfThenElseZero(hn::Gt(w, hn::Zero(d)), common);
      }
      at.store(hn::Mul(parameter(scale), hn::Sub(at.load(dy + offset), common)), dx + offset);
    });
  }
}

void ScaleBackward(const ChannelLayout& l, Index samples, const float* dy, const float* scale, float* dx) {
  for (Index s = 0; s < samples; ++s, dy += l.size(), dx += l.size()) {
    for_each_element(l, [&](auto at, Index offset, Index, auto parameter)
                            HWY_ATTR { at.store(hn::Mul(parameter(scale), at.load(dy + offset)), dx + offset); });
  }
}

}  // namespace wavetrain::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace wavetrain::cpu {

WAVETRAIN_EXPORT(Moments);
WAVETRAIN_EXPORT(Normalize);
WAVETRAIN_EXPORT(GradientSums);
WAVETRAIN_EXPORT(NormalizeBackward);
WAVETRAIN_EXPORT(ScaleBackward);

Index batch_moments(const ChannelLayout& layout, const float* x, const std::uint8_t* mask,
                    const PartialMoments& result) {
  const Index n = layout.values_per_channel();
  const Index count = mask == nullptr ? n : n - std::count(mask, mask + n, std::uint8_t{0});
  WAVETRAIN_DISPATCH(Moments)(layout, count, x, mask, result.center, result.sum, result.squares);
  return count;
}

// Chan, Golub and LeVeque 1979: deviations within the samples plus those of the samples' means.
void combine_moments(Index samples, Index channels, Index first, Index last, const Index* counts, bool masked,
                     const PartialMoments& partial, float* mean, float* variance) {
  double total = masked ? 1e-7 : 0.0;
  for (Index s = 0; s < samples; ++s) total += static_cast<double>(counts[s]);
  for (Index c = first; c < last; ++c) {
    double sum = 0;
    for (Index s = 0; s < samples; ++s) {
      const Index at = s * channels + c;
      sum += static_cast<double>(counts[s]) * static_cast<double>(partial.center[at]) +
             static_cast<double>(partial.sum[at]);
    }
    const double center = sum / total;
    double squares = 0;
    for (Index s = 0; s < samples; ++s) {
      // sum (x - m)² = sum (x - k)² + 2 (k - m) sum (x - k) + n (k - m)²
      const Index at = s * channels + c;
      const double shift = static_cast<double>(partial.center[at]) - center;
      squares += static_cast<double>(partial.squares[at]) +
                 shift * (2 * static_cast<double>(partial.sum[at]) + static_cast<double>(counts[s]) * shift);
    }
    mean[c] = static_cast<float>(center);
    variance[c] = static_cast<float>(squares / total);
  }
}

void update_moving(Index n, double momentum, const float* batch, float* moving) {
  const float keep = static_cast<float>(momentum), take = static_cast<float>(1.0 - momentum);
  for (Index i = 0; i < n; ++i) moving[i] = moving[i] * keep + batch[i] * take;
}

void batch_scale(Index channels, float epsilon, const float* variance, const float* gamma, float* inverse,
                 float* scale) {
  for (Index c = 0; c < channels; ++c) {
    inverse[c] = 1.0f / std::sqrt(variance[c] + epsilon);
    scale[c] = gamma == nullptr ? inverse[c] : gamma[c] * inverse[c];
  }
}

void batch_normalize(const ChannelLayout& layout, Index samples, const float* x, const float* mean, const float* scale,
                     const float* beta, bool relu, float* y) {
  WAVETRAIN_DISPATCH(Normalize)(layout, samples, x, mean, scale, beta, relu, y);
}

void fold_shift(Index channels, const float* mean, const float* scale, const float* beta, float* shift) {
  for (Index c = 0; c < channels; ++c) shift[c] = (beta == nullptr ? 0.0f : beta[c]) - mean[c] * scale[c];
}

void batch_gradient_sums(const ChannelLayout& layout, const float* x, const float* relu_y, float* dy, const float* mean,
                         const float* inverse, float* sum_dy, float* sum_dy_xhat) {
  WAVETRAIN_DISPATCH(GradientSums)(layout, x, relu_y, dy, mean, inverse, sum_dy, sum_dy_xhat);
}

void combine_gradient_sums(Index samples, Index channels, Index first, Index last, const float* sums_dy,
                           const float* sums_dy_xhat, float* dgamma, float* dbeta) {
  for (Index c = first; c < last; ++c) {
    double gamma = 0, beta = 0;
    for (Index s = 0; s < samples; ++s) {
      beta += static_cast<double>(sums_dy[s * channels + c]);
      gamma += static_cast<double>(sums_dy_xhat[s * channels + c]);
    }
    dgamma[c] = static_cast<float>(gamma);
    dbeta[c] = static_cast<float>(beta);
  }
}

void batch_normalize_backward(const ChannelLayout& layout, Index samples, double count, const float* x,
                              const std::uint8_t* mask, const float* dy, const float* mean, const float* inverse,
                              const float* scale, const float* dgamma, const float* dbeta, float* dx) {
  WAVETRAIN_DISPATCH(NormalizeBackward)
  (layout, samples, count, x, mask, dy, mean, inverse, scale, dgamma, dbeta, dx);
}

void batch_scale_backward(const ChannelLayout& layout, Index samples, const float* dy, const float* scale, float* dx) {
  WAVETRAIN_DISPATCH(ScaleBackward)(layout, samples, dy, scale, dx);
}

}  // namespace wavetrain::cpu
#endif  // HWY_ONCE
