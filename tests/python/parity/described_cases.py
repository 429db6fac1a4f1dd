"""Random legal models over everything that our program describes: layers, activations, regularizers, constraints, optimizers,
losses and metrics come from the lists that `wavetrain_parity --describe` prints, so what is new there is drawn at once. A value
comes from the argument's name: DOMAINS says what `kernel_size` or `dropout` may be, whatever the layer. Whether a model is legal,
Keras decides: a layer that it does not accept is drawn again. So cases are drawn in a process that has Keras, and are a pure
function of (kind, seed, index) and of those lists.

The index chooses what the case is about: a layer, up to five of its arguments, and whether a mask reaches it. So all of them come
round in a few hundred cases.
"""

import copy

import numpy as np

from parity.case import Case, build_layer, compile_config, keras_object
from parity.forward_cases import ACTIVATIONS
from parity.training_cases import training_actions

DESCRIBED_KINDS = ("described-forward", "described-train", "described-files")
SMOOTH = ("tanh", "sigmoid", "elu", "gelu", "silu", "softplus", "linear", "relu")

# Arguments that are never drawn, and why.
NOT_DRAWN = {
    "name": "every case has names, and files keep them", "dtype": "float32 throughout", "input_shape": "every case has an Input",
    "seed": "random numbers differ by design", "return_state": "in the listed cases: only the last layer may have it", "noise_shape": "as seed",
    "sparse": "there are no sparse tensors", "synchronized": "one device", "build_input_shape": "files write it",
    "num_bins": "for adapt, which has tests of its own", "rms_scaling": "only Keras 3.0 to 3.8 have it",
    "stateful": "in the listed cases: it needs a fixed batch size",
}
# ... of one layer.
NOT_DRAWN_IN = {("Discretization", "epsilon"): "for adapt"}
# Keras' documentation calls strides and dilation_rate above 1 incompatible. It does not check that for these, of which
# TensorFlow's gradients are then what was in the memory.
NOT_BOTH = ("DepthwiseConv1D", "SeparableConv1D")
# Behind these nothing differentiable comes out, or training draws random numbers: only prediction is compared.
NO_GRADIENT = ("Discretization", "CategoryEncoding")
DRAWS = ("Dropout", "SpatialDropout1D", "GaussianNoise", "GaussianDropout", "AlphaDropout")
FORWARD_ONLY = {*NO_GRADIENT, *DRAWS}
RANDOM_ARGUMENTS = ("dropout", "recurrent_dropout")
# Layers, or arguments of them, that no mask can reach.
NO_MASK = {
    "RepeatVector": "its input has no steps",
    "CategoryEncoding": "no layer that makes whole numbers passes one on",
    "ConvLSTM1D": "Keras fails with one",
    "Softmax": "Keras refuses one of steps",
}
# Arguments whose defaults are for larger inputs.
NEVER_DEFAULT = (("GroupNormalization", "groups"),)
CELLS = ("GRUCell", "LSTMCell", "SimpleRNNCell", "StackedRNNCells")
FIELDS_AT_ONCE = 5


def is_drawn(layer, field):
    return field not in NOT_DRAWN and (layer, field) not in NOT_DRAWN_IN


def optional_fields(descriptions, layer):
    return [field for field, about in descriptions["layers"][layer].items() if not about["required"] and is_drawn(layer, field)]


def focuses(descriptions, kind):
    """What cases are about, in turn: (layer, its arguments that differ from their defaults, whether a mask arrives)."""
    found = []
    for layer in sorted(descriptions["layers"]):
        if kind == "described-train" and layer in FORWARD_ONLY:
            continue
        fields = optional_fields(descriptions, layer)
        for begin in range(0, max(len(fields), 1), FIELDS_AT_ONCE):
            some = fields[begin:begin + FIELDS_AT_ONCE]
            found.append((layer, some, False))
            if layer not in NO_MASK:
                found.append((layer, [*some, "mask_zero"] if layer == "Embedding" else some, True))
    return found


