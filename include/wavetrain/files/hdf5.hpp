// HDF5 files as a tree in memory: the part of the format in which Keras keeps weights.
//
// Reading covers what Keras 2 and 3, h5py and libhdf5 write by default or with libver="latest": superblocks 0 to 3, old
// and new groups and attributes, contiguous, compact and chunked datasets with every kind of chunk index, the filters
// deflate, shuffle and fletcher32 (checked), and fixed and variable-length strings. Refused by name: soft and external
// links, objects linked twice, external and virtual data, committed datatypes, shared messages, other filters. Files
// are untrusted: every offset and size is checked, checksums are verified, nothing recurses or allocates beyond the
// `Limits`. Source of the layout: "HDF5 File Format Specification Version 3.0", The HDF Group.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "wavetrain/array.hpp"
#include "wavetrain/files/io.hpp"

namespace wavetrain::files::hdf5 {

enum class DType {
  float16,
  bfloat16,
  float32,
  float64,
  int8,
  int16,
  int32,
  int64,
  uint8,
  uint16,
  uint32,
  uint64,
  boolean,
  string,
  other,  // seen in the file and named in `Data::type_name`, but not decoded
};

const char* to_string(DType type);
// Bytes of one number; 0 for string and other.
std::size_t size_of(DType type);

// Numbers or texts with a shape: what a dataset or an attribute holds.
struct Data {
  DType dtype = DType::float32;
  Shape shape;
  Bytes bytes;                       // numbers: row-major, in the machine's byte order
  std::vector<std::string> strings;  // texts, when dtype is string
  std::string type_name;             // how the file's type is called; filled in by the reader
  // Writing texts: 0 writes variable-length UTF-8 (attributes only), n > 0 writes n bytes each, padded with zeros.
  std::size_t fixed_length = 0;

  Data() = default;
  Data(std::string_view text);                                     // NOLINT: implicit on purpose; a scalar text
  Data(const char* text) : Data(std::string_view(text)) {}         // NOLINT
  Data(const std::string& text) : Data(std::string_view(text)) {}  // NOLINT
  Data(std::vector<std::string> texts);                            // NOLINT: rank 1
  Data(const ConstView& values);                                   // NOLINT: float32
  Data(const Array& values) : Data(values.view()) {}               // NOLINT
  static Data scalar(float value);
  static Data scalar(std::int32_t value);
  static Data scalar(std::int64_t value);

  // Values converted one by one (a bool is 0 or 1). Throws FileError for text and undecoded types.
  Array to_float32() const;
  BasicArray<double> to_double() const;
  // Throws FileError for floating point numbers as well, and for unsigned ones beyond int64.
  BasicArray<std::int64_t> to_int64() const;
  // Throw FileError for anything but text; `text` also for more than one.
  const std::vector<std::string>& to_strings() const;
  const std::string& text() const;

  friend bool operator==(const Data& a, const Data& b);
};

using Attributes = std::map<std::string, Data, std::less<>>;

struct Dataset : Data {
  using Data::Data;
  Dataset() = default;
  Dataset(Data data) : Data(std::move(data)) {}  // NOLINT: implicit on purpose
  Attributes attributes;

  friend bool operator==(const Dataset&, const Dataset&) = default;
};

struct Group {
  Attributes attributes;
  // Sorted by the bytes of their names ("10" before "2"), as HDF5 keeps them. No name is in both.
  std::map<std::string, Group, std::less<>> groups;
  std::map<std::string, Dataset, std::less<>> datasets;

  // By path, "layers/dense/vars"; a leading slash is ignored and "" is this group. Null when there is none.
  const Group* find_group(std::string_view path) const;
  const Dataset* find_dataset(std::string_view path) const;
  // As find, but throw FileError naming the path.
  const Group& group(std::string_view path) const;
  const Dataset& dataset(std::string_view path) const;
  // Creates what is missing on the way. Throw ValueError where a dataset stands in the way, or for an empty name.
  Group& make_group(std::string_view path);
  Dataset& put(std::string_view path, Dataset dataset);

  friend bool operator==(const Group&, const Group&) = default;
};

// Texts of a list attribute, joined from `name`0, `name`1 … when it was split because HDF5 keeps at most 64 KiB in one.
// Null pointer semantics by emptiness: returns false when there is neither, leaving `texts` alone.
bool get_split_attribute(const Attributes& attributes, std::string_view name, std::vector<std::string>& texts);
// Writes texts as fixed-length ones, split as Keras does when they need more than 64512 bytes.
// Throws ValueError when a single text is longer than that.
void set_split_attribute(Attributes& attributes, std::string_view name, const std::vector<std::string>& texts);

struct Limits {
  int depth = 64;  // of groups within groups
  // Memory that may be used beyond the file's own size: by inflating, fill values, strings and small objects.
  std::uint64_t expansion = std::uint64_t{1} << 30;
};

// Says by its path ("/optimizer/vars") whether an object is read, with all that is in it.
using PathFilter = std::function<bool(std::string_view path)>;

// Reads a whole file, or what `wanted` asks for. Time and memory are linear in its size plus `limits.expansion`. Throws
// FileError naming the object's path, the position in the file, what was found and what was expected.
Group parse(ByteSpan file, const Limits& limits = {}, const PathFilter& wanted = {});

// Writes superblock version 0, symbol-table groups, contiguous datasets and version-1 attributes, which every HDF5
// library since 1.4 reads. The same tree gives the same bytes. Throws ValueError for what the format or this writer
// cannot hold: attributes over 64 KiB, variable-length texts in datasets or with zero bytes inside, values that do not
// fill the shape.
Bytes serialize(const Group& root);

}  // namespace wavetrain::files::hdf5
