#include "wavetrain/target.hpp"

#include <gtest/gtest.h>

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

TEST(Target, UnknownNamesAreRefusedAndChangeNothing) {
  const std::string before = target_name();
  EXPECT_THROW(set_target("altivec"), ValueError);
  EXPECT_EQ(target_name(), before);
}

}  // namespace
}  // namespace wavetrain
