#include "cpu/processor.hpp"

#include "cpu/highway.hpp"

#if defined(__x86_64__) || defined(__i386__)
#include <cpuid.h>
#endif

// highway.hpp alone compiles for no target in particular: nothing here uses what it asks about.
namespace wavetrain::cpu {

#if defined(__x86_64__) || defined(__i386__)

namespace {

struct Registers {
  unsigned eax = 0, ebx = 0, ecx = 0, edx = 0;
};

// Zeros for a leaf that the processor does not know.
Registers cpuid(unsigned leaf) {
  Registers r;
  if (__get_cpuid_count(leaf, 0, &r.eax, &r.ebx, &r.ecx, &r.edx) == 0) return {};
  return r;
}

// The parts of the registers that the operating system keeps when it switches threads.
unsigned kept_by_the_system() {
  unsigned low = 0, high = 0;
  __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  return low;
}

bool all_of(unsigned bits, unsigned wanted) { return (bits & wanted) == wanted; }

}  // namespace

// Each target asks for all that Highway lets the compiler use for it (its SetTargets attributes), not only for what its name
// says. Bits: Intel's manual, volume 2A, CPUID; kept parts: volume 1, 13.3.
std::int64_t processor_targets() {
  constexpr unsigned kYmm = 0x6, kZmm = 0xE6;  // XCR0: SSE and AVX; also opmask and both parts of ZMM
  const Registers basic = cpuid(1), more = cpuid(7), extended = cpuid(0x80000001);
  std::int64_t targets = 0;
  if (!all_of(basic.ecx, bit_SSE3 | bit_SSSE3 | bit_SSE4_1 | bit_SSE4_2 | bit_PCLMUL | bit_AES)) return targets;
  targets |= HWY_SSE4;
  if (!all_of(basic.ecx, bit_OSXSAVE | bit_AVX | bit_FMA | bit_F16C) ||
      !all_of(more.ebx, bit_AVX2 | bit_BMI | bit_BMI2) || !all_of(extended.ecx, bit_LZCNT) ||
      !all_of(kept_by_the_system(), kYmm)) {
    return targets;
  }
  targets |= HWY_AVX2;
  if (all_of(more.ebx, bit_AVX512F | bit_AVX512VL | bit_AVX512DQ | bit_AVX512BW | bit_AVX512CD) &&
      all_of(kept_by_the_system(), kZmm)) {
    targets |= HWY_AVX3;
  }
  return targets;
}

#else

std::int64_t processor_targets() { return HWY_STATIC_TARGET; }

#endif

}  // namespace wavetrain::cpu
