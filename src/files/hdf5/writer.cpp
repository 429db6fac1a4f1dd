#include <algorithm>
#include <cstring>

#include <fmt/format.h>

#include "encode.hpp"
#include "wavetrain/error.hpp"

namespace wavetrain::files::hdf5 {
namespace {

// The library's defaults, stated in the superblock: 2 * 4 entries in a group's leaf node, 2 * 16 children in a tree
// node.
constexpr std::size_t kLeafEntries = 8;
constexpr std::size_t kTreeChildren = 32;
constexpr std::uint64_t kSymbolEntrySize = 8 + 8 + 4 + 4 + 16;
constexpr std::uint64_t kLeafSize = 8 + kLeafEntries * kSymbolEntrySize;
constexpr std::uint64_t kTreeSize = 8 + 2 * 8 + kTreeChildren * 8 + (kTreeChildren + 1) * 8;
constexpr std::uint64_t kSuperblockSize = 56 + kSymbolEntrySize;
constexpr std::uint64_t kNoFreeSpace = 1;  // in a local heap

// Where an object lies; groups are also cached in the entry that names them.
struct Placed {
  std::uint64_t header = 0;
  bool is_group = false;
  std::uint64_t tree = 0;
  std::uint64_t heap = 0;
};

class Writer {
 public:
  Bytes write(const Group& root) {
    allocate(kSuperblockSize);
    texts_.collect(root);
    texts_.place(file_);
    const Placed placed = group(root);
    Encoder superblock;
    superblock.text("\x89HDF\r\n\x1A\n").u8(0).u8(0).u8(0).u8(0).u8(0).u8(8).u8(8).u8(0);
    superblock.u16(kLeafEntries / 2).u16(kTreeChildren / 2).u32(0);
    superblock.u64(0).u64(kUndefined).u64(file_.size()).u64(kUndefined);
    symbol_entry(superblock, 0, placed);
    store(0, superblock);
    return std::move(file_);
  }

 private:
  // New space, at a multiple of eight bytes as everything in the format is, filled with zeros.
  std::uint64_t allocate(std::uint64_t size) {
    file_.resize((file_.size() + 7) / 8 * 8);
    const std::uint64_t address = file_.size();
    file_.resize(file_.size() + size);
    return address;
  }

  void store(std::uint64_t address, const Encoder& content) {
    std::copy(content.bytes().begin(), content.bytes().end(), file_.begin() + static_cast<std::ptrdiff_t>(address));
  }

  static void symbol_entry(Encoder& out, std::uint64_t name, const Placed& placed) {
    out.u64(name).u64(placed.header).u32(placed.is_group ? 1 : 0).u32(0).u64(placed.tree).u64(placed.heap);
  }

  Placed group(const Group& group) {
    // Names of both kinds in one order.
    std::map<std::string_view, Placed> members;
    for (const auto& [name, child] : group.groups) {
      check_name(name);
      members.emplace(name, this->group(child));
    }
    for (const auto& [name, child] : group.datasets) {
      check_name(name);
      if (!members.emplace(name, dataset(child)).second) {
        throw ValueError(fmt::format("'{}' names both a group and a dataset.", name));
      }
    }
    Placed placed;
    placed.is_group = true;
    std::vector<std::uint64_t> name_offsets;
    placed.heap = local_heap(members, name_offsets);
    placed.tree = tree(members, name_offsets);
    Header header;
    header.add(kSymbolTableMessage, Encoder().u64(placed.tree).u64(placed.heap));
    placed.header = object_header(header, group.attributes);
    return placed;
  }

  static void check_name(const std::string& name) {
    if (name.empty() || name == "." || name.find_first_of(std::string_view("/\0", 2)) != std::string::npos) {
      throw ValueError(fmt::format("'{}' cannot name an HDF5 object.", name));
    }
  }

