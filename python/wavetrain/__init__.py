"""wavetrain: Keras' Sequential for time series, native.

    import wavetrain as tf                       # or: from wavetrain import keras

    model = tf.keras.Sequential([tf.keras.layers.Conv1D(32, 3, activation="relu"), ...])

``python -m wavetrain script.py`` runs a script that imports tensorflow or keras, unchanged.
"""

from . import _core
from ._facade import make as _make
from ._facade import names as _names
from ._lazy import attach as _attach

__version__ = "0.1.0"
_hidden = frozenset()
newaxis = None
_MODULES = ("keras", "data", "nn", "math", "random", "sklearn", "tuner", "linalg", "compat", "config")

__getattr__, __dir__ = _attach(__name__, submodules=_MODULES, make=_make, names=_names)


def install():
    """From now on ``import tensorflow`` and ``import keras`` mean wavetrain in this process."""
    from ._hook import install as hook

    hook()


def show_config():
    """Prints what was built and what it runs on."""
    import sys

    import numpy

    for name, value in {
        "wavetrain": __version__,
        "compiler": _core.compiler,
        "python": sys.version.split()[0],
        "numpy": numpy.__version__,
        "instruction set in use": _core.target_name(),
        "instruction sets available": ", ".join(_core.supported_targets()),
        "threads": _core.num_threads(),
    }.items():
        print(f"{name}: {value}")


def set_num_threads(count):
    """How many threads a call may use; 0 restores the default."""
    _core.set_num_threads(count)


def load_ipython_extension(ipython):
    """``%load_ext wavetrain``: notebooks that import tensorflow or keras use wavetrain."""
    install()
