#include "wavetrain/files/keras_model.hpp"

#include <ctime>

#include <fmt/chrono.h>
#include <fmt/format.h>

#include "core/context.hpp"
#include "files/keras_model_compile.hpp"
#include "files/keras_model_weights.hpp"
#include "training/keras_config.hpp"
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

void require_ending(const std::string& path, std::string_view ending, const char* what) {
  if (path.ends_with(ending)) return;
  throw ValueError(fmt::format("The path of a file with {} must end in `{}`. Received: '{}'", what, ending, path));
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

Sequential model_from(const Config& config) {
  const std::string& class_name = config.at("class_name").as_string();
  if (class_name != "Sequential") {
    throw NotSupported(fmt::format("only Sequential models can be read. Received: {}", class_name));
  }
  Sequential model = Sequential::from_config(config.at("config"));
  const Config* compile = config.find("compile_config");
  if (compile == nullptr || compile->is_null()) return model;
  try {
    model.compile(compile_options(*compile));
  } catch (const Error& error) {
    log(LogLevel::warning,
        fmt::format("Model '{}' is loaded without its compile configuration, which cannot be used: {}", model.name(),
                    error.what()));
  }
  return model;
}

}  // namespace

void save_model(const Sequential& model, const std::string& path, const std::map<std::string, std::string>& extra) {
  require_ending(path, ".keras", "a model");
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

Sequential load_model(const std::string& path, std::map<std::string, std::string>* extra) {
  const KerasArchive archive = read_keras_archive(path);
  Sequential model = with_context(fmt::format("'{}'", path), [&] {
    Sequential loaded = model_from(archive.config);
    read_weights(archive.weights, loaded, false);
    read_optimizer(archive.weights, loaded);
    return loaded;
  });
  if (extra != nullptr) {
    extra->clear();
    for (const auto& [name, content] : archive.extra) extra->emplace(name, as_text(content));
  }
  return model;
}

void save_weights(const Sequential& model, const std::string& path) {
  require_ending(path, kWeightsEnding, "weights");
  write_file_atomically(path, hdf5::serialize(weights_tree(model)));
}

void load_weights(Sequential& model, const std::string& path, bool skip_mismatch) {
  if (!path.ends_with(kWeightsEnding) && !path.ends_with(".keras")) {
    throw ValueError(
        fmt::format("The path of a file with weights must end in `.weights.h5` or `.keras`. Received: '{}'", path));
  }
  const hdf5::Group tree = path.ends_with(".keras") ? read_keras_archive(path).weights
                                                    : with_context(fmt::format("'{}'", path), [&] {
                                                        return hdf5::parse(read_file(path));
                                                      });
  with_context(fmt::format("'{}'", path), [&] {
    read_weights(tree, model, skip_mismatch);
    read_optimizer(tree, model);
  });
}

std::string to_json(const Sequential& model) { return files::to_json(model_config(model)); }

Sequential model_from_json(const std::string& text) { return model_from(parse_json(text)); }

bool files::register_model_files() {
  set_model_files({[](const Sequential& model, const std::string& path) { wavetrain::save_model(model, path); },
                   [](const Sequential& model, const std::string& path) { wavetrain::save_weights(model, path); }});
  return true;
}

}  // namespace wavetrain
