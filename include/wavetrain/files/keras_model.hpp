// Models in Keras 3's files: `.keras` (everything), `.weights.h5` (weights and the optimizer's state) and JSON.
//
//     save_model(model, "gun_point.keras");              // loads in every Keras 3
//     Sequential model = load_model("from_keras.keras"); // written by Keras 3 on TensorFlow, JAX or PyTorch
//
// A file holds the layers' settings, the weights in float32, and, when the model is compiled, the arguments of `compile`;
// the optimizer's state when there is one, so that training goes on where it stopped. Layout: Keras 3.15.1, kept to what
// Keras 3.3 already reads. Files are written whole or not at all.
//
// Including this header in one source file also makes Sequential::save and ModelCheckpoint work.
#pragma once

#include <map>
#include <string>

#include "wavetrain/sequential.hpp"

namespace wavetrain {

// `path` ends in ".keras". `extra` are further members of the archive, content by name; Keras ignores them. Throws ValueError
// for another ending and for names that cannot be members, FileError when the file cannot be written.
void save_model(const Sequential& model, const std::string& path, const std::map<std::string, std::string>& extra = {});

// Reads a .keras file or a directory with its members; `extra`, if given, gets the members that are not Keras' own. Throws
// FileError for a file that cannot be read, NotSupported for models other than Sequential and for options that wavetrain does
// not have, ValueError for settings that cannot work and for weights whose shapes do not fit; messages name file, layer and
// option or weight. A compile configuration that cannot be used (a custom loss) is reported to the log as a warning, and the
// model is then not compiled; so is an optimizer state that does not fit, and the optimizer then starts anew.
Sequential load_model(const std::string& path, std::map<std::string, std::string>* extra = nullptr);

// `path` ends in ".weights.h5"; throws as save_model.
void save_weights(const Sequential& model, const std::string& path);

// Weights by position and class of their layers, from a .weights.h5 or .keras file; the optimizer's state too when the model
// is compiled. Throws ValueError naming each layer and weight that does not fit, and changes nothing then; with
// `skip_mismatch` those layers keep their weights, and the log says so.
void load_weights(Sequential& model, const std::string& path, bool skip_mismatch = false);

// The model without its weights, as Keras' to_json and model_from_json. The latter throws as load_model.
std::string to_json(const Sequential& model);
Sequential model_from_json(const std::string& text);

namespace files {

// Gives Sequential::save and save_weights their formats; returns true. Done before main by every program that includes this
// header: the call below makes the linker keep this part of a static library.
bool register_model_files();

namespace detail {
[[maybe_unused]] inline const bool model_files_registered = register_model_files();
}  // namespace detail

}  // namespace files
}  // namespace wavetrain
