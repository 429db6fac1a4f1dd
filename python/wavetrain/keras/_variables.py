"""Weights as Keras shows them."""

import numpy as np

from .. import _core
from .._classes import snake_case
from .._data import as_array
from .._tensor import Tensor, TensorShape, tensor


class Variable:
    """A named array of numbers that layers and optimizers share: keras.Variable."""

    __array_priority__ = 30

    def __init__(self, initializer, shape=None, dtype=None, trainable=True, autocast=True, aggregation="none",
                 synchronization="auto", name=None):
        value = initializer
        if callable(initializer) and not isinstance(initializer, np.ndarray):
            if shape is None:
                raise ValueError("When creating a Variable from an initializer, the `shape` argument should be specified. "
                                 f"Received: initializer={initializer} and shape={shape}")
            value = initializer(tuple(shape), dtype=dtype)
        name = name or _core.automatic_name("Variable")
        self._set(_core.Variable(as_array(value), name, trainable), name, trainable)

    def _set(self, variable, path, trainable):
        self._variable = variable
        self.path = path
        self.trainable = trainable

    @classmethod
    def _of(cls, variable, path, trainable):
        self = cls.__new__(cls)
        self._set(variable, path, trainable)
        return self

    name = property(lambda self: self._variable.name)
    shape = property(lambda self: TensorShape(self._variable.shape))
    dtype = property(lambda self: "float32")
    ndim = property(lambda self: len(self._variable.shape))
    size = property(lambda self: self._variable.size)

    def numpy(self):
        return self._variable.numpy()

    @property
    def value(self):
        return tensor(self.numpy())

    def read_value(self):
        return self.value

    def assign(self, value):
        value = as_array(value.numpy() if isinstance(value, Variable) else value)
        shape = tuple(self._variable.shape)
        if value.shape != shape:
            raise ValueError("The shape of the target variable and the shape of the target value in `variable.assign(value)` "
                             f"must match. variable.shape={shape}, Received: value.shape={value.shape}. Target variable: "
                             f"{self!r}")
        self._variable.assign(value)
        return self.value

    def assign_add(self, value):
        return self.assign(self.numpy() + np.asarray(value))

    def assign_sub(self, value):
        return self.assign(self.numpy() - np.asarray(value))

    def __array__(self, dtype=None, copy=None):
        return np.asarray(self.numpy(), dtype)

    def __getitem__(self, key):
        return self.value[key]

    def __len__(self):
        return self.shape[0]

    def __float__(self):
        return float(self.numpy())

    def __int__(self):
        return int(self.numpy())

    def __reduce__(self):
        return Variable, (self.numpy(), None, None, self.trainable, True, "none", "auto", self.name)

    def __deepcopy__(self, memo):
        return Variable(self.numpy(), trainable=self.trainable, name=self.name)

    def __eq__(self, other):
        if isinstance(other, Variable):
            return self._variable.same(other._variable)
        return NotImplemented

    def __hash__(self):
        return hash(self.path)

    def __repr__(self):
        return f"<Variable path={self.path}, shape={tuple(self.shape)}, dtype=float32, value={self.numpy()}>"

    def _binary(operation, reverse=False):
        def method(self, other):
            other = other.numpy() if isinstance(other, Variable) else other
            return operation(other, self.value) if reverse else operation(self.value, other)

        return method

    __add__, __radd__ = _binary(np.add), _binary(np.add, True)
    __sub__, __rsub__ = _binary(np.subtract), _binary(np.subtract, True)
    __mul__, __rmul__ = _binary(np.multiply), _binary(np.multiply, True)
    __truediv__, __rtruediv__ = _binary(np.true_divide), _binary(np.true_divide, True)
    __pow__, __matmul__ = _binary(np.power), _binary(np.matmul)
    __lt__, __le__ = _binary(np.less), _binary(np.less_equal)
    __gt__, __ge__ = _binary(np.greater), _binary(np.greater_equal)

    def __neg__(self):
        return -self.value


def variables_of(layer):
    """The variables of a layer, trainable ones first. A frozen layer's are not trainable."""
    model = layer._in_a_model()
    place = layer.name if model is None else f"{model.name}/{layer.name}"
    return sorted(_walk(layer._layer, place, True), key=lambda variable: not variable.trainable)


def _walk(handle, place, active):
    active = active and handle.trainable
    result = []
    for variable in handle.own_variables:
        group = variable.group
        if group == "cell":
            group = f"{snake_case(handle.class_name)}_cell"
        result.append(Variable._of(variable, "/".join(filter(None, (place, group, variable.name))),
                                   active and variable.trainable))
    for _, part in handle.sublayers:
        result += _walk(part, f"{place}/{part.name}", active)
    return result


__all__ = ["Tensor", "Variable", "variables_of"]
