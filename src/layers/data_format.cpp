#include "layers/data_format.hpp"

#include <algorithm>
#include <cctype>

#include "graph/ops/permute.hpp"

namespace wavetrain {
namespace {

// In any case, as Keras takes it.
bool data_format_is(const std::string& text, const std::string& name) {
  return std::equal(text.begin(), text.end(), name.begin(), name.end(),
                    [](unsigned char a, unsigned char b) { return std::tolower(a) == b; });
}

}  // namespace

Check data_format_check() { return one_of({"channels_last", "channels_first"}); }

bool is_channels_first(const std::optional<std::string>& data_format) {
  return data_format && data_format_is(*data_format, "channels_first");
}

Tensor channels_to_back(Lowering& graph, Tensor x) {
  const int rank = graph.require_min_rank(x, 3, false).rank();
  ops::Permute op;
  for (int axis = 2; axis < rank; ++axis) op.order.push_back(axis);
  op.order.push_back(1);
  return graph.apply(op, {x});
}

Tensor channels_to_front(Lowering& graph, Tensor x) {
  const int rank = graph.require_min_rank(x, 3, false).rank();
  ops::Permute op;
  op.order.push_back(rank - 1);
  for (int axis = 1; axis < rank - 1; ++axis) op.order.push_back(axis);
  return graph.apply(op, {x});
}

}  // namespace wavetrain
