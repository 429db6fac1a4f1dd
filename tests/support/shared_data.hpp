// Public data sets for tests that are not part of the repository.
//
// They are looked for in $WAVETRAIN_SHARED_DIR, then in the folder that the build names (WAVETRAIN_SHARED_DIR), then in
// ../shared beside the source folder. Tests that need them are skipped when they are not there.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <string>

#include <gtest/gtest.h>

namespace wavetrain::testing {

// The folder of shared files, or an empty path.
inline std::filesystem::path shared_dir() {
  namespace fs = std::filesystem;
  if (const char* named = std::getenv("WAVETRAIN_SHARED_DIR"); named != nullptr && *named != '\0') return named;
#ifdef WAVETRAIN_SHARED_DIR
  if (fs::is_directory(WAVETRAIN_SHARED_DIR)) return WAVETRAIN_SHARED_DIR;
#endif
  // tests -> the source folder -> its neighbour.
  const fs::path beside = fs::path(WAVETRAIN_TEST_DIR).parent_path().parent_path() / "shared";
  return fs::is_directory(beside) ? beside : fs::path();
}

// The file or folder `name` below shared/data; empty when it is not there.
inline std::filesystem::path shared_data(const std::string& name) {
  const std::filesystem::path path = shared_dir() / "data" / name;
  return std::filesystem::exists(path) ? path : std::filesystem::path();
}

}  // namespace wavetrain::testing

// Declares `variable` as the path of shared/data/`name`, or skips the running test.
#define WAVETRAIN_SHARED_DATA(variable, name)                                     \
  const std::filesystem::path variable = ::wavetrain::testing::shared_data(name); \
  if (variable.empty()) GTEST_SKIP() << "shared data is not here: " << (name)
