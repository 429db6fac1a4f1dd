#include "cpu/dropout.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <iterator>

#include "wavetrain/random.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "cpu/dropout.cpp"
#include "cpu/highway.hpp"
#include "hwy/foreach_target.h"
// After foreach_target.h
#include "cpu/vector_loop-inl.h"
#include "cpu/vector_math-inl.h"

HWY_BEFORE_NAMESPACE();
namespace wavetrain::cpu::HWY_NAMESPACE {

// Elements are drawn in aligned groups of this many, whole vectors on every target.
constexpr Index kGroup = 64;

#if HWY_TARGET == HWY_SCALAR

void draw_group(const RandomKey& key, std::uint64_t group, std::uint32_t* words) {
  const std::array<std::uint32_t, 2> seed{static_cast<std::uint32_t>(key.seed),
                                          static_cast<std::uint32_t>(key.seed >> 32)};
  for (std::uint64_t block = group * (kGroup / 4); block < (group + 1) * (kGroup / 4); ++block, words += 4) {
    const auto four = philox(
        {static_cast<std::uint32_t>(block), static_cast<std::uint32_t>(block >> 32), key.stream, key.step}, seed);
    std::copy(four.begin(), four.end(), words);
  }
}

#else

using WideTag = hn::ScalableTag<std::uint64_t>;
using WideVector = hn::Vec<WideTag>;

// One 32-bit number per 64-bit lane; the upper halves hold anything.
HWY_INLINE WideVector multiply_low_halves(WideVector a, WideVector b) {
  const hn::Repartition<std::uint32_t, WideTag> d32;
  return hn::MulEven(hn::BitCast(d32, a), hn::BitCast(d32, b));
}

// philox() of random.hpp, one block per 64-bit lane: the products come out as the algorithm wants them, in 64 bits.
void draw_group(const RandomKey& key, std::uint64_t group, std::uint32_t* words) {
  const WideTag d;
  const std::size_t step = hn::Lanes(d);
  const WideVector multiplier0 = hn::Set(d, 0xD2511F53u), multiplier1 = hn::Set(d, 0xCD9E8D57u);
  const WideVector low_half = hn::Set(d, 0xFFFFFFFFu);
  HWY_ALIGN std::uint64_t pairs[kGroup / 2];
  for (std::size_t i = 0; i < kGroup / 4; i += step) {
    const WideVector block = hn::Add(hn::Set(d, group * (kGroup / 4) + i), hn::Iota(d, std::uint64_t{0}));
    WideVector c0 = block, c1 = hn::ShiftRight<32>(block);
    WideVector c2 = hn::Set(d, key.stream), c3 = hn::Set(d, key.step);
    std::uint32_t key0 = static_cast<std::uint32_t>(key.seed), key1 = static_cast<std::uint32_t>(key.seed >> 32);
    for (int round = 0; round < 10; ++round) {
      const WideVector product0 = multiply_low_halves(c0, multiplier0);
      const WideVector product1 = multiply_low_halves(c2, multiplier1);
      c0 = hn::Xor(hn::Xor(hn::ShiftRight<32>(product1), c1), hn::Set(d, key0));
      c2 = hn::Xor(hn::Xor(hn::ShiftRight<32>(product0), c3), hn::Set(d, key1));
      c1 = product1;
      c3 = product0;
      key0 += 0x9E3779B9u;
      key1 += 0xBB67AE85u;
    }
    const WideVector c01 = hn::Or(hn::And(c0, low_half), hn::ShiftLeft<32>(c1));
    const WideVector c23 = hn::Or(hn::And(c2, low_half), hn::ShiftLeft<32>(c3));
    hn::StoreInterleaved2(c01, c23, d, pairs + 2 * i);
  }
  std::memcpy(words, pairs, sizeof pairs);
}

#endif

// Calls body(words, offset, count) for the elements first .. first + n - 1 in runs that lie within one group. A whole
// vector may be read at each of the words.
template <class Body>
HWY_INLINE void for_each_run(const RandomKey& key, Index first, Index n, Body body) {
  HWY_ALIGN std::uint32_t words[kGroup + hn::MaxLanes(FloatTag())];
  std::fill(words + kGroup, std::end(words), 0u);
  for (Index done = 0; done < n;) {
    const Index element = first + done, place = element % kGroup;
    const Index count = std::min(kGroup - place, n - done);
    draw_group(key, static_cast<std::uint64_t>(element / kGroup), words);
    body(words + place, done, count);
    done += count;
  }
}

void Words(const RandomKey& key, Index first, Index n, std::uint32_t* words) {
  for_each_run(key, first, n, [&](const std::uint32_t* drawn, Index offset, Index count) HWY_ATTR {
    std::copy_n(drawn, count, words + offset);
  });
}

// Words below `threshold` are dropped.
void Drop(const RandomKey& key, std::uint32_t threshold, float scale, Index first, Index n, const float* x, float* y) {
  const FloatTag d;
  const hn::RebindToUnsigned<FloatTag> du;
  const FloatVector factor = hn::Set(d, scale);
  const auto limit = hn::Set(du, threshold);
  for_each_run(key, first, n, [&](const std::uint32_t* words, Index offset, Index count) HWY_ATTR {
    for_each_vector(count, [&](auto at) HWY_ATTR {
      const auto drop = hn::Lt(hn::LoadU(du, words + at.i), limit);
      at.store(hn::IfThenZeroElse(hn::MaskFromVec(hn::BitCast(d, hn::VecFromMask(du, drop))),
                                  hn::Mul(at.load(x + offset), factor)),
               y + offset);
    });
  });
}

// The inverse of the normal distribution function at a uniform number of 24 bits: √2·erfinv(2u - 1), approximated as in
// Giles, "Approximating the erfinv function", GPU Computing Gems 2 (2010), single precision.
HWY_INLINE FloatVector normal_from_bits(hn::Vec<hn::RebindToUnsigned<FloatTag>> bits) {
  using vector_math::polynomial;
  const FloatTag d;
  const hn::RebindToSigned<FloatTag> di;
  const auto whole = hn::BitCast(di, hn::ShiftRight<8>(bits));
  // (k + 1/2)·2^-23 - 1 for k < 2^24: symmetric about 0, never ±1, and exact.
  const FloatVector k = hn::ConvertTo(d, hn::Sub(whole, hn::Set(di, 1 << 23)));
  const FloatVector x = hn::MulAdd(k, hn::Set(d, 0x1p-23f), hn::Set(d, 0x1p-24f));
  const FloatVector one = hn::Set(d, 1.0f);
  const FloatVector w = hn::Neg(log(d, hn::Mul(hn::Sub(one, x), hn::Add(one, x))));
  const FloatVector center =
      polynomial(d, hn::Sub(w, hn::Set(d, 2.5f)), 1.50140941f, 0.246640727f, -0.00417768164f, -0.00125372503f,
                 0.00021858087f, -4.39150654e-06f, -3.5233877e-06f, 3.43273939e-07f, 2.81022636e-08f);
  const FloatVector tail =
      polynomial(d, hn::Sub(hn::Sqrt(w), hn::Set(d, 3.0f)), 2.83297682f, 1.00167406f, 0.00943887047f, -0.0076224613f,
                 0.00573950773f, -0.00367342844f, 0.00134934322f, 0.000100950558f, -0.000200214257f);
  const FloatVector p = hn::IfThenElse(hn::Lt(w, hn::Set(d, 5.0f)), center, tail);
  return hn::Mul(hn::Mul(p, x), hn::Set(d, 1.41421356237309505f));
}

// y[i] = f(at, normal) for f that reads x at the same place.
template <class Function>
HWY_INLINE void with_normals(const RandomKey& key, Index first, Index n, const float* x, float* y, Function f) {
  for_each_run(key, first, n, [&](const std::uint32_t* words, Index offset, Index count) HWY_ATTR {
    for_each_vector(count, [&](auto at) HWY_ATTR {
      const FloatVector value = x == nullptr ? hn::Zero(FloatTag()) : at.load(x + offset);
      at.store(f(value, normal_from_bits(hn::LoadU(hn::RebindToUnsigned<FloatTag>(), words + at.i))), y + offset);
    });
  });
}

void Normals(const RandomKey& key, Index first, Index n, float* values) {
  with_normals(key, first, n, nullptr, values, [](FloatVector, FloatVector normal) HWY_ATTR { return normal; });
}

void Noise(const RandomKey& key, float stddev, Index first, Index n, const float* x, float* y) {
  const FloatVector s = hn::Set(FloatTag(), stddev);
  with_normals(key, first, n, x, y,
               [&](FloatVector v, FloatVector normal) HWY_ATTR { return hn::MulAdd(s, normal, v); });
}

void NoiseFactor(const RandomKey& key, float stddev, Index first, Index n, const float* x, float* y) {
  const FloatVector s = hn::Set(FloatTag(), stddev), one = hn::Set(FloatTag(), 1.0f);
  with_normals(key, first, n, x, y,
               [&](FloatVector v, FloatVector normal) HWY_ATTR { return hn::Mul(v, hn::MulAdd(s, normal, one)); });
}

}  // namespace wavetrain::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace wavetrain::cpu {

