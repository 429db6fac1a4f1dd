// Loops over arrays of float in whole vectors and one partial vector at the end.
//
// The partial vector goes through the same instructions as the whole ones, so that an element's bits do not depend on
// where an array is split. Nothing is read or written outside the arrays; missing lanes hold 0.
//
// Per-target header: include it inside a file that goes through hwy/foreach_target.h.

#if defined(WAVETRAIN_CPU_VECTOR_LOOP_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef WAVETRAIN_CPU_VECTOR_LOOP_INL_H_
#undef WAVETRAIN_CPU_VECTOR_LOOP_INL_H_
#else
#define WAVETRAIN_CPU_VECTOR_LOOP_INL_H_
#endif

#include <cstddef>
#include <cstring>

#include "hwy/highway.h"
#include "wavetrain/shape.hpp"

HWY_BEFORE_NAMESPACE();
namespace wavetrain::cpu::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

using FloatTag = hn::ScalableTag<float>;
using FloatVector = hn::Vec<FloatTag>;

HWY_INLINE Index lanes() { return static_cast<Index>(hn::Lanes(FloatTag())); }

// Only these have loads and stores that leave the masked-off addresses alone; for the others Highway reads all lanes.
inline constexpr bool kHasMaskedMemory = HWY_TARGET == HWY_AVX2 || HWY_TARGET == HWY_AVX3;

// p[0 .. count-1], then zeros. 0 < count < lanes().
HWY_INLINE FloatVector load_n(FloatTag d, const float* p, Index count) {
  if constexpr (kHasMaskedMemory) return hn::MaskedLoad(hn::FirstN(d, static_cast<std::size_t>(count)), d, p);
  HWY_ALIGN float buffer[hn::MaxLanes(FloatTag())] = {};
  std::memcpy(buffer, p, static_cast<std::size_t>(count) * sizeof(float));
  return hn::Load(d, buffer);
}

HWY_INLINE void store_n(FloatVector v, FloatTag d, float* p, Index count) {
  if constexpr (kHasMaskedMemory) {
    hn::BlendedStore(v, hn::FirstN(d, static_cast<std::size_t>(count)), d, p);
    return;
  }
  HWY_ALIGN float buffer[hn::MaxLanes(FloatTag())];
  hn::Store(v, d, buffer);
  std::memcpy(p, buffer, static_cast<std::size_t>(count) * sizeof(float));
}

// Where a loop stands: elements i .. i+lanes-1, or the last `count` ones.
struct WholeVector {
  Index i;
  HWY_INLINE FloatVector load(const float* p) const { return hn::LoadU(FloatTag(), p + i); }
  HWY_INLINE void store(FloatVector v, float* p) const { hn::StoreU(v, FloatTag(), p + i); }
  // v in the elements that exist, `other` in the lanes beyond them.
  HWY_INLINE FloatVector or_else(FloatVector v, FloatVector) const { return v; }
};
struct PartialVector {
  Index i;
  Index count;
  HWY_INLINE FloatVector load(const float* p) const { return load_n(FloatTag(), p + i, count); }
  HWY_INLINE void store(FloatVector v, float* p) const { store_n(v, FloatTag(), p + i, count); }
  HWY_INLINE FloatVector or_else(FloatVector v, FloatVector other) const {
    return hn::IfThenElse(hn::FirstN(FloatTag(), static_cast<std::size_t>(count)), v, other);
  }
};

// Calls body(at) for all elements below n in ascending order. The body is a lambda marked HWY_ATTR.
template <class Body>
HWY_INLINE void for_each_vector(Index n, Body body) {
  const Index step = lanes();
  Index i = 0;
  for (; i + step <= n; i += step) body(WholeVector{i});
  if (i < n) body(PartialVector{i, n - i});
}

}  // namespace wavetrain::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // WAVETRAIN_CPU_VECTOR_LOOP_INL_H_
