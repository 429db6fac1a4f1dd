#include "training/event_file.hpp"

#include <gtest/gtest.h>

#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <vector>

namespace wavetrain {
namespace {

namespace fs = std::filesystem;

std::uint64_t number_at(const std::string& bytes, std::size_t at, int count) {
  std::uint64_t value = 0;
  for (int i = 0; i < count; ++i) {
    value |= std::uint64_t{static_cast<unsigned char>(bytes[at + static_cast<std::size_t>(i)])} << (8 * i);
  }
  return value;
}

// The records of a file whose checksums are right.
std::vector<std::string> records_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(file), {}};
  std::vector<std::string> records;
  for (std::size_t at = 0; at < bytes.size();) {
    const auto length = static_cast<std::size_t>(number_at(bytes, at, 8));
    EXPECT_EQ(number_at(bytes, at + 8, 4), masked_crc32c(bytes.substr(at, 8)));
    records.push_back(bytes.substr(at + 12, length));
    EXPECT_EQ(number_at(bytes, at + 12 + length, 4), masked_crc32c(records.back()));
    at += 16 + length;
  }
  return records;
}

// RFC 3720, B.4.
TEST(EventFile, Crc32c) {
  EXPECT_EQ(crc32c("123456789"), 0xe3069283u);
  EXPECT_EQ(crc32c(std::string(32, '\0')), 0x8a9136aau);
  EXPECT_EQ(crc32c(std::string(32, '\xff')), 0x62a8ab43u);
  EXPECT_EQ(crc32c(""), 0u);
  EXPECT_EQ(masked_crc32c(""), 0xa282ead8u);
}

// The record that TensorFlow's writer makes of the bytes "foo".
TEST(EventFile, Framing) {
  const std::string record = event_record("foo");
  ASSERT_EQ(record.size(), 19u);
  EXPECT_EQ(record.substr(0, 8), std::string("\x03\0\0\0\0\0\0\0", 8));
  EXPECT_EQ(record.substr(12, 3), "foo");
}

TEST(EventFile, EventsAreEncodedAsProtocolBuffers) {
  const fs::path folder = fs::temp_directory_path() / "wavetrain-events-test";
  fs::remove_all(folder);
  std::string path;
  {
    EventFile file(folder.string());
    path = file.path();
    file.scalar("loss", 1.5, 300);
    const std::vector<float> values{1.0f, 2.0f, 4.0f};
    file.histogram("h", values, 1);
    file.histogram("constant", std::vector<float>{3.0f, 3.0f}, 1);
    file.text("t", "hello", 0);
  }
  const std::vector<std::string> records = records_of(path);
  ASSERT_EQ(records.size(), 5u);
  // wall_time = 1 (double), file_version = 3 (text).
  EXPECT_EQ(records[0][0], '\x09');
  EXPECT_EQ(records[0].substr(9), std::string("\x1a\x0d") + "brain.Event:2");
  // wall_time, step = 300 as a varint, summary { value { tag, tensor { dtype, shape, content }, metadata } }.
  const std::string metadata = std::string("\x0a\x09\x0a\x07") + "scalars" + "\x20\x01";
  const std::string tensor = std::string("\x08\x01\x12\x00\x22\x04\x00\x00\xc0\x3f", 10);
  const std::string value =
      std::string("\x0a\x04") + "loss" + "\x42\x0a" + tensor + "\x4a" + static_cast<char>(metadata.size()) + metadata;
  const std::string summary = std::string("\x0a") + static_cast<char>(value.size()) + value;
  EXPECT_EQ(records[1].substr(9), std::string("\x10\xac\x02\x2a") + static_cast<char>(summary.size()) + summary);
  // Thirty buckets of (left, right, count).
  const auto bucket = [](const std::string& record, std::size_t row, std::size_t column) {
    const std::size_t start = record.find(std::string("\x22\xd0\x05", 3)) + 3;  // tensor_content, 720 bytes
    double number = 0;
    std::memcpy(&number, record.data() + start + 8 * (3 * row + column), 8);
    return number;
  };
  EXPECT_EQ(bucket(records[2], 0, 0), 1.0);
  EXPECT_EQ(bucket(records[2], 0, 2), 1.0);
  EXPECT_EQ(bucket(records[2], 10, 2), 1.0);
  EXPECT_EQ(bucket(records[2], 29, 1), 4.0);
  EXPECT_EQ(bucket(records[2], 29, 2), 1.0);
  EXPECT_EQ(bucket(records[3], 29, 2), 2.0) << "a single value lies in the last bucket";
  EXPECT_NE(records[4].find("hello"), std::string::npos);
  fs::remove_all(folder);
}

TEST(EventFile, FilesHaveNamesOfTheirOwn) {
  const fs::path folder = fs::temp_directory_path() / "wavetrain-events-names-test";
  fs::remove_all(folder);
  const EventFile a(folder.string()), b(folder.string());
  EXPECT_NE(a.path(), b.path());
  EXPECT_NE(a.path().find("events.out.tfevents."), std::string::npos);
  fs::remove_all(folder);
  EXPECT_THROW(EventFile("/proc/nowhere"), FileError);
}

TEST(EventFile, Png) {
  const std::string png = png_of({1, 2, {0.0f, 1.0f}});
  EXPECT_EQ(png.substr(0, 8), "\x89PNG\r\n\x1a\n");
  EXPECT_EQ(png.substr(12, 4), "IHDR");
  // 2 columns, 1 row, 8 bits, grey, and zlib's crc32 of it.
  EXPECT_EQ(png.substr(16, 13), std::string("\0\0\0\2\0\0\0\1\10\0\0\0\0", 13));
  EXPECT_EQ(png.substr(29, 4), std::string("\xd1\x49\x20\x56", 4));
}

}  // namespace
}  // namespace wavetrain
