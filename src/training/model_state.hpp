// What a Sequential points to.
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "cpu/workspace.hpp"
#include "wavetrain/sequential.hpp"

namespace wavetrain {

// Workspaces for prediction, handed out one per caller.
class WorkspaceCache {
 public:
  // One that fits `input`; compiles a plan when none does.
  std::unique_ptr<cpu::Workspace> take(const std::shared_ptr<const Graph>& graph, const Shape& input);
  void give_back(std::unique_ptr<cpu::Workspace> workspace);
  void clear();

 private:
  std::mutex mutex_;
  std::shared_ptr<const Graph> graph_;  // of what is kept
  std::vector<std::unique_ptr<cpu::Workspace>> free_;
};

struct Sequential::State {
  std::string name;
  std::vector<Layer> layers;
  std::optional<layers::Input> input;  // as declared by an Input entry
  Shape input_shape;                   // the batch first; rank 0 until it is known
  Shape output_shape;

  std::shared_ptr<const Graph> graph;  // null until built
  // Values of all weights: the trained ones, laid out as their gradients, and the others.
  std::shared_ptr<AlignedVector<float>> trained, untrained;
  std::uint64_t updates = 0;  // counts changes of the weights by training

  std::unique_ptr<Trainer> trainer;  // once compiled
  mutable WorkspaceCache predictors;

  // Lowers the layers for inputs of `shape` and moves the weights into flat segments.
  void lower(const Shape& shape);
  // Changes whenever some weight may have changed.
  std::uint64_t weights_version() const;
};

// What callbacks of `evaluate` and `predict` are told.
TrainingParams progress_params(int verbose, const DataView& x, std::optional<Index> batch_size, std::optional<Index> steps);

// The shape of a batch as the model takes it: data without a trailing axis of size 1 gets one where the model's input has it,
// and loses one that it does not have. `data` has the samples first.
Shape fit_to_input(const Shape& data, const Shape& input);

}  // namespace wavetrain
