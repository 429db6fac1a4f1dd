"""keras.losses: classes, and their functions under Keras' names (one loss per row, not reduced)."""

import inspect

import numpy as np

from .. import _core
from .._classes import Described, Family, Field, snake_case
from .._data import as_floats
from .._lazy import attach
from .._tensor import tensor

_hidden = frozenset({"attach", "as_floats", "tensor", "np", "Described", "Family", "Field", "inspect", "snake_case"})

#: Arguments of the classes that their functions do not have.
_NOT_OF_FUNCTIONS = ("reduction", "name", "dtype")


class Loss(Described):
    """A loss: ``loss(y_true, y_pred, sample_weight=None)``. A class of one's own has a method ``call(y_true, y_pred)`` in
    the arithmetic of ``keras.ops`` or ``tf``, which is recorded once and differentiated."""

    _family = "losses"

    def __init__(self, name=None, reduction="sum_over_batch_size", dtype=None):
        if reduction not in ("sum", "sum_over_batch_size", "mean", "mean_with_sample_weight", "none", None):
            raise ValueError(f"Invalid value for argument `reduction`. Expected one of {{'sum', 'sum_over_batch_size', 'mean', "
                             f"'mean_with_sample_weight', 'none', None}}. Received: reduction={reduction}")
        self._handle = None
        self.name = name or snake_case(type(self).__name__)
        self.reduction = "none" if reduction is None else reduction

    dtype = property(lambda self: "float32")

    def call(self, y_true, y_pred):
        if self._handle is None:
            raise NotImplementedError
        return tensor(self._handle.values(as_floats(y_true, "y_true"), as_floats(y_pred, "y_pred")))

    def __call__(self, y_true, y_pred, sample_weight=None):
        if hasattr(y_pred, "_recording") and self._handle is not None:
            from .. import _ops

            values = _recorded(self._handle, y_true, y_pred)
            return values if self.reduction == "none" else _ops.apply("sum" if self.reduction == "sum" else "mean", values)
        if self._handle is None or self.reduction == "none":
            return _reduced(self.call(y_true, y_pred), sample_weight, self.reduction)
        weight = None if sample_weight is None else as_floats(sample_weight, "sample_weight")
        return tensor(self._handle(as_floats(y_true, "y_true"), as_floats(y_pred, "y_pred"), weight), np.float32)

    def get_config(self):
        if self._handle is None:
            return {"name": self.name, "reduction": self.reduction}
        config = self._handle.config()["config"]
        config.pop("dtype", None)
        name, reduction = config.pop("name"), config.pop("reduction")
        return {"name": name, "reduction": reduction, **config}

    def __getattr__(self, name):
        if not name.startswith("_") and self._handle is not None:
            config = self._handle.config()["config"]
            if name in config:
                return config[name]
        raise AttributeError(f"'{type(self).__name__}' object has no attribute '{name}'")

    def __repr__(self):
        return f"<LossFunctionWrapper({self.name})>" if self._description else f"<{type(self).__name__} {self.name}>"


class _Native(Loss):
    """A loss of the library."""

    def __init__(self, *args, **kwargs):
        given = self._bind(args, kwargs)
        if "reduction" in given and given["reduction"] is None:
            given["reduction"] = "none"
        if "dtype" in given:
            del given["dtype"]
        self._handle = _core.Loss({"class_name": self._description, "config": given})
        config = self._handle.config()["config"]
        self.name, self.reduction = config["name"], config["reduction"]


def _reduced(values, sample_weight, reduction):
    values = np.asarray(values, np.float32)
    weight = None
    if sample_weight is not None:
        weight = as_floats(sample_weight, "sample_weight")
        while weight.ndim < values.ndim:
            weight = weight[..., None]
        if weight.ndim > values.ndim and weight.shape[-1] == 1:
            weight = weight[..., 0]
        values = values * weight
    if reduction == "none":
        return tensor(values)
    total = values.sum(dtype=np.float64)
    if reduction in ("sum_over_batch_size", "mean"):
        total = total / values.size if values.size else 0.0
    elif reduction == "mean_with_sample_weight":
        count = values.size if weight is None else float(np.broadcast_to(weight, values.shape).sum())
        total = total / count if count else 0.0
    return tensor(total, np.float32)


