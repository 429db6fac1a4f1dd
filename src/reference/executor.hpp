// Runs a graph in double precision, one operation after the other, with nothing fused: the oracle that every kernel and
// every gradient is compared with. Slow, and simple enough to be seen to be right.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "wavetrain/graph.hpp"

namespace wavetrain::reference {

class Executor {
 public:
  // Copies the weights of `graph` as they are now.
  explicit Executor(std::shared_ptr<const Graph> graph);

  // Values of a weight; may be changed between runs.
  std::vector<double>& weight(ValueId id) { return values_[static_cast<std::size_t>(id)]; }

  // `input` holds shape.size() values, the batch first. `step` selects random numbers. In training, moving averages change.
  const std::vector<double>& forward(const Shape& shape, const std::vector<double>& input, bool training,
                                     std::uint64_t step = 0);
  const Shape& output_shape() const { return shapes_[static_cast<std::size_t>(graph_->output())]; }

  // After forward: gradients of everything, from d loss / d output.
  void backward(const std::vector<double>& output_grad);
  // d loss / d value; empty where backward never came.
  const std::vector<double>& gradient(ValueId id) const { return gradients_[static_cast<std::size_t>(id)]; }

 private:
  OpCall<double> call(std::size_t node);

  std::shared_ptr<const Graph> graph_;
  std::vector<Shape> shapes_;
  std::vector<std::vector<double>> values_, gradients_, saved_;
  bool training_ = false;
  std::uint64_t step_ = 0;
};

}  // namespace wavetrain::reference
