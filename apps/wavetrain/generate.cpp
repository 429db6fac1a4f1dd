// `generate`: synthetic data, to try things on without files.
#include <fmt/format.h>

#include <filesystem>
#include <memory>
#include <utility>

#include "commands.hpp"
#include "interrupt.hpp"
#include "settings.hpp"
#include "wavetrain/series/generators.hpp"
#include "wavetrain/series/write.hpp"

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

series::Table to_table(Array values, std::vector<std::string> columns) {
  return {.columns = std::move(columns), .values = std::move(values), .text = {}, .source = {}, .notes = {}};
}

series::Table make_table(const GenerateArguments& arguments) {
  if (std::filesystem::path(arguments.out).extension() != ".csv") {
    throw ValueError(fmt::format("--out: {} is a table; expected a name that ends in .csv. Received: {}",
                                 arguments.name, arguments.out));
  }
  if (arguments.name == "mackey-glass") return to_table(series::make_mackey_glass(arguments.samples), {"x"});
  if (arguments.name == "narma") return to_table(series::make_narma(arguments.samples, arguments.seed), {"u", "y"});
  return to_table(series::make_sine(arguments.samples, arguments.seed, {.noise = 0.1}), {"x"});
}

void write(const GenerateArguments& arguments) {
  for (const ClassGenerator& generator : kClassGenerators) {
    if (arguments.name != generator.name) continue;
    const Index per_class = (arguments.samples + generator.classes - 1) / generator.classes;
    return series::write_series(arguments.out, generator.make(per_class, arguments.seed));
  }
  if (arguments.name == "adding-problem") {
    return series::write_series(arguments.out,
                                series::make_adding_problem(arguments.samples, arguments.steps, arguments.seed));
  }
  series::write_table(arguments.out, make_table(arguments));
}

void run(const GenerateArguments& arguments) {
  require_writable(arguments.out);
  const HoldInterrupts whole_file;
  write(arguments);
  fmt::print("{} written\n", arguments.out);
}

}  // namespace

void add_generate(CLI::App& app) {
  auto arguments = std::make_shared<GenerateArguments>();
  CLI::App& command = *app.add_subcommand("generate", "Write synthetic data to try things on");
  command.footer(
      "Classes:    cbf (3), synthetic-control (6), two-patterns (4), waveform (3): .ts, .csv, .tsv or .npz, class by "
      "class\n"
      "Regression: adding-problem (two channels, --steps long): .ts or .npz\n"
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
