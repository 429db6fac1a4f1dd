// Runs the jobs of the comparison with Keras: a model, data, and actions on it. What a job is, is written down in
// tests/python/parity/__init__.py; keras_worker.py runs the same jobs in Keras.
#pragma once

#include <algorithm>
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "wavetrain/array.hpp"
#include "wavetrain/config.hpp"
#include "wavetrain/files/keras_archive.hpp"
#include "wavetrain/files/keras_model.hpp"
#include "wavetrain/sequential.hpp"

namespace wavetrain::tests {

// Inputs by key ("x", "weights/0"): views of arrays that live elsewhere.
using JobData = std::map<std::string, DataView>;
// Outputs by key ("y", "fit/loss", "w/0"); double, since logs are.
using JobResults = std::map<std::string, BasicArray<double>>;

class Job {
 public:
  // `description` and `data` must outlive the job. Files are read from and written to `folder`, those written as
  // "WHO.FILE". Throws what making the model throws, and ValueError for an action that does not exist.
  Job(const Config& description, const JobData& data, std::filesystem::path folder, std::string who = "wavetrain");

  // Runs the actions in order.
  JobResults run();

 private:
  void predict(const Config& action);
  void evaluate(const Config& action);
  void train_on_batch(const Config& action);
  void fit(const Config& action);
  void weights(const Config& action);
  void save(const Config& action);

  const DataView& input(const Config& action, std::string_view key) const;
  DataView optional_input(const Config& action, std::string_view key) const;
  void put(const std::string& key, const Shape& shape, std::span<const double> values);

  const Config& description_;
  const JobData& data_;
  std::filesystem::path folder_;
  std::string who_;
  Sequential model_;
  JobResults results_;
};

// Keras' state of the optimizer in a .keras file as "opt/0", "opt/1" ...: /optimizer/vars. Empty when it holds none.
JobResults optimizer_state(const std::filesystem::path& path);

// ---------------------------------------------------------------------------------------------------------------------

namespace job_parts {

template <class Item>
std::vector<Item> members(const Config& config, std::string_view key) {
  std::vector<Item> items;
  const Config* list = config.find(key);
  if (list == nullptr || list->is_null()) return items;
  for (const Config& item : list->as_list()) items.emplace_back(item);
  return items;
}

// What Keras' get_compile_config() says.
inline CompileOptions compile_options(const Config& config) {
  CompileOptions options;
  options.optimizer = Optimizer(config.at("optimizer"));
  options.loss = Loss(config.at("loss"));
  if (const Config* factor = config.find("loss_weights"); factor != nullptr && !factor->is_null()) {
    options.loss_weights = factor->as_double();
  }
  options.metrics = members<Metric>(config, "metrics");
  options.weighted_metrics = members<Metric>(config, "weighted_metrics");
  return options;
}

inline Sequential make_model(const Config& job, const JobData& data, const std::filesystem::path& folder) {
  if (const Config* file = job.find("model_file")) return load_model((folder / file->as_string()).string());
  Sequential model = Sequential::from_config(job.at("model").at("config"));
  std::vector<Array> weights;
  for (auto at = data.find("weights/0"); at != data.end();
       at = data.find("weights/" + std::to_string(weights.size()))) {
    weights.push_back(at->second.to_array());
  }
  model.set_weights(weights);
  if (const Config* compile = job.find("compile"); compile != nullptr && !compile->is_null()) {
    model.compile(compile_options(*compile));
  }
  return model;
}

inline std::map<Index, double> class_weight(const Config& action) {
  std::map<Index, double> weights;
  const Config* config = action.find("class_weight");
  if (config == nullptr || config->is_null()) return weights;
  for (const auto& [label, weight] : config->as_dict()) weights[std::stoll(label)] = weight.as_double();
  return weights;
}

}  // namespace job_parts

inline Job::Job(const Config& description, const JobData& data, std::filesystem::path folder, std::string who)
    : description_(description),
      data_(data),
      folder_(std::move(folder)),
      who_(std::move(who)),
      model_(job_parts::make_model(description, data, folder_)) {}

inline JobResults Job::run() {
  using Method = void (Job::*)(const Config&);
  static const std::map<std::string, Method, std::less<>> methods{
      {"predict", &Job::predict}, {"evaluate", &Job::evaluate}, {"train_on_batch", &Job::train_on_batch},
      {"fit", &Job::fit},         {"weights", &Job::weights},   {"save", &Job::save}};
  for (const Config& action : description_.at("actions").as_list()) {
    const auto method = methods.find(action.at("op").as_string());
    if (method == methods.end()) throw ValueError("There is no action '" + action.at("op").as_string() + "'.");
    (this->*method->second)(action);
  }
  return std::move(results_);
}

inline void Job::predict(const Config& action) {
  const PredictOptions options{.batch_size = action.at("batch_size").as_int()};
  const std::vector<Array> outputs = model_.predict_outputs(input(action, "x"), options);
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    const std::vector<double> values(outputs[i].begin(), outputs[i].end());
    const std::string number = outputs.size() > 1 ? "/" + std::to_string(i) : "";
    put(action.at("out").as_string() + number, outputs[i].shape(), values);
  }
}

