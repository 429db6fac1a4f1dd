#include "reference/sparsemax.hpp"

#include <cmath>
#include <limits>

namespace wavetrain::reference {
namespace {

// The values of one row in descending order, equal ones by ascending position, found one by one. NaN is never found.
template <class T>
class Descending {
 public:
  Descending(const T* x, Index size, Index inner) : x_(x), size_(size), inner_(inner) {}

  // The position of the next value, or -1 at the end.
  Index next() {
    Index best = -1;
    for (Index i = 0; i < size_; ++i) {
      const T value = x_[i * inner_];
      const bool left = last_ < 0 ? !std::isnan(value) : value < last() || (value == last() && i > last_);
      if (left && (best < 0 || value > x_[best * inner_])) best = i;
    }
    if (best >= 0) last_ = best;
    return best;
  }
  T last() const { return x_[last_ * inner_]; }

 private:
  const T* x_;
  Index size_, inner_;
  Index last_ = -1;
};

// The number of values in the support, and tau. A NaN in the row makes tau NaN.
template <class T>
Index support(const T* x, Index size, Index inner, T& tau) {
  double sum = 0, sum_of_sums = 0;
  Index k = 0;
  Descending<T> order(x, size, inner);
  while (order.next() >= 0) {
    const double z = static_cast<double>(order.last());
    if (!(z - (sum + z - 1) / static_cast<double>(k + 1) > 0)) break;
    sum += z;
    sum_of_sums += sum;
    ++k;
  }
  tau = static_cast<T>((sum_of_sums - 1) / static_cast<double>(k));
  for (Index i = 0; i < size; ++i) {
    if (std::isnan(x[i * inner])) tau = std::numeric_limits<T>::quiet_NaN();
  }
  return k;
}

}  // namespace

template <class T>
void sparsemax_forward(T* y, const T* x, Index outer, Index size, Index inner) {
  for (Index o = 0; o < outer; ++o, x += size * inner, y += size * inner) {
    for (Index c = 0; c < inner; ++c) {
      T tau;
      support(x + c, size, inner, tau);
      for (Index i = 0; i < size; ++i) {
        const T value = x[i * inner + c] - tau;
        y[i * inner + c] = value < 0 ? T(0) : value;
      }
    }
  }
}

template <class T>
void sparsemax_backward(T* dx, const T* dy, const T* x, Index outer, Index size, Index inner) {
  for (Index o = 0; o < outer; ++o, x += size * inner, dy += size * inner, dx += size * inner) {
    for (Index c = 0; c < inner; ++c) {
      T tau, sum = 0;
      const Index k = support(x + c, size, inner, tau);
      for (Index i = 0; i < size; ++i) {
        const Index at = i * inner + c;
        dx[at] = x[at] - tau >= 0 ? dy[at] : T(0);
        sum += dx[at];
      }
      Descending<T> order(x + c, size, inner);
      for (Index rank = 1; rank <= k; ++rank) {
        dx[order.next() * inner + c] -= sum * static_cast<T>(k + 1 - rank) / static_cast<T>(k);
      }
    }
  }
}

template void sparsemax_forward(float*, const float*, Index, Index, Index);
template void sparsemax_forward(double*, const double*, Index, Index, Index);
template void sparsemax_backward(float*, const float*, const float*, Index, Index, Index);
template void sparsemax_backward(double*, const double*, const double*, Index, Index, Index);

}  // namespace wavetrain::reference
