// The `.keras` container: a zip archive with metadata.json, config.json and model.weights.h5.
//
// What these mean is not this header's concern: `config` is the model's description as Keras wrote it, `weights` the
// HDF5 tree. Equals Keras 3 (3.0 to 3.15), and 2.12 to 2.15, which share the container.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <string_view>

#include "wavetrain/config.hpp"
#include "wavetrain/files/hdf5.hpp"
#include "wavetrain/files/io.hpp"

namespace wavetrain::files {

struct KerasArchive {
  Config metadata;  // keras_version and date_saved; null when the member is missing, which Keras accepts
  Config config;
  hdf5::Group weights;
  // Everything else by its name in the archive ("assets/vocabulary.txt", "wavetrain.json"); Keras ignores what it does
  // not know.
  std::map<std::string, Bytes, std::less<>> extra;
};

// Throws FileError naming the archive, the member and the reason. Weights stored as `.npz` are refused by name. `wanted` says
// which objects of the weights are read.
KerasArchive parse_keras_archive(ByteSpan file, std::string_view source = "Keras archive",
                                 const hdf5::PathFilter& wanted = {});
// Also reads a directory with the same members, as Keras does.
KerasArchive read_keras_archive(const std::filesystem::path& path, const hdf5::PathFilter& wanted = {});

// Members in Keras' order, stored, dated 1980-01-01: the same model gives the same bytes.
Bytes serialize_keras_archive(const KerasArchive& archive);
void write_keras_archive(const std::filesystem::path& path, const KerasArchive& archive);

}  // namespace wavetrain::files
