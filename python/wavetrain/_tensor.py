"""What TensorFlow's functions return here: numpy arrays with the few methods of a tensor that scripts use."""

import numpy as np


class DType:
    """A TensorFlow dtype: compares equal to its name and to numpy's."""

    def __init__(self, name):
        self.name = name
        self.as_numpy_dtype = np.dtype(name).type if name != "bfloat16" else np.float32

    is_floating = property(lambda self: self.name in ("float16", "bfloat16", "float32", "float64"))
    is_integer = property(lambda self: self.name.startswith(("int", "uint")))

    def __eq__(self, other):
        if isinstance(other, DType):
            return self.name == other.name
        try:
            return np.dtype(self.as_numpy_dtype) == np.dtype(other)
        except TypeError:
            return NotImplemented

    def __hash__(self):
        return hash(self.name)

    def __repr__(self):
        return f"tf.{self.name}"

    @property
    def dtype(self):  # numpy asks for it: np.dtype(tf.float32) works
        return np.dtype(self.as_numpy_dtype)


NAMES = ("float16", "bfloat16", "float32", "float64", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32",
         "uint64", "bool")


def numpy_dtype(dtype, default="float32"):
    """numpy's dtype for a name, a `DType` or a numpy type."""
    if dtype is None:
        dtype = default
    if isinstance(dtype, DType):
        return np.dtype(dtype.as_numpy_dtype)
    if isinstance(dtype, str) and dtype == "bfloat16":
        return np.dtype("float32")
    return np.dtype(dtype)


class TensorShape(tuple):
    """A shape with TensorFlow's ``as_list``."""

    rank = property(len)
    ndims = property(len)

    def as_list(self):
        return list(self)

    def __repr__(self):
        return f"TensorShape({list(self)})"


class Tensor(np.ndarray):
    """An array that answers ``numpy()`` and prints as a TensorFlow tensor."""

    __array_priority__ = 20

    def __new__(cls, value, dtype=None):
        return np.asarray(value, dtype).view(cls)

    def __array_wrap__(self, array, context=None, return_scalar=False):
        return np.asarray(array).view(Tensor)

    def __getitem__(self, key):
        return np.asarray(np.ndarray.__getitem__(self, key)).view(Tensor)

    def numpy(self):
        return self.view(np.ndarray) if self.ndim else self.view(np.ndarray)[()]

    def eval(self):
        return self.numpy()

    def get_shape(self):
        return TensorShape(self.shape)

    def __repr__(self):
        values = self.numpy()
        if self.ndim == 0:
            return f"<tf.Tensor: shape=(), dtype={self.dtype}, numpy={values}>"
        return f"<tf.Tensor: shape={self.shape}, dtype={self.dtype}, numpy=\n{np.array2string(values, separator=', ', prefix='')}>"

    def __str__(self):
        values = np.array2string(self.numpy()) if self.ndim else str(self.numpy())
        return f"tf.Tensor({values}, shape={self.shape}, dtype={self.dtype})" if not self.ndim else \
            f"tf.Tensor(\n{values}, shape={self.shape}, dtype={self.dtype})"

    def __format__(self, spec):
        return format(self.numpy(), spec) if spec and self.ndim == 0 else str(self)

    def __bool__(self):
        return bool(self.view(np.ndarray))

    def __hash__(self):
        raise TypeError("Tensor is unhashable. Instead, use tensor.ref() as the key.")

    def __reduce__(self):
        return (Tensor, (np.asarray(self),))


def tensor(value, dtype=None):
    return np.asarray(value, dtype).view(Tensor)


def tensors(value):
    """A tensor, or a tuple of them for a tuple."""
    return tuple(map(tensor, value)) if isinstance(value, tuple) else tensor(value)
