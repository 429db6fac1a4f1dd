"""keras.models: Sequential, and models from files."""

from ._files import clone_model, load_model, model_from_json, save_model
from ._sequential import Model, Sequential

Functional = Model
__all__ = ["Functional", "Model", "Sequential", "clone_model", "load_model", "model_from_json", "save_model"]
