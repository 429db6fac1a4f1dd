#include "npy_header.hpp"

#include <charconv>
#include <limits>
#include <optional>
#include <vector>

#include <fmt/format.h>

#include "wavetrain/error.hpp"

namespace wavetrain::files {
namespace {

constexpr std::string_view kMagic("\x93NUMPY", 6);
constexpr std::size_t kMaxHeader = 1 << 16;

struct TypeCode {
  std::string_view code;  // NumPy's, without the byte order
  ElementType type;
};
constexpr TypeCode kCodes[] = {{"f4", ElementType::float32}, {"f8", ElementType::float64}, {"i1", ElementType::int8},
                               {"i2", ElementType::int16},   {"i4", ElementType::int32},   {"i8", ElementType::int64},
                               {"u1", ElementType::uint8},   {"u2", ElementType::uint16},  {"u4", ElementType::uint32},
                               {"u8", ElementType::uint64},  {"b1", ElementType::boolean}};

[[noreturn]] void fail(std::string_view problem) { throw FileError(fmt::format("NumPy array: {}.", problem)); }

// Reads the part of Python's literals that these dicts use.
class Literal {
 public:
  explicit Literal(std::string_view text) : rest_(text) {}

  bool accept(char c) {
    skip_space();
    if (rest_.empty() || rest_.front() != c) return false;
    rest_.remove_prefix(1);
    return true;
  }
  void expect(char c) {
    if (!accept(c)) fail(fmt::format("the header should have '{}' before \"{}\"", c, rest_.substr(0, 20)));
  }
  std::string_view text() {
    skip_space();
    const char quote = rest_.empty() ? '\0' : rest_.front();
    const std::size_t end = quote == '\'' || quote == '"' ? rest_.find(quote, 1) : std::string_view::npos;
    if (end == std::string_view::npos)
      fail(fmt::format("the header should have a text at \"{}\"", rest_.substr(0, 20)));
    const std::string_view result = rest_.substr(1, end - 1);
    rest_.remove_prefix(end + 1);
    return result;
  }
  bool boolean() {
    skip_space();
    for (const std::string_view word : {"True", "False"}) {
      if (!rest_.starts_with(word)) continue;
      rest_.remove_prefix(word.size());
      return word == "True";
    }
    fail(fmt::format("the header should have True or False at \"{}\"", rest_.substr(0, 20)));
  }
  Index integer() {
    skip_space();
    Index value = 0;
    const auto [end, error] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), value);
    if (error != std::errc() || value < 0)
      fail(fmt::format("the header should have a size at \"{}\"", rest_.substr(0, 20)));
    rest_.remove_prefix(static_cast<std::size_t>(end - rest_.data()));
    if (!rest_.empty() && rest_.front() == 'L') rest_.remove_prefix(1);  // Python 2's long
    return value;
  }
  Shape shape() {
    std::vector<Index> dims;
    expect('(');
    while (!accept(')')) {
      dims.push_back(integer());
      if (!accept(',')) {
        expect(')');
        break;
      }
    }
    if (dims.size() > Shape::kMaxRank)
      fail(fmt::format("{} dimensions, at most {} are supported", dims.size(), Shape::kMaxRank));
    return Shape(dims);
  }
  // True for '[', where a text was expected: a record type.
  bool list_follows() {
    skip_space();
    return !rest_.empty() && rest_.front() == '[';
  }
  bool finished() {
    skip_space();
    return rest_.empty();
  }

 private:
  void skip_space() {
    while (!rest_.empty() &&
           (rest_.front() == ' ' || rest_.front() == '\n' || rest_.front() == '\t' || rest_.front() == '\r')) {
      rest_.remove_prefix(1);
    }
  }
  std::string_view rest_;
};

void parse_type(std::string_view descr, NpyHeader& header) {
  const char order = descr.empty() ? '\0' : descr.front();
  if (order == '<' || order == '>' || order == '|' || order == '=') descr.remove_prefix(1);
  header.order = order == '>' ? std::endian::big : order == '=' ? std::endian::native : std::endian::little;
  if (descr == "f2") {
    header.type = ElementType::float32;
    header.half = true;
    return;
  }
  for (const TypeCode& known : kCodes) {
    if (descr == known.code) {
      header.type = known.type;
      return;
    }
  }
  fail(
      fmt::format("type '{}' is not supported; bool, integers and floating point numbers of up to 64 bits are", descr));
}

