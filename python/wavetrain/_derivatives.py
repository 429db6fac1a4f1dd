"""Operations and their derivatives: a forward function on numpy arrays and a backward one, which returns the gradients of its
inputs (None for those without). `_ops.py` calls them, `_record.py` runs both.
"""

import numpy as np

from ._tensor import numpy_dtype


class Op:
    """A function with its derivative. ``backward(g, out, inputs, attributes)``; without one nothing flows back."""

    def __init__(self, name, forward, backward=None):
        self.name, self.forward, self.backward = name, forward, backward


OPS = {}


def _define(name, forward, backward=None):
    OPS[name] = Op(name, forward, backward)
    return OPS[name]


def unbroadcast(gradient, shape):
    """Sums a gradient over the axes that broadcasting has added or widened."""
    gradient = np.asarray(gradient)
    while gradient.ndim > len(shape):
        gradient = gradient.sum(axis=0)
    for axis, size in enumerate(shape):
        if size == 1 and gradient.shape[axis] != 1:
            gradient = gradient.sum(axis=axis, keepdims=True)
    return gradient


# --- Elementwise, one input -----------------------------------------------------------------------------------------------

def _sigmoid(x):
    return 0.5 * (1 + np.tanh(0.5 * np.asarray(x)))


def _softplus(x):
    return np.logaddexp(0, x)


ONE = {
    "negative": (np.negative, lambda g, y, x: -g),
    "abs": (np.abs, lambda g, y, x: g * np.sign(x)),
    "square": (np.square, lambda g, y, x: g * 2 * x),
    "sqrt": (np.sqrt, lambda g, y, x: g * 0.5 / y),
    "rsqrt": (lambda x: 1 / np.sqrt(x), lambda g, y, x: g * -0.5 * y / x),
    "reciprocal": (lambda x: 1 / x, lambda g, y, x: -g * y * y),
    "exp": (np.exp, lambda g, y, x: g * y),
    "expm1": (np.expm1, lambda g, y, x: g * (y + 1)),
    "log": (np.log, lambda g, y, x: g / x),
    "log2": (np.log2, lambda g, y, x: g / (x * np.log(2))),
    "log10": (np.log10, lambda g, y, x: g / (x * np.log(10))),
    "log1p": (np.log1p, lambda g, y, x: g / (1 + x)),
    "sin": (np.sin, lambda g, y, x: g * np.cos(x)),
    "cos": (np.cos, lambda g, y, x: -g * np.sin(x)),
    "tan": (np.tan, lambda g, y, x: g * (1 + y * y)),
    "sinh": (np.sinh, lambda g, y, x: g * np.cosh(x)),
    "cosh": (np.cosh, lambda g, y, x: g * np.sinh(x)),
    "tanh": (np.tanh, lambda g, y, x: g * (1 - y * y)),
    "arctan": (np.arctan, lambda g, y, x: g / (1 + x * x)),
    "sigmoid": (_sigmoid, lambda g, y, x: g * y * (1 - y)),
    "softplus": (_softplus, lambda g, y, x: g * _sigmoid(x)),
    "relu": (lambda x: np.maximum(x, 0), lambda g, y, x: g * (x > 0)),
    "log_sigmoid": (lambda x: -_softplus(-np.asarray(x)), lambda g, y, x: g * _sigmoid(-x)),
    "sign": (np.sign, None),
    "floor": (np.floor, None),
    "ceil": (np.ceil, None),
    "round": (np.round, None),
    "stop_gradient": (lambda x: x, None),
    "isnan": (np.isnan, None),
    "isfinite": (np.isfinite, None),
    "isinf": (np.isinf, None),
    "logical_not": (np.logical_not, None),
    "zeros_like": (np.zeros_like, None),
    "ones_like": (np.ones_like, None),
    "nan_to_num": (np.nan_to_num, lambda g, y, x: np.where(np.isfinite(x), g, 0)),
}
for _name, (_forward, _backward) in ONE.items():
    _define(_name, _forward,
            None if _backward is None else (lambda b: lambda g, y, xs, **a: [b(g, y, xs[0])])(_backward))

# --- Elementwise, two inputs ----------------------------------------------------------------------------------------------


def _power_backward(g, y, xs, **a):
    base, exponent = xs
    with np.errstate(all="ignore"):
        to_exponent = np.where(base > 0, g * y * np.log(np.where(base > 0, base, 1)), 0)
        return [g * exponent * np.power(base, exponent - 1), to_exponent]


