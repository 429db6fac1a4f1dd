// data_format: series arranged as (batch, channels, time) go through a layer transposed, and come out transposed back.
#pragma once

#include <optional>
#include <string>

#include "wavetrain/layer.hpp"

namespace wavetrain {

// The argument's check.
Check data_format_check();

bool is_channels_first(const std::optional<std::string>& data_format);

// (batch, channels, time) to (batch, time, channels) and back; axis 1 trades places with the last one, others keep their
// order. Throws ValueError for less than 3 dimensions.
Tensor channels_to_back(Lowering& graph, Tensor x);
Tensor channels_to_front(Lowering& graph, Tensor x);

// What `lower` makes of x, both arranged as data_format says. Outputs without a time axis stay as they are.
template <class Lower>
Tensor with_data_format(Lowering& graph, Tensor x, const std::optional<std::string>& data_format, Lower lower) {
  if (!is_channels_first(data_format)) return lower(x);
  const Tensor y = lower(channels_to_back(graph, x));
  return graph.shape(y).rank() < 3 ? y : channels_to_front(graph, y);
}

}  // namespace wavetrain
