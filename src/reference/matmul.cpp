#include "reference/matmul.hpp"

namespace wavetrain::reference {

template <class T>
void matmul_forward(T* y, const T* x, const T* w, const T* b, Index M, Index C, Index F) {
  // y is (M,F), x is (M,C), w is (C,F), b is (F)
  for (Index m = 0; m < M; ++m) {
    for (Index f = 0; f < F; ++f) {
      T sum = 0;
      for (Index c = 0; c < C; ++c) sum += x[m * C + c] * w[c * F + f];
      y[m * F + f] = b == nullptr ? sum : sum + b[f];
    }
  }
}

template <class T>
void matmul_backward(T* dx, T* dw, T* db, const T* dy, const T* x, const T* w, Index M, Index C, Index F) {
  // dx and x are (M,C), dw and w are (C,F), db is (F), dy is (M,F)
  for (Index m = 0; m < M; ++m) {
    for (Index f = 0; f < F; ++f) {
      const T d = dy[m * F + f];
      if (db != nullptr) db[f] += d;
      for (Index c = 0; c < C; ++c) {
        if (dx != nullptr) dx[m * C + c] += d * w[c * F + f];
        if (dw != nullptr) dw[c * F + f] += d * x[m * C + c];
      }
    }
  }
}

template void matmul_forward(float*, const float*, const float*, const float*, Index, Index, Index);
template void matmul_forward(double*, const double*, const double*, const double*, Index, Index, Index);
template void matmul_backward(float*, float*, float*, const float*, const float*, const float*, Index, Index, Index);
template void matmul_backward(double*, double*, double*, const double*, const double*, const double*, Index, Index,
                              Index);

}  // namespace wavetrain::reference
