"""The names of ``import wavetrain as tf``: what scripts around a Sequential model use of TensorFlow."""

import numpy as np

#: TensorFlow's names for functions of `_ops`.
REDUCTIONS = {"reduce_mean": "mean", "reduce_sum": "sum", "reduce_max": "max", "reduce_min": "min", "reduce_prod": "prod",
              "reduce_std": "std", "reduce_variance": "var", "reduce_any": "any", "reduce_all": "all",
              "reduce_logsumexp": "logsumexp"}
SAME = ("abs", "square", "sqrt", "exp", "sign", "maximum", "minimum", "where", "add", "subtract", "multiply", "divide",
        "expand_dims", "squeeze", "stack", "argmax", "argmin", "cumsum", "greater", "greater_equal", "less", "less_equal",
        "equal", "not_equal", "logical_and", "logical_or", "logical_not", "round", "floor", "sin", "cos", "tan", "tanh",
        "sigmoid", "pow", "zeros_like", "ones_like", "stop_gradient", "broadcast_to", "size", "linspace", "matmul")
TYPES = {"Tensor": "Tensor", "TensorShape": "TensorShape", "DType": "DType"}


def names():
    from ._tensor import NAMES

    return {*NAMES, *REDUCTIONS, *SAME, *TYPES, *_FUNCTIONS, "dtypes", "Predictor"}


def make(name):
    from . import _tensor
    from ._ops import FUNCTIONS

    if name in _tensor.NAMES:
        return _tensor.DType(name)
    if name in REDUCTIONS:
        return reduction(REDUCTIONS[name], name)
    if name in SAME:
        return FUNCTIONS[name]
    if name in TYPES:
        return getattr(_tensor, name)
    if name == "Predictor":
        from ._predictor import Predictor

        return Predictor
    if name == "dtypes":
        import types

        return types.SimpleNamespace(DType=_tensor.DType, as_dtype=_tensor.DType,
                                     **{dtype: _tensor.DType(dtype) for dtype in _tensor.NAMES})
    return _FUNCTIONS.get(name)


def reduction(name, own_name):
    from ._ops import apply

    def function(input_tensor, axis=None, keepdims=False, name_=None, **kwargs):
        return apply(name, input_tensor, axis=axis, keepdims=keepdims)

    function.__name__ = own_name
    return function


_FUNCTIONS = {}


def _function(function):
    _FUNCTIONS[function.__name__] = function
    return function


def _tensor(value, dtype=None):
    from ._ops import convert_to_tensor
    from ._tensor import Tensor

    if getattr(value, "_recording", None) is not None:
        return convert_to_tensor(value, dtype)
    array = np.asarray(value.numpy() if hasattr(value, "numpy") and not isinstance(value, Tensor) else value)
    if dtype is not None:
        from ._tensor import numpy_dtype

        array = array.astype(numpy_dtype(dtype))
    elif not isinstance(value, (np.ndarray, np.generic)):
        # Python's own numbers are float32 and int32, as in TensorFlow.
        array = array.astype({"f": np.float32, "i": np.int32}.get(array.dtype.kind, array.dtype))
    return array.view(Tensor)


@_function
def constant(value, dtype=None, shape=None, name=None):
    result = _tensor(value, dtype)
    if shape is None:
        return result
    return _tensor(np.broadcast_to(result, shape) if result.size == 1 else np.reshape(result, shape))


@_function
def convert_to_tensor(value, dtype=None, dtype_hint=None, name=None):
    return _tensor(value, dtype)


@_function
def Variable(initial_value, trainable=True, dtype=None, name=None, **kwargs):
    from .keras import Variable as keras_variable

    return keras_variable(np.asarray(initial_value, np.float32), trainable=trainable, name=name)


@_function
def cast(x, dtype, name=None):
    from ._ops import cast as cast_

    return cast_(x, dtype)


@_function
def reshape(tensor, shape, name=None):
    from ._ops import reshape as reshape_

    return reshape_(tensor, shape)


@_function
def concat(values, axis, name=None):
    from ._ops import concatenate

    return concatenate(values, axis)


@_function
def transpose(a, perm=None, conjugate=False, name=None):
    from ._ops import transpose as transpose_

    return transpose_(a, perm)


