"""keras.random: same distributions and seeds' meaning as Keras', not the same numbers."""

import numpy as np

from .. import _core
from .._lazy import attach
from .._tensor import numpy_dtype, tensor


class SeedGenerator:
    """Gives another seed for each draw."""

    def __init__(self, seed=None, name=None, **kwargs):
        self.seed = int(seed) if seed is not None else _core.next_seed() % 2**31
        self._count = 0

    def next(self, ordered=True):
        self._count += 1
        return (self.seed + (self._count << 32)) % 2**64


def _seed(seed):
    if seed is None:
        return _core.next_seed()
    return seed.next() if isinstance(seed, SeedGenerator) else int(seed) % 2**64


def normal(shape, mean=0.0, stddev=1.0, dtype=None, seed=None):
    return tensor(_core.random_normal(list(shape), mean, stddev, _seed(seed)), numpy_dtype(dtype))


def uniform(shape, minval=0.0, maxval=1.0, dtype=None, seed=None):
    if dtype is not None and numpy_dtype(dtype).kind in "iu":
        raise ValueError("`keras.random.uniform` requires a floating point dtype. Received: dtype="
                         f"{numpy_dtype(dtype).name} ")
    return tensor(_core.random_uniform(list(shape), minval, maxval, _seed(seed)), numpy_dtype(dtype))


def randint(shape, minval, maxval, dtype="int32", seed=None):
    return tensor(_core.random_integers(list(shape), int(minval), int(maxval), _seed(seed)), numpy_dtype(dtype, "int32"))


def truncated_normal(shape, mean=0.0, stddev=1.0, dtype=None, seed=None):
    initializer = _core.Initializer({"class_name": "TruncatedNormal",
                                     "config": {"mean": mean, "stddev": stddev, "seed": _seed(seed) % 2**63}})
    return tensor(initializer(list(shape)), numpy_dtype(dtype))


def shuffle(x, axis=0, seed=None):
    order = np.random.default_rng(_seed(seed)).permutation(np.shape(x)[axis])
    return tensor(np.take(np.asarray(x), order, axis=axis))


def dropout(inputs, rate, noise_shape=None, seed=None):
    keep = _core.random_uniform(list(noise_shape or np.shape(inputs)), 0.0, 1.0, _seed(seed)) >= rate
    return tensor(np.asarray(inputs, np.float32) * keep / (1 - rate), np.float32)


def categorical(logits, num_samples, dtype="int32", seed=None):
    logits = np.asarray(logits, np.float64)
    noise = np.random.default_rng(_seed(seed)).gumbel(size=(logits.shape[0], num_samples, logits.shape[1]))
    return tensor((logits[:, None, :] + noise).argmax(-1), numpy_dtype(dtype, "int32"))


def beta(shape, alpha, beta, dtype=None, seed=None):
    return tensor(np.random.default_rng(_seed(seed)).beta(alpha, beta, shape), numpy_dtype(dtype))


def gamma(shape, alpha, dtype=None, seed=None):
    return tensor(np.random.default_rng(_seed(seed)).gamma(alpha, 1.0, shape), numpy_dtype(dtype))


def binomial(shape, counts, probabilities, dtype=None, seed=None):
    return tensor(np.random.default_rng(_seed(seed)).binomial(np.asarray(counts, int), probabilities, shape),
                  numpy_dtype(dtype))


_hidden = frozenset({"np", "numpy_dtype", "tensor", "attach"})
__getattr__, __dir__ = attach(__name__)
