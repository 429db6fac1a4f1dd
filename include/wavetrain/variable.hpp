// A weight: a named array that layers share, optimizers change and files store.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "wavetrain/array.hpp"
#include "wavetrain/constraints.hpp"
#include "wavetrain/initializers.hpp"
#include "wavetrain/regularizers.hpp"

namespace wavetrain {

// What a layer asks for.
struct WeightSpec {
  std::string name;  // "kernel"
  Shape shape;
  Initializer initializer = "zeros";
  Regularizer regularizer{};
  Constraint constraint{};
  bool trainable = true;
  bool integer = false;  // whole numbers: Keras stores them as such
};

// A handle; copies share one array. The values of all weights of a model lie in one flat segment per kind (trainable or not),
// so that an optimizer, a norm or a checkpoint is one pass over memory. Reading is safe from many threads; writing is not.
class Variable {
 public:
  Variable() = default;
  // Draws the initial values. `group` is the part of the layer it belongs to ("cell" in an LSTM), "" for the layer itself.
  Variable(const WeightSpec& spec, std::string group);

  explicit operator bool() const { return state_ != nullptr; }
  friend bool operator==(const Variable& a, const Variable& b) { return a.state_ == b.state_; }

  const std::string& name() const;
  const std::string& group() const;
  const Shape& shape() const;
  Index size() const;
  // As the layer declared it; whether it is trained also depends on the layer's own flag.
  bool trainable() const;
  bool integer() const;
  const Regularizer& regularizer() const;
  const Constraint& constraint() const;

  float* data() const;
  ConstView view() const { return {data(), shape()}; }
  Array value() const { return Array::copy_of(view()); }
  // Copies values in. Throws ValueError when the shapes differ.
  void assign(const ConstView& values);
  // Draws the initial values anew.
  void initialize();

  // How many assignments and initialisations there have been in this process: tells when packed copies are stale.
  static std::uint64_t assignments();

  // Moves the values to `segment` at `offset` (in floats) and lives there from now on.
  void bind(std::shared_ptr<AlignedVector<float>> segment, Index offset);

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace wavetrain
