#include <vector>

#include <fmt/format.h>

#include "training/loss_math.hpp"
#include "wavetrain/losses.hpp"

namespace wavetrain::losses {
namespace {

// NaN stays.
template <class T>
T pinball(T q, T e) {
  return e > 0 ? q * e : (q - 1) * e;
}

// The derivative with respect to the prediction, 0 at the kink.
template <class T>
T slope(T q, T e) {
  return e > 0 ? -q : e < 0 ? 1 - q : T{0};
}

template <class T>
void quantile(const std::vector<double>& quantiles, const BasicLossRows<T>& rows) {
  if (quantiles.size() == 1) {
    const T q = static_cast<T>(quantiles[0]);
    return loss_math::mean_of_elements(
        rows, [=](T y, T p) { return pinball(q, y - p); }, [=](T y, T p) { return slope(q, y - p); });
  }
  // One number y against the row's quantiles.
  loss_math::for_rows(rows, [&](const T* y, const T* p, T* d, T f) {
    const T share = f / static_cast<T>(quantiles.size());
    double sum = 0;
    for (std::size_t i = 0; i < quantiles.size(); ++i) {
      const T q = static_cast<T>(quantiles[i]), e = *y - p[i];
      sum += pinball(q, e);
      if (d) d[i] = slope(q, e) * share;
    }
    return sum / static_cast<double>(quantiles.size());
  });
}

}  // namespace

LossShape Quantile::shape(const Shape& y_true, const Shape& y_pred) const {
  const auto count = static_cast<Index>(quantiles.values().size());
  if (count == 1) return dense_loss_shape(y_true, y_pred);
  const bool fits = y_pred.rank() >= 1 && y_pred.back() == count &&
                    (y_true.rank() == y_pred.rank() - 1 || (y_true.rank() == y_pred.rank() && y_true.back() == 1));
  if (!fits) {
    throw ValueError(
        fmt::format("Quantile: {} quantiles need an output shaped as the targets and {} numbers for each. "
                    "Received: target.shape={}, output.shape={}",
                    count, count, to_string(y_true), to_string(y_pred)));
  }
  return sparse_loss_shape(y_true, y_pred);
}

void Quantile::evaluate(const BasicLossRows<float>& rows) const { quantile(quantiles.values(), rows); }
void Quantile::evaluate(const BasicLossRows<double>& rows) const { quantile(quantiles.values(), rows); }

const Description& Quantile::description() {
  // One number or several; none, or one that is no quantile, has nothing to learn.
  const Check inside = [](const Config& value) -> std::string {
    const std::vector<double> numbers = Codec<Numbers>::from_config(value).values();
    bool fine = !numbers.empty();
    for (const double number : numbers) fine = fine && number > 0 && number < 1;
    return fine ? "" : "numbers between 0 and 1, both excluded";
  };
  static const Description instance = Describe<Quantile>("Quantile", "wavetrain.losses")
                                          .field("quantiles", &Quantile::quantiles, inside)
                                          .field("reduction", &Quantile::reduction)
                                          .field("name", &Quantile::name)
                                          .field("dtype", &Quantile::dtype);
  return instance;
}

}  // namespace wavetrain::losses
