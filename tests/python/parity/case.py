"""One case of the comparison. Plain data: it goes through JSON to the process that has Keras."""

import dataclasses
import json

import numpy as np


@dataclasses.dataclass
class Case:
    """A model, data for it and what to do with both.

    layers: pairs of a Keras layer class and its keyword arguments.
    input_shape: without the batch dimension; None entries allowed, then `steps` says the length of the data.
    samples: rows of data.
    compile: a Keras compile config (see `compile_config`), or None for a case that only predicts.
    target: how y is drawn: "normal", "binary", "onehot", "labels" (N, or N by T), "labels_column" (N, 1), "normal_flat" (N).
    sample_weight, class_weight: whether training is weighted; `class_weight` maps class to weight.
    x: "normal", or "grid" for values evenly spaced over [-scale, scale] (an odd number of values has 0 among them); "padded"
        for series of different lengths, at least 1, with zeros behind; "gaps" for zeros at any step, the first included;
        "tokens" for whole numbers from 0 to scale - 1, zeros behind as in "padded"; "ids" for whole numbers from 0 to 4.
    batch_size: of the model's input, for stateful layers.
    masked: positions in `layers` that a mask reaches.
    actions: see the package's docstring.
    seed: of weights and data.
    replay: the arguments of scripts/compare-with-keras that run this case again.
    """

    name: str
    layers: list
    input_shape: tuple
    samples: int = 3
    steps: int | None = None
    compile: dict | None = None
    target: str = "normal"
    classes: int = 0
    sample_weight: bool = False
    class_weight: dict | None = None
    x: str = "normal"
    scale: float = 1.0
    batch_size: int | None = None
    masked: list = dataclasses.field(default_factory=list)
    actions: list = dataclasses.field(default_factory=list)
    seed: int = 1
    replay: str = ""

    def to_json(self):
        return json.dumps(dataclasses.asdict(self))

    @staticmethod
    def from_json(text):
        fields = json.loads(text)
        fields["layers"] = [(name, arguments) for name, arguments in fields["layers"]]
        fields["input_shape"] = tuple(fields["input_shape"])
        return Case(**fields)

    def describe(self):
        """The model as Keras constructor calls, and what else matters, on one line."""
        calls = [f"Input({tuple(self.input_shape)})"]
        calls += [_call(name, arguments) for name, arguments in self.layers]
        text = " ".join(calls)
        if self.compile:
            optimizer = self.compile["optimizer"]
            text += f" | {optimizer['class_name']}({optimizer['config']}) {_short(self.compile['loss'])}"
        return text


def layer(class_name, **config):
    """A layer as an argument of another."""
    module = "keras" if class_name == "Sequential" else "keras.layers"
    return keras_object(module, class_name, **config)


def build_layer(keras, name, arguments):
    """A layer of Keras; layers, regularizers ... among its arguments are written as Keras serialises them."""

    def built(value):
        if isinstance(value, list):
            return [built(item) for item in value]
        if isinstance(value, dict) and value.get("module", "").startswith("keras") and "class_name" in value:
            if value["module"] in ("keras.layers", "keras"):
                return build_layer(keras, value["class_name"], value["config"])
            return keras.saving.deserialize_keras_object(value)
        return value

    made = {key: built(value) for key, value in arguments.items()}
    return (getattr(keras.layers, name, None) or getattr(keras, name))(**made)


def _call(name, arguments):
    return f"{name}({', '.join(f'{key}={_value(value)}' for key, value in arguments.items())})"


def _value(value):
    if isinstance(value, list):
        return f"[{', '.join(map(_value, value))}]"
    return _call(value["class_name"], value["config"]) if isinstance(value, dict) and "class_name" in value else repr(value)


def _short(item):
    if item is None or isinstance(item, str):
        return item or "no loss"
    return f"{item['class_name']}({item['config']})"


def keras_object(module, class_name, **config):
    """Keras' serialised form of an object."""
    return {"module": module, "class_name": class_name, "config": config, "registered_name": None}