WAVETRAIN_EXPORT(Words);
WAVETRAIN_EXPORT(Drop);
WAVETRAIN_EXPORT(Normals);
WAVETRAIN_EXPORT(Noise);
WAVETRAIN_EXPORT(NoiseFactor);

void random_words(const RandomKey& key, Index first, Index n, std::uint32_t* words) {
  WAVETRAIN_DISPATCH(Words)(key, first, n, words);
}

float dropout_scale(double rate) { return static_cast<float>(1.0 / (1.0 - rate)); }

void dropout(const RandomKey& key, double rate, Index first, Index n, const float* x, float* y) {
  // A word w stands for the uniform number w·2^-32, so w is dropped when w < rate·2^32.
  const double threshold = std::ceil(rate * 4294967296.0);
  if (threshold >= 4294967296.0) {
    std::fill_n(y, n, 0.0f);
    return;
  }
  WAVETRAIN_DISPATCH(Drop)
  (key, static_cast<std::uint32_t>(threshold), dropout_scale(rate), first, n, x, y);
}

void dropout_shared(const RandomKey& key, double rate, Index first, const NoiseStrides& strides, Index outer,
                    Index steps, Index inner, const float* x, float* y) {
  for (Index o = 0; o < outer; ++o) {
    for (Index t = 0; t < steps; ++t, x += inner, y += inner) {
      const Index number = first + o * strides.outer + t * strides.step;
      if (strides.inner != 0) {
        dropout(key, rate, number, inner, x, y);
        continue;
      }
      const float one = 1.0f;
      float factor;
      dropout(key, rate, number, 1, &one, &factor);
      for (Index i = 0; i < inner; ++i) y[i] = factor == 0.0f ? 0.0f : x[i] * factor;
    }
  }
}

void random_normals(const RandomKey& key, Index first, Index n, float* values) {
  WAVETRAIN_DISPATCH(Normals)(key, first, n, values);
}
void gaussian_noise(const RandomKey& key, float stddev, Index first, Index n, const float* x, float* y) {
  WAVETRAIN_DISPATCH(Noise)(key, stddev, first, n, x, y);
}
void gaussian_dropout(const RandomKey& key, float stddev, Index first, Index n, const float* x, float* y) {
  WAVETRAIN_DISPATCH(NoiseFactor)(key, stddev, first, n, x, y);
}

}  // namespace wavetrain::cpu
#endif  // HWY_ONCE
