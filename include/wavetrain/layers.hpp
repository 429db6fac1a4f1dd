// All layers that come with the library.
#pragma once

#include "wavetrain/layers/activation.hpp"
#include "wavetrain/layers/average_pooling1d.hpp"
#include "wavetrain/layers/batch_normalization.hpp"
#include "wavetrain/layers/conv1d.hpp"
#include "wavetrain/layers/dense.hpp"
#include "wavetrain/layers/dropout.hpp"
#include "wavetrain/layers/flatten.hpp"
#include "wavetrain/layers/global_average_pooling1d.hpp"
#include "wavetrain/layers/global_max_pooling1d.hpp"
#include "wavetrain/layers/gru.hpp"
#include "wavetrain/layers/input.hpp"
#include "wavetrain/layers/lstm.hpp"
#include "wavetrain/layers/max_pooling1d.hpp"
#include "wavetrain/layers/relu.hpp"
#include "wavetrain/layers/simple_rnn.hpp"
#include "wavetrain/layers/softmax.hpp"
