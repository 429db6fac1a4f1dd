"""Losses written in Python: recorded once, differentiated, and run for every batch without running the function again."""

import numpy as np

from ._derivatives import OPS, unbroadcast
from ._ops import FUNCTIONS, apply
from ._tensor import TensorShape


class NotRecordable(TypeError):
    """A function does something that a recording cannot hold."""


class Recording:
    """Steps, in order: (operation, inputs, attributes). An input is the number of a step, or an array."""

    def __init__(self):
        self.steps = []
        self.shapes = []

    def input(self, value):
        self.steps.append(("input", (), {}))
        return self._expression(value)

    def _expression(self, value):
        self.shapes.append(value)
        return Expression(self, len(self.steps) - 1, value)

    def add(self, name, inputs, attributes):
        arguments, values = [], []
        for value in inputs:
            if isinstance(value, Expression):
                if value._recording is not self:
                    raise NotRecordable("a value of another recording")
                arguments.append(value._number)
                values.append(value._sample)
            else:
                constant = np.asarray(value.numpy() if hasattr(value, "numpy") else value)
                if constant.dtype == np.float64:
                    constant = constant.astype(np.float32)
                arguments.append(constant)
                values.append(constant)
        with np.errstate(all="ignore"):
            sample = np.asarray(OPS[name].forward(*values, **attributes))
        if sample.dtype == np.float64:
            sample = sample.astype(np.float32)
        self.steps.append((name, tuple(arguments), attributes))
        return self._expression(sample)

    def run(self, inputs):
        """The values of all steps."""
        values = list(inputs)
        with np.errstate(all="ignore"):
            for name, arguments, attributes in self.steps[len(inputs):]:
                value = np.asarray(OPS[name].forward(
                    *(values[a] if isinstance(a, int) else a for a in arguments), **attributes))
                values.append(value.astype(np.float32) if value.dtype == np.float64 else value)
        return values

    def gradient(self, values, output, seed, wanted):
        """d (sum of output · seed) / d (step `wanted`)."""
        gradients = {output: seed}
        with np.errstate(all="ignore"):
            for number in range(output, -1, -1):
                if number not in gradients or self.steps[number][0] == "input":
                    continue
                name, arguments, attributes = self.steps[number]
                g = gradients.pop(number)
                if OPS[name].backward is None:
                    continue
                inputs = [values[a] if isinstance(a, int) else a for a in arguments]
                for argument, value, part in zip(arguments, inputs, OPS[name].backward(
                        g, values[number], inputs, **attributes)):
                    if part is None or not isinstance(argument, int):
                        continue
                    part = unbroadcast(part, value.shape)
                    gradients[argument] = gradients[argument] + part if argument in gradients else part
        return gradients.get(wanted)


class Expression:
    """A value that is being recorded."""

    __array_priority__ = 100

    def __init__(self, recording, number, sample):
        self._recording, self._number, self._sample = recording, number, sample

    dtype = property(lambda self: self._sample.dtype)
    ndim = property(lambda self: self._sample.ndim)

    @property
    def shape(self):
        # The batch may have another size next time.
        return TensorShape((None, *self._sample.shape[1:])) if self._sample.ndim else TensorShape(())

    def get_shape(self):
        return self.shape

    def __array_ufunc__(self, ufunc, method, *inputs, **kwargs):
        name = _NUMPY_NAMES.get(ufunc.__name__, ufunc.__name__)
        if method != "__call__" or name not in OPS or kwargs:
            raise NotRecordable(f"numpy.{ufunc.__name__}")
        return apply(name, *inputs)

    def __array_function__(self, function, types, args, kwargs):
        name = _NUMPY_NAMES.get(function.__name__, function.__name__)
        if name not in FUNCTIONS:
            raise NotRecordable(f"numpy.{function.__name__}")
        return FUNCTIONS[name](*args, **kwargs)

    def __getitem__(self, key):
        return apply("getitem", self, key=key)

    def __bool__(self):
        raise NotRecordable("a condition of Python on values (`if`, `and`, `or`, `max`): use tf.where or keras.ops.where")

    def __float__(self):
        raise NotRecordable("float() of a value")

    __int__ = __index__ = __float__

    def __iter__(self):
        raise NotRecordable("a loop over values")

    def numpy(self):
        raise NotRecordable("numpy() of a value")

    def __array__(self, *args, **kwargs):
        raise NotRecordable("a conversion to a numpy array")

    def __hash__(self):
        return id(self)

    def _record_activation(self, name, **kwargs):
        if name not in FUNCTIONS:
            raise NotRecordable(f"activations.{name}")
        return FUNCTIONS[name](self, **kwargs)

    def __abs__(self):
        return apply("abs", self)

    def __neg__(self):
        return apply("negative", self)

    def __invert__(self):
        return apply("logical_not", self)

    def mean(self, axis=None, keepdims=False):
        return apply("mean", self, axis=axis, keepdims=keepdims)

    def sum(self, axis=None, keepdims=False):
        return apply("sum", self, axis=axis, keepdims=keepdims)

    def astype(self, dtype):
        return apply("cast", self, dtype=dtype)

    def reshape(self, *shape):
        return apply("reshape", self, newshape=shape[0] if len(shape) == 1 and not isinstance(shape[0], int) else shape)

    def __repr__(self):
        return f"<recorded value of shape {tuple(self.shape)}>"


def _binary(name, swapped=False):
    def method(self, other):
        return apply(name, other, self) if swapped else apply(name, self, other)

    return method


