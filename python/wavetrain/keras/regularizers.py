"""keras.regularizers."""

import inspect

import numpy as np

from .. import _core
from .._classes import Family
from .._data import as_floats
from .._lazy import attach
from .._tensor import tensor
from ._simple import Simple, make_get

_hidden = frozenset({"inspect", "attach", "as_floats", "tensor", "np", "Family", "Simple", "make_get"})


class Regularizer(Simple):
    """A penalty on a weight: ``L2(0.01)(weight)``."""

    _family = "regularizers"
    __signature__ = inspect.Signature()

    def __call__(self, x):
        return tensor(self._handle(as_floats(x, "x")), np.float32)


_ALIASES = {"l1": "L1", "l2": "L2", "l1_l2": "L1L2", "orthogonal_regularizer": "OrthogonalRegularizer"}
_classes = Family("regularizers", Regularizer, __name__, "keras.regularizers.{name}, native.", _ALIASES)
get, serialize, deserialize = make_get("regularizers", _classes, "regularizer")
__getattr__, __dir__ = attach(__name__, make=_classes.get, names=_classes.names)
