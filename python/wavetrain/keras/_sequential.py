"""Sequential, the model."""

import os
import sys
import warnings
import weakref

import numpy as np

from .. import _core
from .._data import as_array, is_batches
from .._tensor import tensor
from . import _stream
from ._symbolic import KerasTensor
from .callbacks import History, _for_run
from .layers import InputLayer, Layer, _wrap_layer


def _write(text):
    sys.stdout.write(text)
    sys.stdout.flush()


def _warn(is_warning, text):
    if is_warning:
        warnings.warn(text, stacklevel=_level())
    else:
        sys.stderr.write(text + "\n")


def _level():
    """The `stacklevel` of a warning that names the line of the caller outside of this package."""
    frame, level = sys._getframe(1), 1
    while frame.f_back is not None and frame.f_globals.get("__name__", "").startswith("wavetrain."):
        frame, level = frame.f_back, level + 1
    return level


_core.set_log(_warn)
_terminal = None


def prepare_console():
    """Text goes to sys.stdout, whatever that is now; a bar moves where it can."""
    global _terminal
    try:
        terminal = sys.stdout.isatty()
    except (AttributeError, ValueError):
        terminal = False
    terminal = terminal or "ipykernel" in sys.modules or "PYCHARM_HOSTED" in os.environ
    if terminal != _terminal:
        _core.set_console(_write, terminal)
        _terminal = terminal


prepare_console()


class _ModelType(type):
    """Model(inputs, outputs) makes a Sequential; its own arguments are not Sequential's."""

    def __call__(cls, *args, **kwargs):
        if cls is not Model:
            if not issubclass(cls, Sequential):
                raise NotImplementedError(f"{cls.__name__} derives from Model and computes in Python; use Sequential")
            return super().__call__(*args, **kwargs)
        inputs = kwargs.get("inputs", args[0] if args else None)
        outputs = kwargs.get("outputs", args[1] if len(args) > 1 else None)
        return _from_chain(inputs, outputs, kwargs.get("name"))


class Model(metaclass=_ModelType):
    """keras.Model: a Sequential, or a chain of layers between an Input and an output. Models that compute in Python, or that
    branch, are not run here."""


def _from_chain(inputs, outputs, name):
    if isinstance(inputs, (list, tuple)) and len(inputs) == 1:
        inputs = inputs[0]
    if isinstance(outputs, (list, tuple)) and len(outputs) == 1:
        outputs = outputs[0]
    if not isinstance(inputs, KerasTensor) or not isinstance(outputs, KerasTensor):
        raise NotImplementedError("A Model has one Input and one output here, with a chain of layers between them. Received: "
                                  f"inputs={inputs!r}, outputs={outputs!r}")
    if inputs._config is not outputs._config or inputs._layers != outputs._layers[:len(inputs._layers)]:
        raise ValueError("`outputs` must come from `inputs` by a chain of layers")
    start = inputs if not inputs._layers else KerasTensor({"batch_shape": list(inputs.shape)}, inputs.shape, name=inputs.name)
    return Sequential([start, *outputs._layers[len(inputs._layers):]], name=name or _core.automatic_name("Functional"))


