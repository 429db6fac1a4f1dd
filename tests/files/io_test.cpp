#include "wavetrain/files/io.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>

#include "files/data.hpp"
#include "wavetrain/error.hpp"

namespace wavetrain::files {
namespace {

using ::testing::HasSubstr;
using testing::TemporaryDirectory;

std::string message_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const FileError& error) {
    return error.what();
  }
  return "nothing was thrown";
}

std::size_t entries(const std::filesystem::path& directory) {
  return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator(directory), {}));
}

TEST(IoTest, WhatIsWrittenIsRead) {
  const TemporaryDirectory directory;
  for (const std::size_t size : {std::size_t{0}, std::size_t{1}, std::size_t{100'000}}) {
    const Bytes content(size, std::byte{7});
    write_file_atomically(directory / "x", content);
    EXPECT_EQ(read_file(directory / "x"), content);
  }
  EXPECT_EQ(entries(directory.path()), 1u);
}

TEST(IoTest, ErrorsNamePathAndReason) {
  const TemporaryDirectory directory;
  EXPECT_THAT(message_of([&] { read_file(directory / "missing"); }), HasSubstr("missing': No such file"));
  EXPECT_THAT(message_of([&] { read_file(directory.path()); }), HasSubstr("it is a directory"));
  write_file_atomically(directory / "x", std::string_view("12345"));
  EXPECT_THAT(message_of([&] { read_file(directory / "x", 4); }), HasSubstr("larger than 4 bytes"));
  EXPECT_EQ(read_file(directory / "x", 5).size(), 5u);
  EXPECT_THAT(message_of([&] { write_file_atomically(directory / "no" / "x", std::string_view("")); }),
              HasSubstr("No such file"));
  EXPECT_THAT(message_of([&] { write_file_atomically(directory.path(), std::string_view("")); }),
              HasSubstr("Is a directory"));
}

TEST(IoTest, PermissionsAndLinksStay) {
  const TemporaryDirectory directory;
  write_file_atomically(directory / "x", std::string_view("old"));
  ::chmod((directory / "x").c_str(), 0640);
  std::filesystem::create_symlink("x", directory / "link");
  write_file_atomically(directory / "link", std::string_view("new"));
  EXPECT_TRUE(std::filesystem::is_symlink(directory / "link"));
  EXPECT_EQ(as_text(read_file(directory / "x")), "new");
  struct stat status {};
  ASSERT_EQ(::stat((directory / "x").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0640u);
}

TEST(IoTest, NothingIsLeftBehind) {
  const TemporaryDirectory directory;
  std::filesystem::create_directory(directory / "full");
  std::ofstream(directory / "full" / "file") << "x";
  EXPECT_THROW(write_file_atomically(directory / "full", std::string_view("y")), FileError);
  EXPECT_EQ(entries(directory.path()), 1u);
}

TEST(IoTest, FilesWithoutASizeAreRead) {
  if (!std::filesystem::exists("/proc/self/status")) GTEST_SKIP();
  EXPECT_GT(read_file("/proc/self/status").size(), 100u);
}

}  // namespace
}  // namespace wavetrain::files
