// The arguments of `compile` as Keras' get_compile_config() writes them.
#pragma once

#include "wavetrain/sequential.hpp"

namespace wavetrain::files {

// optimizer, loss, and what is set of loss_weights, metrics and weighted_metrics.
Config compile_config(const CompileOptions& options);

// Throws what the optimizer, the loss or a metric throws, and NotSupported for those of several outputs.
CompileOptions compile_options(const Config& config);

}  // namespace wavetrain::files
