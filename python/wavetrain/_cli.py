"""The command ``wavetrain``: the native program, which is part of the module."""

import signal
import sys


def main():
    from . import _core

    if not hasattr(_core, "command_line"):
        sys.exit("wavetrain: this module was built without the command line")
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # the program's own affair
    sys.exit(_core.command_line(["wavetrain", *sys.argv[1:]]))
