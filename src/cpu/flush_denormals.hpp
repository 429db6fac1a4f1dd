// Denormal numbers (below 1.2e-38) count as zero while a FlushDenormals lives, on the thread that made it.
//
// A product with a denormal costs about a hundred cycles on many processors, and decaying states (recurrent cells,
// moving averages, Adam's moments) reach that range easily. All kernels run in this mode, so that results do not depend
// on which thread computes them; the mode of the calling thread is put back on return.
#pragma once

#if defined(__SSE__) || defined(_M_X64)
#include <xmmintrin.h>
#elif defined(__aarch64__)
#include <cstdint>
#endif

namespace wavetrain::cpu {

class FlushDenormals {
 public:
  FlushDenormals() : before_(read()) {
    // Setting the register stalls the pipeline, so nested scopes leave it alone.
    if ((before_ & kFlush) != kFlush) write(before_ | kFlush);
  }
  ~FlushDenormals() {
    if ((before_ & kFlush) != kFlush) write(before_);
  }
  FlushDenormals(const FlushDenormals&) = delete;
  FlushDenormals& operator=(const FlushDenormals&) = delete;

 private:
#if defined(__SSE__) || defined(_M_X64)
  using Word = unsigned;
  static constexpr Word kFlush = 0x8040;  // flush-to-zero (results) and denormals-are-zero (inputs)
  static Word read() { return _mm_getcsr(); }
  static void write(Word word) { _mm_setcsr(word); }
#elif defined(__aarch64__)
  using Word = std::uint64_t;
  static constexpr Word kFlush = Word{1} << 24;  // FPCR.FZ: inputs and results
  static Word read() {
    Word word;
    asm volatile("mrs %0, fpcr" : "=r"(word));
    return word;
  }
  static void write(Word word) { asm volatile("msr fpcr, %0" : : "r"(word)); }
#else
  using Word = unsigned;
  static constexpr Word kFlush = 0;
  static Word read() { return 0; }
  static void write(Word) {}
#endif

  Word before_;
};

}  // namespace wavetrain::cpu
