// Arrays written by numpy: .npy holds the values alone, .npz values and labels.

#include <algorithm>
#include <cmath>

#include "series/blocks.hpp"
#include "series/readers.hpp"
#include "wavetrain/files/npy.hpp"
#include "wavetrain/log.hpp"
#include "wavetrain/series/labels.hpp"

namespace wavetrain::series {
namespace {

using files::NamedArrays;
using files::TypedArray;

[[noreturn]] void fail(const std::string& file, const std::string& message) {
  throw FileError(fmt::format("{}: {}", file, message));
}

std::vector<std::string> names_of(const NamedArrays& arrays) {
  std::vector<std::string> names;
  for (const auto& [name, array] : arrays) names.push_back(name);
  return names;
}

const TypedArray* find(const NamedArrays& arrays, const std::string& name) {
  for (const auto& [key, array] : arrays) {
    if (key == name) return &array;
  }
  return nullptr;
}

const TypedArray& at(const NamedArrays& arrays, const std::string& name, const std::string& file) {
  if (const TypedArray* array = find(arrays, name)) return *array;
  fail(file, fmt::format("there is no array {}, it has {}", in_quotes(name), in_quotes_all(names_of(arrays))));
}

// The one array whose name is usual for values; the only array of two or three dimensions, failing that.
std::string find_values(const NamedArrays& arrays, const std::string& file) {
  std::vector<std::string> usual;
  std::vector<std::string> possible;
  for (const auto& [name, array] : arrays) {
    const std::string key = lower(name);
    if (key == "x" || key == "x_train" || key == "x_test" || key == "data" || key == "values") usual.push_back(name);
    if (array.shape.rank() == 2 || array.shape.rank() == 3) possible.push_back(name);
  }
  if (usual.size() == 1) return usual[0];
  if (usual.empty() && possible.size() == 1) return possible[0];
  fail(file, fmt::format("several or no arrays can be the values, it has {}; name one (x_name)",
                         in_quotes_all(names_of(arrays))));
}

// The labels that go with the values `x_name`: x becomes y; or a usual name. Empty when there is none.
std::string find_labels(const NamedArrays& arrays, const std::string& x_name) {
  std::string partner = x_name;
  if (partner[0] == 'x' || partner[0] == 'X') partner[0] = partner[0] == 'x' ? 'y' : 'Y';
  for (const std::string& name : {partner, lower(partner)}) {
    if (name != x_name && find(arrays, name) != nullptr) return name;
  }
  for (const auto& [name, array] : arrays) {
    const std::string key = lower(name);
    if (key == "y" || key == "label" || key == "labels" || key == "target" || key == "targets") return name;
  }
  return "";
}

// (samples, time, channels) from (samples, time), or from (samples, channels, time).
Array values_of(const DataView& data, bool channels_first, const std::string& file) {
  const Shape& shape = data.shape();
  if (shape.rank() != 2 && shape.rank() != 3) {
    fail(file,
         fmt::format("values of shape {}, expected (samples, time) or (samples, time, channels)", to_string(shape)));
  }
  if (shape.size() == 0) fail(file, fmt::format("values of shape {}, expected at least one", to_string(shape)));
  if (shape.rank() == 2) {
    Shape cube = shape;
    cube.push_back(1);
    return data.to_array().reshaped(cube);
  }
  if (!channels_first) {
    // Other libraries (aeon, tsai, PyTorch) have the channels first; few series have more of them than steps.
    constexpr Index kMany = 32;
    if (shape[2] >= kMany && shape[2] > shape[1]) {
      log(LogLevel::warning,
          fmt::format("{}: read as {} time steps of {} channels; if it is (samples, channels, time), say "
                      "--channels-first (ReadOptions::channels_first)",
                      file, shape[1], shape[2]));
    }
    return data.to_array();
  }
  const Shape& strides = data.byte_strides();
  return DataView(data.data(), data.type(), Shape{shape[0], shape[2], shape[1]},
                  Shape{strides[0], strides[2], strides[1]})
      .to_array();
}

// Steps at the end of a series that no channel has a value for are padding; they become zeros.
void end_series_at_missing(SeriesSet& set) {
  const Index channels = set.channels();
  for (Index i = 0; i < set.samples(); ++i) {
    float* series = set.values.data() + i * set.time() * channels;
    Index& length = set.lengths[static_cast<std::size_t>(i)];
    const auto missing = [&](Index step) {
      return std::all_of(series + step * channels, series + (step + 1) * channels,
                         [](float x) { return std::isnan(x); });
    };
    while (length > 1 && missing(length - 1)) --length;
    std::fill(series + length * channels, series + set.time() * channels, 0.0f);
  }
}

SeriesSet set_of(const DataView& data, const ReadOptions& options, const std::string& file) {
  SeriesSet set;
  set.source = file;
  set.values = values_of(data, options.channels_first, file);
  set.lengths.assign(static_cast<std::size_t>(set.samples()), set.time());
  if (options.unequal_length) end_series_at_missing(set);
  set.equal_length = std::all_of(set.lengths.begin(), set.lengths.end(), [&](Index n) { return n == set.time(); });
  set.has_missing = set.first_missing().has_value();
  return set;
}

void add_labels(SeriesSet& set, const DataView& data, const ReadOptions& options) {
  const Shape& shape = data.shape();
  const bool vector = shape.rank() == 1 || (shape.rank() == 2 && shape[1] == 1);
  if (shape.rank() < 1 || shape[0] != set.samples() || (!vector && options.labels == LabelKind::classes)) {
    fail(set.source,
         fmt::format("labels of shape {}, expected ({},): one per series", to_string(shape), set.samples()));
  }
  Array numbers = data.to_array();
  if (options.labels == LabelKind::targets) {
    set.targets = vector ? std::move(numbers).reshaped(Shape{set.samples()}) : std::move(numbers);
    return;
  }
  std::vector<std::string> names;
  for (const float number : numbers) {
    if (number != std::floor(number) || std::abs(number) > 16777216.0f) {  // 2^24: where float32 skips integers
      fail(set.source, fmt::format("label {}, expected integers for classes (or targets to predict)", number));
    }
    names.push_back(std::to_string(static_cast<std::int64_t>(number)));
  }
  if (options.class_names.empty()) {
    EncodedLabels encoded = encode_labels(names);
    set.class_names = std::move(encoded.class_names);
    set.labels = std::move(encoded.labels);
  } else {
    set.labels = encode_with_classes(names, options.class_names);
    set.class_names = options.class_names;
  }
}

void check_size(const Shape& shape, const ReadOptions& options, const std::string& file) {
  if (shape.size() > options.max_values) {
    fail(file, fmt::format("values of shape {} are more than the {} allowed", to_string(shape), options.max_values));
  }
}

}  // namespace

SeriesSet read_npy(const std::filesystem::path& path, const ReadOptions& options) {
  const files::MappedNpy file(path);
  check_size(file.view().shape(), options, path.string());
  return set_of(file.view(), options, path.string());
}

SeriesSet read_npz(const std::filesystem::path& path, const ReadOptions& options) {
  const std::string file = path.string();
  const NamedArrays arrays = files::read_npz(path);
  const std::string x_name = options.x_name.empty() ? find_values(arrays, file) : options.x_name;
  const TypedArray& x = at(arrays, x_name, file);
  check_size(x.shape, options, file);
  SeriesSet set = set_of(x.view(), options, file);
  if (options.labels == LabelKind::none) return set;
  const std::string y_name = options.y_name.empty() ? find_labels(arrays, x_name) : options.y_name;
  if (!y_name.empty()) add_labels(set, at(arrays, y_name, file).view(), options);
  return set;
}

}  // namespace wavetrain::series
