"""Every public name in the module's scope: the same arguments, order and defaults as Keras."""

import importlib
import inspect

import pytest

from wavetrain import keras as own

MODULES = ("layers", "losses", "metrics", "optimizers", "optimizers.schedules", "initializers", "regularizers", "constraints",
           "callbacks", "activations", "utils", "random", "saving", "models", "config", "preprocessing.sequence")

#: Names that Keras does not have.
OWN = {"models": {"Functional"}, "losses": {"Quantile"}, "optimizers.schedules": {"get"}, "preprocessing.sequence": {"TimeseriesGenerator"}}

#: Methods of Sequential.
METHODS = ("compile", "fit", "evaluate", "predict", "train_on_batch", "test_on_batch", "predict_on_batch", "summary", "save",
           "save_weights", "load_weights", "add", "pop", "get_layer", "__init__", "build", "from_config", "get_config",
           "to_json", "count_params", "get_weights", "set_weights", "reset_metrics", "get_compile_config")


def place(root, path):
    for part in path.split("."):
        root = getattr(root, part)
    return root


def public_names():
    for module in MODULES:
        importlib.import_module(f"wavetrain.keras.{module}")
        for name in dir(place(own, module)):
            if not name.startswith("_"):
                yield module, name


def arguments(function):
    return [(p.name, p.kind, p.default) for p in inspect.signature(function).parameters.values()]


@pytest.mark.parametrize("module, name", list(public_names()))
def test_signature(module, name, real):
    ours = getattr(place(own, module), name)
    if name in OWN.get(module, ()):
        assert not hasattr(place(real, module), name)
        return
    theirs = getattr(place(real, module), name)
    if not callable(theirs):
        assert callable(ours) == callable(theirs)
        return
    try:
        expected = arguments(theirs)
    except ValueError:
        pytest.skip("Keras' own has no signature")
    assert arguments(ours) == expected


@pytest.mark.parametrize("name", METHODS)
def test_sequential(name, real):
    ours, theirs = getattr(own.Sequential, name), getattr(real.Sequential, name)
    assert [a[::2] for a in arguments(ours)] == [a[::2] for a in arguments(theirs)]
