"""keras.metrics."""

import inspect

import numpy as np

from .. import _core
from .._classes import Described, Family, snake_case
from .._data import as_floats
from .._lazy import attach
from .._tensor import tensor
from ._variables import Variable

_hidden = frozenset({"inspect", "attach", "as_floats", "tensor", "np", "Described", "Family", "Variable", "snake_case"})


class Metric(Described):
    """A metric: ``update_state``, ``result``, ``reset_state``. A class of one's own has these methods in numpy's or ``tf``'s
    arithmetic and keeps its sums in ``add_weight``."""

    _family = "metrics"

    def __init__(self, dtype=None, name=None):
        self._handle = None
        self.name = name or snake_case(type(self).__name__)
        self._weights = []

    dtype = property(lambda self: "float32")

    # --- For classes of one's own -------------------------------------------------------------------------------------

    def add_weight(self, shape=(), initializer=None, dtype=None, name=None):
        if isinstance(shape, str):
            shape, name = (), shape
        from . import initializers

        start = np.zeros(shape) if initializer is None else initializers.get(initializer)(shape)
        variable = Variable(np.asarray(start, np.float32), name=name)
        self._weights.append(variable)
        return variable

    add_variable = add_weight

    # --- State --------------------------------------------------------------------------------------------------------

    def update_state(self, y_true, y_pred=None, sample_weight=None):
        if self._handle is None:
            raise NotImplementedError
        if self._description in ("Mean", "Sum"):
            # update_state(values, sample_weight)
            weight = y_pred if sample_weight is None else sample_weight
            values = as_floats(y_true, "values")
            values = values.reshape(1) if values.ndim == 0 else values
            weight = None if weight is None else as_floats(weight, "sample_weight")
            if weight is not None and weight.ndim == 0:
                weight = np.full(values.shape[:1], weight, np.float32)
            self._handle.update_state(values, values, weight)
            return
        weight = None if sample_weight is None else as_floats(sample_weight, "sample_weight")
        if weight is not None and weight.ndim == 0:
            weight = np.full(np.shape(y_pred)[:1], weight, np.float32)
        if weight is not None and weight.ndim > 1 and weight.shape[-1] == 1:
            weight = np.ascontiguousarray(weight[..., 0])
        self._handle.update_state(as_floats(y_true, "y_true"), as_floats(y_pred, "y_pred"), weight)

    def result(self):
        if self._handle is None:
            raise NotImplementedError
        return tensor(self._handle.result(), np.float32)

    def reset_state(self):
        if self._handle is not None:
            self._handle.reset_state()
        else:
            for variable in self._weights:
                variable.assign(np.zeros(variable.shape, np.float32))

    reset_states = reset_state

    def merge_state(self, metrics):
        for metric in metrics:
            self._handle.merge_state(metric._handle)

    def __call__(self, *args, **kwargs):
        self.update_state(*args, **kwargs)
        return self.result()

    @property
    def variables(self):
        return list(self._weights) if self._handle is None else []

    def get_config(self):
        if self._handle is None:
            return {"name": self.name, "dtype": "float32"}
        config = self._handle.config()["config"]
        name = config.pop("name") or self.name
        config.pop("dtype", None)
        if self._description == "AUC" and config["thresholds"] is None:
            del config["thresholds"]
        return {"name": name, "dtype": "float32", **config}

    def __getattr__(self, name):
        if not name.startswith("_") and self.__dict__.get("_handle") is not None:
            config = self._handle.config()["config"]
            if name in config:
                return config[name]
        raise AttributeError(f"'{type(self).__name__}' object has no attribute '{name}'")

    def __repr__(self):
        return f"<{type(self).__name__} name={self.name}>"


class _Native(Metric):
    """A metric of the library."""

    def __init__(self, *args, **kwargs):
        given = self._bind(args, kwargs)
        if "dtype" in given:
            del given["dtype"]
        if given.get("name", "") is None:
            del given["name"]
        self._handle = _core.Metric({"class_name": self._description, "config": given})
        self.name = self._handle.name

    def __deepcopy__(self, memo):
        result = super().__deepcopy__(memo)
        result._handle.merge_state(self._handle)
        return result


class MeanMetricWrapper(Metric):
    """The mean of what a function gives for each sample."""

    def __init__(self, fn, name=None, dtype=None, **kwargs):
        super().__init__(dtype, name or getattr(fn, "__name__", snake_case(type(fn).__name__)))
        self._fn, self._fn_kwargs = fn, kwargs
        self.reset_state()

    def update_state(self, y_true, y_pred, sample_weight=None):
        values = np.asarray(self._fn(tensor(y_true), tensor(y_pred), **self._fn_kwargs), np.float64)
        if sample_weight is None:
            self._total += values.sum()
            self._count += values.size
            return
        weight = np.asarray(sample_weight, np.float64)
        while values.ndim > weight.ndim:
            values = values.mean(-1)
        self._total += (values * weight).sum()
        self._count += np.broadcast_to(weight, values.shape).sum()

    def result(self):
        return tensor(self._total / self._count if self._count else 0.0, np.float32)

    def reset_state(self):
        self._total = self._count = 0.0


class _Hooks:
    """What the training loop calls for a metric that computes in Python."""

    def __init__(self, metric):
        self.metric = metric
        self.name = metric.name

    def reset(self):
        self.metric.reset_state()

    def update(self, y_true, y_pred, sample_weight):
        if sample_weight is None:
            self.metric.update_state(tensor(y_true), tensor(y_pred))
        else:
            self.metric.update_state(tensor(y_true), tensor(y_pred), sample_weight=tensor(sample_weight))

    def value(self):
        return float(np.asarray(self.metric.result()))


