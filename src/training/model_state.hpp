// What a Sequential points to.
#pragma once

#include <algorithm>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "cpu/workspace.hpp"
#include "wavetrain/sequential.hpp"

namespace wavetrain {

// Workspaces for prediction, handed out one per caller.
class WorkspaceCache {
 public:
  // One that fits `input` and may use so many threads; compiles a plan when none does.
  std::unique_ptr<cpu::Workspace> take(const std::shared_ptr<const Graph>& graph, const Shape& input, int threads);
  // Makes what is missing for `count` callers of take() at once, so that none of them has to.
  void reserve(const std::shared_ptr<const Graph>& graph, const Shape& input, int threads, Index count);
  // How many samples of this shape are best predicted together (Plan::good_batch), and what one of them costs.
  struct Advice {
    Index good_batch = 0;
    double cost_per_sample = 0;
  };
  Advice advice(const std::shared_ptr<const Graph>& graph, const Shape& input);
  void give_back(std::unique_ptr<cpu::Workspace> workspace);
  void clear();

 private:
  std::mutex mutex_;
  void use(const std::shared_ptr<const Graph>& graph);
  static bool fits(const cpu::Workspace& workspace, const Shape& input, int threads);

  std::shared_ptr<const Graph> graph_;            // of what is kept
  std::vector<std::pair<Shape, Advice>> advice_;  // by the shape of a sample
  std::vector<std::unique_ptr<cpu::Workspace>> free_;
};

struct Sequential::State {
  std::string name;
  std::vector<Layer> layers;
  std::optional<layers::Input> input;  // as declared by an Input entry
  Shape input_shape;                   // the batch first; rank 0 until it is known
  Shape output_shape;
  bool several_outputs = false;

  std::shared_ptr<const Graph> graph;  // null until built
  // The same for data that brings a mask along; made when first needed.
  mutable std::shared_ptr<const Graph> masked;
  mutable std::mutex masked_mutex;
  // Values of all weights: the trained ones, laid out as their gradients, and the others.
  std::shared_ptr<AlignedVector<float>> trained, untrained;
  std::uint64_t updates = 0;  // counts changes of the weights by training

  std::unique_ptr<Trainer> trainer;  // once compiled
  mutable WorkspaceCache predictors, masked_predictors;

  // Adds a layer or notes the input; throws ValueError as Sequential::add does, but lowers nothing yet.
  void append(const Entry& entry);
  // Lowers the layers for inputs of `shape` and moves the weights into flat segments.
  void lower(const Shape& shape);
  // As soon as the input's shape is known and there is a layer.
  void lower_if_possible();
  // The graph for data with or without a mask.
  std::shared_ptr<const Graph> graph_for(bool with_mask) const;
  // Changes whenever some weight may have changed.
  std::uint64_t weights_version() const;
};

// What callbacks of `evaluate` and `predict` are told.
TrainingParams progress_params(int verbose, const DataView& x, std::optional<Index> batch_size,
                               std::optional<Index> steps);

// The shape of a batch as the model takes it: data without a trailing axis of size 1 gets one where the model's input
// has it, and loses one that it does not have. `data` has the samples first.
Shape fit_to_input(const Shape& data, const Shape& input);

// Throws ValueError unless `mask` is (samples, steps) of `x`.
void check_mask(const DataView& x, const DataView& mask);
// Fills the mask of samples first .. in `work`, all ones when there is none, and sets what it drops of its input to
// zeros. `row(i)` is the place of the batch's sample i in the data.
template <class Row>
void gather_mask(const DataView& mask, Index count, cpu::Workspace& work, const Shape& batch, Row row) {
  const Index steps = batch[1], size = batch.size_from(2);
  for (Index i = 0; i < count; ++i) {
    float* const kept = work.input_mask() + i * steps;
    mask.copy_row(row(i), kept);
    for (Index t = 0; t < steps; ++t) {
      kept[t] = kept[t] != 0 ? 1.0f : 0.0f;
      if (kept[t] == 0) std::fill_n(work.input() + (i * steps + t) * size, size, 0.0f);
    }
  }
}

}  // namespace wavetrain
