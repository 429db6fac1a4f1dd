// Tables that hold many series below each other, see series.hpp.
#include "series.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return wavetrain::series::fuzz::on_bytes(data, size, wavetrain::series::fuzz::read_long_table);
}