@_function
def reverse(tensor, axis, name=None):
    from ._ops import flip

    return flip(tensor, tuple(axis) if isinstance(axis, (list, tuple)) else axis)


@_function
def one_hot(indices, depth, on_value=None, off_value=None, axis=None, dtype=None, name=None):
    from ._ops import one_hot as one_hot_

    result = one_hot_(indices, depth, -1 if axis is None else axis, dtype)
    if on_value is None and off_value is None:
        return result
    return _tensor(np.where(result, 1 if on_value is None else on_value, off_value or 0), dtype)


@_function
def gather(params, indices, axis=None, **kwargs):
    from ._ops import take

    return take(params, indices, 0 if axis is None else axis)


@_function
def shape(input, out_type=None, name=None):
    from ._ops import apply

    return apply("shape", input)


@_function
def rank(input, name=None):
    return _tensor(input.ndim if hasattr(input, "ndim") else np.ndim(input))


@_function
def zeros(shape, dtype=None, name=None):
    from ._ops import zeros as zeros_

    return zeros_(tuple(np.atleast_1d(shape)), dtype)


@_function
def ones(shape, dtype=None, name=None):
    from ._ops import ones as ones_

    return ones_(tuple(np.atleast_1d(shape)), dtype)


@_function
def fill(dims, value, name=None):
    return constant(value, shape=tuple(dims))


@_function
def eye(num_rows, num_columns=None, dtype=None, **kwargs):
    from ._tensor import numpy_dtype

    return _tensor(np.eye(num_rows, num_columns), numpy_dtype(dtype))


@_function
def range(start, limit=None, delta=1, dtype=None, name=None):
    return _tensor(np.arange(start, limit, delta) if limit is not None else np.arange(0, start, delta),
                   dtype or (None if np.asarray(start).dtype.kind == "f" else "int32"))


@_function
def split(value, num_or_size_splits, axis=0, **kwargs):
    sizes = num_or_size_splits
    parts = np.split(np.asarray(value), sizes if isinstance(sizes, int) else np.cumsum(sizes)[:-1], axis=axis)
    return [_tensor(part) for part in parts]


@_function
def unstack(value, num=None, axis=0, **kwargs):
    return [_tensor(part) for part in np.moveaxis(np.asarray(value), axis, 0)]


@_function
def tile(input, multiples, name=None):
    return _tensor(np.tile(np.asarray(input), multiples))


@_function
def repeat(input, repeats, axis=None, name=None):
    return _tensor(np.repeat(np.asarray(input), repeats, axis))


@_function
def pad(tensor, paddings, mode="CONSTANT", constant_values=0, name=None):
    from ._ops import pad as pad_

    kind = mode.lower()
    return pad_(tensor, paddings, kind, constant_values if kind == "constant" else None)


@_function
def clip_by_value(t, clip_value_min, clip_value_max, name=None):
    from ._ops import clip

    return clip(t, clip_value_min, clip_value_max)


@_function
def norm(tensor, ord="euclidean", axis=None, keepdims=None, name=None):
    from ._ops import norm as norm_

    return norm_(tensor, ord, axis, bool(keepdims))


@_function
def unique(x, **kwargs):
    import collections

    values, index = np.unique(np.asarray(x), return_inverse=True)
    return collections.namedtuple("Unique", "y idx")(_tensor(values), _tensor(index.astype(np.int32)))


@_function
def identity(input, name=None):
    return _tensor(input)


@_function
def is_tensor(x):
    from ._tensor import Tensor

    return isinstance(x, Tensor)


@_function
def function(func=None, **kwargs):
    """tf.function: the function as it is."""
    return func if func is not None else (lambda f: f)


@_function
def device(name):
    import contextlib

    return contextlib.nullcontext()


@_function
def print(*args, **kwargs):
    import builtins

    kwargs.pop("output_stream", None)
    builtins.print(*(arg.numpy() if hasattr(arg, "numpy") else arg for arg in args), **kwargs)


@_function
def get_logger():
    import logging

    return logging.getLogger("tensorflow")


@_function
def executing_eagerly():
    return True


@_function
def GradientTape(*args, **kwargs):
    raise NotImplementedError("GradientTape: training loops of one's own are written with model.train_on_batch")
