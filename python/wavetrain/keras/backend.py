"""keras.backend: the few functions that scripts use."""

from .. import _core
from .._lazy import attach
from .._ops import FUNCTIONS
from .config import epsilon, floatx, image_data_format, set_epsilon, set_floatx, set_image_data_format

_hidden = frozenset({"attach", "FUNCTIONS"})


def backend():
    return "wavetrain"


def clear_session(free_memory=True):
    from . import _symbolic

    _core.clear_session()
    _uids.clear()
    _symbolic.reset_names()


def int_shape(x):
    return tuple(x.shape)


def get_value(x):
    return x.numpy() if hasattr(x, "numpy") else x


def set_value(x, value):
    x.assign(value)


def eval(x):
    return get_value(x)


def standardize_dtype(dtype):
    from .utils import standardize_dtype as standardize

    return "float32" if dtype is None else standardize(dtype)


def is_float_dtype(dtype):
    return "float" in standardize_dtype(dtype)


def is_int_dtype(dtype):
    name = standardize_dtype(dtype)
    return name.startswith(("int", "uint"))


def is_keras_tensor(x):
    from .utils import is_keras_tensor as is_one

    return is_one(x)


_uids = {}


def get_uid(prefix=""):
    """1, 2, … for each prefix."""
    _uids[prefix] = _uids.get(prefix, 0) + 1
    return _uids[prefix]


def learning_phase():
    return 0


_ALIASES = {"concatenate": "concatenate", "sum": "sum", "mean": "mean", "max": "max", "min": "min", "pow": "power",
            "permute_dimensions": "transpose"}


def _make(name):
    return FUNCTIONS.get(_ALIASES.get(name, name))


__getattr__, __dir__ = attach(__name__, make=_make, names=lambda: set(FUNCTIONS) | set(_ALIASES))
