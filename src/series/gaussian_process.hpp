// A Gaussian process on a few hundred points with a Matérn 5/2 kernel, for Bayesian search.
#pragma once

#include <utility>
#include <vector>

namespace wavetrain::series {

class GaussianProcess {
 public:
  // Scores are standardised; the length scale is the one of a few with the highest marginal likelihood; noise 1e-4.
  // Needs at least one point, all of one dimension.
  GaussianProcess(const std::vector<std::vector<double>>& points, const std::vector<double>& scores);

  // Mean and standard deviation at a point.
  std::pair<double, double> predict(const std::vector<double>& point) const;

 private:
  double fit(double length);  // returns the log marginal likelihood

  const std::vector<std::vector<double>>& points_;
  std::vector<double> scaled_;
  double mean_ = 0, deviation_ = 1, length_ = 1;
  std::vector<double> factor_;   // lower triangle of the Cholesky factor, row by row in full rows
  std::vector<double> weights_;  // K^-1 scores
};

}  // namespace wavetrain::series
