#include <gtest/gtest.h>

#include "files/hdf5/storage.hpp"
#include "wavetrain/error.hpp"

namespace wavetrain::files::hdf5 {
namespace {

Bytes bytes_of(std::initializer_list<int> values) {
  Bytes bytes;
  for (const int value : values) bytes.push_back(static_cast<std::byte>(value));
  return bytes;
}

Bytes shuffled(std::uint32_t element_size, const Bytes& stored) {
  Filter filter;
  filter.id = 2;
  filter.values = {element_size};
  return unfiltered({filter}, 0, Cursor(stored, 0, {}, "Chunk"), stored.size());
}

TEST(Hdf5Filters, UndoShuffling) {
  EXPECT_EQ(shuffled(2, bytes_of({1, 3, 5, 2, 4, 6, 7})), bytes_of({1, 2, 3, 4, 5, 6, 7}));
  EXPECT_EQ(shuffled(1, bytes_of({1, 2})), bytes_of({1, 2}));
}

// A size beyond the chunk's: once, this looped four billion times over nothing.
TEST(Hdf5Filters, ShuffledElementsLargerThanTheChunkTakeNoTime) {
  for (int i = 0; i < 100; ++i) EXPECT_EQ(shuffled(0xFFFFFFFFu, bytes_of({1, 2, 3})), bytes_of({1, 2, 3}));
}

}  // namespace
}  // namespace wavetrain::files::hdf5
