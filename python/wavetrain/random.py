"""tf.random: the same distributions and arguments; a seed does not give the same numbers as TensorFlow."""

import numpy as np

from . import _core
from ._tensor import numpy_dtype, tensor

_stream = None


def set_seed(seed):
    """Seeds everything that is not seeded by itself."""
    _core.set_random_seed(int(seed) % 2**64)


def _shape(shape):
    return [int(dim) for dim in np.atleast_1d(np.asarray(shape, dtype=np.int64))] if np.size(shape) else []


def _seed(seed):
    return None if seed is None else int(seed) % 2**64


def normal(shape, mean=0.0, stddev=1.0, dtype="float32", seed=None, name=None):
    return tensor(_core.random_normal(_shape(shape), float(mean), float(stddev), _seed(seed)), numpy_dtype(dtype))


def uniform(shape, minval=0, maxval=None, dtype="float32", seed=None, name=None):
    dtype = numpy_dtype(dtype)
    if dtype.kind in "iu":
        if maxval is None:
            raise ValueError(f"Must specify maxval for integer dtype {dtype}")
        if int(maxval) - int(minval) > 2**31 - 1 or int(maxval) > 2**31 - 1 or int(minval) < -2**31:
            generator = np.random.default_rng(_core.next_seed() if seed is None else _seed(seed))
            return tensor(generator.integers(int(minval), int(maxval), _shape(shape), dtype=dtype))
        return tensor(_core.random_integers(_shape(shape), int(minval), int(maxval), _seed(seed)), dtype)
    high = 1.0 if maxval is None else float(maxval)
    return tensor(_core.random_uniform(_shape(shape), float(minval), high, _seed(seed)), dtype)


def truncated_normal(shape, mean=0.0, stddev=1.0, dtype="float32", seed=None, name=None):
    from .keras import random

    return random.truncated_normal(_shape(shape), mean, stddev, dtype, seed)


def shuffle(value, seed=None, name=None):
    from .keras import random

    return random.shuffle(value, 0, seed)


def categorical(logits, num_samples, dtype="int64", seed=None, name=None):
    from .keras import random

    return random.categorical(logits, num_samples, dtype, seed)


class Generator:
    """tf.random.Generator.from_seed(...)."""

    def __init__(self, seed):
        self._numbers = np.random.default_rng(seed)

    @classmethod
    def from_seed(cls, seed, alg=None):
        return cls(seed)

    @classmethod
    def from_non_deterministic_state(cls, alg=None):
        return cls(None)

    def normal(self, shape, mean=0.0, stddev=1.0, dtype="float32", name=None):
        return tensor(self._numbers.normal(mean, stddev, _shape(shape)), numpy_dtype(dtype))

    def uniform(self, shape, minval=0, maxval=None, dtype="float32", name=None):
        dtype = numpy_dtype(dtype)
        if dtype.kind in "iu":
            return tensor(self._numbers.integers(minval, maxval, _shape(shape), dtype=dtype))
        return tensor(self._numbers.uniform(minval, 1 if maxval is None else maxval, _shape(shape)), dtype)
