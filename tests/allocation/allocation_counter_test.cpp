#include "allocation/allocation_counter.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <memory>
#include <new>
#include <string>
#include <thread>
#include <vector>

#include <malloc.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "wavetrain/array.hpp"

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define WAVETRAIN_SANITIZED 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define WAVETRAIN_SANITIZED 1
#endif
#if defined(__GLIBC__) && !defined(WAVETRAIN_SANITIZED)
#define WAVETRAIN_COUNTS_ALLOCATIONS 1
#endif

namespace {

std::atomic<bool> counting{false};
std::atomic<long> allocations{0};

#ifdef WAVETRAIN_COUNTS_ALLOCATIONS
void note() {
  if (counting.load(std::memory_order_relaxed)) allocations.fetch_add(1, std::memory_order_relaxed);
}
#endif

}  // namespace

#ifdef WAVETRAIN_COUNTS_ALLOCATIONS
// glibc allows a program to bring its own malloc, and has its own one under these names. Memory from either is given
// back to the library's `free`, which is not replaced.
extern "C" {
void* __libc_malloc(std::size_t size);                           // NOLINT
void* __libc_calloc(std::size_t count, std::size_t size);        // NOLINT
void* __libc_realloc(void* memory, std::size_t size);            // NOLINT
void* __libc_memalign(std::size_t alignment, std::size_t size);  // NOLINT

void* malloc(std::size_t size) noexcept {
  note();
  return __libc_malloc(size);
}
void* calloc(std::size_t count, std::size_t size) noexcept {
  note();
  return __libc_calloc(count, size);
}
void* realloc(void* memory, std::size_t size) noexcept {
  note();
  return __libc_realloc(memory, size);
}
void* memalign(std::size_t alignment, std::size_t size) noexcept {
  note();
  return __libc_memalign(alignment, size);
}
void* aligned_alloc(std::size_t alignment, std::size_t size) noexcept { return memalign(alignment, size); }
int posix_memalign(void** memory, std::size_t alignment, std::size_t size) noexcept {
  *memory = memalign(alignment, size);
  return *memory == nullptr && size > 0 ? ENOMEM : 0;
}
void* mmap(void* address, std::size_t length, int protection, int flags, int file, off_t offset) noexcept {
  note();
  const long result = syscall(SYS_mmap, address, length, protection, flags, file, offset);
  return reinterpret_cast<void*>(result);  // NOLINT: MAP_FAILED is -1
}
void* mmap64(void* address, std::size_t length, int protection, int flags, int file, off64_t offset) noexcept {
  return mmap(address, length, protection, flags, file, offset);
}
}
#endif

namespace wavetrain::tests {

bool AllocationCounter::available() {
#ifdef WAVETRAIN_COUNTS_ALLOCATIONS
  return true;
#else
  return false;
#endif
}

AllocationCounter::AllocationCounter() {
  allocations = 0;
  counting = true;
}
AllocationCounter::~AllocationCounter() { counting = false; }
long AllocationCounter::count() const { return allocations; }

namespace {

// How often `action` allocates.
template <class Action>
long allocations_of(Action action) {
  const AllocationCounter counter;
  action();
  return counter.count();
}

// The compiler may leave out an allocation that nobody looks at.
template <class T>
void use(T* memory) {
  asm volatile("" : : "r"(memory) : "memory");
}

// What the other tests stand on: each way to get memory is seen.
TEST(AllocationCounter, SeesEveryWay) {
  WAVETRAIN_NEEDS_ALLOCATION_COUNTER();
  EXPECT_EQ(allocations_of([] {}), 0);
  const auto freed = [](void* memory) {
    use(memory);
    std::free(memory);
  };
  EXPECT_EQ(allocations_of([&] { freed(std::malloc(10)); }), 1);
  EXPECT_EQ(allocations_of([&] { freed(std::calloc(10, 2)); }), 1);
  EXPECT_EQ(allocations_of([&] { freed(std::aligned_alloc(64, 128)); }), 1);
  EXPECT_EQ(allocations_of([&] { freed(memalign(64, 10)); }), 1);
  void* memory = std::malloc(10);
  EXPECT_EQ(allocations_of([&] { memory = std::realloc(memory, 1 << 20); }), 1);
  freed(memory);
  EXPECT_EQ(allocations_of([&] {
              void* aligned = nullptr;
              ASSERT_EQ(posix_memalign(&aligned, 64, 10), 0);
              freed(aligned);
            }),
            1);
  EXPECT_EQ(allocations_of([] { use(std::make_unique<int>(3).get()); }), 1);
  EXPECT_EQ(allocations_of([] { use(AlignedVector<float>(5).data()); }), 1);
  EXPECT_EQ(allocations_of([] { use(std::vector<int>(7).data()); }), 1);
  EXPECT_EQ(allocations_of([] {
              void* pages = mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
              ASSERT_NE(pages, MAP_FAILED);
              munmap(pages, 4096);
            }),
            1);
}

TEST(AllocationCounter, SeesOtherThreads) {
  WAVETRAIN_NEEDS_ALLOCATION_COUNTER();
  std::atomic<bool> go{false}, done{false};
  std::thread other([&] {
    while (!go) std::this_thread::yield();
    use(std::vector<int>(100).data());
    done = true;
  });
  EXPECT_EQ(allocations_of([&] {
              go = true;
              while (!done) std::this_thread::yield();
            }),
            1);
  other.join();
}

}  // namespace
}  // namespace wavetrain::tests
