// What recurrent layers lower to when they return their states, and Bidirectional when it does not merge: one value
// that holds all outputs, see graph/ops/several_outputs.hpp. Only the last layer of a model may do that.
#pragma once

#include <vector>

#include "wavetrain/layer.hpp"

namespace wavetrain::layers {

// The output of a recurrence and its `states` states, from the rows that it makes of them.
std::vector<Tensor> split_rows(Lowering& graph, Tensor rows, Index states, bool sequences);

// Those rows as the outputs of a layer.
Tensor with_states(Lowering& graph, Tensor rows, Index states, bool sequences);

// One value for all of them. Refuses more than an operation can take.
Tensor pack_outputs(Lowering& graph, std::vector<Tensor> outputs);

}  // namespace wavetrain::layers
