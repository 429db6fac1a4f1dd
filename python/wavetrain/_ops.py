"""The functions that losses, metrics and scripts around a model use: on arrays they are numpy's, on what is being recorded
they become steps of a recording.
"""

import numpy as np

from ._derivatives import ONE, OPS, TWO
from ._tensor import Tensor, numpy_dtype, tensor


def apply(name, *inputs, **attributes):
    """Runs an operation on arrays, or records it where one of the inputs is being recorded."""
    for value in inputs:
        recorder = getattr(value, "_recording", None)
        if recorder is not None:
            return recorder.add(name, inputs, attributes)
    arrays = [_operand(value) for value in inputs]
    return tensor(OPS[name].forward(*arrays, **attributes))


def _operand(value):
    if isinstance(value, Tensor):
        return value.view(np.ndarray)
    if hasattr(value, "numpy") and not isinstance(value, np.ndarray):
        return np.asarray(value.numpy())
    return value if isinstance(value, (bool, int, float)) else np.asarray(value)


def _one(name):
    def function(x, name=None):
        return apply(function.__name__, x)

    function.__name__ = name
    function.__doc__ = f"{name} of each element."
    return function


def _two(name):
    def function(x1, x2, name=None):
        return apply(function.__name__, x1, x2)

    function.__name__ = name
    function.__doc__ = f"{name} of each pair of elements."
    return function


def _reduction(name):
    def function(x, axis=None, keepdims=False, name=None):
        return apply(function.__name__, x, axis=axis, keepdims=keepdims)

    function.__name__ = name
    function.__doc__ = f"{name} over the elements, or along axes."
    return function


FUNCTIONS = {name: _one(name) for name in ONE}
FUNCTIONS |= {name: _two(name) for name in TWO}
FUNCTIONS |= {name: _reduction(name) for name in
              ("sum", "mean", "max", "min", "var", "std", "prod", "logsumexp", "any", "all")}


def _function(function):
    FUNCTIONS[function.__name__] = function
    return function


@_function
def where(condition, x1=None, x2=None):
    if x1 is None and x2 is None:
        return tuple(tensor(part) for part in np.nonzero(condition))
    return apply("where", condition, x1, x2)


@_function
def clip(x, x_min=None, x_max=None):
    return apply("clip", x, x_min=_number(x_min), x_max=_number(x_max))


def _number(value):
    return value if value is None or isinstance(value, (int, float)) else np.asarray(value)


@_function
def cast(x, dtype="float32", name=None):
    return apply("cast", x, dtype=dtype)


@_function
def argmax(x, axis=None, keepdims=False):
    return apply("argmax", x, axis=axis)


@_function
def argmin(x, axis=None, keepdims=False):
    return apply("argmin", x, axis=axis)


@_function
def count_nonzero(x, axis=None):
    return apply("count_nonzero", x, axis=axis)


@_function
def softmax(x, axis=-1):
    return apply("softmax", x, axis=axis)


@_function
def log_softmax(x, axis=-1):
    return apply("log_softmax", x, axis=axis)


@_function
def cumsum(x, axis=0, dtype=None):
    return apply("cumsum", x, axis=axis)


@_function
def reshape(x, newshape):
    return apply("reshape", x, newshape=tuple(int(dim) for dim in np.atleast_1d(newshape)))


@_function
def expand_dims(x, axis):
    return apply("expand_dims", x, axis=axis)


@_function
def squeeze(x, axis=None):
    return apply("squeeze", x, axis=axis)


@_function
def transpose(x, axes=None):
    return apply("transpose", x, axes=axes)


@_function
def flip(x, axis=None):
    return apply("flip", x, axis=axis)


@_function
def roll(x, shift, axis=None):
    return apply("roll", x, shift=shift, axis=axis)


@_function
def concatenate(xs, axis=0):
    return apply("concatenate", *xs, axis=axis)


@_function
def stack(x, axis=0):
    return apply("stack", *x, axis=axis)


@_function
def broadcast_to(x, shape):
    return apply("broadcast_to", x, shape=tuple(shape))


@_function
def matmul(x1, x2):
    return apply("matmul", x1, x2)


@_function
def one_hot(x, num_classes, axis=-1, dtype=None, sparse=False):
    return apply("one_hot", x, num_classes=int(num_classes), axis=axis, dtype=dtype or "float32")


@_function
def shape(x):
    return x.shape if hasattr(x, "_recording") else tuple(np.shape(x))


@_function
def size(x):
    return apply("size", x)


@_function
def norm(x, ord=None, axis=None, keepdims=False):
    if ord not in (None, 2, "euclidean"):
        raise NotImplementedError(f"norm with ord={ord!r}")
    return apply("sqrt", apply("sum", apply("square", x), axis=axis, keepdims=keepdims))


@_function
def dot(x1, x2):
    return apply("matmul", x1, x2)


@_function
def convert_to_tensor(x, dtype=None, sparse=None, ragged=None):
    if getattr(x, "_recording", None) is not None:
        return x if dtype is None else cast(x, dtype)
    return tensor(_operand(x), None if dtype is None else numpy_dtype(dtype))


@_function
def convert_to_numpy(x):
    return np.asarray(_operand(x))


@_function
def zeros(shape, dtype=None):
    return tensor(np.zeros(shape, numpy_dtype(dtype)))


@_function
def ones(shape, dtype=None):
    return tensor(np.ones(shape, numpy_dtype(dtype)))


@_function
def full(shape, fill_value, dtype=None):
    return tensor(np.full(shape, fill_value, numpy_dtype(dtype)))


@_function
def arange(start, stop=None, step=None, dtype=None):
    args = [start] if stop is None else [start, stop]
    return tensor(np.arange(*args, *([] if step is None else [step]), dtype=None if dtype is None else numpy_dtype(dtype)))


@_function
def linspace(start, stop, num=50, endpoint=True):
    return tensor(np.linspace(start, stop, num, endpoint=endpoint, dtype=np.float32))


@_function
def absolute(x):
    return apply("abs", x)


@_function
def pad(x, pad_width, mode="constant", constant_values=None):
    if getattr(x, "_recording", None) is not None:
        raise NotImplementedError("pad in a recorded function")
    return tensor(np.pad(np.asarray(x), pad_width, mode=mode, **({} if constant_values is None else
                                                                {"constant_values": constant_values})))


@_function
def take(x, indices, axis=None):
    if getattr(x, "_recording", None) is not None:
        if axis is None:
            raise NotImplementedError("take without an axis in a recorded function")
        return x[(slice(None),) * (axis % len(x.shape)) + (np.asarray(indices),)]
    return tensor(np.take(np.asarray(x), np.asarray(indices), axis=axis))


FUNCTIONS["pow"] = FUNCTIONS["power"]
FUNCTIONS["true_divide"] = FUNCTIONS["divide"]
FUNCTIONS["atan"] = FUNCTIONS["arctan"]
FUNCTIONS["amax"] = FUNCTIONS["max"]
FUNCTIONS["amin"] = FUNCTIONS["min"]
FUNCTIONS["average"] = FUNCTIONS["mean"]
FUNCTIONS["logaddexp"] = lambda x1, x2: apply("add", apply("maximum", x1, x2), apply(
    "softplus", apply("negative", apply("abs", apply("subtract", x1, x2)))))
