// A neutral tree of settings: what layers, optimizers and losses turn into when they are saved, printed or handed to
// another language, and what they are made from. It has JSON's kinds, keeps the order of keys, and keeps integers apart
// from floating point numbers, but needs no JSON library.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace wavetrain {

class Config {
 public:
  using List = std::vector<Config>;
  using Entry = std::pair<std::string, Config>;
  using Dict = std::vector<Entry>;  // in insertion order

  Config() = default;  // null
  // Out of line: inlined moves of the variant make GCC 12 see uninitialised members that are not there.
  Config(const Config& other);
  Config(Config&& other) noexcept;
  Config& operator=(const Config& other);
  Config& operator=(Config&& other) noexcept;
  ~Config();
  Config(std::nullptr_t) {}                                        // NOLINT: all of these are implicit on purpose,
  Config(bool value) : value_(value) {}                            // NOLINT  so that a tree reads like a literal
  Config(int value) : value_(static_cast<std::int64_t>(value)) {}  // NOLINT
  Config(std::int64_t value) : value_(value) {}                    // NOLINT
  Config(double value) : value_(value) {}                          // NOLINT
  Config(const char* value) : value_(std::string(value)) {}        // NOLINT
  Config(std::string value) : value_(std::move(value)) {}          // NOLINT
  Config(std::string_view value) : value_(std::string(value)) {}   // NOLINT
  Config(List value) : value_(std::move(value)) {}                 // NOLINT
  Config(Dict value) : value_(std::move(value)) {}                 // NOLINT
  static Config dict(std::initializer_list<Entry> entries) { return Config(Dict(entries)); }
  static Config list(std::initializer_list<Config> items) { return Config(List(items)); }

  bool is_null() const { return std::holds_alternative<std::monostate>(value_); }
  bool is_bool() const { return std::holds_alternative<bool>(value_); }
  bool is_int() const { return std::holds_alternative<std::int64_t>(value_); }
  bool is_double() const { return std::holds_alternative<double>(value_); }
  bool is_number() const { return is_int() || is_double(); }
  bool is_string() const { return std::holds_alternative<std::string>(value_); }
  bool is_list() const { return std::holds_alternative<List>(value_); }
  bool is_dict() const { return std::holds_alternative<Dict>(value_); }

  // Each throws TypeError that says what was found instead. as_double accepts an integer.
  bool as_bool() const;
  std::int64_t as_int() const;
  double as_double() const;
  const std::string& as_string() const;
  const List& as_list() const;
  const Dict& as_dict() const;

  // The value under `key`, or null when this is not a dict or the key is missing.
  const Config* find(std::string_view key) const;
  // As find, but throws ValueError naming the key.
  const Config& at(std::string_view key) const;
  // Replaces or appends. Turns null into a dict; throws TypeError for any other kind.
  void set(std::string_view key, Config value);
  // Appends to a list. Turns null into a list; throws TypeError for any other kind.
  void push_back(Config value);

  // "None", "bool", "int", "float", "str", "list" or "dict": the names that Keras' messages use.
  const char* kind() const;
  // As Python's repr prints it: {'units': 3, 'activation': None, 'trainable': True}.
  std::string repr() const;

  friend bool operator==(const Config&, const Config&) = default;

 private:
  std::variant<std::monostate, bool, std::int64_t, double, std::string, List, Dict> value_;
};

// The shortest text that reads back as the same double ("0.001", "1e-07", "3.0").
std::string to_text(double value);

}  // namespace wavetrain
