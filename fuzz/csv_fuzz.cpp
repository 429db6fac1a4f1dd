// Tables: .csv and its relatives, see series.hpp.
#include "series.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return wavetrain::series::fuzz::on_bytes(data, size, wavetrain::series::fuzz::read_a_table);
}
