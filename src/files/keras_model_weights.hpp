// The tree in model.weights.h5 and .weights.h5 files.
//
//     /vars                              empty; without it Keras before 3.4 refuses the file
//     /layers/<class>[_<n>]/vars/<i>     weights of the n-th layer of a class, in snake_case; a group for every layer
//     /layers/<class>/<part>/vars/<i>    those of a part of it ("cell" of an LSTM)
//     /optimizer/vars/<i>                Optimizer::variables()
//
// <i> counts the trainable weights, then the others. Source: keras/src/saving/saving_lib.py (3.15.1).
#pragma once

#include "wavetrain/files/hdf5.hpp"
#include "wavetrain/sequential.hpp"

namespace wavetrain::files {

// The optimizer's part is left out unless the optimizer has been built.
hdf5::Group weights_tree(const Sequential& model);

// Sets the weights. Throws ValueError that lists what does not fit, before anything changes; with `skip_mismatch` these layers
// are left alone and reported to the log.
void read_weights(const hdf5::Group& tree, Sequential& model, bool skip_mismatch);

// Sets the state of the optimizer of a compiled and built model, when the file has one. What does not fit is reported to the
// log, and the optimizer is left as it was.
void read_optimizer(const hdf5::Group& tree, Sequential& model);

}  // namespace wavetrain::files
