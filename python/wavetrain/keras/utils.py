"""keras.utils."""

import random as _python_random

import numpy as np

from .. import _core
from .._data import as_array, unpack
from .._lazy import attach
from .config import disable_interactive_logging, enable_interactive_logging, is_interactive_logging_enabled
from .saving import (CustomObjectScope, custom_object_scope, deserialize_keras_object, get_custom_objects,
                     get_registered_name, get_registered_object, register_keras_serializable, serialize_keras_object)

_hidden = frozenset({"as_array", "np", "unpack", "attach"})


def set_random_seed(seed):
    """Seeds Python, numpy and the library."""
    if not isinstance(seed, (int, np.integer)):
        raise ValueError(f"Expected `seed` argument to be an integer. Received: seed={seed} (of type {type(seed)})")
    _python_random.seed(seed)
    np.random.seed(seed)
    _core.set_random_seed(int(seed) % 2**64)


def clear_session(free_memory=True):
    from . import backend

    backend.clear_session()


def to_categorical(x, num_classes=None):
    """One-hot rows for class numbers; float64, as Keras gives it."""
    x = np.array(as_array(x, "x"), dtype="int64")
    shape = x.shape
    if shape and shape[-1] == 1 and len(shape) > 1:
        shape = shape[:-1]
    x = x.reshape(-1)
    if not num_classes:
        num_classes = np.max(x) + 1
    if x.size and (x.min() < -num_classes or x.max() >= num_classes):
        raise IndexError(f"index {x.max()} is out of bounds for axis 1 with size {num_classes}")
    result = np.zeros((x.shape[0], num_classes))
    result[np.arange(x.shape[0]), x] = 1
    return result.reshape((*shape, num_classes))


def normalize(x, axis=-1, order=2):
    """Rows of length 1."""
    x = np.asarray(x)
    length = np.atleast_1d(np.linalg.norm(x, order, axis))
    length[length == 0] = 1
    return x / np.expand_dims(length, axis)


def pad_sequences(sequences, maxlen=None, dtype="int32", padding="pre", truncating="pre", value=0.0):
    """Sequences of unequal length as one array."""
    if not hasattr(sequences, "__len__"):
        raise ValueError("`sequences` must be iterable.")
    lengths = []
    sample_shape = ()
    for sequence in sequences:
        if not hasattr(sequence, "__len__"):
            raise ValueError(f"`sequences` must be a list of iterables. Found non-iterable: {sequence}")
        if len(sequence) and not lengths or (len(sequence) and sample_shape == ()):
            sample_shape = np.asarray(sequence).shape[1:]
        lengths.append(len(sequence))
    if maxlen is None:
        maxlen = np.max(lengths)
    if isinstance(value, str) and not (np.issubdtype(dtype, np.str_) or np.issubdtype(dtype, np.object_)):
        raise ValueError(f"`dtype` {dtype} is not compatible with `value`'s type: {type(value)}\nYou should set `dtype=object` "
                         "for variable length strings.")
    result = np.full((len(lengths), maxlen, *sample_shape), value, dtype=dtype)
    for i, sequence in enumerate(sequences):
        if not len(sequence):
            continue
        if truncating == "pre":
            part = sequence[-maxlen:]
        elif truncating == "post":
            part = sequence[:maxlen]
        else:
            raise ValueError(f'Truncating type "{truncating}" not understood')
        part = np.asarray(part, dtype=dtype)
        if part.shape[1:] != sample_shape:
            raise ValueError(f"Shape of sample {part.shape[1:]} of sequence at position {i} is different from expected shape "
                             f"{sample_shape}")
        if padding == "post":
            result[i, :len(part)] = part
        elif padding == "pre":
            result[i, -len(part):] = part
        else:
            raise ValueError(f'Padding type "{padding}" not understood')
    return result


