"""What initializers, regularizers, constraints and schedules have in common: settings and a call."""

import inspect

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
        try:
            self._handle = _CORE[self._family]({"class_name": self._description, "config": self._settings})
        except TypeError as error:
            # Keras raises ValueError for penalties that are no numbers.
            raise (ValueError if self._family == "regularizers" else TypeError)(str(error)) from None

    def get_config(self):
        return self._handle.config()["config"]

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

    def serialize(*args, **kwargs):
        return serialize.__signature__.bind(*args, **kwargs).arguments[argument]._serialized()

    argument = "learning_rate_schedule" if family == "schedules" else what
    serialize.__signature__ = inspect.Signature(
        [inspect.Parameter(argument, inspect.Parameter.POSITIONAL_OR_KEYWORD)])

    def deserialize(config, custom_objects=None):
        if isinstance(config, str):
            return get(config)
        handle = _CORE[family](config)
        return classes.get(handle.class_name)(**handle.config()["config"])

    return get, serialize, deserialize
