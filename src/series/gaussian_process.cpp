#include "series/gaussian_process.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace wavetrain::series {
namespace {

constexpr double kNoise = 1e-4;

double kernel(const std::vector<double>& a, const std::vector<double>& b, double length) {
  double squares = 0;
  for (std::size_t i = 0; i < a.size(); ++i) squares += (a[i] - b[i]) * (a[i] - b[i]);
  const double r = std::sqrt(5 * squares) / length;
  return (1 + r + r * r / 3) * std::exp(-r);
}

// Solves L x = b for the lower triangle L.
std::vector<double> solve_lower(const std::vector<double>& factor, std::vector<double> b) {
  const std::size_t n = b.size();
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t k = 0; k < i; ++k) b[i] -= factor[i * n + k] * b[k];
    b[i] /= factor[i * n + i];
  }
  return b;
}

std::vector<double> solve_upper(const std::vector<double>& factor, std::vector<double> b) {
  const std::size_t n = b.size();
  for (std::size_t i = n; i > 0; --i) {
    for (std::size_t k = i; k < n; ++k) b[i - 1] -= factor[k * n + i - 1] * b[k];
    b[i - 1] /= factor[(i - 1) * n + i - 1];
  }
  return b;
}

}  // namespace

GaussianProcess::GaussianProcess(const std::vector<std::vector<double>>& points, const std::vector<double>& scores)
    : points_(points) {
  const auto n = static_cast<double>(scores.size());
  for (const double score : scores) mean_ += score / n;
  double squares = 0;
  for (const double score : scores) squares += (score - mean_) * (score - mean_) / n;
  deviation_ = squares > 0 ? std::sqrt(squares) : 1;
  for (const double score : scores) scaled_.push_back((score - mean_) / deviation_);
  double best = -std::numeric_limits<double>::infinity(), best_length = 1;
  for (const double length : {0.1, 0.2, 0.4, 0.8, 1.6, 3.2}) {
    const double likelihood = fit(length);
    if (!(likelihood > best)) continue;
    best = likelihood;
    best_length = length;
  }
  fit(best_length);
}

double GaussianProcess::fit(double length) {
  const std::size_t n = points_.size();
  length_ = length;
  factor_.assign(n * n, 0);
  double log_determinant = 0;
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t k = 0; k <= i; ++k) {
      double sum = kernel(points_[i], points_[k], length) + (i == k ? kNoise : 0.0);
      for (std::size_t m = 0; m < k; ++m) sum -= factor_[i * n + m] * factor_[k * n + m];
      factor_[i * n + k] = i == k ? std::sqrt(std::max(sum, 1e-12)) : sum / factor_[k * n + k];
    }
    log_determinant += std::log(factor_[i * n + i]);
  }
  const std::vector<double> half = solve_lower(factor_, scaled_);
  double fit_term = 0;
  for (const double value : half) fit_term += value * value;
  weights_ = solve_upper(factor_, half);
  return -0.5 * fit_term - log_determinant;
}

std::pair<double, double> GaussianProcess::predict(const std::vector<double>& point) const {
  std::vector<double> covariances;
  double mean = 0;
  for (std::size_t i = 0; i < points_.size(); ++i) {
    covariances.push_back(kernel(point, points_[i], length_));
    mean += covariances.back() * weights_[i];
  }
  double variance = 1;
  for (const double value : solve_lower(factor_, std::move(covariances))) variance -= value * value;
  return {mean_ + deviation_ * mean, deviation_ * std::sqrt(std::max(variance, 0.0))};
}

}  // namespace wavetrain::series
