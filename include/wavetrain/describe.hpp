// One description per class: the list of its arguments with Keras' name, default and check.
//
// Layers, optimizers, losses, metrics, initialisers, regularizers and constraints are plain structs whose fields are Keras'
// arguments. `description()` lists the fields once, and everything that must know them reads that list: the reader and
// writer of model files, the command line's layer list, the Python keyword arguments, messages ("did you mean"), tables of
// the documentation. Example:
//
//     const Description& MaxPooling1D::description() {
//       static const Description instance = Describe<MaxPooling1D>("MaxPooling1D", "keras.layers")
//           .field("pool_size", &MaxPooling1D::pool_size, positive())
//           .field("strides", &MaxPooling1D::strides, positive())
//           .field("padding", &MaxPooling1D::padding, one_of({"valid", "same"}));
//       return instance;
//     }
#pragma once

#include <functional>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "wavetrain/config.hpp"
#include "wavetrain/error.hpp"
#include "wavetrain/shape.hpp"

namespace wavetrain {

// Stands for a required argument that has not been given yet; only factories use it.
struct Unset {};

// An argument without a default: a struct that leaves it out does not compile.
template <class T>
class Required {
  template <class E>
  static constexpr bool takes_list = std::is_constructible_v<T, std::initializer_list<E>>;
  using Element = std::conditional_t<takes_list<Index>, Index, double>;

 public:
  template <class U>
  requires(std::is_convertible_v<U, T> && !std::is_same_v<std::remove_cvref_t<U>, Required> &&
           !std::is_same_v<std::remove_cvref_t<U>, Unset>) Required(U&& value)
      : value_(std::forward<U>(value)) {}  // NOLINT: implicit on purpose
  Required(Unset) {}                       // NOLINT
  // `.dims = {2, 1}`, `.scale = {0.5, 2.0}`: braces reach no further than this. (Not an initializer_list, which `{}` would
  // fill, and an argument left out with it.)
  template <class First, class... More>
  requires(std::is_arithmetic_v<First> && (std::is_arithmetic_v<More> && ...) &&
           (sizeof...(More) > 0 || !std::is_convertible_v<First, T>)&&takes_list<Index> + takes_list<double> > 0)
      Required(First first, More... more)  // NOLINT
      : value_(std::initializer_list<Element>{static_cast<Element>(first), static_cast<Element>(more)...}) {}

  operator const T&() const { return value_; }  // NOLINT
  const T& get() const { return value_; }
  T& get() { return value_; }
  friend bool operator==(const Required&, const Required&) = default;

 private:
  T value_{};
};

// A length along time that Keras stores as a 1-tuple: written as [3], read from 3 or [3].
struct Size1D {
  Index value = 1;
  Size1D() = default;
  Size1D(Index size) : value(size) {}       // NOLINT: implicit on purpose
  operator Index() const { return value; }  // NOLINT
  friend bool operator==(const Size1D&, const Size1D&) = default;
};

// --- Codec: a field type to and from Config --------------------------------------------------------------------------
// Specialise for a new field type: `type` (as documentation shows it), `to_config` and `from_config`; the latter throws
// TypeError or ValueError with the reason only, the caller adds which argument it was.

template <class T>
struct Codec;

template <>
struct Codec<bool> {
  static std::string type() { return "bool"; }
  static Config to_config(bool value) { return value; }
  static bool from_config(const Config& config) { return config.as_bool(); }
};
template <>
struct Codec<Index> {
  static std::string type() { return "int"; }
  static Config to_config(Index value) { return value; }
  static Index from_config(const Config& config);  // accepts 3.0, as json files may hold it
};
template <>
struct Codec<double> {
  static std::string type() { return "float"; }
  static Config to_config(double value) { return value; }
  static double from_config(const Config& config) { return config.as_double(); }
};
template <>
struct Codec<std::string> {
  static std::string type() { return "str"; }
  static Config to_config(const std::string& value) { return value; }
  static std::string from_config(const Config& config) { return config.as_string(); }
};
template <>
struct Codec<Size1D> {
  static std::string type() { return "int or 1-tuple"; }
  static Config to_config(Size1D value) { return Config::list({value.value}); }
  static Size1D from_config(const Config& config);
};
template <>
struct Codec<OptionalShape> {
  static std::string type() { return "tuple or None"; }
  static Config to_config(const OptionalShape& value);
  static OptionalShape from_config(const Config& config);
};
template <>
struct Codec<Shape> {
  static std::string type() { return "tuple"; }
  static Config to_config(const Shape& value);
  static Shape from_config(const Config& config);
};
template <class T>
struct Codec<std::optional<T>> {
  static std::string type() { return Codec<T>::type() + " or None"; }
  static Config to_config(const std::optional<T>& value) { return value ? Codec<T>::to_config(*value) : Config(); }
  static std::optional<T> from_config(const Config& config) {
    if (config.is_null()) return std::nullopt;
    return Codec<T>::from_config(config);
  }
};
template <class T>
struct Codec<std::vector<T>> {
  static std::string type() { return "list of " + Codec<T>::type(); }
  static Config to_config(const std::vector<T>& values) {
    Config::List list;
    for (const T& value : values) list.push_back(Codec<T>::to_config(value));
    return list;
  }
  static std::vector<T> from_config(const Config& config) {
    std::vector<T> values;
    for (const Config& item : config.as_list()) values.push_back(Codec<T>::from_config(item));
    return values;
  }
};
template <class T>
struct Codec<Required<T>> {
  static std::string type() { return Codec<T>::type(); }
  static Config to_config(const Required<T>& value) { return Codec<T>::to_config(value.get()); }
  static Required<T> from_config(const Config& config) { return Codec<T>::from_config(config); }
};

// --- Checks ----------------------------------------------------------------------------------------------------------
// A check looks at the value as Config and returns what was expected instead, or "" when it is fine. None (an optional left
// out) always passes; a list passes when every item does.

using Check = std::function<std::string(const Config& value)>;

Check positive();                                // > 0
Check non_negative();                            // >= 0
Check in_range(double low, double high);         // low <= value <= high
Check one_of(std::vector<std::string> choices);  // text, case-insensitive
Check any_value();

// --- Descriptions ----------------------------------------------------------------------------------------------------

// One argument.
struct Field {
  std::string name;  // Keras' name
  std::string type;  // as documentation shows it
  bool required = false;
  Config default_value;  // null for a required one
  Check check;
  std::vector<std::string> aliases;  // older names, accepted when reading
  std::function<Config(const void* object)> get;
  std::function<void(void* object, const Config& value)> set;
};

// All arguments of a class, in Keras' positional order.
struct Description {
  std::string class_name;  // "Conv1D"
  std::string module;      // "keras.layers"
  std::vector<Field> fields;

