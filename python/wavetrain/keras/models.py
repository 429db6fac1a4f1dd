"""keras.models: Sequential, and models from files."""

from ._sequential import Model, Sequential, clone_model, load_model, model_from_json, save_model

Functional = Model
__all__ = ["Functional", "Model", "Sequential", "clone_model", "load_model", "model_from_json", "save_model"]
