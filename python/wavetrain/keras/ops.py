"""keras.ops: the functions that losses, metrics and preparation of data use."""

from .._lazy import attach
from .._ops import FUNCTIONS


def _make(name):
    if name in FUNCTIONS:
        return FUNCTIONS[name]
    from . import activations

    return activations._make(name)


_hidden = frozenset({"attach", "FUNCTIONS"})
__getattr__, __dir__ = attach(__name__, make=_make, names=lambda: set(FUNCTIONS))
