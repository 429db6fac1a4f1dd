// Datatypes and dataspaces: how elements are stored, and how many there are.
#pragma once

#include <bit>
#include <cstdint>
#include <string>
#include <vector>

#include "cursor.hpp"
#include "source.hpp"
#include "wavetrain/files/hdf5.hpp"

namespace wavetrain::files::hdf5 {

struct Datatype {
  DType dtype = DType::other;
  std::size_t size = 0;  // bytes of one element in the file
  std::endian order = std::endian::little;
  bool variable_length = false;  // a text outside, in the global heap
  int padding = 0;               // of fixed-length text: 0 ends with a zero byte, 1 filled with zeros, 2 with spaces
  std::string name;              // for messages, and for types that are not decoded
};

// Never throws for a type that is merely unusual: that becomes DType::other with its name.
Datatype parse_datatype(Cursor message);

struct Dataspace {
  std::vector<std::uint64_t> dims;
  std::vector<std::uint64_t> max_dims;  // kUndefined is unlimited; as dims when the file states none
  bool null = false;                    // holds nothing at all

  // Number of elements; throws FileError on overflow.
  std::uint64_t count() const;
  // Throws FileError for more dimensions than wavetrain has, or sizes beyond Index. A null space has shape (0,).
  Shape shape() const;
};

Dataspace parse_dataspace(Cursor message);

class GlobalHeap;

// Makes values from the elements' bytes as the file has them: `raw` holds count() * size bytes.
Data decode(Source& source, GlobalHeap& heap, const Datatype& type, const Dataspace& space, ByteSpan raw);

}  // namespace wavetrain::files::hdf5
