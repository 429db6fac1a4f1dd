"""Random legal models over everything that our program describes: layers, activations, regularizers, constraints, optimizers,
losses and metrics come from the lists that `wavetrain_parity --describe` prints, so what is new there is drawn at once. A value
comes from the argument's name: DOMAINS says what `kernel_size` or `dropout` may be, whatever the layer. Whether a model is legal,
Keras decides: a layer that it does not accept is drawn again. So cases are drawn in a process that has Keras, and are a pure
function of (kind, seed, index) and of those lists.

The index also chooses the layer in focus, so that all layers come round; it is given one to three arguments that differ from
their defaults.
"""

import numpy as np

from parity.case import Case, compile_config, keras_object
from parity.forward_cases import ACTIVATIONS
from parity.training_cases import training_actions

DESCRIBED_KINDS = ("described-forward", "described-train", "described-files")
SMOOTH = ("tanh", "sigmoid", "elu", "gelu", "silu", "softplus", "linear", "relu")

# Arguments that say nothing about numbers, or that have an own place: why they are not drawn.
NOT_DRAWN = {
    "name": "a name", "dtype": "float32 throughout", "input_shape": "every case has an Input", "seed": "random numbers differ by design",
    "batch_size": "of Input", "sparse": "no sparse tensors", "ragged": "no ragged tensors", "stateful": "needs a fixed batch size",
    "return_state": "a Sequential has one output", "vocabulary": "not for numbers", "feature_map": "two-dimensional",
    "input_length": "an old name", "synchronized": "one device", "lora_rank": "not for training from scratch", "lora_alpha": "as lora_rank",
    "quantization_config": "no quantisation", "gate": "as lora_rank",
}
# Behind these nothing differentiable comes out, or training draws random numbers: only prediction is compared.
FORWARD_ONLY = {"Discretization", "CategoryEncoding", "Dropout", "SpatialDropout1D", "GaussianNoise", "GaussianDropout",
                "AlphaDropout"}
RANDOM_ARGUMENTS = ("dropout", "recurrent_dropout")


class Draw:
    """Draws everything from one stream of random numbers."""

    def __init__(self, kind, seed, index, descriptions):
        self.kind, self.index, self.descriptions = kind, index, descriptions
        self.random = np.random.default_rng([DESCRIBED_KINDS.index(kind), seed, index])

    def choice(self, items):
        return items[int(self.random.integers(len(items)))]

    def integer(self, low, high):
        return int(self.random.integers(low, high + 1))

    def flag(self, chance=0.5):
        return bool(self.random.random() < chance)

    def number(self, *choices):
        return self.choice(choices)

    # --- Values by the argument's name ---

    def member(self, family, only=None):
        """A serialised member of a family, all arguments that are numbers away from their defaults now and then."""
        names = [name for name in self.descriptions[family] if only is None or name in only]
        if not names:
            return None
        name = self.choice(sorted(names))
        config = {}
        for field, about in self.descriptions[family][name].items():
            if field in MEMBER_DOMAINS and (about["required"] or self.flag(0.3)):
                config[field] = self.choice(MEMBER_DOMAINS[field])
        return keras_object(f"keras.{family}", name, **config)

    def activation(self):
        return self.choice(SMOOTH if self.trains else ACTIVATIONS)

    @property
    def trains(self):
        return self.kind != "described-forward"

    def value(self, layer, name, shape):
        """A value for an argument, or None when nothing is known for it. `shape` is the layer's input without the batch."""
        last = shape[-1] if shape else 1
        special = SPECIAL.get((layer, name))
        if special:
            return special(self, shape)
        if name.endswith("_initializer"):
            return self.choice(("ones", "he_normal", "glorot_normal", keras_object("keras.initializers", "RandomNormal", stddev=0.1)))
        if name.endswith("_regularizer"):
            return self.member("regularizers", ("L1", "L2", "L1L2"))
        if name.endswith("_constraint"):
            return self.member("constraints", ("MaxNorm", "NonNeg", "UnitNorm", "MinMaxNorm"))
        if name in ("activation", "recurrent_activation"):
            return self.activation() if name == "activation" else self.choice(("sigmoid", "hard_sigmoid", "tanh"))
        if name == "groups":
            return self.choice([g for g in range(1, last + 1) if last % g == 0])
        if name in DOMAINS:
            return self.choice(DOMAINS[name])
        return None

    def layer(self, name, shape, focus):
        """(class name, arguments); `focus` asks for some that differ from their defaults."""
        arguments, optional = {}, []
        for field, about in self.descriptions["layers"][name].items():
            if field in NOT_DRAWN:
                continue
            if about["required"]:
                arguments[field] = self.value(name, field, shape)
            else:
                optional.append(field)
        count = self.integer(1, 3) if focus else self.integer(0, 1)
        # Neighbouring indices of one layer go round its arguments.
        for i in range(min(count, len(optional))):
            at = self.index // max(len(self.descriptions["layers"]), 1) + i if focus and i == 0 else self.integer(0, len(optional) - 1)
            field = optional[at % len(optional)]
            if self.trains and field in RANDOM_ARGUMENTS:
                continue
            value = self.value(name, field, shape)
            if value is not None:
                arguments[field] = value
        for field in ("return_sequences",):
            if field in self.descriptions["layers"][name] and field not in arguments and self.flag(0.6):
                arguments[field] = True
        return name, arguments


