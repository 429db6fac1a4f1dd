// Batch normalisation over (outer, C, inner) arrays: Keras' BatchNormalization (3.15.1). With channels last, inner
// is 1.
//
// Training runs in three steps, so that samples can be spread over threads and the result does not depend on how many:
//   1. batch_moments        per sample: sums of each channel's values and squares
//   2. combine_moments      over the samples in ascending order, in double; split over channels if at all
//   3. batch_normalize      y = (x - mean)·scale + beta, per sample
// and backward likewise: batch_gradient_sums, combine_gradient_sums, batch_normalize_backward. Inference runs only the
// last step, with the moving statistics. Partial results of sample s lie at s·C + c. Nothing allocates or throws.
#pragma once

#include <cstdint>

#include "wavetrain/shape.hpp"

namespace wavetrain::cpu {

// The shape of one sample.
struct ChannelLayout {
  Index outer = 1;
  Index channels = 1;
  Index inner = 1;

  Index size() const { return outer * channels * inner; }
  Index values_per_channel() const { return outer * inner; }
};

// What one sample contributes to the moments, three values per channel: a number near the sample's mean, and the sums
// of the deviations from it and of their squares. (The float nearest to the mean is not the mean: without the sum,
// values around 10⁴ would lose half the digits of their variance.)
struct PartialMoments {
  float* center;
  float* sum;
  float* squares;
};

// With a mask (one entry for each of the outer·inner positions) only positions with a nonzero entry count. Returns how
// many.
Index batch_moments(const ChannelLayout& layout, const float* x, const std::uint8_t* mask,
                    const PartialMoments& result);

// Mean and biased variance over all samples for channels first .. last-1, from arrays of (samples, channels). counts
// (samples) holds what batch_moments returned; masked says that a mask was used, when Keras divides by count + 1e-7
// instead of the count.
void combine_moments(Index samples, Index channels, Index first, Index last, const Index* counts, bool masked,
                     const PartialMoments& partial, float* mean, float* variance);

// moving = moving·momentum + batch·(1 - momentum), 1 - momentum formed in double as Python does.
void update_moving(Index n, double momentum, const float* batch, float* moving);

// inverse = 1/sqrt(variance + epsilon); scale = gamma·inverse (gamma null: 1).
void batch_scale(Index channels, float epsilon, const float* variance, const float* gamma, float* inverse,
                 float* scale);

// y = (x - mean)·scale + beta, and with `relu` max(0, that), for `samples` samples; beta may be null. y may be x.
void batch_normalize(const ChannelLayout& layout, Index samples, const float* x, const float* mean, const float* scale,
                     const float* beta, bool relu, float* y);

// The same as one multiplication and addition, y = x·scale + shift: shift = beta - mean·scale. For folding into the
// weights of the layer before; loses digits where |mean| is much larger than the deviation.
void fold_shift(Index channels, const float* mean, const float* scale, const float* beta, float* shift);

// Sums of one sample over its positions: sum_dy (C), sum_dy_xhat (C) with xhat = (x - mean)·inverse. Where relu_y, the
// output of a relu behind the normalisation, is given and not above 0, dy becomes 0 first.
void batch_gradient_sums(const ChannelLayout& layout, const float* x, const float* relu_y, float* dy, const float* mean,
                         const float* inverse, float* sum_dy, float* sum_dy_xhat);

// Over the samples in ascending order: dbeta = sum of dy, dgamma = sum of dy·xhat. dgamma and dbeta are overwritten and
// both needed by the next step; the layer without scale or center just drops them.
void combine_gradient_sums(Index samples, Index channels, Index first, Index last, const float* sums_dy,
                           const float* sums_dy_xhat, float* dgamma, float* dbeta);

// dx = scale·(dy - (dbeta + xhat·dgamma)/count), count being the values per channel of the whole batch; where a mask
// (for all samples) is 0, dx = scale·dy. dx may be dy.
void batch_normalize_backward(const ChannelLayout& layout, Index samples, double count, const float* x,
                              const std::uint8_t* mask, const float* dy, const float* mean, const float* inverse,
                              const float* scale, const float* dgamma, const float* dbeta, float* dx);

// dx = scale·dy: backward in inference mode (a frozen layer), where the statistics are constants. dx may be dy.
void batch_scale_backward(const ChannelLayout& layout, Index samples, const float* dy, const float* scale, float* dx);

}  // namespace wavetrain::cpu
