#include "wavetrain/callback.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace wavetrain {

const double* Logs::find(std::string_view name) const {
  for (const Entry& entry : entries_) {
    if (entry.first == name) return &entry.second;
  }
  return nullptr;
}

double Logs::at(std::string_view name) const {
  if (const double* value = find(name)) return *value;
  std::vector<std::string> names;
  for (const Entry& entry : entries_) names.push_back(entry.first);
  throw IndexError(fmt::format("There is no value '{}' in the logs. Available: {}", name, fmt::join(names, ", ")));
}

void Logs::set(std::string_view name, double value) {
  for (Entry& entry : entries_) {
    if (entry.first == name) {
      entry.second = value;
      return;
    }
  }
  entries_.emplace_back(std::string(name), value);
}

void Logs::set(std::string_view name, std::vector<double> values) {
  double sum = 0;
  for (const double value : values) sum += value;
  set(name, values.empty() ? 0.0 : sum / static_cast<double>(values.size()));
  for (auto& entry : several_) {
    if (entry.first == name) {
      entry.second = std::move(values);
      return;
    }
  }
  several_.emplace_back(std::string(name), std::move(values));
}

const std::vector<double>* Logs::values(std::string_view name) const {
  for (const auto& entry : several_) {
    if (entry.first == name) return &entry.second;
  }
  return nullptr;
}

Logs Logs::sorted() const {
  Logs result = *this;
  std::sort(result.entries_.begin(), result.entries_.end());
  return result;
}

void History::on_train_begin() {
  epoch_.clear();
  values_.clear();
  several_.clear();
}

void History::on_epoch_end(Index epoch, Logs& logs) {
  epoch_.push_back(epoch);
  for (const auto& log : logs) {
    const std::string& name = log.first;
    auto found = std::find_if(values_.begin(), values_.end(), [&](const auto& entry) { return entry.first == name; });
    if (found == values_.end()) found = values_.insert(values_.end(), {name, {}});
    found->second.push_back(log.second);
    const std::vector<double>* several = logs.values(name);
    if (several == nullptr) continue;
    auto held = std::find_if(several_.begin(), several_.end(), [&](const auto& entry) { return entry.first == name; });
    if (held == several_.end()) held = several_.insert(several_.end(), {name, {}});
    held->second.push_back(*several);
  }
}

const std::vector<std::vector<double>>& History::values(std::string_view name) const {
  for (const auto& entry : several_) {
    if (entry.first == name) return entry.second;
  }
  throw IndexError(fmt::format("There is no '{}' of several values in the history.", name));
}

std::vector<std::string> History::names() const {
  std::vector<std::string> names;
  for (const auto& entry : values_) names.push_back(entry.first);
  return names;
}

bool History::contains(std::string_view name) const {
  return std::any_of(values_.begin(), values_.end(), [&](const auto& entry) { return entry.first == name; });
}

const std::vector<double>& History::operator[](std::string_view name) const {
  for (const auto& entry : values_) {
    if (entry.first == name) return entry.second;
  }
  throw IndexError(fmt::format("There is no '{}' in the history. Available: {}", name, fmt::join(names(), ", ")));
}

void TrainingHost::load_weights(const std::string& path) {
  throw NotSupported(fmt::format("Cannot load '{}': the model cannot read weights.", path));
}

void TrainingHost::swap_averages() { throw ValueError("The model keeps no averages of its weights."); }
void TrainingHost::averages_from_weights() { swap_averages(); }

CallbackList::CallbackList(std::vector<std::shared_ptr<Callback>> callbacks, TrainingHost* model,
                           const TrainingParams& params)
    : callbacks_(std::move(callbacks)) {
  for (const auto& callback : callbacks_) {
    callback->set_model(model);
    callback->set_params(params);
    wants_batches_ = wants_batches_ || callback->wants_batches();
  }
}

void CallbackList::on_train_begin() {
  for (const auto& callback : callbacks_) callback->on_train_begin();
}
void CallbackList::on_train_end(const Logs& logs) {
  for (const auto& callback : callbacks_) callback->on_train_end(logs);
}
void CallbackList::on_epoch_begin(Index epoch) {
  for (const auto& callback : callbacks_) callback->on_epoch_begin(epoch);
}
void CallbackList::on_epoch_end(Index epoch, Logs& logs) {
  for (const auto& callback : callbacks_) callback->on_epoch_end(epoch, logs);
}
void CallbackList::on_test_begin() {
  for (const auto& callback : callbacks_) callback->on_test_begin();
}
void CallbackList::on_test_end(const Logs& logs) {
  for (const auto& callback : callbacks_) callback->on_test_end(logs);
}
void CallbackList::on_predict_begin() {
  for (const auto& callback : callbacks_) callback->on_predict_begin();
}
void CallbackList::on_predict_end() {
  for (const auto& callback : callbacks_) callback->on_predict_end();
}

void CallbackList::on_train_batch_begin(Index batch) {
  for (const auto& callback : callbacks_) {
    if (callback->wants_batches()) callback->on_train_batch_begin(batch);
  }
}
void CallbackList::on_train_batch_end(Index batch, const Logs& logs) {
  for (const auto& callback : callbacks_) {
    if (callback->wants_batches()) callback->on_train_batch_end(batch, logs);
  }
}
void CallbackList::on_test_batch_begin(Index batch) {
  for (const auto& callback : callbacks_) {
    if (callback->wants_batches()) callback->on_test_batch_begin(batch);
  }
}
void CallbackList::on_test_batch_end(Index batch, const Logs& logs) {
  for (const auto& callback : callbacks_) {
    if (callback->wants_batches()) callback->on_test_batch_end(batch, logs);
  }
}
void CallbackList::on_predict_batch_begin(Index batch) {
  for (const auto& callback : callbacks_) {
    if (callback->wants_batches()) callback->on_predict_batch_begin(batch);
  }
}
void CallbackList::on_predict_batch_end(Index batch) {
  for (const auto& callback : callbacks_) {
    if (callback->wants_batches()) callback->on_predict_batch_end(batch);
  }
}

}  // namespace wavetrain
