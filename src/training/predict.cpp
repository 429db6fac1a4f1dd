#include <algorithm>

#include <fmt/format.h>

#include "cpu/pool.hpp"
#include "graph/ops/several_outputs.hpp"
#include "training/trainer.hpp"
#include "wavetrain/callbacks.hpp"
#include "wavetrain/random.hpp"

namespace wavetrain {

Shape fit_to_input(const Shape& data, const Shape& input) {
  const int rank = input.rank();
  if (data.rank() == rank) return data;
  if (data.rank() == rank + 1 && data.back() == 1) {
    Shape shape;
    for (int axis = 0; axis < rank; ++axis) shape.push_back(data[axis]);
    return shape;
  }
  if (data.rank() == rank - 1 && input.back() == 1) {
    Shape shape = data;
    shape.push_back(1);
    return shape;
  }
  throw ValueError(
      fmt::format("Invalid input shape for input of the model. Expected shape {}, but input has incompatible shape "
                  "{}",
                  to_string(input), to_string(data)));
}

void check_mask(const DataView& x, const DataView& mask) {
  if (x.shape().rank() >= 2 && mask.shape() == Shape{x.shape()[0], x.shape()[1]}) return;
  throw ValueError(
      fmt::format("The mask must have the shape (samples, steps) of the data. Received: mask of shape {}, data of "
                  "shape {}",
                  to_string(mask.shape()), to_string(x.shape())));
}

Array mask_of_lengths(const std::vector<Index>& lengths, Index steps) {
  Array mask(Shape{static_cast<Index>(lengths.size()), steps});
  for (std::size_t i = 0; i < lengths.size(); ++i) {
    if (lengths[i] < 0 || lengths[i] > steps) {
      throw ValueError(
          fmt::format("Lengths must be between 0 and steps={}. Received: lengths[{}]={}", steps, i, lengths[i]));
    }
    std::fill_n(mask.data() + static_cast<Index>(i) * steps, lengths[i], 1.0f);
  }
  return mask;
}

void WorkspaceCache::use(const std::shared_ptr<const Graph>& graph) {
  if (graph_ == graph) return;
  free_.clear();
  advice_.clear();
  graph_ = graph;
}

std::unique_ptr<cpu::Workspace> WorkspaceCache::take(const std::shared_ptr<const Graph>& graph, const Shape& input,
                                                     int threads) {
  {
    const std::lock_guard lock(mutex_);
    use(graph);
    for (auto& workspace : free_) {
      if (!fits(*workspace, input, threads)) continue;
      std::swap(workspace, free_.back());
      std::unique_ptr<cpu::Workspace> taken = std::move(free_.back());
      free_.pop_back();
      taken->refresh_weights();
      return taken;
    }
  }
  return std::make_unique<cpu::Workspace>(std::make_shared<const cpu::Plan>(graph, input, false, threads));
}

bool WorkspaceCache::fits(const cpu::Workspace& workspace, const Shape& input, int threads) {
  return workspace.plan().fits(input) && workspace.plan().max_threads() >= threads;
}

void WorkspaceCache::reserve(const std::shared_ptr<const Graph>& graph, const Shape& input, int threads, Index count) {
  {
    const std::lock_guard lock(mutex_);
    use(graph);
    count -= std::ranges::count_if(free_, [&](const auto& workspace) { return fits(*workspace, input, threads); });
  }
  if (count <= 0) return;
  const auto plan = std::make_shared<const cpu::Plan>(graph, input, false, threads);
  for (; count > 0; --count) give_back(std::make_unique<cpu::Workspace>(plan));
}

WorkspaceCache::Advice WorkspaceCache::advice(const std::shared_ptr<const Graph>& graph, const Shape& input) {
  const Shape sample = input.without_first();
  const std::lock_guard lock(mutex_);
  use(graph);
  for (const auto& [shape, known] : advice_) {
    if (shape == sample) return known;
  }
  // A model made for a number of samples gets no other.
  if (graph->value(graph->input()).shape[0] != kNone) return {};
  Shape one = input;
  one[0] = 1;
  const cpu::Plan plan(graph, one, false, 1);
  Advice advice{.good_batch = plan.good_batch(), .cost_per_sample = 1};
  for (const cpu::Segment& segment : plan.forward()) advice.cost_per_sample += segment.cost_per_sample;
  constexpr std::size_t kMost = 64;  // lengths of series
  if (advice_.size() == kMost) advice_.clear();
  advice_.emplace_back(sample, advice);
  return advice;
}

void WorkspaceCache::give_back(std::unique_ptr<cpu::Workspace> workspace) {
  // More than callers at once are rarely of use again.
  const std::size_t kKept = 16 + static_cast<std::size_t>(num_threads());
  const std::lock_guard lock(mutex_);
  if (&workspace->plan().graph() != graph_.get()) return;
  if (free_.size() >= kKept) free_.erase(free_.begin());
  free_.push_back(std::move(workspace));
}

void WorkspaceCache::clear() {
  const std::lock_guard lock(mutex_);
  free_.clear();
  advice_.clear();
  graph_ = nullptr;
}

std::vector<Shape> Sequential::value_shapes(const Shape& x) const {
  if (!built()) throw ValueError(fmt::format("Model '{}' is not built: give it an Input, or call build().", name()));
  std::vector<Shape> shapes(state_->graph->values().size());
  for (std::size_t id = 0; id < shapes.size(); ++id) shapes[id] = state_->graph->values()[id].shape;
  Shape& input = shapes[static_cast<std::size_t>(state_->graph->input())];
  input = fit_to_input(x, state_->input_shape);
  input[0] = kNone;  // any number of samples, in batches
  for (const GraphNode& node : state_->graph->nodes()) {
    std::vector<Shape> inputs;
    for (const ValueId id : node.inputs)
      inputs.push_back(id == kNoValue ? Shape{} : shapes[static_cast<std::size_t>(id)]);
    try {
      shapes[static_cast<std::size_t>(node.output)] = node.op->infer(inputs);
    } catch (const ValueError& error) {
      throw ValueError(fmt::format("Layer '{}': {}", node.layer, error.what()));
    }
  }
  return shapes;
}

Shape Sequential::compute_output_shape(const Shape& x) const {
  require_one_output();
  return value_shapes(x)[static_cast<std::size_t>(state_->graph->output())].without_first().with_first(x[0]);
}

std::vector<Shape> Sequential::output_shapes() const {
  if (!built()) return {};
  std::vector<Shape> shapes = ops::outputs_of(*state_->graph, state_->graph->output());
  if (shapes.empty()) shapes.push_back(output_shape());
  return shapes;
}

void Sequential::require_one_output() const {
  if (!state_->several_outputs) return;
  throw ValueError(
      fmt::format("Model '{}' has {} outputs, since its last layer has return_state=True or merge_mode=None; "
                  "this call is for models with one. predict_outputs() returns all of them.",
                  name(), output_shapes().size()));
}

TrainingParams progress_params(int verbose, const DataView& x, std::optional<Index> batch_size,
                               std::optional<Index> steps) {
  const Index size = std::max<Index>(batch_size.value_or(32), 1);
  const Index all = (x.rows() + size - 1) / size;
  return {.verbose = verbose == kVerboseAuto ? 1 : verbose, .epochs = 1, .steps = steps ? std::min(*steps, all) : all};
}

void Sequential::predict(const DataView& x, const View& out, const PredictOptions& options) const {
  require_one_output();
  predict(x, out, options, nullptr);
}

void Sequential::predict(const DataView& x, const View& out, const PredictOptions& options,
                         CallbackList* callbacks) const {
  if (!built()) throw ValueError(fmt::format("Model '{}' is not built: give it an Input, or call build().", name()));
  if (!out.contiguous()) throw ValueError("predict needs a contiguous array to write to.");
  const Index n = x.rows();
  if (n == 0) return;
  const Index batch_size = std::min(n, options.batch_size.value_or(32));
  if (batch_size < 1) throw ValueError(fmt::format("batch_size must be at least 1. Received: {}", batch_size));
  Shape shape = fit_to_input(x.shape(), state_->input_shape);
  shape[0] = batch_size;
  const bool masked = options.mask.has_value();
  if (masked) check_mask(x, options.mask);
  WorkspaceCache& cache = masked ? state_->masked_predictors : state_->predictors;
  const std::shared_ptr<const Graph> graph = state_->graph_for(masked);
  const std::uint64_t version = state_->weights_version();
  const Index x_size = x.row_size();
  const Index end = options.steps ? std::min(n, *options.steps * batch_size) : n;

  // Samples [first, last) in pieces of `piece` samples.
  const auto run = [&](Index first, Index last, Index piece, int threads) {
    Shape part = shape;
    part[0] = std::min(piece, last - first);
    std::unique_ptr<cpu::Workspace> work = cache.take(graph, part, threads);
    for (Index from = first; from < last; from += piece) {
      part[0] = std::min(piece, last - from);
      work->bind(part);
      for (Index i = 0; i < part[0]; ++i) x.copy_row(from + i, work->input() + i * x_size);
      if (masked) gather_mask(options.mask, part[0], *work, part, [&](Index i) { return from + i; });
      work->forward(0, version);
      const Shape& result = work->output_shape();
      const Index size = result.size_from(1);
      if (out.size() < (from + part[0]) * size || out.shape().size_from(1) != size) {
        throw ValueError(fmt::format("predict writes {} values per sample. Received an array of shape {}", size,
                                     to_string(out.shape())));
      }
      std::copy_n(work->output(), result.size(), out.data() + from * size);
    }
    cache.give_back(std::move(work));
  };
  // Results do not depend on how samples are put together, so that is the machine's choice: pieces that stay in the
  // cache, spread over threads. A thread takes neighbouring pieces, each with memory of its own.
  const WorkspaceCache::Advice advice = cache.advice(graph, shape);
  const auto run_all = [&](Index first, Index last) {
    if (advice.good_batch == 0) return run(first, last, batch_size, num_threads());
    constexpr double kCostPerThread = 300e3;  // flop: less is not worth waking one
    const double cost = advice.cost_per_sample * static_cast<double>(last - first);
    const auto useful = static_cast<Index>(std::min(cost / kCostPerThread, static_cast<double>(last - first)));
    const Index parts = std::clamp<Index>(useful, 1, cpu::usable_threads());
    if (parts == 1) return run(first, last, advice.good_batch, 1);
    const Index piece = std::min(advice.good_batch, (last - first + parts - 1) / parts);
    const Index pieces = (last - first + piece - 1) / piece;
    // Here, since one thread may happen to do all parts today, and two at once tomorrow.
    Shape largest = shape;
    largest[0] = piece;
    cache.reserve(graph, largest, 1, parts);
    cpu::parallel_for(parts, static_cast<int>(parts), [&](Index part, int) {
      const Index from = first + pieces * part / parts * piece;
      const Index to = std::min(last, first + pieces * (part + 1) / parts * piece);
      if (from < to) run(from, to, piece, 1);
    });
  };

  const bool hooks = callbacks != nullptr && callbacks->wants_batches();
  if (!hooks && !options.interrupted) return run_all(0, end);
  for (Index first = 0, batch = 0; first < end; first += batch_size, ++batch) {
    if (hooks) callbacks->on_predict_batch_begin(batch);
    run_all(first, std::min(end, first + batch_size));
    if (hooks) callbacks->on_predict_batch_end(batch);
    if (options.interrupted && options.interrupted()) break;
  }
}

Array Sequential::predict(const DataView& x, const PredictOptions& options) const {
  require_one_output();
  Array y = predict_rows(x, options);
  require_one_output();  // it may have been built just now
  return y;
}

std::vector<Array> Sequential::predict_outputs(const DataView& x, const PredictOptions& options) const {
  Array rows = predict_rows(x, options);
  const std::vector<Shape> shapes = ops::outputs_of(*state_->graph, state_->graph->output(), value_shapes(x.shape()));
  std::vector<Array> outputs;
  if (shapes.empty()) {
    outputs.push_back(std::move(rows));
    return outputs;
  }
  const Index samples = rows.shape()[0], row = rows.shape().size_from(1);
  Index offset = 0;
  for (const Shape& shape : shapes) {
    Array& output = outputs.emplace_back(shape.without_first().with_first(samples));
    const Index size = output.shape().size_from(1);
    for (Index n = 0; n < samples; ++n) std::copy_n(rows.data() + n * row + offset, size, output.data() + n * size);
    offset += size;
  }
  return outputs;
}

Array Sequential::predict_rows(const DataView& x, const PredictOptions& options) const {
  if (!built()) {
    if (state_->layers.empty()) throw ValueError(fmt::format("Model '{}' has no layers.", name()));
    Shape shape = x.shape();
    if (shape.rank() == 0) throw ValueError("Data must have the samples as its first dimension. Received a scalar.");
    shape[0] = kNone;
    state_->lower(shape);
    state_->input_shape = shape;
  }
  Shape shape = value_shapes(x.shape())[static_cast<std::size_t>(state_->graph->output())];
  shape[0] = x.shape()[0];
  if (options.steps) shape[0] = std::min(shape[0], *options.steps * options.batch_size.value_or(32));
  Array result(shape);
  if (options.callbacks.empty() && options.verbose == 0) {
    predict(x, result.view(), options, nullptr);
    return result;
  }
  std::vector<std::shared_ptr<Callback>> list = options.callbacks;
  const TrainingParams params = progress_params(options.verbose, x, options.batch_size, options.steps);
  if (params.verbose > 0) list.push_back(callbacks::ProgbarLogger{});
  CallbackList callbacks(std::move(list), const_cast<Sequential*>(this), params);
  callbacks.on_predict_begin();
  predict(x, result.view(), options, &callbacks);
  callbacks.on_predict_end();
  return result;
}

Array Sequential::call(const DataView& x, bool training) {
  Shape shape = x.shape();
  if (!built()) {
    if (shape.rank() == 0) throw ValueError("Data must have the samples as its first dimension. Received a scalar.");
    shape[0] = kNone;
    build(state_->input_shape.rank() > 0 ? state_->input_shape : shape);
  }
  if (!training) return predict_on_batch(x);
  require_one_output();
  shape = fit_to_input(x.shape(), state_->input_shape);
  cpu::Workspace work(std::make_shared<const cpu::Plan>(state_->graph, shape, true, num_threads()));
  work.bind(shape);
  for (Index i = 0; i < shape[0]; ++i) x.copy_row(i, work.input() + i * x.row_size());
  work.forward(next_seed(), state_->weights_version());
  ++state_->updates;
  Array result(work.output_shape());
  std::copy_n(work.output(), result.size(), result.data());
  return result;
}

Array Sequential::predict_on_batch(const DataView& x) const {
  PredictOptions options;
  options.batch_size = std::max<Index>(x.rows(), 1);
  return predict(x, options);
}

}  // namespace wavetrain