class Draw:
    """Draws everything from one stream of random numbers."""

    def __init__(self, kind, seed, index, descriptions):
        self.kind, self.index, self.descriptions, self.only_predicts = kind, index, descriptions, False
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
        return self.kind != "described-forward" and not self.only_predicts

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

    def layer(self, name, shape, fields=None):
        """(class name, arguments): those in `fields` away from their defaults where they can be, else one of all now and then."""
        arguments = {}
        about = self.descriptions["layers"][name]
        if fields is None:
            optional = optional_fields(self.descriptions, name)
            fields = [self.choice(optional)] if optional and self.flag() else []
        for field in about:
            if not about[field]["required"] and field not in fields and (name, field) not in NEVER_DEFAULT:
                continue
            if self.trains and field in RANDOM_ARGUMENTS:
                continue
            values = [self.value(name, field, shape) for _ in range(4)]
            others = [value for value in values if value is not None and value != about[field]["default"]]
            value = others[0] if others and self.flag(0.9) else values[0]
            if value is not None:
                arguments[field] = value
        if name in NOT_BOTH and arguments.get("strides", 1) > 1 and arguments.get("dilation_rate", 1) > 1:
            raise ValueError("incompatible")
        if "return_sequences" in about and "return_sequences" not in arguments and self.flag(0.6):
            arguments["return_sequences"] = True
        return name, arguments

    def inner(self, name, shape, **fixed):
        """A layer as an argument of another."""
        arguments = {**self.layer(name, shape)[1], **fixed}
        return keras_object("keras" if name == "Sequential" else "keras.layers", name, **arguments)


BOOLS = (False, True)
DOMAINS = {
    "units": (1, 2, 3, 5, 6), "filters": (1, 2, 4, 6), "kernel_size": (1, 2, 3, 4), "strides": (1, 2, 3), "dilation_rate": (1, 2, 3),
    "padding": ("valid", "same"), "pool_size": (1, 2, 3), "depth_multiplier": (1, 2, 3), "output_padding": (0, 1),
    "data_format": ("channels_last", "channels_last", "channels_first"), "use_bias": BOOLS, "center": BOOLS, "scale": BOOLS, "keepdims": BOOLS, "return_sequences": BOOLS,
    "go_backwards": BOOLS, "unroll": BOOLS, "reset_after": BOOLS, "unit_forget_bias": BOOLS, "zero_output_for_mask": BOOLS,
    "trainable": BOOLS, "mask_zero": BOOLS, "invert": BOOLS, "renorm": BOOLS, "use_cudnn": ("auto", False), "implementation": (1, 2),
    "rate": (0.1, 0.5), "dropout": (0.2,), "recurrent_dropout": (0.3,), "stddev": (0.2,), "noise_shape": (None,), "epsilon": (1e-3, 1e-2),
    "momentum": (0.5, 0.9), "renorm_momentum": (0.5, 0.9), "axis": (-1, 1, 2, -2), "l1": (0.01,), "l2": (0.02,), "alpha": (0.3, 1.5),
    "negative_slope": (0.1,), "max_value": (1.5,), "threshold": (0.2,), "shared_axes": ([1], [2], [1, 2]), "mask_value": (0.0, 0.5),
    "n": (2, 3), "size": (1, 2, 3), "cropping": (1, [0, 1], [1, 0]), "output_size": (1, 2, 3), "offset": (0.5, -1.0),
    "input_dim": (5, 9), "output_dim": (2, 3), "power_iterations": (1, 2), "merge_mode": ("concat", "sum", "mul", "ave"),
    "bin_boundaries": ([-1.0, 0.0, 0.5],), "output_mode": ("int", "one_hot", "multi_hot", "count"), "num_tokens": (6,),
    "mean": (0.5,), "variance": (2.0,), "renorm_clipping": ({"rmax": 1.5, "rmin": 0.5}, {"dmax": 0.3}),
}
_RECURRENT = ("LSTM", "GRU", "SimpleRNN")
_CELLS = ("LSTMCell", "GRUCell", "SimpleRNNCell")
_CHAIN = ("Dense", "Conv1D", "LSTM", "GRU", "BatchNormalization", "LayerNormalization", "Activation")
_AT_STEPS = ("Dense", "Conv1D", "LSTM", "BatchNormalization", "Flatten", "GlobalAveragePooling1D", "MaxPooling1D", "Bidirectional",
             "Sequential", "LayerNormalization")


