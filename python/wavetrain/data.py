"""tf.data: datasets of arrays in memory or from generators, for ``fit``."""

import numpy as np

from . import _core
from ._tensor import tensor

AUTOTUNE = -1
INFINITE_CARDINALITY = -1
UNKNOWN_CARDINALITY = -2


def _map(function, item):
    """Applies a function to each array of an item."""
    if isinstance(item, dict):
        return {key: _map(function, value) for key, value in item.items()}
    if isinstance(item, (tuple, list)):
        return tuple(_map(function, value) for value in item)
    return function(item)


def _leaves(item):
    if isinstance(item, dict):
        item = tuple(item.values())
    if isinstance(item, (tuple, list)):
        return [leaf for value in item for leaf in _leaves(value)]
    return [item]


def _stack(items):
    first = items[0]
    if isinstance(first, dict):
        return {key: _stack([item[key] for item in items]) for key in first}
    if isinstance(first, (tuple, list)):
        return tuple(_stack([item[i] for item in items]) for i in range(len(first)))
    return np.stack([np.asarray(item) for item in items])


class Dataset:
    """A way to make items, again and again. ``length`` is None where nobody knows it, -1 where it never ends."""

    _wt_dataset = True

    def __init__(self, make, length=None):
        self._make, self._length = make, length

    # --- Sources ------------------------------------------------------------------------------------------------------

    @staticmethod
    def from_tensor_slices(tensors, name=None):
        arrays = _map(lambda value: np.asarray(value), tensors)
        sizes = {len(leaf) for leaf in _leaves(arrays)}
        if len(sizes) != 1:
            raise ValueError(f"Dimensions of the arrays differ in their first axis: {sorted(sizes)}")
        return _Slices(arrays, np.arange(sizes.pop()))

    @staticmethod
    def from_tensors(tensors, name=None):
        return Dataset(lambda: iter([_map(np.asarray, tensors)]), 1)

    @staticmethod
    def from_generator(generator, output_types=None, output_shapes=None, args=None, output_signature=None, name=None):
        return Dataset(lambda: iter(generator(*(args or ()))))

    @staticmethod
    def range(*args, **kwargs):
        numbers = np.arange(*args, dtype=np.int64)
        return Dataset(lambda: iter(numbers), len(numbers))

    @staticmethod
    def zip(*datasets, **kwargs):
        if len(datasets) == 1 and isinstance(datasets[0], (tuple, list)):
            datasets = tuple(datasets[0])
        lengths = [dataset._length for dataset in datasets if dataset._length not in (None, -1)]
        return Dataset(lambda: zip(*datasets), min(lengths) if lengths else None)

    # --- Steps --------------------------------------------------------------------------------------------------------

    def shuffle(self, buffer_size, seed=None, reshuffle_each_iteration=True, name=None):
        base = _core.next_seed() if seed is None else seed
        passes = iter(range(2**62)) if reshuffle_each_iteration else None

        def make():
            number = next(passes) if passes is not None else 0
            generator = np.random.default_rng([base % 2**63, number])
            buffer = []
            for item in self:
                if len(buffer) < buffer_size:
                    buffer.append(item)
                    continue
                place = int(generator.integers(len(buffer)))
                buffer[place], item = item, buffer[place]
                yield item
            generator.shuffle(buffer)
            yield from buffer

        return Dataset(make, self._length)

    def batch(self, batch_size, drop_remainder=False, num_parallel_calls=None, deterministic=None, name=None):
        size = int(batch_size)
        length = self._length
        if length not in (None, -1):
            length = length // size if drop_remainder else -(-length // size)

        def make():
            items = []
            for item in self:
                items.append(item)
                if len(items) == size:
                    yield _stack(items)
                    items = []
            if items and not drop_remainder:
                yield _stack(items)

        return Dataset(make, length)

    def unbatch(self, name=None):
        def make():
            for item in self:
                for i in range(len(_leaves(item)[0])):
                    yield _map(lambda value, i=i: value[i], item)

        return Dataset(make)

    def map(self, map_func, num_parallel_calls=None, deterministic=None, name=None):
        def make():
            for item in self:
                item = _map(tensor, item)
                result = map_func(*item) if isinstance(item, tuple) else map_func(item)
                yield _map(np.asarray, result)

        return Dataset(make, self._length)

    def filter(self, predicate, name=None):
        return Dataset(lambda: (item for item in self if bool(
            predicate(*item) if isinstance(item, tuple) else predicate(item))))

    def repeat(self, count=None, name=None):
        endless = count is None or count < 0

        def make():
            done = 0
            while endless or done < count:
                yield from self
                done += 1

        length = -1 if endless else None if self._length in (None, -1) else self._length * count
        return Dataset(make, length)

    def take(self, count, name=None):
        import itertools

        length = self._length
        if count < 0:
            return self
        return Dataset(lambda: itertools.islice(iter(self), count),
                       None if length is None else count if length == -1 else min(count, length))

    def skip(self, count, name=None):
        import itertools

        length = self._length
        return Dataset(lambda: itertools.islice(iter(self), count, None),
                       length if length in (None, -1) else max(length - count, 0))

    def window(self, size, shift=None, stride=1, drop_remainder=False, name=None):
        def make():
            items = list(self)
            for first in range(0, len(items), shift or size):
                part = items[first:first + size * stride:stride]
                if len(part) < size and drop_remainder:
                    break
                yield Dataset(lambda part=part: iter(part), len(part))

        return Dataset(make)

    def flat_map(self, map_func, name=None):
        def make():
            for item in self:
                yield from map_func(*item) if isinstance(item, tuple) else map_func(item)

        return Dataset(make)

    def concatenate(self, dataset, name=None):
        import itertools

        lengths = self._length, dataset._length
        return Dataset(lambda: itertools.chain(self, dataset), None if None in lengths or -1 in lengths else sum(lengths))

    def enumerate(self, start=0, name=None):
        return Dataset(lambda: enumerate(self, start), self._length)

    def prefetch(self, buffer_size=None, name=None):
        return self

    def cache(self, filename="", name=None):
        return self

    def with_options(self, options, name=None):
        return self

    # --- Reading ------------------------------------------------------------------------------------------------------

    def __iter__(self):
        return iter(self._make())

    def as_numpy_iterator(self):
        return iter(self)

    def cardinality(self):
        return tensor(UNKNOWN_CARDINALITY if self._length is None else self._length, np.int64)

    def __len__(self):
        if self._length is None:
            raise TypeError("The dataset length is unknown.")
        if self._length < 0:
            raise TypeError("The dataset is infinite.")
        return self._length

    @property
    def num_batches(self):
        return None if self._length in (None, -1) else self._length

    @property
    def element_spec(self):
        return _map(lambda value: (np.shape(value), np.asarray(value).dtype), next(iter(self)))

    def __repr__(self):
        return f"<{type(self).__name__} of {'?' if self._length is None else self._length} elements>"


