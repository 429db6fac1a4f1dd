"""keras.initializers."""

import inspect

from .. import _core
from .._classes import Family
from .._data import as_array
from .._lazy import attach
from .._tensor import numpy_dtype, tensor
from ._simple import Simple, make_get

_hidden = frozenset({"inspect", "attach", "as_array", "tensor", "numpy_dtype", "Family", "Simple", "make_get"})


class Initializer(Simple):
    """Draws initial values of a weight: ``GlorotUniform(seed=1)((3, 4))``."""

    _family = "initializers"
    __signature__ = inspect.Signature()

    def __call__(self, shape, dtype=None, **kwargs):
        return tensor(self._handle(list(shape) if hasattr(shape, "__iter__") else [shape]), numpy_dtype(dtype))


_ALIASES = {
    "IdentityInitializer": "Identity", "OrthogonalInitializer": "Orthogonal", "zeros": "Zeros", "ones": "Ones",
    "constant": "Constant", "identity": "Identity", "orthogonal": "Orthogonal", "random_normal": "RandomNormal",
    "random_uniform": "RandomUniform", "truncated_normal": "TruncatedNormal", "variance_scaling": "VarianceScaling",
    "glorot_uniform": "GlorotUniform", "glorot_normal": "GlorotNormal", "he_uniform": "HeUniform",
    "he_normal": "HeNormal", "lecun_uniform": "LecunUniform", "lecun_normal": "LecunNormal",
}
_classes = Family("initializers", Initializer, __name__, "keras.initializers.{name}, native.", _ALIASES)
get, serialize, deserialize = make_get("initializers", _classes, "initializer")
__getattr__, __dir__ = attach(__name__, make=_classes.get, names=_classes.names)
