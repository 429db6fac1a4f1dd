// The two checksums of HDF5.
#pragma once

#include <cstdint>

#include "wavetrain/files/io.hpp"

namespace wavetrain::files::hdf5 {

// Over every structure of the newer format: Bob Jenkins' lookup3 `hashlittle` with initial value 0 (public domain,
// burtleburtle.net/bob/c/lookup3.c).
std::uint32_t lookup3(ByteSpan bytes);

// Over chunks, by the filter of this name: Fletcher's sums of big-endian 16-bit words modulo 65535.
std::uint32_t fletcher32(ByteSpan bytes);

}  // namespace wavetrain::files::hdf5
