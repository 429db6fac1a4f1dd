#include "wavetrain/layers/batch_normalization.hpp"

#include <cmath>

#include <fmt/format.h>

#include "graph/ops/batch_normalize.hpp"
#include "graph/ops/batch_renormalize.hpp"

namespace wavetrain {

Config Codec<layers::RenormClipping>::to_config(const layers::RenormClipping& value) {
  Config::Dict dict;
  if (value.rmax) dict.emplace_back("rmax", *value.rmax);
  if (value.rmin) dict.emplace_back("rmin", *value.rmin);
  if (value.dmax) dict.emplace_back("dmax", *value.dmax);
  return dict.empty() ? Config() : Config(dict);
}

layers::RenormClipping Codec<layers::RenormClipping>::from_config(const Config& config) {
  layers::RenormClipping result;
  if (config.is_null()) return result;
  for (const auto& [key, value] : config.as_dict()) {
    if (key != "rmax" && key != "rmin" && key != "dmax") {
      throw ValueError(
          fmt::format("Received invalid keys for `renorm_clipping` argument: {}. Supported values: ['rmax', 'rmin', "
                      "'dmax'].",
                      config.repr()));
    }
    (key == "rmax"   ? result.rmax
     : key == "rmin" ? result.rmin
                     : result.dmax) = Codec<std::optional<double>>::from_config(value);
  }
  return result;
}

}  // namespace wavetrain

namespace wavetrain::layers {
namespace {

// The deviation of an initial variance.
struct SquareRoot {
  Initializer variance;

  static const Description& description() {
    static const Description instance =
        Describe<SquareRoot>("SquareRoot", "wavetrain").field("variance", &SquareRoot::variance);
    return instance;
  }
  void fill(const Shape& shape, std::span<float> out, std::uint64_t fallback_seed) const {
    variance.fill(shape, out, fallback_seed);
    for (float& value : out) value = std::sqrt(value);
  }
};

}  // namespace

const Description& BatchNormalization::description() {
  using B = BatchNormalization;
  static const Description instance = Describe<B>("BatchNormalization", "keras.layers")
                                          .field("axis", &B::axis)
                                          .field("momentum", &B::momentum)
                                          .field("epsilon", &B::epsilon)
                                          .field("center", &B::center)
                                          .field("scale", &B::scale)
                                          .field("beta_initializer", &B::beta_initializer)
                                          .field("gamma_initializer", &B::gamma_initializer)
                                          .field("moving_mean_initializer", &B::moving_mean_initializer)
                                          .field("moving_variance_initializer", &B::moving_variance_initializer)
                                          .field("beta_regularizer", &B::beta_regularizer)
                                          .field("gamma_regularizer", &B::gamma_regularizer)
                                          .field("beta_constraint", &B::beta_constraint)
                                          .field("gamma_constraint", &B::gamma_constraint)
                                          .field("renorm", &B::renorm)
                                          .field("renorm_clipping", &B::renorm_clipping)
                                          .field("renorm_momentum", &B::renorm_momentum)
                                          .field("synchronized", &B::synchronized)
                                          .layer_fields();
  return instance;
}

Tensor BatchNormalization::lower(Lowering& graph, Tensor x) const {
  const Shape& shape = graph.shape(x);
  if (axis >= shape.rank() || axis < -shape.rank()) {
    graph.fail(fmt::format("axis {} is out of range for an input of shape {}", axis, to_string(shape)));
  }
  const Index size = shape[static_cast<int>(axis)];
  if (size < 0) graph.fail(fmt::format("axis {} of the input has no known size. Received: {}", axis, to_string(shape)));
  Tensor gamma, beta;
  if (scale) {
    gamma = graph.weight({.name = "gamma",
                          .shape = {size},
                          .initializer = gamma_initializer,
                          .regularizer = gamma_regularizer,
                          .constraint = gamma_constraint});
  }
  if (center) {
    beta = graph.weight({.name = "beta",
                         .shape = {size},
                         .initializer = beta_initializer,
                         .regularizer = beta_regularizer,
                         .constraint = beta_constraint});
  }
  const Tensor mean = graph.weight(
      {.name = "moving_mean", .shape = {size}, .initializer = moving_mean_initializer, .trainable = false});
  const Tensor variance = graph.weight(
      {.name = "moving_variance", .shape = {size}, .initializer = moving_variance_initializer, .trainable = false});
  ops::BatchNormalize op;
  op.axis = static_cast<int>(axis);
  op.momentum = momentum;
  op.epsilon = epsilon;
  op.frozen = !trainable;
  op.by_step = graph.sees_steps();
  const Tensor mask = graph.mask(x);
  if (mask.value != kNoValue) {
    if (graph.shape(mask).rank() != shape.rank() - 1) {
      graph.fail(
          fmt::format("The mask value should be a Tensor with one less dimension than the input. Received: "
                      "mask.shape={}, inputs.shape={}",
                      to_string(graph.shape(mask)), to_string(shape)));
    }
  }
  if (renorm) return lower_renorm(graph, x, op, {gamma, beta, mean, variance, mask});
  const Tensor samples = op.by_step ? graph.model_input() : Tensor{};
  return Lowering::with_mask_of(graph.apply(op, {x, gamma, beta, mean, variance, mask, samples}, {mean, variance}), x);
}

Tensor BatchNormalization::lower_renorm(Lowering& graph, Tensor x, const ops::BatchNormalize& plain,
                                        const std::array<Tensor, 5>& weights) const {
  const auto& [rmax, rmin, dmax] = renorm_clipping;
  if (rmax && rmin && *rmax < *rmin) {
    graph.fail(
        fmt::format("rmax should be greater than rmin in the `renorm_clipping` argument. Received: rmax={}, rmin={}.",
                    *rmax, *rmin));
  }
  if (dmax && *dmax < 0) {
    graph.fail(fmt::format("dmax should be non-negative in the `renorm_clipping` argument. Received: dmax={}.", *dmax));
  }
  const auto& [gamma, beta, mean, variance, mask] = weights;
  const Shape shape = graph.shape(mean);
  const Initializer deviation = SquareRoot{moving_variance_initializer};
  const Tensor stddev =
      graph.weight({.name = "moving_stddev", .shape = shape, .initializer = deviation, .trainable = false});
  const Tensor renorm_mean =
      graph.weight({.name = "renorm_mean", .shape = shape, .initializer = moving_mean_initializer, .trainable = false});
  const Tensor renorm_stddev =
      graph.weight({.name = "renorm_stddev", .shape = shape, .initializer = deviation, .trainable = false});
  ops::BatchRenormalize op;
  op.plain = plain;
  op.renorm_momentum = renorm_momentum;
  op.r_max = rmax;
  op.r_min = rmin;
  op.d_max = dmax;
  const Tensor samples = plain.by_step ? graph.model_input() : Tensor{};
  return Lowering::with_mask_of(graph.apply(op, {x, gamma, beta, mean, variance, mask, samples},
                                            {mean, variance, stddev, renorm_mean, renorm_stddev}),
                                x);
}

}  // namespace wavetrain::layers
