"""Data as it comes: anything that holds numbers becomes a numpy array that the library can read without a copy."""

import numpy as np

_KINDS = "fiub"


def as_array(value, what="data"):
    """A numpy array of numbers. Copies only what cannot be read as it is: lists, float16, foreign byte order."""
    array = _to_numpy(value, what)
    dtype = array.dtype
    if dtype.kind == "O":
        array = _from_objects(array, what)
        dtype = array.dtype
    if dtype.kind not in _KINDS:
        raise ValueError(f"Invalid dtype: {dtype} of {what}; expected numbers")
    if dtype.itemsize > 8:
        array = array.astype(np.float64)
    elif dtype.kind == "f" and dtype.itemsize < 4:
        array = array.astype(np.float32)
    if not array.dtype.isnative:
        array = array.astype(array.dtype.newbyteorder("="))
    if array.ndim > 8:
        raise ValueError(f"{what} has {array.ndim} dimensions; expected at most 8")
    if any(stride % array.itemsize for stride in array.strides):
        array = array.copy()
    return array


def as_floats(value, what="data"):
    """The same as contiguous float32."""
    return np.ascontiguousarray(as_array(value, what), np.float32) if np.ndim(value) else \
        np.asarray(as_array(value, what), np.float32)


def _to_numpy(value, what):
    if isinstance(value, np.ndarray):
        return value
    if hasattr(value, "iloc") and hasattr(value, "to_numpy"):  # pandas
        array = value.to_numpy()
        return array[:, None] if array.ndim == 1 else array
    if hasattr(value, "__array__") or isinstance(value, (list, tuple, int, float, bool, np.generic)):
        try:
            return np.asarray(value)
        except ValueError as error:
            raise ValueError(f"{what} cannot be made into one array: {error}") from None
    if hasattr(value, "__dlpack__"):
        return np.from_dlpack(value)
    if hasattr(value, "__array_interface__") or hasattr(value, "__buffer__"):
        return np.asarray(value)
    raise ValueError(f"Unrecognized data type: {what}={value!r} (of type {type(value)})")


def _from_objects(array, what):
    try:
        return array.astype(np.float32)
    except (TypeError, ValueError):
        raise ValueError(f"Invalid dtype: object of {what}; expected numbers") from None


def is_batches(value):
    """True for what gives batches: generators, datasets, PyDataset-like objects."""
    if isinstance(value, (np.ndarray, list, tuple, dict)) or hasattr(value, "__array__") or hasattr(value, "__dlpack__"):
        return False
    return hasattr(value, "__next__") or hasattr(value, "__iter__") or \
        (hasattr(value, "__getitem__") and hasattr(value, "__len__"))


def unpack(batch):
    """x, y and sample_weight of a batch."""
    if not isinstance(batch, (tuple, list)):
        return batch, None, None
    if len(batch) == 1:
        return batch[0], None, None
    if len(batch) == 2:
        return batch[0], batch[1], None
    if len(batch) == 3:
        return batch
    raise ValueError("Data is expected to be in format `x`, `(x,)`, `(x, y)`, or `(x, y, sample_weight)`, found: "
                     f"{len(batch)} items")


class Batches:
    """One way to walk through all of them.

    ``steps`` is the number of batches of a pass, None where nobody knows. ``__iter__`` begins a pass, or goes on where a
    generator stands.
    """

    def __init__(self, source):
        self.source = source
        self.indexed = hasattr(source, "__getitem__") and hasattr(source, "__len__") and not hasattr(source, "_wt_dataset")
        self.steps = None
        try:
            if hasattr(source, "num_batches"):
                self.steps = source.num_batches
            elif hasattr(source, "__len__"):
                self.steps = len(source)
        except TypeError:
            pass

    @property
    def one_pass(self):
        """A generator cannot begin again."""
        return hasattr(self.source, "__next__")

    def __iter__(self):
        if self.indexed:
            return self._by_index()
        return iter(self.source)

    def _by_index(self):
        for i in range(len(self.source)):
            yield self.source[i]

    def on_epoch_end(self):
        if hasattr(self.source, "on_epoch_end"):
            self.source.on_epoch_end()


def first_batch(batches):
    """The first batch, and an iterator over all of them including it."""
    import itertools

    iterator = iter(batches)
    try:
        first = next(iterator)
    except StopIteration:
        raise ValueError("The data has no batches.") from None
    return first, itertools.chain([first], iterator)
