#include "files/keras_optimizer.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>
#include <variant>

#include <fmt/format.h>

#include "files/layer_parts.hpp"
#include "wavetrain/error.hpp"
#include "wavetrain/log.hpp"

namespace wavetrain::files {
namespace {

bool is_integer(const hdf5::Data& data) { return data.dtype >= hdf5::DType::int8 && data.dtype <= hdf5::DType::uint64; }

// "m" of "Adam/dense/kernel/m:0".
std::string slot_name(const std::string& name) {
  std::string slot = name.substr(name.rfind('/') + 1);
  return slot.substr(0, slot.rfind(':'));
}

// Positions of the stored arrays, slot by slot, in the order of `expected`: for each of them, which stored one it is.
std::vector<std::size_t> slot_by_slot_order(const std::vector<StoredVariable>& stored,
                                            const std::vector<OptimizerVariable>& expected) {
  // Expected ones by slot; the slots in order of appearance, which is the old one's too.
  std::vector<std::pair<std::string, std::vector<std::size_t>>> slots;
  for (std::size_t i = 0; i < expected.size(); ++i) {
    auto slot = std::find_if(slots.begin(), slots.end(), [&](const auto& s) { return s.first == expected[i].slot; });
    if (slot == slots.end()) slot = slots.insert(slots.end(), {expected[i].slot, {}});
    slot->second.push_back(i);
  }
  // Stored ones by the ends of their names, where these tell slots apart (Ftrl of TensorFlow 2 alternates); else as they are.
  std::vector<std::size_t> positions(stored.size());
  for (std::size_t i = 0; i < positions.size(); ++i) positions[i] = i;
  std::map<std::string, int> counts;
  std::vector<std::string> seen;
  for (const StoredVariable& variable : stored) {
    const std::string name = slot_name(variable.name);
    if (counts[name]++ == 0) seen.push_back(name);
  }
  const auto even = [&](const auto& entry) { return entry.second == counts.begin()->second; };
  if (seen.size() == slots.size() && std::all_of(counts.begin(), counts.end(), even)) {
    const auto rank = [&](std::size_t i) {
      return std::find(seen.begin(), seen.end(), slot_name(stored[i].name)) - seen.begin();
    };
    std::stable_sort(positions.begin(), positions.end(),
                     [&](std::size_t a, std::size_t b) { return rank(a) < rank(b); });
  }
  std::vector<std::size_t> order(expected.size());
  std::size_t next = 0;
  for (const auto& [name, members] : slots) {
    for (const std::size_t i : members) order[i] = positions[next++];
  }
  return order;
}

// Π beta_1 (1 - 0.96^t / 2) over the steps t = 1 … steps.
float nadam_product(double beta_1, std::int64_t steps) {
  float product = 1;
  for (std::int64_t t = 1; t <= steps && product > 0; ++t) {
    product *= static_cast<float>(beta_1 * (1 - 0.5 * std::pow(0.96, static_cast<double>(t))));
  }
  return product;
}

// The state in our order. Throws ValueError or FileError for what does not fit.
std::vector<OptimizerVariable> fitted(std::vector<StoredVariable> stored, bool slot_by_slot, const Optimizer& optimizer,
                                      std::size_t weights) {
  std::vector<OptimizerVariable> result = optimizer.variables();
  const std::size_t header = optimizer.has_schedule() ? 1 : 2;
  std::size_t slots = result.size() - header;
  const auto mismatch = [&, received = stored.size()]() -> ValueError {
    return ValueError(
        fmt::format("it has {} variables whereas the saved optimizer has {} variables.", result.size(), received));
  };
  // Keras before 2.3 did not count the steps of optimizers that do not ask for them.
  if (!stored.empty() && stored.front().data->shape.rank() == 0 && is_integer(*stored.front().data)) {
    result[0].value = stored.front().data->to_int64()[0];
    stored.erase(stored.begin());
  } else if (!slot_by_slot) {
    throw mismatch();
  }
  const bool has_rate = stored.size() == slots + 1 && stored.front().data->shape.rank() == 0;
  const bool spare_rate = stored.size() == slots + 1 + weights && stored.front().data->shape.rank() == 0;
  if (has_rate || spare_rate) {
    if (header == 2) result[1].value = stored.front().data->to_float32();
    stored.erase(stored.begin());
  }
  // What older optimizers keep although they do not use it: SGD its momentum, Adam without amsgrad single zeros.
  const auto is_idle = [](const StoredVariable& variable) { return variable.data->shape.size() == 1; };
  if (stored.size() == slots + weights &&
      (slots == 0 || std::all_of(stored.end() - static_cast<std::ptrdiff_t>(weights), stored.end(), is_idle))) {
    stored.resize(slots);
  }
  // The last one of Nadam, which Keras 2 did not store, follows from the number of steps.
  const auto* beta = optimizer.get_if<optimizers::Nadam>();
  const bool without_product =
      beta != nullptr && stored.size() + 1 == slots && result.back().slot.empty() && !slot_by_slot;
  if (without_product) {
    result.back().value = Array(Shape{}, nadam_product(beta->beta_1, std::get<std::int64_t>(result[0].value)));
    --slots;
  }
  if (stored.size() != slots) throw mismatch();
  // Keras 3.0 to 3.8 stored it in front of the slots.
  if (beta != nullptr && !without_product && stored.front().data->shape.rank() == 0) {
    std::rotate(stored.begin(), stored.begin() + 1, stored.end());
  }
  const std::vector<OptimizerVariable> expected(result.begin() + static_cast<std::ptrdiff_t>(header),
                                                result.begin() + static_cast<std::ptrdiff_t>(header + slots));
  std::vector<std::size_t> order(slots);
  for (std::size_t i = 0; i < slots; ++i) order[i] = i;
  if (slot_by_slot) order = slot_by_slot_order(stored, expected);
  for (std::size_t i = 0; i < slots; ++i) {
    OptimizerVariable& variable = result[header + i];
    const hdf5::Dataset& data = *stored[order[i]].data;
    if (const auto* values = std::get_if<Array>(&variable.value); values == nullptr || values->shape() != data.shape) {
      throw ValueError(fmt::format("variable '{}' has shape {} there", variable.name, to_string(data.shape)));
    }
    variable.value = data.to_float32();
  }
  return result;
}

}  // namespace

bool stores_slot_by_slot(const Config& optimizer, KerasVersion version) {
  if (version.major >= 3) return false;
  if (version.minor < 11) return true;
  if (const Config* module = optimizer.find("module"); module != nullptr && module->is_string()) {
    if (module->as_string().find("legacy") != std::string::npos) return true;
  }
  const Config* config = optimizer.find("config");
  if (config == nullptr || !config->is_dict()) return false;  // by its name alone: the new one
  return config->find("jit_compile") == nullptr && config->find("is_legacy_optimizer") == nullptr;
}

void read_optimizer_state(const std::vector<StoredVariable>& stored, bool slot_by_slot, Sequential& model) {
  if (stored.empty() || !model.compiled() || !model.built()) return;
  Optimizer& optimizer = model.built_optimizer();
  std::size_t weights = 0;
  for (const Layer& layer : model.layers()) weights += count_trained(layer);
  try {
    optimizer.set_variables(fitted(stored, slot_by_slot, optimizer, weights));
  } catch (const Error& error) {
    log(LogLevel::warning,
        fmt::format("Skipping variable loading for optimizer '{}', because {}", optimizer.class_name(), error.what()));
  }
}

hdf5::Data stored_variable(const OptimizerVariable& variable) {
  const auto* whole = std::get_if<std::int64_t>(&variable.value);
  return whole != nullptr ? hdf5::Data::scalar(*whole) : hdf5::Data(std::get<Array>(variable.value));
}

}  // namespace wavetrain::files
