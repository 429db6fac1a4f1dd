#include "wavetrain/target.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "wavetrain/error.hpp"

namespace wavetrain {
namespace {

TEST(Target, EverySupportedOneCanBeChosen) {
  const std::string before = target_name();
  const std::vector<std::string> all = supported_targets();
  ASSERT_FALSE(all.empty());
  for (const std::string& name : all) {
    set_target(name);
    EXPECT_EQ(target_name(), name);
    EXPECT_EQ(supported_targets(), all);
  }
  set_target("");
  EXPECT_EQ(target_name(), before);
}

#if defined(__x86_64__) && defined(__GNUC__)
// The compiler's own library asks the processor, too.
TEST(Target, IsWhatTheProcessorHas) {
  __builtin_cpu_init();
  const auto has = [all = supported_targets()](const char* name) { return std::ranges::count(all, name) == 1; };
  const bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("bmi2");
  EXPECT_EQ(has("avx2"), avx2);
#ifndef WAVETRAIN_FEW_TARGETS
  EXPECT_EQ(has("sse4"), __builtin_cpu_supports("sse4.2") && __builtin_cpu_supports("aes"));
  EXPECT_EQ(has("avx3"), avx2 && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl"));
#endif
}
#endif

TEST(Target, UnknownNamesAreRefusedAndChangeNothing) {
  const std::string before = target_name();
  EXPECT_THROW(set_target("altivec"), ValueError);
  EXPECT_EQ(target_name(), before);
}

}  // namespace
}  // namespace wavetrain
