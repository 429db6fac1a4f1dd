"""keras.optimizers.schedules."""

import inspect

import numpy as np

from ... import _core
from ..._classes import Family
from ..._lazy import attach
from ..._tensor import tensor
from .._simple import Simple, make_get

_hidden = frozenset({"inspect", "attach", "tensor", "np", "Family", "Simple", "make_get"})


class LearningRateSchedule(Simple):
    """A learning rate that depends on the number of steps done: ``schedule(step)``."""

    _family = "schedules"
    __signature__ = inspect.Signature()

    def __call__(self, step):
        return tensor(self._handle(int(step)), np.float32)


_classes = Family("schedules", LearningRateSchedule, __name__, "keras.optimizers.schedules.{name}, native.")
get, serialize, deserialize = make_get("schedules", _classes, "schedule")
__getattr__, __dir__ = attach(__name__, make=_classes.get, names=_classes.names)