class _Slices(Dataset):
    """Rows of arrays in memory: shuffling, batching and cutting move numbers of rows, not data."""

    def __init__(self, arrays, rows):
        super().__init__(self._items, len(rows))
        self._arrays, self._rows = arrays, rows

    def _items(self):
        for row in self._order():
            yield _map(lambda array, row=row: array[row], self._arrays)

    def _order(self):
        return self._rows

    def take(self, count, name=None):
        return self if count < 0 else _Slices(self._arrays, self._rows[:count])

    def skip(self, count, name=None):
        return _Slices(self._arrays, self._rows[count:])

    def shuffle(self, buffer_size, seed=None, reshuffle_each_iteration=True, name=None):
        if buffer_size < len(self._rows):
            return super().shuffle(buffer_size, seed, reshuffle_each_iteration)
        return _Shuffled(self._arrays, self._rows, seed, reshuffle_each_iteration)

    def batch(self, batch_size, drop_remainder=False, num_parallel_calls=None, deterministic=None, name=None):
        size = int(batch_size)
        if size < 1:
            raise ValueError(f"batch_size must be at least 1. Received: {batch_size}")
        length = len(self._rows) // size if drop_remainder else -(-len(self._rows) // size)

        def make():
            order = self._order()
            for number in range(length):
                rows = order[number * size:(number + 1) * size]
                yield _map(lambda array, rows=rows: array[rows], self._arrays)

        return Dataset(make, length)


class _Shuffled(_Slices):
    def __init__(self, arrays, rows, seed, again):
        super().__init__(arrays, rows)
        self._seed = _core.next_seed() % 2**63 if seed is None else seed
        self._again, self._passes = again, 0

    def _order(self):
        generator = np.random.default_rng([self._seed, self._passes])
        self._passes += bool(self._again)
        return generator.permutation(self._rows)

    def take(self, count, name=None):
        return Dataset.take(self, count)

    def skip(self, count, name=None):
        return Dataset.skip(self, count)


class Options:
    """tf.data.Options; nothing of it matters here."""


class experimental:
    AUTOTUNE = AUTOTUNE
    INFINITE_CARDINALITY = INFINITE_CARDINALITY
    UNKNOWN_CARDINALITY = UNKNOWN_CARDINALITY

    @staticmethod
    def cardinality(dataset):
        return dataset.cardinality()
