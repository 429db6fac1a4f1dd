// The models whose training steps are measured; bench/python/protocol.py has the same list, and says how.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "wavetrain/wavetrain.hpp"

namespace wavetrain::bench {

// A compiled model with data of its shape; the samples are a multiple of the batch.
struct Program {
  Sequential model;
  Array x;
  Array y;
  Index batch;
};

struct ProgramEntry {
  std::string name;
  double mflop;   // of a training step: multiply-adds that forward, weight and input gradients need, times 2
  double window;  // MFLOP of predicting one sample; products with padding do not count
  std::function<Program()> make;
};
const std::vector<ProgramEntry>& programs();

}  // namespace wavetrain::bench
