// Checks of a chain of layers: gradients in double precision against central differences, and the CPU executor's
// forward and backward pass against the double one.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <memory>
#include <vector>

#include "cpu/workspace.hpp"
#include "reference/executor.hpp"
#include "reference/gradient_testing.hpp"
#include "wavetrain/layer.hpp"

namespace wavetrain::tests {

// Layers behind an input of this shape, the batch first.
inline std::shared_ptr<const Graph> chain(const std::vector<Layer>& layers, const Shape& shape,
                                          bool with_mask = false) {
  auto graph = std::make_shared<Graph>();
  Lowering lowering(*graph);
  Tensor x{graph->add_input(shape), kNoValue};
  if (with_mask) x.mask = graph->add_input_mask({shape[0], shape[1]});
  for (const Layer& layer : layers) x = layer.lower(lowering, x);
  graph->set_output(x.value);
  graph->set_output_mask(x.mask);
  return graph;
}

class GraphCheck {
 public:
  GraphCheck(const std::vector<Layer>& layers, const Shape& shape, std::vector<double> x, bool training = true)
      : graph_(chain(layers, shape.without_first().with_first(kNone))),
        shape_(shape),
        x_(std::move(x)),
        training_(training) {
    // Nothing is left at 0 or 1: biases, gammas and moving statistics included.
    int salt = 1;
    for (const GraphValue& value : graph_->values()) {
      if (!value.is_weight()) continue;
      const auto draws = reference::test_values(static_cast<std::size_t>(value.variable.size()), 0.7, salt++);
      const bool variance = value.variable.name() == "moving_variance";
      for (std::size_t i = 0; i < draws.size(); ++i) {
        value.variable.data()[i] = static_cast<float>(variance ? 1 + draws[i] : draws[i]);
      }
    }
    reference::Executor executor(graph_);
    y_ = executor.forward(shape_, x_, training_, 1);
    dy_ = reference::test_values(y_.size(), 1.0, 77);
    executor.backward(dy_);
    gradients_.resize(graph_->values().size());
    for (std::size_t id = 0; id < gradients_.size(); ++id) gradients_[id] = executor.gradient(static_cast<ValueId>(id));
  }

  const std::vector<double>& y() const { return y_; }

  // d (y·dy) of the input and of every trained weight. The input's is left out where nothing smooth depends on it.
  void expect_gradients(bool of_input = true) const {
    const auto input = static_cast<std::size_t>(graph_->input());
    if (of_input) {
      SCOPED_TRACE("input");
      reference::expect_gradient([&](const std::vector<double>& x) { return objective(x, kNoValue, {}); }, x_,
                                 gradients_[input]);
    }
    for (std::size_t id = 0; id < gradients_.size(); ++id) {
      const GraphValue& value = graph_->values()[id];
      if (!value.is_weight() || !value.trained) continue;
      SCOPED_TRACE(value.variable.name());
      const std::vector<double> at(value.variable.data(), value.variable.data() + value.variable.size());
      reference::expect_gradient(
          [&](const std::vector<double>& w) { return objective(x_, static_cast<ValueId>(id), w); }, at, gradients_[id]);
    }
  }

  // Output and gradients of the CPU executor, for a plan of this capacity and for a larger one.
  void expect_cpu_agrees(double tolerance = 2e-5) const {
    for (const Index more : {Index{0}, Index{2}}) {
      SCOPED_TRACE(more);
      Shape capacity = shape_;
      capacity[0] += more;
      cpu::Workspace work(std::make_shared<const cpu::Plan>(graph_, capacity, training_, 2));
      work.bind(shape_);
      std::copy(x_.begin(), x_.end(), work.input());
      work.forward(1, 1);
      expect_near(work.output(), y_, tolerance, "output");
      if (!training_) continue;
      std::copy(dy_.begin(), dy_.end(), work.output_grad());
      work.backward();
      for (const cpu::FlatLayout::Block& block : work.plan().gradients().blocks) {
        expect_near(work.gradients() + block.offset, gradients_[static_cast<std::size_t>(block.value)], tolerance,
                    graph_->value(block.value).variable.name().c_str());
      }
    }
  }

 private:
  double objective(const std::vector<double>& x, ValueId changed, const std::vector<double>& values) const {
    reference::Executor executor(graph_);
    if (changed != kNoValue) executor.weight(changed) = values;
    return reference::dot(executor.forward(shape_, x, training_, 1), dy_);
  }

  static void expect_near(const float* ours, const std::vector<double>& r, double tolerance, const char* what) {
    double error = 0, norm = 0;
    for (std::size_t i = 0; i < r.size(); ++i) {
      error += (ours[i] - r[i]) * (ours[i] - r[i]);
      norm += r[i] * r[i];
    }
    EXPECT_LE(std::sqrt(error), tolerance * std::max(std::sqrt(norm), 1e-2)) << what;
  }

  std::shared_ptr<const Graph> graph_;
  Shape shape_;
  std::vector<double> x_, y_, dy_;
  std::vector<std::vector<double>> gradients_;
  bool training_;
};

}  // namespace wavetrain::tests
