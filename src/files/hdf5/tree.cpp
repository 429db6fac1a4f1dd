#include <cstring>
#include <limits>

#include <fmt/format.h>

#include "../byte_order.hpp"
#include "wavetrain/error.hpp"
#include "wavetrain/files/hdf5.hpp"

namespace wavetrain::files::hdf5 {
namespace {

struct DTypeInfo {
  const char* name;
  std::size_t size;
};
constexpr DTypeInfo kInfo[] = {{"float16", 2}, {"bfloat16", 2}, {"float32", 4}, {"float64", 8}, {"int8", 1},
                               {"int16", 2},   {"int32", 4},    {"int64", 8},   {"uint8", 1},   {"uint16", 2},
                               {"uint32", 4},  {"uint64", 8},   {"bool", 1},    {"str", 0},     {"other", 0}};

// HDF5 splits nothing itself; 64512 is the limit that Keras uses for an attribute.
constexpr std::size_t kMaxAttribute = 64512;

template <class T>
T element(const Bytes& bytes, std::size_t i) {
  T value;
  std::memcpy(&value, bytes.data() + i * sizeof(T), sizeof(T));
  return value;
}

// Calls f(i, value) for every number, in its own C++ type (float for 16-bit ones).
template <class F>
void each_number(const Data& data, F&& f) {
  const auto all = [&]<class T>(T, auto&& widen) {
    const std::size_t count = data.bytes.size() / sizeof(T);
    for (std::size_t i = 0; i < count; ++i) f(static_cast<Index>(i), widen(element<T>(data.bytes, i)));
  };
  const auto same = [](auto value) { return value; };
  switch (data.dtype) {
    case DType::float16: return all(std::uint16_t{}, half_to_float);
    case DType::bfloat16: return all(std::uint16_t{}, bfloat16_to_float);
    case DType::float32: return all(float{}, same);
    case DType::float64: return all(double{}, same);
    case DType::int8: return all(std::int8_t{}, same);
    case DType::int16: return all(std::int16_t{}, same);
    case DType::int32: return all(std::int32_t{}, same);
    case DType::int64: return all(std::int64_t{}, same);
    case DType::uint8: return all(std::uint8_t{}, same);
    case DType::uint16: return all(std::uint16_t{}, same);
    case DType::uint32: return all(std::uint32_t{}, same);
    case DType::uint64: return all(std::uint64_t{}, same);
    case DType::boolean: return all(std::uint8_t{}, [](std::uint8_t value) { return value != 0 ? 1 : 0; });
    case DType::string:
    case DType::other: break;
  }
  throw FileError(fmt::format("Expected numbers, received {} of shape {}.",
                              data.type_name.empty() ? to_string(data.dtype) : data.type_name,
                              wavetrain::to_string(data.shape)));
}

template <class T>
BasicArray<T> converted(const Data& data) {
  BasicArray<T> result(data.shape);
  if (data.dtype < DType::string &&
      data.bytes.size() != static_cast<std::size_t>(result.size()) * size_of(data.dtype)) {
    throw ValueError(fmt::format("Shape {} does not hold {} bytes of {}.", wavetrain::to_string(data.shape),
                                 data.bytes.size(), to_string(data.dtype)));
  }
  each_number(data, [&](Index i, auto value) { result[i] = static_cast<T>(value); });
  return result;
}

template <class T>
Data scalar_of(DType dtype, T value) {
  Data data;
  data.dtype = dtype;
  data.bytes.resize(sizeof(T));
  std::memcpy(data.bytes.data(), &value, sizeof(T));
  return data;
}

// Splits off the first name of a path; empty names between slashes are skipped.
std::string_view next_name(std::string_view& path) {
  while (!path.empty() && path.front() == '/') path.remove_prefix(1);
  const std::string_view name = path.substr(0, path.find('/'));
  path.remove_prefix(name.size());
  return name;
}

}  // namespace

const char* to_string(DType type) { return kInfo[static_cast<int>(type)].name; }
std::size_t size_of(DType type) { return kInfo[static_cast<int>(type)].size; }

Data::Data(std::string_view text) : dtype(DType::string), strings{std::string(text)} {}

Data::Data(std::vector<std::string> texts)
    : dtype(DType::string), shape{static_cast<Index>(texts.size())}, strings(std::move(texts)) {}

Data::Data(const ConstView& values)
    : shape(values.shape()), bytes(static_cast<std::size_t>(values.size()) * sizeof(float)) {
  if (values.size() == 0) return;
  if (values.contiguous()) std::memcpy(bytes.data(), values.data(), bytes.size());
  else std::memcpy(bytes.data(), Array::copy_of(values).data(), bytes.size());
}

Data Data::scalar(float value) { return scalar_of(DType::float32, value); }
Data Data::scalar(std::int32_t value) { return scalar_of(DType::int32, value); }
Data Data::scalar(std::int64_t value) { return scalar_of(DType::int64, value); }

Array Data::to_float32() const { return converted<float>(*this); }
BasicArray<double> Data::to_double() const { return converted<double>(*this); }

BasicArray<std::int64_t> Data::to_int64() const {
  if (dtype <= DType::float64) throw FileError(fmt::format("Expected integers, received {}.", to_string(dtype)));
  if (dtype == DType::uint64) {
    for (std::size_t i = 0; i < bytes.size() / 8; ++i) {
      if (element<std::int64_t>(bytes, i) < 0) {
        throw FileError(fmt::format("The integer {} does not fit into int64.", element<std::uint64_t>(bytes, i)));
      }
    }
  }
  return converted<std::int64_t>(*this);
}

const std::vector<std::string>& Data::to_strings() const {
  if (dtype != DType::string) {
    throw FileError(fmt::format("Expected text, received {}.", type_name.empty() ? to_string(dtype) : type_name));
  }
  return strings;
}

const std::string& Data::text() const {
  if (to_strings().size() != 1) throw FileError(fmt::format("Expected one text, received {}.", strings.size()));
  return strings[0];
}

bool operator==(const Data& a, const Data& b) {
  return a.dtype == b.dtype && a.shape == b.shape && a.bytes == b.bytes && a.strings == b.strings;
}

const Group* Group::find_group(std::string_view path) const {
  const Group* group = this;
  for (std::string_view name = next_name(path); !name.empty(); name = next_name(path)) {
    const auto found = group->groups.find(name);
    if (found == group->groups.end()) return nullptr;
    group = &found->second;
  }
  return group;
}

const Dataset* Group::find_dataset(std::string_view path) const {
  while (!path.empty() && path.back() == '/') path.remove_suffix(1);
  const std::size_t slash = path.rfind('/');
  const bool nested = slash != std::string_view::npos;
  const Group* group = nested ? find_group(path.substr(0, slash)) : this;
  if (group == nullptr) return nullptr;
  const auto found = group->datasets.find(nested ? path.substr(slash + 1) : path);
  return found == group->datasets.end() ? nullptr : &found->second;
}

const Group& Group::group(std::string_view path) const {
  if (const Group* found = find_group(path)) return *found;
  throw FileError(fmt::format("The HDF5 file has no group '{}'.", path));
}

const Dataset& Group::dataset(std::string_view path) const {
  if (const Dataset* found = find_dataset(path)) return *found;
  throw FileError(fmt::format("The HDF5 file has no dataset '{}'.", path));
}

Group& Group::make_group(std::string_view path) {
  Group* group = this;
  const std::string_view whole = path;
  for (std::string_view name = next_name(path); !name.empty(); name = next_name(path)) {
    if (group->datasets.contains(name))
      throw ValueError(fmt::format("'{}' in '{}' is a dataset, not a group.", name, whole));
    group = &group->groups.try_emplace(std::string(name)).first->second;
  }
  return *group;
}

Dataset& Group::put(std::string_view path, Dataset dataset) {
  const std::size_t slash = path.rfind('/');
  const std::string_view name = slash == std::string_view::npos ? path : path.substr(slash + 1);
  if (name.empty()) throw ValueError(fmt::format("'{}' does not name a dataset.", path));
  Group& group = make_group(path.substr(0, path.size() - name.size()));
  if (group.groups.contains(name)) throw ValueError(fmt::format("'{}' is a group, not a dataset.", path));
  return group.datasets.insert_or_assign(std::string(name), std::move(dataset)).first->second;
}

bool get_split_attribute(const Attributes& attributes, std::string_view name, std::vector<std::string>& texts) {
  // An empty list has no text type in HDF5: h5py writes it as float64 of shape (0,).
  const auto texts_of = [](const Data& data) {
    return data.shape.known() && data.shape.size() == 0 ? std::vector<std::string>{} : data.to_strings();
  };
  if (const auto whole = attributes.find(name); whole != attributes.end()) {
    texts = texts_of(whole->second);
    return true;
  }
  std::vector<std::string> joined;
  int parts = 0;
  for (;; ++parts) {
    const auto part = attributes.find(fmt::format("{}{}", name, parts));
    if (part == attributes.end()) break;
    const std::vector<std::string> more = texts_of(part->second);
    joined.insert(joined.end(), more.begin(), more.end());
  }
  if (parts > 0) texts = std::move(joined);
  return parts > 0;
}

void set_split_attribute(Attributes& attributes, std::string_view name, const std::vector<std::string>& texts) {
  const auto longest_of = [&](std::size_t first, std::size_t last) {
    std::size_t longest = 1;
    for (std::size_t i = first; i < last; ++i) longest = std::max(longest, texts[i].size());
    return longest;
  };
  const auto put = [&](const std::string& key, std::size_t first, std::size_t last) {
    if (first == last) {
      Data empty;
      empty.dtype = DType::float64;
      empty.shape = Shape{0};
      attributes.insert_or_assign(key, std::move(empty));
      return;
    }
    Data part(std::vector<std::string>(texts.begin() + static_cast<std::ptrdiff_t>(first),
                                       texts.begin() + static_cast<std::ptrdiff_t>(last)));
    part.fixed_length = longest_of(first, last);
    attributes.insert_or_assign(key, std::move(part));
  };
  const std::size_t longest = longest_of(0, texts.size());
  if (longest > kMaxAttribute) {
    throw ValueError(
        fmt::format("A text of {} bytes does not fit into attribute '{}' (at most {}).", longest, name, kMaxAttribute));
  }
  if (longest * texts.size() <= kMaxAttribute) return put(std::string(name), 0, texts.size());
  const std::size_t each = kMaxAttribute / longest;
  for (std::size_t first = 0, part = 0; first < texts.size(); first += each, ++part) {
    put(fmt::format("{}{}", name, part), first, std::min(first + each, texts.size()));
  }
}

}  // namespace wavetrain::files::hdf5