TWO = {
    "add": (np.add, lambda g, y, xs, **a: [g, g]),
    "subtract": (np.subtract, lambda g, y, xs, **a: [g, -g]),
    "multiply": (np.multiply, lambda g, y, xs, **a: [g * xs[1], g * xs[0]]),
    "divide": (np.true_divide, lambda g, y, xs, **a: [g / xs[1], -g * y / xs[1]]),
    "divide_no_nan": (lambda a, b: np.where(b == 0, 0, a / np.where(b == 0, 1, b)),
                      lambda g, y, xs, **a: [np.where(xs[1] == 0, 0, g / np.where(xs[1] == 0, 1, xs[1])),
                                             np.where(xs[1] == 0, 0, -g * y / np.where(xs[1] == 0, 1, xs[1]))]),
    "power": (np.power, _power_backward),
    # Where both are equal, both get half, as in TensorFlow's and JAX's own functions the first one or both do.
    "maximum": (np.maximum, lambda g, y, xs, **a: [g * (xs[0] >= xs[1]), g * (xs[0] < xs[1])]),
    "minimum": (np.minimum, lambda g, y, xs, **a: [g * (xs[0] <= xs[1]), g * (xs[0] > xs[1])]),
    "squared_difference": (lambda a, b: np.square(a - b),
                           lambda g, y, xs, **a: [g * 2 * (xs[0] - xs[1]), g * 2 * (xs[1] - xs[0])]),
    "floor_divide": (np.floor_divide, None),
    "mod": (np.mod, None),
    "greater": (np.greater, None),
    "greater_equal": (np.greater_equal, None),
    "less": (np.less, None),
    "less_equal": (np.less_equal, None),
    "equal": (np.equal, None),
    "not_equal": (np.not_equal, None),
    "logical_and": (np.logical_and, None),
    "logical_or": (np.logical_or, None),
    "logical_xor": (np.logical_xor, None),
}
for _name, (_forward, _backward) in TWO.items():
    _define(_name, _forward, _backward)

_define("where", lambda condition, a, b: np.where(condition, a, b),
        lambda g, y, xs, **a: [None, np.where(xs[0], g, 0), np.where(xs[0], 0, g)])
_define("clip", lambda x, x_min=None, x_max=None: np.clip(x, x_min, x_max),
        lambda g, y, xs, x_min=None, x_max=None: [g * ((True if x_min is None else xs[0] >= x_min) &
                                                       (True if x_max is None else xs[0] <= x_max))])
_define("cast", lambda x, dtype="float32": np.asarray(x).astype(numpy_dtype(dtype)),
        lambda g, y, xs, dtype="float32": [g] if np.asarray(y).dtype.kind == "f" else [None])

# --- Reductions -----------------------------------------------------------------------------------------------------------


def _axis(axis):
    return tuple(axis) if isinstance(axis, list) else axis


def _widen(g, shape, axis, keepdims):
    """A reduced gradient over its inputs' axes again."""
    if not keepdims and axis is not None:
        axes = axis if isinstance(axis, tuple) else (axis,)
        for one in sorted(a % len(shape) for a in axes):
            g = np.expand_dims(g, one)
    return np.broadcast_to(g, shape)


def _mean_backward(g, y, xs, axis=None, keepdims=False):
    count = np.size(xs[0]) / max(np.size(y), 1)
    return [_widen(g, xs[0].shape, _axis(axis), keepdims) / count]


def _extreme_backward(g, y, xs, axis=None, keepdims=False):
    axis = _axis(axis)
    hits = xs[0] == _widen(np.asarray(y), xs[0].shape, axis, keepdims)
    return [_widen(g, xs[0].shape, axis, keepdims) * hits / hits.sum(axis=axis, keepdims=True)]


def _var_backward(g, y, xs, axis=None, keepdims=False):
    axis = _axis(axis)
    count = np.size(xs[0]) / max(np.size(y), 1)
    return [_widen(g, xs[0].shape, axis, keepdims) * 2 * (xs[0] - xs[0].mean(axis=axis, keepdims=True)) / count]


def _std_backward(g, y, xs, axis=None, keepdims=False):
    return _var_backward(g * 0.5 / y, y, xs, axis, keepdims)


def _logsumexp(x, axis=None, keepdims=False):
    axis = _axis(axis)
    top = np.max(x, axis=axis, keepdims=True)
    result = np.log(np.exp(x - top).sum(axis=axis, keepdims=True)) + top
    return result if keepdims else np.squeeze(result, axis=axis)


def _logsumexp_backward(g, y, xs, axis=None, keepdims=False):
    axis = _axis(axis)
    return [_widen(g, xs[0].shape, axis, keepdims) * np.exp(xs[0] - _widen(np.asarray(y), xs[0].shape, axis, keepdims))]


_define("sum", lambda x, axis=None, keepdims=False: np.sum(x, axis=_axis(axis), keepdims=keepdims),
        lambda g, y, xs, axis=None, keepdims=False: [_widen(g, xs[0].shape, _axis(axis), keepdims)])
_define("mean", lambda x, axis=None, keepdims=False: np.mean(x, axis=_axis(axis), keepdims=keepdims,
                                                            dtype=None if np.asarray(x).dtype.kind == "f" else np.float32),
        _mean_backward)
