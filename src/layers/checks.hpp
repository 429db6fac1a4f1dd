// Argument checks that several layers share.
#pragma once

#include <optional>
#include <string>

#include "wavetrain/error.hpp"
#include "wavetrain/layer.hpp"

namespace wavetrain {

// Throws NotSupported for channels_first. (Its files can be read: they are transposed where they come in.)
void require_channels_last(const Lowering& graph, const std::optional<std::string>& data_format);

// Throws NotSupported when a layer asks for a penalty on its output.
void refuse_activity_regularizer(const Lowering& graph, const Regularizer& regularizer);

}  // namespace wavetrain
