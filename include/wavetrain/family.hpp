// Families of small objects that can be given as a struct, as text or as settings: initializers, regularizers,
// constraints, losses, metrics, optimizers, learning rate schedules. One mechanism for all of them:
//
//     Optimizer a = "adam";                                            // text: class name, snake_case or alias, any
//     case Optimizer b = optimizers::Adam{.learning_rate = 1e-4};           // a struct Optimizer
//     c(Config::dict({{"class_name", "Adam"}, {"config", ...}}));  // what Keras' serialize() writes Config d =
//     b.config();                                           // and back
//
// A member is a plain struct that describes itself (describe.hpp) and has the methods that its family asks for, which
// the family's header lists. A user's own class joins with one call, `register_optimizer<MyOptimizer>({"my_alias"})`,
// and is then found by name in files and on the command line; given as a struct it works without.
//
// A family is a traits type:
//
//     struct ThingFamily {
//       struct Methods : MemberBase { virtual ... = 0; };                        // what every member can do
//       template <class T> struct Adapter final : Holder<Methods, T> { ... };    // forwards to T
//       static constexpr bool kRemembersText = false;  // whether config() gives back the text it was made from
//       static Registry& registry();
//     };
//     class Thing : public Member<ThingFamily> { ... };
#pragma once

#include <concepts>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "wavetrain/config.hpp"
#include "wavetrain/describe.hpp"

namespace wavetrain {

// A held struct of any class.
struct MemberBase {
  MemberBase() = default;
  MemberBase(const MemberBase&) = delete;
  MemberBase& operator=(const MemberBase&) = delete;
  virtual ~MemberBase() = default;
  virtual const Description& description() const = 0;
  virtual const void* object() const = 0;
};

// Holds a T for a family whose methods are `Methods`. Checks it once, when it is made: every field against its
// description, and, where T has a `void check() const`, the fields against each other. Throws ValueError.
template <class Methods, Described T>
class Holder : public Methods {
 public:
  explicit Holder(T object) : object_(std::move(object)) {
    T::description().validate(&object_);
    if constexpr (requires { object_.check(); }) object_.check();
  }
  const Description& description() const final { return T::description(); }
  const void* object() const final { return &object_; }

 protected:
  const T object_;
};

// The classes of one family, by name. Thread-safe.
class Registry {
 public:
  // `kind` names the family in messages ("optimizer").
  explicit Registry(std::string kind) : kind_(std::move(kind)) {}

  // Adds a class under its class name, its snake_case name and `aliases`. Throws ValueError when another class has one
  // of them; adding the same class again changes nothing.
  template <class Family, Described T>
  void add(std::vector<std::string> aliases = {}) {
    add(T::description(), std::move(aliases), [](const Config& arguments) -> std::shared_ptr<const MemberBase> {
      return std::make_shared<const typename Family::template Adapter<T>>(from_config<T>(arguments));
    });
  }

  // Makes a member from text or from {"class_name": ..., "config": {...}} with or without "module" and
  // "registered_name". Throws ValueError "Could not interpret optimizer identifier: ..." with the nearest name, and
  // what the class throws.
  std::shared_ptr<const MemberBase> make(const Config& identifier) const;

  // True when `name` is known, in any case.
  bool contains(std::string_view name) const;

  const std::string& kind() const { return kind_; }
  // In the order in which they were added.
  std::vector<const Description*> descriptions() const;

 private:
  using Factory = std::function<std::shared_ptr<const MemberBase>(const Config& arguments)>;
  struct Entry {
    const Description* description;
    std::vector<std::string> names;  // lower case
    Factory factory;
  };

  void add(const Description& description, std::vector<std::string> aliases, Factory factory);
  const Entry* find(std::string_view name) const;  // the caller holds the lock

  std::string kind_;
  mutable std::mutex mutex_;
  std::vector<std::unique_ptr<Entry>> entries_;
};

// Any member of a family, or none. Copies share the (immutable) struct.
template <class Family>
class Member {
 public:
  using Methods = typename Family::Methods;

  // None.
  Member() = default;
  Member(std::nullptr_t) {}  // NOLINT: implicit on purpose, like everything that reads as in Keras
  // A struct. Throws ValueError when one of its fields cannot work.
  template <Described T>
  Member(T object)  // NOLINT
      requires(!std::derived_from<T, Member>)
      : held_(std::make_shared<const typename Family::template Adapter<T>>(std::move(object))) {}
  // Text. Throws ValueError for a name that the family does not know.
  Member(const char* name) : Member(Config(name)) {}         // NOLINT
  Member(const std::string& name) : Member(Config(name)) {}  // NOLINT
  Member(std::string_view name) : Member(Config(name)) {}    // NOLINT
  // Text, None or settings, see Registry::make.
  explicit Member(const Config& identifier) {
    if (identifier.is_null()) return;
    held_ = std::static_pointer_cast<const Methods>(Family::registry().make(identifier));
    if (identifier.is_string()) text_ = identifier.as_string();
  }

  bool has_value() const { return held_ != nullptr; }
  explicit operator bool() const { return has_value(); }

  // The class ("Adam"), or "" for none.
  std::string class_name() const { return held_ ? held_->description().class_name : ""; }
  // The text that this was made from, or "".
  const std::string& text() const { return text_; }
  // The struct when it is a T, else null. Valid as long as this lives.
  template <Described T>
  const T* get_if() const {
    return held_ && &held_->description() == &T::description() ? static_cast<const T*>(held_->object()) : nullptr;
  }

  // What Keras' serialize() gives: {"module", "class_name", "config", "registered_name"}, null for none; the text for
  // the families that Keras stores so (losses and metrics).
  Config config() const {
    if (!held_) return Config();
    if (Family::kRemembersText && !text_.empty()) return text_;
    const Description& description = held_->description();
    return Config::dict({{"module", description.module},
                         {"class_name", description.class_name},
                         {"config", description.write(held_->object(), true)},
                         {"registered_name", nullptr}});
  }

  friend bool operator==(const Member& a, const Member& b) { return a.config() == b.config(); }

 protected:
  // Requires has_value().
  const Methods& methods() const { return *held_; }

  std::shared_ptr<const Methods> held_;
  std::string text_;
};

// A member as a field of a layer or of another member.
template <class T>
struct MemberCodec {
  static Config to_config(const T& value) { return value.config(); }
  static T from_config(const Config& config) { return T(config); }
};

}  // namespace wavetrain
