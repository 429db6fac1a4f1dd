"""Models as bytes, in files, as JSON, and as copies of each other."""

import os
import tempfile

from .. import _core
from ._sequential import Sequential


def to_bytes(model):
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "model.keras")
        model._core.save(path)
        with open(path, "rb") as file:
            return file.read()


def from_bytes(cls, data):
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "model.keras")
        with open(path, "wb") as file:
            file.write(data)
        return cls._wrap(_core.load_model(path))


def load_model(filepath, custom_objects=None, compile=True, safe_mode=True):
    """keras.models.load_model."""
    path = os.fspath(filepath)
    if not os.path.exists(path):
        raise ValueError(f"File not found: filepath={path}. Please ensure the file is an accessible `.keras` zip file.")
    return Sequential._wrap(_core.load_model(path, compile))


def save_model(model, filepath, overwrite=True, zipped=None, **kwargs):
    """keras.models.save_model."""
    model.save(filepath, overwrite, zipped, **kwargs)


def model_from_json(json_string, custom_objects=None):
    """keras.models.model_from_json."""
    return Sequential._wrap(_core.model_from_json(json_string))


def clone_model(model, input_tensors=None, clone_function=None, call_function=None, recursive=False, **kwargs):
    """keras.models.clone_model: the same layers with new weights."""
    if clone_function is not None:
        layers = [clone_function(layer) for layer in model.layers]
        start = [model._input] if model._input is not None else []
        return Sequential([*start, *layers])
    return Sequential.from_config(model.get_config())
