// B-trees of version 1: the index of old groups and of old chunked datasets.
#pragma once

#include <cstdint>
#include <functional>

#include "cursor.hpp"
#include "source.hpp"

namespace wavetrain::files::hdf5 {

enum class Tree1Kind : int { group = 0, chunks = 1 };

// Calls visit(key, child) for every entry of every leaf, in order. `key_size` is the bytes of a key; `key` stands in
// front of the child's address `child`. Throws FileError for damaged nodes; levels must descend by one, so that a tree
// cannot contain itself.
void visit_btree1(Source& source, std::uint64_t address, Tree1Kind kind, std::uint64_t key_size,
                  const std::function<void(Cursor key, std::uint64_t child)>& visit);

}  // namespace wavetrain::files::hdf5
