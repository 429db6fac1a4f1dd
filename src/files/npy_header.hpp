// The header of a .npy file: magic, version, and a Python dict as text.
#pragma once

#include <bit>
#include <cstdint>
#include <string>

#include "wavetrain/array.hpp"
#include "wavetrain/files/io.hpp"

namespace wavetrain::files {

struct NpyHeader {
  ElementType type = ElementType::float32;  // float32 for float16, too
  bool half = false;                        // stored as float16
  std::endian order = std::endian::little;
  Shape shape;
  Shape byte_strides;  // of values of `type`
  std::size_t data_at = 0;
  std::size_t data_bytes = 0;
};

// `start` holds at least the header; `file_size` is checked against what the header announces. Throws FileError.
NpyHeader parse_npy_header(ByteSpan start, std::uint64_t file_size);

// Magic, version 1.0 and dict, padded to a multiple of 64 bytes.
std::string npy_header_text(ElementType type, const Shape& shape);

}  // namespace wavetrain::files
