#include "wavetrain/layers/einsum_dense.hpp"

#include <algorithm>
#include <cctype>

#include <fmt/format.h>

#include "graph/ops/einsum.hpp"
#include "graph/ops/matmul.hpp"

namespace wavetrain::layers {
namespace {

struct Spec {
  std::string input, kernel, output;  // one letter per axis, ellipses written out
  std::string named_output;           // without them
  int elided = 0;
  bool left = false;
};

bool is_word(const std::string& text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](unsigned char c) { return std::isalpha(c); });
}

// Throws ValueError.
Spec parse(const Lowering& graph, const std::string& equation, int rank) {
  const auto fail = [&] {
    graph.fail(
        fmt::format("Invalid einsum equation '{}'. Equations must be in the form [X],[Y]->[Z], ...[X],[Y]->...[Z], or "
                    "[X]...,[Y]->[Z]....",
                    equation));
  };
  const std::size_t comma = equation.find(','), arrow = equation.find("->");
  if (comma == std::string::npos || arrow == std::string::npos || arrow < comma) fail();
  Spec spec;
  spec.input = equation.substr(0, comma);
  spec.kernel = equation.substr(comma + 1, arrow - comma - 1);
  spec.output = equation.substr(arrow + 2);
  const std::string dots = "...";
  const bool left = spec.input.starts_with(dots) && spec.output.starts_with(dots);
  const bool right = !left && spec.input.ends_with(dots) && spec.output.ends_with(dots);
  if (left) {
    spec.input.erase(0, 3);
    spec.output.erase(0, 3);
  } else if (right) {
    spec.input.erase(spec.input.size() - 3);
    spec.output.erase(spec.output.size() - 3);
    if (spec.input.size() < 2) fail();
  }
  if (!is_word(spec.input) || !is_word(spec.kernel) || !is_word(spec.output)) fail();
  spec.named_output = spec.output;
  spec.left = left;
  spec.elided = rank - static_cast<int>(spec.input.size());
  if (spec.elided < 0 || (spec.elided > 0 && !left && !right)) {
    graph.fail(fmt::format("the equation '{}' does not fit an input of {} dimensions", equation, rank));
  }
  std::string fresh;
  for (char letter = 'A'; letter <= 'z' && static_cast<int>(fresh.size()) < spec.elided; ++letter) {
    const bool used = (spec.input + spec.kernel + spec.output).find(letter) != std::string::npos;
    if (std::isalpha(static_cast<unsigned char>(letter)) != 0 && !used) fresh += letter;
  }
  spec.input = left ? fresh + spec.input : spec.input + fresh;
  spec.output = left ? fresh + spec.output : spec.output + fresh;
  return spec;
}

// With the batch and what the ellipsis stands for; kNone where it is open.
Shape full_output_shape(const Lowering& graph, const Spec& spec, const Shape& input, const OptionalDims& partial) {
  Shape output{input[0]};
  if (spec.left) {
    for (int axis = 1; axis < spec.elided; ++axis) output.push_back(input[axis]);
  }
  for (const Index dim : partial.values()) output.push_back(dim);
  if (!spec.left) {
    for (int axis = input.rank() - spec.elided; axis < input.rank(); ++axis) output.push_back(input[axis]);
  }
  if (output.rank() != static_cast<int>(spec.output.size())) {
    graph.fail(fmt::format("output_shape {} does not go with the output '{}' of the equation",
                           Codec<OptionalDims>::to_config(partial).repr(), spec.named_output));
  }
  for (int axis = 0; axis < output.rank(); ++axis) {
    const std::size_t in_input = spec.input.find(spec.output[static_cast<std::size_t>(axis)]);
    if (in_input == std::string::npos) {
      if (spec.kernel.find(spec.output[static_cast<std::size_t>(axis)]) != std::string::npos) continue;
      graph.fail(
          fmt::format("Dimension '{}' was specified in the output '{}' but has no corresponding dim in the input spec "
                      "'{}' or weight spec '{}'",
                      spec.output[static_cast<std::size_t>(axis)], spec.output, spec.input, spec.kernel));
    }
    const Index size = input[static_cast<int>(in_input)];
    if (output[axis] >= 0 && output[axis] != size) {
      graph.fail(fmt::format(
          "Input shape and output shape do not match at shared dimension '{}'. Input shape is {}, and output "
          "shape is {}.",
          spec.output[static_cast<std::size_t>(axis)], size, output[axis]));
    }
    output[axis] = size;
  }
  return output;
}

void read_kernel(const Lowering& graph, const Spec& spec, const Shape& input, const Shape& output, Shape& shape,
                 Axes& input_axes, Axes& output_axes) {
  std::vector<Index> in, out;
  for (std::size_t i = 0; i < spec.kernel.size(); ++i) {
    const std::size_t in_output = spec.output.find(spec.kernel[i]), in_input = spec.input.find(spec.kernel[i]);
    if (in_output == std::string::npos && in_input == std::string::npos) {
      graph.fail(fmt::format(
          "Weight dimension '{}' did not have a match in either the input spec '{}' or the output spec '{}'. "
          "For this layer, the weight must be fully specified.",
          spec.kernel[i], spec.input, spec.output));
    }
    const bool is_output = in_output != std::string::npos;
    const Index size = is_output ? output[static_cast<int>(in_output)] : input[static_cast<int>(in_input)];
    if (size < 0) graph.fail(fmt::format("dimension '{}' of the kernel has no known size", spec.kernel[i]));
    (is_output ? out : in).push_back(static_cast<Index>(i));
    shape.push_back(size);
  }
  input_axes = Axes(in);
  output_axes = Axes(out);
}