BOOLS = (False, True)
DOMAINS = {
    "units": (1, 2, 3, 5, 6), "filters": (1, 2, 4, 6), "kernel_size": (1, 2, 3, 4), "strides": (1, 2, 3), "dilation_rate": (1, 2, 3),
    "padding": ("valid", "same"), "pool_size": (1, 2, 3), "depth_multiplier": (1, 2, 3), "output_padding": (0, 1),
    "data_format": ("channels_last",), "use_bias": BOOLS, "center": BOOLS, "scale": BOOLS, "keepdims": BOOLS, "return_sequences": BOOLS,
    "go_backwards": BOOLS, "unroll": BOOLS, "reset_after": BOOLS, "unit_forget_bias": BOOLS, "zero_output_for_mask": BOOLS,
    "trainable": BOOLS, "mask_zero": BOOLS, "invert": BOOLS, "renorm": BOOLS, "use_cudnn": ("auto", False), "implementation": (1, 2),
    "rate": (0.1, 0.5), "dropout": (0.2,), "recurrent_dropout": (0.3,), "stddev": (0.2,), "noise_shape": (None,), "epsilon": (1e-3, 1e-2),
    "momentum": (0.5, 0.9), "renorm_momentum": (0.5, 0.9), "axis": (-1, 1, 2, -2), "l1": (0.01,), "l2": (0.02,), "alpha": (0.3, 1.5),
    "negative_slope": (0.1,), "max_value": (1.5,), "threshold": (0.2,), "shared_axes": ([1], [2], [1, 2]), "mask_value": (0.0, 0.5),
    "n": (2, 3), "size": (1, 2, 3), "cropping": (1, [0, 1], [1, 0]), "output_size": (1, 2, 3), "offset": (0.5, -1.0),
    "input_dim": (5, 9), "output_dim": (2, 3), "power_iterations": (1, 2), "merge_mode": ("concat", "sum", "mul", "ave"),
    "bin_boundaries": ([-1.0, 0.0, 0.5],), "output_mode": ("int", "one_hot", "multi_hot", "count"), "num_tokens": (6,),
    "mean": (0.5,), "variance": (2.0,),
}
_RECURRENT = ("LSTM", "GRU", "SimpleRNN")
_CELLS = ("LSTMCell", "GRUCell", "SimpleRNNCell")


def _nested(draw, names, shape, **fixed):
    name = draw.choice([name for name in names if name in draw.descriptions["layers"] or name.endswith("Cell")])
    return keras_object("keras.layers", name, units=draw.integer(1, 4), **fixed)


