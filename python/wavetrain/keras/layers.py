"""keras.layers: every layer that the library has, made from its own description."""

import inspect
import warnings
import weakref

import numpy as np

from .. import _core
from .._classes import LAYER_FIELDS, Described, Family, fields_of
from .._data import as_array, is_batches, unpack
from .._lazy import attach
from .._tensor import tensor, tensors
from ._symbolic import Input, KerasTensor
from ._variables import Variable, variables_of

_hidden = frozenset({"attach", "is_batches", "unpack", "as_array", "tensor", "tensors", "inspect", "warnings", "weakref",
                     "np", "Described", "Family", "KerasTensor", "Variable", "variables_of", "LAYER_FIELDS", "fields_of"})

_POLICY = {"module": "keras", "class_name": "DTypePolicy", "registered_name": None}


class Layer(Described):
    """What every layer has, as keras.layers.Layer. The library's own layers derive from it; layers that compute in Python
    cannot be run here."""

    _family = "layers"
    _variadic = True
    _keyword_fields = (*LAYER_FIELDS, "zero_output_for_mask")
    _extra = {}

    def __init__(self, *args, **kwargs):
        if self._description is None:
            raise NotImplementedError(
                f"{type(self).__name__} computes in Python. Only layers of the library can be used: see wavetrain.keras.layers")
        given = self._bind(args, kwargs)
        if given.pop("autocast", True) is not True:
            raise NotImplementedError(f"{type(self).__name__} does not support autocast=False")
        known = {field.name for field in self._fields}
        if "input_dim" in given and "input_dim" not in known:
            given["input_shape"] = (given.pop("input_dim"),)
        if "batch_input_shape" in given:
            raise ValueError(f"Unrecognized keyword arguments passed to {type(self).__name__}: "
                             f"{{'batch_input_shape': {given['batch_input_shape']!r}}}")
        if given.get("activity_regularizer", 0) is None:
            del given["activity_regularizer"]
        for name in ("name", "dtype", "trainable"):
            if name in given and given[name] is None:
                del given[name]
        for field in self._fields:
            if field.needed and given.get(field.name) is None:
                raise ValueError(f"{field.name} must be set to use this layer.")
        extra = {name: given.pop(name) for name in self._extra if name in given}
        name = given.get("name", "")
        if not isinstance(name, str):
            raise ValueError(f"Argument `name` must be a string and cannot contain character `/`. Received: name={name!r} "
                             f"(of type {type(name)})")
        self._attach(_core.Layer(self._description, given))
        for name, value in extra.items():
            if value is not None and self._extra[name] is not None:
                self._extra[name](self, value)

    def _attach(self, handle):
        self._layer = handle
        self._runner = None
        self._models = []

    @classmethod
    def _wrap(cls, handle):
        layer = cls.__new__(cls)
        layer._attach(handle)
        return layer

    # --- What it is ---------------------------------------------------------------------------------------------------

    name = property(lambda self: self._layer.name)
    built = property(lambda self: self._layer.built)
    dtype = compute_dtype = variable_dtype = property(lambda self: "float32")
    input_shape = property(lambda self: self._layer.input_shape)
    output_shape = property(lambda self: self._layer.output_shape)

    @property
    def trainable(self):
        return self._layer.trainable

    @trainable.setter
    def trainable(self, value):
        self._layer.trainable = bool(value)

    def get_config(self):
        return _full_config(self._layer.config())

    def __getattr__(self, name):
        # An argument, or a weight, under its own name.
        if not name.startswith("_"):
            config = self._layer.config()
            if name in config:
                return _argument(name, config[name])
            for path, part in self._layer.sublayers:
                if path == name:
                    return _wrap_layer(part)
            for variable in self.weights:
                if variable.name == name:
                    return variable
        raise AttributeError(f"'{type(self).__name__}' object has no attribute '{name}'")

    def __repr__(self):
        return f"<{type(self).__name__} name={self.name}, built={self.built}>"

    # --- Weights ------------------------------------------------------------------------------------------------------

    @property
    def weights(self):
        return variables_of(self)

    variables = weights

    @property
    def trainable_weights(self):
        return [variable for variable in self.weights if variable.trainable]

    trainable_variables = trainable_weights

    @property
    def non_trainable_weights(self):
        return [variable for variable in self.weights if not variable.trainable]

    non_trainable_variables = non_trainable_weights

    def get_weights(self):
        return self._layer.get_weights()

    def set_weights(self, weights):
        self._layer.set_weights([as_array(weight) for weight in weights])

    def count_params(self):
        if not self.built:
            raise ValueError(f"You tried to call `count_params` on layer '{self.name}', but the layer isn't built. You can "
                             "build it manually via: `layer.build(input_shape)`.")
        return self._layer.count_params()

    def adapt(self, data, batch_size=None, steps=None):
        """Learns from data, for Normalization and Discretization."""
        if is_batches(data):
            data = np.concatenate([np.asarray(unpack(batch)[0]) for batch in data])
        self._layer.adapt(as_array(data))

    def reset_state(self):
        """Zeros as the state of a stateful layer."""
        self._layer.reset_state()

    reset_states = reset_state

    @property
    def losses(self):
        return [tensor(value, np.float32) for value in
                (variable._variable.penalty() for variable in self.weights) if value is not None]

    def _state(self):
        return (list(self._layer.input_shape), self.get_weights()) if self.built else None

    def _restore(self, state):
        shape, weights = state
        self._runner = _Runner(self._layer, shape)
        self.set_weights(weights)

    # --- By itself ----------------------------------------------------------------------------------------------------

    def build(self, input_shape):
        shape = list(input_shape)
        if not self._in_a_model() and not self.built:
            self._runner = _Runner(self._layer, [None, *shape[1:]])
        return self

    def __call__(self, inputs, training=None, mask=None, **kwargs):
        if isinstance(inputs, KerasTensor):
            return inputs._through(self)
        if kwargs or (mask is not None and training):
            raise NotImplementedError(f"Layer '{self.name}' cannot be called with `{next(iter(kwargs), 'mask')}` here")
        x = as_array(inputs)
        if x.ndim == 0:
            raise ValueError(f"Layer '{self.name}' needs a batch of samples. Received a scalar.")
        shape = [len(x) if getattr(self, "stateful", False) else None, *x.shape[1:]]
        if self._in_a_model():
            runner = _Runner(self._copy(), shape)  # the model's weights stay where they are
        else:
            if self._runner is None or self._runner.shape != shape:
                self._runner = _Runner(self._layer, shape)
            runner = self._runner
        if mask is not None:
            return tensors(runner.model.predict(x, {"mask": as_array(mask), "batch_size": len(x), "verbose": 0}))
        return tensors(runner.model.call(x, bool(training)))

    call = __call__

    def _copy(self):
        config = self._layer.config()
        layer = _core.Layer(self._layer.class_name, config)
        _Runner(layer, self._layer.input_shape)
        layer.set_weights(self._layer.get_weights())
        return layer

    def compute_output_shape(self, input_shape):
        layer = _core.Layer(self._layer.class_name, self._layer.config())
        return _Runner(layer, list(input_shape)).model.output_shape

    def _joined(self, model):
        """The layer has become part of a model."""
        self._runner = None
        self._models.append(weakref.ref(model))

    def _in_a_model(self):
        """The first model that it is part of and that is still there."""
        return next((model() for model in self._models if model() is not None), None)


