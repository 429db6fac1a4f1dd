// Any text either is a list of layers, or raises Error.
#include <cstdint>
#include <string_view>

#include "wavetrain/error.hpp"
#include "wavetrain/layer_list.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  wavetrain::clear_session();
  try {
    wavetrain::parse_layer_list(text);
  } catch (const wavetrain::Error&) {}
  try {
    wavetrain::parse_constructor(text);
  } catch (const wavetrain::Error&) {}
  return 0;
}