def optimizer(class_name, learning_rate=None, **config):
    """An optimizer; the rate is rounded to float32 so that all precisions use the same number."""
    rate = learning_rate if learning_rate is not None else {"SGD": 0.01}.get(class_name, 0.001)
    return keras_object("keras.optimizers", class_name, learning_rate=float(np.float32(rate)), **config)


def loss(class_name, **config):
    return keras_object("keras.losses", class_name, **config)


def metric(class_name, **config):
    return keras_object("keras.metrics", class_name, **config)


def compile_config(the_optimizer, the_loss, metrics=(), weighted_metrics=None):
    return {
        "optimizer": the_optimizer,
        "loss": the_loss,
        "loss_weights": None,
        "metrics": list(metrics) or None,
        "weighted_metrics": list(weighted_metrics) if weighted_metrics else None,
        "run_eagerly": False,
        "steps_per_execution": 1,
        "jit_compile": False,
    }


def draw_data(case, output_shape):
    """The arrays of the case; `output_shape` is the model's, batch first (None where unknown)."""
    random = np.random.default_rng([case.seed, 1])
    inner = tuple(case.steps if size is None else size for size in case.input_shape)
    shape = (case.samples, *inner)
    if case.x == "ids":  # for Embedding; 0 is the masked one
        x = random.integers(0, 5, shape)
    elif case.x == "grid":
        size = int(np.prod(shape))
        x = np.linspace(-case.scale, case.scale, size).reshape(shape)
    else:
        x = random.normal(0.0, case.scale, shape)
    if case.x == "tokens":
        x = random.integers(1, int(case.scale), shape)
    if case.x in ("padded", "tokens"):
        for row in x[1:]:
            row[random.integers(1, len(row) + 1):] = 0
    if case.x == "gaps":
        for row in x[1:]:
            row[random.random(len(row)) < 0.4] = 0
        x[1, 0] = 0
    data = {"x": x.astype(np.int32 if case.x == "tokens" else np.float32)}
    if case.compile is None:
        return data

    output = tuple(case.steps if size is None else size for size in output_shape[1:])
    draw = {
        "normal": lambda: random.normal(size=(case.samples, *output)),
        "normal_flat": lambda: random.normal(size=case.samples),
        "binary": lambda: random.integers(0, 2, (case.samples, *output)),
        "binary_flat": lambda: random.integers(0, 2, case.samples),
        "labels": lambda: random.integers(0, output[-1], (case.samples, *output[:-1])),
        "labels_column": lambda: random.integers(0, output[-1], (case.samples, *output[:-1], 1)),
        "onehot": lambda: np.eye(output[-1])[random.integers(0, output[-1], (case.samples, *output[:-1]))],
    }[case.target]
    y = draw()
    data["y"] = y.astype(np.int32 if y.dtype.kind == "i" else np.float32)
    if case.sample_weight:  # one per value of the loss: per sample, and per step where the output is a sequence
        data["sample_weight"] = random.uniform(0.25, 2.0, (case.samples, *output[:-1])).astype(np.float32)
    return data


def draw_weights(names_and_shapes, seed):
    """Weights with nothing left at its default: biases, gammas and moving statistics included.

    Takes (name, shape) in the order of `get_weights()`, where name is Keras' variable name ("kernel", "bias" ...).
    """
    random = np.random.default_rng([seed, 2])
    weights = []
    for name, shape in names_and_shapes:
        normal = random.normal(size=shape)
        fan_in = max(int(np.prod(shape[:-1])), 1)
        if name == "gamma":
            value = 1.0 + 0.3 * normal
        elif name in ("moving_variance", "variance", "moving_stddev", "renorm_stddev"):
            value = random.uniform(0.5, 2.0, shape)
        elif name in ("beta", "bias", "moving_mean", "mean", "renorm_mean", "alpha"):
            value = 0.3 * normal
        elif name == "count":
            value = np.zeros(shape)
        elif name == "recurrent_kernel":
            value = 0.8 * normal / np.sqrt(fan_in)  # keeps long sequences from saturating or exploding
        else:
            value = normal / np.sqrt(fan_in)
        weights.append(value.astype(np.float32))
    return weights
