// The command that the program was started with, as one would type it.
#pragma once

#include <string>

namespace wavetrain::app {

void set_command_line(int argc, char** argv);
const std::string& command_line();

}  // namespace wavetrain::app
