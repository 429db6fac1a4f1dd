#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "files/keras_upgrade.hpp"
#include "wavetrain/error.hpp"

namespace wavetrain::files {
namespace {

constexpr const char* kOnlyChains =
    "only models in which every layer takes the output of the one before it can be read";

[[noreturn]] void refuse(const std::string& what) { throw NotSupported(fmt::format("{}; {}.", what, kOnlyChains)); }

// A tensor's origin: ["dense", 0, 0] or ["dense", 0, 0, {arguments}] in Keras 2.
bool is_reference(const Config& value) {
  return value.is_list() && value.as_list().size() >= 3 && value.as_list()[0].is_string();
}

std::string origin_of(const Config& reference, const std::string& layer) {
  if (!is_reference(reference)) refuse(fmt::format("Layer '{}' has the input {}", layer, reference.repr()));
  const Config::List& parts = reference.as_list();
  for (std::size_t i = 1; i <= 2; ++i) {
    if (!parts[i].is_number() || parts[i].as_double() != 0) {
      refuse(fmt::format("Layer '{}' takes {}, another than the only output of a layer that is used once", layer,
                         reference.repr()));
    }
  }
  return parts[0].as_string();
}

// Arguments of the call beside its input must say nothing.
void check_arguments(const Config& arguments, const std::string& layer) {
  if (!arguments.is_dict()) return;
  for (const auto& [name, value] : arguments.as_dict()) {
    if (!value.is_null()) refuse(fmt::format("Layer '{}' is called with {}={}", layer, name, value.repr()));
  }
}

// Names of the layers whose outputs a call takes: `node` is an entry of `inbound_nodes`.
std::vector<std::string> origins_of(const Config& node, const std::string& layer) {
  std::vector<std::string> origins;
  if (node.is_dict()) {  // Keras 3: {"args": [tensor or list of tensors, ...], "kwargs": {...}}
    const auto visit = [&](const auto& self, const Config& value) -> void {
      if (value.is_list()) {
        for (const Config& item : value.as_list()) self(self, item);
        return;
      }
      const Config* class_name = value.find("class_name");
      if (class_name != nullptr && *class_name == Config("__keras_tensor__")) {
        origins.push_back(origin_of(value.at("config").at("keras_history"), layer));
      } else if (!value.is_null()) {
        refuse(fmt::format("Layer '{}' is called with {}", layer, value.repr()));
      }
    };
    visit(visit, node.at("args"));
    if (const Config* arguments = node.find("kwargs")) check_arguments(*arguments, layer);
    return origins;
  }
  const auto add = [&](const Config& reference) {
    origins.push_back(origin_of(reference, layer));
    if (reference.as_list().size() > 3) check_arguments(reference.as_list()[3], layer);
  };
  if (is_reference(node)) add(node);
  else {
    for (const Config& reference : node.as_list()) add(reference);
  }
  return origins;
}

// The layer of a model's only input or output: [["dense", 0, 0]], or without the outer list.
std::string only_end(const Config& config, const char* key) {
  const Config& ends = config.at(key);
  const Config& reference = ends.is_list() && ends.as_list().size() == 1 ? ends.as_list().front() : ends;
  if (!is_reference(reference)) refuse(fmt::format("The model has several of `{}`: {}", key, ends.repr()));
  return origin_of(reference, key);
}

}  // namespace

Config::List functional_chain(const Config& config) {
  std::map<std::string, const Config*> entries;
  std::map<std::string, std::string> next;  // by the name of the layer before
  for (const Config& entry : config.at("layers").as_list()) {
    const Config* own_name = entry.find("name");
    const std::string& name = (own_name != nullptr ? *own_name : entry.at("config").at("name")).as_string();
    if (!entries.emplace(name, &entry).second) refuse(fmt::format("Two layers are called '{}'", name));
    const Config::List& nodes = entry.at("inbound_nodes").as_list();
    if (nodes.size() > 1) refuse(fmt::format("Layer '{}' is used {} times", name, nodes.size()));
    if (nodes.empty()) continue;
    const std::vector<std::string> origins = origins_of(nodes.front(), name);
    if (origins.size() != 1) {
      refuse(fmt::format("Layer '{}' ({}) takes {} inputs ('{}')", name, entry.at("class_name").as_string(),
                         origins.size(), fmt::join(origins, "', '")));
    }
    if (!next.emplace(origins.front(), name).second) {
      refuse(fmt::format("The output of layer '{}' goes to '{}' and to '{}'", origins.front(), next.at(origins.front()),
                         name));
    }
  }
  Config::List chain;
  const std::string last = only_end(config, "output_layers");
  std::string name = only_end(config, "input_layers");
  while (true) {
    const auto entry = entries.find(name);
    if (entry == entries.end()) refuse(fmt::format("There is no layer '{}'", name));
    chain.push_back(*entry->second);
    entries.erase(entry);  // so that a circle ends
    const auto following = next.find(name);
    if (following == next.end()) break;
    name = following->second;
  }
  if (name != last) refuse(fmt::format("The output is that of layer '{}', which is not the last", last));
  if (!entries.empty()) refuse(fmt::format("Layer '{}' is not between input and output", entries.begin()->first));
  return chain;
}

}  // namespace wavetrain::files
