"""keras.callbacks: the library's own, and the class to derive one's own from."""

import inspect
import warnings

from .. import _core
from .._classes import Described, Family
from .._lazy import attach

_hidden = frozenset({"attach", "Described", "Family", "inspect", "warnings"})

_BATCH_HOOKS = ("on_train_batch_begin", "on_train_batch_end", "on_test_batch_begin", "on_test_batch_end",
                "on_predict_batch_begin", "on_predict_batch_end", "on_batch_begin", "on_batch_end")


class Callback:
    """What runs at the edges of epochs and batches: override the hooks that you need."""

    #: The library's own callback, for classes that are one.
    _native = None

    def __init__(self):
        self.params = None
        self._model = None

    @property
    def model(self):
        return getattr(self, "_model", None)

    def set_params(self, params):
        self.params = params

    def set_model(self, model):
        self._model = model

    def _wants_batches(self):
        return any(getattr(type(self), hook) is not getattr(Callback, hook) or hook in vars(self) for hook in _BATCH_HOOKS)

    def on_batch_begin(self, batch, logs=None):
        """An older name of on_train_batch_begin."""

    def on_batch_end(self, batch, logs=None):
        """An older name of on_train_batch_end."""

    def on_epoch_begin(self, epoch, logs=None):
        """Before an epoch, counted from 0."""

    def on_epoch_end(self, epoch, logs=None):
        """After an epoch and its validation."""

    def on_train_batch_begin(self, batch, logs=None):
        """Before a training batch."""
        self.on_batch_begin(batch, logs=logs)

    def on_train_batch_end(self, batch, logs=None):
        """After a training batch."""
        self.on_batch_end(batch, logs=logs)

    def on_test_batch_begin(self, batch, logs=None):
        """Before a batch of ``evaluate`` or of validation."""

    def on_test_batch_end(self, batch, logs=None):
        """After a batch of ``evaluate`` or of validation."""

    def on_predict_batch_begin(self, batch, logs=None):
        """Before a batch of ``predict``."""

    def on_predict_batch_end(self, batch, logs=None):
        """After a batch of ``predict``."""

    def on_train_begin(self, logs=None):
        """At the beginning of ``fit``."""

    def on_train_end(self, logs=None):
        """At the end of ``fit``, also when Ctrl-C ended it."""

    def on_test_begin(self, logs=None):
        """At the beginning of ``evaluate`` or of validation."""

    def on_test_end(self, logs=None):
        """At the end of ``evaluate`` or of validation."""

    def on_predict_begin(self, logs=None):
        """At the beginning of ``predict``."""

    def on_predict_end(self, logs=None):
        """At the end of ``predict``."""


class _Native(Described, Callback):
    """A callback that runs in the library. A subclass with hooks of its own is refused: they would never run."""

    _family = "callbacks"

    def __init__(self, *args, **kwargs):
        Callback.__init__(self)
        given = self._bind(args, kwargs)
        for hook in vars(Callback):
            if hook.startswith("on_") and getattr(type(self), hook) is not getattr(Callback, hook):
                raise NotImplementedError(f"{type(self).__name__}.{hook}: {self._description} runs in the library, so its hooks "
                                          "cannot be overridden; derive from Callback")
        self._settings = {field.name: field.default for field in self._fields if not field.required} | given
        if "filepath" in given or "filename" in given:
            import os

            key = "filepath" if "filepath" in given else "filename"
            given[key] = os.fspath(given[key])
        self._given = given
        self._native = _core.NativeCallback({"class_name": self._description, "config": given})

    def __getattr__(self, name):
        if not name.startswith("_") and self._native is not None:
            state = self._native.state()
            if name in state:
                return state[name]
            if name in self._settings:
                return self._settings[name]
        raise AttributeError(f"'{type(self).__name__}' object has no attribute '{name}'")

    def get_config(self):
        return dict(self._settings)

    def __reduce_ex__(self, protocol):
        return _again, (type(self), self._given)

    def __deepcopy__(self, memo):
        return _again(type(self), self._given)


def _again(cls, given):
    return cls(**given)