def timeseries_dataset_from_array(data, targets, sequence_length, sequence_stride=1, sampling_rate=1, batch_size=128,
                                  shuffle=False, seed=None, start_index=None, end_index=None,
                                  format="tf"):
    """Windows over a series, in batches. Window i starts at i * sequence_stride, and its target is the one at its start: give
    ``targets=series[horizon:]``."""
    if start_index is not None:
        if start_index < 0 or (end_index is None and start_index >= len(data)):
            raise ValueError(f"`start_index` must be 0 or greater and lower than the length of the data. Received: {start_index}")
    if end_index is not None:
        if start_index is not None and end_index <= start_index:
            raise ValueError(f"`end_index` must be higher than `start_index`. Received: {start_index}, {end_index}")
        if end_index <= 0 or end_index > len(data):
            raise ValueError(f"`end_index` must be higher than 0 and at most the length of the data. Received: {end_index}")
    for name, value in (("sampling_rate", sampling_rate), ("sequence_stride", sequence_stride)):
        if value <= 0 or value >= len(data):
            raise ValueError(f"`{name}` must be higher than 0 and lower than the length of the data. Received: {name} "
                             f"{value} for data of length {len(data)}")
    from ..data import Dataset

    data = np.asarray(data)
    start = start_index or 0
    end = end_index or len(data)
    count = end - start - (sequence_length - 1) * sampling_rate
    if targets is not None:
        targets = np.asarray(targets)
        count = min(count, len(targets))
    starts = np.arange(0, max(count, 0), sequence_stride, dtype="int64")
    if shuffle:
        np.random.RandomState(seed if seed is not None else np.random.randint(1_000_000)).shuffle(starts)
    offsets = np.arange(sequence_length) * sampling_rate

    def windows():
        for first in range(0, len(starts), batch_size or 1):
            rows = starts[first:first + (batch_size or 1)]
            x = data[start + rows[:, None] + offsets]
            y = None if targets is None else targets[start + rows] if start_index else targets[rows]
            if batch_size is None:
                x, y = x[0], None if y is None else y[0]
            yield x if y is None else (x, y)

    return Dataset(windows, -(-len(starts) // (batch_size or 1)))


def split_dataset(dataset, left_size=None, right_size=None, shuffle=False, seed=None,
                  preferred_backend=None):
    """Two datasets, of the first and the last samples."""
    from ..data import Dataset

    if left_size is None and right_size is None:
        raise ValueError("At least one of the `left_size` or `right_size` must be specified. Received: left_size=None and "
                         "right_size=None")
    parts = dataset if isinstance(dataset, (list, tuple)) else (dataset,)
    if isinstance(dataset, Dataset):
        items = list(dataset)
        parts = tuple(np.stack([item[i] for item in items]) for i in range(len(items[0]))) \
            if isinstance(items[0], tuple) else (np.stack(items),)
    parts = tuple(np.asarray(part) for part in parts)
    n = len(parts[0])
    left = _part(left_size, n)
    right = _part(right_size, n)
    left = n - right if left is None else left
    right = n - left if right is None else right
    order = np.random.RandomState(seed).permutation(n) if shuffle else np.arange(n)

    def dataset_of(rows):
        chosen = tuple(part[rows] for part in parts)
        return Dataset.from_tensor_slices(chosen if len(chosen) > 1 else chosen[0])

    return dataset_of(order[:left]), dataset_of(order[n - right:])


def _part(size, n):
    if size is None:
        return None
    return round(size * n) if isinstance(size, float) else int(size)


class PyDataset:
    """Batches by number: derive, with ``__len__`` and ``__getitem__``."""

    def __init__(self, workers=1, use_multiprocessing=False, max_queue_size=10):
        self.workers, self.use_multiprocessing, self.max_queue_size = workers, use_multiprocessing, max_queue_size

    @property
    def num_batches(self):
        return len(self)

    def __getitem__(self, index):
        raise NotImplementedError

    def __len__(self):
        raise NotImplementedError

    def on_epoch_begin(self):
        """Before an epoch."""

    def on_epoch_end(self):
        """After an epoch."""


Sequence = PyDataset


class Progbar:
    """A progress bar of one's own, in the form of ``fit``'s."""

    def __init__(self, target, width=20, verbose=1, interval=0.05, stateful_metrics=None, stateless_metrics=None,
                 unit_name="step"):
        self.target, self.verbose = target, verbose
        self._seen = 0

    def update(self, current, values=None, finalize=None):
        import sys

        self._seen = current
        done = finalize if finalize is not None else self.target is not None and current >= self.target
        text = f"\r{current}/{self.target or 'Unknown'}" + "".join(f" - {k}: {float(v):.4f}" for k, v in values or [])
        if self.verbose:
            sys.stdout.write(text + ("\n" if done else ""))
            sys.stdout.flush()

    def add(self, n, values=None):
        self.update(self._seen + n, values)


def pack_x_y_sample_weight(x, y=None, sample_weight=None):
    if y is None:
        return (x,) if isinstance(x, (list, tuple)) else x
    return (x, y) if sample_weight is None else (x, y, sample_weight)


def unpack_x_y_sample_weight(data):
    return unpack(data)


def is_keras_tensor(x):
    from ._symbolic import KerasTensor

    return isinstance(x, KerasTensor)


def standardize_dtype(dtype):
    from .._tensor import numpy_dtype

    return numpy_dtype(dtype).name


class _Picture(str):
    """A drawing that a notebook shows."""

    def _repr_svg_(self):
        return str(self)


class _Dot(str):
    """A graph in Graphviz' language, with the few methods of pydot's that scripts call."""

    def to_string(self):
        return str(self)

    def write(self, path, prog=None, format="raw"):
        if format not in ("raw", "dot"):
            raise NotImplementedError("Only the text of the graph can be written; plot_model draws .svg")
        with open(path, "w", encoding="utf-8") as file:
            file.write(self)
        return True


def model_to_dot(model, show_shapes=False, show_dtype=False, show_layer_names=True, rankdir="TB", expand_nested=False, dpi=200,
                 subgraph=False, show_layer_activations=False, show_trainable=False, splines="ortho", **kwargs):
    """The model as text in Graphviz' language."""
    _refuse_plotting(model, expand_nested, subgraph, **kwargs)
    return _Dot(_core.model_to_dot(model._core, bool(show_shapes), bool(show_dtype), bool(show_layer_names), rankdir,
                                   bool(show_layer_activations), bool(show_trainable)))


def plot_model(model, to_file="model.png", show_shapes=False, show_dtype=False, show_layer_names=False, rankdir="TB",
               expand_nested=False, dpi=200, show_layer_activations=False, show_trainable=False, splines="ortho", **kwargs):
    """Draws the model as .svg or writes it as .dot; a name with another ending gets .svg instead. Returns what a notebook shows."""
    import os
    import warnings

    _refuse_plotting(model, expand_nested, **kwargs)
    options = (bool(show_shapes), bool(show_dtype), bool(show_layer_names), rankdir, bool(show_layer_activations),
               bool(show_trainable))
    picture = _Picture(_core.model_to_svg(model._core, *options))
    if to_file is not None:
        name, ending = os.path.splitext(os.fspath(to_file))
        if ending not in (".svg", ".dot"):
            warnings.warn(f"plot_model draws .svg: written to {name}.svg", stacklevel=2)
            ending = ".svg"
        with open(name + ending, "w", encoding="utf-8") as file:
            file.write(_core.model_to_dot(model._core, *options) if ending == ".dot" else picture)
    return picture


def _refuse_plotting(model, expand_nested, subgraph=False, layer_range=None, **unknown):
    from ._sequential import Sequential

    if layer_range is not None:
        raise ValueError("Argument `layer_range` is no longer supported.")
    if unknown:
        raise ValueError(f"Unrecognized keyword arguments: {unknown}")
    if subgraph or (expand_nested and any(isinstance(layer, Sequential) for layer in model.layers)):
        raise NotImplementedError("A model in a model is drawn as one box")


__getattr__, __dir__ = attach(__name__)
