"""keras.activations: functions by name, on arrays; in a layer their name says which."""

import inspect

import numpy as np

from .. import _core
from .._data import as_floats
from .._lazy import attach
from .._tensor import tensor

_hidden = frozenset({"attach", "as_floats", "tensor", "np", "inspect"})
_functions = {}
_ALIASES = {"swish": "silu", "hard_swish": "hard_silu"}


#: Arguments behind x, with Keras' defaults.
_ARGUMENTS = {
    "celu": {"alpha": 1.0}, "elu": {"alpha": 1.0}, "gelu": {"approximate": False}, "glu": {"axis": -1},
    "hard_shrink": {"threshold": 0.5}, "leaky_relu": {"negative_slope": 0.2}, "log_softmax": {"axis": -1},
    "relu": {"negative_slope": 0.0, "max_value": None, "threshold": 0.0}, "soft_shrink": {"threshold": 0.5},
    "softmax": {"axis": -1}, "sparsemax": {"axis": -1}, "squareplus": {"b": 4},
    "threshold": {"threshold": inspect.Parameter.empty, "default_value": inspect.Parameter.empty},
}


def _make(name):
    name = _ALIASES.get(name, name)
    if name in _functions:
        return _functions[name]
    if name not in _core.activation_names() or name.startswith("keras2"):
        return None
    kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
    signature = inspect.Signature([inspect.Parameter("x", kind)] + [
        inspect.Parameter(argument, kind, default=default) for argument, default in _ARGUMENTS.get(name, {}).items()])

    def function(*args, **kwargs):
        given = signature.bind(*args, **kwargs).arguments
        x = given.pop("x")
        if getattr(x, "_recording", None) is not None:
            return x._record_activation(name, **given)
        if type(x).__name__ == "KerasTensor":
            from .layers import Activation

            return Activation(name)(x)
        axis = given.pop("axis", -1)
        x = as_floats(x, "x")
        if axis in (-1, x.ndim - 1):
            return tensor(_core.activate(name, x, given))
        moved = np.ascontiguousarray(np.moveaxis(x, axis, -1))
        return tensor(np.moveaxis(_core.activate(name, moved, given), -1, axis))

    function.__signature__ = signature
    function.__name__ = function.__qualname__ = name
    function.__module__ = __name__
    function.__doc__ = f"keras.activations.{name} of an array."
    function.__wavetrain_config__ = lambda: name
    _functions[name] = function
    return function


def get(identifier):
    if identifier is None:
        return _make("linear")
    if isinstance(identifier, str):
        found = _make(identifier)
        if found is None:
            raise ValueError(f"Could not interpret activation function identifier: {identifier}")
        return found
    if isinstance(identifier, dict):
        return get(identifier.get("config") if isinstance(identifier.get("config"), str) else identifier["class_name"])
    if callable(identifier):
        return identifier
    raise ValueError(f"Could not interpret activation function identifier: {identifier}")


def serialize(activation):
    return activation.__name__


def deserialize(config, custom_objects=None):
    return get(config)


__getattr__, __dir__ = attach(__name__, make=_make, names=lambda: {n for n in _core.activation_names() if _make(n)} | set(_ALIASES))