  // The names of a group's members, each ending with zero and padded to eight bytes; the first eight stay empty.
  std::uint64_t local_heap(const std::map<std::string_view, Placed>& members,
                           std::vector<std::uint64_t>& name_offsets) {
    Encoder names;
    names.u64(0);
    for (const auto& [name, unused] : members) {
      name_offsets.push_back(names.size());
      names.text(name).u8(0).pad(8);
    }
    const std::uint64_t address = allocate(32);
    const std::uint64_t content = allocate(names.size());
    store(address, Encoder().text("HEAP").u32(0).u64(names.size()).u64(kNoFreeSpace).u64(content));
    store(content, names);
    return address;
  }

  struct Node {
    std::uint64_t address;
    std::uint64_t last_name;  // offset in the local heap of the largest name below
  };

  // Leaves of up to eight members, then levels of tree nodes above them until one is left.
  std::uint64_t tree(const std::map<std::string_view, Placed>& members,
                     const std::vector<std::uint64_t>& name_offsets) {
    std::vector<Node> nodes;
    auto member = members.begin();
    for (std::size_t first = 0; first < members.size(); first += kLeafEntries) {
      const std::size_t count = std::min(kLeafEntries, members.size() - first);
      Encoder leaf;
      leaf.text("SNOD").u8(1).u8(0).u16(count);
      for (std::size_t i = 0; i < count; ++i, ++member) symbol_entry(leaf, name_offsets[first + i], member->second);
      nodes.push_back({allocate(kLeafSize), name_offsets[first + count - 1]});
      store(nodes.back().address, leaf);
    }
    int level = 0;
    do nodes = tree_level(nodes, level++);
    while (nodes.size() > 1);
    return nodes[0].address;
  }

  std::vector<Node> tree_level(const std::vector<Node>& children, int level) {
    const std::size_t count = std::max<std::size_t>(1, (children.size() + kTreeChildren - 1) / kTreeChildren);
    const std::uint64_t first_address = allocate(count * kTreeSize);
    std::vector<Node> nodes;
    std::uint64_t lower = 0;  // the key left of a child is not less than any name left of it
    for (std::size_t n = 0; n < count; ++n) {
      const std::size_t first = n * kTreeChildren;
      const std::size_t used = std::min(kTreeChildren, children.size() - first);
      const auto address_of = [&](std::size_t node) { return first_address + node * kTreeSize; };
      Encoder node;
      node.text("TREE").u8(0).u8(static_cast<std::uint64_t>(level)).u16(used);
      node.u64(n > 0 ? address_of(n - 1) : kUndefined).u64(n + 1 < count ? address_of(n + 1) : kUndefined);
      node.u64(lower);
      for (std::size_t i = 0; i < used; ++i) {
        node.u64(children[first + i].address).u64(children[first + i].last_name);
        lower = children[first + i].last_name;
      }
      nodes.push_back({address_of(n), lower});
      store(address_of(n), node);
    }
    return nodes;
  }

  Placed dataset(const Dataset& dataset) {
    const Encoder type = encode_datatype(dataset);
    const Bytes content = encode_elements(dataset, nullptr);
    Header header;
    header.add(kDataspaceMessage, encode_dataspace(dataset.shape));
    header.add(kDatatypeMessage, type);
    // Version 2: space is allocated late, filled when it was set, with the default of zeros.
    header.add(kFillValueMessage, Encoder().u8(2).u8(2).u8(2).u8(1).u32(0));
    const std::uint64_t address = content.empty() ? kUndefined : allocate(content.size());
    std::copy(content.begin(), content.end(), file_.end() - static_cast<std::ptrdiff_t>(content.size()));
    header.add(kLayoutMessage, Encoder().u8(3).u8(1).u64(address).u64(content.size()));
    Placed placed;
    placed.header = object_header(header, dataset.attributes);
    return placed;
  }

  std::uint64_t object_header(Header& header, const Attributes& attributes) {
    for (const auto& [name, value] : attributes) header.add(kAttributeMessage, encode_attribute(name, value, texts_));
    const Encoder bytes = header.finish();
    const std::uint64_t address = allocate(bytes.size());
    store(address, bytes);
    return address;
  }

  Bytes file_;
  TextPool texts_;
};

}  // namespace

Bytes serialize(const Group& root) { return Writer().write(root); }

}  // namespace wavetrain::files::hdf5
