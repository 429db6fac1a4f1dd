// B-trees of version 2: the index of dense links and attributes, of huge heap objects, and of some chunked datasets.
#pragma once

#include <cstdint>
#include <functional>

#include "cursor.hpp"
#include "source.hpp"

namespace wavetrain::files::hdf5 {

// What the records describe.
enum class Tree2Kind : int {
  huge_objects = 1,
  links_by_name = 5,
  attributes_by_name = 8,
  chunks = 10,
  filtered_chunks = 11,
};

// Calls visit(record) for every record, in order. Throws FileError for damaged nodes.
void visit_btree2(Source& source, std::uint64_t address, Tree2Kind kind, const std::function<void(Cursor)>& visit);

// Bytes that hold any number up to `limit`.
int bytes_for(std::uint64_t limit);

}  // namespace wavetrain::files::hdf5
