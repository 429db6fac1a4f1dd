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
constexpr Index kVersion = 2;
constexpr std::array<const char*, 4> kTasks{"classification", "regression", "forecast", "detection"};
constexpr std::array<const char*, 3> kCoverNames{"all", "mean", "any"};
constexpr std::array<const char*, 4> kEncodings{"values", "binary", "one_hot", "sparse"};

template <class Enum, std::size_t N>
Enum find_name(const std::array<const char*, N>& names, const std::string& name) {
  const auto found = std::find_if(names.begin(), names.end(), [&](const char* n) { return name == n; });
  if (found == names.end())
    throw ValueError(fmt::format("Expected one of {}. Received: {}", fmt::join(names, ", "), name));
  return static_cast<Enum>(found - names.begin());
}

Config strings(const std::vector<std::string>& values) { return Codec<std::vector<std::string>>::to_config(values); }

// Version 1 knew one target, and scaled by the columns and then the target.
TableSettings read_table_version_1(const Config& config, const Config& forecast) {
  const Config nothing{Config::List{}};
  TableSettings table;
  table.preparation =
      series::TablePreparation::from_config(Config::dict({{"columns", forecast.at("columns")},
                                                          {"targets", Config::List{forecast.at("target")}},
                                                          {"missing", config.at("missing")},
                                                          {"differences", nothing},
                                                          {"lags", nothing},
                                                          {"calendar", nothing},
                                                          {"normalizer", config.at("normalizer")}}));
  table.window = forecast.at("window").as_int();
  table.horizon = forecast.at("horizon").as_int();
  return table;
}

TableSettings read_table_settings(const Config& config) {
  TableSettings table;
  table.preparation = series::TablePreparation::from_config(config.at("preparation"));
  table.window = config.at("window").as_int();
  table.horizon = config.at("horizon").as_int();
  table.gap = config.at("gap").as_int();
  table.reconstruction = config.at("reconstruction").as_bool();
  if (const Config& intervals = config.at("intervals"); !intervals.is_null()) {
    table.intervals = series::ForecastIntervals::from_config(intervals);
  }
  if (const Config* quantiles = config.find("quantiles"); quantiles != nullptr) {  // files of older programs have none
    table.quantiles = Codec<std::vector<double>>::from_config(*quantiles);
    if (!table.quantiles.empty() && table.quantiles.size() != 3) {
      throw ValueError(fmt::format("Expected three 'quantiles'. Received: {}", quantiles->repr()));
    }
  }
  table.threshold_rule = config.at("threshold_rule").as_string();
  table.threshold = config.at("threshold").as_double();
  table.cover = find_name<series::Cover>(kCoverNames, config.at("cover").as_string());
  return table;
}

Config to_config(const TableSettings& table) {
  return Config::dict({{"preparation", table.preparation.to_config()},
                       {"window", table.window},
                       {"horizon", table.horizon},
                       {"gap", table.gap},
                       {"reconstruction", table.reconstruction},
                       {"intervals", table.intervals.empty() ? Config() : table.intervals.to_config()},
                       {"quantiles", Codec<std::vector<double>>::to_config(table.quantiles)},
                       {"threshold_rule", table.threshold_rule},
                       {"threshold", table.threshold},
                       {"cover", kCoverNames[static_cast<std::size_t>(table.cover)]}});
}

Settings read_settings(const Config& config) {
  const std::int64_t version = config.at("version").as_int();
  if (version != 1 && version != kVersion) {
    throw ValueError(fmt::format("Expected version 1 or {}. Received: {}", kVersion, config.at("version").repr()));
  }
  Settings settings;
  settings.task = find_name<Task>(kTasks, config.at("task").as_string());
  settings.encoding = find_name<Encoding>(kEncodings, config.at("encoding").as_string());
  settings.class_names = Codec<std::vector<std::string>>::from_config(config.at("class_names"));
  settings.equal_length = config.at("equal_length").as_bool();
  settings.missing = config.at("missing").as_string();
  if (version == 1) {
    if (const Config& forecast = config.at("forecast"); !forecast.is_null()) {
      settings.table = read_table_version_1(config, forecast);
      return settings;
    }
  } else {
    settings.masked = config.at("masked").as_bool();
    if (const Config& table = config.at("table"); !table.is_null()) settings.table = read_table_settings(table);
  }
  settings.normalizer = series::Normalizer::from_config(config.at("normalizer"));
  return settings;
}

}  // namespace

std::string to_json_text(const Settings& settings) {
  return files::to_json(Config::dict({{"version", kVersion},
                                      {"task", kTasks[static_cast<std::size_t>(settings.task)]},
                                      {"encoding", kEncodings[static_cast<std::size_t>(settings.encoding)]},
                                      {"class_names", strings(settings.class_names)},
                                      {"equal_length", settings.equal_length},
                                      {"masked", settings.masked},
                                      {"missing", settings.missing},
                                      {"normalizer", settings.normalizer.to_config()},
                                      {"table", settings.table ? to_config(*settings.table) : Config()}}),
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
  // No command trains on: the optimizer's state would only cost time.
  Loaded loaded{load_model(path, {.optimizer_state = false, .extra = &extra}), {}, false};
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
