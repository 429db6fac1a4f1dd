#include "encode.hpp"

#include <algorithm>
#include <bit>

#include <fmt/format.h>

#include "../byte_order.hpp"
#include "wavetrain/error.hpp"

namespace wavetrain::files::hdf5 {
namespace {

constexpr std::uint64_t kMaxMessage = 65528;         // a 16-bit field, rounded down to eight bytes
constexpr std::uint64_t kLeastCollection = 4096;     // the library's smallest global heap collection
constexpr std::uint64_t kMostCollection = 64 << 10;  // longer ones are started anew, unless one text needs it
constexpr std::uint32_t kMostObjects = 65535;
constexpr std::uint64_t kReferenceSize = 4 + 8 + 4;

bool is_variable(const Data& data) { return data.dtype == DType::string && data.fixed_length == 0; }

Encoder integer_type(std::uint64_t size, bool is_signed) {
  return Encoder().u8(0x10).u8(is_signed ? 0x08 : 0).u16(0).u32(size).u16(0).u16(8 * size);
}

// IEEE, little endian, implied leading one, sign in the highest bit.
Encoder float_type(std::uint64_t size, std::uint64_t exponent_bits, std::uint64_t fraction_bits) {
  const std::uint64_t bias = (std::uint64_t{1} << (exponent_bits - 1)) - 1;
  return Encoder()
      .u8(0x11)
      .u8(0x20)
      .u8(8 * size - 1)
      .u8(0)
      .u32(size)
      .u16(0)
      .u16(8 * size)
      .u8(fraction_bits)
      .u8(exponent_bits)
      .u8(0)
      .u8(fraction_bits)
      .u32(bias);
}

// As h5py: an enumeration of int8. Names take multiples of eight bytes.
Encoder bool_type() {
  constexpr std::string_view kNames("FALSE\0\0\0TRUE\0\0\0\0", 16);
  return Encoder().u8(0x18).u8(2).u16(0).u32(1).raw(integer_type(1, true).bytes()).text(kNames).u8(0).u8(1);
}

Encoder text_type(std::uint64_t fixed_length) {
  if (fixed_length > 0)
    return Encoder().u8(0x13).u8(0x01).u16(0).u32(fixed_length);  // padded with zeros, ASCII as h5py's bytes
  // Variable-length UTF-8; the base type is a character.
  return Encoder().u8(0x19).u8(0x01).u8(0x01).u8(0).u32(kReferenceSize).raw(integer_type(1, false).bytes());
}

}  // namespace

void Header::add(int type, Encoder content) {
  content.pad(8);
  if (content.size() > kMaxMessage) {
    throw ValueError(
        fmt::format("An HDF5 attribute can hold at most {} bytes. Received: {}", kMaxMessage, content.size()));
  }
  if (++count_ > kMostObjects) throw ValueError("An HDF5 object can have at most 65535 attributes.");
  messages_.u16(static_cast<std::uint64_t>(type)).u16(content.size()).u8(0).u8(0).u16(0).raw(content.bytes());
}

Encoder Header::finish() const {
  // Version 1, one reference, 4 bytes of padding.
  return Encoder().u8(1).u8(0).u16(count_).u32(1).u32(messages_.size()).u32(0).raw(messages_.bytes());
}

void TextPool::collect(const Attributes& attributes) {
  for (const auto& [name, value] : attributes) {
    if (!is_variable(value)) continue;
    for (const std::string& text : value.strings) {
      if (text.find('\0') != std::string::npos) {
        throw ValueError(fmt::format("The text of attribute '{}' holds a zero byte, which HDF5 cannot keep.", name));
      }
      if (!text.empty()) places_.emplace(text, Place{});
    }
  }
}

void TextPool::collect(const Group& group) {
  collect(group.attributes);
  for (const auto& [name, child] : group.groups) collect(child);
  for (const auto& [name, child] : group.datasets) collect(child.attributes);
}

void TextPool::place(Bytes& file) {
  Encoder objects;
  std::uint32_t index = 0;
  file.resize((file.size() + 7) / 8 * 8);
  const auto finish = [&] {
    if (index == 0) return;
    constexpr std::uint64_t kHead = 16;
    const std::uint64_t used = kHead + objects.size();
    // What is left becomes object 0; it has a header of 16 bytes itself, so there is either none or at least that much.
    const std::uint64_t size = std::max(kLeastCollection, used + 16);
    Encoder collection;
    collection.text("GCOL").u8(1).u8(0).u16(0).u64(size).raw(objects.bytes());
    collection.u16(0).u16(0).u32(0).u64(size - used);
    file.insert(file.end(), collection.bytes().begin(), collection.bytes().end());
    file.resize(file.size() + (size - used - 16));
    objects = Encoder();
    index = 0;
  };
  for (auto& [text, place] : places_) {
    if (index > 0 && (index == kMostObjects || objects.size() + 16 + text.size() > kMostCollection)) finish();
    place = {file.size(), ++index};
    objects.u16(index).u16(0).u32(0).u64(text.size()).text(text).pad(8);
  }
  finish();
}

void TextPool::refer(std::string_view text, Encoder& out) const {
  if (text.empty()) {
    out.u32(0).u64(0).u32(0);
    return;
  }
  const auto found = places_.find(text);
  if (found == places_.end()) throw InternalError("A text was not collected before writing.");
  out.u32(text.size()).u64(found->second.address).u32(found->second.index);
}

Encoder encode_dataspace(const Shape& shape) {
  Encoder out;
  out.u8(1).u8(static_cast<std::uint64_t>(shape.rank())).u8(0).u8(0).u32(0);
  for (const Index dim : shape) out.u64(static_cast<std::uint64_t>(dim));
  return out;
}

Encoder encode_datatype(const Data& data) {
  switch (data.dtype) {
    case DType::float16: return float_type(2, 5, 10);
    // HDF5 had no such type when Keras chose this form: opaque pairs of bytes, marked by an attribute.
    case DType::bfloat16: return Encoder().u8(0x15).u8(0).u16(0).u32(2);
    case DType::float32: return float_type(4, 8, 23);
    case DType::float64: return float_type(8, 11, 52);
    case DType::int8: return integer_type(1, true);
    case DType::int16: return integer_type(2, true);
    case DType::int32: return integer_type(4, true);
    case DType::int64: return integer_type(8, true);
    case DType::uint8: return integer_type(1, false);
    case DType::uint16: return integer_type(2, false);
    case DType::uint32: return integer_type(4, false);
    case DType::uint64: return integer_type(8, false);
    case DType::boolean: return bool_type();
    case DType::string: return text_type(data.fixed_length);
    case DType::other: break;
  }
  throw ValueError(fmt::format("Values of type '{}' cannot be written.", data.type_name));
}

Bytes encode_elements(const Data& data, const TextPool* texts) {
  const auto count = static_cast<std::size_t>(data.shape.size());
  const auto check = [&](std::size_t received, std::size_t expected, const char* unit) {
    if (received != expected) {
      throw ValueError(fmt::format("Shape {} of {} needs {} {}. Received: {}", wavetrain::to_string(data.shape),
                                   to_string(data.dtype), expected, unit, received));
    }
  };
  if (data.dtype != DType::string) {
    check(data.bytes.size(), count * size_of(data.dtype), "bytes");
    Bytes result = data.bytes;
    convert_byte_order(result, size_of(data.dtype), std::endian::little);
    return result;
  }
  check(data.strings.size(), count, "texts");
  if (data.fixed_length == 0) {
    if (texts == nullptr) throw ValueError("A dataset of texts needs a fixed length.");
    Encoder out;
    for (const std::string& text : data.strings) texts->refer(text, out);
    return out.bytes();
  }
  Bytes result(count * data.fixed_length);
  for (std::size_t i = 0; i < count; ++i) {
    const ByteSpan text = as_bytes(data.strings[i]);
    if (text.size() > data.fixed_length) {
      throw ValueError(fmt::format("The text '{}' is longer than {} bytes.", data.strings[i], data.fixed_length));
    }
    std::copy(text.begin(), text.end(), result.begin() + static_cast<std::ptrdiff_t>(i * data.fixed_length));
  }
  return result;
}

Encoder encode_attribute(const std::string& name, const Data& value, const TextPool& texts) {
  if (name.empty() || name.find('\0') != std::string::npos) {
    throw ValueError(fmt::format("'{}' cannot name an HDF5 attribute.", name));
  }
  const Encoder type = encode_datatype(value);
  const Encoder space = encode_dataspace(value.shape);
  Encoder out;
  out.u8(1).u8(0).u16(name.size() + 1).u16(type.size()).u16(space.size());
  out.text(name).u8(0).pad(8).raw(type.bytes()).pad(8).raw(space.bytes()).pad(8);
  return out.raw(encode_elements(value, &texts));
}

}  // namespace wavetrain::files::hdf5
