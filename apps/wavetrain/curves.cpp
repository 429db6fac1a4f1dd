// Learning curves as SVG: no script, no font, no link, so that the file opens anywhere.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "report.hpp"

namespace wavetrain::app {
namespace {

// One panel, in pixels; the plot's frame lies inside.
constexpr double kWidth = 460, kHeight = 300;
constexpr double kLeft = 62, kRight = 14, kTop = 30, kBottom = 40;
constexpr double kTitle = 34;  // above the panels
constexpr const char* kTrainColor = "#1f6fb4";
constexpr const char* kValidationColor = "#d9660a";

struct Axis {
  double low = 0, high = 1, step = 0.25;
};

// Round numbers that enclose low .. high in about four steps of 1, 2 or 5 times a power of ten.
Axis nice_axis(double low, double high) {
  if (!(low <= high)) return {};
  if (low == high) {
    const double pad = low == 0 ? 1 : std::abs(low) * 0.1;
    low -= pad;
    high += pad;
  }
  const double raw = (high - low) / 4;
  const double power = std::pow(10.0, std::floor(std::log10(raw)));
  const double ratio = raw / power;
  const double step = (ratio < 1.5 ? 1 : ratio < 3.5 ? 2 : ratio < 7.5 ? 5 : 10) * power;
  return {std::floor(low / step) * step, std::ceil(high / step) * step, step};
}

const std::vector<double>& values_of(const History& history, const std::string& name) {
  static const std::vector<double> none;
  return history.contains(name) ? history[name] : none;
}

class Panel {
 public:
  Panel(double left, double top, const History& history, const std::string& name)
      : left_(left),
        top_(top),
        name_(name),
        train_(values_of(history, name)),
        validation_(values_of(history, "val_" + name)) {
    double low = std::numeric_limits<double>::infinity(), high = -low;
    for (const auto* values : {&train_, &validation_}) {
      for (const double v : *values) {
        if (!std::isfinite(v)) continue;
        low = std::min(low, v);
        high = std::max(high, v);
      }
    }
    y_ = nice_axis(low, high);
    epochs_ = static_cast<double>(std::max({train_.size(), validation_.size(), std::size_t{2}}));
  }

  std::string draw() const {
    std::string svg = fmt::format("<text x='{:.1f}' y='{:.1f}' font-weight='600'>{}</text>\n", x(1), top_ + kTop - 10,
                                  xml_escape(name_));
    for (double v = y_.low; v <= y_.high + y_.step / 2; v += y_.step) {
      const double shown = std::abs(v) < y_.step * 1e-6 ? 0 : v;
      svg += fmt::format("<line x1='{:.1f}' x2='{:.1f}' y1='{:.1f}' y2='{:.1f}' stroke='#e3e3e3'/>\n", x(1), x(epochs_),
                         y(v), y(v));
      svg += fmt::format("<text x='{:.1f}' y='{:.1f}' text-anchor='end'>{:.4g}</text>\n", x(1) - 8, y(v) + 4, shown);
    }
    const double step = std::max(1.0, nice_axis(1, epochs_).step);
    for (double e = step > 1 ? step : 1; e <= epochs_; e += step) {
      svg += fmt::format("<text x='{:.1f}' y='{:.1f}' text-anchor='middle'>{:.0f}</text>\n", x(e),
                         top_ + kHeight - kBottom + 17, e);
    }
    svg += fmt::format("<text x='{:.1f}' y='{:.1f}' text-anchor='middle' fill='#666'>epoch</text>\n",
                       (x(1) + x(epochs_)) / 2, top_ + kHeight - 6);
    svg += line(train_, kTrainColor) + line(validation_, kValidationColor);
    return svg;
  }

 private:
  // Epochs are counted from 1 here.
  double x(double epoch) const { return left_ + kLeft + (epoch - 1) / (epochs_ - 1) * (kWidth - kLeft - kRight); }
  double y(double value) const {
    return top_ + kHeight - kBottom - (value - y_.low) / (y_.high - y_.low) * (kHeight - kTop - kBottom);
  }

  std::string line(const std::vector<double>& values, const char* color) const {
    std::string path;
    bool pen_down = false;
    for (std::size_t i = 0; i < values.size(); ++i) {
      const bool finite = std::isfinite(values[i]);
      if (finite)
        path += fmt::format("{}{:.1f} {:.1f}", pen_down ? "L" : "M", x(static_cast<double>(i + 1)), y(values[i]));
      pen_down = finite;
    }
    if (path.empty()) return "";
    // A dot shows what a line cannot: a single epoch.
    return fmt::format(
        "<path d='{}' fill='none' stroke='{}' stroke-width='1.8' stroke-linecap='round' stroke-linejoin='round'/>\n",
        path, color);
  }

  double left_, top_;
  std::string name_;
  const std::vector<double>& train_;
  const std::vector<double>& validation_;
  Axis y_;
  double epochs_ = 2;
};

}  // namespace

std::string curves_svg(const History& history, const std::string& title) {
  std::vector<std::string> panels{"loss"};
  for (const std::string& name : history.names()) {
    if (name != "loss" && name != "learning_rate" && name.rfind("val_", 0) != 0) panels.push_back(name);
  }
  const double width = kWidth * static_cast<double>(panels.size());
  const double height = kTitle + kHeight;
  std::string svg = fmt::format(
      "<svg xmlns='http://www.w3.org/2000/svg' width='{0:.0f}' height='{1:.0f}' viewBox='0 0 {0:.0f} {1:.0f}' "
      "font-family='system-ui, sans-serif' font-size='12' fill='#222' role='img'>\n<title>{2}</title>\n"
      "<rect width='100%' height='100%' fill='white'/>\n<text x='16' y='22' font-size='14'>{2}</text>\n",
      width, height, xml_escape(title));
  const double legend = width - 170;
  svg += fmt::format("<text x='{:.0f}' y='22' fill='{}'>training</text>\n", legend, kTrainColor);
  if (history.contains("val_loss")) {
    svg += fmt::format("<text x='{:.0f}' y='22' fill='{}'>validation</text>\n", legend + 70, kValidationColor);
  }
  for (std::size_t i = 0; i < panels.size(); ++i) {
    svg += Panel(kWidth * static_cast<double>(i), kTitle, history, panels[i]).draw();
  }
  return svg + "</svg>\n";
}

}  // namespace wavetrain::app
