#include "wavetrain/files/keras_model.hpp"

#include <ctime>
#include <vector>

#include <fmt/chrono.h>
#include <fmt/format.h>

#include "core/context.hpp"
#include "files/keras_model_compile.hpp"
#include "files/keras_model_weights.hpp"
#include "files/keras_upgrade.hpp"
#include "files/legacy_h5.hpp"
#include "files/weights_npz.hpp"
#include "graph/weight_budget.hpp"
#include "training/model_files.hpp"
#include "wavetrain/files/json.hpp"
#include "wavetrain/files/keras_archive.hpp"
#include "wavetrain/files/zip.hpp"
#include "wavetrain/log.hpp"

namespace wavetrain {
namespace {

using namespace files;

// The version whose layout is written; Keras only shows it.
constexpr const char* kKerasVersion = "3.15.1";
constexpr std::string_view kWeightsEnding = ".weights.h5";

bool is_keras_archive(const std::filesystem::path& path) {
  std::error_code ignored;
  return std::filesystem::is_directory(path, ignored) || ZipReader::recognises(path);
}

// Of a file that may be a pipe, from which an archive comes as well.
hdf5::Group weights_in(const std::string& path) {
  const Bytes file = read_file(path);
  const std::string source = fmt::format("'{}'", path);
  return ZipReader::recognises(ByteSpan(file)) ? parse_keras_archive(file, source).weights
                                               : with_context(source, [&] { return hdf5::parse(file); });
}

bool is_hdf5_path(std::string_view path) { return path.ends_with(".h5") || path.ends_with(".hdf5"); }

[[noreturn]] void refuse_ending(const std::string& path, const char* what, const char* endings) {
  throw ValueError(fmt::format("The path of a file with {} must end in {}. Received: '{}'", what, endings, path));
}

Config metadata() {
  std::time_t now = std::time(nullptr);
  std::tm local{};
  localtime_r(&now, &local);
  return Config::dict({{"keras_version", kKerasVersion}, {"date_saved", fmt::format("{:%Y-%m-%d@%H:%M:%S}", local)}});
}

Config model_config(const Sequential& model) {
  Config result = Config::dict(
      {{"module", "keras"}, {"class_name", "Sequential"}, {"config", model.config()}, {"registered_name", nullptr}});
  if (model.compiled()) result.set("compile_config", compile_config(model.compile_options()));
  return result;
}

// The model without its weights. `compilation` is null when the file has none.
Sequential model_from(const Config& config, const Config& compilation, KerasVersion version) {
  Sequential model = Sequential::from_config(upgraded_model(config, version).at("config"));
  // Keras writes an empty one for a model that is not compiled.
  if (compilation.is_null() || (compilation.is_dict() && compilation.as_dict().empty())) return model;
  try {
    model.compile(compile_options(upgraded_compile_config(compilation, version)));
  } catch (const Error& error) {
    log(LogLevel::warning,
        fmt::format("Model '{}' is loaded without its compile configuration, which cannot be used: {}", model.name(),
                    error.what()));
  }
  return model;
}

const Config& entry_or_null(const Config& config, std::string_view key) {
  static const Config null;
  const Config* found = config.find(key);
  return found == nullptr ? null : *found;
}

// What the weights of a model may be whose file has this tree. The rest is for what is in no file: states of layers.
constexpr std::uint64_t kUnstored = std::uint64_t{1} << 24;

std::uint64_t numbers_in(const hdf5::Group& group) {
  std::uint64_t numbers = 0;
  for (const auto& [name, dataset] : group.datasets) numbers += static_cast<std::uint64_t>(dataset.shape.size());
  for (const auto& [name, child] : group.groups) numbers += numbers_in(child);
  return numbers;
}

KerasVersion version_of(const Config& metadata) {
  const Config& version = entry_or_null(metadata, "keras_version");
  return version.is_string() ? parse_keras_version(version.as_string()) : KerasVersion{};
}

// Passes over the optimizer's state, in the .keras layout and in the old one, when it is not asked for.
hdf5::PathFilter wanted_by(const LoadOptions& options) {
  if (options.compile && options.optimizer_state) return {};
  return [](std::string_view path) { return path != "/optimizer" && path != "/optimizer_weights"; };
}

const Config& compilation_or_null(const Config& config, const char* key, const LoadOptions& options) {
  static const Config none;
  return options.compile ? entry_or_null(config, key) : none;
}

Sequential model_from(const KerasArchive& archive, const LoadOptions& options) {
  const KerasVersion version = version_of(archive.metadata);
  const Config& compilation = compilation_or_null(archive.config, "compile_config", options);
  const WeightBudget budget(numbers_in(archive.weights) + kUnstored);
  Sequential model = model_from(archive.config, compilation, version);
  read_weights(archive.weights, model, false);
  read_optimizer_state(stored_optimizer(archive.weights),
                       stores_slot_by_slot(entry_or_null(compilation, "optimizer"), version), model);
  return model;
}

Sequential model_from(const hdf5::Group& tree, const LoadOptions& options) {
  if (!is_legacy_model(tree)) {
    if (!is_weights_tree(tree) && !is_legacy_weights(tree)) {
      throw FileError("an HDF5 file, but not one of Keras: it has neither a model nor weights");
    }
    throw FileError("the file has weights alone; make the model and use load_weights");
  }
  const KerasVersion version = legacy_version(tree);
  const Config compilation = options.compile ? legacy_attribute(tree, "training_config") : Config();
  const WeightBudget budget(numbers_in(tree) + kUnstored);
  Sequential model = model_from(legacy_attribute(tree, "model_config"), compilation, version);
  read_legacy_weights(tree, model, false, false);
  read_optimizer_state(legacy_optimizer(tree),
                       stores_slot_by_slot(entry_or_null(compilation, "optimizer_config"), version), model);
  return model;
}

// Weights, and the optimizer's state when the model is compiled.
void read_hdf5_weights(const hdf5::Group& tree, Sequential& model, bool skip_mismatch, bool by_name) {
  if (is_legacy_weights(tree)) {
    const KerasVersion version = legacy_version(tree);
    const Config compilation = legacy_attribute(tree, "training_config");
    read_legacy_weights(tree, model, by_name, skip_mismatch);
    if (!by_name) {
      read_optimizer_state(legacy_optimizer(tree),
                           stores_slot_by_slot(entry_or_null(compilation, "optimizer_config"), version), model);
    }
    return;
  }
  if (by_name) throw ValueError("`by_name` needs a file of the old layout, which has the layers' names");
  read_weights(tree, model, skip_mismatch);
  read_optimizer_state(stored_optimizer(tree), false, model);
}

}  // namespace

void save_model(const Sequential& model, const std::string& path, const std::map<std::string, std::string>& extra) {
  if (is_hdf5_path(path) && !path.ends_with(kWeightsEnding)) {
    if (!extra.empty()) throw ValueError(fmt::format("'{}': only .keras files can hold further members.", path));
    const Config training = model.compiled() ? training_config(model.compile_options()) : Config();
    const Config config = Config::dict({{"class_name", "Sequential"}, {"config", legacy_model_config(model.config())}});
    return write_file_atomically(
        path, hdf5::serialize(legacy_model(model, config, training.is_null() ? nullptr : &training)));
  }
  if (!path.ends_with(".keras")) refuse_ending(path, "a model", "`.keras`, or `.h5` for the old format");
  KerasArchive archive;
  archive.metadata = metadata();
  archive.config = model_config(model);
  archive.weights = weights_tree(model);
  for (const auto& [name, content] : extra) {
    const ByteSpan bytes = as_bytes(content);
    archive.extra.emplace(name, Bytes(bytes.begin(), bytes.end()));
  }
  write_keras_archive(path, archive);
}

namespace {

Sequential model_from(const KerasArchive& archive, const std::string& source, const LoadOptions& options) {
  Sequential model = with_context(source, [&] { return model_from(archive, options); });
  if (options.extra != nullptr) {
    options.extra->clear();
    for (const auto& [name, content] : archive.extra) options.extra->emplace(name, as_text(content));
  }
  return model;
}

}  // namespace

Sequential parse_model(std::span<const std::byte> file, const std::string& source, const LoadOptions& options) {
  const hdf5::PathFilter wanted = wanted_by(options);
  // By content: Keras 2.12 wrote HDF5 into .keras files too.
  if (!as_text(file).starts_with("\x89HDF")) {
    return model_from(parse_keras_archive(file, source, wanted), source, options);
  }
  if (options.extra != nullptr) options.extra->clear();
  return with_context(source, [&] { return model_from(hdf5::parse(file, {}, wanted), options); });
}

Sequential load_model(const std::string& path, const LoadOptions& options) {
  const std::string source = fmt::format("'{}'", path);
  if (is_keras_archive(path)) return model_from(read_keras_archive(path, wanted_by(options)), source, options);
  return parse_model(read_file(path), source, options);
}

void save_weights(const Sequential& model, const std::string& path) {
  if (path.ends_with(kWeightsEnding)) return write_file_atomically(path, hdf5::serialize(weights_tree(model)));
  if (is_hdf5_path(path)) return write_file_atomically(path, hdf5::serialize(legacy_weights(model)));
  if (path.ends_with(".npz")) return write_file_atomically(path, serialize_npz_weights(model));
  refuse_ending(path, "weights", "`.weights.h5`, in `.h5` for the old format, or in `.npz`");
}

void load_weights(Sequential& model, const std::string& path, bool skip_mismatch, bool by_name) {
  const auto reads = [&](auto&& read) { with_context(fmt::format("'{}'", path), read); };
  if (is_hdf5_path(path) || path.ends_with(".keras")) {
    const hdf5::Group tree = is_keras_archive(path) ? read_keras_archive(path).weights : weights_in(path);
    return reads([&] { read_hdf5_weights(tree, model, skip_mismatch, by_name); });
  }
  if (path.ends_with(".npz")) {
    if (by_name)
      throw ValueError("Weights in .npz files always go by name; `by_name` is for files of Keras' old layout.");
    return reads([&] { read_npz_weights(parse_npz(read_file(path)), model, skip_mismatch); });
  }
  refuse_ending(path, "weights", "`.weights.h5`, `.h5`, `.hdf5`, `.keras` or `.npz`");
}

std::string to_json(const Sequential& model) { return files::to_json(model_config(model)); }

Sequential model_from_json(const std::string& text) {
  const Config config = parse_json(text);
  // Keras 2 says its version; Keras 3 does not.
  return model_from(config, entry_or_null(config, "compile_config"), version_of(config));
}

bool files::register_model_files() {
  set_model_files({[](const Sequential& model, const std::string& path) { wavetrain::save_model(model, path); },
                   [](const Sequential& model, const std::string& path) { wavetrain::save_weights(model, path); },
                   [](Sequential& model, const std::string& path) { wavetrain::load_weights(model, path); },
                   [](const Sequential& model) { return wavetrain::to_json(model); }});
  return true;
}

}  // namespace wavetrain
