// Any bytes either are a whole model in Keras' old HDF5 layout, which then is written and read back, or raise Error.
#include <cstdint>

#include "graph/weight_budget.hpp"
#include "wavetrain/error.hpp"
#include "wavetrain/files/keras_model.hpp"

using namespace wavetrain;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const WeightBudget budget(1 << 20);
  clear_session();
  try {
    const auto bytes = std::as_bytes(std::span(data, size));
    if (size == 0 || bytes[0] != std::byte{0x89}) return 0;
    parse_model(bytes, "input");
  } catch (const Error&) {}
  return 0;
}
