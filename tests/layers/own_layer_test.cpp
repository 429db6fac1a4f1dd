// A user's layer with an operation of its own is checked, trained and described like any other. (examples/own_layer.cpp also
// saves and loads one.)
#include <cmath>

#include <gtest/gtest.h>

#include "support/layer_testing.hpp"
#include "wavetrain/op.hpp"

namespace wavetrain::tests {
namespace {

// y = a·x², a trained.
struct SquareOp final : OpMath<SquareOp> {
  std::string_view name() const override { return "square"; }
  Shape infer(std::span<const Shape> inputs) const override { return inputs[0]; }
  template <class T>
  void run_forward(const OpCall<T>& call) const {
    for (Index i = 0; i < call.output_shape.size(); ++i)
      call.output[i] = call.input[1][0] * call.input[0][i] * call.input[0][i];
  }
  template <class T>
  void run_backward(const OpCall<T>& call) const {
    T sum = 0;
    for (Index i = 0; i < call.output_shape.size(); ++i) {
      const T x = call.input[0][i], dy = call.output_grad[i];
      if (call.input_grad[0] != nullptr) call.input_grad[0][i] = 2 * call.input[1][0] * x * dy;
      sum += dy * x * x;
    }
    if (call.input_grad[1] != nullptr) call.input_grad[1][0] = sum;
  }
};

struct Square {
  double start = 1.0;
  std::string name{};
  bool trainable = true;
  DType dtype{};
  OptionalShape input_shape{};

  static const Description& description() {
    static const Description instance = Describe<Square>("Square", "own").field("start", &Square::start).layer_fields();
    return instance;
  }
  Tensor lower(Lowering& graph, Tensor x) const {
    return graph.apply(SquareOp(), {x, graph.weight({.name = "a", .shape = {1}, .initializer = "ones"})});
  }
};

TEST(OwnLayer, TrainsWithItsOwnOperation) {
  register_layer<Square>();
  check_layer(Square{.start = 2.0}, {3, 4, 2}, {3, 4, 2});
  EXPECT_NE(find_layer_class("Square"), nullptr);
  EXPECT_EQ(make_layer("Square", Config::dict({{"start", 3.0}})).as<Square>()->start, 3.0);
}

}  // namespace
}  // namespace wavetrain::tests
