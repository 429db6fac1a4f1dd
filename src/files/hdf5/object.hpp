// Object headers: the list of messages that describes a group or a dataset.
#pragma once

#include <optional>
#include <vector>

#include "cursor.hpp"
#include "source.hpp"

namespace wavetrain::files::hdf5 {

enum class MessageType : int {
  nil = 0x00,
  dataspace = 0x01,
  link_info = 0x02,
  datatype = 0x03,
  old_fill_value = 0x04,
  fill_value = 0x05,
  link = 0x06,
  external_files = 0x07,
  layout = 0x08,
  filters = 0x0B,
  attribute = 0x0C,
  continuation = 0x10,
  symbol_table = 0x11,
  attribute_info = 0x15,
};

struct Message {
  MessageType type;
  Cursor content;
};

struct Object {
  std::uint64_t address;
  std::vector<Message> messages;  // without padding and continuations

  // The first of a type; empty when there is none.
  std::optional<Cursor> find(MessageType type) const;
  // As find, but throws FileError naming what is missing.
  Cursor get(MessageType type, const char* name) const;
};

// Versions 1 and 2, with all continuation blocks.
Object read_object(Source& source, std::uint64_t address);

}  // namespace wavetrain::files::hdf5
