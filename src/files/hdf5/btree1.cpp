#include "btree1.hpp"

namespace wavetrain::files::hdf5 {
namespace {

struct Tree1Walk {
  Source& source;
  Tree1Kind kind;
  std::uint64_t key_size;
  const std::function<void(Cursor, std::uint64_t)>& visit;

  // `expected_level` is negative for the root, which may have any.
  void node(std::uint64_t address, int expected_level) {
    const auto sizes = source.sizes;
    const std::uint64_t prefix = 8 + 2 * static_cast<std::uint64_t>(sizes.offset);
    Cursor head = source.at(address, prefix, "B-tree node");
    head.expect_signature("TREE");
    if (const int found = head.u8(); found != static_cast<int>(kind)) {
      head.fail(fmt::format("has type {}, expected {}", found, static_cast<int>(kind)));
    }
    const int level = head.u8();
    if (expected_level >= 0 && level != expected_level) {
      head.fail(fmt::format("has level {}, expected {}", level, expected_level));
    }
    const std::uint64_t entries = head.u16();
    const std::uint64_t entry_size = key_size + static_cast<std::uint64_t>(sizes.offset);
    Cursor body = source.at(address + prefix, entries * entry_size, "B-tree node");
    for (std::uint64_t i = 0; i < entries; ++i) {
      const Cursor key = body.part(key_size, "B-tree key");
      const std::uint64_t child = body.offset();
      if (level == 0) visit(key, child);
      else node(child, level - 1);
    }
  }
};

}  // namespace

void visit_btree1(Source& source, std::uint64_t address, Tree1Kind kind, std::uint64_t key_size,
                  const std::function<void(Cursor, std::uint64_t)>& visit) {
  Tree1Walk{source, kind, key_size, visit}.node(address, -1);
}

}  // namespace wavetrain::files::hdf5
