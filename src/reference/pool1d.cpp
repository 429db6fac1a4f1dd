#include "reference/pool1d.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace wavetrain::reference {
namespace {

// Calls f(n, s, c, first, last) for each output with its window of real steps.
template <class Function>
void for_each_window(const PoolShape& p, Function f) {
  for (Index n = 0; n < p.N; ++n) {
    for (Index s = 0; s < p.steps(); ++s) {
      const Index start = s * p.stride - p.pad_left;
      for (Index c = 0; c < p.C; ++c) f(n, s, c, std::max<Index>(start, 0), std::min(start + p.pool, p.L));
    }
  }
}

// The step of the first maximum (or first NaN) in x[first .. last-1], -1 for an empty window.
template <class T>
Index first_maximum(const T* x, Index C, Index first, Index last) {
  Index best = -1;
  for (Index t = first; t < last; ++t) {
    if (std::isnan(x[t * C])) return t;
    if (best < 0 || x[t * C] > x[best * C]) best = t;
  }
  return best;
}

}  // namespace

Index PoolShape::steps() const {
  const Index span = L + pad_left + pad_right - pool;
  return span < 0 ? 0 : span / stride + 1;
}

template <class T>
void max_pool_forward(T* y, const T* x, const PoolShape& p) {
  // x is (N,L,C), y is (N,S,C)
  for_each_window(p, [&](Index n, Index s, Index c, Index first, Index last) {
    const Index t = first_maximum(x + n * p.L * p.C + c, p.C, first, last);
    y[(n * p.steps() + s) * p.C + c] = t < 0 ? -std::numeric_limits<T>::infinity() : x[(n * p.L + t) * p.C + c];
  });
}

template <class T>
void max_pool_backward(T* dx, const T* dy, const T* x, const PoolShape& p) {
  for_each_window(p, [&](Index n, Index s, Index c, Index first, Index last) {
    const Index t = first_maximum(x + n * p.L * p.C + c, p.C, first, last);
    if (t >= 0) dx[(n * p.L + t) * p.C + c] += dy[(n * p.steps() + s) * p.C + c];
  });
}

template <class T>
void average_pool_forward(T* y, const T* x, const PoolShape& p) {
  // x is (N,L,C), y is (N,S,C)
  for_each_window(p, [&](Index n, Index s, Index c, Index first, Index last) {
    T sum = 0;
    for (Index t = first; t < last; ++t) sum += x[(n * p.L + t) * p.C + c];
    y[(n * p.steps() + s) * p.C + c] = last > first ? sum / static_cast<T>(last - first) : T(0);
  });
}

template <class T>
void average_pool_backward(T* dx, const T* dy, const PoolShape& p) {
  for_each_window(p, [&](Index n, Index s, Index c, Index first, Index last) {
    const T share = dy[(n * p.steps() + s) * p.C + c] / static_cast<T>(last - first);
    for (Index t = first; t < last; ++t) dx[(n * p.L + t) * p.C + c] += share;
  });
}

template <class T>
void global_max_forward(T* y, const T* x, Index N, Index L, Index C) {
  max_pool_forward(y, x, {N, L, C, std::max<Index>(L, 1), 1, 0, L == 0 ? 1 : 0});
}

template <class T>
void global_max_backward(T* dx, const T* dy, const T* x, Index N, Index L, Index C) {
  // dx and x are (N,L,C), dy is (N,C)
  for (Index n = 0; n < N; ++n, x += L * C, dx += L * C) {
    for (Index c = 0; c < C; ++c) {
      const Index best = first_maximum(x + c, C, 0, L);
      Index ties = 0;
      for (Index t = 0; t < L; ++t) ties += x[t * C + c] == x[best * C + c] ? 1 : 0;
      for (Index t = 0; t < L; ++t) {
        if (std::isnan(x[best * C + c])) dx[t * C + c] = x[best * C + c];
        else if (x[t * C + c] == x[best * C + c]) dx[t * C + c] += dy[n * C + c] / static_cast<T>(ties);
      }
    }
  }
}

template <class T>
void global_average_forward(T* y, const T* x, const std::uint8_t* mask, Index N, Index L, Index C) {
  // x is (N,L,C), mask is (N,L), y is (N,C)
  for (Index n = 0; n < N; ++n) {
    for (Index c = 0; c < C; ++c) {
      T sum = 0, count = 0;
      for (Index t = 0; t < L; ++t) {
        if (mask != nullptr && mask[n * L + t] == 0) continue;
        sum += x[(n * L + t) * C + c];
        count += 1;
      }
      y[n * C + c] = sum / count;
    }
  }
}

template <class T>
void global_average_backward(T* dx, const T* dy, const std::uint8_t* mask, Index N, Index L, Index C) {
  for (Index n = 0; n < N; ++n) {
    const Index count = mask == nullptr ? L : L - std::count(mask + n * L, mask + (n + 1) * L, std::uint8_t{0});
    for (Index t = 0; t < L; ++t) {
      if (mask != nullptr && mask[n * L + t] == 0) continue;
      for (Index c = 0; c < C; ++c) dx[(n * L + t) * C + c] += dy[n * C + c] / static_cast<T>(count);
    }
  }
}

#define WAVETRAIN_INSTANTIATE(T)                                                                \
  template void max_pool_forward(T*, const T*, const PoolShape&);                               \
  template void max_pool_backward(T*, const T*, const T*, const PoolShape&);                    \
  template void average_pool_forward(T*, const T*, const PoolShape&);                           \
  template void average_pool_backward(T*, const T*, const PoolShape&);                          \
  template void global_max_forward(T*, const T*, Index, Index, Index);                          \
  template void global_max_backward(T*, const T*, const T*, Index, Index, Index);               \
  template void global_average_forward(T*, const T*, const std::uint8_t*, Index, Index, Index); \
  template void global_average_backward(T*, const T*, const std::uint8_t*, Index, Index, Index);
WAVETRAIN_INSTANTIATE(float)
WAVETRAIN_INSTANTIATE(double)
#undef WAVETRAIN_INSTANTIATE

}  // namespace wavetrain::reference
