// Models in Keras' files, of every version since 2.2.
//
//     save_model(model, "gun_point.keras");              // loads in every Keras 3
//     Sequential model = load_model("from_keras.keras"); // written by Keras 3 on TensorFlow, JAX or PyTorch, or by 2.12-2.15
//     Sequential old = load_model("from_keras2.h5");     // whole models of Keras 2.2 and later
//
// A file holds the layers' settings, the weights in float32, and, when the model is compiled, the arguments of `compile`;
// the optimizer's state when there is one, so that training goes on where it stopped. What older versions said otherwise is
// understood as they meant it: `lr` and `decay`, hard_sigmoid = 0.2 x + 0.5, GRUs that reset before the product, CuDNN layers.
// A functional model that is a plain chain of layers is a Sequential. Written files have the layout of Keras 3.15.1, kept to
// what Keras 3.3 already reads, and .h5 what tf.keras 2 reads as well. Files are written whole or not at all.
//
// Including this header in one source file also makes Sequential::save and ModelCheckpoint work.
#pragma once

#include <cstddef>
#include <map>
#include <span>
#include <string>

#include "wavetrain/sequential.hpp"

namespace wavetrain {

// `path` ends in ".keras", or in ".h5" or ".hdf5" for Keras' old format. `extra` are further members of a .keras archive,
// content by name; Keras ignores them. Throws ValueError for another ending and for names that cannot be members, FileError
// when the file cannot be written.
void save_model(const Sequential& model, const std::string& path, const std::map<std::string, std::string>& extra = {});

struct LoadOptions {
  bool compile = true;  // false: the model is not compiled, as with Keras' compile=False
  // false: the optimizer starts anew. Its state is two thirds of a file that Adam trained, which predicting spares.
  bool optimizer_state = true;
  std::map<std::string, std::string>* extra = nullptr;  // gets the members that are not Keras' own
};

// Reads a .keras file, a directory with its members, or an .h5 file, by content. Throws FileError for a file that cannot be
// read, NotSupported for models other than Sequential and for options that wavetrain does
// not have, ValueError for settings that cannot work and for weights whose shapes do not fit; messages name file, layer and
// option or weight. A compile configuration that cannot be used (a custom loss) is reported to the log as a warning, and the
// model is then not compiled; so is an optimizer state that does not fit, and the optimizer then starts anew.
Sequential load_model(const std::string& path, const LoadOptions& options = {});

// The same from memory; `source` names it in messages.
Sequential parse_model(std::span<const std::byte> file, const std::string& source, const LoadOptions& options = {});

// `path` ends in ".weights.h5", in ".h5" or ".hdf5" for the old layout, or in ".npz": NumPy arrays in the order of
// get_weights(), named "<layer>/<weight>", without the optimizer. Throws as save_model.
void save_weights(const Sequential& model, const std::string& path);

// Weights of any of these files, and of .keras files; the optimizer's state too when the model is compiled. They go by position
// and class of their layers, in files of the old layout by position alone or, with `by_name`, by the layers' names, and then
// layers that only one side has are left alone; in .npz by name, or by position when np.savez named them ("arr_0"). Throws
// ValueError naming each layer and weight that does not fit, and changes nothing then; with `skip_mismatch` those layers keep
// their weights, and the log says so.
void load_weights(Sequential& model, const std::string& path, bool skip_mismatch = false, bool by_name = false);

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
