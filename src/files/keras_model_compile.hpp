// The arguments of `compile` as Keras' get_compile_config() writes them.
#pragma once

#include "wavetrain/sequential.hpp"

namespace wavetrain::files {

// optimizer, loss, and what is set of loss_weights, metrics and weighted_metrics.
Config compile_config(const CompileOptions& options);

// The same as `training_config` of the old HDF5 files, kept to what Keras 2 knows as well where possible.
Config training_config(const CompileOptions& options);

// A model's config for the old HDF5 files: with the names and defaults of Keras 2 where Keras 3 reads them too.
Config legacy_model_config(const Config& config);

// Throws what the optimizer, the loss or a metric throws, and NotSupported for those of several outputs.
CompileOptions compile_options(const Config& config);

}  // namespace wavetrain::files
