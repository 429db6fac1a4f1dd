// The members of a group, whichever way they are stored.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "object.hpp"

namespace wavetrain::files::hdf5 {

struct Link {
  std::string name;
  std::uint64_t address;  // of the object header
};

// Hard links only; throws FileError naming a soft or external one.
std::vector<Link> read_links(Source& source, const Object& object);

}  // namespace wavetrain::files::hdf5
