"""keras.constraints."""

import inspect

from .. import _core
from .._classes import Family
from .._data import as_floats
from .._lazy import attach
from .._tensor import tensor
from ._simple import Simple, make_get

_hidden = frozenset({"inspect", "attach", "as_floats", "tensor", "Family", "Simple", "make_get"})


class Constraint(Simple):
    """What a weight is made to keep after every step: ``MaxNorm(2)(weight)``."""

    _family = "constraints"
    __signature__ = inspect.Signature()

    def __call__(self, w):
        return tensor(self._handle(as_floats(w, "w")))


_ALIASES = {"max_norm": "MaxNorm", "non_neg": "NonNeg", "unit_norm": "UnitNorm", "min_max_norm": "MinMaxNorm"}
_classes = Family("constraints", Constraint, __name__, "keras.constraints.{name}, native.", _ALIASES)
get, serialize, deserialize = make_get("constraints", _classes, "constraint")
__getattr__, __dir__ = attach(__name__, make=_classes.get, names=_classes.names)
