#include <gtest/gtest.h>

#include "files/damage.hpp"
#include "files/data.hpp"
#include "wavetrain/files/hdf5.hpp"

namespace wavetrain::files::hdf5 {
namespace {

// A small expansion, so that a damaged size cannot make the test slow.
void read(ByteSpan bytes) { parse(bytes, {.expansion = 1 << 20}); }

TEST(Hdf5DamageTest, CutAtEveryByte) {
  Group tree;
  tree.put("a/b", Array{1.0f, 2.0f}).attributes["text"] = "x";
  const Bytes file = serialize(tree);
  const auto counts = testing::with_damage(file, 1, 0, read);
  EXPECT_EQ(counts.read, 0);
  EXPECT_EQ(counts.refused, static_cast<int>(file.size()));
}

TEST(Hdf5DamageTest, ChangedBytes) {
  for (const char* name : {"types_earliest.h5", "types_latest.h5", "chunked_earliest.h5", "chunked_latest.h5",
                           "many_earliest.h5", "many_latest.h5", "huge_attribute.h5", "keras2.h5"}) {
    const auto counts = testing::with_damage(testing::data_file(name), 97, 2000, read);
    EXPECT_GT(counts.refused, 100) << name;
    EXPECT_GT(counts.read, 10) << name;
  }
}

// Pointers that lead back: a group that contains itself, through the address of its own header.
TEST(Hdf5DamageTest, CyclesAreRefused) {
  Group tree;
  tree.make_group("child");
  const Bytes file = serialize(tree);
  int refused = 0;
  for (std::size_t at = 0; at + 8 <= file.size(); at += 8) {
    for (std::size_t target = 0; target < file.size(); target += 8) {
      Bytes changed = file;
      for (int b = 0; b < 8; ++b) changed[at + static_cast<std::size_t>(b)] = static_cast<std::byte>(target >> (8 * b));
      try {
        read(changed);
      } catch (const FileError&) {
        ++refused;
      }
    }
  }
  EXPECT_GT(refused, 1000);
}

}  // namespace
}  // namespace wavetrain::files::hdf5
