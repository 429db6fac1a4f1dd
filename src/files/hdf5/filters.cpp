#include <zlib.h>

#include <algorithm>
#include <limits>

#include "checksum.hpp"
#include "storage.hpp"

namespace wavetrain::files::hdf5 {
namespace {

enum { kDeflate = 1, kShuffle = 2, kFletcher32 = 3 };

// Inflates into at most `limit` bytes, the most that the filters below can make use of.
Bytes inflated(const Cursor& where, ByteSpan input, std::size_t limit) {
  constexpr std::size_t kMost = std::numeric_limits<uInt>::max();
  if (input.size() > kMost || limit > kMost) where.fail("is a deflated chunk of more than 4 GiB");
  // Deflate cannot expand more than this; a smaller input never fills `limit`, so the memory need not be there.
  constexpr std::size_t kMaxRatio = 1032;
  Bytes output(std::min(limit, kMaxRatio * input.size() + 64));
  z_stream stream{};
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<std::byte*>(input.data()));
  stream.avail_in = static_cast<uInt>(input.size());
  stream.next_out = reinterpret_cast<Bytef*>(output.data());
  stream.avail_out = static_cast<uInt>(output.size());
  if (inflateInit(&stream) != Z_OK) where.fail("cannot be inflated: zlib has no memory");
  const int status = inflate(&stream, Z_FINISH);
  const std::size_t size = stream.total_out;
  const std::string reason = stream.msg != nullptr ? stream.msg : "it does not end where it should";
  inflateEnd(&stream);
  if (status != Z_STREAM_END) where.fail("cannot be inflated: " + reason);
  output.resize(size);
  return output;
}

// Shuffling stores first bytes of all elements, then second bytes …; a rest shorter than an element stays at the end.
Bytes unshuffled(ByteSpan input, std::size_t element_size) {
  Bytes output(input.begin(), input.end());
  // The file says the size; one larger than the chunk would loop over nothing for minutes.
  if (element_size < 2 || element_size > input.size()) return output;
  const std::size_t count = input.size() / element_size;
  for (std::size_t part = 0; part < element_size; ++part) {
    for (std::size_t i = 0; i < count; ++i) output[i * element_size + part] = input[part * count + i];
  }
  return output;
}

Bytes without_checksum(const Cursor& where, Bytes bytes) {
  if (bytes.size() < 4) where.fail("is too short for a checksum");
  const std::size_t size = bytes.size() - 4;
  const std::uint32_t stated = Cursor(ByteSpan(bytes).subspan(size), 0, {}, "Checksum").u32();
  bytes.resize(size);
  if (const std::uint32_t found = fletcher32(bytes); found != stated) {
    where.fail(fmt::format("is damaged: checksum {:08x}, expected {:08x}", found, stated));
  }
  return bytes;
}

}  // namespace

Bytes unfiltered(const std::vector<Filter>& filters, std::uint32_t skip, Cursor chunk, std::size_t size) {
  const Cursor where = chunk;
  Bytes bytes(chunk.all().begin(), chunk.all().end());
  std::size_t checksums = 0;
  for (const Filter& filter : filters) checksums += filter.id == kFletcher32 ? 1 : 0;
  for (std::size_t i = filters.size(); i-- > 0;) {
    if (((skip >> i) & 1) != 0) continue;
    switch (filters[i].id) {
      case kDeflate: bytes = inflated(where, bytes, size + 4 * checksums); break;
      case kShuffle: bytes = unshuffled(bytes, filters[i].values.empty() ? 1 : filters[i].values[0]); break;
      case kFletcher32: bytes = without_checksum(where, std::move(bytes)); break;
      default: where.fail("uses an unknown filter");
    }
  }
  if (bytes.size() != size) where.fail(fmt::format("has {} bytes, expected {}", bytes.size(), size));
  return bytes;
}

}  // namespace wavetrain::files::hdf5
