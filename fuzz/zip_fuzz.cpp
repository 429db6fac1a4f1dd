// Any bytes either are a zip archive or raise FileError.
#include <cstdint>

#include "wavetrain/error.hpp"
#include "wavetrain/files/zip.hpp"

using namespace wavetrain;
using namespace wavetrain::files;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    const ZipReader reader(std::as_bytes(std::span(data, size)), "input", {.members = 100, .member_bytes = 1 << 20});
    for (const std::string& name : reader.names()) {
      try {
        reader.read(name);
      } catch (const FileError&) {}
    }
  } catch (const FileError&) {}
  return 0;
}
