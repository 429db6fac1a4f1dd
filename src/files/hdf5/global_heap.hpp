// The global heap: where variable-length texts lie.
#pragma once

#include <map>
#include <string_view>

#include "cursor.hpp"
#include "source.hpp"

namespace wavetrain::files::hdf5 {

class GlobalHeap {
 public:
  explicit GlobalHeap(Source& source) : source_(source) {}

  // The text that `reference` (length, collection's address, index) points to; valid as long as the file.
  std::string_view text(Cursor reference);

 private:
  using Collection = std::map<std::uint32_t, ByteSpan>;  // objects by their index

  const Collection& collection(std::uint64_t address);

  Source& source_;
  std::map<std::uint64_t, Collection> collections_;
};

}  // namespace wavetrain::files::hdf5
