"""tf.math."""

from . import _facade
from ._lazy import attach
from ._ops import FUNCTIONS

_hidden = frozenset({"attach", "FUNCTIONS"})


def _make(name):
    if name in _facade.REDUCTIONS:
        return _facade.reduction(_facade.REDUCTIONS[name], name)
    return FUNCTIONS.get(name)


__getattr__, __dir__ = attach(__name__, make=_make, names=lambda: set(FUNCTIONS) | set(_facade.REDUCTIONS))
