#include "cpu/workspace.hpp"

#include <algorithm>
#include <array>

#include "cpu/flush_denormals.hpp"
#include "cpu/pool.hpp"
#include "cpu/sample_blocks.hpp"

namespace wavetrain::cpu {
namespace {

// Below this much work for each thread, waking one costs more than it brings.
constexpr double kCostPerThread = 150e3;

}  // namespace

Workspace::Workspace(std::shared_ptr<const Plan> plan, std::shared_ptr<AlignedVector<float>> gradients)
    : plan_(std::move(plan)),
      arena_(static_cast<std::size_t>(plan_->arena_floats())),
      packed_(static_cast<std::size_t>(plan_->packed_floats())),
      scratch_(static_cast<std::size_t>(plan_->scratch_floats() * plan_->max_threads())),
      gradients_(std::move(gradients)),
      shapes_(plan_->graph().values().size()),
      folds_(plan_->graph().nodes().size(), 1) {
  if (gradients_ == nullptr) {
    gradients_ = std::make_shared<AlignedVector<float>>(static_cast<std::size_t>(plan_->gradients().floats));
  }
  for (const SlotPlace& place : plan_->slots()) {
    switch (place.kind) {
      case SlotPlace::Kind::arena: slots_.push_back(arena_.data() + place.offset); break;
      case SlotPlace::Kind::packed: slots_.push_back(packed_.data() + place.offset); break;
      case SlotPlace::Kind::gradient: slots_.push_back(gradients_->data() + place.offset); break;
      case SlotPlace::Kind::weight: slots_.push_back(plan_->graph().value(place.weight).variable.data()); break;
    }
  }
  run_.slot = slots_.data();
  run_.shape = shapes_.data();
  run_.scratch = scratch_.data();
  run_.scratch_floats = plan_->scratch_floats();
  run_.training = plan_->training();
  bind(plan_->input());
}

void Workspace::refresh_weights() {
  for (std::size_t i = 0; i < slots_.size(); ++i) {
    const SlotPlace& place = plan_->slots()[i];
    if (place.kind == SlotPlace::Kind::weight) slots_[i] = plan_->graph().value(place.weight).variable.data();
  }
}

void Workspace::bind(const Shape& input, Index first, Index whole) {
  const Graph& graph = plan_->graph();
  run_.first = first;
  run_.whole = whole;
  Shape& bound = shapes_[static_cast<std::size_t>(graph.input())];
  if (bound == input) return;
  for (std::size_t id = 0; id < shapes_.size(); ++id) {
    if (graph.values()[id].is_weight()) shapes_[id] = graph.values()[id].shape;
  }
  bound = input;
  if (graph.input_mask() != kNoValue) shapes_[static_cast<std::size_t>(graph.input_mask())] = Shape{input[0], input[1]};
  for (std::size_t n = 0; n < folds_.size(); ++n) {
    const GraphNode& node = graph.nodes()[n];
    std::array<Shape, OpCall<float>::kMaxInputs> inputs;
    for (std::size_t i = 0; i < node.inputs.size(); ++i) {
      inputs[i] = node.inputs[i] == kNoValue ? Shape{} : shapes_[static_cast<std::size_t>(node.inputs[i])];
    }
    Shape& output = shapes_[static_cast<std::size_t>(node.output)];
    output = node.op->infer(std::span(inputs.data(), node.inputs.size()));
    folds_[n] = input[0] > 0 ? output[0] / input[0] : 1;
  }
  run_.batch = input[0];
}

const Shape& Workspace::output_shape() const { return shapes_[static_cast<std::size_t>(plan_->graph().output())]; }

const Shape& Workspace::output_mask_shape() const {
  return shapes_[static_cast<std::size_t>(plan_->graph().output_mask())];
}

void Workspace::forward(std::uint64_t step, std::uint64_t weights_version) {
  const FlushDenormals flush;
  run_.step = step;
  const bool once_per_batch = plan_->training() && !run_.continues();
  if (once_per_batch || !packed_valid_ || packed_version_ != weights_version) {
    run(plan_->packing());
    packed_version_ = weights_version;
    packed_valid_ = true;
  }
  run(plan_->forward());
}

void Workspace::backward() {
  const FlushDenormals flush;
  run(plan_->backward());
}

double Workspace::penalty() const {
  double sum = 0;
  for (const Plan::Penalty& penalty : plan_->penalties()) {
    const ConstView view(slots_[static_cast<std::size_t>(penalty.slot)],
                         shapes_[static_cast<std::size_t>(penalty.value)]);
    if (run_.batch > 0) sum += penalty.regularizer->value(view) / static_cast<double>(run_.batch);
  }
  return sum;
}

std::size_t Workspace::bytes() const {
  return sizeof(float) * (arena_.size() + packed_.size() + scratch_.size() + gradients_->size());
}

int Workspace::threads_for(double cost) const {
  const double useful = cost / kCostPerThread;
  const int allowed = std::min(usable_threads(), plan_->max_threads());
  return useful >= allowed ? allowed : std::max(1, static_cast<int>(useful));
}

Run Workspace::run_of(const Stage& stage) const {
  Run run = run_;
  const Index fold = folds_[static_cast<std::size_t>(stage.node)];
  run.batch *= fold;
  run.first *= fold;
  run.whole *= fold;
  return run;
}

void Workspace::run(const std::vector<Segment>& segments) {
  for (const Segment& segment : segments) {
    switch (segment.split) {
      case Stage::Split::once:
        segment.stages.front().run(segment.stages.front().kernel, run_of(segment.stages.front()), 0, 1, 0);
        break;
      case Stage::Split::samples: run_samples(segment); break;
      case Stage::Split::tasks: run_tasks(segment.stages.front(), segment.cost_per_sample); break;
    }
  }
}

void Workspace::run_samples(const Segment& segment) {
  const Index n = run_.batch;
  const bool has_tail = segment.tail.by_samples != nullptr;
  const SampleBlocks blocks = run_.blocks();
  const auto run_stage = [&](const Stage& stage, Index from, Index to, int thread) {
    const Index fold = folds_[static_cast<std::size_t>(stage.node)];
    if (fold == 1) stage.run(stage.kernel, run_, from, to, thread);
    else stage.run(stage.kernel, run_of(stage), from * fold, to * fold, thread);
  };
  // Samples [first, last) through all stages; with the tail behind them where they are blocks of samples.
  const auto work = [&](Index first, Index last, bool with_tail, int thread) {
    const auto end = segment.stages.end();
    for (auto group = segment.stages.begin(); group != end || with_tail;) {
      if (group != end && (group->whole || segment.chunk == 0)) {
        run_stage(*group++, first, last, thread);
        continue;
      }
      const auto next = std::find_if(group, end, [](const Stage& stage) { return stage.whole; });
      const bool tail = with_tail && next == end;
      for (Index from = first, to = first; from < last; from = to) {
        to = std::min(last, from + segment.chunk);
        if (tail) to = std::min(to, blocks.last(blocks.of(from)));
        for (auto stage = group; stage != next; ++stage) run_stage(*stage, from, to, thread);
        if (tail) segment.tail.by_samples(segment.tail.kernel, run_, from, to, thread);
      }
      if (tail) return;
      group = next;
    }
  };
  // The tail goes along where each of its node's samples is one of ours, unless there are too few blocks for the threads, or all
  // of a thread's samples stay in its cache anyway.
  const double cost = segment.cost_per_sample + segment.tail_cost;
  const Index threads = threads_for(cost * static_cast<double>(n));
  const bool joined = has_tail && threads <= blocks.count() && segment.chunk * threads < n &&
                      folds_[static_cast<std::size_t>(segment.tail.node)] == 1;
  const Index units = joined ? blocks.count() : n, parts = std::min(units, threads);
  const auto first_of = [&](Index part) {
    const Index unit = units * part / parts;
    return joined ? std::min(n, blocks.first(unit)) : unit;
  };
  if (parts <= 1) {
    if (n > 0) work(0, n, joined, 0);
  } else {
    parallel_for(parts, static_cast<int>(parts),
                 [&](Index part, int thread) { work(first_of(part), first_of(part + 1), joined, thread); });
  }
  if (has_tail && !joined) run_tasks(segment.tail, segment.tail_cost);
}

void Workspace::run_tasks(const Stage& stage, double cost_per_sample) {
  const Run run = run_of(stage);
  const Index count = stage.count(stage.kernel, run);
  const int threads = threads_for(cost_per_sample * static_cast<double>(run_.batch));
  if (threads <= 1 || count <= 1) {
    if (count > 0) stage.run(stage.kernel, run, 0, count, 0);
    return;
  }
  // A few parts for each thread, so that a slow one does not hold up the rest.
  const Index parts = std::min<Index>(count, 4 * threads);
  parallel_for(parts, threads, [&](Index part, int thread) {
    stage.run(stage.kernel, run, count * part / parts, count * (part + 1) / parts, thread);
  });
}

}  // namespace wavetrain::cpu
