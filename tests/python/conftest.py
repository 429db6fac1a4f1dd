"""What the tests of this folder share. They skip, with the reason, where Keras or our program is not there."""

import importlib.util
import signal
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent))

from parity.workers import TOOL, Sides  # noqa: E402

# A shell that starts the tests in the background has Ctrl-C ignored, and programs inherit that; it is tested here.
signal.signal(signal.SIGINT, signal.default_int_handler)

needs_keras = all(importlib.util.find_spec(name) for name in ("keras", "tensorflow", "jax", "h5py"))


@pytest.fixture(scope="session")
def keras_sides():
    """Both Keras backends, started once for all tests; our own program may be missing."""
    if not needs_keras:
        pytest.skip("needs keras, tensorflow, jax and h5py")
    with Sides() as sides:
        yield sides


@pytest.fixture(scope="session")
def sides(request):
    """Both Keras backends and our own program."""
    if not TOOL.exists():
        pytest.skip(f"{TOOL} is not built (target wavetrain_parity)")
    return request.getfixturevalue("keras_sides")