def _one_direction(draw, shape, name=None, **fixed):
    name = name or draw.choice((*_RECURRENT, "RNN"))
    return draw.inner(name, shape, **fixed)


def _both_directions(draw, shape):
    """The backward layer of a Bidirectional; what has to agree with the forward one, agrees often enough."""
    return draw.inner(draw.choice(_RECURRENT), shape, go_backwards=True, return_sequences=draw.flag())


def _plain_cell(draw, shape):
    return draw.inner(draw.choice(_CELLS), shape)


SPECIAL = {
    ("Conv1D", "padding"): lambda draw, shape: draw.choice(("valid", "same", "causal")),
    ("ZeroPadding1D", "padding"): lambda draw, shape: draw.choice((1, 2, [0, 2], [2, 0])),
    ("Permute", "dims"): lambda draw, shape: [int(i) + 1 for i in draw.random.permutation(len(shape))],
    ("Reshape", "target_shape"): lambda draw, shape: draw.choice(([-1], [-1, shape[-1]], [int(np.prod(shape))], [1, -1], [*shape])),
    ("EinsumDense", "equation"): lambda draw, shape: {1: "ab,bc->ac", 2: "abc,cd->abd"}.get(len(shape), "...x,xy->...y"),
    ("EinsumDense", "output_shape"): lambda draw, shape: [None, 4] if len(shape) == 2 else 4,
    ("EinsumDense", "bias_axes"): lambda draw, shape: {1: "c", 2: "d"}.get(len(shape), "y"),
    ("Rescaling", "scale"): lambda draw, shape: draw.choice((0.5, 2.0)),
    ("Normalization", "axis"): lambda draw, shape: draw.choice((-1, 1, [1, 2])),
    ("Softmax", "axis"): lambda draw, shape: draw.choice((-1, 1)),
    ("GroupNormalization", "groups"): lambda draw, shape: draw.choice([g for g in range(1, shape[-1] + 1) if shape[-1] % g == 0]),
    ("LayerNormalization", "axis"): lambda draw, shape: draw.choice((-1, 1, [1, 2])),
    ("BatchNormalization", "axis"): lambda draw, shape: draw.choice((-1, 1)),
    ("Discretization", "output_mode"): lambda draw, shape: draw.choice(("int", "one_hot", "multi_hot", "count")),
    ("Bidirectional", "layer"): lambda draw, shape: _one_direction(draw, shape, return_sequences=draw.flag()),
    ("Bidirectional", "backward_layer"): _both_directions,
    ("TimeDistributed", "layer"): lambda draw, shape: draw.inner(draw.choice(_AT_STEPS), shape[1:]),
    ("SpectralNormalization", "layer"): lambda draw, shape: draw.inner(draw.choice(("Dense", "Conv1D", "DepthwiseConv1D")), shape),
    ("Sequential", "layers"): lambda draw, shape: [draw.inner(draw.choice(_CHAIN), shape) for _ in range(draw.integer(1, 3))],
    ("RNN", "cell"): lambda draw, shape: _plain_cell(draw, shape) if draw.flag(0.7) else [_plain_cell(draw, shape) for _ in range(2)],
    ("StackedRNNCells", "cells"): lambda draw, shape: [_plain_cell(draw, shape) for _ in range(2)],
    ("Embedding", "input_dim"): lambda draw, shape: 5,
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
    "max_value": (1.0,), "min_value": (0.3,), "gradient_accumulation_steps": (2,), "ema_overwrite_frequency": (3,),
    "loss_scale_factor": (8.0,), "average": ("micro", "macro", "weighted"), "sensitivity": (0.5,), "specificity": (0.5,), "precision": (0.4,),
    "recall": (0.5,), "ignore_class": (1,), "warmup_steps": (4,), "class_id": (1,), "q": (0.3, 0.7),
}
SCHEDULES = (
    ("ExponentialDecay", {"initial_learning_rate": 0.01, "decay_steps": 4, "decay_rate": 0.5}),
    ("CosineDecay", {"initial_learning_rate": 0.01, "decay_steps": 6, "alpha": 0.1}),
    ("PolynomialDecay", {"initial_learning_rate": 0.01, "decay_steps": 5, "end_learning_rate": 0.001, "power": 2.0}),
    ("InverseTimeDecay", {"initial_learning_rate": 0.01, "decay_steps": 3, "decay_rate": 0.5, "staircase": True}),
    ("PiecewiseConstantDecay", {"boundaries": [3, 6], "values": [0.01, 0.005, 0.002]}),
    ("CosineDecayRestarts", {"initial_learning_rate": 0.01, "first_decay_steps": 4}),
)

