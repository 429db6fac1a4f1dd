#include "object.hpp"

namespace wavetrain::files::hdf5 {
namespace {

constexpr int kShared = 0x02;           // the content lies elsewhere
constexpr int kFailWhenUnknown = 0x80;  // a reader that does not know the type must not go on
constexpr int kLastKnownType = 0x18;

struct Block {
  std::uint64_t address;
  std::uint64_t size;
};

struct MessageCollector {
  Source& source;
  Object& object;
  std::vector<Block> pending;  // continuation blocks

  void add(int type, int flags, Cursor content) {
    const auto kind = static_cast<MessageType>(type);
    if (kind == MessageType::nil) return;
    if ((flags & kShared) != 0)
      content.fail(fmt::format("of type {} is shared or committed, which is not supported", type));
    if (type > kLastKnownType && (flags & kFailWhenUnknown) != 0) {
      content.fail(fmt::format("has the unknown type {}, which must not be ignored", type));
    }
    if (kind == MessageType::continuation) {
      const std::uint64_t address = content.offset();
      pending.push_back({address, content.length()});
      return;
    }
    source.charge_work(sizeof(Message));
    object.messages.push_back({kind, content});
  }

  // Version 1: 8 bytes in front of each message.
  void read_version1(Cursor block) {
    while (block.remaining() >= 8) {
      const int type = block.u16();
      const int size = block.u16();
      const int flags = block.u8();
      block.skip(3);
      add(type, flags, block.part(static_cast<std::uint64_t>(size), "Header message"));
    }
  }

  // Version 2: 4 bytes, or 6 when the order of creation is kept. Less than that at the end is a gap.
  void read_version2(Cursor block, bool ordered) {
    const std::uint64_t prefix = ordered ? 6 : 4;
    while (block.remaining() >= prefix) {
      const int type = block.u8();
      const int size = block.u16();
      const int flags = block.u8();
      if (ordered) block.skip(2);
      add(type, flags, block.part(static_cast<std::uint64_t>(size), "Header message"));
    }
  }
};

void read_header1(Source& source, MessageCollector& collector, Cursor start) {
  start.expect_version(1);
  start.skip(1 + 2 + 4);  // reserved, number of messages (the sizes say it, too), reference count
  const std::uint64_t size = start.u32();
  collector.read_version1(source.at(collector.object.address + 16, size, "Object header"));
  while (!collector.pending.empty()) {
    const Block block = collector.pending.back();
    collector.pending.pop_back();
    source.charge_work(64);
    collector.read_version1(source.at(block.address, block.size, "Object header continuation"));
  }
}

void read_header2(Source& source, MessageCollector& collector, Cursor start) {
  const std::uint64_t address = collector.object.address;
  start.expect_signature("OHDR");
  start.expect_version(2);
  const int flags = start.u8();
  if ((flags & 0x20) != 0) start.skip(16);  // four times
  if ((flags & 0x10) != 0) start.skip(4);   // when attributes become dense
  const std::uint64_t size = start.uint(1 << (flags & 0x03));
  const std::uint64_t prefix = start.position() - address;
  const bool ordered = (flags & 0x04) != 0;
  const std::uint64_t whole = checked_sum(prefix + 4, size, "Object header");
  Cursor content = source.checked(address, whole, "Object header");
  content.skip(prefix);
  collector.read_version2(content, ordered);
  while (!collector.pending.empty()) {
    const Block block = collector.pending.back();
    collector.pending.pop_back();
    source.charge_work(64);
    Cursor continuation = source.checked(block.address, block.size, "Object header continuation");
    continuation.expect_signature("OCHK");
    collector.read_version2(continuation, ordered);
  }
}

}  // namespace

std::optional<Cursor> Object::find(MessageType type) const {
  for (const Message& message : messages) {
    if (message.type == type) return message.content;
  }
  return std::nullopt;
}

Cursor Object::get(MessageType type, const char* name) const {
  if (const auto content = find(type)) return *content;
  throw FileError(fmt::format("Object header at byte {} has no {}", address, name));
}

Object read_object(Source& source, std::uint64_t address) {
  Object object{address, {}};
  MessageCollector collector{source, object, {}};
  Cursor start = source.from(address, "Object header");
  const bool is_version2 = start.remaining() >= 4 && as_text(start.all().first(4)) == "OHDR";
  if (is_version2) read_header2(source, collector, start);
  else read_header1(source, collector, start);
  return object;
}

}  // namespace wavetrain::files::hdf5
