// wavetrain: train, evaluate and use models for time series from a shell.
//
// Exit codes: 0 done; 1 failed (out of memory, no place to print to, an error inside the library); 2 wrong arguments,
// files or data; 130 interrupted by Ctrl-C (128 + the signal).

#include <fmt/format.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <exception>
#include <iterator>
#include <new>
#include <string>
#include <string_view>

#include "command_line.hpp"
#include "commands.hpp"
#include "interrupt.hpp"
#include "program.hpp"
#include "wavetrain/error.hpp"
#include "wavetrain/log.hpp"
#include "wavetrain/threads.hpp"

namespace wavetrain::app {
namespace {

constexpr int kFailed = 1;
constexpr int kBadInput = 2;

constexpr const char* kDescription =
    "wavetrain trains neural networks on time series and uses them.\n\n"
    "Try it, from nothing to predictions:\n"
    "  wavetrain generate cbf --samples 300 --out train.ts\n"
    "  wavetrain generate cbf --samples 90 --seed 2 --out test.ts\n"
    "  wavetrain train --data train.ts --test test.ts --model conv --out model.keras\n"
    "  wavetrain evaluate model.keras --data test.ts\n"
    "  wavetrain predict model.keras --data test.ts --out predictions.csv\n\n"
    "A model file is an ordinary .keras file, which Keras opens as well. `wavetrain COMMAND --help` explains a "
    "command.";

struct Command {
  std::string_view name;
  void (*add)(CLI::App&);
};

// In the order of `wavetrain --help`.
constexpr Command kCommands[] = {
    {"train", add_train},     {"classify", add_classify}, {"regress", add_regress},   {"forecast", add_forecast},
    {"detect", add_detect},   {"tune", add_tune},         {"evaluate", add_evaluate}, {"predict", add_predict},
    {"summary", add_summary}, {"generate", add_generate}, {"convert", add_convert},
};

int fail(int code, const std::string& message) {
  std::fflush(stdout);
  fmt::print(stderr, "wavetrain: {}\n", message);
  return code;
}

// What was printed may still wait in a buffer, and a full disk shows only when it is written.
int printed() {
  if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0) return 0;
  return fail(kFailed, fmt::format("cannot print: {}", std::strerror(errno)));
}

}  // namespace

int run(int argc, char** argv) {
  // Large blocks go back to the heap instead of the system, whose fresh pages cost more than reading a model file.
#ifdef __GLIBC__
  mallopt(M_MMAP_THRESHOLD, 32 << 20);  // the most that glibc accepts
  mallopt(M_TRIM_THRESHOLD, 256 << 20);
#endif
  set_command_line(argc, argv);
  CLI::App app{kDescription, "wavetrain"};
  app.require_subcommand(1);
  app.get_formatter()->column_width(34);
  const auto called = std::ranges::find_if(kCommands, [&](const Command& c) { return argc > 1 && c.name == argv[1]; });
  try {
    if (called != std::end(kCommands)) {
      called->add(app);  // all the others would take a millisecond
    } else if (argc > 1 && argv[1][0] != '-') {
      // CLI11 would only say that a command is missing.
      throw ValueError(fmt::format("There is no command `{}` (see `wavetrain --help`)", argv[1]));
    } else {
      for (const Command& command : kCommands) command.add(app);
    }
    app.parse(argc, argv);
    return printed();
  } catch (const CLI::Success& help) {
    app.exit(help);
    return printed();
  } catch (const CLI::ParseError& error) {
    return fail(kBadInput, fmt::format("{} (see `wavetrain --help`)", error.what()));
  } catch (const Interrupted& interrupted) {
    return fail(interrupted.exit_code(), interrupted.what());
  } catch (const InternalError& error) {
    return fail(kFailed, fmt::format("internal error, please report it: {}", error.what()));
  } catch (const Error& error) {
    return fail(kBadInput, error.what());
  } catch (const std::bad_alloc&) {
    return fail(kFailed, "out of memory");
  } catch (const std::exception& error) {
    return fail(kFailed, error.what());
  }
}

void add_common(CLI::App& command, CommonOptions& options) {
  command.add_flag("--json", options.json, "Print one JSON object instead of text");
  command.add_option("--threads", options.threads, "Threads to use; 0: one for each processor")->capture_default_str();
}

void apply(const CommonOptions& options) {
  set_num_threads(options.threads);
  set_log_sink(stderr_sink());
}

}  // namespace wavetrain::app