SPECIAL = {
    ("Conv1D", "padding"): lambda draw, shape: draw.choice(("valid", "same", "causal")),
    ("ZeroPadding1D", "padding"): lambda draw, shape: draw.choice((1, 2, [0, 2], [2, 0])),
    ("Permute", "dims"): lambda draw, shape: [int(i) + 1 for i in draw.random.permutation(len(shape))],
    ("Reshape", "target_shape"): lambda draw, shape: draw.choice(([-1], [-1, shape[-1]], [int(np.prod(shape))], [1, -1], [*shape])),
    ("EinsumDense", "equation"): lambda draw, shape: {1: "ab,bc->ac", 2: "abc,cd->abd"}.get(len(shape), "...x,xy->...y"),
    ("EinsumDense", "output_shape"): lambda draw, shape: [None, 4] if len(shape) == 2 else 4,
    ("EinsumDense", "bias_axes"): lambda draw, shape: {1: "c", 2: "d"}.get(len(shape), "y"),
    ("Rescaling", "scale"): lambda draw, shape: draw.choice((0.5, 2.0)),
    ("Normalization", "axis"): lambda draw, shape: draw.choice((-1, None)),
    ("Softmax", "axis"): lambda draw, shape: draw.choice((-1, 1)),
    ("GroupNormalization", "groups"): lambda draw, shape: draw.choice([g for g in range(1, shape[-1] + 1) if shape[-1] % g == 0]),
    ("LayerNormalization", "axis"): lambda draw, shape: draw.choice((-1, 1, [1, 2])),
    ("BatchNormalization", "axis"): lambda draw, shape: draw.choice((-1, 1)),
    ("Discretization", "output_mode"): lambda draw, shape: draw.choice(("int", "one_hot", "multi_hot", "count")),
    ("Bidirectional", "layer"): lambda draw, shape: _nested(draw, _RECURRENT, shape, return_sequences=draw.flag()),
    ("Bidirectional", "backward_layer"): lambda draw, shape: None,
    ("TimeDistributed", "layer"): lambda draw, shape: _nested(draw, ("Dense",), shape),
    ("SpectralNormalization", "layer"): lambda draw, shape: draw.choice((
        _nested(draw, ("Dense",), shape), keras_object("keras.layers", "Conv1D", filters=3, kernel_size=2))),
    ("RNN", "cell"): lambda draw, shape: _nested(draw, _CELLS, shape),
    ("StackedRNNCells", "cells"): lambda draw, shape: [_nested(draw, _CELLS, shape) for _ in range(2)],
    ("PReLU", "alpha_initializer"): lambda draw, shape: "zeros",
}
# Arguments of optimizers, losses, metrics, regularizers and constraints.
MEMBER_DOMAINS = {
    "learning_rate": (float(np.float32(0.01)), float(np.float32(0.003))), "momentum": (0.5, 0.9), "nesterov": (True,), "rho": (0.8, 0.95),
    "centered": (True,), "beta_1": (0.8, 0.9), "beta_2": (0.95, 0.99), "amsgrad": (True,), "epsilon": (1e-5, 1e-4), "weight_decay": (0.01,),
    "clipnorm": (0.2,), "clipvalue": (0.05,), "global_clipnorm": (0.3,), "use_ema": (True,), "ema_momentum": (0.9,),
    "initial_accumulator_value": (0.2,), "l1_regularization_strength": (0.01,), "l2_regularization_strength": (0.01,), "beta": (0.1,),
    "from_logits": (False,), "label_smoothing": (0.1,), "delta": (0.5, 2.0), "alpha": (0.3,), "gamma": (1.5,), "apply_class_balancing": (True,),
    "reduction": ("sum", "sum_over_batch_size"), "axis": (-1,), "thresholds": (0.4,), "threshold": (0.4,), "k": (2,), "num_thresholds": (20,),
    "curve": ("PR", "ROC"), "summation_method": ("interpolation", "minoring", "majoring"), "l1": (0.01,), "l2": (0.02,),
    "max_value": (1.0,), "min_value": (0.3,),
}

# What an output and targets must be for a loss, and which metrics go with it.
_REGRESSION = ("MeanSquaredError", "MeanAbsoluteError", "Huber", "LogCosh", "CosineSimilarity", "MeanAbsolutePercentageError")
_SHARES = ("BinaryCrossentropy", "BinaryFocalCrossentropy", "Poisson", "KLDivergence", "MeanSquaredLogarithmicError", "Dice", "Tversky")
_SIGNS = ("Hinge", "SquaredHinge", "CategoricalHinge")
_ONE_OF = ("CategoricalCrossentropy", "CategoricalFocalCrossentropy", "CategoricalGeneralizedCrossEntropy")
TASKS = {  # losses, activation of the last layer, targets, metrics
    "regression": (_REGRESSION, None, "normal", ("MeanAbsoluteError", "MeanSquaredError", "RootMeanSquaredError", "LogCoshError", "R2Score",
                                                 "CosineSimilarity", "MeanAbsolutePercentageError")),
    "shares": (_SHARES, "sigmoid", "binary", ("BinaryAccuracy", "AUC", "Precision", "Recall", "TruePositives", "FalseNegatives",
                                              "TrueNegatives", "FalsePositives", "BinaryCrossentropy", "Poisson", "BinaryIoU")),
    "signs": (_SIGNS, "tanh", "binary", ("Hinge", "SquaredHinge", "CategoricalHinge")),
    "one": (_ONE_OF, "softmax", "onehot", ("CategoricalAccuracy", "TopKCategoricalAccuracy", "CategoricalCrossentropy", "F1Score", "AUC",
                                           "PrecisionAtRecall", "KLDivergence")),
    "class": (("SparseCategoricalCrossentropy",), "softmax", "labels", ("SparseCategoricalAccuracy", "SparseTopKCategoricalAccuracy",
                                                                        "SparseCategoricalCrossentropy")),
}
OPTIMIZERS_LEFT_OUT = ("MultiOptimizer", "LossScaleOptimizer")