  const Field* find(std::string_view name) const;  // by name or alias; null when missing
  // Throws ValueError for the first field of `object` whose check fails: "Invalid value for argument `filters` of Conv1D:
  // expected ... Received: filters=-1".
  void validate(const void* object) const;
  // Reads every key of `config` into `object` and checks it. Throws ValueError naming the class for unknown keys ("Unrecognized
  // keyword arguments passed to Conv1D: {...}. Did you mean `filters`?"), for missing required ones and for wrong values.
  void read(void* object, const Config& config) const;
  // All fields (`full`), or those that differ from their default and the required ones.
  Config write(const void* object, bool full) const;
};

// An object with its defaults, required arguments unset. They come first in every signature.
template <class T>
T make_blank() {
  if constexpr (requires { T{}; }) return T{};
  else if constexpr (requires { T{Unset{}}; }) return T{Unset{}};
  else if constexpr (requires { T{Unset{}, Unset{}}; }) return T{Unset{}, Unset{}};
  else return T{Unset{}, Unset{}, Unset{}};
}

namespace detail {
template <class T>
inline constexpr bool is_required = false;
template <class T>
inline constexpr bool is_required<Required<T>> = true;
}  // namespace detail

// Builds a Description field by field.
template <class T>
class Describe {
 public:
  Describe(std::string class_name, std::string module) {
    description_.class_name = std::move(class_name);
    description_.module = std::move(module);
  }

  template <class M>
  Describe& field(std::string name, M T::*member, Check check = any_value(), std::vector<std::string> aliases = {}) {
    Field field;
    field.name = std::move(name);
    field.type = Codec<M>::type();
    field.required = detail::is_required<M>;
    if (!field.required) {
      const T blank = make_blank<T>();
      field.default_value = Codec<M>::to_config(blank.*member);
    }
    field.check = std::move(check);
    field.aliases = std::move(aliases);
    field.get = [member](const void* object) { return Codec<M>::to_config(static_cast<const T*>(object)->*member); };
    field.set = [member](void* object, const Config& value) {
      static_cast<T*>(object)->*member = Codec<M>::from_config(value);
    };
    description_.fields.push_back(std::move(field));
    return *this;
  }

  // The arguments that every layer has, behind its own: name, trainable, dtype, input_shape.
  Describe& layer_fields() {
    return field("name", &T::name)
        .field("trainable", &T::trainable)
        .field("dtype", &T::dtype)
        .field("input_shape", &T::input_shape);
  }

  operator Description() const { return description_; }  // NOLINT: implicit on purpose

 private:
  Description description_;
};

// A struct that describes itself.
template <class T>
concept Described = requires {
  { T::description() } -> std::same_as<const Description&>;
};

template <Described T>
Config to_config(const T& object, bool full = true) {
  return T::description().write(&object, full);
}

template <Described T>
T from_config(const Config& config) {
  T object = make_blank<T>();
  T::description().read(&object, config);
  return object;
}

// Keras' form of a nested object: {"module", "class_name", "config", "registered_name"}.
template <Described T>
Config serialize(const T& object, bool full = true) {
  return Config::dict({{"module", T::description().module},
                       {"class_name", T::description().class_name},
                       {"config", to_config(object, full)},
                       {"registered_name", nullptr}});
}

}  // namespace wavetrain
