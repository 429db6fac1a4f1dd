// An operation of the graph: what layers lower to.
//
// About 25 operations serve some 45 layers. An operation states its shape rule, its forward and backward mathematics, what
// backward reads, and whether it treats samples independently. The mathematics is written once, as plain loops over T, and
// instantiated for double (the reference executor: the oracle of every test) and for float (what the CPU executor falls back
// to when it has no kernel for the operation, e.g. for one that a user adds). Fast kernels live in src/cpu.
//
// An operation of one's own derives from `OpMath<Derived>` and writes `name`, `infer`, `forward<T>` and `backward<T>`.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "wavetrain/shape.hpp"

namespace wavetrain {

// Where random numbers of one use come from: equal keys give equal numbers, whatever the thread.
struct RandomKey {
  std::uint64_t seed = 0;    // of the layer
  std::uint64_t step = 0;    // of the batch
  std::uint32_t stream = 0;  // of the use within the layer
};

// One execution of an operation over `batch` samples. Shapes carry the batch first; blocks are contiguous, row-major.
template <class T>
struct OpCall {
  static constexpr int kMaxInputs = 8;

  int inputs = 0;
  std::array<const T*, kMaxInputs> input{};  // activations and weights; null for an optional one left out
  std::array<Shape, kMaxInputs> input_shape{};
  T* output = nullptr;
  Shape output_shape;

  // Weights that forward may change while training (moving averages).
  std::array<T*, kMaxInputs> state{};

  // Backward only. Gradients are assigned, not added; null where none is wanted.
  const T* output_grad = nullptr;
  std::array<T*, kMaxInputs> input_grad{};

  T* saved = nullptr;  // saved_size() values that forward leaves for backward
  bool training = false;
  RandomKey random;
};

class Op {
 public:
  virtual ~Op() = default;

  virtual std::string_view name() const = 0;

  // Output shape from input shapes, the batch first; dimensions may be None. An optional input left out has rank 0.
  // Throws ValueError.
  virtual Shape infer(std::span<const Shape> inputs) const = 0;

  // What backward reads besides the gradient of the output; the rest may be overwritten after forward.
  virtual bool backward_reads_input(int /*input*/) const { return true; }
  virtual bool backward_reads_output() const { return true; }
  // Values that forward saves for backward.
  virtual Index saved_size(std::span<const Shape> /*inputs*/, const Shape& /*output*/) const { return 0; }

  // Floating point operations of forward, roughly: decides how many threads are worth waking.
  virtual double cost(std::span<const Shape> /*inputs*/, const Shape& output) const {
    return 4.0 * static_cast<double>(output.size());
  }

  // True when sample n of the output depends on sample n of the inputs alone.
  virtual bool sample_wise(bool /*training*/) const { return true; }
  // True when the output is the input's memory under another shape.
  virtual bool is_view() const { return false; }
  // True when the operation draws random numbers while training.
  virtual bool is_random() const { return false; }
  // False when no gradient goes back through it, whatever it reads: masks, look-ups by number.
  virtual bool differentiable() const { return true; }
  // True when it changes nothing outside training (dropout): prediction leaves it out.
  virtual bool is_identity_in_inference() const { return false; }

  virtual void forward(const OpCall<double>& call) const = 0;
  virtual void forward(const OpCall<float>& call) const = 0;
  virtual void backward(const OpCall<double>& call) const = 0;
  virtual void backward(const OpCall<float>& call) const = 0;
};

// Turns `template <class T> void run_forward(const OpCall<T>&) const` and `run_backward` of Derived into the four virtuals.
template <class Derived>
class OpMath : public Op {
 public:
  void forward(const OpCall<double>& call) const override { self().run_forward(call); }
  void forward(const OpCall<float>& call) const override { self().run_forward(call); }
  void backward(const OpCall<double>& call) const override { self().run_backward(call); }
  void backward(const OpCall<float>& call) const override { self().run_backward(call); }

 private:
  const Derived& self() const { return static_cast<const Derived&>(*this); }
};

}  // namespace wavetrain