def described_case(keras, kind, seed, index, descriptions):
    """Draws until Keras builds it; raises ValueError when a layer is never accepted."""
    draw = Draw(kind, seed, index, descriptions)
    focus = sorted(descriptions["layers"])[index % len(descriptions["layers"])]
    if draw.trains and focus in FORWARD_ONLY:
        focus = "Conv1D"
    refused = "never tried"
    for _ in range(60):
        try:
            case = _attempt(keras, draw, focus)
        except Exception as error:  # Keras' own word that this is no legal model
            refused = f"{type(error).__name__}: {error}"
            continue
        case.name = f"described/{kind},{seed},{index}/{focus}"
        case.seed = draw.integer(1, 1_000_000)
        case.replay = f"--only {kind} --seed {seed} --first {index} --cases 1"
        return case
    raise ValueError(f"no legal model with {focus} in 60 tries; the last one: {refused}")


def _attempt(keras, draw, focus):
    shape = draw.choice(((draw.integer(7, 14), draw.integer(1, 4)), (draw.integer(7, 12), draw.integer(2, 4)), (6,), (3, 6, 2), (4, 5, 3)))
    if focus in ("Embedding",):
        shape = (draw.integer(5, 9),)
    x, layers = "normal", []
    model = keras.Sequential([keras.Input(shape)])
    known = descriptions = draw.descriptions["layers"]

    def add(name, is_focus=False, arguments=None):
        inner = tuple(model.output_shape[1:]) if layers else shape
        drawn = (name, arguments) if arguments is not None else draw.layer(name, inner, is_focus)
        model.add(build_layer(keras, *drawn))
        if any(size == 0 for size in model.output_shape[1:]) or int(np.prod(model.output_shape[1:])) > 400:
            raise ValueError("empty or too large")
        layers.append(drawn)

    if focus == "Embedding":
        x = "ids"
    elif len(shape) == 2 and "Masking" in known and focus != "Masking" and draw.flag(0.3):
        x = "padded"
        add("Masking", arguments={})
    elif focus == "CategoryEncoding":
        add("Discretization", arguments={"bin_boundaries": [-1.0, 0.0, 0.5]})
    else:
        pre = ("Conv1D", "Dense", "Dense", "LSTM", "BatchNormalization", "Activation", "LayerNormalization")
        for _ in range(draw.integer(0, 2)):
            add(draw.choice([name for name in pre if name in known]))
    if focus == "Masking":
        x = "padded"
    add(focus, is_focus=True)
    if draw.flag(0.4):
        others = [name for name in sorted(descriptions) if name not in FORWARD_ONLY and name not in ("Embedding", "Masking")]
        add(draw.choice(others))
    case = Case("", layers, shape, samples=draw.integer(3, 5), x=x)
    case.actions = [{"op": "predict", "x": "x", "batch_size": draw.integer(1, 6), "out": "y"}]
    if not draw.trains:
        return case
    if len(model.output_shape) > 3:
        add("Flatten", arguments={})
    task = draw.choice(sorted(TASKS))
    losses, activation, case.target, metrics = TASKS[task]
    add("Dense", arguments={"units": draw.integer(2, 4), **({"activation": activation} if activation else {})})
    case.samples = 12
    loss = draw.member("losses", losses)
    chosen = [metric for metric in (draw.member("metrics", metrics) for _ in range(2)) if metric]
    if len(model.output_shape) > 2:  # these want (batch, classes)
        chosen = [m for m in chosen if m["class_name"] not in ("R2Score", "F1Score", "AUC", "PrecisionAtRecall")]
    for i, metric in enumerate(chosen):
        metric["config"]["name"] = f"m{i}"
        if metric["class_name"] == "PrecisionAtRecall":
            metric["config"]["recall"] = 0.5
        if metric["class_name"] == "BinaryIoU":
            metric["config"]["target_class_ids"] = [0, 1]
    the_optimizer = draw.member("optimizers", [n for n in draw.descriptions["optimizers"] if n not in OPTIMIZERS_LEFT_OUT])
    clips = [key for key in ("clipnorm", "clipvalue", "global_clipnorm") if key in the_optimizer["config"]]
    for key in clips[1:]:
        del the_optimizer["config"][key]
    case.compile = compile_config(the_optimizer, loss, chosen)
    case.sample_weight = x == "normal" and draw.flag(0.3)
    case.actions = training_actions(case, 4, epochs=3)
    case.actions = [action for action in case.actions if action["op"] != "train_on_batch"]
    model.compile_from_config({**case.compile, "run_eagerly": True})
    return case


def build_layer(keras, name, arguments):
    """A layer of Keras; nested layers are written as Keras serialises them."""
    nested = {key: keras.layers.deserialize(value) if isinstance(value, dict) else [keras.layers.deserialize(v) for v in value]
              for key, value in arguments.items() if key in ("layer", "backward_layer", "cell", "cells") and value is not None}
    return getattr(keras.layers, name)(**{**arguments, **nested})
