#include "datatype.hpp"

#include <algorithm>
#include <limits>

#include "../byte_order.hpp"
#include "global_heap.hpp"

namespace wavetrain::files::hdf5 {
namespace {

constexpr const char* kClassNames[] = {"integer",     "floating point",  "time",     "text",
                                       "bit field",   "opaque",          "compound", "reference",
                                       "enumeration", "variable length", "array",    "complex"};

struct Prefix {
  int version;
  int kind;
  std::uint32_t bits;  // 24 flags, whose meaning depends on the class
  std::uint32_t size;
};

Prefix read_prefix(Cursor& message) {
  const int first = message.u8();
  const auto bits = static_cast<std::uint32_t>(message.uint(3));
  return {first >> 4, first & 0x0F, bits, message.u32()};
}

void parse_integer(Cursor& message, const Prefix& prefix, Datatype& type) {
  const int bit_offset = message.u16();
  const std::uint32_t precision = message.u16();
  const bool is_signed = (prefix.bits & 0x08) != 0;
  type.order = (prefix.bits & 0x01) != 0 ? std::endian::big : std::endian::little;
  type.name = fmt::format("{}int{}", is_signed ? "" : "u", precision);
  if (bit_offset != 0 || precision != 8 * prefix.size) return;
  switch (prefix.size) {
    case 1: type.dtype = is_signed ? DType::int8 : DType::uint8; break;
    case 2: type.dtype = is_signed ? DType::int16 : DType::uint16; break;
    case 4: type.dtype = is_signed ? DType::int32 : DType::uint32; break;
    case 8: type.dtype = is_signed ? DType::int64 : DType::uint64; break;
    default: break;
  }
}

void parse_float(Cursor& message, const Prefix& prefix, Datatype& type) {
  struct Format {
    int precision, sign_at, exponent_at, exponent_bits, fraction_at, fraction_bits;
    std::uint32_t bias;
    bool operator==(const Format&) const = default;
  };
  static constexpr std::pair<Format, DType> kKnown[] = {{{16, 15, 10, 5, 0, 10, 15}, DType::float16},
                                                        {{16, 15, 7, 8, 0, 7, 127}, DType::bfloat16},
                                                        {{32, 31, 23, 8, 0, 23, 127}, DType::float32},
                                                        {{64, 63, 52, 11, 0, 52, 1023}, DType::float64}};
  const int bit_offset = message.u16();
  Format format{};
  format.precision = message.u16();
  format.sign_at = static_cast<int>((prefix.bits >> 8) & 0xFF);
  format.exponent_at = message.u8();
  format.exponent_bits = message.u8();
  format.fraction_at = message.u8();
  format.fraction_bits = message.u8();
  format.bias = message.u32();
  type.name = fmt::format("float{}", format.precision);
  // Bit 6 together with bit 0 is the VAX's mixed order; bits 4 and 5 say whether the leading 1 is implied.
  const bool ieee = (prefix.bits & 0x40) == 0 && ((prefix.bits >> 4) & 0x03) == 2;
  type.order = (prefix.bits & 0x01) != 0 ? std::endian::big : std::endian::little;
  if (!ieee || bit_offset != 0) return;
  for (const auto& [known, dtype] : kKnown) {
    if (format == known && prefix.size * 8 == static_cast<std::uint32_t>(known.precision)) type.dtype = dtype;
  }
}

// h5py writes bool as an enumeration of int8 with FALSE = 0 and TRUE = 1. Other enumerations are their integers.
void parse_enumeration(Cursor& message, const Prefix& prefix, Datatype& type) {
  const std::uint32_t members = prefix.bits & 0xFFFF;
  Cursor base_message = message;
  const Datatype base = parse_datatype(message);
  const Prefix base_prefix = read_prefix(base_message);
  type.name = "enumeration of " + base.name;
  if (base_prefix.kind != 0 || base.size != prefix.size) return;
  type.dtype = base.dtype;
  type.order = base.order;
  if (members != 2 || base.size != 1) return;
  base_message.skip(4);  // an integer's two properties
  std::string_view names[2];
  for (std::string_view& name : names) {
    Cursor start = base_message;
    name = start.zero_terminated();
    // Up to version 2, names are padded to a multiple of eight bytes.
    base_message.skip(prefix.version < 3 ? (name.size() + 8) / 8 * 8 : name.size() + 1);
  }
  if (names[0] == "FALSE" && names[1] == "TRUE" && base_message.u8() == 0 && base_message.u8() == 1) {
    type.dtype = DType::boolean;
    type.name = "bool";
  }
}

void parse_variable_length(Cursor& message, const Prefix& prefix, Datatype& type) {
  if ((prefix.bits & 0x0F) != 1) return;  // 0 is a sequence of something else
  // Length, address of a collection, index in it.
  if (prefix.size != 8 + static_cast<std::uint32_t>(message.sizes().offset)) message.fail("has the wrong element size");
  type.dtype = DType::string;
  type.variable_length = true;
  type.name = "variable-length text";
}

// Text of fixed length, without its padding.
std::string_view trimmed(std::string_view text, int padding) {
  if (padding == 0) return text.substr(0, text.find('\0'));
  const std::size_t last = text.find_last_not_of(padding == 2 ? ' ' : '\0');
  return text.substr(0, last == std::string_view::npos ? 0 : last + 1);
}

}  // namespace

Datatype parse_datatype(Cursor message) {
  const Prefix prefix = read_prefix(message);
  if (prefix.version < 1 || prefix.version > 5) message.fail(fmt::format("has datatype version {}", prefix.version));
  Datatype type;
  type.size = prefix.size;
  if (prefix.size == 0) message.fail("describes elements of no bytes");
  type.name = prefix.kind < static_cast<int>(std::size(kClassNames)) ? kClassNames[prefix.kind]
                                                                     : fmt::format("class {}", prefix.kind);
  switch (prefix.kind) {
    case 0: parse_integer(message, prefix, type); break;
    case 1: parse_float(message, prefix, type); break;
    case 3:
      type.dtype = DType::string;
      type.padding = static_cast<int>(prefix.bits & 0x0F);
      type.name = fmt::format("text of {} bytes", prefix.size);
      break;
    case 5: type.name = fmt::format("opaque of {} bytes", prefix.size); break;
    case 8: parse_enumeration(message, prefix, type); break;
    case 9: parse_variable_length(message, prefix, type); break;
    default: break;
  }
  return type;
}

std::uint64_t Dataspace::count() const {
  if (null) return 0;
  std::uint64_t product = 1;
  for (const std::uint64_t dim : dims) product = checked_product(product, dim, "Dataspace");
  return product;
}

Shape Dataspace::shape() const {
  if (null) return Shape{0};
  if (dims.size() > Shape::kMaxRank) {
    throw FileError(fmt::format("{} dimensions are not supported (at most {})", dims.size(), Shape::kMaxRank));
  }
  Shape result;
  for (const std::uint64_t dim : dims) {
    if (dim > static_cast<std::uint64_t>(std::numeric_limits<Index>::max())) {
      throw FileError(fmt::format("Dimension {} is too large", dim));
    }
    result.push_back(static_cast<Index>(dim));
  }
  return result;
}

Dataspace parse_dataspace(Cursor message) {
  const int version = message.u8();
  if (version != 1 && version != 2) message.fail(fmt::format("has dataspace version {}", version));
  const int rank = message.u8();
  const int flags = message.u8();
  Dataspace space;
  if (version == 2) space.null = message.u8() == 2;
  else message.skip(5);
  for (int i = 0; i < rank; ++i) space.dims.push_back(message.length());
  space.max_dims = space.dims;
  if ((flags & 1) != 0) {
    for (std::uint64_t& dim : space.max_dims) dim = message.length();
  }
  for (std::size_t i = 0; i < space.dims.size(); ++i) {
    if (space.max_dims[i] < space.dims[i]) message.fail("has a dimension beyond its maximum");
  }
  return space;
}

Data decode(Source& source, GlobalHeap& heap, const Datatype& type, const Dataspace& space, ByteSpan raw) {
  Data data;
  data.dtype = type.dtype;
  data.shape = space.shape();
  data.type_name = type.name;
  if (type.dtype == DType::other) {
    // Opaque elements keep their bytes: bfloat16 is stored like this, and only an attribute tells.
    source.charge_memory(raw.size());
    data.bytes.assign(raw.begin(), raw.end());
    return data;
  }
  if (type.dtype != DType::string) {
    source.charge_memory(raw.size());
    data.bytes.assign(raw.begin(), raw.end());
    convert_byte_order(data.bytes, type.size, type.order);
    return data;
  }
  const std::size_t count = raw.size() / type.size;
  source.charge_memory(checked_product(count, sizeof(std::string), "Number of texts"));
  data.strings.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    const ByteSpan element = raw.subspan(i * type.size, type.size);
    const std::string_view text = type.variable_length
                                      ? heap.text(Cursor(element, 0, source.sizes, "Variable-length text"))
                                      : trimmed(as_text(element), type.padding);
    source.charge_memory(text.size());
    data.strings.emplace_back(text);
  }
  return data;
}

}  // namespace wavetrain::files::hdf5
