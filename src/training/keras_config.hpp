// Keras' settings of objects, as its many versions and backends write them.
#pragma once

#include "wavetrain/config.hpp"
#include "wavetrain/sequential.hpp"

namespace wavetrain {

// `settings` without the keys that some Keras 3 does not know and that say nothing because they are None (`input_axes` of
// an initializer came with 3.15, `gradient_accumulation_steps` with 3.1), at any depth.
Config portable_config(const Config& settings);

// Replaces what Keras writes for Python's own kinds, at any depth: {"class_name": "__tuple__", "items": [...]} by the list,
// a function of Keras and a DTypePolicy by their names.
Config plain_config(const Config& settings);

// `arguments` of a layer class without those that are not known here and have the value that means "not used". Throws
// NotSupported for another value.
Config used_arguments(const std::string& class_name, const Config& arguments);

// A layer, or the Input, from its entry in a model's config: by class name, whatever the module. Arguments that are not
// known here are accepted with the value that means "not used". Throws NotSupported for another value, ValueError for
// unknown classes and arguments; both name layer and argument.
Sequential::Entry layer_from_config(const Config& entry);

// The entry of a layer, with its name and the arguments that differ from their defaults.
Config layer_to_config(const Layer& layer);

}  // namespace wavetrain
