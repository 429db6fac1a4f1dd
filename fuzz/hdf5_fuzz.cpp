// Any bytes either are an HDF5 tree, which then survives writing and reading, or raise Error.
#include <cstdint>
#include <cstdlib>

#include "wavetrain/error.hpp"
#include "wavetrain/files/hdf5.hpp"

using namespace wavetrain;
using namespace wavetrain::files;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const hdf5::Limits limits{.expansion = 1 << 20};
  hdf5::Group tree;
  try {
    tree = hdf5::parse(std::as_bytes(std::span(data, size)), limits);
  } catch (const FileError&) {
    return 0;
  }
  Bytes written;
  try {
    written = hdf5::serialize(tree);
  } catch (const ValueError&) {
    return 0;  // holds something that is only read
  }
  // Written files are larger: every attribute and name is padded, and trees have nodes of fixed size.
  if (!(hdf5::parse(written, {.expansion = 64 << 20}) == tree)) std::abort();
  return 0;
}