Shape shape_of_bias(const Lowering& graph, const Spec& spec, const Shape& output, const std::string& axes) {
  std::size_t first = spec.named_output.size();
  for (const char letter : axes) {
    const std::size_t place = spec.named_output.find(letter);
    if (place == std::string::npos) {
      graph.fail(fmt::format("Bias dimension '{}' was requested, but is not part of the output spec '{}'", letter,
                             spec.named_output));
    }
    first = std::min(first, place);
  }
  Shape shape;
  for (std::size_t i = first; i < spec.named_output.size(); ++i) {
    const int axis = static_cast<int>(i) + (spec.left ? spec.elided : 0);
    const Index size = axes.find(spec.named_output[i]) != std::string::npos ? output[axis] : 1;
    if (size < 0) graph.fail(fmt::format("dimension '{}' of the bias has no known size", spec.named_output[i]));
    shape.push_back(size);
  }
  for (int i = 0; !spec.left && i < spec.elided; ++i) shape.push_back(1);
  return shape;
}

// Fans of the kernel go by its letters, unless the initializer says otherwise itself.
Initializer with_axes(const Initializer& initializer, const Axes& input_axes, const Axes& output_axes) {
  const Config settings = initializer.config();
  if (!settings.is_dict() || settings.at("config").find("input_axes") == nullptr) return initializer;
  Config config = settings.at("config");
  if (!config.at("input_axes").is_null() && !config.at("output_axes").is_null()) return initializer;
  config.set("input_axes", Codec<Axes>::to_config(input_axes));
  config.set("output_axes", Codec<Axes>::to_config(output_axes));
  return Initializer(Config::dict({{"class_name", settings.at("class_name")}, {"config", config}}));
}

}  // namespace

const Description& EinsumDense::description() {
  static const Description instance = Describe<EinsumDense>("EinsumDense", "keras.layers")
                                          .field("equation", &EinsumDense::equation)
                                          .field("output_shape", &EinsumDense::output_shape)
                                          .field("activation", &EinsumDense::activation)
                                          .field("bias_axes", &EinsumDense::bias_axes)
                                          .field("kernel_initializer", &EinsumDense::kernel_initializer)
                                          .field("bias_initializer", &EinsumDense::bias_initializer)
                                          .field("kernel_regularizer", &EinsumDense::kernel_regularizer)
                                          .field("bias_regularizer", &EinsumDense::bias_regularizer)
                                          .field("kernel_constraint", &EinsumDense::kernel_constraint)
                                          .field("bias_constraint", &EinsumDense::bias_constraint)
                                          .field("activity_regularizer", &EinsumDense::activity_regularizer)
                                          .layer_fields();
  return instance;
}

Tensor EinsumDense::lower(Lowering& graph, Tensor x) const {
  const Shape input = graph.shape(x);
  const Spec spec = parse(graph, equation, input.rank());
  const Shape output = full_output_shape(graph, spec, input, output_shape.get());
  Shape kernel_shape;
  Axes input_axes, output_axes;
  read_kernel(graph, spec, input, output, kernel_shape, input_axes, output_axes);
  const Tensor kernel = graph.weight({.name = "kernel",
                                      .shape = kernel_shape,
                                      .initializer = with_axes(kernel_initializer, input_axes, output_axes),
                                      .regularizer = kernel_regularizer,
                                      .constraint = kernel_constraint});
  Tensor bias;
  Shape bias_shape;
  if (bias_axes) {
    bias_shape = shape_of_bias(graph, spec, output, *bias_axes);
    bias = graph.weight({.name = "bias",
                         .shape = bias_shape,
                         .initializer = bias_initializer,
                         .regularizer = bias_regularizer,
                         .constraint = bias_constraint});
  }
  // The common case, a product along the last axis, is what the dense kernel does.
  const std::string& in = spec.input;
  const bool dense = spec.kernel.size() == 2 && spec.kernel[0] == in.back() && spec.output.back() == spec.kernel[1] &&
                     in.substr(0, in.size() - 1) == spec.output.substr(0, spec.output.size() - 1) &&
                     (!bias_axes || bias_shape.rank() == 1);
  if (dense) return graph.activate(graph.apply(ops::MatMul(), {x, kernel, bias}), activation);
  ops::Einsum op;
  op.x_letters = spec.input;
  op.kernel_letters = spec.kernel;
  op.y_letters = spec.output;
  return graph.activate(graph.apply(std::move(op), {x, kernel, bias}), activation);
}

}  // namespace wavetrain::layers
