// The whole program as a function, for `main` and for what carries it in itself.
#pragma once

namespace wavetrain::app {

// Returns the exit code. `argv` is the program's name and its arguments, with a null pointer behind them.
int run(int argc, char** argv);

}  // namespace wavetrain::app
