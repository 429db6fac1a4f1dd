#include "reference/normalize.hpp"

#include <cmath>

namespace wavetrain::reference {
namespace {

// Calls f(position in x) for every value of channel c that the mask keeps.
template <class Function>
void for_each_kept(const Kept& kept, Index c, Index N, Index C, Index I, Function f) {
  for (Index n = 0; n < N; ++n) {
    for (Index i = 0; i < I; ++i) {
      const Index at = (n * C + c) * I + i;
      if (kept.mask == nullptr || kept.mask[kept.share > 0 ? at / kept.share : n * I + i] != 0) f(at);
    }
  }
}

template <class T>
T kept_count(const Kept& kept, Index c, Index N, Index C, Index I) {
  T count = 0;
  for_each_kept(kept, c, N, C, I, [&](Index) { count += 1; });
  return kept.mask == nullptr ? count : count + static_cast<T>(1e-7);
}

}  // namespace

template <class T>
void batch_moments(T* mean, T* variance, const T* x, const Kept& kept, Index N, Index C, Index I) {
  for (Index c = 0; c < C; ++c) {
    const T count = kept_count<T>(kept, c, N, C, I);
    T sum = 0, squares = 0;
    for_each_kept(kept, c, N, C, I, [&](Index at) { sum += x[at]; });
    mean[c] = sum / count;
    for_each_kept(kept, c, N, C, I, [&](Index at) { squares += (x[at] - mean[c]) * (x[at] - mean[c]); });
    variance[c] = squares / count;
  }
}

template <class T>
void batch_norm_forward(T* y, const T* x, const T* mean, const T* variance, const T* gamma, const T* beta, T epsilon,
                        Index N, Index C, Index I) {
  // x and y are (N,C,I), the rest (C)
  for (Index c = 0; c < C; ++c) {
    for_each_kept(Kept{}, c, N, C, I, [&](Index at) {
      const T xhat = (x[at] - mean[c]) / std::sqrt(variance[c] + epsilon);
      y[at] = (gamma == nullptr ? T(1) : gamma[c]) * xhat + (beta == nullptr ? T(0) : beta[c]);
    });
  }
}

template <class T>
void batch_norm_backward(T* dx, T* dgamma, T* dbeta, const T* dy, const T* x, const Kept& kept, const T* mean,
                         const T* variance, const T* gamma, T epsilon, bool training, Index N, Index C, Index I) {
  // dx, dy and x are (N,C,I), the rest (C)
  for (Index c = 0; c < C; ++c) {
    const T count = kept_count<T>(kept, c, N, C, I);
    const T inverse = 1 / std::sqrt(variance[c] + epsilon);
    const T scale = gamma == nullptr ? inverse : gamma[c] * inverse;
    T sum_dy = 0, sum_dy_xhat = 0;
    for_each_kept(Kept{}, c, N, C, I, [&](Index at) {
      sum_dy += dy[at];
      sum_dy_xhat += dy[at] * (x[at] - mean[c]) * inverse;
      if (dx != nullptr) dx[at] += scale * dy[at];
    });
    if (dgamma != nullptr) dgamma[c] += sum_dy_xhat;
    if (dbeta != nullptr) dbeta[c] += sum_dy;
    if (!training || dx == nullptr) continue;
    // With a mask the deviations do not quite add up to 0, because of what is added to the count.
    const T rest = kept.mask == nullptr ? T{0} : mean[c] * inverse * sum_dy_xhat * static_cast<T>(1e-7) / count;
    for_each_kept(kept, c, N, C, I, [&](Index at) {
      dx[at] -= scale * (sum_dy + (x[at] - mean[c]) * inverse * sum_dy_xhat - rest) / count;
    });
  }
}

template <class T>
void dropout_forward(T* y, const T* x, const std::uint8_t* keep, T rate, Index n) {
  for (Index i = 0; i < n; ++i) y[i] = keep[i] != 0 ? x[i] / (1 - rate) : T(0);
}

template <class T>
void dropout_backward(T* dx, const T* dy, const std::uint8_t* keep, T rate, Index n) {
  for (Index i = 0; i < n; ++i) dx[i] += keep[i] != 0 ? dy[i] / (1 - rate) : T(0);
}

#define WAVETRAIN_INSTANTIATE(T)                                                                                  \
  template void batch_moments(T*, T*, const T*, const Kept&, Index, Index, Index);                                \
  template void batch_norm_forward(T*, const T*, const T*, const T*, const T*, const T*, T, Index, Index, Index); \
  template void batch_norm_backward(T*, T*, T*, const T*, const T*, const Kept&, const T*, const T*, const T*, T, \
                                    bool, Index, Index, Index);                                                   \
  template void dropout_forward(T*, const T*, const std::uint8_t*, T, Index);                                     \
  template void dropout_backward(T*, const T*, const std::uint8_t*, T, Index);
WAVETRAIN_INSTANTIATE(float)
WAVETRAIN_INSTANTIATE(double)
#undef WAVETRAIN_INSTANTIATE

}  // namespace wavetrain::reference
