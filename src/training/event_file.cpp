#include "training/event_file.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <bit>
#include <chrono>
#include <cmath>
#include <cstring>
#include <filesystem>

#include <fmt/format.h>

#include "wavetrain/error.hpp"

namespace wavetrain {
namespace {

// --- Protocol buffer encoding ----------------------------------------------------------------------------------------

class Message {
 public:
  Message& number(int field, std::uint64_t value) {
    varint(static_cast<std::uint64_t>(field) << 3 | 0);
    varint(value);
    return *this;
  }
  Message& real(int field, double value) {
    varint(static_cast<std::uint64_t>(field) << 3 | 1);
    little_endian(bytes_, std::bit_cast<std::uint64_t>(value), 8);
    return *this;
  }
  Message& bytes(int field, std::string_view value) {
    varint(static_cast<std::uint64_t>(field) << 3 | 2);
    varint(value.size());
    bytes_ += value;
    return *this;
  }
  const std::string& encoded() const { return bytes_; }

  static void little_endian(std::string& out, std::uint64_t value, int bytes) {
    for (int i = 0; i < bytes; ++i) out += static_cast<char>(value >> (8 * i) & 0xff);
  }

 private:
  void varint(std::uint64_t value) {
    for (; value >= 0x80; value >>= 7) bytes_ += static_cast<char>((value & 0x7f) | 0x80);
    bytes_ += static_cast<char>(value);
  }
  std::string bytes_;
};

// tensorflow.DataType
constexpr std::uint64_t kFloat = 1, kDouble = 2, kString = 7;
// tensorboard's DataClass
constexpr int kUnknown = 0, kScalar = 1, kTensor = 2, kBlobs = 3;

std::string shape_of(std::initializer_list<std::size_t> dims) {
  Message shape;
  for (const std::size_t dim : dims) shape.bytes(2, Message().number(1, dim).encoded());
  return shape.encoded();
}

std::string strings(const std::vector<std::string>& values, std::string shape) {
  Message tensor;
  tensor.number(1, kString).bytes(2, shape);
  for (const std::string& value : values) tensor.bytes(8, value);
  return tensor.encoded();
}

double seconds_since_1970() {
  return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

// --- PNG -------------------------------------------------------------------------------------------------------------

std::uint32_t reflected_crc(std::string_view bytes, std::uint32_t polynomial) {
  std::uint32_t crc = 0xffffffff;
  for (const char c : bytes) {
    crc ^= static_cast<unsigned char>(c);
    for (int bit = 0; bit < 8; ++bit) crc = crc >> 1 ^ (crc & 1 ? polynomial : 0);
  }
  return ~crc;
}

std::string big_endian(std::uint32_t value) {
  return {static_cast<char>(value >> 24), static_cast<char>(value >> 16 & 0xff), static_cast<char>(value >> 8 & 0xff),
          static_cast<char>(value & 0xff)};
}

std::string chunk(const std::string& type, const std::string& data) {
  const std::string body = type + data;
  return big_endian(static_cast<std::uint32_t>(data.size())) + body + big_endian(reflected_crc(body, 0xedb88320));
}

// A zlib stream of stored blocks.
std::string stored(std::string_view data) {
  std::string out = "\x78\x01";
  constexpr std::size_t kMost = 65535;
  for (std::size_t at = 0; at == 0 || at < data.size(); at += kMost) {
    const std::string_view block = data.substr(at, kMost);
    out += static_cast<char>(at + kMost >= data.size());
    Message::little_endian(out, block.size(), 2);
    Message::little_endian(out, ~block.size() & 0xffff, 2);
    out += block;
  }
  std::uint32_t a = 1, b = 0;
  for (const char c : data) {
    a = (a + static_cast<unsigned char>(c)) % 65521;
    b = (b + a) % 65521;
  }
  return out + big_endian(b << 16 | a);
}

}  // namespace

std::uint32_t crc32c(std::string_view bytes) {
  static const std::array<std::uint32_t, 256> table = [] {
    std::array<std::uint32_t, 256> result{};
    for (std::uint32_t i = 0; i < 256; ++i) {
      std::uint32_t crc = i;
      for (int bit = 0; bit < 8; ++bit) crc = crc >> 1 ^ (crc & 1 ? 0x82f63b78u : 0u);
      result[i] = crc;
    }
    return result;
  }();
  std::uint32_t crc = 0xffffffff;
  for (const char c : bytes) crc = crc >> 8 ^ table[(crc ^ static_cast<unsigned char>(c)) & 0xff];
  return ~crc;
}

std::uint32_t masked_crc32c(std::string_view bytes) { return std::rotr(crc32c(bytes), 15) + 0xa282ead8u; }

std::string event_record(std::string_view event) {
  std::string record;
  Message::little_endian(record, event.size(), 8);
  Message::little_endian(record, masked_crc32c(record), 4);
  record += event;
  Message::little_endian(record, masked_crc32c(event), 4);
  return record;
}

std::string png_of(const Picture& picture) {
  std::string pixels;
  for (Index row = 0; row < picture.rows; ++row) {
    pixels += '\0';  // no filter
    for (Index column = 0; column < picture.columns; ++column) {
      const float value = picture.values[static_cast<std::size_t>(row * picture.columns + column)];
      // As TensorFlow turns floating-point pictures into bytes.
      const float scaled = std::isnan(value) ? 0.0f : std::clamp(value * 255.5f, 0.0f, 255.0f);
      pixels += static_cast<char>(static_cast<unsigned char>(scaled));
    }
  }
  const std::string kind{8, 0, 0, 0, 0};  // bits, grey, deflate, filters, not interlaced
  const std::string header = big_endian(static_cast<std::uint32_t>(picture.columns)) +
                             big_endian(static_cast<std::uint32_t>(picture.rows)) + kind;
  return "\x89PNG\r\n\x1a\n" + chunk("IHDR", header) + chunk("IDAT", stored(pixels)) + chunk("IEND", "");
}

EventFile::EventFile(const std::string& folder) {
  static std::atomic<int> count = 0;
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  char host[256] = "localhost";
  gethostname(host, sizeof(host) - 1);
  const double now = seconds_since_1970();
  path_ = fmt::format("{}/events.out.tfevents.{:010}.{}.{}.{}.v2", folder, static_cast<std::int64_t>(now), host,
                      getpid(), count++);
  file_.open(path_, std::ios::binary);
  if (!file_) throw FileError(fmt::format("Cannot write the event file {}", path_));
  write(Message().real(1, now).bytes(3, "brain.Event:2").encoded());
  flush();
}

void EventFile::write(std::string_view event) {
  const std::string record = event_record(event);
  if (!file_.write(record.data(), static_cast<std::streamsize>(record.size()))) {
    throw FileError(fmt::format("Cannot write the event file {}", path_));
  }
}

void EventFile::flush() {
  if (!file_.flush()) throw FileError(fmt::format("Cannot write the event file {}", path_));
}

void EventFile::value(std::string_view tag, std::string_view tensor, std::string_view plugin, std::string_view content,
                      int data_class, std::int64_t step) {
  Message plugin_data, metadata;
  plugin_data.bytes(1, plugin);
  if (!content.empty()) plugin_data.bytes(2, content);
  metadata.bytes(1, plugin_data.encoded());
  if (data_class != kUnknown) metadata.number(4, static_cast<std::uint64_t>(data_class));
  const Message value = Message().bytes(1, tag).bytes(8, tensor).bytes(9, metadata.encoded());
  write(Message()
            .real(1, seconds_since_1970())
            .number(2, static_cast<std::uint64_t>(step))
            .bytes(5, Message().bytes(1, value.encoded()).encoded())
            .encoded());
}

void EventFile::scalar(std::string_view tag, double value_to_write, std::int64_t step) {
  std::string content;
  Message::little_endian(content, std::bit_cast<std::uint32_t>(static_cast<float>(value_to_write)), 4);
  value(tag, Message().number(1, kFloat).bytes(2, "").bytes(4, content).encoded(), "scalars", "", kScalar, step);
}

void EventFile::histogram(std::string_view tag, std::span<const float> values, std::int64_t step) {
  constexpr std::size_t kBuckets = 30;
  std::array<double, kBuckets * 3> rows{};  // left edge, right edge, count
  if (!values.empty()) {
    const auto [low, high] = std::minmax_element(values.begin(), values.end());
    const double width = (double{*high} - *low) / kBuckets;
    for (std::size_t i = 0; i < kBuckets; ++i) {
      rows[3 * i] = *low + width * static_cast<double>(i);
      rows[3 * i + 1] = i + 1 == kBuckets ? double{*high} : *low + width * static_cast<double>(i + 1);
    }
    for (const float x : values) {
      const double place = width > 0 ? std::floor((double{x} - *low) / width) : kBuckets - 1.0;
      const bool inside = place >= 0 && place < kBuckets - 1.0;  // NaN goes to the end too
      ++rows[3 * (inside ? static_cast<std::size_t>(place) : kBuckets - 1) + 2];
    }
  }
  std::string content;
  for (const double x : rows) Message::little_endian(content, std::bit_cast<std::uint64_t>(x), 8);
  const Message tensor = Message().number(1, kDouble).bytes(2, shape_of({kBuckets, 3})).bytes(4, content);
  value(tag, tensor.encoded(), "histograms", "", kTensor, step);
}

void EventFile::pictures(std::string_view tag, const std::vector<Picture>& pictures, std::int64_t step) {
  if (pictures.empty()) return;
  std::vector<std::string> parts{std::to_string(pictures[0].columns), std::to_string(pictures[0].rows)};
  for (const Picture& picture : pictures) parts.push_back(png_of(picture));
  value(tag, strings(parts, shape_of({parts.size()})), "images", "", kBlobs, step);
}

void EventFile::text(std::string_view tag, std::string_view text, std::int64_t step) {
  value(tag, strings({std::string(text)}, ""), "text", "", kTensor, step);
}

void EventFile::keras_model(std::string_view tag, std::string_view json, std::int64_t step) {
  value(tag, strings({std::string(json)}, ""), "graph_keras_model", "1", kUnknown, step);
}

}  // namespace wavetrain
