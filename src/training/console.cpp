#include "wavetrain/console.hpp"

#include <cstdio>
#include <mutex>
#include <utility>

#if defined(_WIN32)
#include <io.h>
#else
#include <unistd.h>
#endif

namespace wavetrain {
namespace {

struct Shared {
  std::mutex mutex;
  Console console = standard_output();
};

Shared& shared() {
  static Shared& instance = *new Shared;  // never destroyed: text may still be written while statics end
  return instance;
}

}  // namespace

Console standard_output() {
#if defined(_WIN32)
  const bool terminal = _isatty(_fileno(stdout)) != 0;
#else
  const bool terminal = isatty(STDOUT_FILENO) != 0;
#endif
  return {[](std::string_view text) {
            std::fwrite(text.data(), 1, text.size(), stdout);
            std::fflush(stdout);
          },
          terminal};
}

Console set_console(Console console) {
  const std::lock_guard lock(shared().mutex);
  return std::exchange(shared().console, std::move(console));
}

void print(std::string_view text) {
  const std::lock_guard lock(shared().mutex);
  if (shared().console.write) shared().console.write(text);
}

bool console_is_terminal() {
  const std::lock_guard lock(shared().mutex);
  return shared().console.terminal;
}

}  // namespace wavetrain
