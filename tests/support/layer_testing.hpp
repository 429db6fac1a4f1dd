// What the test of a layer asks of it, whatever the layer: its output's shape, known and open; arguments that survive a
// round trip; gradients against central differences in double precision; the CPU's forward and backward against the double
// precision reference; equal bits for a sample alone and in a batch, and for any number of threads.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "wavetrain/layer.hpp"

namespace wavetrain::tests {

struct LayerCheck {
  double scale = 1.0;           // inputs lie in (-scale, scale), away from the kinks of piecewise functions
  double tolerance = 3e-6;      // of the CPU against the reference, relative to a tensor's norm
  bool gradients = true;        // false for a layer that stops them
  bool training_alone = true;   // whether training, too, treats samples independently
  std::vector<double> input{};  // instead of drawn values
};

// `input` has the batch (at least 2 samples) first. Weights get values that differ from their defaults; what is named like a
// variance or a deviation stays positive.
void check_layer(const Layer& layer, const Shape& input, const Shape& output, const LayerCheck& check = {});

// Only the CPU against the reference, and equal bits for a sample alone, of a chain of layers: for what a plan fuses.
void check_chain(const std::vector<Layer>& layers, const Shape& input, double tolerance = 3e-6);

// The gradients of all weights that the CPU computes for such a chain, penalties on values included, one after the other.
std::vector<float> training_gradients(const std::vector<Layer>& layers, const Shape& input);

// Only the gradients, of a chain of layers: with respect to the input and to every trained weight, in training. Returns the
// names of the operations that the chain lowers to.
std::set<std::string> check_gradients(const std::vector<Layer>& layers, const Shape& input, double scale = 1.0);

// What a model of this one layer gives in inference for x, in double precision.
std::vector<double> evaluate_layer(const Layer& layer, const Shape& input, const std::vector<double>& x,
                                   const std::vector<std::vector<double>>& weights = {});

// The message of the exception that lowering throws for an input of this shape; "" when none does.
std::string lowering_error(const Layer& layer, const Shape& input);

}  // namespace wavetrain::tests
