// Mean and deviation of what a layer makes of many equal values while training.
#pragma once

#include <algorithm>
#include <cmath>
#include <memory>

#include "cpu/workspace.hpp"
#include "wavetrain/layer.hpp"

namespace wavetrain::tests {

struct Moments {
  double mean, deviation;
};

inline Moments training_moments(const Layer& layer, float value) {
  const Shape shape{64, 500};
  auto graph = std::make_shared<Graph>();
  Lowering lowering(*graph);
  const Tensor x{graph->add_input({kNone, 500}), kNoValue};
  graph->set_output(layer.lower(lowering, x).value);
  cpu::Workspace work(std::make_shared<const cpu::Plan>(graph, shape, true, 1));
  std::fill_n(work.input(), shape.size(), value);
  work.forward(1, 1);
  double sum = 0, squares = 0;
  for (Index i = 0; i < shape.size(); ++i) {
    const double y = work.output()[i];
    sum += y;
    squares += y * y;
  }
  const double n = static_cast<double>(shape.size()), mean = sum / n;
  return {mean, std::sqrt(squares / n - mean * mean)};
}

}  // namespace wavetrain::tests
