// Adafactor. B, R, C: everything before the last two dimensions, rows, columns.
#include <algorithm>
#include <cmath>

#include "cpu/reduce.hpp"
#include "wavetrain/optimizers.hpp"

namespace wavetrain::optimizers {
namespace {

struct Matrices {
  Index B, R, C;
  explicit Matrices(const Shape& shape) : B(1), R(shape[-2]), C(shape[-1]) {
    for (int axis = 0; axis < shape.rank() - 2; ++axis) B *= shape[axis];
  }
};

Shape without(const Shape& shape, int axis_from_end) {
  Shape result;
  for (int axis = 0; axis < shape.rank(); ++axis) {
    if (axis != shape.rank() - axis_from_end) result.push_back(shape[axis]);
  }
  return result;
}

double root_mean_square(Index n, const float* x) {
  return std::sqrt(cpu::sum_of_squares(n, x) / static_cast<double>(n));
}

// The larger one; NaN stays.
double at_least(double limit, double value) { return value < limit ? limit : value; }

// Means of g² + epsilon along rows, averaged into r (R).
void average_rows(const Matrices& m, const float* g, double epsilon, double keep, float* r) {
  for (Index row = 0; row < m.R; ++row) {
    const double mean = cpu::sum_of_squares(m.C, g + row * m.C) / static_cast<double>(m.C) + epsilon;
    r[row] = static_cast<float>(keep * r[row] + (1 - keep) * mean);
  }
}

// Means along columns, averaged into c (C); some columns at a time, so that memory is read in lines.
void average_columns(const Matrices& m, const float* g, double epsilon, double keep, float* c) {
  constexpr Index kColumns = 16;
  for (Index first = 0; first < m.C; first += kColumns) {
    const Index count = std::min(kColumns, m.C - first);
    double sums[kColumns] = {};
    for (Index row = 0; row < m.R; ++row) {
      const float* line = g + row * m.C + first;
      for (Index i = 0; i < count; ++i) sums[i] += double{line[i]} * line[i];
    }
    for (Index i = 0; i < count; ++i) {
      const double mean = sums[i] / static_cast<double>(m.R) + epsilon;
      c[first + i] = static_cast<float>(keep * c[first + i] + (1 - keep) * mean);
    }
  }
}

}  // namespace

std::vector<OptimizerSlot> Adafactor::slots() const { return {{"r"}, {"c"}, {"velocity"}, {"step", -1}}; }

std::optional<Shape> Adafactor::slot_shape(std::size_t slot, const OptimizerWeight& weight) const {
  if (slot >= 2) return weight.shape;
  // Keras keeps placeholders where nothing is factored.
  return weight.shape.rank() < 2 ? Shape{} : without(weight.shape, slot == 0 ? 1 : 2);
}

void Adafactor::update(const OptimizerRange& range) const {
  const double t = static_cast<double>(range.step);
  const double keep = 1 - std::pow(t, beta_2_decay);
  float* v = range.slots[2];
  float* u = range.slots[3];
  if (range.weight->shape.rank() < 2) {
    for (Index i = 0; i < range.size; ++i) {
      v[i] = static_cast<float>(keep * v[i] + (1 - keep) * (double{range.g[i]} * range.g[i] + epsilon_1));
    }
  } else {
    const Matrices m(range.weight->shape);
    for (Index b = 0; b < m.B; ++b) {
      float* r = range.slots[0] + b * m.R;
      float* c = range.slots[1] + b * m.C;
      average_rows(m, range.g + b * m.R * m.C, epsilon_1, keep, r);
      average_columns(m, range.g + b * m.R * m.C, epsilon_1, keep, c);
      double r_mean = 0;
      for (Index row = 0; row < m.R; ++row) r_mean += r[row];
      r_mean /= static_cast<double>(m.R);
      float* line = v + b * m.R * m.C;
      for (Index row = 0; row < m.R; ++row, line += m.C) {
        const auto share = static_cast<float>(r[row] / r_mean);
        for (Index i = 0; i < m.C; ++i) line[i] = share * c[i];
      }
    }
  }
  for (Index i = 0; i < range.size; ++i) u[i] = range.g[i] / std::sqrt(v[i]);
  const double rate = std::min(range.learning_rate, 1 / std::sqrt(t));
  const double alpha = at_least(epsilon_2, root_mean_square(range.size, range.w)) * rate;
  const double clip = at_least(1, root_mean_square(range.size, u) / clip_threshold);
  cpu::axpy(range.size, static_cast<float>(-alpha / clip), u, range.w);
}

}  // namespace wavetrain::optimizers
