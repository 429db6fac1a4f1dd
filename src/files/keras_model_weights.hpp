// The tree in model.weights.h5 and .weights.h5 files.
//
//     /vars                              empty; without it Keras before 3.4 refuses the file
//     /layers/<class>[_<n>]/vars/<i>     weights of the n-th layer of a class, in snake_case; a group for every layer
//     /layers/<class>/<part>/vars/<i>    those of a part of it ("cell" of an LSTM)
//     /optimizer/vars/<i>                Optimizer::variables()
//
// <i> counts the trainable weights, then the others. Keras 2.12 to 2.14 have /_layer_checkpoint_dependencies for /layers and
// leave out every other number of layers with weights. Source: saving_lib.py of Keras 2.12, 2.15 and 3.15.1.
#pragma once

#include <vector>

#include "files/keras_optimizer.hpp"
#include "wavetrain/files/hdf5.hpp"
#include "wavetrain/sequential.hpp"

namespace wavetrain::files {

// The optimizer's part is left out unless the optimizer has been built.
hdf5::Group weights_tree(const Sequential& model);

// Whether a tree is one of this kind.
bool is_weights_tree(const hdf5::Group& tree);

// Sets the weights. Throws ValueError that lists what does not fit, before anything changes; with `skip_mismatch` these layers
// are left alone and reported to the log.
void read_weights(const hdf5::Group& tree, Sequential& model, bool skip_mismatch);

// The optimizer's part.
std::vector<StoredVariable> stored_optimizer(const hdf5::Group& tree);

}  // namespace wavetrain::files
