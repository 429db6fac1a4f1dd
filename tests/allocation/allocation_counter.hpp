// Counts how often memory is asked for: malloc and its kin, `operator new` (which calls them) and mmap, on all threads.
// The functions of the C library are replaced in this program (allocation_counter_test.cpp), so it lives apart from the
// others.
#pragma once

namespace wavetrain::tests {

class AllocationCounter {
 public:
  // False under sanitizers, which replace the same functions, and with a C library other than glibc.
  static bool available();

  // Counts from here on, or from the last reset.
  AllocationCounter();
  ~AllocationCounter();
  AllocationCounter(const AllocationCounter&) = delete;
  AllocationCounter& operator=(const AllocationCounter&) = delete;

  long count() const;
};

}  // namespace wavetrain::tests

#define WAVETRAIN_NEEDS_ALLOCATION_COUNTER() \
  if (!::wavetrain::tests::AllocationCounter::available()) GTEST_SKIP() << "malloc cannot be replaced here"
