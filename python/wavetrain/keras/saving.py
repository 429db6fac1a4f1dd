"""keras.saving."""

from ._files import load_model, save_model

_custom = {}


def load_weights(model, filepath, skip_mismatch=False, **kwargs):
    model.load_weights(filepath, skip_mismatch)


def save_weights(model, filepath, overwrite=True, max_shard_size=None, **kwargs):
    model.save_weights(filepath, overwrite)


def serialize_keras_object(obj):
    """Module, class and settings of a layer, optimizer, loss, …; plain values stay what they are."""
    if obj is None or isinstance(obj, (bool, int, float, str)):
        return obj
    if isinstance(obj, (list, tuple)):
        return [serialize_keras_object(item) for item in obj]
    if isinstance(obj, dict):
        return {key: serialize_keras_object(value) for key, value in obj.items()}
    if hasattr(obj, "_serialized"):
        return obj._serialized()
    if hasattr(obj, "get_config"):
        return {"module": "keras", "class_name": type(obj).__name__, "config": obj.get_config(), "registered_name": None}
    return getattr(obj, "__name__", obj)


def deserialize_keras_object(config, custom_objects=None, safe_mode=True, **kwargs):
    """The object that ``serialize_keras_object`` described."""
    import importlib

    if not isinstance(config, dict) or "class_name" not in config:
        return config
    name = config["class_name"]
    known = {**_custom, **(custom_objects or {})}
    if name in known:
        return known[name].from_config(config["config"])
    if name in ("Sequential", "Functional"):
        from ._sequential import Sequential

        return Sequential.from_config(config["config"])
    module = config.get("module") or "keras.layers"
    module = module.removeprefix("keras").lstrip(".") or "layers"
    cls = getattr(importlib.import_module(f"{__package__}.{module}"), name)
    return cls.from_config(config.get("config") or {})


def register_keras_serializable(package="Custom", name=None):
    def register(cls):
        _custom[name or cls.__name__] = cls
        cls._registered_name = f"{package}>{name or cls.__name__}"
        return cls

    return register


def get_registered_name(obj):
    return getattr(obj, "_registered_name", obj.__name__)


def get_registered_object(name, custom_objects=None, module_objects=None):
    return {**_custom, **(custom_objects or {})}.get(name)


def get_custom_objects():
    return _custom


class custom_object_scope:
    """Names for classes of one's own while the scope lasts."""

    def __init__(self, custom_objects):
        self.objects = dict(custom_objects)

    def __enter__(self):
        self.before = dict(_custom)
        _custom.update(self.objects)
        return self

    def __exit__(self, *exc):
        _custom.clear()
        _custom.update(self.before)


CustomObjectScope = custom_object_scope
__all__ = ["CustomObjectScope", "custom_object_scope", "deserialize_keras_object", "get_custom_objects",
           "get_registered_name", "get_registered_object", "load_model", "load_weights", "register_keras_serializable",
           "save_model", "save_weights", "serialize_keras_object"]
