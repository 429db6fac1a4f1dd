#include "program.hpp"

int main(int argc, char** argv) { return wavetrain::app::run(argc, argv); }
