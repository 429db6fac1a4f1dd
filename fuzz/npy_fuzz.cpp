// Any bytes either are NumPy's, and then survive writing and reading, or raise FileError.
#include <cstdint>
#include <cstdlib>

#include "wavetrain/error.hpp"
#include "wavetrain/files/npy.hpp"

using namespace wavetrain;
using namespace wavetrain::files;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteSpan bytes = std::as_bytes(std::span(data, size));
  try {
    const TypedArray array = parse_npy(bytes);
    const Bytes written = serialize_npy(array.view());
    if (serialize_npy(parse_npy(written).view()) != written) std::abort();
  } catch (const FileError&) {}
  return 0;
}
