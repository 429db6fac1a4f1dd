// The second names that Keras has for some layers.
#pragma once

#include "wavetrain/layers/average_pooling1d.hpp"
#include "wavetrain/layers/conv1d.hpp"
#include "wavetrain/layers/conv1d_transpose.hpp"
#include "wavetrain/layers/global_average_pooling1d.hpp"
#include "wavetrain/layers/global_max_pooling1d.hpp"
#include "wavetrain/layers/max_pooling1d.hpp"
#include "wavetrain/layers/separable_conv1d.hpp"

namespace wavetrain::layers {

using AvgPool1D = AveragePooling1D;
using Convolution1D = Conv1D;
using Convolution1DTranspose = Conv1DTranspose;
using GlobalAvgPool1D = GlobalAveragePooling1D;
using GlobalMaxPool1D = GlobalMaxPooling1D;
using MaxPool1D = MaxPooling1D;
using SeparableConvolution1D = SeparableConv1D;

}  // namespace wavetrain::layers
