#include "optimizer.hpp"

#include <fmt/format.h>

namespace wavetrain::python {

void OptimizerHandle::attach(Sequential* model, nb::object keeper) {
  model_ = model;
  keeper_ = std::move(keeper);
}

Optimizer& OptimizerHandle::get() {
  if (model_ == nullptr) return own_;
  const nb::object alive = keeper_();
  return alive.is_none() ? own_ : model_->optimizer();
}

nb::list OptimizerHandle::variables() {
  Optimizer& optimizer = get();
  if (!optimizer.built() && &optimizer != &own_ && model_->built()) model_->built_optimizer();
  nb::list result;
  if (!optimizer.built()) return result;
  for (OptimizerVariable& variable : optimizer.variables()) {
    if (const auto* count = std::get_if<std::int64_t>(&variable.value)) {
      result.append(nb::make_tuple(variable.name, *count));
    } else {
      result.append(nb::make_tuple(variable.name, to_numpy(std::move(std::get<Array>(variable.value)))));
    }
  }
  return result;
}

void OptimizerHandle::set_variables(nb::handle values) {
  Optimizer& optimizer = get();
  if (!optimizer.built() && &optimizer != &own_ && model_->built()) model_->built_optimizer();
  std::vector<OptimizerVariable> variables = optimizer.variables();
  std::size_t i = 0;
  for (nb::handle value : values) {
    if (i < variables.size()) {
      if (std::holds_alternative<std::int64_t>(variables[i].value)) {
        variables[i].value = nb::cast<std::int64_t>(nb::int_(nb::borrow(value)));
      } else {
        variables[i].value = to_view(value).to_array();
      }
    }
    ++i;
  }
  if (i != variables.size()) {
    throw ValueError(fmt::format("The optimizer has {} variables. Received: {}", variables.size(), i));
  }
  optimizer.set_variables(variables);
}

void OptimizerHandle::build(std::vector<Variable> variables) {
  if (own_.built()) return;
  std::vector<OptimizerBlock> blocks;
  for (const Variable& variable : variables) {
    w_.push_back(variable.value());
    g_.emplace_back(variable.shape());
    blocks.push_back({.w = w_.back().data(),
                      .g = g_.back().data(),
                      .shape = variable.shape(),
                      .name = variable.name(),
                      .constraint = variable.constraint().has_value() ? &variable.constraint() : nullptr});
  }
  trained_ = std::move(variables);
  own_.build(blocks);
}

void OptimizerHandle::apply(nb::handle gradients, std::vector<Variable> variables) {
  build(variables);
  if (variables.size() != trained_.size() || !std::equal(variables.begin(), variables.end(), trained_.begin())) {
    throw ValueError("The optimizer was built for other variables.");
  }
  std::size_t i = 0;
  for (nb::handle gradient : gradients) {
    if (i >= trained_.size())
      throw ValueError(fmt::format("There are {} variables for more gradients.", trained_.size()));
    const Array values = to_view(gradient).to_array();
    if (values.shape() != trained_[i].shape()) {
      throw ValueError(fmt::format("The gradient of '{}' must have shape {}. Received: {}", trained_[i].name(),
                                   to_string(trained_[i].shape()), to_string(values.shape())));
    }
    std::copy(values.begin(), values.end(), g_[i].data());
    const Array now = trained_[i].value();  // it may have been assigned since
    std::copy(now.begin(), now.end(), w_[i].data());
    ++i;
  }
  if (i != trained_.size())
    throw ValueError(fmt::format("There are {} variables for {} gradients.", trained_.size(), i));
  own_.apply();
  for (i = 0; i < trained_.size(); ++i) trained_[i].assign(w_[i]);
}

}  // namespace wavetrain::python
