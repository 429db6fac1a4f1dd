#include "wavetrain/optimizer.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <regex>

#include <fmt/format.h>

#include "cpu/pool.hpp"
#include "training/optimizer_state.hpp"
#include "wavetrain/log.hpp"

namespace wavetrain {

// --- Settings --------------------------------------------------------------------------------------------------------

void OptimizerArguments::check() const {
  if (gradient_accumulation_steps && *gradient_accumulation_steps != 0 && *gradient_accumulation_steps < 2) {
    throw ValueError(
        fmt::format("`gradient_accumulation_steps` must be an integer >= 2. Received: "
                    "gradient_accumulation_steps={}",
                    *gradient_accumulation_steps));
  }
  if (use_ema && !(ema_momentum >= 0 && ema_momentum <= 1)) {
    throw ValueError(
        fmt::format("`ema_momentum` must be in the range [0, 1]. Received: ema_momentum={}", to_text(ema_momentum)));
  }
  if (use_ema && ema_overwrite_frequency && *ema_overwrite_frequency < 0) {
    throw ValueError(
        fmt::format("`ema_overwrite_frequency` must be an integer >= 1 or None. Received: "
                    "ema_overwrite_frequency={}",
                    *ema_overwrite_frequency));
  }
  if (clipnorm.has_value() + clipvalue.has_value() + global_clipnorm.has_value() > 1) {
    const auto text = [](const std::optional<double>& value) { return value ? to_text(*value) : "None"; };
    throw ValueError(
        fmt::format("Only one of `clipnorm`, `clipvalue` and `global_clipnorm` can be set. Received: "
                    "clipnorm={}, clipvalue={}, global_clipnorm={}",
                    text(clipnorm), text(clipvalue), text(global_clipnorm)));
  }
}

void Optimizer::StateDeleter::operator()(State* state) const { delete state; }

namespace {

Config without_loss_scaling(const Config& identifier) {
  const Config* name = identifier.is_dict() ? identifier.find("class_name") : nullptr;
  if (name == nullptr || !name->is_string() || name->as_string() != "LossScaleOptimizer") return identifier;
  const Config* arguments = identifier.find("config");
  const Config* inner = arguments != nullptr && arguments->is_dict() ? arguments->find("inner_optimizer") : nullptr;
  if (inner == nullptr) throw ValueError("LossScaleOptimizer needs the argument `inner_optimizer`.");
  log(LogLevel::warning,
      "LossScaleOptimizer: training is in float32, where the loss needs no scaling; its inner "
      "optimizer is used alone.");
  return without_loss_scaling(*inner);
}

}  // namespace

Optimizer::Optimizer(const Config& identifier) : Member(without_loss_scaling(identifier)) {}

Optimizer::Optimizer(const Optimizer& other)
    : Member(other), learning_rate_(other.learning_rate_), excluded_(other.excluded_) {}

Optimizer& Optimizer::operator=(const Optimizer& other) {
  if (this != &other) *this = Optimizer(other);
  return *this;
}

OptimizerArguments Optimizer::arguments() const { return methods().arguments(); }

Optimizer::State& Optimizer::state() const {
  if (!state_) throw ValueError(fmt::format("{} has not been built on weights yet.", class_name()));
  return *state_;
}

double Optimizer::learning_rate() const {
  if (learning_rate_) return *learning_rate_;
  return arguments().learning_rate.at(state_ ? state_->steps : 0);
}

void Optimizer::set_learning_rate(double value) {
  if (has_schedule()) {
    throw TypeError(
        fmt::format("{} was created with a LearningRateSchedule as its `learning_rate`, hence its learning "
                    "rate is not settable.",
                    class_name()));
  }
  learning_rate_ = value;
}

void Optimizer::exclude_from_weight_decay(std::vector<std::string> names) {
  if (built()) {
    throw ValueError("`exclude_from_weight_decay()` can only be configured before the optimizer is built.");
  }
  excluded_ = std::move(names);
}

Config Optimizer::config() const {
  Config result = Member::config();
  if (!learning_rate_ || !result.is_dict()) return result;
  Config arguments = result.at("config");
  arguments.set("learning_rate", *learning_rate_);
  result.set("config", std::move(arguments));
  return result;
}

// --- Training --------------------------------------------------------------------------------------------------------

void Optimizer::build(std::span<const OptimizerBlock> blocks) {
  if (!has_value()) throw ValueError("Training needs an optimizer. Received: None");
  const auto is_excluded = [this](const std::string& name) {
    return std::any_of(excluded_.begin(), excluded_.end(),
                       [&name](const std::string& pattern) { return std::regex_search(name, std::regex(pattern)); });
  };
  std::vector<bool> decays;
  for (const OptimizerBlock& block : blocks) decays.push_back(!is_excluded(block.name));
  state_.reset(new State(methods(), blocks, decays));
}

std::int64_t Optimizer::iterations() const { return state_ ? state_->steps : 0; }

bool Optimizer::begin_step() {
  State& s = state();
  // As files hold it, so that a resumed training goes on with the same bits.
  s.learning_rate = static_cast<float>(learning_rate());
  return s.begin_step(methods());
}

Index Optimizer::parts() const { return static_cast<Index>(state().parts.size()); }

void Optimizer::update(Index part) {
  State& s = state();
  s.update(methods(), s.parts[static_cast<std::size_t>(part)]);
}

void Optimizer::end_step() { state().end_step(); }

void Optimizer::apply() {
  if (begin_step()) {
    cpu::parallel_for(parts(), [this](Index part, int) { update(part); });
  }
  end_step();
}

void Optimizer::finalize_variable_values() {
  State& s = state();
  if (s.arguments.use_ema) s.overwrite_with_averages();
}

void Optimizer::swap_averages() {
  State& s = averaging_state();
  for (const State::Block& b : s.blocks) {
    std::swap_ranges(b.block.w, b.block.w + b.size, s.averages.data() + b.offset);
  }
}

void Optimizer::averages_from_weights() {
  State& s = averaging_state();
  for (const State::Block& b : s.blocks) std::copy_n(b.block.w, b.size, s.averages.data() + b.offset);
}

Optimizer::State& Optimizer::averaging_state() const {
  if (!state_ || !state_->arguments.use_ema) {
    throw ValueError(
        fmt::format("SwapEMAWeights must be used when `use_ema=True` is set on the optimizer. Received: "
                    "use_ema={}",
                    arguments().use_ema ? "True, before the first step of training" : "False"));
  }
  return *state_;
}

std::vector<OptimizerVariable> Optimizer::variables() const {
  State& s = state();
  std::vector<OptimizerVariable> result{{"iteration", s.steps}};
  if (!has_schedule()) result.push_back({"learning_rate", Array(Shape{}, static_cast<float>(learning_rate()))});
  for (const State::Stored& stored : s.stored()) {
    const std::span<const float> values(stored.data, static_cast<std::size_t>(stored.shape.size()));
    result.push_back({stored.name, Array(stored.shape, values), stored.slot});
  }
  return result;
}

void Optimizer::set_variables(std::span<const OptimizerVariable> variables) {
  State& s = state();
  const std::vector<State::Stored> stored = s.stored();
  const std::size_t header = has_schedule() ? 1 : 2;
  if (variables.size() != header + stored.size()) {
    throw ValueError(
        fmt::format("{} has {} variables. Received: {}", class_name(), header + stored.size(), variables.size()));
  }
  const auto array = [&](std::size_t i, const Shape& shape) -> const Array& {
    const auto* values = std::get_if<Array>(&variables[i].value);
    if (values == nullptr || !(values->shape() == shape)) {
      throw ValueError(fmt::format("Variable {} of {} has shape {}. Received: {}", i, class_name(), to_string(shape),
                                   values ? "shape " + to_string(values->shape()) : "a whole number"));
    }
    return *values;
  };
  const auto* steps = std::get_if<std::int64_t>(&variables[0].value);
  if (steps == nullptr) throw ValueError(fmt::format("Variable 0 of {} is its step count.", class_name()));
  if (header == 2) array(1, Shape{});
  for (std::size_t i = 0; i < stored.size(); ++i) array(header + i, stored[i].shape);
  s.steps = *steps;
  if (header == 2) learning_rate_ = array(1, Shape{})[0];
  for (std::size_t i = 0; i < stored.size(); ++i) {
    const Array& values = array(header + i, stored[i].shape);
    std::copy(values.begin(), values.end(), stored[i].data);
  }
}

}  // namespace wavetrain
