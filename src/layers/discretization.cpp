#include "wavetrain/layers/discretization.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "graph/ops/encode.hpp"

namespace wavetrain::layers {
namespace {

// Values in ascending order and how many numbers each stands for.
struct Summary {
  std::vector<double> values, weights;
};

Summary summarize(std::vector<float> numbers, double epsilon) {
  std::sort(numbers.begin(), numbers.end(), [](float a, float b) { return std::isnan(b) ? !std::isnan(a) : a < b; });
  const double step = std::max(static_cast<double>(numbers.size()) * epsilon, 1.0);
  Summary summary;
  for (auto i = static_cast<std::size_t>(step - 1); i < numbers.size(); i += static_cast<std::size_t>(step)) {
    summary.values.push_back(static_cast<double>(numbers[i]));
    summary.weights.push_back(static_cast<double>(static_cast<float>(step)));
  }
  return summary;
}

// np.interp: linear between points, constant outside.
double interpolate(double x, const std::vector<double>& at, const std::vector<double>& values) {
  if (x <= at.front()) return values.front();
  if (x >= at.back()) return values.back();
  const auto i = static_cast<std::size_t>(std::upper_bound(at.begin(), at.end(), x) - at.begin());
  return values[i - 1] + (values[i] - values[i - 1]) * (x - at[i - 1]) / (at[i] - at[i - 1]);
}

// Down to 1 / epsilon values, at equal shares of the weights.
Summary compressed(const Summary& summary, double epsilon) {
  if (static_cast<double>(summary.values.size()) * epsilon < 1) return summary;
  // In float32, as numpy adds and divides float32 arrays.
  std::vector<double> cumulated, shares;
  float total = 0;
  for (const double weight : summary.weights) cumulated.push_back(double{total += static_cast<float>(weight)});
  for (const double weights : cumulated) shares.push_back(double{static_cast<float>(weights) / total});
  Summary result;
  double before = 0;
  const auto count = static_cast<Index>(std::ceil(1.0 / epsilon));
  for (Index i = 0; i < count; ++i) {
    const double share = epsilon + static_cast<double>(i) * epsilon;
    const double weights = interpolate(share, shares, cumulated);
    result.values.push_back(static_cast<double>(static_cast<float>(interpolate(share, shares, summary.values))));
    result.weights.push_back(static_cast<double>(static_cast<float>(weights - before)));
    before = weights;
  }
  return result;
}

}  // namespace

const Description& Discretization::description() {
  using D = Discretization;
  static const Description instance =
      Describe<D>("Discretization", "keras.layers")
          .field("bin_boundaries", &D::bin_boundaries)
          .field("num_bins", &D::num_bins, non_negative())
          .field("epsilon", &D::epsilon, positive())
          .field("output_mode", &D::output_mode, one_of({"int", "one_hot", "multi_hot", "count"}))
          .field("sparse", &D::sparse)
          // Keras takes no `trainable` here.
          .field("name", &D::name)
          .field("dtype", &D::dtype)
          .field("input_shape", &D::input_shape);
  return instance;
}

void Discretization::adapt(const DataView& data, bool built) {
  if (!num_bins) {
    throw ValueError(
        "Cannot adapt a Discretization layer that has been initialized with `bin_boundaries`, use `num_bins` "
        "instead.");
  }
  if (built)
    throw ValueError("Discretization finds its boundaries before it becomes part of a model: call adapt first");
  const Array x = data.to_array();
  if (x.size() == 0) throw ValueError("Discretization.adapt needs at least one number");
  // Keras merges the summary of the data into an empty one, which compresses it, and compresses that to the bins.
  const Summary summary = compressed(summarize({x.begin(), x.end()}, epsilon), epsilon);
  std::vector<double> boundaries = compressed(summary, 1.0 / static_cast<double>(std::max<Index>(*num_bins, 1))).values;
  if (!boundaries.empty()) boundaries.pop_back();
  bin_boundaries = std::move(boundaries);
}

Tensor Discretization::lower(Lowering& graph, Tensor x) const {
  if (!bin_boundaries && !num_bins) graph.fail("You need to set either `num_bins` or `bin_boundaries`.");
  if (!bin_boundaries) {
    graph.fail(
        "You need to either pass the `bin_boundaries` argument at construction time or call `adapt(dataset)` before "
        "you can start using the `Discretization` layer.");
  }
  const Tensor bins = graph.apply(ops::Discretize(*bin_boundaries), {x});
  if (output_mode == "int") return bins;
  const auto depth = static_cast<Index>(bin_boundaries->size()) + 1;
  return graph.apply(ops::Encode(depth, ops::parse_encoding(output_mode)), {bins});
}

}  // namespace wavetrain::layers
