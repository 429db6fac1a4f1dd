// `generate`: synthetic data, to try things on without files.
#include <fmt/format.h>

#include <filesystem>
#include <memory>

#include "commands.hpp"
#include "interrupt.hpp"
#include "report.hpp"
#include "settings.hpp"
#include "wavetrain/files/io.hpp"
#include "wavetrain/series/generators.hpp"

namespace wavetrain::app {
namespace {

struct GenerateArguments {
  std::string name, out;
  Index samples = 300;
  Index steps = 50;
  std::uint64_t seed = 1;
};

using MakeClasses = series::SeriesSet (*)(Index per_class, std::uint64_t seed);
struct ClassGenerator {
  const char* name;
  Index classes;
  MakeClasses make;
};
constexpr ClassGenerator kClassGenerators[] = {{"cbf", 3, series::make_cbf},
                                               {"synthetic-control", 6, series::make_synthetic_control},
                                               {"two-patterns", 4, series::make_two_patterns},
                                               {"waveform", 3, series::make_waveform}};

void append(std::string& text, float value) { fmt::format_to(std::back_inserter(text), "{}", value); }

// aeon's .ts: channels separated by colons, the label last.
std::string to_ts(const series::SeriesSet& set, const std::string& name) {
  std::string text = fmt::format("@problemName {}\n@timeStamps false\n@missing false\n@univariate {}\n", name,
                                 set.channels() == 1 ? "true" : "false");
  if (set.channels() > 1) text += fmt::format("@dimensions {}\n", set.channels());
  text += fmt::format("@equalLength true\n@seriesLength {}\n", set.time());
  text +=
      set.has_labels() ? fmt::format("@classLabel true {}\n", fmt::join(set.class_names, " ")) : "@targetLabel true\n";
  text += "@data\n";
  for (Index i = 0; i < set.samples(); ++i) {
    for (Index c = 0; c < set.channels(); ++c) {
      for (Index t = 0; t < set.time(); ++t) {
        if (t > 0) text += ',';
        append(text, set.values(i, t, c));
      }
      text += ':';
    }
    if (set.has_labels()) text += set.class_names[static_cast<std::size_t>(set.labels[i])];
    else append(text, set.targets[i]);
    text += '\n';
  }
  return text;
}

// The UCR archive's text: the label, then the values.
std::string to_ucr(const series::SeriesSet& set, char separator) {
  std::string text;
  for (Index i = 0; i < set.samples(); ++i) {
    if (set.has_labels()) text += set.class_names[static_cast<std::size_t>(set.labels[i])];
    else append(text, set.targets[i]);
    for (Index t = 0; t < set.time(); ++t) {
      text += separator;
      append(text, set.values(i, t, Index{0}));
    }
    text += '\n';
  }
  return text;
}

std::string to_table(const Array& values, const std::vector<std::string>& columns) {
  std::string text = fmt::format("{}\n", fmt::join(columns, ","));
  for (Index row = 0; row < values.shape()[0]; ++row) {
    for (Index k = 0; k < values.shape()[1]; ++k) {
      if (k > 0) text += ',';
      append(text, values(row, k));
    }
    text += '\n';
  }
  return text;
}

std::string set_text(const series::SeriesSet& set, const GenerateArguments& arguments) {
  const std::string extension = std::filesystem::path(arguments.out).extension().string();
  if (extension == ".ts") return to_ts(set, arguments.name);
  if ((extension == ".csv" || extension == ".tsv") && set.channels() == 1)
    return to_ucr(set, extension == ".csv" ? ',' : '\t');
  throw ValueError(fmt::format("--out: expected a name that ends in .ts{}. Received: {}",
                               set.channels() == 1 ? ", .csv or .tsv" : "", arguments.out));
}

std::string table_text(const GenerateArguments& arguments) {
  if (std::filesystem::path(arguments.out).extension() != ".csv") {
    throw ValueError(fmt::format("--out: {} is a table; expected a name that ends in .csv. Received: {}",
                                 arguments.name, arguments.out));
  }
  if (arguments.name == "mackey-glass") return to_table(series::make_mackey_glass(arguments.samples), {"x"});
  if (arguments.name == "narma") return to_table(series::make_narma(arguments.samples, arguments.seed), {"u", "y"});
  return to_table(series::make_sine(arguments.samples, arguments.seed, {.noise = 0.1}), {"x"});
}

std::string make_text(const GenerateArguments& arguments) {
  for (const ClassGenerator& generator : kClassGenerators) {
    if (arguments.name != generator.name) continue;
    return set_text(generator.make((arguments.samples + generator.classes - 1) / generator.classes, arguments.seed),
                    arguments);
  }
  if (arguments.name == "adding-problem") {
    return set_text(series::make_adding_problem(arguments.samples, arguments.steps, arguments.seed), arguments);
  }
  return table_text(arguments);
}

void run(const GenerateArguments& arguments) {
  require_writable(arguments.out);
  const std::string text = make_text(arguments);
  const HoldInterrupts whole_file;
  files::write_file_atomically(arguments.out, text);
  fmt::print("{} written\n", arguments.out);
}

}  // namespace

void add_generate(CLI::App& app) {
  auto arguments = std::make_shared<GenerateArguments>();
  CLI::App& command = *app.add_subcommand("generate", "Write synthetic data to try things on");
  command.footer(
      "Classes:    cbf (3), synthetic-control (6), two-patterns (4), waveform (3): .ts, .csv or .tsv, class by class\n"
      "Regression: adding-problem (two channels, --steps long): .ts\n"
      "Tables:     mackey-glass, narma, sine (period 24, noise 0.1): .csv, --samples rows\n"
      "The same seed gives the same file.");
  command.add_option("name", arguments->name, "What to make")
      ->required()
      ->check(CLI::IsMember(
          {"cbf", "synthetic-control", "two-patterns", "waveform", "adding-problem", "mackey-glass", "narma", "sine"}));
  command.add_option("--out", arguments->out, "Where it goes")->required();
  command.add_option("--samples", arguments->samples, "Series, rounded up to equal classes; rows of a table")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  command.add_option("--steps", arguments->steps, "adding-problem: length of a series")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  command.add_option("--seed", arguments->seed, "Seed of the random numbers")->capture_default_str();
  command.callback([arguments] { run(*arguments); });
}

}  // namespace wavetrain::app