def _full_config(config):
    """Settings as Keras' get_config has them, those of layers in this one too, which the library writes without defaults."""
    config = dict(config)
    common = {"name": config.pop("name")}
    if "trainable" in config:
        common["trainable"] = config.pop("trainable")
        common["dtype"] = {**_POLICY, "config": {"name": config.pop("dtype")}}
    # Those that have no `trainable` in Keras give their dtype by name.
    config.pop("input_shape", None)
    if config.get("data_format", "") is None:
        config["data_format"] = "channels_last"
    if "pool_size" in config and config["strides"] is None:
        config["strides"] = config["pool_size"]
    return {**common, **{name: _full(value) for name, value in config.items()}}


def _full(value):
    if isinstance(value, list):
        return [_full(item) for item in value]
    if not isinstance(value, dict) or value.get("module") != "keras.layers":
        return value
    defaults = {field.name: field.stored for field in fields_of("layers", value["class_name"])}
    return {**value, "config": _full_config({**defaults, **value["config"]})}


class _Runner:
    """A model of one layer."""

    def __init__(self, layer, shape):
        self.shape = list(shape)
        self.model = _core.Sequential("")
        self.model.add(layer)
        self.model.build(self.shape)


def _argument(name, value):
    if name == "activation" or name.endswith("_activation"):
        from . import activations

        return activations.get(value)
    for family in ("initializer", "regularizer", "constraint"):
        if name.endswith(f"_{family}") and value is not None:
            import importlib

            return importlib.import_module(f"{__package__}.{family}s").get(value)
    return tuple(value) if isinstance(value, list) else value


