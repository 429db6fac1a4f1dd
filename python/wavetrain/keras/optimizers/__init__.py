"""keras.optimizers."""

import numpy as np

from ... import _core
from ..._classes import Described, Family, Field, fields_of, signature, snake_case
from ..._data import as_array
from ..._lazy import attach
from ..._tensor import tensor
from .._variables import Variable

_hidden = frozenset({"attach", "as_array", "tensor", "np", "Described", "Family", "Variable", "snake_case", "Field", "fields_of",
                     "signature"})


class _Rate(float):
    """A learning rate: a number that can also be asked and set like a variable."""

    def __new__(cls, value, optimizer):
        rate = float.__new__(cls, np.float32(value))
        rate._optimizer = optimizer
        return rate

    shape = ()
    dtype = "float32"

    def numpy(self):
        return np.float32(self)

    value = property(lambda self: tensor(np.float32(self)))

    def assign(self, value):
        self._optimizer.learning_rate = value

    def __array__(self, dtype=None, copy=None):
        return np.asarray(float(self), dtype or np.float32)

    def __reduce__(self):
        return (float, (float(self),))


class Optimizer(Described):
    """What every optimizer has. Of its own it works on variables: ``apply(gradients, variables)``."""

    _family = "optimizers"
    _variadic = True

    def __init__(self, *args, **kwargs):
        if self._description is None:
            raise NotImplementedError(f"{type(self).__name__} computes in Python; only the library's own optimizers can be "
                                      "used")
        for name in kwargs:
            if name not in {field.name for field in self._fields}:
                raise ValueError(f"Argument(s) not recognized: {{{name!r}: {kwargs[name]!r}}}")
        given = self._bind(args, kwargs)
        rate = given.get("learning_rate")
        if callable(rate) and not isinstance(rate, Described):
            raise NotImplementedError("A learning rate that is a function of Python: use callbacks.LearningRateScheduler")
        if isinstance(rate, (int, np.generic)) or hasattr(rate, "numpy"):
            given["learning_rate"] = float(rate)
        self.name = given.get("name") or _core.automatic_name(type(self).__name__)
        self._handle = _core.Optimizer({"class_name": self._description, "config": given})
        self._schedule = rate if isinstance(rate, Described) else None

    @property
    def learning_rate(self):
        return _Rate(self._handle.learning_rate, self)

    @learning_rate.setter
    def learning_rate(self, value):
        if isinstance(value, Described):
            raise NotImplementedError("A schedule must be given when the optimizer is made")
        if self._handle.has_schedule:
            raise TypeError("This optimizer was created with a `LearningRateSchedule` object as its `learning_rate` "
                            "constructor argument, hence its learning rate is not settable. If you need the learning rate to "
                            "be settable, you should instantiate the optimizer with a float `learning_rate` argument.")
        self._handle.learning_rate = float(value)

    lr = learning_rate
    iterations = property(lambda self: tensor(self._handle.iterations, np.int32))
    built = property(lambda self: self._handle.built)

    def get_config(self):
        config = dict(self._handle.config()["config"])
        config["name"] = self.name
        return config

    @property
    def variables(self):
        result = []
        for name, value in self._handle.variables():
            variable = Variable._of(_core.Variable(as_array(np.asarray(value)), name, False), f"{self.name}/{name}", False)
            result.append(variable)
        return result

    def build(self, variables):
        self._handle.build([variable._variable for variable in variables])

    def apply(self, grads, trainable_variables=None):
        """One step from these gradients. The variables are those of the first call."""
        if trainable_variables is None:
            trainable_variables = getattr(self, "_built_for", None)
            if trainable_variables is None:
                raise ValueError("When passing `grads` without `variables`, the optimizer must already be built on a list of "
                                 "variables. Call `optimizer.build(trainable_variables)` first. ")
        trainable_variables = list(trainable_variables)
        grads = [as_array(gradient, "gradient") for gradient in grads]
        if len(grads) == 0:
            raise ValueError("`grads` is empty.")
        self._built_for = trainable_variables
        self._handle.apply(grads, [variable._variable for variable in trainable_variables])

    def apply_gradients(self, grads_and_vars):
        grads, variables = zip(*grads_and_vars)
        self.apply(grads, variables)
        return self.iterations

    def exclude_from_weight_decay(self, var_list=None, var_names=None):
        if var_list:
            raise NotImplementedError("exclude_from_weight_decay by variable; give `var_names`")
        self._handle.exclude_from_weight_decay(list(var_names or []))

    def finalize_variable_values(self, var_list=None):
        self._handle.finalize()

    def __getattr__(self, name):
        if not name.startswith("_"):
            config = self._handle.config()["config"]
            if name in config:
                return config[name]
        raise AttributeError(f"'{type(self).__name__}' object has no attribute '{name}'")

    def __repr__(self):
        return f"<keras.optimizers.{type(self).__name__} {self.name}>"


_COMMON = ("learning_rate", "weight_decay", "clipnorm", "clipvalue", "global_clipnorm", "use_ema", "ema_momentum",
           "ema_overwrite_frequency", "loss_scale_factor", "gradient_accumulation_steps", "name")
Optimizer.__signature__ = signature(
    [Field(f.name, f.type, f.name == "learning_rate", f.default, f.aliases) for f in fields_of("optimizers", "SGD")
     if f.name in _COMMON], variadic=True)

_Muon = type("Optimizer", (Optimizer,), {"__module__": __name__, "_shown": {"exclude_layers": None}})
_classes = Family("optimizers", Optimizer, __name__, "keras.optimizers.{name}, native.",
                  special={"Muon": _Muon}.get)


def get(identifier):
    if identifier is None:
        return None
    if isinstance(identifier, Optimizer):
        return identifier
    if isinstance(identifier, type) and issubclass(identifier, Optimizer):
        return identifier()
    if isinstance(identifier, (str, dict)):
        handle = _core.Optimizer(identifier)
        return _classes.get(handle.class_name)(**_for_class(handle))
    raise ValueError(f"Could not interpret optimizer identifier: {identifier}")


def _for_class(handle):
    config = handle.config()["config"]
    rate = config.get("learning_rate")
    if isinstance(rate, dict):
        from . import schedules

        config["learning_rate"] = schedules.deserialize(rate)
    return config


def serialize(optimizer):
    return optimizer._serialized()


def deserialize(config, custom_objects=None):
    return get(config)


def _make(name):
    if name == "legacy":
        import sys

        return sys.modules[__name__]
    return _classes.get(name)


__getattr__, __dir__ = attach(__name__, submodules=("schedules",), make=_make, names=_classes.names)
