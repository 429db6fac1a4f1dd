// Predictor: a model for batches of one shape, for loops that count microseconds.
//
//     Predictor predictor(model);                  // one sample at a time, on the calling thread
//     for (...) {
//       std::copy_n(window, predictor.input().size(), predictor.input().data());
//       const ConstView y = predictor.run();
//     }
//
// It holds the plan and all memory that the shape needs: making one allocates, `run` allocates nothing, takes no lock
// and never waits. Values have the same bits as those of Sequential::predict. One thread at a time may use a predictor;
// any number of predictors may share a model, which has to outlive them. Weights that change in between (fit,
// set_weights) are noticed; after `compile`, `add` and `pop` the next `run` makes everything anew.
#pragma once

#include <memory>
#include <span>

#include "wavetrain/array.hpp"

namespace wavetrain {

class Sequential;

class Predictor {
 public:
  // For `batch` samples of the model's input shape. Throws ValueError when the model is not built, or leaves a
  // dimension other than the batch open.
  explicit Predictor(const Sequential& model, Index batch = 1, int threads = 1);
  // For inputs of this shape, the batch first.
  Predictor(const Sequential& model, const Shape& input, int threads = 1);
  Predictor(Predictor&&) noexcept;
  Predictor& operator=(Predictor&&) noexcept;
  ~Predictor();

  const Shape& input_shape() const;
  const Shape& output_shape() const;

  // To be filled before `run`, which may overwrite it.
  View input();
  // Valid until the next call.
  ConstView run();
  // The same with values from elsewhere. Throws ValueError unless there are input_shape().size() of them.
  ConstView run(std::span<const float> x);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace wavetrain
