// Where the stored test files lie, and files of this test run.
#pragma once

#include <unistd.h>

#include <filesystem>
#include <string>

#include "wavetrain/error.hpp"
#include "wavetrain/files/io.hpp"

namespace wavetrain::files::testing {

// Beside this header, in the source tree.
inline std::filesystem::path data_path(const std::string& name) {
  return std::filesystem::path(WAVETRAIN_TEST_DIR) / "files/data" / name;
}

inline Bytes data_file(const std::string& name) { return read_file(data_path(name)); }

// An empty directory, removed with everything in it at the end.
class TemporaryDirectory {
 public:
  TemporaryDirectory() {
    std::string name = (std::filesystem::temp_directory_path() / "wavetrain-test-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw FileError("no temporary directory");
    path_ = name;
  }
  ~TemporaryDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;

  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path operator/(const std::string& name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
};

}  // namespace wavetrain::files::testing