_classes = Family("losses", _Native, __name__, "keras.losses.{name}, native.")
_functions = {}


def _function(name):
    """The function that stands for a class: ``mean_squared_error(y_true, y_pred)``."""
    if name != name.lower() or not _core.is_known("losses", name):
        return None
    class_name = _core.Loss(name).class_name
    if class_name.startswith("Compiled"):
        return None
    if class_name in _functions and _functions[class_name].__name__ == _canonical(class_name):
        return _functions[class_name]
    fields = [field for field in _classes.get(class_name)._fields if field.name not in _NOT_OF_FUNCTIONS]
    extra = []
    if class_name == "Circle":
        extra = [Field(name, "not supported", False, None, ()) for name in ("ref_labels", "ref_embeddings")]
        fields.sort(key=lambda field: field.name != "remove_diagonal")
    if class_name == "CategoricalGeneralizedCrossEntropy":  # Keras' function has no default where its class has one
        fields = [Field(field.name, field.type, True, None, ()) for field in fields]
    fields = extra + fields

    def function(*args, **kwargs):
        bound = function.__signature__.bind(*args, **kwargs).arguments
        y_true, y_pred = bound.pop("y_true"), bound.pop("y_pred")
        for field in extra:
            if bound.pop(field.name, None) is not None:
                raise NotImplementedError(f"{_canonical(class_name)} does not support `{field.name}`")
        loss = _core.Loss({"class_name": class_name, "config": {"reduction": "none", **bound}})
        if hasattr(y_pred, "_recording") or hasattr(y_true, "_recording"):
            return _recorded(loss, y_true, y_pred)
        return tensor(loss.values(as_floats(y_true, "y_true"), as_floats(y_pred, "y_pred")))

    kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
    function.__signature__ = inspect.Signature(
        [inspect.Parameter("y_true", kind), inspect.Parameter("y_pred", kind)] +
        [inspect.Parameter(field.name, kind, default=field.default) for field in fields])
    function.__name__ = function.__qualname__ = _canonical(class_name)
    function.__module__ = __name__
    function.__doc__ = f"One loss per row; see {class_name}."
    function._wavetrain_name = name
    _functions[class_name] = function
    return function


def _recorded(handle, y_true, y_pred):
    from .. import _record

    return _record.apply(_record._native_loss(handle), y_true, y_pred)


def _canonical(class_name):
    name = snake_case(class_name)
    return {"kl_divergence": "kl_divergence", "log_cosh": "log_cosh"}.get(name, name)


def _make(name):
    if name.startswith("Compiled"):
        return None
    return _classes.get(name) or _function(name)


_FUNCTIONS = ("mean_squared_error", "mean_absolute_error", "mean_absolute_percentage_error", "mean_squared_logarithmic_error",
              "huber", "log_cosh", "poisson", "kl_divergence", "cosine_similarity", "hinge", "squared_hinge",
              "categorical_hinge", "binary_crossentropy", "categorical_crossentropy", "sparse_categorical_crossentropy",
              "binary_focal_crossentropy", "categorical_focal_crossentropy", "categorical_generalized_cross_entropy", "dice",
              "tversky", "circle", "ctc")


def get(identifier):
    if identifier is None:
        return None
    if isinstance(identifier, str):
        found = _function(identifier.lower()) if identifier == identifier.lower() else None
        if found is not None:
            return found
        return deserialize(identifier)
    if isinstance(identifier, dict):
        return deserialize(identifier)
    if isinstance(identifier, type) and issubclass(identifier, Loss):
        return identifier()
    if callable(identifier):
        return identifier
    raise ValueError(f"Could not interpret loss identifier: {identifier}")


def serialize(loss):
    if isinstance(loss, Loss):
        return loss._serialized()
    return {"module": "builtins", "class_name": "function", "config": loss.__name__, "registered_name": "function"}


def deserialize(name, custom_objects=None):
    handle = _core.Loss(name)
    config = name.get("config") or {} if isinstance(name, dict) else {}
    if not isinstance(config, dict):
        return _function(config)
    return _classes.get(handle.class_name)(**config)


__getattr__, __dir__ = attach(
    __name__, make=_make,
    names=lambda: {n for n in _classes.names() if not n.startswith("Compiled")} | {n for n in _FUNCTIONS if _make(n)})
