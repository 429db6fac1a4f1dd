#include "command_line.hpp"

#include <string_view>

namespace wavetrain::app {
namespace {

std::string& text() {
  static std::string command;
  return command;
}

bool is_plain(std::string_view word) {
  constexpr std::string_view kPlain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-+=./:,@%";
  return !word.empty() && word.find_first_not_of(kPlain) == std::string_view::npos;
}

}  // namespace

void set_command_line(int argc, char** argv) {
  text() = "wavetrain";
  for (int i = 1; i < argc; ++i) {
    const std::string_view word = argv[i];
    text() += ' ';
    if (is_plain(word)) {
      text() += word;
      continue;
    }
    text() += '\'';
    for (const char c : word) text() += c == '\'' ? std::string("'\\''") : std::string(1, c);
    text() += '\'';
  }
}

const std::string& command_line() { return text(); }

}  // namespace wavetrain::app
