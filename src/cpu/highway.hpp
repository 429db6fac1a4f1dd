// Include this before anything of Highway's: it says which instruction sets are compiled, and how to call what was.
//
//   #undef HWY_TARGET_INCLUDE
//   #define HWY_TARGET_INCLUDE "cpu/gemm.cpp"  // this file
//   #include "cpu/highway.hpp"
//   #include "hwy/foreach_target.h"
//   #include "hwy/highway.h"
//   HWY_BEFORE_NAMESPACE(); ... HWY_AFTER_NAMESPACE();
//   #if HWY_ONCE
//   WAVETRAIN_EXPORT(Function);
//   void function() { WAVETRAIN_DISPATCH(Function)(); }
//   #endif
#pragma once

// Each target costs compile time and size. AVX3_DL adds instructions that float32 kernels have no use for, SSSE3 is
// within some per cent of SSE4, and SVE's vectors of unknown length do not go into arrays of accumulators. What remains
// is AVX-512 (AVX3), AVX2, SSE4 and NEON, and the portable baseline.
#ifndef HWY_DISABLED_TARGETS
#ifdef WAVETRAIN_FEW_TARGETS
// One for dispatch to choose, that every machine has, and the baseline to fall back to.
#define HWY_DISABLED_TARGETS \
  (HWY_AVX3 | HWY_AVX3_DL | HWY_SSE4 | HWY_SSSE3 | HWY_SVE | HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128)
#else
#define HWY_DISABLED_TARGETS (HWY_AVX3_DL | HWY_SSSE3 | HWY_SVE | HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128)
#endif
#endif

// NEON belongs to every 64-bit ARM processor. Where Highway believes that it can choose at run time, it compiles NEON for those
// with the AES extension only, which the kernels have no use for and a Raspberry Pi 4 does not have.
#if defined(__aarch64__) && !defined(TOOLCHAIN_MISS_SYS_AUXV_H)
#define TOOLCHAIN_MISS_SYS_AUXV_H
#endif

#include <atomic>

#include "hwy/targets.h"

namespace wavetrain::cpu {

// Only Highway's headers are used: the choice of a target is made here and in target.cpp. Its library would
// make every program start later by the milliseconds in which it measures the resolution of a clock.
inline constinit hwy::ChosenTarget chosen_target;

extern std::atomic<bool> target_ready;

// Reads WAVETRAIN_TARGET once. Throws ValueError for a name that does not exist here.
void initialize_target();

inline void ensure_target() {
  if (!target_ready.load(std::memory_order_acquire)) initialize_target();
}

}  // namespace wavetrain::cpu

// What was compiled of FUNCTION, in the order of hwy::ChosenTarget's indices; index 0, before a choice, is never used.
#define WAVETRAIN_EXPORT(FUNCTION)                                                         \
  static decltype(&HWY_STATIC_DISPATCH(FUNCTION)) const HWY_DISPATCH_TABLE(FUNCTION)[] = { \
      &HWY_STATIC_DISPATCH(FUNCTION), HWY_CHOOSE_TARGET_LIST(FUNCTION), HWY_CHOOSE_FALLBACK(FUNCTION)}

// The function of the chosen target; WAVETRAIN_TARGET is taken into account before the first call.
#define WAVETRAIN_DISPATCH(FUNCTION) \
  (::wavetrain::cpu::ensure_target(), HWY_DISPATCH_TABLE(FUNCTION)[::wavetrain::cpu::chosen_target.GetIndex()])
