// Pictures of models: a box for each layer, one below the other, with Keras' labels.
#include <algorithm>
#include <fstream>

#include <fmt/format.h>

#include "wavetrain/utils.hpp"

namespace wavetrain::utils {
namespace {

struct Cell {
  std::string label, value;  // "Input shape: ", "(None, 8, 3)"
  const char* color = "white";
};

struct Box {
  std::string title, type;  // the layer's name, or "" where it is not shown
  std::string activation;   // "" for none
  std::vector<Cell> cells;
};

Box box_of(const Layer& layer, const PlotOptions& options) {
  Box box{options.show_layer_names ? layer.name() : "", layer.class_name(), "", {}};
  const Config config = layer.config();
  const Config* activation = config.find("activation");
  if (options.show_layer_activations && activation != nullptr && activation->is_string()) {
    box.activation = activation->as_string();
  }
  if (options.show_shapes) {
    box.cells.push_back({"Input shape: ", to_string(layer.input_shape())});
    box.cells.push_back({"Output shape: ", to_string(layer.output_shape())});
  }
  if (options.show_dtype) box.cells.push_back({"Output dtype: ", "float32"});
  if (options.show_trainable && !layer.variables().empty()) {
    box.cells.push_back(
        {"", layer.trainable() ? "Trainable" : "Non-trainable", layer.trainable() ? "forestgreen" : "firebrick"});
  }
  return box;
}

std::vector<Box> boxes_of(const Sequential& model, const PlotOptions& options) {
  if (!model.built()) {
    throw ValueError(
        "This model has not yet been built. Build the model first by calling `build()` or by calling the model "
        "on a batch of data.");
  }
  if (options.rankdir != "TB" && options.rankdir != "LR") {
    throw ValueError(fmt::format("rankdir must be 'TB' or 'LR'. Received: rankdir={}", options.rankdir));
  }
  std::vector<Box> boxes;
  for (const Layer& layer : model.layers()) boxes.push_back(box_of(layer, options));
  return boxes;
}

std::string escaped(const std::string& text) {
  std::string result;
  for (const char c : text) {
    switch (c) {
      case '&': result += "&amp;"; break;
      case '<': result += "&lt;"; break;
      case '>': result += "&gt;"; break;
      case '"': result += "&quot;"; break;
      default: result += c;
    }
  }
  return result;
}

std::string dot_label(const Box& box) {
  const std::size_t columns = std::max<std::size_t>(box.cells.size(), 1);
  std::string text = "<<table border=\"0\" cellborder=\"1\" bgcolor=\"black\" cellpadding=\"10\">";
  text += fmt::format(
      "<tr><td colspan=\"{}\" bgcolor=\"black\"><font point-size=\"16\" color=\"white\"><b>{}</b>{}</font>"
      "</td></tr>",
      columns, escaped(box.title.empty() ? box.type : box.title),
      box.title.empty() ? "" : fmt::format(" ({})", box.type));
  if (!box.activation.empty()) {
    text += fmt::format(
        "<tr><td bgcolor=\"white\" colspan=\"{}\"><font point-size=\"14\">Activation: <b>{}</b></font></td>"
        "</tr>",
        columns, escaped(box.activation));
  }
  if (!box.cells.empty()) text += "<tr>";
  for (const Cell& cell : box.cells) {
    const bool plain = cell.color == std::string_view("white");
    text += fmt::format("<td bgcolor=\"{}\"><font point-size=\"14\"{}>{}<b>{}</b></font></td>", cell.color,
                        plain ? "" : " color=\"white\"", escaped(cell.label), escaped(cell.value));
  }
  if (!box.cells.empty()) text += "</tr>";
  return text + "</table>>";
}

// --- SVG
// -----------------------------------------------------------------------------------------------------------------
// Sizes in pixels. The width of text is an estimate: no font is at hand.

constexpr double kRow = 34, kPadding = 12, kGap = 30, kMargin = 12, kTitle = 16, kText = 14;

double width_of(const std::string& text, double size) { return 0.6 * size * static_cast<double>(text.size()); }

std::string title_of(const Box& box) {
  return box.title.empty() ? box.type : fmt::format("{} ({})", box.title, box.type);
}

struct Size {
  double width, height;
};

double cells_width(const Box& box) {
  double width = 0;
  for (const Cell& cell : box.cells) width += width_of(cell.label + cell.value, kText) + 2 * kPadding;
  return width;
}

Size size_of(const Box& box) {
  const double title = width_of(title_of(box), kTitle) + 2 * kPadding;
  const double activation =
      box.activation.empty() ? 0 : width_of("Activation: " + box.activation, kText) + 2 * kPadding;
  const double rows = 1.0 + !box.activation.empty() + !box.cells.empty();
  return {std::max({title, activation, cells_width(box)}), rows * kRow};
}

std::string field(double x, double y, double width, const char* fill, const char* ink, double size,
                  const std::string& plain, const std::string& bold) {
  return fmt::format(
      "<rect x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"{:.1f}\" fill=\"{}\" stroke=\"black\"/>"
      "<text x=\"{:.1f}\" y=\"{:.1f}\" font-size=\"{}\" fill=\"{}\" text-anchor=\"middle\">{}<tspan "
      "font-weight=\"bold\">{}</tspan></text>\n",
      x, y, width, kRow, fill, x + width / 2, y + kRow / 2 + size / 3, size, ink, escaped(plain), escaped(bold));
}

std::string drawn(const Box& box, double x, double y, const Size& size) {
  std::string text = field(x, y, size.width, "black", "white", kTitle, "", title_of(box));
  y += kRow;
  if (!box.activation.empty()) {
    text += field(x, y, size.width, "white", "black", kText, "Activation: ", box.activation);
    y += kRow;
  }
  const double stretch = box.cells.empty() ? 1 : size.width / cells_width(box);
  for (const Cell& cell : box.cells) {
    const double width = stretch * (width_of(cell.label + cell.value, kText) + 2 * kPadding);
    const bool plain = cell.color == std::string_view("white");
    text += field(x, y, width, cell.color, plain ? "black" : "white", kText, cell.label, cell.value);
    x += width;
  }
  return text;
}

}  // namespace

std::string model_to_dot(const Sequential& model, const PlotOptions& options) {
  const std::vector<Box> boxes = boxes_of(model, options);
  std::string text = fmt::format(
      "digraph \"{}\" {{\nconcentrate=true;\ndpi=200;\nrankdir={};\nsplines=ortho;\n"
      "node [shape=record];\n",
      model.name(), options.rankdir);
  for (std::size_t i = 0; i < boxes.size(); ++i) {
    text += fmt::format("{} [border=0, fontname=Helvetica, label={}, margin=0];\n", i, dot_label(boxes[i]));
  }
  for (std::size_t i = 1; i < boxes.size(); ++i) text += fmt::format("{} -> {};\n", i - 1, i);
  return text + "}\n";
}

std::string model_to_svg(const Sequential& model, const PlotOptions& options) {
  const std::vector<Box> boxes = boxes_of(model, options);
  const bool down = options.rankdir == "TB";
  Size picture{0, 0};
  for (const Box& box : boxes) {
    const Size size = size_of(box);
    picture.width = down ? std::max(picture.width, size.width) : picture.width + size.width;
    picture.height = down ? picture.height + size.height : std::max(picture.height, size.height);
  }
  const double gaps = boxes.empty() ? 0 : kGap * static_cast<double>(boxes.size() - 1);
  const double width = picture.width + 2 * kMargin + (down ? 0 : gaps);
  const double height = picture.height + 2 * kMargin + (down ? gaps : 0);
  std::string text = fmt::format(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{:.0f}\" height=\"{:.0f}\" viewBox=\"0 0 {:.0f} {:.0f}\" "
      "font-family=\"Helvetica, Arial, sans-serif\">\n<title>{}</title>\n<defs><marker id=\"arrow\" viewBox=\"0 0 10 "
      "10\" "
      "refX=\"10\" refY=\"5\" markerWidth=\"7\" markerHeight=\"7\" orient=\"auto\"><path d=\"M0 0L10 5L0 "
      "10z\"/></marker>"
      "</defs>\n",
      width, height, width, height, escaped(model.name()));
  double at = kMargin;
  for (std::size_t i = 0; i < boxes.size(); ++i) {
    const Size size = size_of(boxes[i]);
    const double x = down ? (width - size.width) / 2 : at;
    const double y = down ? at : (height - size.height) / 2;
    if (i > 0) {
      const double middle = (down ? width : height) / 2;
      text += fmt::format(
          "<line x1=\"{:.1f}\" y1=\"{:.1f}\" x2=\"{:.1f}\" y2=\"{:.1f}\" stroke=\"black\" "
          "marker-end=\"url(#arrow)\"/>\n",
          down ? middle : at - kGap, down ? at - kGap : middle, down ? middle : at, down ? at : middle);
    }
    text += drawn(boxes[i], x, y, size);
    at += (down ? size.height : size.width) + kGap;
  }
  return text + "</svg>\n";
}

void plot_model(const Sequential& model, const std::string& to_file, const PlotOptions& options) {
  const bool svg = to_file.ends_with(".svg");
  if (!svg && !to_file.ends_with(".dot")) {
    throw ValueError(
        fmt::format("plot_model draws .svg files, or writes .dot files for Graphviz. Received: to_file={}", to_file));
  }
  const std::string text = svg ? model_to_svg(model, options) : model_to_dot(model, options);
  std::ofstream file(to_file, std::ios::binary);
  file << text;
  file.close();
  if (!file) throw FileError(fmt::format("Cannot write {}", to_file));
}

}  // namespace wavetrain::utils
