// The pieces that the writer puts together: fields, messages, texts.
#pragma once

#include <cstdint>
#include <map>
#include <string_view>
#include <vector>

#include "cursor.hpp"
#include "wavetrain/files/hdf5.hpp"

namespace wavetrain::files::hdf5 {

inline constexpr int kDataspaceMessage = 0x01;
inline constexpr int kDatatypeMessage = 0x03;
inline constexpr int kFillValueMessage = 0x05;
inline constexpr int kLayoutMessage = 0x08;
inline constexpr int kAttributeMessage = 0x0C;
inline constexpr int kSymbolTableMessage = 0x11;

// Appends little-endian fields.
class Encoder {
 public:
  Encoder& uint(std::uint64_t value, int size) {
    for (int i = 0; i < size; ++i) bytes_.push_back(static_cast<std::byte>(value >> (8 * i)));
    return *this;
  }
  Encoder& u8(std::uint64_t value) { return uint(value, 1); }
  Encoder& u16(std::uint64_t value) { return uint(value, 2); }
  Encoder& u32(std::uint64_t value) { return uint(value, 4); }
  Encoder& u64(std::uint64_t value) { return uint(value, 8); }
  Encoder& raw(ByteSpan value) {
    bytes_.insert(bytes_.end(), value.begin(), value.end());
    return *this;
  }
  Encoder& text(std::string_view value) { return raw(as_bytes(value)); }
  // Zeros up to a multiple of `alignment`.
  Encoder& pad(std::size_t alignment) {
    bytes_.resize((bytes_.size() + alignment - 1) / alignment * alignment);
    return *this;
  }
  std::uint64_t size() const { return bytes_.size(); }
  const Bytes& bytes() const { return bytes_; }

 private:
  Bytes bytes_;
};

// A version 1 object header in the making.
class Header {
 public:
  // Throws ValueError for content of 64 KiB and more, which the format cannot hold.
  void add(int type, Encoder content);
  Encoder finish() const;

 private:
  Encoder messages_;
  std::uint64_t count_ = 0;
};

// Variable-length texts: they are collected first, then placed in global heap collections, then referred to.
class TextPool {
 public:
  // All such texts in attributes of this group and below.
  void collect(const Group& group);
  // Appends the collections to `file`.
  void place(Bytes& file);
  // Length, collection's address and index; only after `place`.
  void refer(std::string_view text, Encoder& out) const;

 private:
  struct Place {
    std::uint64_t address;
    std::uint32_t index;
  };
  void collect(const Attributes& attributes);

  std::map<std::string, Place, std::less<>> places_;  // equal texts are kept once
};

Encoder encode_dataspace(const Shape& shape);
// Throws ValueError for undecoded types and for variable-length texts in a dataset's place.
Encoder encode_datatype(const Data& data);
// The elements' bytes; `texts` may be null where no variable-length text can occur.
Bytes encode_elements(const Data& data, const TextPool* texts);
Encoder encode_attribute(const std::string& name, const Data& value, const TextPool& texts);

}  // namespace wavetrain::files::hdf5