class Sequential(Model):
    """A stack of layers that trains, predicts, saves and loads, as keras.Sequential."""

    def __init__(self, layers=None, trainable=True, name=None):
        self._attach(_core.Sequential(name or ""), [])
        if layers is not None:
            for layer in layers:
                self.add(layer)
        if not trainable:
            self.trainable = False

    def _attach(self, handle, layers):
        self._core = handle
        self._layers = layers
        for layer in layers:
            layer._joined(self)
        self._layer = None
        self._input = None
        self._optimizer = None
        self._compiled = {}
        self._metrics = []
        self._stop_training = False
        self.history = None

    @classmethod
    def _wrap(cls, handle):
        model = object.__new__(cls)
        model._attach(handle, [_wrap_layer(layer) for layer in handle.layers])
        settings = handle.compile_config()
        if settings is not None:
            from . import optimizers

            model._optimizer = optimizers.get(settings["optimizer"])
            handle.attach(model._optimizer._handle, weakref.ref(handle))
            model._compiled = settings
        return model

    # --- Structure ----------------------------------------------------------------------------------------------------

    def add(self, layer, rebuild=True):
        if isinstance(layer, InputLayer):
            layer = layer._input
        if isinstance(layer, KerasTensor):
            if layer._layers:
                raise ValueError("Only an Input, not what layers made of it, can be added to a Sequential")
            self._core.add(layer._config)
            self._input = layer
            return
        if isinstance(layer, Sequential):
            if layer._input is not None and not self._layers and self._input is None and not self._core.input_shape:
                self.add(layer._input)
            layer._layer = _core.nested(layer._core)
            self._core.add(layer._layer)
            self._layers.append(layer)
            return
        if isinstance(layer, type) and issubclass(layer, Layer):
            raise ValueError(f"Only instances of `keras.Layer` can be added to a Sequential model. Received: {layer} (of type "
                             f"{type(layer)}). Did you mean {layer.__name__}(…)?")
        if not isinstance(layer, Layer):
            raise ValueError("Only instances of `keras.Layer` can be added to a Sequential model. Received: "
                             f"{layer} (of type {type(layer)})")
        if "input_shape" in layer._layer.config() and layer._layer.config()["input_shape"] is not None and not self._layers:
            warnings.warn("Do not pass an `input_shape`/`input_dim` argument to a layer. When using Sequential models, prefer "
                          "using an `Input(shape)` object as the first layer in the model instead.", stacklevel=_level())
        self._core.add(layer._layer)
        layer._joined(self)
        self._layers.append(layer)

    def pop(self, rebuild=True):
        self._core.pop()
        return self._layers.pop()

    def build(self, input_shape=None):
        if input_shape is not None:
            self._core.build(list(input_shape))

    @property
    def layers(self):
        return list(self._layers)

    name = property(lambda self: self._core.name)
    built = property(lambda self: self._core.built)
    dtype = compute_dtype = variable_dtype = property(lambda self: "float32")

    def _shape(self, which):
        shape = getattr(self._core, which)
        if not shape:
            raise AttributeError(f"Sequential model '{self.name}' has no defined {which.replace('_', ' ')} yet.")
        return tuple(shape)

    input_shape = property(lambda self: self._shape("input_shape"))
    output_shape = property(lambda self: self._shape("output_shape"))

    @property
    def inputs(self):
        if self._input is None:
            self._input = KerasTensor({"batch_shape": list(self.input_shape)}, self.input_shape, name="input_layer")
        return [self._input]

    @property
    def outputs(self):
        return [KerasTensor({}, self.output_shape, name=self._layers[-1].name)]

    input = property(lambda self: self.inputs[0])
    output = property(lambda self: self.outputs[0])

    def get_layer(self, name=None, index=None):
        if index is not None and name is not None:
            raise ValueError(f"Provide only a layer name or a layer index. Received: index={index}, name={name}.")
        if index is not None:
            if len(self._layers) <= index:
                raise ValueError(f"Was asked to retrieve layer at index {index} but model only has {len(self._layers)} layers.")
            return self._layers[index]
        if name is not None:
            for layer in self._layers:
                if layer.name == name:
                    return layer
            raise ValueError(f"No such layer: {name}. Existing layers are: {[layer.name for layer in self._layers]}.")
        raise ValueError("Provide either a layer name or layer index at `get_layer`.")

    @property
    def trainable(self):
        return all(layer.trainable for layer in self._layers)

    @trainable.setter
    def trainable(self, value):
        for layer in self._layers:
            layer.trainable = value

    def compute_output_shape(self, input_shape):
        shape = [1 if dim is None else dim for dim in input_shape]
        result = tuple(self._core.compute_output_shape(shape))
        return (None, *result[1:]) if input_shape[0] is None else result

    # --- Weights ------------------------------------------------------------------------------------------------------

    def _gather(self, which):
        return [variable for layer in self._layers for variable in getattr(layer, which)]

    trainable_weights = trainable_variables = property(lambda self: self._gather("trainable_weights"))
    non_trainable_weights = non_trainable_variables = property(lambda self: self._gather("non_trainable_weights"))
    weights = property(lambda self: self._gather("weights"))
    variables = weights
    losses = property(lambda self: self._gather("losses"))

    def get_weights(self):
        return self._core.get_weights()

    def set_weights(self, weights):
        self._core.set_weights([as_array(weight, "weights") for weight in weights])

    def count_params(self):
        if not self.built:
            raise ValueError(f"You tried to call `count_params` on layer '{self.name}', but the layer isn't built.")
        return self._core.count_params()

    # --- Training -----------------------------------------------------------------------------------------------------

    def compile(self, optimizer="rmsprop", loss=None, loss_weights=None, metrics=None, weighted_metrics=None,
                run_eagerly=False, steps_per_execution=1, jit_compile="auto", auto_scale_loss=True):
        from . import _compile, optimizers

        optimizer = optimizers.get(optimizer)
        again = self._optimizer is optimizer and optimizer is not None and optimizer.built
        state = [value for _, value in optimizer._handle.variables()] if again else None
        handles, self._metrics = _compile.metrics(metrics)
        weighted, more = _compile.metrics(weighted_metrics)
        self._metrics = self._metrics + more
        self._core.compile(optimizer._handle, _compile.loss(loss), handles, weighted, _compile.scalar(loss_weights))
        if self._optimizer is not None and self._optimizer is not optimizer:
            self._optimizer._handle.detach()
        self._optimizer = optimizer
        self._core.attach(optimizer._handle, weakref.ref(self._core))
        self.loss = loss
        self._compiled = {"optimizer": optimizer, "loss": loss, "loss_weights": loss_weights, "metrics": metrics,
                          "weighted_metrics": weighted_metrics}
        if state and self.built:
            try:
                optimizer._handle.set_variables(state)
            except ValueError:
                pass  # other weights are trained now: the optimizer starts anew

    compiled = property(lambda self: self._core.compiled)
    optimizer = property(lambda self: self._optimizer)
    metrics = property(lambda self: list(self._metrics))
    metrics_names = property(lambda self: ["loss"] + (["compile_metrics"] if self._compiled.get("metrics") else []))

    @property
    def stop_training(self):
        return self._stop_training

    @stop_training.setter
    def stop_training(self, value):
        self._stop_training = bool(value)
        if value and self._core.compiled:
            self._core.stop_training()

    def get_compile_config(self):
        return self._core.compile_config()

    def compile_from_config(self, config):
        self.compile(**{key: value for key, value in config.items() if value is not None})

    def fit(self, x=None, y=None, batch_size=None, epochs=1, verbose="auto", callbacks=None, validation_split=0.0,
            validation_data=None, shuffle=True, class_weight=None, sample_weight=None, initial_epoch=0, steps_per_epoch=None,
            validation_steps=None, validation_batch_size=None, validation_freq=1):
        if not self._core.compiled:
            raise ValueError("You must call `compile()` before using the model.")
        prepare_console()
        self._stop_training = False
        run = _for_run(callbacks, self)
        options = dict(batch_size=_index(batch_size), epochs=int(epochs), verbose=_verbose(verbose), callbacks=run,
                       shuffle=bool(shuffle), class_weight=class_weight or None, initial_epoch=int(initial_epoch),
                       steps_per_epoch=_index(steps_per_epoch), validation_steps=_index(validation_steps),
                       validation_batch_size=_index(validation_batch_size), validation_freq=validation_freq)
        streams = is_batches(x) or (validation_data is not None and is_batches(validation_data)) or \
            not isinstance(validation_freq, int)
        if streams:
            epoch, values, steps = _stream.fit(self, x, y, sample_weight, validation_data, validation_split, options)
        else:
            x, y = self._data(x, y)
            if validation_data is not None:
                parts = list(validation_data)
                options["validation_x"], options["validation_y"] = self._data(*parts[:2])
                if len(parts) > 2 and parts[2] is not None:
                    options["validation_weight"] = as_array(parts[2], "validation sample_weight")
            options["validation_split"] = float(validation_split or 0.0)
            if sample_weight is not None:
                options["sample_weight"] = as_array(sample_weight, "sample_weight")
            epoch, values, steps = self._core.fit(x, y, options)
        history = History()
        history.history, history.epoch = values, epoch
        history.params = {"verbose": options["verbose"], "epochs": int(epochs), "steps": steps}
        history.set_model(self)
        self.history = history
        return history

    def evaluate(self, x=None, y=None, batch_size=None, verbose="auto", sample_weight=None, steps=None, callbacks=None,
                 return_dict=False, **kwargs):
        if not self._core.compiled:
            raise ValueError("You must call `compile()` before using the model.")
        prepare_console()
        options = dict(batch_size=_index(batch_size), verbose=_verbose(verbose), steps=_index(steps),
                       callbacks=_for_run(callbacks, self))
        if is_batches(x):
            logs = _stream.evaluate(self, x, options)
        else:
            x, y = self._data(x, y)
            if sample_weight is not None:
                options["sample_weight"] = as_array(sample_weight, "sample_weight")
            logs = self._core.evaluate(x, y, options)
        return _result(logs, return_dict)

    def predict(self, x, batch_size=None, verbose="auto", steps=None, callbacks=None):
        prepare_console()
        options = dict(batch_size=_index(batch_size), verbose=_verbose(verbose), steps=_index(steps),
                       callbacks=_for_run(callbacks, self))
        if is_batches(x):
            return _stream.predict(self, x, options)
        return self._core.predict(_only(x, "x"), options)

    def predict_on_batch(self, x):
        return self._core.predict_one(_only(x, "x"))

    def train_on_batch(self, x, y=None, sample_weight=None, class_weight=None, return_dict=False):
        return self._on_batch(x, y, sample_weight, class_weight, return_dict, True)

    def test_on_batch(self, x, y=None, sample_weight=None, return_dict=False):
        return self._on_batch(x, y, sample_weight, None, return_dict, False)

    def _on_batch(self, x, y, sample_weight, class_weight, return_dict, train):
        if not self._core.compiled:
            raise ValueError("You must call `compile()` before using the model.")
        x, y = self._data(x, y)
        options = {"class_weight": class_weight}
        if sample_weight is not None:
            options["sample_weight"] = as_array(sample_weight, "sample_weight")
        return _result(self._core.on_batch(x, y, options, train), return_dict)

    def reset_states(self):
        """Zeros as the states of stateful layers."""
        self._core.reset_states()

    reset_state = reset_states

    def reset_metrics(self):
        self._core.reset_metrics()

    def _data(self, x, y):
        x = _only(x, "x")
        if y is None:
            if self._compiled.get("loss") is not None:
                raise ValueError("Target data is missing: the model was compiled with a loss, which needs y")
            return x, x
        return x, _only(y, "y")

    def __call__(self, inputs, training=None, mask=None):
        if isinstance(inputs, KerasTensor):
            for layer in self._layers:
                inputs = layer(inputs)
            return inputs
        if mask is not None:
            raise NotImplementedError("A model cannot be called with `mask` here; Masking and Embedding make one")
        return tensor(self._core.call(_only(inputs, "inputs"), bool(training)))

    call = __call__

    # --- Text and files -----------------------------------------------------------------------------------------------

    def summary(self, line_length=None, positions=None, print_fn=None, expand_nested=False, show_trainable=False,
                layer_range=None):
        if positions is not None or layer_range is not None:
            raise NotImplementedError("summary does not support `positions` and `layer_range`")
        text = self._core.summary(line_length or 0, bool(expand_nested), bool(show_trainable))
        if print_fn is None:
            prepare_console()
            _write(text)
        else:
            print_fn(text.rstrip("\n"))

    def get_config(self):
        return self._core.config()

    @classmethod
    def from_config(cls, config, custom_objects=None):
        return cls._wrap(_core.Sequential.from_config(config))

    def to_json(self, **kwargs):
        return self._core.to_json()

    def save(self, filepath, overwrite=True, zipped=None, **kwargs):
        path = os.fspath(filepath)
        _refuse_overwriting(path, overwrite)
        if not path.endswith((".keras", ".h5", ".hdf5")):
            raise ValueError("Invalid filepath extension for saving. Please add either a `.keras` extension for the native Keras "
                             "format (recommended) or a `.h5` extension. Use `model.export(filepath)` if you want to export a "
                             f"SavedModel for use with TFLite/TFServing/etc. Received: filepath={path}.")
        self._core.save(path)

    def save_weights(self, filepath, overwrite=True, max_shard_size=None):
        path = os.fspath(filepath)
        _refuse_overwriting(path, overwrite)
        if not path.endswith(".weights.h5"):
            raise ValueError(f"The filename must end in `.weights.h5`. Received: filepath={path}")
        self._core.save_weights(path)

    def load_weights(self, filepath, skip_mismatch=False, **kwargs):
        self._core.load_weights(os.fspath(filepath), bool(skip_mismatch))

    def export(self, *args, **kwargs):
        raise NotImplementedError("export to a SavedModel; save as .keras, or use the command `wavetrain`")

    def __reduce__(self):
        return _from_bytes, (type(self), _to_bytes(self), self._core.built)

    def __deepcopy__(self, memo):
        return _from_bytes(type(self), _to_bytes(self), self._core.built)

    def __repr__(self):
        return f"<Sequential name={self.name}, built={self.built}>"

    def _repr_html_(self):
        import html

        return f"<pre>{html.escape(self._core.summary(88, False, False))}</pre>"