# What an output and targets must be for a loss, and which metrics go with it.
_REGRESSION = ("MeanSquaredError", "MeanAbsoluteError", "Huber", "LogCosh", "CosineSimilarity", "MeanAbsolutePercentageError")
_SHARES = ("BinaryCrossentropy", "BinaryFocalCrossentropy", "Poisson", "KLDivergence", "MeanSquaredLogarithmicError", "Dice", "Tversky")
_SIGNS = ("Hinge", "SquaredHinge", "CategoricalHinge")
_ONE_OF = ("CategoricalCrossentropy", "CategoricalFocalCrossentropy")
TASKS = {  # losses, activation of the last layer, targets, metrics
    "regression": (_REGRESSION, None, "normal", ("MeanAbsoluteError", "MeanSquaredError", "RootMeanSquaredError", "LogCoshError", "R2Score",
                                                 "CosineSimilarity", "MeanAbsolutePercentageError", "PearsonCorrelation", "ConcordanceCorrelation", "MeanSquaredLogarithmicError")),
    "shares": (_SHARES, "sigmoid", "binary", ("BinaryAccuracy", "AUC", "Precision", "Recall", "TruePositives", "FalseNegatives",
                                              "TrueNegatives", "FalsePositives", "BinaryCrossentropy", "Poisson", "BinaryIoU", "SensitivityAtSpecificity",
                                              "SpecificityAtSensitivity", "RecallAtPrecision")),
    "signs": (_SIGNS, "tanh", "binary", ("Hinge", "SquaredHinge", "CategoricalHinge")),
    "one": (_ONE_OF, "softmax", "onehot", ("CategoricalAccuracy", "TopKCategoricalAccuracy", "CategoricalCrossentropy", "F1Score", "FBetaScore", "AUC",
                                           "PrecisionAtRecall", "KLDivergence", "OneHotIoU", "OneHotMeanIoU")),
    "class": (("SparseCategoricalCrossentropy", "CategoricalGeneralizedCrossEntropy"), "softmax", "labels",
              ("SparseCategoricalAccuracy", "SparseTopKCategoricalAccuracy", "SparseCategoricalCrossentropy")),
    "near": (("Circle",), None, "labels", ()),
}
# These want (batch, classes).
FLAT_LOSSES = ("CategoricalGeneralizedCrossEntropy", "Circle")
FLAT_METRICS = ("R2Score", "F1Score", "FBetaScore", "AUC", "PrecisionAtRecall", "SensitivityAtSpecificity", "SpecificityAtSensitivity",
                "RecallAtPrecision", "OneHotIoU", "OneHotMeanIoU")
OPTIMIZERS_LEFT_OUT = ("MultiOptimizer", "LossScaleOptimizer")


