// A layer of one's own, with an operation of its own: it trains, is saved and is loaded like any other.
#include <wavetrain/wavetrain.hpp>

#include <cmath>
#include <iostream>

using namespace wavetrain;

// y = x + sin²(a·x) / a with a trained `a` per channel: "snake", an activation for periodic signals (Ziyin et al., 2020).
struct SnakeOp final : OpMath<SnakeOp> {
  std::string_view name() const override { return "snake"; }
  Shape infer(std::span<const Shape> inputs) const override { return inputs[0]; }  // x, a
  template <class T>
  void run_forward(const OpCall<T>& call) const {
    const Index channels = call.input_shape[1][0];
    for (Index i = 0; i < call.output_shape.size(); ++i) {
      const T x = call.input[0][i], a = call.input[1][i % channels];
      call.output[i] = x + std::sin(a * x) * std::sin(a * x) / a;
    }
  }
  template <class T>
  void run_backward(const OpCall<T>& call) const {
    const Index channels = call.input_shape[1][0];
    T *dx = call.input_grad[0], *da = call.input_grad[1];
    for (Index c = 0; da != nullptr && c < channels; ++c) da[c] = 0;
    for (Index i = 0; i < call.output_shape.size(); ++i) {
      const T x = call.input[0][i], a = call.input[1][i % channels], dy = call.output_grad[i], s = std::sin(2 * a * x);
      if (dx != nullptr) dx[i] = dy * (1 + s);
      if (da != nullptr) da[i % channels] += dy * (x * s - std::sin(a * x) * std::sin(a * x) / a) / a;
    }
  }
};

struct Snake {
  double start = 1.0;
  std::string name{};
  bool trainable = true;
  DType dtype{};
  OptionalShape input_shape{};

  static const Description& description() {
    static const Description instance =
        Describe<Snake>("Snake", "own").field("start", &Snake::start, positive()).layer_fields();
    return instance;
  }
  Tensor lower(Lowering& graph, Tensor x) const {
    const Index channels = graph.require_min_rank(x, 2).back();
    const Tensor a =
        graph.weight({.name = "a", .shape = {channels}, .initializer = initializers::Constant{.value = start}});
    return graph.apply(SnakeOp(), {x, a});
  }
};

int main() {
  register_layer<Snake>();  // makes it known to files and to the command line's layer lists

  // The next value of a sine from the eight before.
  Array x(Shape{512, 8, 1}), y(Shape{512, 1});
  for (Index n = 0; n < 512; ++n) {
    for (Index t = 0; t < 8; ++t) x.data()[n * 8 + t] = std::sin(0.4f * static_cast<float>(n + t));
    y.data()[n] = std::sin(0.4f * static_cast<float>(n + 8));
  }
  Sequential model{
      layers::Conv1D{.filters = 8, .kernel_size = 3, .input_shape = {8, 1}},
      Snake{.start = 0.5},
      layers::Flatten{},
      layers::Dense{.units = 1},
  };
  model.compile({.optimizer = "adam", .loss = "mse"});
  const History history = model.fit(x, y, {.epochs = 20, .verbose = 0});
  model.save("own_layer.keras");
  const Sequential loaded = load_model("own_layer.keras");
  const double before = model.evaluate(x, y, {.verbose = 0})["loss"];
  std::cout << "loss " << history["loss"].front() << " -> " << before << ", a[0] "
            << loaded.get_layer(Index{1}).get_weights()[0].data()[0] << "\n";
  return before < history["loss"].front() && loaded.predict(x).data()[0] == model.predict(x).data()[0] ? 0 : 1;
}
