// The two array indices for chunks: "fixed array" and "extensible array".
//
// Both keep entries in data blocks. A block longer than a page is cut into pages, each with its own checksum, and bits
// tell which pages have been written; the space of the others holds nothing of meaning.

#include <algorithm>
#include <bit>

#include "chunk_index.hpp"

namespace wavetrain::files::hdf5 {
namespace {

bool bit_at(ByteSpan bits, std::uint64_t i) {
  return ((std::to_integer<unsigned>(bits[static_cast<std::size_t>(i / 8)]) << (i % 8)) & 0x80) != 0;
}

struct Pages {
  std::uint64_t first_number;  // of the block's first entry
  std::uint64_t entries;       // in the block
  std::uint64_t entries_each;  // in a page
  std::uint64_t entry_size;
};

// The pages begin at `address`.
void visit_pages(Source& source, std::uint64_t address, const Pages& pages, ByteSpan written, std::uint64_t count,
                 const VisitEntry& visit) {
  const std::uint64_t page_size = pages.entries_each * pages.entry_size + 4;
  for (std::uint64_t page = 0; page * pages.entries_each < pages.entries; ++page) {
    const std::uint64_t first = page * pages.entries_each;
    if (pages.first_number + first >= count) return;
    if (!bit_at(written, page)) continue;
    const std::uint64_t here = std::min(pages.entries_each, pages.entries - first);
    Cursor body = source.checked(address + page * page_size, here * pages.entry_size + 4, "Chunk index page");
    for (std::uint64_t i = 0; i < here && pages.first_number + first + i < count; ++i) {
      visit(pages.first_number + first + i, body.part(pages.entry_size, "Chunk index entry"));
    }
  }
}

void visit_entries(Cursor& body, std::uint64_t first, std::uint64_t entries, std::uint64_t entry_size,
                   std::uint64_t count, const VisitEntry& visit) {
  for (std::uint64_t i = 0; i < entries; ++i) {
    const Cursor entry = body.part(entry_size, "Chunk index entry");
    if (first + i < count) visit(first + i, entry);
  }
}

// What stands at the start of every block: signature, version, kind of entries, address of the array's header.
void expect_block(Cursor& body, std::string_view signature, std::uint64_t header) {
  body.expect_signature(signature);
  body.expect_version(0);
  body.skip(1);
  if (body.offset() != header) body.fail("belongs to another array");
}

}  // namespace

void visit_fixed_array(Source& source, std::uint64_t address, std::uint64_t count, const VisitEntry& visit) {
  const auto offset = static_cast<std::uint64_t>(source.sizes.offset);
  const auto length = static_cast<std::uint64_t>(source.sizes.length);
  Cursor head = source.checked(address, 4 + 1 + 1 + 1 + 1 + length + offset + 4, "Fixed array");
  head.expect_signature("FAHD");
  head.expect_version(0);
  head.skip(1);
  const std::uint64_t entry_size = head.u8();
  const int page_bits = head.u8();
  const std::uint64_t entries = head.length();
  const std::uint64_t block = head.offset();
  if (entry_size < offset || page_bits > 62) head.fail("has an impossible layout");
  if (entries < count) head.fail(fmt::format("has {} entries, the dataset {} chunks", entries, count));
  if (block == kUndefined) return;

  const std::uint64_t page_entries = std::uint64_t{1} << page_bits;
  const std::uint64_t prefix = 4 + 1 + 1 + offset;
  if (entries <= page_entries) {
    const std::uint64_t size =
        checked_sum(checked_product(entries, entry_size, "Fixed array"), prefix + 4, "Fixed array");
    Cursor body = source.checked(block, size, "Fixed array block");
    expect_block(body, "FADB", address);
    visit_entries(body, 0, entries, entry_size, count, visit);
    return;
  }
  const std::uint64_t pages = entries / page_entries + (entries % page_entries != 0 ? 1 : 0);
  const std::uint64_t bits = (pages + 7) / 8;
  Cursor body = source.checked(block, prefix + bits + 4, "Fixed array block");
  expect_block(body, "FADB", address);
  visit_pages(source, block + prefix + bits + 4, {0, entries, page_entries, entry_size}, body.bytes(bits), count,
              visit);
}

namespace {

// An extensible array: a few entries in an index block, then data blocks that double in size, addressed by the index
// block and, further on, by "super blocks". Super block s (counted from 0, the first ones being part of the index
// block) has 2^(s/2) data blocks with 2^((s+1)/2) * least entries each.
class ExtensibleArray {
 public:
  ExtensibleArray(Source& source, std::uint64_t address, std::uint64_t count, const VisitEntry& visit)
      : source_(source),
        address_(address),
        count_(count),
        visit_(visit),
        offset_(static_cast<std::uint64_t>(source.sizes.offset)) {
    const auto length = static_cast<std::uint64_t>(source.sizes.length);
    Cursor head = source.checked(address, 4 + 8 + 6 * length + offset_ + 4, "Extensible array");
    head.expect_signature("EAHD");
    head.expect_version(0);
    head.skip(1);
    entry_size_ = head.u8();
    max_bits_ = head.u8();
    index_entries_ = head.u8();
    least_entries_ = head.u8();
    least_pointers_ = head.u8();
    page_bits_ = head.u8();
    head.skip(6 * length);  // statistics
    index_block_ = head.offset();
    if (entry_size_ < offset_ || max_bits_ < 1 || max_bits_ > 62 || !std::has_single_bit(least_entries_) ||
        !std::has_single_bit(least_pointers_) || page_bits_ > 62 || bits_of(least_entries_) - 1 > max_bits_) {
      head.fail("has an impossible layout");
    }
  }

