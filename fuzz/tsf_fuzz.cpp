// .tsf files, see series.hpp.
#include "series.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace wavetrain::series;
  return fuzz::on_bytes(data, size, [](std::istream& in, unsigned choice) { fuzz::read_set(in, Format::tsf, choice); });
}
