#include "global_heap.hpp"

namespace wavetrain::files::hdf5 {

std::string_view GlobalHeap::text(Cursor reference) {
  const std::uint64_t length = reference.u32();
  const std::uint64_t address = reference.offset();
  const std::uint32_t index = reference.u32();
  if (length == 0 || address == 0) return {};
  const Collection& objects = collection(address);
  const auto found = objects.find(index);
  if (found == objects.end()) {
    throw FileError(fmt::format("Global heap at byte {} has no object {}", address, index));
  }
  if (length > found->second.size()) {
    throw FileError(fmt::format("Global heap at byte {}: object {} has {} bytes, a text of {} was expected", address,
                                index, found->second.size(), length));
  }
  const std::string_view text = as_text(found->second.first(static_cast<std::size_t>(length)));
  // Some writers count the zero byte that ends a C string.
  return text.substr(0, text.find('\0'));
}

const GlobalHeap::Collection& GlobalHeap::collection(std::uint64_t address) {
  if (const auto known = collections_.find(address); known != collections_.end()) return known->second;
  Cursor start = source_.from(address, "Global heap");
  start.expect_signature("GCOL");
  start.expect_version(1);
  start.skip(3);
  const std::uint64_t size = start.length();
  const std::uint64_t prefix = start.position() - address;
  Cursor rest = source_.at(address, size, "Global heap");
  rest.skip(prefix);

  Collection objects;
  // An object that does not fit is the free space at the end, as is index 0.
  while (rest.remaining() >= 8u + static_cast<std::uint64_t>(source_.sizes.length)) {
    const std::uint32_t index = rest.u16();
    rest.skip(2 + 4);  // reference count, reserved
    const std::uint64_t length = rest.length();
    if (index == 0) break;
    source_.charge_memory(64);
    if (!objects.emplace(index, rest.bytes(length)).second) rest.fail(fmt::format("has two objects {}", index));
    if (const std::uint64_t gap = (8 - length % 8) % 8; gap <= rest.remaining()) rest.skip(gap);
  }
  return collections_.emplace(address, std::move(objects)).first->second;
}

}  // namespace wavetrain::files::hdf5
