// NumPy's .npy and .npz files.
//
// Source: numpy.lib.format (versions 1.0, 2.0 and 3.0). Numbers of 8 to 64 bits, float16 (widened to float32) and bool,
// in either byte order, C or Fortran order. Complex numbers, text, records and Python objects are refused by name with
// FileError, as are damaged headers and files that are shorter than their header says.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "wavetrain/array.hpp"
#include "wavetrain/files/io.hpp"

namespace wavetrain::files {

// Owned numbers of any type.
struct TypedArray {
  ElementType type = ElementType::float32;
  Shape shape;
  Shape byte_strides;  // Fortran order keeps its own
  Bytes bytes;

  DataView view() const { return DataView(bytes.data(), type, shape, byte_strides); }
  Array to_array() const { return view().to_array(); }
};

TypedArray parse_npy(ByteSpan file);
TypedArray read_npy(const std::filesystem::path& path);
// Version 1.0, little endian, C order, data at a multiple of 64 bytes.
Bytes serialize_npy(const DataView& data);
void write_npy(const std::filesystem::path& path, const DataView& data);

// The members of an .npz archive in its order, without ".npy" in their names; stored or deflated.
using NamedArrays = std::vector<std::pair<std::string, TypedArray>>;
NamedArrays parse_npz(ByteSpan file);
NamedArrays read_npz(const std::filesystem::path& path);
// Stored members.
Bytes serialize_npz(const std::vector<std::pair<std::string, DataView>>& arrays);
void write_npz(const std::filesystem::path& path, const std::vector<std::pair<std::string, DataView>>& arrays);

// A .npy file mapped into memory: opens in microseconds whatever its size, and reads from the disk what is touched.
// Where the bytes cannot be used as they are (the other byte order, float16), the values are read into memory instead.
// The file must not be shortened while it is mapped.
class MappedNpy {
 public:
  explicit MappedNpy(const std::filesystem::path& path);
  ~MappedNpy();
  MappedNpy(MappedNpy&&) noexcept;
  MappedNpy& operator=(MappedNpy&&) noexcept;

  // Valid as long as this object.
  const DataView& view() const { return view_; }
  bool mapped() const { return mapping_ != nullptr; }

 private:
  struct Mapping;
  std::unique_ptr<Mapping> mapping_;
  TypedArray copy_;
  DataView view_;
};

}  // namespace wavetrain::files