def described_case(keras, kind, seed, index, descriptions):
    """Draws until Keras builds it; raises ValueError when a layer is never accepted."""
    draw = Draw(kind, seed, index, descriptions)
    about = focuses(descriptions, kind)
    layer, fields, masked = about[index % len(about)]
    refused = "never tried"
    for attempt in range(60):
        some = fields if attempt < 25 else [field for field in fields if draw.flag(0.5)]
        try:
            case = _attempt(keras, draw, layer, some, masked)
        except Exception as error:  # Keras' own word that this is no legal model
            refused = f"{type(error).__name__}: {error}"
            continue
        case.name = f"described/{kind},{seed},{index}/{layer}"
        case.seed = draw.integer(1, 1_000_000)
        case.replay = f"--only {kind} --seed {seed} --first {index} --cases 1"
        return case
    raise ValueError(f"no legal model with {layer} in 60 tries; the last one: {refused}")


def _check_steps(keras, layer, shape):
    """What a layer says of its inputs, TimeDistributed does not check."""
    from keras.src.layers.input_spec import assert_input_compatibility

    assert_input_compatibility(layer.input_spec, keras.KerasTensor(shape), layer.name)


def _check_sense(layer, shape):
    """What Keras builds, though it has no meaning: raises ValueError."""
    kind = type(layer).__name__
    if "RNN" in (kind, type(getattr(layer, "forward_layer", None)).__name__) and len(shape) != 2:
        raise ValueError("the states of samples would be added to inputs of steps, and a batch of another size fails")
    axes = getattr(layer, "axis", None)
    if any(axis % (len(shape) + 1) == 0 for axis in (axes if isinstance(axes, (list, tuple)) else [axes]) if axis is not None):
        raise ValueError("what a sample gives would depend on the others in its batch")
    if kind == "RMSNormalization" and layer(np.zeros((2, *shape), np.float32)).shape[1:] != shape:
        raise ValueError("the output has not the shape that the layer says it has")


class _Growing:
    """A model of Keras and what it was made from, while layers are added."""

    def __init__(self, keras, draw, shape):
        self.keras, self.draw, self.shape = keras, draw, shape
        self.model = keras.Sequential([keras.Input(shape)])
        self.layers, self.masked = [], []

    @property
    def inner_shape(self):
        return tuple(self.model.output_shape[1:]) if self.layers else self.shape

    def add(self, name, fields=None, arguments=None):
        if arguments is None and name in CELLS:
            cell = keras_object("keras.layers", name, **self.draw.layer(name, self.inner_shape, fields)[1])
            name, arguments = "RNN", {"cell": cell, "return_sequences": self.draw.flag()}
        drawn = (name, arguments) if arguments is not None else self.draw.layer(name, self.inner_shape, fields)
        if self.layers and getattr(self.model.outputs[0], "_keras_mask", None) is not None:
            self.masked.append(len(self.layers))
        layer, before = build_layer(self.keras, *drawn), self.inner_shape
        self.model.add(layer)
        if drawn[0] == "TimeDistributed":
            _check_steps(self.keras, layer.layer, (None, *before[1:]))
        _check_sense(layer, before)
        if any(size == 0 for size in self.model.output_shape[1:]) or int(np.prod(self.model.output_shape[1:])) > 400:
            raise ValueError("empty or too large")
        self.layers.append(drawn)


