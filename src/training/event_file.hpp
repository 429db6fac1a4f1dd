// Event files, as TensorBoard reads them.
//
// A file is records of: length (8 bytes), masked CRC-32C of the length, the bytes, their masked CRC-32C; numbers
// little-endian. The bytes are a tensorflow.Event in protocol buffer encoding (event.proto, summary.proto,
// tensor.proto); the first one names the version. Values are written as tensors with the metadata by which
// TensorBoard's dashboards find them, as TensorFlow 2's tf.summary does.
#pragma once

#include <cstdint>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include "wavetrain/array.hpp"

namespace wavetrain {

// CRC-32C (Castagnoli), and how the records hold it: rotated by 15 bits, plus 0xa282ead8.
std::uint32_t crc32c(std::string_view bytes);
std::uint32_t masked_crc32c(std::string_view bytes);

// One record.
std::string event_record(std::string_view event);

// Grey pictures (rows, columns), values 0 .. 1.
struct Picture {
  Index rows = 0, columns = 0;
  std::vector<float> values;
};
// As PNG, without compression.
std::string png_of(const Picture& picture);

class EventFile {
 public:
  // Makes the folder and the file in it, of a name that no other has. Throws FileError.
  explicit EventFile(const std::string& folder);

  // Each is one event. Throws FileError when it cannot be written.
  void scalar(std::string_view tag, double value, std::int64_t step);
  // 30 buckets of equal width from the smallest to the largest value.
  void histogram(std::string_view tag, std::span<const float> values, std::int64_t step);
  void pictures(std::string_view tag, const std::vector<Picture>& pictures, std::int64_t step);
  void text(std::string_view tag, std::string_view text, std::int64_t step);
  // A model's JSON, for the dashboard of graphs.
  void keras_model(std::string_view tag, std::string_view json, std::int64_t step);

  void flush();
  const std::string& path() const { return path_; }

 private:
  void write(std::string_view event);
  void value(std::string_view tag, std::string_view tensor, std::string_view plugin, std::string_view content,
             int data_class, std::int64_t step);

  std::string path_;
  std::ofstream file_;
};

}  // namespace wavetrain
