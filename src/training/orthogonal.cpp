// Orthogonal: the Q of a Householder QR decomposition of a normal matrix, with the signs of R's diagonal divided out so
// that it is uniform over the orthogonal matrices (Mezzadri, "How to generate random matrices from the classical
// compact groups", 2007). In double precision, so that the result is orthonormal to float precision.
#include <cmath>
#include <vector>

#include <fmt/format.h>

#include "wavetrain/initializers.hpp"
#include "wavetrain/random.hpp"

namespace wavetrain::initializers {
namespace {

using Column = std::vector<double>;

// Turns the n columns of A, each of length m >= n, into the reflectors v_k of A = H_0 ... H_{n-1} R, H = I - 2 v vᵀ,
// |v| = 1, and returns the signs of R's diagonal.
std::vector<double> factorise(std::vector<Column>& columns) {
  std::vector<double> signs(columns.size(), 1.0);
  for (std::size_t k = 0; k < columns.size(); ++k) {
    Column& v = columns[k];
    double norm = 0;
    for (std::size_t i = k; i < v.size(); ++i) norm += v[i] * v[i];
    norm = std::sqrt(norm);
    // R_kk = -sign(v_k) |v|, so that v_k does not cancel.
    const double diagonal = v[k] > 0 ? -norm : norm;
    signs[k] = diagonal < 0 ? -1.0 : 1.0;
    for (std::size_t i = 0; i < k; ++i) v[i] = 0;
    v[k] -= diagonal;
    double length = 0;
    for (std::size_t i = k; i < v.size(); ++i) length += v[i] * v[i];
    length = std::sqrt(length);
    if (length == 0) continue;  // a zero column needs no reflection
    for (std::size_t i = k; i < v.size(); ++i) v[i] /= length;
    for (std::size_t j = k + 1; j < columns.size(); ++j) {
      double dot = 0;
      for (std::size_t i = k; i < v.size(); ++i) dot += v[i] * columns[j][i];
      for (std::size_t i = k; i < v.size(); ++i) columns[j][i] -= 2 * dot * v[i];
    }
  }
  return signs;
}

// Column j of Q = H_0 ... H_{n-1}.
Column orthogonal_column(const std::vector<Column>& reflectors, std::size_t j) {
  Column q(reflectors.front().size());
  q[j] = 1;
  for (std::size_t k = j + 1; k-- > 0;) {  // H_k leaves e_j alone for k > j
    const Column& v = reflectors[k];
    double dot = 0;
    for (std::size_t i = k; i < v.size(); ++i) dot += v[i] * q[i];
    for (std::size_t i = k; i < v.size(); ++i) q[i] -= 2 * dot * v[i];
  }
  return q;
}

}  // namespace

void Orthogonal::fill(const Shape& shape, std::span<float> out, std::uint64_t fallback_seed) const {
  if (shape.rank() < 2) {
    throw ValueError(
        fmt::format("The tensor to initialize must be at least two-dimensional. Received: shape={} of rank {}.",
                    to_string(shape), shape.rank()));
  }
  if (out.empty()) return;
  const auto columns = static_cast<std::size_t>(shape.back());
  const std::size_t rows = out.size() / columns;
  const std::size_t length = std::max(rows, columns);
  const std::size_t count = std::min(rows, columns);
  Random random(seed ? static_cast<std::uint64_t>(*seed) : fallback_seed);
  std::vector<Column> reflectors(count, Column(length));
  for (Column& column : reflectors) {
    for (double& value : column) value = random.normal();
  }
  const std::vector<double> signs = factorise(reflectors);
  for (std::size_t j = 0; j < count; ++j) {
    const Column q = orthogonal_column(reflectors, j);
    // Q's columns are the columns of a tall matrix, or the rows of a wide one.
    const std::size_t start = rows >= columns ? j : j * columns;
    const std::size_t step = rows >= columns ? columns : 1;
    for (std::size_t i = 0; i < length; ++i) out[start + i * step] = static_cast<float>(gain * signs[j] * q[i]);
  }
}

}  // namespace wavetrain::initializers
