// Sequential::summary: the table of keras/src/utils/summary_utils.py (3.15.1).
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <iterator>
#include <string_view>

#include <fmt/format.h>

#include "training/text_table.hpp"
#include "wavetrain/layers/nested.hpp"
#include "wavetrain/sequential.hpp"

namespace wavetrain {
namespace {

// As Python's shutil.get_terminal_size().
int terminal_columns() {
  if (const char* text = std::getenv("COLUMNS")) {
    if (const int columns = std::atoi(text); columns > 0) return columns;
  }
  winsize size{};
  return ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

std::string with_separators(Index count) {
  std::string digits = std::to_string(count);
  for (auto i = static_cast<std::ptrdiff_t>(digits.size()) - 3; i > 0; i -= 3)
    digits.insert(static_cast<std::size_t>(i), ",");
  return digits;
}

std::string readable_size(double bytes) {
  constexpr const char* kUnits[] = {"B", "KB", "MB", "GB", "TB", "PB"};
  std::size_t unit = 0;
  for (; bytes >= 1024 && unit + 1 < std::size(kUnits); ++unit) bytes /= 1024;
  return fmt::format("{:.2f} {}", bytes, kUnits[unit]);
}

// "(None, 6, 4)"; Keras leaves out the comma of a 1-tuple here.
std::string shape_text(const Shape& shape) {
  if (shape.rank() == 0) return "?";
  std::string text;
  for (const Index dim : shape) text += (text.empty() ? "" : ", ") + (dim < 0 ? "None" : std::to_string(dim));
  return "(" + text + ")";
}

// Layers with weights are unbuilt without an input shape, and so are some that only look at it. Whether a layer will
// have weights shows in its initializers.
bool waits_for_build(const Layer& layer) {
  constexpr std::string_view kLookAtShape[] = {"Cropping1D",   "Flatten",      "Permute",      "Rescaling",
                                               "RepeatVector", "UpSampling1D", "ZeroPadding1D"};
  if (layer.built()) return false;
  if (std::find(std::begin(kLookAtShape), std::end(kLookAtShape), layer.class_name()) != std::end(kLookAtShape))
    return true;
  const auto& fields = layer.description().fields;
  return std::any_of(fields.begin(), fields.end(),
                     [](const Field& field) { return field.name.ends_with("_initializer"); });
}

// The widths that `rich` gives columns that ask for `positions` of the line and two blanks each: the line has room for
// the positions alone, so every column gives up its part of the blanks and of the frame.
std::vector<TextColumn> layout(int line_length, bool show_trainable) {
  std::vector<TextColumn> columns{
      {"Layer (type)", Justify::left}, {"Output Shape", Justify::left}, {"Param #", Justify::right}};
  std::vector<double> positions{0.45, 0.80, 1.0};
  if (show_trainable) {
    for (double& position : positions) position *= 0.90;
    positions.push_back(1.0);
    columns.push_back({"Trainable", Justify::center});
  }
  const int count = static_cast<int>(columns.size());
  int current = 0;
  int excess = 2 * count + (count + 1);
  for (int i = 0; i < count; ++i) {
    const int asked = static_cast<int>(positions[static_cast<std::size_t>(i)] * line_length) - current;
    if (asked < 4) {
      throw ValueError(
          fmt::format("Insufficient console width to print summary. Received: line_length={}", line_length));
    }
    current += asked;
    const auto given_up =
        static_cast<int>(std::nearbyint(static_cast<double>(excess) / (count - i)));  // halves to even
    columns[static_cast<std::size_t>(i)].width = asked + 2 - given_up;
    excess -= given_up;
  }
  return columns;
}

struct Weights {
  Index count = 0;
  double bytes = 0;
  void add(Index more, double size) {
    count += more;
    bytes += static_cast<double>(more) * size;
  }
};

// "[(None, 4), (None, 4)]" for several outputs.
std::string shapes_text(const std::vector<Shape>& shapes) {
  std::string text;
  for (const Shape& shape : shapes) text += (text.empty() ? "" : ", ") + shape_text(shape);
  return "[" + text + "]";
}

// A layer's row and, below a model in the model, those of its layers. `several`: the outputs, when there is more than
// one.
void add_rows(const Layer& layer, int level, const SummaryOptions& options, const std::vector<Shape>& several,
              std::vector<std::vector<std::string>>& rows) {
  const std::string prefix = level == 0 ? "" : std::string(static_cast<std::size_t>(3 * level), ' ') + "└ ";
  std::vector<std::string> row{fmt::format("{}{} ({})", prefix, layer.name(), layer.class_name()),
                               several.size() > 1 ? shapes_text(several) : shape_text(layer.output_shape()),
                               waits_for_build(layer) ? "0 (unbuilt)" : with_separators(layer.count_params())};
  if (options.show_trainable) row.push_back(layer.variables().empty() ? "-" : layer.trainable() ? "Y" : "N");
  rows.push_back(std::move(row));
  if (!options.expand_nested || layer.as<layers::Nested>() == nullptr) return;
  for (const Sublayer& inner : layer.sublayers()) {
    const bool last = inner.layer == layer.sublayers().back().layer;
    add_rows(inner.layer, level + 1, options, last ? several : std::vector<Shape>{}, rows);
  }
}

std::string total_line(const char* what, const Weights& weights) {
  return fmt::format(" {}: {} ({})\n", what, with_separators(weights.count), readable_size(weights.bytes));
}

}  // namespace

std::string Sequential::summary(const SummaryOptions& options) const {
  int line_length = options.line_length;
  if (line_length == 0) line_length = std::min(options.show_trainable ? 100 : 88, terminal_columns() - 4);

  Weights trainable, frozen, optimizer;
  std::vector<std::vector<std::string>> rows;
  for (const Layer& layer : layers()) {
    add_rows(layer, 0, options, layer == layers().back() ? output_shapes() : std::vector<Shape>{}, rows);
    Index trained = 0;
    for (const Variable& variable : layer.trainable_variables()) trained += variable.size();
    trainable.add(trained, sizeof(float));
    frozen.add(layer.count_params() - trained, sizeof(float));
  }
  const bool has_state = compiled() && compile_options().optimizer.built();
  if (has_state) {
    for (const OptimizerVariable& variable : compile_options().optimizer.variables()) {
      const auto* values = std::get_if<Array>(&variable.value);
      optimizer.add(values != nullptr ? values->size() : 1, values != nullptr ? sizeof(float) : sizeof(std::int64_t));
    }
  }
  const Weights total{trainable.count + frozen.count + optimizer.count,
                      trainable.bytes + frozen.bytes + optimizer.bytes};

  std::string text = fmt::format("Model: \"{}\"\n", name()) +
                     draw_table(layout(line_length, options.show_trainable), rows) + total_line("Total params", total) +
                     total_line("Trainable params", trainable) + total_line("Non-trainable params", frozen);
  if (has_state) text += total_line("Optimizer params", optimizer);
  return text;
}

}  // namespace wavetrain
