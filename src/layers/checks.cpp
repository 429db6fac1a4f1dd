#include "layers/checks.hpp"

namespace wavetrain {

void require_channels_last(const Lowering& graph, const std::optional<std::string>& data_format) {
  if (data_format && *data_format == "channels_first") {
    graph.refuse("data_format='channels_first'; arrange the data as (batch, time, channels) and use 'channels_last'");
  }
}

void refuse_activity_regularizer(const Lowering& graph, const Regularizer& regularizer) {
  if (regularizer.has_value()) graph.refuse("activity_regularizer");
}

}  // namespace wavetrain
