"""Inputs, and chains of layers behind them."""

import itertools

_counter = itertools.count()


def _automatic_name():
    number = next(_counter)
    return "input_layer" if number == 0 else f"input_layer_{number}"


def reset_names():
    global _counter
    _counter = itertools.count()


class KerasTensor:
    """An Input, or what a chain of layers makes of one. Only chains: what has two inputs is not a Sequential."""

    def __init__(self, config, shape, layers=(), name=None):
        self._config = config
        self._layers = tuple(layers)
        self.shape = tuple(shape)
        self.name = name
        self.dtype = config.get("dtype") or "float32"

    ndim = property(lambda self: len(self.shape))

    def _through(self, layer):
        return KerasTensor(self._config, layer.compute_output_shape(self.shape), (*self._layers, layer), layer.name)

    def __repr__(self):
        return f"<KerasTensor shape={self.shape}, dtype={self.dtype}, sparse=False, ragged=False, name={self.name}>"

    def _refused(self, *args):
        raise NotImplementedError("Only layers can follow an Input here, one after the other; a model that computes anything "
                                  "else between its layers is not a Sequential")

    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = __truediv__ = __rtruediv__ = __getitem__ = _refused
    __matmul__ = __neg__ = __pow__ = __array__ = _refused


def Input(shape=None, batch_size=None, dtype=None, sparse=None, ragged=None, batch_shape=None, name=None, tensor=None,
          optional=False):
    """keras.Input: the shape of one sample (None where it may vary), first in a Sequential."""
    for what, value in (("sparse", sparse), ("ragged", ragged), ("tensor", tensor), ("optional", optional)):
        if value:
            raise NotImplementedError(f"Input does not support {what}={value!r}")
    if shape is None and batch_shape is None:
        raise ValueError("You must pass a `shape` argument.")
    if shape is not None and batch_shape is not None:
        raise ValueError("You cannot pass both `shape` and `batch_shape` at the same time.")
    if shape is not None:
        if isinstance(shape, int):
            raise ValueError(f"Cannot convert '{shape}' to a shape.")
        full = (batch_size, *shape)
    else:
        full = tuple(batch_shape)
    for dim in full:
        if dim is not None and (not hasattr(dim, "__index__") or dim < 0):
            raise ValueError(f"Cannot convert '{full}' to a shape. Found invalid dimension '{dim}'.")
    name = name or _automatic_name()
    config = {"batch_shape": [None if dim is None else int(dim) for dim in full], "name": name}
    if dtype is not None:
        config["dtype"] = getattr(dtype, "name", dtype) if not isinstance(dtype, type) else dtype.__name__
    return KerasTensor(config, full, name=name)