def _only(data, what):
    if isinstance(data, (list, tuple)) and len(data) == 1 and np.ndim(data[0]) > 0 and not isinstance(data[0], (list, tuple)):
        data = data[0]
    if isinstance(data, dict) and len(data) == 1:
        data = next(iter(data.values()))
    array = as_array(data, what)
    if array.ndim == 0:
        raise ValueError(f"Data must have the samples as its first dimension. Received for {what}: {data!r}")
    return array


def _index(value):
    return None if value is None else int(value)


def _verbose(verbose):
    return 1 if verbose == "auto" else int(verbose)


def _result(logs, return_dict):
    if return_dict:
        return logs
    values = list(logs.values())
    return values[0] if len(values) == 1 else values


def _refuse_overwriting(path, overwrite):
    if not overwrite and os.path.exists(path):
        raise FileExistsError(f"File already exists and overwrite=False: {path}")


def _to_bytes(model):
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "model.keras")
        model._core.save(path)
        with open(path, "rb") as file:
            return file.read()


def _from_bytes(cls, data, built=True):
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "model.keras")
        with open(path, "wb") as file:
            file.write(data)
        return cls._wrap(_core.load_model(path))


def load_model(filepath, custom_objects=None, compile=True, safe_mode=True):
    """keras.models.load_model."""
    path = os.fspath(filepath)
    if not os.path.exists(path):
        raise ValueError(f"File not found: filepath={path}. Please ensure the file is an accessible `.keras` zip file.")
    return Sequential._wrap(_core.load_model(path, compile))


def save_model(model, filepath, overwrite=True, zipped=None, **kwargs):
    """keras.models.save_model."""
    model.save(filepath, overwrite, zipped, **kwargs)


def model_from_json(json_string, custom_objects=None):
    """keras.models.model_from_json."""
    return Sequential._wrap(_core.model_from_json(json_string))


def clone_model(model, input_tensors=None, clone_function=None, call_function=None, recursive=False, **kwargs):
    """keras.models.clone_model: the same layers with new weights."""
    if clone_function is not None:
        layers = [clone_function(layer) for layer in model.layers]
        start = [model._input] if model._input is not None else []
        return Sequential([*start, *layers])
    return Sequential.from_config(model.get_config())
