// Any bytes either are an .npz archive, or raise FileError.
#include <cstdint>

#include "wavetrain/error.hpp"
#include "wavetrain/files/npy.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    wavetrain::files::parse_npz(std::as_bytes(std::span(data, size)));
  } catch (const wavetrain::FileError&) {}
  return 0;
}
