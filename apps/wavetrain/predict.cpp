// `predict`: what a trained model says about data.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <memory>
#include <utility>

#include "commands.hpp"
#include "dataset.hpp"
#include "forecasts.hpp"
#include "interrupt.hpp"
#include "report.hpp"
#include "stamps.hpp"
#include "wavetrain/files/io.hpp"
#include "wavetrain/files/json.hpp"
#include "wavetrain/files/npy.hpp"

namespace wavetrain::app {
namespace {

struct PredictArguments {
  CommonOptions common;
  DataOptions data_options;
  std::string model, data, out;
};

// Rows of text: a header, then one row per sample.
struct Rows {
  std::vector<std::string> header;
  std::vector<std::vector<std::string>> rows;

  std::string csv() const {
    std::string text;
    const auto add = [&](const std::vector<std::string>& fields) {
      for (std::size_t i = 0; i < fields.size(); ++i) text += (i == 0 ? "" : ",") + csv_field(fields[i]);
      text += "\n";
    };
    add(header);
    for (const auto& row : rows) add(row);
    return text;
  }
};

std::string number(float value) { return std::isnan(value) ? "nan" : fmt::format("{}", value); }

// The class, and one probability per class.
Rows class_rows(const Array& y, const Settings& settings) {
  const Index n = y.shape()[0];
  const Index outputs = y.size() / std::max<Index>(n, 1);
  const Index classes = outputs == 1 ? 2 : outputs;
  const auto name = [&](Index k) {
    return k < static_cast<Index>(settings.class_names.size()) ? settings.class_names[static_cast<std::size_t>(k)]
                                                               : std::to_string(k);
  };
  Rows rows{{"sample", "class"}, {}};
  for (Index k = 0; k < classes; ++k) rows.header.push_back("p(" + name(k) + ")");
  for (Index i = 0; i < n; ++i) {
    std::vector<float> p;
    if (outputs == 1) p = {1.0f - y[i], y[i]};
    else p.assign(y.data() + i * outputs, y.data() + (i + 1) * outputs);
    std::vector<std::string> row{std::to_string(i), name(std::max_element(p.begin(), p.end()) - p.begin())};
    for (const float value : p) row.push_back(number(value));
    rows.rows.push_back(std::move(row));
  }
  return rows;
}

Rows value_rows(const Array& y) {
  const Index n = y.shape()[0];
  const Index outputs = y.size() / std::max<Index>(n, 1);
  Rows rows{{"sample"}, {}};
  for (Index k = 0; k < outputs; ++k) rows.header.push_back(fmt::format("y{}", k));
  for (Index i = 0; i < n; ++i) {
    std::vector<std::string> row{std::to_string(i)};
    for (Index k = 0; k < outputs; ++k) row.push_back(number(y[i * outputs + k]));
    rows.rows.push_back(std::move(row));
  }
  return rows;
}

// One row per window: the row of the table that the first prediction is for (counted from 0), its time stamp where the
// table has one (or would have, going on in its usual steps), and the predictions with their intervals.
Rows forecast_rows(const Forecasts& forecasts, const series::Windows& windows, const series::Table& table,
                   const TableSettings& settings) {
  const StampsAhead stamps(table);
  const std::vector<std::string>& targets = settings.preparation.targets();
  const auto count = static_cast<Index>(targets.size());
  const series::Bounds bounds = stored_bounds(forecasts, settings);
  const bool intervals = !bounds.empty();
  Rows rows{{"row"}, {}};
  if (stamps.any()) rows.header.push_back(stamps.name());
  for (Index h = 1; h <= settings.horizon; ++h) {
    for (const std::string& target : targets) {
      rows.header.push_back(fmt::format("{}+{}", target, h));
      if (intervals) {
        for (const char* bound : {"low", "high"}) rows.header.push_back(fmt::format("{}+{} {}", target, h, bound));
      }
    }
  }
  for (Index i = 0; i < windows.size(); ++i) {
    const Index row_number = windows.target_row(i);
    std::vector<std::string> row{std::to_string(row_number)};
    if (stamps.any()) row.push_back(stamps.at(row_number));
    for (Index h = 0; h < settings.horizon; ++h) {
      for (Index k = 0; k < count; ++k) {
        const Index at = (i * settings.horizon + h) * count + k;
        row.push_back(number(forecasts.values[at]));
        if (!intervals) continue;
        row.push_back(number(bounds.low[at]));
        row.push_back(number(bounds.high[at]));
      }
    }
    rows.rows.push_back(std::move(row));
  }
  return rows;
}

void write(const PredictArguments& arguments, const Array& y, const Rows& rows) {
  if (arguments.out.empty()) {
    fmt::print("{}", rows.csv());
    return;
  }
  const HoldInterrupts whole_file;
  if (std::filesystem::path(arguments.out).extension() == ".npy") files::write_npy(arguments.out, y);
  else files::write_file_atomically(arguments.out, rows.csv());
  if (arguments.common.json) {
    fmt::print("{}\n", files::to_json(Config::dict({{"model", arguments.model},
                                                    {"data", arguments.data},
                                                    {"predictions", y.shape()[0]},
                                                    {"shape", Codec<Shape>::to_config(y.shape())},
                                                    {"out", arguments.out}}),
                                      {.indent = 2}));
  } else {
    fmt::print("{} predictions written to {}\n", y.shape()[0], arguments.out);
  }
}

void run(const PredictArguments& arguments) {
  apply(arguments.common);
  if (!arguments.out.empty()) {
    const std::string extension = std::filesystem::path(arguments.out).extension().string();
    if (extension != ".csv" && extension != ".npy") {
      throw ValueError(fmt::format("--out: expected a name that ends in .csv or .npy. Received: {}", arguments.out));
    }
    require_writable(arguments.out);
  } else if (arguments.common.json) {
    throw ValueError("--json: predictions go to a file; expected --out as well.");
  }
  const Loaded loaded = load(arguments.model);
  Settings settings = loaded.settings;
  if (settings.table) {
    if (settings.table->reconstruction) {
      throw ValueError(fmt::format("{}: the model detects anomalies; expected `detect --model`.", arguments.model));
    }
    const series::PreparedTable data =
        settings.table->preparation.apply(read_table(arguments.data, arguments.data_options));
    // Without targets the last window ends with the table, so that its prediction lies in the future.
    const series::Windows windows = future_windows(data, *settings.table);
    const Forecasts forecasts = forecast(loaded.model, *settings.table, data, windows);
    write(arguments, forecasts.values, forecast_rows(forecasts, windows, data.raw, *settings.table));
    return;
  }
  series::SeriesSet set = read_set(arguments.data, arguments.data_options,
                                   label_kind(arguments.data_options, settings.task), settings.missing);
  const Array mask = prepare(set, settings, loaded.model.input_shape());
  const Array y = loaded.model.predict(set.values, {.mask = mask.empty() ? DataView() : DataView(mask)});
  write(arguments, y, settings.encoding == Encoding::values ? value_rows(y) : class_rows(y, settings));
}

}  // namespace

void add_predict(CLI::App& app) {
  auto arguments = std::make_shared<PredictArguments>();
  CLI::App& command = *app.add_subcommand("predict", "Write what a trained model says about data");
  command.footer(
      "Classes come by name with a probability each. A model of a table gives one row per window, in original units;\n"
      "the last row lies behind the end of the table. Data without labels: --labels none (text and arrays).");
  command.add_option("model", arguments->model, "A .keras file")->required();
  command.add_option("--data", arguments->data, "Data in any format that `train` reads; labels are not looked at")
      ->required();
  command.add_option("--out", arguments->out, "A .csv or .npy file; csv on standard output when not given");
  add_data_options(command, arguments->data_options);
  add_common(command, arguments->common);
  command.callback([arguments] { run(*arguments); });
}

}  // namespace wavetrain::app
