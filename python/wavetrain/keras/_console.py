"""Where text goes: what the library prints and warns of, as Python does it."""

import os
import sys
import warnings

from .. import _core


def write(text):
    sys.stdout.write(text)
    sys.stdout.flush()


def _warn(is_warning, text):
    if is_warning:
        warnings.warn(text, stacklevel=caller_level())
    else:
        sys.stderr.write(text + "\n")


def caller_level():
    """The `stacklevel` of a warning that names the line of the caller outside of this package."""
    frame, level = sys._getframe(1), 1
    while frame.f_back is not None and frame.f_globals.get("__name__", "").startswith("wavetrain."):
        frame, level = frame.f_back, level + 1
    return level


_core.set_log(_warn)
_terminal = None


def prepare_console():
    """Text goes to sys.stdout, whatever that is now; a bar moves where it can."""
    global _terminal
    try:
        terminal = sys.stdout.isatty()
    except (AttributeError, ValueError):
        terminal = False
    terminal = terminal or "ipykernel" in sys.modules or "PYCHARM_HOSTED" in os.environ
    if terminal != _terminal:
        _core.set_console(write, terminal)
        _terminal = terminal


prepare_console()
