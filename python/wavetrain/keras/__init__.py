"""keras: the part of its public interface that a Sequential model of series needs, with the same names, arguments and
defaults."""

from .._lazy import attach

__version__ = "3.15.1"

_MODULES = ("activations", "backend", "callbacks", "config", "constraints", "datasets", "initializers", "layers", "losses",
            "metrics", "models", "ops", "optimizers", "preprocessing", "random", "regularizers", "saving", "utils")
_FROM = {
    "Input": "layers", "Layer": "layers", "InputLayer": "layers", "Sequential": "models", "Model": "models",
    "Functional": "models", "Variable": "_variables", "KerasTensor": "_symbolic", "Optimizer": "optimizers", "Loss": "losses",
    "Metric": "metrics", "Initializer": "initializers", "Regularizer": "regularizers",
}


def _make(name):
    import importlib

    if name == "version":
        return lambda: __version__
    if name in _FROM:
        return getattr(importlib.import_module(f"{__name__}.{_FROM[name]}"), name)
    return None


__getattr__, __dir__ = attach(__name__, submodules=_MODULES, make=_make, names=lambda: {*_FROM, "version"})
_hidden = frozenset({"attach"})
