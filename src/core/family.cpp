#include "wavetrain/family.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "core/naming.hpp"
#include "core/suggest.hpp"

namespace wavetrain {
namespace {

std::string lower(std::string_view text) {
  std::string result(text);
  for (char& c : result) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return result;
}

// The class's name and its arguments.
struct Identifier {
  std::string name;
  Config arguments = Config::dict({});
};

Identifier parse(const Config& config, const std::string& kind) {
  const auto unreadable = [&] {
    return ValueError(fmt::format("Could not interpret {} identifier: {}", kind, config.repr()));
  };
  if (config.is_string()) return {config.as_string()};
  const Config* name = config.find("class_name");
  if (name == nullptr || !name->is_string()) throw unreadable();
  const Config* arguments = config.find("config");
  // A function, as Keras stores `loss=keras.losses.mean_squared_error`: its name stands where a class has its
  // arguments.
  if (name->as_string() == "function") {
    if (arguments == nullptr || !arguments->is_string()) throw unreadable();
    return {arguments->as_string()};
  }
  if (arguments == nullptr || arguments->is_null()) return {name->as_string()};
  if (!arguments->is_dict()) throw unreadable();
  return {name->as_string(), *arguments};
}

}  // namespace

void Registry::add(const Description& description, std::vector<std::string> aliases, Factory factory) {
  aliases.insert(aliases.begin(), {description.class_name, to_snake_case(description.class_name)});
  for (std::string& alias : aliases) alias = lower(alias);
  const std::lock_guard lock(mutex_);
  for (const std::string& alias : aliases) {
    const Entry* entry = find(alias);
    if (entry == nullptr) continue;
    if (entry->description == &description) return;
    throw ValueError(fmt::format("Cannot register {} as {} '{}': the name belongs to {} already.",
                                 description.class_name, kind_, alias, entry->description->class_name));
  }
  entries_.push_back(std::make_unique<Entry>(Entry{&description, std::move(aliases), std::move(factory)}));
}

const Registry::Entry* Registry::find(std::string_view name) const {
  const std::string wanted = lower(name);
  for (const auto& entry : entries_) {
    if (std::find(entry->names.begin(), entry->names.end(), wanted) != entry->names.end()) return entry.get();
  }
  return nullptr;
}

bool Registry::contains(std::string_view name) const {
  const std::lock_guard lock(mutex_);
  return find(name) != nullptr;
}

std::shared_ptr<const MemberBase> Registry::make(const Config& identifier) const {
  const Identifier wanted = parse(identifier, kind_);
  Factory factory;
  {
    const std::lock_guard lock(mutex_);
    const Entry* entry = find(wanted.name);
    if (entry == nullptr) {
      std::vector<std::string> names;
      for (const auto& known : entries_) {
        names.push_back(known->description->class_name);
        names.insert(names.end(), known->names.begin(), known->names.end());
      }
      throw ValueError(fmt::format("Could not interpret {} identifier: {}.{}", kind_, wanted.name,
                                   did_you_mean(wanted.name, names)));
    }
    factory = entry->factory;
  }
  // Outside of the lock: a member may hold others of its family.
  return factory(wanted.arguments);
}

std::vector<const Description*> Registry::descriptions() const {
  const std::lock_guard lock(mutex_);
  std::vector<const Description*> result;
  for (const auto& entry : entries_) result.push_back(entry->description);
  return result;
}

}  // namespace wavetrain
