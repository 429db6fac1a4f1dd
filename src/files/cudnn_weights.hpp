// Weights of Keras 2's CuDNNLSTM and CuDNNGRU as those of LSTM and GRU.
//
// cuDNN keeps every gate's matrix transposed, and two bias vectors. Source: preprocess_weights_for_loading in Keras 2.2.4.
#pragma once

#include <vector>

#include "wavetrain/array.hpp"
#include "wavetrain/variable.hpp"

namespace wavetrain::files {

// Wherever a recurrent layer's kernel, recurrent kernel and bias have cuDNN's bias, converts all three in place. `values` are
// what the file has for `weights`.
void convert_cudnn_weights(const std::vector<Variable>& weights, std::vector<Array>& values);

}  // namespace wavetrain::files
