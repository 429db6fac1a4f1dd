// Dropout and its kin from counter-based random numbers: Keras' Dropout, SpatialDropout1D, GaussianNoise,
// GaussianDropout.
//
// Element i of a draw is a pure function of (key, i), so that splitting a batch over threads gives the same bits, and the
// backward pass draws the same numbers again instead of reading a stored mask: 0.6 ns an element with AVX-512, 1.1 with AVX2,
// against a buffer that every training step would have to hold. Nothing allocates.
#pragma once

#include <cstdint>

#include "wavetrain/shape.hpp"

namespace wavetrain::cpu {

// A draw: the seed of the layer, which of its draws (stream), and the training step.
struct RandomKey {
  std::uint64_t seed = 0;
  std::uint32_t stream = 0;
  std::uint32_t step = 0;
};

// words[i] = 32 random bits of element first + i: word (first + i) % 4 of philox({block, block >> 32, stream, step},
// seed) with block = (first + i) / 4. On every target the numbers of include/wavetrain/random.hpp.
void random_words(const RandomKey& key, Index first, Index n, std::uint32_t* words);

// y = x/(1 - rate) where element first + i is kept, else 0 (also for x = NaN). Kept are those with a uniform number >=
// rate. Requires 0 <= rate <= 1; rate 1 gives all 0. y may be x. The backward pass is the same call on dy.
void dropout(const RandomKey& key, double rate, Index first, Index n, const float* x, float* y);

// What kept values are multiplied by: 1/(1 - rate). Behind a relu, dropout's output is above 0 just where the relu's derivative
// is 1 and the value was kept, so that both have one backward pass that draws nothing: relu_backward with this scale.
float dropout_scale(double rate);

// The same as dropout with one decision for several elements (Keras' noise_shape, SpatialDropout1D): x is (outer, steps, inner)
// and element (o, t, i) uses the number first + o·outer_stride + t·step_stride + i·inner_stride. A stride is 0 for an
// axis that shares its numbers; inner_stride is 0 or 1. SpatialDropout1D: (C, 0, 1).
struct NoiseStrides {
  Index outer, step, inner;
};
void dropout_shared(const RandomKey& key, double rate, Index first, const NoiseStrides& strides, Index outer,
                    Index steps, Index inner, const float* x, float* y);

// values[i] = standard normal number of element first + i, from the inverse of the distribution function (so that one
// element takes one number). Largest magnitude 5.4.
void random_normals(const RandomKey& key, Index first, Index n, float* values);

// y = x + stddev·normal (GaussianNoise; dx is dy), and y = x·(1 + stddev·normal) (GaussianDropout with
// stddev = sqrt(rate/(1 - rate)); its backward pass is the same call on dy). y may be x.
void gaussian_noise(const RandomKey& key, float stddev, Index first, Index n, const float* x, float* y);
void gaussian_dropout(const RandomKey& key, float stddev, Index first, Index n, const float* x, float* y);

}  // namespace wavetrain::cpu