def _for_compile(metric):
    """A metric of ``compile`` as the library takes it, with the object that keeps it."""
    if isinstance(metric, (str, dict)):
        return metric, None
    if isinstance(metric, type) and issubclass(metric, Metric):
        metric = metric()
    if isinstance(metric, Metric):
        return (metric._handle, metric) if metric._handle is not None else (_Hooks(metric), metric)
    if getattr(metric, "_wavetrain_name", None) and getattr(metric, "__module__", "").endswith("keras.losses"):
        return {"class_name": _core.Metric(metric._wavetrain_name).class_name, "config": {"name": metric.__name__}}, None
    if callable(metric):
        wrapper = MeanMetricWrapper(metric)
        return _Hooks(wrapper), wrapper
    raise ValueError(f"Could not interpret metric identifier: {metric}")


_classes = Family("metrics", _Native, __name__, "keras.metrics.{name}, native.")


def get(identifier):
    if identifier is None:
        return None
    if isinstance(identifier, (str, dict)):
        return deserialize(identifier)
    if isinstance(identifier, type) and issubclass(identifier, Metric):
        return identifier()
    if callable(identifier):
        return identifier
    raise ValueError(f"Could not interpret metric identifier: {identifier}")


def serialize(metric):
    return metric._serialized() if isinstance(metric, Metric) else metric.__name__


def deserialize(config, custom_objects=None):
    settings = config.get("config") or {} if isinstance(config, dict) else {}
    name = config["class_name"] if isinstance(config, dict) else config
    for class_name in _core.class_names("metrics"):
        if name.lower() in (class_name.lower(), snake_case(class_name)):
            return _classes.get(class_name)(**settings)
    return _classes.get(_core.Metric(config).class_name)(**settings)


def _make(name):
    if name.startswith("Compiled"):
        return None
    found = _classes.get(name)
    if found is None and name == name.lower():
        from . import losses

        found = losses._function(name) or _accuracy(name)
    return found


def _centred(y_true, y_pred, axis):
    """Both as float32 of the same rank, without their means, and the means."""
    y_true, y_pred = as_floats(y_true, "y_true"), as_floats(y_pred, "y_pred")
    if y_pred.ndim == y_true.ndim + 1 and y_pred.shape[-1] == 1:
        y_pred = y_pred[..., 0]
    elif y_true.ndim == y_pred.ndim + 1 and y_true.shape[-1] == 1:
        y_true = y_true[..., 0]
    means = [values.mean(axis=axis, keepdims=True) for values in (y_true, y_pred)]
    return y_true - means[0], y_pred - means[1], y_true, means


def pearson_correlation(y_true, y_pred, axis=-1):
    """The correlation of each sample's values along an axis."""
    a, b, *_ = _centred(y_true, y_pred, axis)
    with np.errstate(all="ignore"):
        return tensor((a / a.std(axis=axis, keepdims=True) * (b / b.std(axis=axis, keepdims=True))).mean(axis=axis))


def concordance_correlation(y_true, y_pred, axis=-1):
    """The same, less where scales and means differ."""
    a, b, y_true, (mean_true, mean_pred) = _centred(y_true, y_pred, axis)
    scale = a.var(axis=axis, keepdims=True) + b.var(axis=axis, keepdims=True) + np.square(mean_true - mean_pred)
    # Keras' own formula, which takes the mean of the predictions off both.
    return tensor((2 * (y_true - mean_pred) * b / (scale + np.float32(1e-7))).mean(axis=axis))


_FUNCTIONS = ("binary_accuracy", "categorical_accuracy", "sparse_categorical_accuracy", "top_k_categorical_accuracy",
              "sparse_top_k_categorical_accuracy", "binary_crossentropy", "binary_focal_crossentropy",
              "categorical_crossentropy", "categorical_focal_crossentropy", "sparse_categorical_crossentropy",
              "categorical_hinge", "hinge", "squared_hinge", "huber", "kl_divergence", "log_cosh", "mean_absolute_error",
              "mean_absolute_percentage_error", "mean_squared_error", "mean_squared_logarithmic_error", "poisson")


def _accuracy(name):
    """Functions such as ``binary_accuracy(y_true, y_pred)``: one value per sample."""
    class_name = {"binary_accuracy": "BinaryAccuracy", "categorical_accuracy": "CategoricalAccuracy",
                  "sparse_categorical_accuracy": "SparseCategoricalAccuracy",
                  "top_k_categorical_accuracy": "TopKCategoricalAccuracy",
                  "sparse_top_k_categorical_accuracy": "SparseTopKCategoricalAccuracy"}.get(name)
    if class_name is None:
        return None

    kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
    fields = [field for field in _classes.get(class_name)._fields if field.name not in ("name", "dtype")]
    signature = inspect.Signature([inspect.Parameter("y_true", kind), inspect.Parameter("y_pred", kind)] + [
        inspect.Parameter(field.name, kind, default=field.default) for field in fields])

    def function(*args, **kwargs):
        kwargs = signature.bind(*args, **kwargs).arguments
        y_true, y_pred = kwargs.pop("y_true"), kwargs.pop("y_pred")
        y_true, y_pred = as_floats(y_true, "y_true"), as_floats(y_pred, "y_pred")
        results = []
        for i in range(len(y_pred)):
            metric = _core.Metric({"class_name": class_name, "config": kwargs})
            metric.update_state(np.ascontiguousarray(y_true[i:i + 1]), np.ascontiguousarray(y_pred[i:i + 1]), None)
            results.append(metric.result())
        return tensor(results, np.float32)

    function.__name__ = function.__qualname__ = name
    function.__signature__ = signature
    return function


__getattr__, __dir__ = attach(__name__, make=_make,
                              names=lambda: {n for n in _classes.names() if not n.startswith("Compiled")} |
                              {n for n in _FUNCTIONS if _make(n)})