for _operator, _name in {"add": "add", "sub": "subtract", "mul": "multiply", "truediv": "divide", "pow": "power",
                         "floordiv": "floor_divide", "mod": "mod", "matmul": "matmul", "and": "logical_and",
                         "or": "logical_or"}.items():
    setattr(Expression, f"__{_operator}__", _binary(_name))
    setattr(Expression, f"__r{_operator}__", _binary(_name, True))
for _operator, _name in {"gt": "greater", "ge": "greater_equal", "lt": "less", "le": "less_equal", "eq": "equal",
                         "ne": "not_equal"}.items():
    setattr(Expression, f"__{_operator}__", _binary(_name))

_NUMPY_NAMES = {"absolute": "abs", "true_divide": "divide", "amax": "max", "amin": "min", "concat": "concatenate"}


def _native_loss(handle):
    """A loss of the library as a step of a recording."""
    name = f"loss {handle.class_name} {id(handle)}"

    def floats(x):
        return np.ascontiguousarray(x, np.float32)

    def backward(g, out, inputs, **attributes):
        rows = floats(np.broadcast_to(g, np.shape(out))).reshape(-1)
        return [None, handle.gradient(floats(inputs[0]), floats(inputs[1]), rows)]

    from ._derivatives import Op

    OPS[name] = Op(name, lambda y_true, y_pred: handle.values(floats(y_true), floats(y_pred)), backward)
    return name


class PythonLoss:
    """What the training loop calls for a loss of Python: ``function(y_true, y_pred)`` returns the loss of each sample (or of
    each part of one, or one for all), or a pair of losses and the gradient of their sum."""

    def __init__(self, loss):
        is_object = hasattr(loss, "call") and not isinstance(loss, type)
        self.function = loss.call if is_object else loss
        self.repairs_ranks = not is_object
        self.name = getattr(loss, "name", None) or getattr(loss, "__name__", None) or type(loss).__name__
        self.reduction = getattr(loss, "reduction", None) or "sum_over_batch_size"
        self.recordings = {}

    def evaluate(self, y_true, y_pred, weights, rows, want_gradient):
        full_shape = y_pred.shape
        if self.repairs_ranks:
            y_true, y_pred = _same_rank(y_true, y_pred)
        key = y_true.shape[1:], y_pred.shape[1:]
        if key not in self.recordings:
            self.recordings[key] = self._record(y_true, y_pred)
        recording, output, given = self.recordings[key]
        if recording is None:
            loss, gradient = self.function(y_true, y_pred)
            loss, gradient = np.asarray(loss), np.asarray(gradient)
        else:
            values = recording.run([y_true, y_pred])
            loss = values[output]
            gradient = values[given] if given is not None else None
        loss = np.ascontiguousarray(loss, np.float32)
        if not want_gradient:
            return loss, None
        seed = _seed(loss, weights, rows, self.name)
        if gradient is not None:
            gradient = _weighted(np.broadcast_to(gradient, y_pred.shape), seed)
        else:
            gradient = recording.gradient(values, output, seed, 1)
            if gradient is None:
                raise ValueError(f"The loss '{self.name}' does not depend on y_pred in a way that has a gradient")
        gradient = np.broadcast_to(gradient, y_pred.shape).reshape(full_shape)
        return loss, np.ascontiguousarray(gradient, np.float32)

    def _record(self, y_true, y_pred):
        recording = Recording()
        try:
            result = self.function(recording.input(y_true), recording.input(y_pred))
        except (NotRecordable, NotImplementedError, AttributeError, TypeError) as error:
            try:
                pair = self.function(y_true, y_pred)
            except Exception:
                pair = None
            if isinstance(pair, tuple) and len(pair) == 2:
                return None, None, None  # losses and gradient, computed anew for each batch
            raise TypeError(f"The loss '{self.name}' cannot be recorded: {error}") from error
        if isinstance(result, tuple) and len(result) == 2:
            loss, gradient = result
            if isinstance(loss, Expression) and isinstance(gradient, Expression):
                return recording, loss._number, gradient._number
            return None, None, None
        if not isinstance(result, Expression):
            raise TypeError(f"The loss '{self.name}' must return what it computes from y_true and y_pred. "
                            f"Received: {result!r}")
        return recording, result._number, None


def _same_rank(y_true, y_pred):
    """Keras' repair for losses that are functions: a last axis of size 1 comes or goes."""
    if y_pred.ndim == y_true.ndim + 1 and y_pred.shape[-1] == 1:
        return (y_true[:, None], y_pred) if y_true.ndim == 1 else (y_true, y_pred[..., 0])
    if y_true.ndim == y_pred.ndim + 1 and y_true.shape[-1] == 1:
        return (y_true, y_pred[:, None]) if y_pred.ndim == 1 else (y_true[..., 0], y_pred)
    return y_true, y_pred


def _seed(loss, weights, rows, name):
    """d (sum of weighted row losses) / d (each value of the loss)."""
    count = loss.size
    weights = np.ones(rows, np.float32) if weights is None else weights
    if count and rows % count == 0:
        seed = weights.reshape(count, rows // count).sum(axis=1)
    elif count and count % rows == 0:
        seed = np.repeat(weights, count // rows) / (count // rows)
    else:
        raise ValueError(f"The loss '{name}' must return one value per sample, per step, or one altogether. Received: shape "
                         f"{loss.shape} for {rows} rows")
    return seed.reshape(loss.shape).astype(np.float32)


def _weighted(gradient, seed):
    """A gradient of the sum of losses, for losses that count differently."""
    if seed.ndim == 0:
        return gradient * seed
    while seed.ndim > gradient.ndim:
        seed = seed.sum(axis=-1)
    return gradient * seed.reshape(seed.shape + (1,) * (gradient.ndim - seed.ndim))
