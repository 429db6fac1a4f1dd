// Runs the jobs of the comparison with Keras: a model, data, and actions on it. What a job is, is written down in
// tests/python/parity/__init__.py; keras_worker.py runs the same jobs in Keras.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "wavetrain/array.hpp"
#include "wavetrain/config.hpp"
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

}  // namespace wavetrain::tests