std::size_t header_length(ByteSpan start, std::size_t& prefix) {
  if (start.size() < 10 || as_text(start.first(6)) != kMagic) fail("the file does not begin with NumPy's magic bytes");
  const auto byte = [&](std::size_t i) { return std::to_integer<std::size_t>(start[i]); };
  const std::size_t version = byte(6);
  if (version < 1 || version > 3) fail(fmt::format("version {}.{} is not supported (1 to 3 are)", version, byte(7)));
  prefix = version == 1 ? 10 : 12;
  if (start.size() < prefix) fail("the header is truncated");
  std::size_t length = 0;
  for (std::size_t i = prefix; i-- > 8;) length = (length << 8) | byte(i);
  if (length > kMaxHeader) fail(fmt::format("the header of {} bytes is longer than {}", length, kMaxHeader));
  if (length > start.size() - prefix) fail("the header is truncated");
  return length;
}

Shape strides_of(const Shape& shape, std::size_t element, bool fortran) {
  Shape strides = shape;
  Index step = static_cast<Index>(element);
  for (int i = 0; i < shape.rank(); ++i) {
    const int axis = fortran ? i : shape.rank() - 1 - i;
    strides[axis] = step;
    step *= std::max<Index>(shape[axis], 1);
  }
  return strides;
}

}  // namespace

NpyHeader parse_npy_header(ByteSpan start, std::uint64_t file_size) {
  NpyHeader header;
  std::size_t prefix = 0;
  const std::size_t length = header_length(start, prefix);
  Literal literal(as_text(start.subspan(prefix, length)));
  std::optional<bool> fortran;
  bool has_type = false;
  bool has_shape = false;
  literal.expect('{');
  while (!literal.accept('}')) {
    const std::string_view key = literal.text();
    literal.expect(':');
    const bool repeated =
        (key == "descr" && has_type) || (key == "shape" && has_shape) || (key == "fortran_order" && fortran);
    if (repeated) fail(fmt::format("the header has '{}' twice", key));
    if (key == "descr") {
      if (literal.list_follows()) fail("record types are not supported");
      parse_type(literal.text(), header);
      has_type = true;
    } else if (key == "fortran_order") {
      fortran = literal.boolean();
    } else if (key == "shape") {
      header.shape = literal.shape();
      has_shape = true;
    } else {
      fail(fmt::format("the header has an unknown key '{}'", key));
    }
    if (!literal.accept(',')) {
      literal.expect('}');
      break;
    }
  }
  if (!literal.finished()) fail("the header goes on behind its dict");
  if (!has_type || !has_shape || !fortran) fail("the header needs 'descr', 'fortran_order' and 'shape'");

  // The product of all sizes but zeros bounds the strides, so it must fit even when the array is empty.
  const std::size_t element = header.half ? 2 : size_of(header.type);
  Index product = 8;
  for (const Index dim : header.shape) {
    if (dim > 0 && product > std::numeric_limits<Index>::max() / dim)
      fail(fmt::format("shape {} is too large", to_string(header.shape)));
    product *= std::max<Index>(dim, 1);
  }
  header.data_at = prefix + length;
  header.data_bytes = static_cast<std::size_t>(header.shape.size()) * element;
  if (header.data_bytes > file_size - header.data_at) {
    fail(fmt::format("truncated: shape {} needs {} bytes, the file has {}", to_string(header.shape), header.data_bytes,
                     file_size - header.data_at));
  }
  header.byte_strides = strides_of(header.shape, size_of(header.type), *fortran);
  return header;
}

std::string npy_header_text(ElementType type, const Shape& shape) {
  std::string code;
  for (const TypeCode& known : kCodes) {
    if (known.type == type) code = known.code;
  }
  const std::string dict = fmt::format("{{'descr': '{}{}', 'fortran_order': False, 'shape': {}, }}",
                                       size_of(type) == 1 ? '|' : '<', code, to_string(shape));
  constexpr std::size_t kPrefix = 10;
  const std::size_t padding = 63 - (kPrefix + dict.size()) % 64;  // plus the newline
  const std::size_t length = dict.size() + padding + 1;
  std::string text(kMagic);
  text += '\1';
  text += '\0';
  text += static_cast<char>(length & 0xFF);
  text += static_cast<char>(length >> 8);
  return text + dict + std::string(padding, ' ') + '\n';
}

}  // namespace wavetrain::files