inline void Job::evaluate(const Config& action) {
  const Logs logs = model_.evaluate(input(action, "x"), input(action, "y"),
                                    {.batch_size = action.at("batch_size").as_int(),
                                     .verbose = 0,
                                     .sample_weight = optional_input(action, "sample_weight")});
  for (const auto& [key, value] : logs) {
    const std::vector<double>* several = logs.values(key);
    const Shape shape = several != nullptr ? Shape{static_cast<Index>(several->size())} : Shape{};
    put(action.at("out").as_string() + "/" + key, shape,
        several != nullptr ? std::span(*several) : std::span(&value, 1));
  }
}

inline void Job::train_on_batch(const Config& action) {
  const DataView x = input(action, "x"), y = input(action, "y"), weight = optional_input(action, "sample_weight");
  const Index batch_size = action.at("batch_size").as_int();
  std::map<std::string, std::vector<double>> series;
  std::map<std::string, Index> widths;  // of quantities of several values
  Index begin = 0;
  for (Index step = 0; step < action.at("steps").as_int(); ++step) {
    const Index count = std::min(batch_size, x.rows() - begin);
    BatchOptions options{.class_weight = job_parts::class_weight(action)};
    if (weight.has_value()) options.sample_weight = weight.slice(begin, count);
    const Logs logs = model_.train_on_batch(x.slice(begin, count), y.slice(begin, count), options);
    for (const auto& [key, value] : logs) {
      const std::vector<double>* several = logs.values(key);
      if (several == nullptr) {
        series[key].push_back(value);
      } else {
        series[key].insert(series[key].end(), several->begin(), several->end());
        widths[key] = static_cast<Index>(several->size());
      }
    }
    begin = begin + count == x.rows() ? 0 : begin + count;
  }
  for (const auto& [key, values] : series) {
    const auto width = widths.find(key);
    const auto size = static_cast<Index>(values.size());
    put(action.at("out").as_string() + "/" + key,
        width == widths.end() ? Shape{size} : Shape{size / width->second, width->second}, values);
  }
}

inline void Job::fit(const Config& action) {
  const Config* split = action.find("validation_split");
  const History history = model_.fit(input(action, "x"), input(action, "y"),
                                     {.batch_size = action.at("batch_size").as_int(),
                                      .epochs = action.at("epochs").as_int(),
                                      .verbose = 0,
                                      .validation_split = split != nullptr ? split->as_double() : 0.0,
                                      .shuffle = false,
                                      .class_weight = job_parts::class_weight(action),
                                      .sample_weight = optional_input(action, "sample_weight")});
  for (const std::string& key : history.names()) {
    std::vector<double> values = history[key];
    Shape shape{static_cast<Index>(values.size())};
    try {
      const std::vector<std::vector<double>>& several = history.values(key);
      values.clear();
      for (const std::vector<double>& epoch : several) values.insert(values.end(), epoch.begin(), epoch.end());
      shape = {shape[0], static_cast<Index>(values.size()) / shape[0]};
    } catch (const IndexError&) {  // one value per epoch
    }
    put(action.at("out").as_string() + "/" + key, shape, values);
  }
}

inline void Job::weights(const Config& action) {
  Index i = 0;
  for (const Array& weight : model_.get_weights()) {
    const std::vector<double> values(weight.begin(), weight.end());
    put(action.at("out").as_string() + "/" + std::to_string(i++), weight.shape(), values);
  }
}

inline void Job::save(const Config& action) {
  model_.save((folder_ / (who_ + "." + action.at("file").as_string())).string());
}

inline const DataView& Job::input(const Config& action, std::string_view key) const {
  return data_.at(action.at(key).as_string());
}

inline DataView Job::optional_input(const Config& action, std::string_view key) const {
  const Config* name = action.find(key);
  return name == nullptr || name->is_null() ? DataView() : data_.at(name->as_string());
}

inline void Job::put(const std::string& key, const Shape& shape, std::span<const double> values) {
  results_.insert_or_assign(key, BasicArray<double>(shape, values));
}

inline JobResults optimizer_state(const std::filesystem::path& path) {
  JobResults state;
  const files::KerasArchive archive = files::read_keras_archive(path);
  const files::hdf5::Group* variables = archive.weights.find_group("optimizer/vars");
  if (variables == nullptr) return state;
  for (const auto& [name, dataset] : variables->datasets) state.emplace("opt/" + name, dataset.to_double());
  return state;
}

}  // namespace wavetrain::tests
