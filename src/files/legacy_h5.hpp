// Keras' old HDF5 layout: whole models (.h5, .hdf5) and weights alone.
//
//     /                      attributes model_config, training_config (JSON), keras_version, backend
//     /model_weights         attribute layer_names; for weights alone this group is the root
//     /model_weights/<layer> attribute weight_names; the weights lie at these names, which are paths
//     /optimizer_weights     attribute weight_names; likewise
//
// Lists of names are in order, and only the order counts: in it the weights of a layer are the trainable ones and then the
// others. Source: hdf5_format.py of Keras 2.2.4 to 2.15, legacy_h5_format.py of Keras 3.15.1.
#pragma once

#include <string>
#include <vector>

#include "files/keras_optimizer.hpp"
#include "files/keras_version.hpp"
#include "wavetrain/files/hdf5.hpp"
#include "wavetrain/sequential.hpp"

namespace wavetrain::files {

// The tree of a whole model, which Keras 3 and tf.keras 2 read. `config` is the model's {"class_name", "config"}.
hdf5::Group legacy_model(const Sequential& model, const Config& config, const Config* training_config);
// The tree of its weights alone.
hdf5::Group legacy_weights(const Sequential& model);

// Whether a tree is a whole model, or weights alone.
bool is_legacy_model(const hdf5::Group& tree);
bool is_legacy_weights(const hdf5::Group& tree);

// What the attributes of a whole model say; null when there is none. Throws FileError when they are no JSON.
Config legacy_attribute(const hdf5::Group& tree, const char* name);
KerasVersion legacy_version(const hdf5::Group& tree);

// Sets the weights, from a whole model or from weights alone. Layers with weights are matched by position or, with
// `by_name`, by name, and layers that one side does not have are then left alone. Weights of CuDNNLSTM and CuDNNGRU become
// those of LSTM and GRU. Throws ValueError that lists what does not fit, before anything changes; with `skip_mismatch` these
// layers are left alone and reported to the log.
void read_legacy_weights(const hdf5::Group& tree, Sequential& model, bool by_name, bool skip_mismatch);

std::vector<StoredVariable> legacy_optimizer(const hdf5::Group& tree);

}  // namespace wavetrain::files
