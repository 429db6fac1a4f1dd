// The six ways in which a dataset's chunks can be indexed.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "chunks.hpp"

namespace wavetrain::files::hdf5 {

struct Chunk {
  std::vector<std::uint64_t> position;  // in chunks along each axis
  std::uint64_t address;
  std::uint64_t size;             // bytes in the file
  std::uint32_t skipped_filters;  // a bit for every filter that was left out
};

// Bytes of a whole chunk without filters.
std::uint64_t chunk_bytes(const ChunkedData& data);

// Calls visit for every chunk that is stored, in any order.
void visit_chunks(Source& source, const ChunkedData& data, const std::function<void(const Chunk&)>& visit);

// Arrays of chunks by number; visit(number, entry) with the entry's bytes, for all numbers below `count` that have
// space in the file. The entries themselves can still have no address.
using VisitEntry = std::function<void(std::uint64_t number, Cursor entry)>;
void visit_fixed_array(Source& source, std::uint64_t address, std::uint64_t count, const VisitEntry& visit);
void visit_extensible_array(Source& source, std::uint64_t address, std::uint64_t count, const VisitEntry& visit);

}  // namespace wavetrain::files::hdf5
