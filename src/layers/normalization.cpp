#include "wavetrain/layers/normalization.hpp"

#include <cmath>

#include <fmt/format.h>

#include "graph/ops/broadcast.hpp"
#include "graph/ops/rescale.hpp"

namespace wavetrain::layers {
namespace {

// The shape of one mean per position of the kept axes, with 1 for the others. Throws ValueError.
Shape kept_shape(const OptionalAxes& axis, const Shape& input) {
  const int rank = input.rank();
  for (const Index a : axis.values()) {
    if (a < -rank || a >= rank) {
      throw ValueError(
          fmt::format("All `axis` values must be in the range [-ndim, ndim). Received inputs with ndim={}, while "
                      "axis={}",
                      rank, Codec<Axes>::to_config(axis).repr()));
    }
  }
  const std::uint32_t kept = axis.bits(rank);
  if ((kept & 1) != 0) throw ValueError("axis 0 is the batch: every sample would have a mean of its own");
  Shape shape;
  for (int i = 0; i < rank; ++i) {
    const bool keeps = (kept >> i & 1) != 0;
    if (keeps && input[i] < 0) {
      throw ValueError(
          fmt::format("All `axis` values to be kept must have a known shape. Received axis={}, inputs.shape={}, "
                      "with unknown axis at index {}",
                      Codec<Axes>::to_config(axis).repr(), to_string(input), i));
    }
    shape.push_back(keeps ? input[i] : 1);
  }
  return shape;
}

// Without the axes that are shared.
Shape squeezed(const OptionalAxes& axis, const Shape& shape) {
  const std::uint32_t kept = axis.bits(shape.rank());
  Shape result;
  for (int i = 0; i < shape.rank(); ++i) {
    if ((kept >> i & 1) != 0) result.push_back(shape[i]);
  }
  return result;
}

// Given numbers for every position of `over`: their axes are the last ones of the kept axes.
ops::Constants constants(const NumberArray& numbers, const OptionalAxes& axis, const Shape& over) {
  return ops::Constants(numbers.broadcast_to(squeezed(axis, over)));
}

}  // namespace

const Description& Normalization::description() {
  static const Description instance = Describe<Normalization>("Normalization", "keras.layers")
                                          .field("axis", &Normalization::axis)
                                          .field("mean", &Normalization::mean)
                                          .field("variance", &Normalization::variance)
                                          .field("invert", &Normalization::invert)
                                          .layer_fields();
  return instance;
}

void Normalization::adapt(const DataView& data, bool) {
  if (mean.has_value())
    throw ValueError("Normalization has its mean and variance as arguments; there is nothing to adapt");
  if (data.shape().rank() == 0 || data.rows() == 0) throw ValueError("Normalization.adapt needs at least one sample");
  const Array x = data.to_array();
  const Shape over = kept_shape(axis, x.shape());
  const auto count = static_cast<std::size_t>(over.size());
  std::vector<double> means(count, 0.0), variances(count, 0.0);
  const double weight = static_cast<double>(count) / static_cast<double>(x.size());
  const auto for_each = [&](auto f) {
    ops::for_each_run(x.shape(), over, [&](Index offset, Index run, Index position, Index step) {
      for (Index i = 0; i < run; ++i) f(static_cast<std::size_t>(position + i * step), double{x.data()[offset + i]});
    });
  };
  for_each([&](std::size_t p, double value) { means[p] += value; });
  for (double& value : means) value *= weight;
  for_each([&](std::size_t p, double value) { variances[p] += (value - means[p]) * (value - means[p]); });
  const Shape shape = squeezed(axis, over);
  adapted_mean = Array(shape);
  adapted_variance = Array(shape);
  for (std::size_t p = 0; p < count; ++p) {
    adapted_mean.data()[p] = static_cast<float>(means[p]);
    adapted_variance.data()[p] = static_cast<float>(variances[p] * weight);
  }
}

const Array* Normalization::adapted(std::string_view weight) const {
  if (adapted_mean.size() == 0) return nullptr;
  return weight == "mean" ? &adapted_mean : weight == "variance" ? &adapted_variance : nullptr;
}

Tensor Normalization::lower(Lowering& graph, Tensor x) const {
  if (mean.has_value() != variance.has_value()) {
    graph.fail(
        fmt::format("When setting values directly, both `mean` and `variance` must be set. Received: mean={} and "
                    "variance={}",
                    Codec<NumberArray>::to_config(mean).repr(), Codec<NumberArray>::to_config(variance).repr()));
  }
  if (mean.shape() != variance.shape()) {
    graph.fail(fmt::format(
        "When setting values directly, `mean` and `variance` must have the same shape. Received: mean shape "
        "{} and variance shape {}",
        to_string(mean.shape()), to_string(variance.shape())));
  }
  ops::Standardize op;
  op.invert = invert;
  try {
    op.over = kept_shape(axis, graph.shape(x));
    if (mean.has_value()) {
      op.mean = constants(mean, axis, op.over);
      op.variance = constants(variance, axis, op.over);
    }
  } catch (const ValueError& error) {
    graph.fail(error.what());
  }
  if (mean.has_value()) return Lowering::with_mask_of(graph.apply(std::move(op), {x, Tensor{}, Tensor{}}), x);
  const Shape shape = squeezed(axis, op.over);
  if (adapted_mean.size() > 0 && adapted_mean.shape() != shape) {
    graph.fail(fmt::format("The layer was adapted to data with means of shape {}; this input needs {}",
                           to_string(adapted_mean.shape()), to_string(shape)));
  }
  const Tensor m = graph.weight({.name = "mean", .shape = shape, .trainable = false}, adapted("mean"));
  const Tensor v = graph.weight({.name = "variance", .shape = shape, .initializer = "ones", .trainable = false},
                                adapted("variance"));
  graph.weight({.name = "count", .shape = {}, .trainable = false, .integer = true});
  return Lowering::with_mask_of(graph.apply(std::move(op), {x, m, v}), x);
}

}  // namespace wavetrain::layers