def _attempt(keras, draw, focus, fields, masked):
    shapes = ((draw.integer(7, 14), draw.integer(1, 4)), (draw.integer(7, 12), draw.integer(2, 4)), (3, 6, 2), (4, 5, 3))
    shape = draw.choice(shapes if masked else (*shapes, (6,)))
    if focus.startswith("Adaptive"):  # Keras says it takes others, and fails
        shape = draw.choice(shapes[:2])
    known = draw.descriptions["layers"]
    x = "normal"
    # Files with dropout in them can be compared without training.
    draw.only_predicts = focus in FORWARD_ONLY or (draw.kind == "described-files" and draw.flag(0.7)
                                                   and any(field in RANDOM_ARGUMENTS for field in fields))
    by_embedding = focus == "Embedding" or (masked and focus not in ("Masking", "CategoryEncoding") and draw.flag(0.25))
    if by_embedding:
        shape, x = (draw.integer(5, 9),), "ids"
    elif masked:
        x = draw.choice(("padded", "gaps"))
    grown = _Growing(keras, draw, shape)
    if focus == "CategoryEncoding":
        if masked:
            grown.add("Masking", arguments={})
        grown.add("Discretization", arguments={"bin_boundaries": [-1.0, 0.0, 0.5]})
    elif by_embedding:
        if focus != "Embedding":
            grown.add("Embedding", arguments={"input_dim": 5, "output_dim": draw.integer(2, 4), "mask_zero": True})
    elif masked and focus != "Masking":
        grown.add("Masking", arguments={})
    elif not masked:
        pre = ("Conv1D", "Dense", "Dense", "LSTM", "BatchNormalization", "Activation", "LayerNormalization")
        for _ in range(draw.integer(0, 2)):
            grown.add(draw.choice(pre))
    grown.add(focus, fields)
    if draw.flag(0.3):
        others = [name for name in sorted(known) if name not in FORWARD_ONLY and name not in ("Embedding", "Masking", *CELLS)]
        grown.add(draw.choice(others))
    case = Case("", grown.layers, shape, samples=draw.integer(3, 5), x=x, masked=grown.masked)
    case.actions = [{"op": "predict", "x": "x", "batch_size": draw.integer(1, 6), "out": "y"}]
    if draw.kind == "described-files":
        case.actions.append({"op": "save", "file": "after.keras"})
    if not draw.trains:
        return case
    _compile(draw, grown, case)
    return case


def _compile(draw, grown, case):
    """The end of the model, targets, and how it is trained."""
    model = grown.model
    if len(model.output_shape) > 3:
        grown.add("Flatten", arguments={})
    task = draw.choice(sorted(TASKS))
    losses, activation, case.target, metrics = TASKS[task]
    units = draw.integer(2, 4)
    grown.add("Dense", arguments={"units": units, **({"activation": activation} if activation else {})})
    case.masked, case.samples, flat = grown.masked, 12, len(model.output_shape) == 2
    loss = draw.member("losses", [name for name in losses if flat or name not in FLAT_LOSSES])
    if loss is None:
        raise ValueError("no loss of this task takes sequences")
    chosen = [metric for metric in (draw.member("metrics", metrics) for _ in range(2)) if metric] if metrics else []
    chosen = [metric for metric in chosen if flat or metric["class_name"] not in FLAT_METRICS]
    for i, metric in enumerate(chosen):
        config = metric["config"]
        config["name"] = f"m{i}"
        if metric["class_name"] in ("BinaryIoU", "OneHotIoU"):
            config["target_class_ids"] = [0, 1]
        if metric["class_name"] in ("OneHotIoU", "OneHotMeanIoU"):
            config["num_classes"] = units
    the_optimizer = draw.member("optimizers", [n for n in draw.descriptions["optimizers"] if n not in OPTIMIZERS_LEFT_OUT])
    clips = [key for key in ("clipnorm", "clipvalue", "global_clipnorm") if key in the_optimizer["config"]]
    for key in clips[1:]:
        del the_optimizer["config"][key]
    if draw.flag(0.15):
        the_optimizer["config"]["learning_rate"] = keras_object("keras.optimizers.schedules", draw.choice(SCHEDULES)[0])
        name = the_optimizer["config"]["learning_rate"]["class_name"]
        the_optimizer["config"]["learning_rate"]["config"] = dict(SCHEDULES)[name]
    case.compile = compile_config(the_optimizer, loss, chosen, [dict(metric) for metric in chosen[:1]] if draw.flag(0.2) else None)
    if case.compile["weighted_metrics"]:
        case.compile["metrics"] = chosen[1:] or None
    case.sample_weight = draw.flag(0.3)
    if not case.sample_weight and flat and case.target != "normal" and draw.flag(0.3):
        case.class_weight = {"0": 0.5, "1": 2.0, **{str(i): 1.0 for i in range(2, units)}}
    case.actions = training_actions(case, 4, epochs=1 if draw.kind == "described-files" else 3)
    case.actions = [action for action in case.actions if action["op"] != "train_on_batch"]
    model.compile_from_config(copy.deepcopy({**case.compile, "run_eagerly": True}))  # Keras makes objects of what is in it
