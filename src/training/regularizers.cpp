#include "wavetrain/regularizers.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

namespace wavetrain {
namespace regularizers {
namespace {

constexpr const char* kModule = "keras.regularizers";

Check penalty() {
  return [](const Config& value) -> std::string {
    const double x = value.as_double();
    return std::isfinite(x) && x >= 0 ? "" : "a non-negative float";
  };
}

double sum_of_absolutes(const ConstView& w) {
  double sum = 0;
  for (const float x : w.span()) sum += std::abs(x);
  return sum;
}

double sum_of_squares(const ConstView& w) {
  double sum = 0;
  for (const float x : w.span()) sum += double{x} * x;
  return sum;
}

void add_l1_gradient(const ConstView& w, float* g, double l1) {
  const auto step = static_cast<float>(l1);
  for (const float x : w.span()) *g++ += x > 0 ? step : x < 0 ? -step : 0 * x;
}

void add_l2_gradient(const ConstView& w, float* g, double l2) {
  const auto factor = static_cast<float>(2 * l2);
  for (const float x : w.span()) *g++ += factor * x;
}

// The vectors whose angles are penalised: `count` of them, of `length` numbers.
struct Vectors {
  const float* data;
  Index count, length, vector_stride, element_stride;

  Vectors(const ConstView& w, bool rows) : data(w.data()) {
    if (w.rank() != 2) {
      throw ValueError(fmt::format("Inputs to OrthogonalRegularizer must have rank 2. Received: inputs.shape={}",
                                   to_string(w.shape())));
    }
    count = w.shape()[rows ? 0 : 1];
    length = w.shape()[rows ? 1 : 0];
    vector_stride = w.strides()[rows ? 0 : 1];
    element_stride = w.strides()[rows ? 1 : 0];
  }
  Index offset(Index vector, Index i) const { return vector * vector_stride + i * element_stride; }
  double dot(Index a, Index b) const {
    double sum = 0;
    for (Index i = 0; i < length; ++i) sum += double{data[offset(a, i)]} * data[offset(b, i)];
    return sum;
  }
  // At least 1e-7, as in keras.ops.normalize.
  double norm(Index a) const { return std::max(std::sqrt(dot(a, a)), 1e-7); }
  double pairs() const { return static_cast<double>(count) * static_cast<double>(count - 1) / 2; }
};

}  // namespace

double L1::value(const ConstView& w) const { return l1 * sum_of_absolutes(w); }
void L1::add_gradient(const ConstView& w, float* g, double scale) const { add_l1_gradient(w, g, l1 * scale); }

double L2::value(const ConstView& w) const { return l2 * sum_of_squares(w); }
void L2::add_gradient(const ConstView& w, float* g, double scale) const { add_l2_gradient(w, g, l2 * scale); }

double L1L2::value(const ConstView& w) const {
  return (l1 != 0 ? l1 * sum_of_absolutes(w) : 0.0) + (l2 != 0 ? l2 * sum_of_squares(w) : 0.0);
}
void L1L2::add_gradient(const ConstView& w, float* g, double scale) const {
  if (l1 != 0) add_l1_gradient(w, g, l1 * scale);
  if (l2 != 0) add_l2_gradient(w, g, l2 * scale);
}

double OrthogonalRegularizer::value(const ConstView& w) const {
  const Vectors v(w, mode == "rows");
  if (v.count < 2) return 0;
  double sum = 0;
  for (Index a = 0; a < v.count; ++a) {
    const double a_norm = v.norm(a);
    for (Index b = a + 1; b < v.count; ++b) sum += std::abs(v.dot(a, b)) / (a_norm * v.norm(b));
  }
  return factor * sum / v.pairs();
}

void OrthogonalRegularizer::add_gradient(const ConstView& w, float* g, double scale) const {
  const Vectors v(w, mode == "rows");
  if (v.count < 2) return;
  const double share = scale * factor / v.pairs();
  for (Index a = 0; a < v.count; ++a) {
    const double a_norm = v.norm(a);
    const double squares = v.dot(a, a);
    for (Index b = 0; b < v.count; ++b) {
      if (b == a) continue;
      // d cos(a, b) / da = b / (|a| |b|) - cos · a / |a|²; a vector below the least norm is only scaled.
      const double b_norm = v.norm(b);
      const double cosine = v.dot(a, b) / (a_norm * b_norm);
      const double sign = cosine > 0 ? 1 : cosine < 0 ? -1 : 0;
      const double along = std::sqrt(squares) > 1e-7 ? cosine / squares : 0.0;
      for (Index i = 0; i < v.length; ++i) {
        const double slope = v.data[v.offset(b, i)] / (a_norm * b_norm) - along * v.data[v.offset(a, i)];
        g[v.offset(a, i)] += static_cast<float>(share * sign * slope);
      }
    }
  }
}

const Description& L1::description() {
  static const Description instance = Describe<L1>("L1", kModule).field("l1", &L1::l1, penalty());
  return instance;
}

const Description& L2::description() {
  static const Description instance = Describe<L2>("L2", kModule).field("l2", &L2::l2, penalty());
  return instance;
}

const Description& L1L2::description() {
  static const Description instance =
      Describe<L1L2>("L1L2", kModule).field("l1", &L1L2::l1, penalty()).field("l2", &L1L2::l2, penalty());
  return instance;
}

const Description& OrthogonalRegularizer::description() {
  static const Description instance = Describe<OrthogonalRegularizer>("OrthogonalRegularizer", kModule)
                                          .field("factor", &OrthogonalRegularizer::factor, penalty())
                                          .field("mode", &OrthogonalRegularizer::mode, one_of({"rows", "columns"}));
  return instance;
}

}  // namespace regularizers

Registry& RegularizerFamily::registry() {
  using namespace regularizers;
  static Registry& instance = *[] {
    auto* registry = new Registry("regularizer");  // never destroyed: other statics may still use it while they end
    registry->add<RegularizerFamily, L1>();
    registry->add<RegularizerFamily, L2>();
    registry->add<RegularizerFamily, L1L2>();
    registry->add<RegularizerFamily, OrthogonalRegularizer>();
    return registry;
  }();
  return instance;
}

double Regularizer::value(const ConstView& w) const { return has_value() ? methods().value(w) : 0.0; }

void Regularizer::add_gradient(const ConstView& w, float* g, double scale) const {
  if (has_value()) methods().add_gradient(w, g, scale);
}

}  // namespace wavetrain
