// Any text either is JSON, which then prints and reads back as the same text, or raises FileError.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "wavetrain/error.hpp"
#include "wavetrain/files/json.hpp"

using namespace wavetrain;
using namespace wavetrain::files;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    const std::string text = to_json(parse_json({reinterpret_cast<const char*>(data), size}));
    if (to_json(parse_json(text)) != text) std::abort();
  } catch (const FileError&) {}
  return 0;
}
