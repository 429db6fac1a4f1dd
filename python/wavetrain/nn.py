"""tf.nn: activations, as functions and as arguments of layers."""

from ._lazy import attach

_hidden = frozenset({"attach"})


def _make(name):
    from .keras import activations

    return activations._make(name)


def names():
    from .keras import activations

    return set(activations.__dir__()) - {"get", "serialize", "deserialize"}


__getattr__, __dir__ = attach(__name__, make=_make, names=names)
