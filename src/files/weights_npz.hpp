// A model's weights as NumPy's .npz: one array per weight, in the order of get_weights(), named
// "<layer>/[<part>/]<weight>", such as "lstm/cell/kernel".
#pragma once

#include "wavetrain/files/npy.hpp"
#include "wavetrain/sequential.hpp"

namespace wavetrain::files {

Bytes serialize_npz_weights(const Sequential& model);

// Sets the weights: by name or, as automatic names of layers differ from model to model, by position when the names agree behind
// the layer's; np.savez's own names ("arr_0", "arr_1", …) always mean positions. Throws ValueError that
// lists what does not fit, before anything changes; with `skip_mismatch` these weights are left alone and reported to the log.
void read_npz_weights(const NamedArrays& arrays, Sequential& model, bool skip_mismatch);

}  // namespace wavetrain::files
