// An optimizer as Python holds it: by itself at first, later that of the model which was compiled with it.
#pragma once

#include "convert.hpp"

namespace wavetrain::python {

class OptimizerHandle {
 public:
  explicit OptimizerHandle(Optimizer optimizer) : own_(std::move(optimizer)) {}

  // The optimizer in use. A model that is gone leaves its optimizer as it was made.
  Optimizer& get();
  const Optimizer& own() const { return own_; }
  // From now on this is the optimizer of `model`, which is kept alive by `keeper`; a null model sets it free.
  void attach(Sequential* model, nb::object keeper);
  bool attached_to(const Sequential* model) const { return model_ == model; }

  // [(name, int or array), ...] in the order of files. Makes the state of an attached optimizer that has none yet.
  nb::list variables();
  void set_variables(nb::handle values);

  // For weights that belong to no model: slots for these variables, then one step from gradients (a list of arrays).
  void build(std::vector<Variable> variables);
  void apply(nb::handle gradients, std::vector<Variable> variables);

 private:
  Optimizer own_;
  Sequential* model_ = nullptr;
  nb::object keeper_;  // a weak reference
  std::vector<Variable> trained_;
  std::vector<Array> w_, g_;
};

}  // namespace wavetrain::python
