#include "files/cudnn_weights.hpp"

#include <algorithm>

namespace wavetrain::files {
namespace {

// The same numbers, gate by gate: rows of a gate's matrix become columns, its sides keep their lengths.
Array transposed_gates(const Array& kernel, Index gates) {
  const Index rows = kernel.shape()[0], columns = kernel.shape()[1], units = columns / gates;
  Array result(kernel.shape());
  for (Index gate = 0; gate < gates; ++gate) {
    for (Index n = 0; n < rows * units; ++n) {  // n-th number of the gate: along its rows there, along its columns here
      result[(n % rows) * columns + gate * units + n / rows] = kernel[(n / units) * columns + gate * units + n % units];
    }
  }
  return result;
}

bool is_cudnn(const Variable& bias, const Array& stored) {
  const Shape& shape = bias.shape();
  if (stored.shape().rank() != 1) return false;
  return shape.rank() == 2 ? stored.size() == bias.size() : stored.size() == 2 * bias.size();
}

}  // namespace

void convert_cudnn_weights(const std::vector<Variable>& weights, std::vector<Array>& values) {
  for (std::size_t i = 2; i < std::min(weights.size(), values.size()); ++i) {
    if (weights[i].name() != "bias" || weights[i - 1].name() != "recurrent_kernel" || !is_cudnn(weights[i], values[i]))
      continue;
    const Shape& recurrent = weights[i - 1].shape();
    if (values[i - 2].shape() != weights[i - 2].shape() || values[i - 1].shape() != recurrent) continue;
    const Index gates = recurrent[1] / recurrent[0];
    values[i - 2] = transposed_gates(values[i - 2], gates);
    values[i - 1] = transposed_gates(values[i - 1], gates);
    Array bias(weights[i].shape());
    if (bias.shape().rank() == 2) {
      std::copy(values[i].begin(), values[i].end(), bias.begin());
    } else {
      for (Index k = 0; k < bias.size(); ++k) bias[k] = values[i][k] + values[i][bias.size() + k];
    }
    values[i] = std::move(bias);
  }
}

}  // namespace wavetrain::files
