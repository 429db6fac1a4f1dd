#include "wavetrain/files/zip.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "files/damage.hpp"
#include "files/data.hpp"
#include "wavetrain/error.hpp"

namespace wavetrain::files {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

Bytes sample() {
  ZipWriter writer;
  writer.add("b.json", "{}");
  writer.add("a/empty", "");
  writer.add("ä", std::string(5000, 'x'));
  return writer.finish();
}

// Replaces a text by another of the same length, in the entry and in the directory.
Bytes with_replaced(Bytes bytes, std::string_view from, std::string_view to) {
  const std::string_view text = as_text(bytes);
  for (std::size_t at = text.find(from); at != std::string_view::npos; at = text.find(from, at + 1)) {
    std::copy(as_bytes(to).begin(), as_bytes(to).end(), bytes.begin() + static_cast<std::ptrdiff_t>(at));
  }
  return bytes;
}

std::string message_of(const Bytes& bytes, const ZipLimits& limits = {}) {
  try {
    const ZipReader reader(bytes, "x.zip", limits);
    for (const std::string& name : reader.names()) reader.read(name);
  } catch (const FileError& error) {
    return error.what();
  }
  return "nothing was thrown";
}

TEST(ZipTest, RoundTripKeepsOrder) {
  const Bytes bytes = sample();
  EXPECT_TRUE(ZipReader::recognises(bytes));
  const ZipReader reader(bytes);
  EXPECT_THAT(reader.names(), ElementsAre("b.json", "a/empty", "ä"));
  EXPECT_EQ(as_text(reader.read("b.json")), "{}");
  EXPECT_TRUE(reader.read("a/empty").empty());
  EXPECT_EQ(as_text(reader.read("ä")), std::string(5000, 'x'));
  EXPECT_EQ(bytes, sample());
}

TEST(ZipTest, MembersAreStoredAndDatedAtTheEpoch) {
  const Bytes bytes = sample();
  // Local header: method at 8, time at 10, date at 12.
  EXPECT_EQ(bytes[8], std::byte{0});
  EXPECT_EQ(bytes[10], std::byte{0});
  EXPECT_EQ(bytes[12], std::byte{0x21});
  EXPECT_EQ(bytes[13], std::byte{0});
}

TEST(ZipTest, EmptyArchive) {
  const Bytes bytes = ZipWriter().finish();
  EXPECT_TRUE(ZipReader::recognises(bytes));
  EXPECT_TRUE(ZipReader(bytes).names().empty());
}

TEST(ZipTest, DeflatedMembers) {
  const Bytes bytes = testing::data_file("deflated.npz");
  EXPECT_EQ(ZipReader(bytes).read("x.npy").size(), 128u + 1600u);
}

TEST(ZipTest, RefusesUnsafeNames) {
  EXPECT_THAT(message_of(with_replaced(sample(), "a/empty", "../mpty")), HasSubstr("it leaves the archive"));
  EXPECT_THAT(message_of(with_replaced(sample(), "a/empty", "/aempty")), HasSubstr("it is absolute"));
  EXPECT_THAT(message_of(with_replaced(sample(), "a/empty", "C:empty")), HasSubstr("it is absolute"));
  EXPECT_THAT(message_of(with_replaced(sample(), "a/empty", "a\\empty")), HasSubstr("backslash"));
  ZipWriter writer;
  writer.add("x", "");
  EXPECT_THROW(writer.add("x", ""), ValueError);
  EXPECT_THROW(writer.add("a/../../x", ""), ValueError);
  EXPECT_THROW(writer.add("", ""), ValueError);
}

TEST(ZipTest, RefusesEqualNames) {
  ZipWriter writer;
  writer.add("one", "1");
  writer.add("two", "2");
  EXPECT_THAT(message_of(with_replaced(writer.finish(), "two", "one")), HasSubstr("twice"));
}

TEST(ZipTest, RefusesDamageAndLimits) {
  EXPECT_THAT(message_of(with_replaced(sample(), "xxxxx", "xxxyx")), HasSubstr("damaged"));
  EXPECT_THAT(message_of(sample(), {.members = 2}), HasSubstr("has 3 members"));
  EXPECT_THAT(message_of(sample(), {.member_bytes = 4999}), HasSubstr("holds 5000 bytes, the limit is 4999"));
  EXPECT_THAT(message_of(Bytes(100)), HasSubstr("not a readable zip archive"));
  const Bytes bytes = sample();
  EXPECT_THROW(ZipReader(bytes).read("missing"), FileError);
}

TEST(ZipTest, FromAFile) {
  const testing::TemporaryDirectory directory;
  const std::filesystem::path path = directory / "x.zip";
  const Bytes bytes = sample();
  write_file_atomically(path, ByteSpan(bytes));
  EXPECT_TRUE(ZipReader::recognises(path));
  {
    const ZipReader from_file(path), from_memory(bytes);
    EXPECT_EQ(from_file.names(), from_memory.names());
    for (const std::string& name : from_file.names()) EXPECT_EQ(from_file.read(name), from_memory.read(name));
  }
  Bytes damaged = bytes;
  damaged[damaged.size() / 2] ^= std::byte{1};  // among the 5000
  write_file_atomically(path, ByteSpan(damaged));
  const auto message = [&] {
    try {
      const ZipReader reader(path);
      for (const std::string& name : reader.names()) reader.read(name);
    } catch (const FileError& error) {
      return std::string(error.what());
    }
    return std::string("nothing was thrown");
  };
  EXPECT_THAT(message(), AllOf(HasSubstr(path.string()), HasSubstr("member 'ä': is damaged")));
  write_file_atomically(path, "no archive at all");
  EXPECT_FALSE(ZipReader::recognises(path));
  EXPECT_THAT(message(), AllOf(HasSubstr(path.string()), HasSubstr("not a readable zip archive")));
  std::filesystem::remove(path);
  EXPECT_FALSE(ZipReader::recognises(path));
  EXPECT_FALSE(ZipReader::recognises(directory.path()));
  EXPECT_THAT(message(), AllOf(HasSubstr(path.string()), HasSubstr("No such file")));
}

TEST(ZipTest, DamageIsSurvived) {
  for (const Bytes& bytes : {testing::data_file("deflated.npz"), testing::data_file("stored.npz")}) {
    const auto counts = testing::with_damage(bytes, 1, 3000, [](ByteSpan damaged) {
      const ZipReader reader(damaged);
      for (const std::string& name : reader.names()) reader.read(name);
    });
    EXPECT_GT(counts.refused, 1000);
  }
}

}  // namespace
}  // namespace wavetrain::files
