// The state of an optimizer in files of every Keras: what is stored, and in which order.
//
// Keras 3, and the optimizers of Keras 2.11 and later: step count, [learning rate,] then for each slot group the slots of the
// first weight, of the second, … Older optimizers, and those of keras.optimizers.legacy: step count (Keras before 2.3 left it
// out where it is not needed), then one slot of all weights, the next slot of all weights, …
// Source: the weights of the optimizers of Keras 2.2.4, 2.3.1, TensorFlow 1.15, 2.4, 2.12, 2.15 and Keras 3.15.1.
#pragma once

#include <string>
#include <vector>

#include "files/keras_version.hpp"
#include "wavetrain/files/hdf5.hpp"
#include "wavetrain/sequential.hpp"

namespace wavetrain::files {

struct StoredVariable {
  std::string name;  // "Adam/dense/kernel/m:0", or "" where files have none
  const hdf5::Dataset* data = nullptr;
};

// Whether an optimizer, as a file's own compile settings have it (`optimizer` or `optimizer_config`), stores slot by slot.
bool stores_slot_by_slot(const Config& optimizer, KerasVersion version);

// Sets the state of the optimizer of a compiled and built model. What does not fit is reported to the log, and the optimizer
// starts anew.
void read_optimizer_state(const std::vector<StoredVariable>& stored, bool slot_by_slot, Sequential& model);

// What `optimizer.variables()` are in a file.
hdf5::Data stored_variable(const OptimizerVariable& variable);

}  // namespace wavetrain::files
