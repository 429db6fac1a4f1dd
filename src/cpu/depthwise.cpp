#include "cpu/depthwise.hpp"

#include <limits>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "cpu/depthwise.cpp"
#include "cpu/highway.hpp"
#include "hwy/foreach_target.h"
// After foreach_target.h
#include "cpu/gemm-inl.h"
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace wavetrain::cpu::HWY_NAMESPACE {

// kRows output rows of one vector of channels: as many chains as it takes to hide the latency of a multiply-add.
template <bool kFull, std::size_t... R>
HWY_INLINE void DepthwiseTile(const Depthwise& g, Index m, Index f, const BiasActivation& epilogue,
                              std::index_sequence<R...>) {
  const FloatTag d;
  const Index count = kFull ? kLanes : g.F - f;
  const auto load = [&](const float* p) HWY_ATTR { return kFull ? hn::LoadU(d, p) : LoadSome(p, count); };
  float* c = g.c + m * g.ldc + f;
  const float* a = g.a + m * g.row_stride + f;
  const float* w = g.w + f;
  FloatVec acc[sizeof...(R)];
  if (g.accumulate) ((acc[R] = load(c + static_cast<Index>(R) * g.ldc)), ...);
  else ((acc[R] = hn::Zero(d)), ...);
  for (Index k = 0; k < g.taps; ++k, a += g.tap_stride, w += g.w_stride) {
    const FloatVec wv = load(w);
    ((acc[R] = hn::MulAdd(load(a + static_cast<Index>(R) * g.row_stride), wv, acc[R])), ...);
  }
  const FloatVec bias = epilogue.begin(d, f, count);
  (StoreSome(epilogue(acc[R], bias), c + static_cast<Index>(R) * g.ldc, count), ...);
}

template <bool kFull>
void DepthwiseColumn(const Depthwise& g, Index f, const BiasActivation& epilogue) {
  Index m = 0;
  for (; m + 8 <= g.M; m += 8) DepthwiseTile<kFull>(g, m, f, epilogue, std::make_index_sequence<8>());
  for (; m < g.M; ++m) DepthwiseTile<kFull>(g, m, f, epilogue, std::make_index_sequence<1>());
}

void RunDepthwise(const Depthwise& g) {
  const bool relu = g.activation == Activation::relu;
  const BiasActivation epilogue{g.bias, relu ? 0.0f : -std::numeric_limits<float>::infinity()};
  Index f = 0;
  for (; f + kLanes <= g.F; f += kLanes) DepthwiseColumn<true>(g, f, epilogue);
  if (f < g.F) DepthwiseColumn<false>(g, f, epilogue);
}

// `kTaps` taps of one vector of channels.
template <bool kFull, std::size_t... K>
HWY_INLINE void DepthwiseTnTile(Index M, Index F, const float* a, Index row_stride, Index tap_stride, const float* dy,
                                float* dw, Index f, bool accumulate, std::index_sequence<K...>) {
  const FloatTag d;
  const Index count = kFull ? kLanes : F - f;
  const auto load = [&](const float* p) HWY_ATTR { return kFull ? hn::LoadU(d, p) : LoadSome(p, count); };
  a += f, dy += f, dw += f;
  FloatVec acc[sizeof...(K)];
  if (accumulate) ((acc[K] = load(dw + static_cast<Index>(K) * F)), ...);
  else ((acc[K] = hn::Zero(d)), ...);
  for (Index m = 0; m < M; ++m, a += row_stride, dy += F) {
    const FloatVec gradient = load(dy);
    ((acc[K] = hn::MulAdd(load(a + static_cast<Index>(K) * tap_stride), gradient, acc[K])), ...);
  }
  (StoreSome(acc[K], dw + static_cast<Index>(K) * F, count), ...);
}

template <bool kFull>
void DepthwiseTnColumn(Index M, Index F, const float* a, Index row_stride, Index tap_stride, const float* dy, float* dw,
                       Index f, Index begin, Index end, bool accumulate) {
  Index k = begin;
  const auto run = [&](auto taps) HWY_ATTR {
    DepthwiseTnTile<kFull>(M, F, a + k * tap_stride, row_stride, tap_stride, dy, dw + k * F, f, accumulate, taps);
    k += static_cast<Index>(taps.size());
  };
  while (k + 8 <= end) run(std::make_index_sequence<8>());
  while (k + 3 <= end) run(std::make_index_sequence<3>());
  while (k < end) run(std::make_index_sequence<1>());
}

void RunDepthwiseTn(Index M, Index F, const float* a, Index row_stride, Index tap_stride, const float* dy, float* dw,
                    Index begin, Index end, bool accumulate) {
  Index f = 0;
  for (; f + kLanes <= F; f += kLanes) {
    DepthwiseTnColumn<true>(M, F, a, row_stride, tap_stride, dy, dw, f, begin, end, accumulate);
  }
  if (f < F) DepthwiseTnColumn<false>(M, F, a, row_stride, tap_stride, dy, dw, f, begin, end, accumulate);
}

}  // namespace wavetrain::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace wavetrain::cpu {

WAVETRAIN_EXPORT(RunDepthwise);
WAVETRAIN_EXPORT(RunDepthwiseTn);

void depthwise(const Depthwise& d) { WAVETRAIN_DISPATCH(RunDepthwise)(d); }
void depthwise_tn(Index M, Index F, const float* a, Index row_stride, Index tap_stride, const float* dy, float* dw,
                  Index begin, Index end, bool accumulate) {
  WAVETRAIN_DISPATCH(RunDepthwiseTn)(M, F, a, row_stride, tap_stride, dy, dw, begin, end, accumulate);
}

}  // namespace wavetrain::cpu
#endif
