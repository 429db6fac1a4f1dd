#include "btree2.hpp"

#include <bit>
#include <limits>
#include <vector>

namespace wavetrain::files::hdf5 {
namespace {

// Signature, version, type, checksum.
constexpr std::uint64_t kNodeFrame = 4 + 1 + 1 + 4;

struct Level {
  std::uint64_t max_records;  // of a node at this level
  std::uint64_t max_total;    // of a node with everything below it
  int total_size;             // bytes of a field that holds max_total
};

struct Tree2Walk {
  Source& source;
  int type;
  std::uint64_t node_size;
  std::uint64_t record_size;
  const std::function<void(Cursor)>& visit;
  std::vector<Level> levels;

  // Field widths are not stored; they follow from how many records fit into a node.
  void compute_levels(int depth) {
    const std::uint64_t leaf = (node_size - kNodeFrame) / record_size;
    levels.push_back({leaf, leaf, 0});
    for (int d = 1; d <= depth; ++d) {
      const Level& below = levels.back();
      const std::uint64_t pointer = pointer_size(below);
      const std::uint64_t records =
          node_size > kNodeFrame + pointer ? (node_size - kNodeFrame - pointer) / (record_size + pointer) : 0;
      const std::uint64_t total =
          checked_sum(checked_product(records + 1, below.max_total, "B-tree"), records, "B-tree");
      levels.push_back({records, total, bytes_for(total)});
    }
  }

  std::uint64_t pointer_size(const Level& below) const {
    return static_cast<std::uint64_t>(source.sizes.offset + bytes_for(levels[0].max_records) + below.total_size);
  }

  void node(std::uint64_t address, int depth, std::uint64_t count) {
    const Level& level = levels[static_cast<std::size_t>(depth)];
    if (count > level.max_records) {
      throw FileError(
          fmt::format("B-tree node at byte {} has {} records, at most {} fit", address, count, level.max_records));
    }
    // The checksum follows the last field; the rest of the node is unused.
    const std::uint64_t pointers =
        depth == 0 ? 0 : (count + 1) * pointer_size(levels[static_cast<std::size_t>(depth - 1)]);
    Cursor body = source.checked(address, kNodeFrame + count * record_size + pointers, "B-tree node");
    body.expect_signature(depth == 0 ? "BTLF" : "BTIN");
    body.expect_version(0);
    if (const int found = body.u8(); found != type) body.fail(fmt::format("has type {}, expected {}", found, type));
    std::vector<Cursor> records;
    for (std::uint64_t i = 0; i < count; ++i) records.push_back(body.part(record_size, "B-tree record"));
    if (depth == 0) {
      for (const Cursor& record : records) visit(record);
      return;
    }
    for (std::uint64_t i = 0; i <= count; ++i) {
      const std::uint64_t child = body.offset();
      const std::uint64_t child_count = body.uint(bytes_for(levels[0].max_records));
      body.skip(static_cast<std::uint64_t>(levels[static_cast<std::size_t>(depth - 1)].total_size));
      node(child, depth - 1, child_count);
      if (i < count) visit(records[static_cast<std::size_t>(i)]);
    }
  }
};

}  // namespace

int bytes_for(std::uint64_t limit) { return limit == 0 ? 1 : (bits_of(limit) - 1) / 8 + 1; }

void visit_btree2(Source& source, std::uint64_t address, Tree2Kind kind, const std::function<void(Cursor)>& visit) {
  const FieldSizes sizes = source.sizes;
  const auto size = static_cast<std::uint64_t>(4 + 1 + 1 + 4 + 2 + 2 + 1 + 1 + sizes.offset + 2 + sizes.length + 4);
  Cursor head = source.checked(address, size, "B-tree header");
  head.expect_signature("BTHD");
  head.expect_version(0);
  const int type = head.u8();
  if (type != static_cast<int>(kind)) head.fail(fmt::format("has type {}, expected {}", type, static_cast<int>(kind)));
  const std::uint64_t node_size = head.u32();
  const std::uint64_t record_size = head.u16();
  const int depth = head.u16();
  head.skip(2);  // when nodes are split and merged
  const std::uint64_t root = head.offset();
  const std::uint64_t root_count = head.u16();
  if (root_count == 0) return;
  constexpr int kMaxDepth = 32;  // with two records a node, more than any file has
  if (record_size == 0 || node_size < kNodeFrame + record_size || depth > kMaxDepth) {
    head.fail(fmt::format("has nodes of {} bytes, records of {} and depth {}", node_size, record_size, depth));
  }
  Tree2Walk walk{source, type, node_size, record_size, visit, {}};
  walk.compute_levels(depth);
  walk.node(root, depth, root_count);
}

}  // namespace wavetrain::files::hdf5
