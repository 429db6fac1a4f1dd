// Settings that older versions of Keras wrote, said as Keras 3.15 says them.
//
// What changed between the versions is handled here and nowhere else: names and places of arguments, defaults, objects
// of TensorFlow, classes with other names, functional models that are a plain chain. What wavetrain would compute
// otherwise than the Keras that wrote the file is refused with NotSupported, which names layer and argument. Sources:
// the get_config() of the layers of Keras 2.2.4, 2.3.1, 2.4.0, 2.8.0, 2.12.0, 2.15.0 and of Keras 3's releases.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>

#include "files/keras_version.hpp"
#include "wavetrain/config.hpp"

namespace wavetrain::files {

inline bool contains(const auto& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

// A model's {"class_name", "config"}: of a Sequential, or of a functional model in which every layer takes the output
// of the one before it, as {"class_name": "Sequential", "config"}. Throws NotSupported for any other model.
Config upgraded_model(const Config& model, KerasVersion version);

// One layer {"class_name", "config"}, with those inside it.
Config upgraded_layer(const Config& layer, KerasVersion version);

// `compile_config` of .keras files, or `training_config` of .h5 files.
Config upgraded_compile_config(const Config& config, KerasVersion version);

// The layers of a functional model's config in the order in which they follow each other. Throws NotSupported when they
// are no chain.
Config::List functional_chain(const Config& config);

}  // namespace wavetrain::files
