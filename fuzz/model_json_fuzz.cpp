// Any text either is a model, which then is written and read back as the same text, or raises Error.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "graph/weight_budget.hpp"
#include "wavetrain/error.hpp"
#include "wavetrain/files/keras_model.hpp"

using namespace wavetrain;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  // As a file with weights would allow.
  const WeightBudget budget(1 << 20);
  clear_session();
  std::string text;
  try {
    text = to_json(model_from_json(std::string(reinterpret_cast<const char*>(data), size)));
  } catch (const Error&) {
    return 0;
  }
  if (to_json(model_from_json(text)) != text) std::abort();
  return 0;
}
