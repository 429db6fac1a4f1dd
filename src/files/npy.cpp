#include "wavetrain/files/npy.hpp"

#include <algorithm>
#include <bit>
#include <cstring>

#include <fmt/format.h>

#include "byte_order.hpp"
#include "npy_header.hpp"
#include "wavetrain/error.hpp"
#include "wavetrain/files/zip.hpp"

namespace wavetrain::files {
namespace {

TypedArray parse(ByteSpan file, const NpyHeader& header) {
  TypedArray result{header.type, header.shape, header.byte_strides, {}};
  const ByteSpan content = file.subspan(header.data_at, header.data_bytes);
  if (header.half) {
    result.bytes.resize(2 * content.size());
    for (std::size_t i = 0; i < content.size(); i += 2) {
      Bytes pair(content.begin() + static_cast<std::ptrdiff_t>(i),
                 content.begin() + static_cast<std::ptrdiff_t>(i + 2));
      convert_byte_order(pair, 2, header.order);
      std::uint16_t half;
      std::memcpy(&half, pair.data(), 2);
      const float value = half_to_float(half);
      std::memcpy(result.bytes.data() + 2 * i, &value, sizeof value);
    }
    return result;
  }
  result.bytes.assign(content.begin(), content.end());
  convert_byte_order(result.bytes, size_of(header.type), header.order);
  // A bool is one byte that is 0 or 1; reading any other value as a C++ bool would be undefined.
  if (header.type == ElementType::boolean) {
    for (std::byte& value : result.bytes) value = value == std::byte{0} ? std::byte{0} : std::byte{1};
  }
  return result;
}

}  // namespace

TypedArray parse_npy(ByteSpan file) { return parse(file, parse_npy_header(file, file.size())); }

TypedArray read_npy(const std::filesystem::path& path) {
  const Bytes file = read_file(path);
  try {
    return parse_npy(file);
  } catch (const FileError& error) {
    throw FileError(fmt::format("'{}': {}", path.string(), error.what()));
  }
}

Bytes serialize_npy(const DataView& data) {
  const std::string header = npy_header_text(data.type(), data.shape());
  const std::size_t element = size_of(data.type());
  const auto count = static_cast<std::size_t>(data.shape().size());
  Bytes file(header.size() + count * element);
  std::memcpy(file.data(), header.data(), header.size());
  // In row-major order, whatever the strides.
  Shape position = data.shape();
  for (int axis = 0; axis < position.rank(); ++axis) position[axis] = 0;
  std::byte* out = file.data() + header.size();
  for (std::size_t i = 0; i < count; ++i, out += element) {
    Index offset = 0;
    for (int axis = 0; axis < position.rank(); ++axis) offset += position[axis] * data.byte_strides()[axis];
    std::memcpy(out, static_cast<const std::byte*>(data.data()) + offset, element);
    for (int axis = position.rank() - 1; axis >= 0; --axis) {
      if (++position[axis] < data.shape()[axis]) break;
      position[axis] = 0;
    }
  }
  convert_byte_order(std::span(file).subspan(header.size()), element, std::endian::little);
  return file;
}

void write_npy(const std::filesystem::path& path, const DataView& data) {
  write_file_atomically(path, serialize_npy(data));
}

NamedArrays parse_npz(ByteSpan file) {
  const ZipReader zip(file, "npz archive");
  NamedArrays arrays;
  for (const std::string& name : zip.names()) {
    const Bytes member = zip.read(name);
    try {
      const bool has_ending = name.size() > 4 && name.ends_with(".npy");
      arrays.emplace_back(has_ending ? name.substr(0, name.size() - 4) : name, parse_npy(member));
    } catch (const FileError& error) {
      throw FileError(fmt::format("npz archive, member '{}': {}", name, error.what()));
    }
  }
  return arrays;
}

NamedArrays read_npz(const std::filesystem::path& path) {
  const Bytes file = read_file(path);
  try {
    return parse_npz(file);
  } catch (const FileError& error) {
    throw FileError(fmt::format("'{}': {}", path.string(), error.what()));
  }
}

Bytes serialize_npz(const std::vector<std::pair<std::string, DataView>>& arrays) {
  ZipWriter zip;
  for (const auto& [name, data] : arrays) zip.add(name + ".npy", serialize_npy(data));
  return zip.finish();
}

void write_npz(const std::filesystem::path& path, const std::vector<std::pair<std::string, DataView>>& arrays) {
  write_file_atomically(path, serialize_npz(arrays));
}

}  // namespace wavetrain::files
