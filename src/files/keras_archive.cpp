#include "wavetrain/files/keras_archive.hpp"

#include <fmt/format.h>

#include "wavetrain/error.hpp"
#include "wavetrain/files/json.hpp"
#include "wavetrain/files/zip.hpp"

namespace wavetrain::files {
namespace {

constexpr const char* kMetadata = "metadata.json";
constexpr const char* kConfig = "config.json";
constexpr const char* kWeights = "model.weights.h5";
constexpr const char* kNpzWeights = "model.weights.npz";

// Runs `read`, and names archive and member where it fails.
template <class F>
auto in_member(std::string_view source, std::string_view name, F&& read) {
  try {
    return read();
  } catch (const FileError& error) {
    throw FileError(fmt::format("{}, member '{}': {}", source, name, error.what()));
  }
}

// `members` are all but directories; they are moved out of.
KerasArchive interpreted(std::map<std::string, Bytes, std::less<>> members, std::string_view source,
                         const hdf5::PathFilter& wanted) {
  const auto take = [&](const char* name) {
    const auto found = members.find(name);
    if (found == members.end()) {
      const bool npz = members.contains(kNpzWeights);
      throw FileError(
          npz ? fmt::format("{}: weights in '{}' are not supported; save them as HDF5.", source, kNpzWeights)
              : fmt::format("{}: not a Keras model, it has no member '{}'.", source, name));
    }
    return std::move(members.extract(found).mapped());
  };
  const auto json = [&](const char* name) {
    const Bytes text = take(name);
    return in_member(source, name, [&] { return parse_json(as_text(text)); });
  };
  KerasArchive archive;
  if (members.contains(kMetadata)) archive.metadata = json(kMetadata);
  archive.config = json(kConfig);
  const Bytes weights = take(kWeights);
  archive.weights = in_member(source, kWeights, [&] { return hdf5::parse(weights, {}, wanted); });
  archive.extra = std::move(members);
  return archive;
}

std::map<std::string, Bytes, std::less<>> members_of_directory(const std::filesystem::path& directory) {
  std::map<std::string, Bytes, std::less<>> members;
  std::error_code error;
  std::filesystem::recursive_directory_iterator entries(directory, error);
  for (; !error && entries != std::filesystem::recursive_directory_iterator(); entries.increment(error)) {
    if (!entries->is_regular_file()) continue;
    members.emplace(entries->path().lexically_relative(directory).generic_string(), read_file(entries->path()));
  }
  if (error) throw FileError(fmt::format("Cannot read the directory '{}': {}.", directory.string(), error.message()));
  return members;
}

std::map<std::string, Bytes, std::less<>> members_of(const ZipReader& zip) {
  std::map<std::string, Bytes, std::less<>> members;
  for (const std::string& name : zip.names()) members.emplace(name, zip.read(name));
  return members;
}

}  // namespace

KerasArchive parse_keras_archive(ByteSpan file, std::string_view source, const hdf5::PathFilter& wanted) {
  if (!ZipReader::recognises(file)) {
    // The commonest mix-up: Keras 2 models are HDF5 files, sometimes with the new ending.
    const bool hdf5 = as_text(file).starts_with("\x89HDF");
    throw FileError(
        fmt::format("{}: not a zip archive{}.", source, hdf5 ? ", but an HDF5 file (Keras' legacy .h5 format)" : ""));
  }
  return interpreted(members_of(ZipReader(file, std::string(source))), source, wanted);
}

KerasArchive read_keras_archive(const std::filesystem::path& path, const hdf5::PathFilter& wanted) {
  std::error_code ignored;
  const std::string source = fmt::format("'{}'", path.string());
  if (std::filesystem::is_directory(path, ignored)) return interpreted(members_of_directory(path), source, wanted);
  // Large models are not held in memory twice.
  if (ZipReader::recognises(path)) return interpreted(members_of(ZipReader(path)), source, wanted);
  return parse_keras_archive(read_file(path), source, wanted);
}

Bytes serialize_keras_archive(const KerasArchive& archive) {
  ZipWriter zip;
  zip.add(kMetadata, to_json(archive.metadata.is_null() ? Config(Config::Dict{}) : archive.metadata));
  zip.add(kConfig, to_json(archive.config));
  zip.add(kWeights, hdf5::serialize(archive.weights));
  for (const auto& [name, content] : archive.extra) zip.add(name, content);
  return zip.finish();
}

void write_keras_archive(const std::filesystem::path& path, const KerasArchive& archive) {
  write_file_atomically(path, serialize_keras_archive(archive));
}

}  // namespace wavetrain::files
