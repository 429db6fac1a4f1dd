// Batch normalisation and dropout in plain loops, forward and backward side by side. Gradients are added to what dx,
// dgamma and dbeta hold; each of the latter, and gamma and beta, may be null. T is double or float.
#pragma once

#include <cstdint>

#include "wavetrain/shape.hpp"

namespace wavetrain::reference {

// What takes part in the moments of an x (N, C, I): everything, or what a mask keeps. The mask is (N, I), the same for
// all channels, or with `share` > 0 one entry for each run of `share` values of x.
struct Kept {
  Kept() = default;
  Kept(const std::uint8_t* entries, Index shared_by = 0)
      : mask(entries), share(shared_by) {}  // NOLINT: implicit on purpose
  const std::uint8_t* mask = nullptr;
  Index share = 0;
};

// x and y are (N, C, I): N samples (times what lies before the channel axis), C channels, I values after it. Keras'
// BatchNormalization (3.15.1): biased variance, with a mask divided by count + 1e-7.
template <class T>
void batch_moments(T* mean, T* variance, const T* x, const Kept& kept, Index N, Index C, Index I);

// y = gamma (x - mean) / sqrt(variance + epsilon) + beta, in training with the batch's own moments, else with moving
// ones.
template <class T>
void batch_norm_forward(T* y, const T* x, const T* mean, const T* variance, const T* gamma, const T* beta, T epsilon,
                        Index N, Index C, Index I);

// training: mean and variance depend on x (where the mask keeps it); otherwise they are constants.
template <class T>
void batch_norm_backward(T* dx, T* dgamma, T* dbeta, const T* dy, const T* x, const Kept& kept, const T* mean,
                         const T* variance, const T* gamma, T epsilon, bool training, Index N, Index C, Index I);

// y = x / (1 - rate) where keep is nonzero, else 0; backward the same from dy, added to dx.
template <class T>
void dropout_forward(T* y, const T* x, const std::uint8_t* keep, T rate, Index n);
template <class T>
void dropout_backward(T* dx, const T* dy, const std::uint8_t* keep, T rate, Index n);

}  // namespace wavetrain::reference
