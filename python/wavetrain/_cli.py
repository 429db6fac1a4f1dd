"""The command ``wavetrain``: the native program that comes with the package."""

import os
import sys


def main():
    program = os.path.join(os.path.dirname(__file__), "bin", "wavetrain")
    if not os.path.exists(program):
        sys.exit("wavetrain: this installation has no command line program")
    if not os.access(program, os.X_OK):
        os.chmod(program, 0o755)
    os.execv(program, [program, *sys.argv[1:]])