_define("max", lambda x, axis=None, keepdims=False: np.max(x, axis=_axis(axis), keepdims=keepdims), _extreme_backward)
_define("min", lambda x, axis=None, keepdims=False: np.min(x, axis=_axis(axis), keepdims=keepdims), _extreme_backward)
_define("var", lambda x, axis=None, keepdims=False: np.var(x, axis=_axis(axis), keepdims=keepdims), _var_backward)
_define("std", lambda x, axis=None, keepdims=False: np.std(x, axis=_axis(axis), keepdims=keepdims), _std_backward)
_define("prod", lambda x, axis=None, keepdims=False: np.prod(x, axis=_axis(axis), keepdims=keepdims),
        lambda g, y, xs, axis=None, keepdims=False: [
            _widen(g * y, xs[0].shape, _axis(axis), keepdims) / xs[0]])
_define("logsumexp", _logsumexp, _logsumexp_backward)
_define("any", lambda x, axis=None, keepdims=False: np.any(x, axis=_axis(axis), keepdims=keepdims))
_define("all", lambda x, axis=None, keepdims=False: np.all(x, axis=_axis(axis), keepdims=keepdims))
_define("argmax", lambda x, axis=None: np.argmax(x, axis=axis))
_define("argmin", lambda x, axis=None: np.argmin(x, axis=axis))
_define("count_nonzero", lambda x, axis=None: np.count_nonzero(x, axis=axis))


def _softmax(x, axis=-1):
    e = np.exp(x - np.max(x, axis=axis, keepdims=True))
    return e / e.sum(axis=axis, keepdims=True)


_define("softmax", _softmax,
        lambda g, y, xs, axis=-1: [y * (g - (g * y).sum(axis=axis, keepdims=True))])
_define("log_softmax", lambda x, axis=-1: x - _logsumexp(x, axis, True),
        lambda g, y, xs, axis=-1: [g - np.exp(y) * g.sum(axis=axis, keepdims=True)])
_define("cumsum", lambda x, axis=0: np.cumsum(x, axis=axis),
        lambda g, y, xs, axis=0: [np.flip(np.cumsum(np.flip(g, axis), axis=axis), axis)])

# --- Shape ----------------------------------------------------------------------------------------------------------------


def _getitem_backward(g, y, xs, key=None):
    result = np.zeros(xs[0].shape, np.float64 if g.dtype == np.float64 else np.float32)
    np.add.at(result, key, g)
    return [result]


def _concat_backward(g, y, xs, axis=-1):
    edges = np.cumsum([x.shape[axis] for x in xs])[:-1]
    return np.split(g, edges, axis=axis)


_define("getitem", lambda x, key=None: x[key], _getitem_backward)
_define("reshape", lambda x, newshape=None: np.reshape(x, newshape), lambda g, y, xs, newshape=None: [g.reshape(xs[0].shape)])
_define("expand_dims", lambda x, axis=-1: np.expand_dims(x, _axis(axis)), lambda g, y, xs, axis=-1: [g.reshape(xs[0].shape)])
_define("squeeze", lambda x, axis=None: np.squeeze(x, _axis(axis)), lambda g, y, xs, axis=None: [g.reshape(xs[0].shape)])
_define("transpose", lambda x, axes=None: np.transpose(x, axes),
        lambda g, y, xs, axes=None: [np.transpose(g, None if axes is None else np.argsort(axes))])
_define("flip", lambda x, axis=None: np.flip(x, axis), lambda g, y, xs, axis=None: [np.flip(g, axis)])
_define("roll", lambda x, shift=1, axis=None: np.roll(x, shift, axis),
        lambda g, y, xs, shift=1, axis=None: [np.roll(g, -np.asarray(shift), axis)])
_define("concatenate", lambda *xs, axis=-1: np.concatenate(xs, axis=axis), _concat_backward)
_define("stack", lambda *xs, axis=0: np.stack(xs, axis=axis),
        lambda g, y, xs, axis=0: [np.take(g, i, axis=axis) for i in range(len(xs))])
_define("broadcast_to", lambda x, shape=None: np.broadcast_to(x, shape), lambda g, y, xs, shape=None: [g])
_define("matmul", np.matmul, lambda g, y, xs, **a: [np.matmul(g, np.swapaxes(xs[1], -1, -2)),
                                                    np.matmul(np.swapaxes(xs[0], -1, -2), g)])
_define("one_hot", lambda x, num_classes=None, axis=-1, dtype="float32": _one_hot(x, num_classes, axis, dtype))
_define("shape", lambda x: np.asarray(np.shape(x), np.int32))
_define("size", lambda x: np.asarray(np.size(x), np.int32))


def _one_hot(x, num_classes, axis=-1, dtype="float32"):
    x = np.asarray(x).astype(np.int64)
    result = (x[..., None] == np.arange(num_classes)).astype(numpy_dtype(dtype))
    return result if axis in (-1, result.ndim - 1) else np.moveaxis(result, -1, axis)
