// Products with one column, each element of which is a scalar product: see Gemm::eight_chains. Rows of C stand for themselves
// here; many of them go through gemm_narrow-inl.h, in vectors of rows, with the same chains.
#if defined(WAVETRAIN_CPU_GEMM_COLUMN_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef WAVETRAIN_CPU_GEMM_COLUMN_INL_H_
#undef WAVETRAIN_CPU_GEMM_COLUMN_INL_H_
#else
#define WAVETRAIN_CPU_GEMM_COLUMN_INL_H_
#endif

#include <algorithm>
#include <utility>

#include "cpu/gemm-inl.h"
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace wavetrain::cpu::HWY_NAMESPACE {

inline constexpr Index kChains = 8;
using ChainTag = hn::CappedTag<float, static_cast<std::size_t>(kChains)>;
inline constexpr Index kChainLanes = static_cast<Index>(hn::MaxLanes(ChainTag()));
inline constexpr std::size_t kChainVectors = static_cast<std::size_t>(kChains / kChainLanes);

// Steps of K that are copied at a time where A's runs or B do not lie in one piece. A multiple of kChains.
inline constexpr Index kCopiedSteps = 512;

// The sum of eight chains.
template <class T, class Add>
HWY_INLINE T SumOfChains(const T* c, Add add) {
  return add(add(add(c[0], c[4]), add(c[2], c[6])), add(add(c[1], c[5]), add(c[3], c[7])));
}

// chains[k % 8] += a[k]·b[k] for k < steps.
template <std::size_t... P>
HWY_INLINE void AddToChains(const float* a, const float* b, Index steps, float* chains, std::index_sequence<P...>) {
  const ChainTag d;
  hn::Vec<ChainTag> acc[sizeof...(P)];
  ((acc[P] = hn::LoadU(d, chains + static_cast<Index>(P) * kChainLanes)), ...);
  Index k = 0;
  for (; k + kChains <= steps; k += kChains) {
    ((acc[P] = hn::MulAdd(hn::LoadU(d, a + k + static_cast<Index>(P) * kChainLanes),
                          hn::LoadU(d, b + k + static_cast<Index>(P) * kChainLanes), acc[P])),
     ...);
  }
  const auto rest = [&](std::size_t p) HWY_ATTR {
    const Index first = k + static_cast<Index>(p) * kChainLanes, count = std::min(steps - first, kChainLanes);
    if (count <= 0) return;
    const auto sum = hn::MulAdd(LoadSome(d, a + first, count), LoadSome(d, b + first, count), acc[p]);
    acc[p] = hn::IfThenElse(hn::FirstN(d, static_cast<std::size_t>(count)), sum, acc[p]);
  };
  if (k < steps) (rest(P), ...);
  (hn::StoreU(acc[P], d, chains + static_cast<Index>(P) * kChainLanes), ...);
}

template <class Epilogue>
HWY_NOINLINE void RunColumn(const Gemm& g, const Epilogue& epilogue) {
  const FloatTag d;
  const Rows& rows = g.a;
  const Index K = rows.k(), b_step = g.packed ? kLanes : g.ldb;
  const bool joined = rows.taps <= 1 || rows.tap_stride == rows.width;
  const auto state = epilogue.begin(d, 0, 1);
  HWY_ALIGN float a_copy[kCopiedSteps], b_copy[kCopiedSteps], chains[kChains];
  const Index most = joined && b_step == 1 ? std::max<Index>(K, 1) : kCopiedSteps;
  for (Index sample = 0; sample < g.samples; ++sample) {
    for (Index m = 0; m < g.M; ++m) {
      const float* const a = rows.data + sample * g.a_sample_stride + m * rows.row_stride;
      const Index place = sample * g.c_sample_stride + m * g.ldc;
      std::fill_n(chains, kChains, 0.0f);
      if (g.accumulate) chains[0] = g.c[place];
      for (Index k = 0; k < K; k += most) {
        const Index steps = std::min(most, K - k);
        const float* from = a + k;
        const float* b = g.b + k * b_step;
        if (!joined) {
          for (Index i = 0; i < steps; ++i)
            a_copy[i] = a[(k + i) / rows.width * rows.tap_stride + (k + i) % rows.width];
          from = a_copy;
        }
        if (b_step != 1) {
          for (Index i = 0; i < steps; ++i) b_copy[i] = b[i * b_step];
          b = b_copy;
        }
        AddToChains(from, b, steps, chains, std::make_index_sequence<kChainVectors>());
      }
      const float sum = SumOfChains(chains, [](float x, float y) { return x + y; });
      if constexpr (Epilogue::kReadsGate) {
        g.c[place] = hn::GetLane(epilogue(hn::Set(d, sum), state, hn::Set(d, g.gate.y[place])));
      } else {
        g.c[place] = hn::GetLane(epilogue(hn::Set(d, sum), state));
      }
    }
  }
}

}  // namespace wavetrain::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // WAVETRAIN_CPU_GEMM_COLUMN_INL_H_
