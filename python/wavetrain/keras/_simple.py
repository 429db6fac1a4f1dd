"""What initializers, regularizers, constraints and schedules have in common: settings and a call."""

from .. import _core
from .._classes import Described

_CORE = {
    "initializers": _core.Initializer,
    "regularizers": _core.Regularizer,
    "constraints": _core.Constraint,
    "schedules": _core.LearningRateSchedule,
}


class Simple(Described):
    """An object with settings that is called."""

    def __init__(self, *args, **kwargs):
        if self._description is None:
            raise NotImplementedError(f"{type(self).__name__} computes in Python; only the library's own "
                                      f"{self._family} can be used")
        self._settings = self._bind(args, kwargs)
        self._handle = _CORE[self._family]({"class_name": self._description, "config": self._settings})

    def get_config(self):
        config = self._handle.config()["config"]
        # None stands for what Keras of some versions does not know.
        return {name: value for name, value in config.items()
                if not (value is None and name in ("input_axes", "output_axes"))} if self._family == "initializers" else config

    def __getattr__(self, name):
        if not name.startswith("_"):
            config = self._handle.config()["config"]
            if name in config:
                return config[name]
        raise AttributeError(f"'{type(self).__name__}' object has no attribute '{name}'")

    def __repr__(self):
        return f"<{type(self).__name__} {self.get_config()}>"


def make_get(family, classes, what):
    """keras.<family>.get, serialize and deserialize."""

    def get(identifier):
        if identifier is None:
            return None
        if isinstance(identifier, dict):
            return deserialize(identifier)
        if isinstance(identifier, str):
            handle = _CORE[family](identifier)
            return classes.get(handle.class_name)()
        if isinstance(identifier, Described):
            return identifier
        if isinstance(identifier, type) and issubclass(identifier, Described):
            return identifier()
        raise ValueError(f"Could not interpret {what} identifier: {identifier}")

    def serialize(instance):
        return instance._serialized()

    def deserialize(config, custom_objects=None):
        if isinstance(config, str):
            return get(config)
        handle = _CORE[family](config)
        return classes.get(handle.class_name)(**handle.config()["config"])

    return get, serialize, deserialize


def settings_only(names, family):
    return lambda: {name for name in names() if not name.startswith("Compiled")}
