#include "settings.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <map>
#include <utility>

#include "wavetrain/files/json.hpp"
#include "wavetrain/files/keras_model.hpp"

namespace wavetrain::app {
namespace {

constexpr const char* kMember = "wavetrain.json";
constexpr Index kVersion = 1;
constexpr std::array<const char*, 3> kTasks{"classification", "regression", "forecast"};
constexpr std::array<const char*, 4> kEncodings{"values", "binary", "one_hot", "sparse"};

template <class Enum, std::size_t N>
Enum find_name(const std::array<const char*, N>& names, const std::string& name) {
  const auto found = std::find_if(names.begin(), names.end(), [&](const char* n) { return name == n; });
  if (found == names.end())
    throw ValueError(fmt::format("Expected one of {}. Received: {}", fmt::join(names, ", "), name));
  return static_cast<Enum>(found - names.begin());
}

Config strings(const std::vector<std::string>& values) { return Codec<std::vector<std::string>>::to_config(values); }

Settings read_settings(const Config& config) {
  if (config.at("version").as_int() != kVersion) {
    throw ValueError(fmt::format("Expected version {}. Received: {}", kVersion, config.at("version").repr()));
  }
  Settings settings;
  settings.task = find_name<Task>(kTasks, config.at("task").as_string());
  settings.encoding = find_name<Encoding>(kEncodings, config.at("encoding").as_string());
  settings.class_names = Codec<std::vector<std::string>>::from_config(config.at("class_names"));
  settings.equal_length = config.at("equal_length").as_bool();
  settings.missing = config.at("missing").as_string();
  settings.normalizer = series::Normalizer::from_config(config.at("normalizer"));
  if (const Config& forecast = config.at("forecast"); !forecast.is_null()) {
    settings.forecast = ForecastSettings{Codec<std::vector<std::string>>::from_config(forecast.at("columns")),
                                         forecast.at("target").as_string(), forecast.at("window").as_int(),
                                         forecast.at("horizon").as_int()};
  }
  return settings;
}

}  // namespace

Index target_channel(const ForecastSettings& forecast) {
  const auto found = std::find(forecast.columns.begin(), forecast.columns.end(), forecast.target);
  return found - forecast.columns.begin();  // behind the inputs when it is none of them
}

std::string to_json_text(const Settings& settings) {
  Config forecast;
  if (settings.forecast) {
    forecast = Config::dict({{"columns", strings(settings.forecast->columns)},
                             {"target", settings.forecast->target},
                             {"window", settings.forecast->window},
                             {"horizon", settings.forecast->horizon}});
  }
  return files::to_json(Config::dict({{"version", kVersion},
                                      {"task", kTasks[static_cast<std::size_t>(settings.task)]},
                                      {"encoding", kEncodings[static_cast<std::size_t>(settings.encoding)]},
                                      {"class_names", strings(settings.class_names)},
                                      {"equal_length", settings.equal_length},
                                      {"missing", settings.missing},
                                      {"normalizer", settings.normalizer.to_config()},
                                      {"forecast", std::move(forecast)}}),
                        {.indent = 2});
}

Settings settings_from_json(const std::string& text, const std::string& source) {
  try {
    return read_settings(files::parse_json(text));
  } catch (const Error& error) {
    throw FileError(fmt::format("{}: member {}: {}", source, kMember, error.what()));
  }
}

void save(const Sequential& model, const Settings& settings, const std::string& path) {
  save_model(model, path, {{kMember, to_json_text(settings)}});
}

Loaded load(const std::string& path) {
  std::map<std::string, std::string> extra;
  Loaded loaded{load_model(path, &extra), {}, false};
  if (const auto found = extra.find(kMember); found != extra.end()) {
    loaded.settings = settings_from_json(found->second, path);
    loaded.has_settings = true;
    return loaded;
  }
  Settings& settings = loaded.settings;
  const std::string loss = loaded.model.compiled() ? loaded.model.compile_options().loss.class_name() : "";
  if (loss == "BinaryCrossentropy") settings.encoding = Encoding::binary;
  else if (loss == "CategoricalCrossentropy") settings.encoding = Encoding::one_hot;
  else if (loss == "SparseCategoricalCrossentropy") settings.encoding = Encoding::sparse;
  else settings.task = Task::regression;
  return loaded;
}

void require_writable(const std::string& path) {
  namespace fs = std::filesystem;
  std::error_code error;
  if (fs::is_directory(path, error)) throw FileError(fmt::format("{}: cannot be written: it is a directory.", path));
  fs::path folder = fs::path(path).parent_path();
  if (folder.empty()) folder = ".";
  if (!fs::is_directory(folder, error)) {
    throw FileError(fmt::format("{}: cannot be written: there is no directory {}.", path, folder.string()));
  }
  if (access(folder.c_str(), W_OK) != 0) {
    throw FileError(fmt::format("{}: cannot be written: the directory {} is read-only.", path, folder.string()));
  }
}

}  // namespace wavetrain::app
