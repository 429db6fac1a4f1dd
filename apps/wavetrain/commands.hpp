// The subcommands. Each adds itself to the program's arguments, and runs when it is the one that was called.
//
// A command throws wavetrain::Error for wrong input; main() turns it into one line and exit code 2.
#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <optional>
#include <string>

namespace wavetrain::app {

void add_train(CLI::App& app);
void add_classify(CLI::App& app);
void add_regress(CLI::App& app);
void add_forecast(CLI::App& app);
void add_detect(CLI::App& app);
void add_tune(CLI::App& app);
void add_evaluate(CLI::App& app);
void add_predict(CLI::App& app);
void add_summary(CLI::App& app);
void add_generate(CLI::App& app);
void add_convert(CLI::App& app);

// Arguments that several commands have.
struct CommonOptions {
  bool json = false;
  int threads = 0;  // 0: all
};
void add_common(CLI::App& command, CommonOptions& options);
// Makes them the process' settings. Throws ValueError.
void apply(const CommonOptions& options);

}  // namespace wavetrain::app
