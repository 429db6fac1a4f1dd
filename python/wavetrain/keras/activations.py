"""keras.activations: functions by name, on arrays; in a layer their name says which."""

import numpy as np

from .. import _core
from .._data import as_floats
from .._lazy import attach
from .._tensor import tensor

_hidden = frozenset({"attach", "as_floats", "tensor", "np"})
_functions = {}
_ALIASES = {"swish": "silu", "hard_swish": "hard_silu"}


def _make(name):
    name = _ALIASES.get(name, name)
    if name in _functions:
        return _functions[name]
    if name not in _core.activation_names():
        return None

    def function(x, **kwargs):
        if hasattr(x, "_record_activation"):
            return x._record_activation(name, **kwargs)
        kwargs = {key: value for key, value in kwargs.items() if not (key == "axis" and value == -1)}
        if kwargs:
            return _with_arguments(name, x, kwargs)
        return tensor(_core.activate(name, as_floats(x, "x")))

    function.__name__ = function.__qualname__ = name
    function.__module__ = __name__
    function.__doc__ = f"keras.activations.{name} of an array."
    function.__wavetrain_config__ = lambda: name
    _functions[name] = function
    return function


#: Activations with arguments are layers here.
_LAYERS = {"relu": "ReLU", "leaky_relu": "LeakyReLU", "elu": "ELU", "softmax": "Softmax"}


def _with_arguments(name, x, kwargs):
    from . import layers

    cls = getattr(layers, _LAYERS[name], None) if name in _LAYERS else None
    if cls is None:
        raise NotImplementedError(f"activations.{name} with {', '.join(kwargs)}; here it has Keras' defaults")
    return cls(**kwargs)(x)


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


__getattr__, __dir__ = attach(__name__, make=_make, names=lambda: set(_core.activation_names()) | set(_ALIASES))
