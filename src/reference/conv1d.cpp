#include "reference/conv1d.hpp"

namespace wavetrain::reference {
namespace {

// Calls visit(o, k, t) for every output step o and tap k that meet an input step t (the others meet padding).
template <class Visit>
void for_each_tap(const Conv1DShape& s, Visit visit) {
  const Index output_length = s.output_length();
  for (Index o = 0; o < output_length; ++o) {
    for (Index k = 0; k < s.K; ++k) {
      const Index t = o * s.stride - s.pad_left + k * s.dilation;
      if (t >= 0 && t < s.T) visit(o, k, t);
    }
  }
}

}  // namespace

template <class T>
void conv1d_forward(T* y, const T* x, const T* w, const T* b, const Conv1DShape& s) {
  // y is (Tout,F), x is (T,C), w is (K,C/groups,F), b is (F)
  const Index C = s.C / s.groups, F = s.F / s.groups;  // of one group
  const Index output_length = s.output_length();
  for (Index i = 0; i < output_length * s.F; ++i) y[i] = 0;
  for_each_tap(s, [&](Index o, Index k, Index t) {
    for (Index f = 0; f < s.F; ++f) {
      for (Index c = 0; c < C; ++c) y[o * s.F + f] += x[t * s.C + f / F * C + c] * w[(k * C + c) * s.F + f];
    }
  });
  if (b == nullptr) return;
  for (Index i = 0; i < output_length * s.F; ++i) y[i] += b[i % s.F];
}

template <class T>
void conv1d_backward(T* dx, T* dw, T* db, const T* dy, const T* x, const T* w, const Conv1DShape& s) {
  // dx and x are (T,C), dw and w are (K,C/groups,F), db is (F), dy is (Tout,F)
  const Index C = s.C / s.groups, F = s.F / s.groups;  // of one group
  for_each_tap(s, [&](Index o, Index k, Index t) {
    for (Index f = 0; f < s.F; ++f) {
      const T d = dy[o * s.F + f];
      for (Index c = 0; c < C; ++c) {
        if (dx != nullptr) dx[t * s.C + f / F * C + c] += d * w[(k * C + c) * s.F + f];
        if (dw != nullptr) dw[(k * C + c) * s.F + f] += d * x[t * s.C + f / F * C + c];
      }
    }
  });
  if (db == nullptr) return;
  for (Index i = 0; i < s.output_length() * s.F; ++i) db[i % s.F] += dy[i];
}

template void conv1d_forward(float*, const float*, const float*, const float*, const Conv1DShape&);
template void conv1d_forward(double*, const double*, const double*, const double*, const Conv1DShape&);
template void conv1d_backward(float*, float*, float*, const float*, const float*, const float*, const Conv1DShape&);
template void conv1d_backward(double*, double*, double*, const double*, const double*, const double*,
                              const Conv1DShape&);

}  // namespace wavetrain::reference
