"""``import tensorflow``, ``import keras`` and ``import keras_tuner`` as imports of wavetrain."""

import importlib
import importlib.abc
import importlib.util
import sys

_ROOTS = {"tensorflow": "wavetrain", "keras": "wavetrain.keras", "tf_keras": "wavetrain.keras",
          "keras_tuner": "wavetrain.tuner", "kerastuner": "wavetrain.tuner"}
#: Parts of these packages that mean another module here.
_PLACES = {"tensorflow.python.keras": "wavetrain.keras", "keras.src": "wavetrain.keras",
           "tensorflow.keras.layers.experimental.preprocessing": "wavetrain.keras.layers",
           "keras_tuner.tuners": "wavetrain.tuner", "kerastuner.tuners": "wavetrain.tuner",
           "keras_tuner.engine.hyperparameters": "wavetrain.tuner", "kerastuner.engine.hyperparameters": "wavetrain.tuner"}


class _Loader(importlib.abc.Loader):
    def __init__(self, module):
        self.module, self.spec = module, module.__spec__

    def create_module(self, spec):
        return self.module

    def exec_module(self, module):
        module.__spec__ = self.spec  # it keeps its own name


class _Finder(importlib.abc.MetaPathFinder):
    def find_spec(self, fullname, path=None, target=None):
        root = fullname.partition(".")[0]
        if root not in _ROOTS:
            return None
        own = _ROOTS[root] + fullname[len(root):]
        for place, instead in _PLACES.items():
            if fullname == place or fullname.startswith(place + "."):
                own = instead + fullname[len(place):]
        try:
            module = importlib.import_module(own)
        except ModuleNotFoundError as error:
            if error.name and own.startswith(error.name):
                raise ModuleNotFoundError(
                    f"'{fullname}' is not part of wavetrain, which stands for {root} here", name=fullname) from None
            raise
        return importlib.util.spec_from_loader(fullname, _Loader(module), is_package=hasattr(module, "__path__"))


def install():
    """Puts wavetrain in the place of these packages, for imports from now on."""
    if any(isinstance(finder, _Finder) for finder in sys.meta_path):
        return
    for root in _ROOTS:
        module = sys.modules.get(root)
        if module is not None and not module.__name__.startswith("wavetrain"):
            raise RuntimeError(f"{root} has been imported already; call wavetrain.install() before that")
    sys.meta_path.insert(0, _Finder())
