#include "wavetrain/predictor.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "training/model_state.hpp"

namespace wavetrain {

struct Predictor::State {
  const Sequential::State* model;
  Shape input;
  int threads;
  std::unique_ptr<cpu::Workspace> work;
  std::uint64_t version;  // of the weights that `work` has seen

  std::unique_ptr<cpu::Workspace> prepared() const {
    if (model->graph == nullptr)
      throw ValueError(fmt::format("Model '{}' is not built: give it an Input, or call build().", model->name));
    return std::make_unique<cpu::Workspace>(std::make_shared<const cpu::Plan>(model->graph, input, false, threads));
  }
};

namespace {

Shape with_batch(const Sequential& model, Index batch) {
  Shape shape = model.input_shape();
  if (shape.rank() == 0)
    throw ValueError(fmt::format("Model '{}' is not built: give it an Input, or call build().", model.name()));
  shape[0] = batch;
  return shape;
}

}  // namespace

Predictor::Predictor(const Sequential& model, Index batch, int threads)
    : Predictor(model, with_batch(model, batch), threads) {}

Predictor::Predictor(const Sequential& model, const Shape& input, int threads) {
  const Sequential::State& s = *model.state_;
  if (s.graph == nullptr)
    throw ValueError(fmt::format("Model '{}' is not built: give it an Input, or call build().", s.name));
  if (model.output_shapes().size() > 1) {
    throw NotSupported(
        fmt::format("Model '{}' has several outputs, since its last layer has return_state=True or "
                    "merge_mode=None; a Predictor has one. Sequential::predict_outputs returns all of them.",
                    s.name));
  }
  const Shape shape = fit_to_input(input, s.input_shape);
  for (int axis = 0; axis < shape.rank(); ++axis) {
    if (shape[axis] >= (axis == 0 ? 1 : 0)) continue;
    throw ValueError(fmt::format("A Predictor needs an input of known shape with at least one sample. Received: {}",
                                 to_string(shape)));
  }
  state_.reset(new State{&s, shape, std::max(threads, 1), nullptr, s.weights_version()});
  state_->work = state_->prepared();
}

Predictor::Predictor(Predictor&&) noexcept = default;
Predictor& Predictor::operator=(Predictor&&) noexcept = default;
Predictor::~Predictor() = default;

const Shape& Predictor::input_shape() const { return state_->input; }
const Shape& Predictor::output_shape() const { return state_->work->output_shape(); }
View Predictor::input() { return View(state_->work->input(), state_->input); }

ConstView Predictor::run() {
  State& s = *state_;
  const std::uint64_t version = s.model->weights_version();
  if (s.model->graph.get() != &s.work->plan().graph()) {
    // What the caller has put into the input goes along.
    std::unique_ptr<cpu::Workspace> next = s.prepared();
    std::copy_n(s.work->input(), s.input.size(), next->input());
    s.work = std::move(next);
  }
  if (version != s.version) {
    s.work->refresh_weights();
    s.version = version;
  }
  s.work->forward(0, version);
  return ConstView(s.work->output(), s.work->output_shape());
}

ConstView Predictor::run(std::span<const float> x) {
  if (static_cast<Index>(x.size()) != state_->input.size()) {
    throw ValueError(fmt::format("A Predictor for inputs of shape {} takes {} values. Received: {}",
                                 to_string(state_->input), state_->input.size(), x.size()));
  }
  std::copy(x.begin(), x.end(), state_->work->input());
  return run();
}

}  // namespace wavetrain