  void visit_all() {
    if (index_block_ == kUndefined || count_ == 0) return;
    const std::uint64_t direct = 2 * (least_pointers_ - 1);  // data blocks that the index block addresses itself
    const int first_super = 2 * (bits_of(least_pointers_) - 1);
    const int all_supers = 1 + max_bits_ - (bits_of(least_entries_) - 1);
    const int supers = std::max(0, all_supers - first_super);
    const std::uint64_t pointers = direct + static_cast<std::uint64_t>(supers);
    Cursor body = source_.checked(index_block_, prefix() + index_entries_ * entry_size_ + pointers * offset_ + 4,
                                  "Extensible array index");
    expect_block(body, "EAIB", address_);
    visit_entries(body, 0, index_entries_, entry_size_, count_, visit_);
    std::uint64_t first = index_entries_;
    for (int s = 0; s < std::min(first_super, all_supers); ++s) {
      for (std::uint64_t i = 0; i < blocks_in(s) && first < count_; ++i, first += entries_in(s)) {
        visit_block(body.offset(), first, entries_in(s), {});
      }
    }
    for (int s = first_super; s < all_supers && first < count_; ++s) {
      visit_super(body.offset(), first, s);
      first += blocks_in(s) * entries_in(s);
    }
  }

 private:
  static std::uint64_t blocks_in(int super) { return std::uint64_t{1} << (super / 2); }
  std::uint64_t entries_in(int super) const { return least_entries_ << ((super + 1) / 2); }
  std::uint64_t prefix() const { return 4 + 1 + 1 + offset_; }
  std::uint64_t position_size() const { return static_cast<std::uint64_t>((max_bits_ + 7) / 8); }
  std::uint64_t page_entries() const { return std::uint64_t{1} << page_bits_; }

  void visit_super(std::uint64_t address, std::uint64_t first, int super) {
    if (address == kUndefined) return;
    const std::uint64_t blocks = blocks_in(super);
    const std::uint64_t entries = entries_in(super);
    const std::uint64_t bits = entries > page_entries() ? (entries / page_entries() + 7) / 8 : 0;
    const std::uint64_t size = checked_sum(checked_product(blocks, bits + offset_, "Extensible array"),
                                           prefix() + position_size() + 4, "Extensible array");
    Cursor body = source_.checked(address, size, "Extensible array super block");
    expect_block(body, "EASB", address_);
    body.skip(position_size());
    const ByteSpan written = body.bytes(blocks * bits);
    for (std::uint64_t i = 0; i < blocks && first < count_; ++i, first += entries) {
      visit_block(body.offset(), first, entries,
                  written.subspan(static_cast<std::size_t>(i * bits), static_cast<std::size_t>(bits)));
    }
  }

  void visit_block(std::uint64_t address, std::uint64_t first, std::uint64_t entries, ByteSpan written) {
    if (address == kUndefined) return;
    const std::uint64_t frame = prefix() + position_size();
    if (entries <= page_entries() || written.empty()) {
      const std::uint64_t content = checked_product(entries, entry_size_, "Extensible array");
      Cursor body =
          source_.checked(address, checked_sum(content, frame + 4, "Extensible array"), "Extensible array block");
      expect_block(body, "EADB", address_);
      body.skip(position_size());
      visit_entries(body, first, entries, entry_size_, count_, visit_);
      return;
    }
    Cursor body = source_.checked(address, frame + 4, "Extensible array block");
    expect_block(body, "EADB", address_);
    visit_pages(source_, address + frame + 4, {first, entries, page_entries(), entry_size_}, written, count_, visit_);
  }

  Source& source_;
  std::uint64_t address_;
  std::uint64_t count_;
  const VisitEntry& visit_;
  std::uint64_t offset_;
  std::uint64_t entry_size_ = 0;
  int max_bits_ = 0;
  std::uint64_t index_entries_ = 0;
  std::uint64_t least_entries_ = 0;
  std::uint64_t least_pointers_ = 0;
  int page_bits_ = 0;
  std::uint64_t index_block_ = kUndefined;
};

}  // namespace

void visit_extensible_array(Source& source, std::uint64_t address, std::uint64_t count, const VisitEntry& visit) {
  ExtensibleArray(source, address, count, visit).visit_all();
}

}  // namespace wavetrain::files::hdf5
