// Where the text goes that a user asked for with `verbose`: progress bars and what callbacks say.
#pragma once

#include <functional>
#include <string_view>

namespace wavetrain {

struct Console {
  std::function<void(std::string_view text)> write;
  bool terminal = false;  // understands colours and going back in a line
};

// Standard output. It counts as a terminal when it is one.
Console standard_output();

// Replaces the process-wide console and returns the one before. Thread-safe.
Console set_console(Console console);

// Writes as it is, without a line end.
void print(std::string_view text);
bool console_is_terminal();

}  // namespace wavetrain
