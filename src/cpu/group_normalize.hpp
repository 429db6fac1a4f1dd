// Normalisation inside a sample, over groups of its values: Keras' LayerNormalization, GroupNormalization, RMSNormalization
// and UnitNormalization (3.15.1).
//
// A sample is an array (K0, R0, K1, R1, K2): statistics go over R0 and R1, each (k0, k1, k2) has its own. Layer normalisation
// over the channels of (T, C) is (T, 1, 1, C, 1), group normalisation (1, T, G, C/G, 1), normalisation along time
// (1, 1, 1, T, C). Sums inside a group run over vectors in ascending order, in blocks that are added in double: an element's
// bits depend on its sample alone. Nothing allocates or throws.
#pragma once

#include "graph/ops/group_normalize.hpp"
#include "wavetrain/shape.hpp"

namespace wavetrain::cpu {

struct GroupLayout {
  // k0, r0, k1, r1, k2: the axes and the strides of gamma and beta along them (0: shared).
  Index size[5] = {1, 1, 1, 1, 1};
  Index stride[5] = {0, 0, 0, 0, 0};
  Index parameters = 0;  // values of gamma and of beta

  Index values() const { return size[0] * size[1] * size[2] * size[3] * size[4]; }
  Index groups() const { return size[0] * size[2] * size[4]; }
  Index group_size() const { return size[1] * size[3]; }
};

// The layout of a sample of shape x (the batch first). False when the axes alternate too often.
bool group_layout(const Shape& x, std::uint32_t reduced, std::uint32_t parameters, GroupLayout& layout);

// One sample; gamma and beta may be null. mean and inverse (groups()) are what backward needs.
struct GroupForward {
  ops::GroupNorm kind{};
  float epsilon = 0;
  const float* gamma = nullptr;
  const float* beta = nullptr;
};
void group_normalize(const GroupLayout& layout, const GroupForward& f, const float* x, float* y, float* mean,
                     float* inverse);

// One sample: dx, and this sample's share of the gradients of gamma and beta (parameters values each, overwritten). Each may
// be null.
struct GroupBackward {
  float* dx = nullptr;
  float* dgamma = nullptr;
  float* dbeta = nullptr;
};
void group_normalize_backward(const GroupLayout& layout, const GroupForward& f, const float* x, const float* dy,
                              const float* mean, const float* inverse, const GroupBackward& result);

}  // namespace wavetrain::cpu