class _Plateau(_Native):
    """ReduceLROnPlateau, which still takes the older name of an argument."""

    _variadic = True

    def __init__(self, *args, **kwargs):
        if "epsilon" in kwargs:
            warnings.warn("`epsilon` argument is deprecated and will be removed, use `min_delta` instead.", stacklevel=2)
            kwargs["min_delta"] = kwargs.pop("epsilon")
        super().__init__(*args, **kwargs)


class LearningRateScheduler(Callback):
    """Sets the learning rate to ``schedule(epoch, learning_rate)`` before each epoch."""

    def __init__(self, schedule, verbose=0):
        super().__init__()
        self.schedule, self.verbose = schedule, verbose
        self._native = _core.learning_rate_scheduler(self._rate, int(verbose))

    def __reduce_ex__(self, protocol):
        return LearningRateScheduler, (self.schedule, self.verbose)

    def __deepcopy__(self, memo):
        return LearningRateScheduler(self.schedule, self.verbose)

    def _rate(self, epoch, rate):
        import numpy as np

        try:
            value = self.schedule(epoch, rate)
        except TypeError:
            value = self.schedule(epoch)
        if not isinstance(value, (float, np.floating)) and not (hasattr(value, "numpy") and getattr(value, "ndim", 1) == 0):
            raise ValueError("The output of the `schedule` function should be a float. "
                             f"Got: {value}")
        return float(value)


class LambdaCallback(Callback):
    """Hooks as functions."""

    def __init__(self, on_epoch_begin=None, on_epoch_end=None, on_train_begin=None, on_train_end=None,
                 on_train_batch_begin=None, on_train_batch_end=None, **kwargs):
        super().__init__()
        hooks = dict(on_epoch_begin=on_epoch_begin, on_epoch_end=on_epoch_end, on_train_begin=on_train_begin,
                     on_train_end=on_train_end, on_train_batch_begin=on_train_batch_begin,
                     on_train_batch_end=on_train_batch_end, **kwargs)
        for name, hook in hooks.items():
            if hook is not None:
                setattr(self, name, hook)


class History(Callback):
    """What ``fit`` returns: ``history`` has a list with one value per epoch for each name."""

    def __init__(self):
        super().__init__()
        self.history = {}
        self.epoch = []

    def __repr__(self):
        return f"<keras.callbacks.History of {len(self.epoch)} epochs: {', '.join(self.history)}>"


class ProgbarLogger(Callback):
    """The progress bar, which ``fit`` shows by itself when verbose is not 0."""


class CallbackList:
    """Calls the hooks of many callbacks in order."""

    def __init__(self, callbacks=None, add_history=False, add_progbar=False, model=None, **params):
        self.callbacks = list(callbacks or [])
        if add_history:
            self._history = History()
            self.callbacks.append(self._history)
        if model is not None:
            self.set_model(model)
        if params:
            self.set_params(params)

    def append(self, callback):
        self.callbacks.append(callback)

    def set_params(self, params):
        self.params = params
        for callback in self.callbacks:
            callback.set_params(params)

    def set_model(self, model):
        self.model = model
        for callback in self.callbacks:
            callback.set_model(model)

    def __iter__(self):
        return iter(self.callbacks)

    def __getattr__(self, name):
        if not name.startswith("on_"):
            raise AttributeError(name)

        def call(*args, **kwargs):
            for callback in self.callbacks:
                getattr(callback, name)(*args, **kwargs)

        return call


def _for_run(callbacks, model):
    """The callbacks of a call of fit, evaluate or predict."""
    if callbacks is None:
        return []
    if isinstance(callbacks, CallbackList):
        callbacks = callbacks.callbacks
    elif isinstance(callbacks, Callback):
        callbacks = [callbacks]
    callbacks = list(callbacks)
    for callback in callbacks:
        if not hasattr(callback, "set_model"):
            raise TypeError(f"Expected a keras.callbacks.Callback. Received: {callback!r} (of type {type(callback)})")
        if not isinstance(callback, Callback) and not hasattr(callback, "_wants_batches"):
            raise TypeError(f"{type(callback).__name__} does not derive from this keras.callbacks.Callback")
        callback.set_model(model)
    return callbacks


_classes = Family("callbacks", _Native, __name__, "keras.callbacks.{name}, native.",
                  special={"ReduceLROnPlateau": _Plateau}.get)
__getattr__, __dir__ = attach(__name__, make=_classes.get, names=_classes.names)