class InputLayer:
    """The shape of a sample, as an entry of a Sequential."""

    def __init__(self, shape=None, batch_size=None, dtype=None, sparse=None, ragged=None, batch_shape=None,
                 input_tensor=None, optional=False, name=None, **kwargs):
        if "input_shape" in kwargs:
            shape = kwargs.pop("input_shape")
        if "batch_input_shape" in kwargs:
            batch_shape = kwargs.pop("batch_input_shape")
        if kwargs:
            raise ValueError(f"Unrecognized keyword arguments passed to InputLayer: {kwargs}")
        self._input = Input(shape, batch_size, dtype, sparse, ragged=ragged, batch_shape=batch_shape, name=name,
                            tensor=input_tensor, optional=optional)
        self.name = self._input.name

    @property
    def batch_shape(self):
        return self._input.shape

    def get_config(self):
        return {"batch_shape": self._input.shape, "dtype": "float32", "sparse": False, "ragged": False, "name": self.name,
                "optional": False}


def _wrap_layer(handle):
    """The Python layer for one of the library's."""
    return _family.get(handle.class_name)._wrap(handle)


def serialize(layer):
    return layer._serialized()


def deserialize(config, custom_objects=None):
    from .saving import deserialize_keras_object

    return deserialize_keras_object(config, custom_objects)


_ALIASES = {
    "AvgPool1D": "AveragePooling1D",
    "MaxPool1D": "MaxPooling1D",
    "GlobalAvgPool1D": "GlobalAveragePooling1D",
    "GlobalMaxPool1D": "GlobalMaxPooling1D",
    "Convolution1D": "Conv1D",
    "Convolution1DTranspose": "Conv1DTranspose",
    "SeparableConvolution1D": "SeparableConv1D",
}

def _with_weights(layer, weights):
    """Embedding(weights=…): the layer is built at once, with these."""
    layer.build((None, None))
    layer.set_weights(weights if isinstance(weights, list) and len(weights) == 1 else [weights])


def _without_weights(layer, weights):
    warnings.warn("Bidirectional does nothing with `weights`, as in Keras 3", stacklevel=4)


def _positional(*names, left_out=()):
    return {"_keyword_fields": tuple(f for f in Layer._keyword_fields if f not in names) + tuple(left_out)}


#: Where the signatures of Keras are not what the fields say. `_keyword_fields`: what it takes by keyword only; `_shown`: defaults
#: that it writes in another way; `_unused`: arguments that mean nothing here, and behind which field they stand; `_extra`: what
#: is done with such an argument that is not None.
_KERAS = {
    "AveragePooling1D": _positional("name"),
    "MaxPooling1D": _positional("name"),
    "SpatialDropout1D": {**_positional("name", "dtype", left_out=("input_shape",)), "_variadic": False},
    "Discretization": {**_positional("name", "dtype", left_out=("input_shape",)), "_variadic": False, "_order": ("dtype", "name")},
    "RNN": _positional("zero_output_for_mask", left_out=("activity_regularizer",)),
    "ConvLSTM1D": _positional(left_out=("unroll",)),
    "LayerNormalization": _positional(left_out=("rms_scaling",)),
    "CategoryEncoding": {"_shown": {"num_tokens": None}},
    "PReLU": {"_shown": {"alpha_initializer": "Zeros"}},
    "Rescaling": {"_shown": {"offset": 0.0}},
    "ZeroPadding1D": {"_shown": {"padding": 1}},
    "StackedRNNCells": {"_shown": {"cells": inspect.Parameter.empty}},
    "Bidirectional": {"_unused": ("merge_mode", {"weights": None}), "_extra": {"weights": _without_weights}},
    "Dense": {"_unused": ("bias_constraint", {"lora_rank": None, "lora_alpha": None, "quantization_config": None})},
    "EinsumDense": {**_positional(left_out=("activity_regularizer",)),
                    "_unused": ("bias_constraint", {"lora_rank": None, "lora_alpha": None, "gptq_unpacked_column_size": None,
                                                    "quantization_config": None})},
    "Embedding": {**_positional(left_out=("activity_regularizer",)), "_shown": {"embeddings_initializer": "uniform"},
                  "_unused": ("mask_zero", {"weights": None, "lora_rank": None, "lora_alpha": None,
                                            "quantization_config": None}),
                  "_extra": {"weights": _with_weights, "input_length": None}},
    "LSTM": {"_unused": ("unroll", {"use_cudnn": "auto"})},
    "GRU": {"_unused": ("reset_after", {"use_cudnn": "auto"})},
    "BatchNormalization": {"_unused": ("gamma_constraint", {"renorm": False, "renorm_clipping": None,
                                                            "renorm_momentum": 0.99})},
}


def _special(name):
    """A base with these for one class, or None."""
    return type("Layer", (Layer,), {"__module__": __name__, **_KERAS[name]}) if name in _KERAS else None


_family = Family("layers", Layer, __name__, "keras.layers.{name}, native.", _ALIASES, _special)
__getattr__, __dir__ = attach(
    __name__, make=_family.get,
    names=lambda: (set(_core.class_names("layers")) - {"Sequential"} | {a for a, c in _ALIASES.items() if _family.get(c)}))
