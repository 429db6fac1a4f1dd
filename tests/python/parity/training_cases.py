"""Training: the three seed programs, and small models that together visit every option of compile and fit.

Dropout is left out (its random numbers differ by design), and so is shuffling.
"""

import dataclasses

from parity.case import Case, compile_config, loss, metric, optimizer

STEPS = 20

OPTIMIZERS = [
    ("SGD", {}),
    ("SGD", {"momentum": 0.9}),
    ("SGD", {"momentum": 0.8, "nesterov": True}),
    ("SGD", {"learning_rate": 0.1, "clipnorm": 0.2}),
    ("SGD", {"learning_rate": 0.1, "clipvalue": 0.05}),
    ("SGD", {"learning_rate": 0.1, "global_clipnorm": 0.3, "momentum": 0.5}),
    ("SGD", {"weight_decay": 0.01, "learning_rate": 0.05}),
    ("RMSprop", {}),
    ("RMSprop", {"momentum": 0.9, "learning_rate": 0.002}),
    ("RMSprop", {"centered": True, "rho": 0.8}),
    ("RMSprop", {"centered": True, "momentum": 0.5, "epsilon": 1e-5}),
    ("RMSprop", {"clipnorm": 0.1}),
    ("RMSprop", {"clipvalue": 0.02}),
    ("RMSprop", {"global_clipnorm": 0.1}),
    ("Adam", {}),
    ("Adam", {"learning_rate": 0.01, "beta_1": 0.8, "beta_2": 0.99, "epsilon": 1e-4}),
    ("Adam", {"amsgrad": True, "learning_rate": 0.01}),
    ("Adam", {"clipnorm": 0.1}),
    ("Adam", {"clipvalue": 0.02}),
    ("Adam", {"global_clipnorm": 0.1}),
    ("Adam", {"weight_decay": 0.02}),
    ("AdamW", {}),
    ("AdamW", {"weight_decay": 0.1, "amsgrad": True}),
    ("AdamW", {"global_clipnorm": 0.5, "learning_rate": 0.01}),
    ("AdamW", {"clipnorm": 0.2}),
    ("AdamW", {"clipvalue": 0.03}),
]


@dataclasses.dataclass
class Head:
    """The end of a model and the loss, target and metrics that fit it."""

    name: str
    layer: tuple
    loss: object
    target: str
    metrics: tuple
    sequence: bool = False  # needs (batch, time, features)


def _dense(units, activation=None):
    return ("Dense", {"units": units, "activation": activation} if activation else {"units": units})


_BINARY_METRICS = ("accuracy", "binary_accuracy", metric("AUC", name="auc"), metric("Precision", name="precision"),
                   metric("Recall", name="recall"))
_TOP = metric("TopKCategoricalAccuracy", name="top_2", k=2)
_SPARSE_TOP = metric("SparseTopKCategoricalAccuracy", name="top_2", k=2)

HEADS = [
    Head("binary", _dense(1, "sigmoid"), "binary_crossentropy", "binary", _BINARY_METRICS),
    Head("binary_flat", _dense(1, "sigmoid"), "binary_crossentropy", "binary_flat", ("accuracy", "mse")),
    Head("binary_logits", _dense(1), loss("BinaryCrossentropy", from_logits=True), "binary", ("accuracy",)),
    Head("binary_smooth", _dense(1, "sigmoid"), loss("BinaryCrossentropy", label_smoothing=0.2), "binary",
         (metric("AUC", name="pr", curve="PR"), metric("Precision", name="precise", thresholds=0.6))),
    Head("multi_label", _dense(3, "sigmoid"), "binary_crossentropy", "binary", ("binary_accuracy", metric("Recall", name="recall"))),
    Head("categorical", _dense(4, "softmax"), "categorical_crossentropy", "onehot", ("accuracy", "categorical_accuracy", _TOP)),
    Head("categorical_logits", _dense(4), loss("CategoricalCrossentropy", from_logits=True), "onehot", ("acc", _TOP)),
    Head("categorical_smooth", _dense(4, "softmax"), loss("CategoricalCrossentropy", label_smoothing=0.1), "onehot",
         ("accuracy", metric("AUC", name="auc", num_thresholds=50))),
    Head("sparse", _dense(4, "softmax"), "sparse_categorical_crossentropy", "labels",
         ("accuracy", "sparse_categorical_accuracy", _SPARSE_TOP)),
    Head("sparse_column", _dense(4, "softmax"), "sparse_categorical_crossentropy", "labels_column", ("accuracy",)),
    Head("sparse_logits", _dense(4), loss("SparseCategoricalCrossentropy", from_logits=True), "labels",
         ("accuracy", _SPARSE_TOP)),
    Head("mse", _dense(1), "mse", "normal", ("mae", "mse")),
    Head("mse_flat", _dense(1), "mean_squared_error", "normal_flat", ("mean_absolute_error",)),
    Head("mae", _dense(2), "mae", "normal", ("mean_squared_error", "root_mean_squared_error")),
    Head("huber", _dense(1), "huber", "normal", ("mae",)),
    Head("huber_delta", _dense(1), loss("Huber", delta=0.4), "normal", ("mse",)),
    Head("sequence_mse", _dense(2), "mse", "normal", ("mae",), sequence=True),
    Head("sequence_sparse", _dense(3, "softmax"), "sparse_categorical_crossentropy", "labels", ("accuracy",), sequence=True),
    Head("sequence_categorical", _dense(3, "softmax"), "categorical_crossentropy", "onehot", ("accuracy",), sequence=True),
    Head("sequence_binary", _dense(1, "sigmoid"), "binary_crossentropy", "binary", ("accuracy",), sequence=True),
]

# Layers before the head; each leaves (batch, features), or with "sequence_" (batch, time, features).
BODIES = {
    "conv_pool": [("Conv1D", {"filters": 6, "kernel_size": 3, "activation": "relu"}), ("MaxPooling1D", {"pool_size": 2}),
                  ("Flatten", {}), ("Dense", {"units": 8, "activation": "relu"})],
    "conv_norm": [("Conv1D", {"filters": 6, "kernel_size": 3, "activation": "relu"}), ("BatchNormalization", {}),
                  ("Conv1D", {"filters": 8, "kernel_size": 3, "activation": "relu"}), ("GlobalAveragePooling1D", {})],
    "conv_norm_relu": [("Conv1D", {"filters": 6, "kernel_size": 5, "padding": "same"}), ("BatchNormalization", {}), ("ReLU", {}),
                       ("AveragePooling1D", {"pool_size": 2, "padding": "same"}), ("GlobalMaxPooling1D", {})],
    "lstm": [("LSTM", {"units": 6})],
    "conv_lstm": [("Conv1D", {"filters": 6, "kernel_size": 3, "strides": 2, "padding": "same", "activation": "tanh"}),
                  ("LSTM", {"units": 6, "return_sequences": True}), ("LSTM", {"units": 5})],
    "gru": [("GRU", {"units": 6})],
    "gru_before": [("GRU", {"units": 5, "reset_after": False, "return_sequences": True}), ("GRU", {"units": 4, "go_backwards": True})],
    "simple_rnn": [("SimpleRNN", {"units": 7})],
    "causal": [("Conv1D", {"filters": 5, "kernel_size": 2, "dilation_rate": 2, "padding": "causal", "activation": "elu"}),
               ("Conv1D", {"filters": 4, "kernel_size": 3, "groups": 1, "padding": "causal", "activation": "gelu"}),
               ("GlobalAveragePooling1D", {})],
    "groups": [("Conv1D", {"filters": 6, "kernel_size": 3, "padding": "same"}),
               ("Conv1D", {"filters": 6, "kernel_size": 3, "groups": 3, "strides": 2, "activation": "silu"}), ("Flatten", {})],
    "dense": [("Flatten", {}), ("Dense", {"units": 9, "activation": "tanh"}), ("BatchNormalization", {"momentum": 0.8}),
              ("Dense", {"units": 6, "activation": "selu"})],
    "sequence_lstm": [("LSTM", {"units": 5, "return_sequences": True})],
    "sequence_gru": [("GRU", {"units": 5, "return_sequences": True, "go_backwards": True}), ("BatchNormalization", {})],
    "sequence_conv": [("Conv1D", {"filters": 6, "kernel_size": 3, "padding": "causal", "activation": "relu"}),
                      ("Dense", {"units": 4, "activation": "tanh"})],
    "sequence_rnn": [("SimpleRNN", {"units": 5, "return_sequences": True, "activation": "relu"})],
}


def training_actions(case, batch_size, validation_split=0.0, epochs=2, evaluate=True):
    """Two epochs of fit, some steps on single batches, then what came of it; 20 steps where the sizes allow."""
    weights = {"sample_weight": "sample_weight" if case.sample_weight else None, "class_weight": case.class_weight}
    trained = case.samples - round(case.samples * validation_split)
    per_epoch = -(-trained // batch_size)
    actions = [{"op": "fit", "x": "x", "y": "y", **weights, "batch_size": batch_size, "epochs": epochs,
                "validation_split": validation_split, "out": "fit"}]
    steps = STEPS - epochs * per_epoch
    if steps > 0:
        actions.append({"op": "train_on_batch", "x": "x", "y": "y", **weights, "batch_size": batch_size, "steps": steps,
                        "out": "steps"})
    if evaluate:
        actions.append({"op": "evaluate", "x": "x", "y": "y", "sample_weight": weights["sample_weight"],
                        "batch_size": 32, "out": "evaluate"})
    actions += [{"op": "predict", "x": "x", "batch_size": 32, "out": "y"}, {"op": "weights", "out": "w"},
                {"op": "save", "file": "after.keras"}]
    return actions


def gradient_case(case):
    """The same model for one step of SGD with momentum at rate 1: the momentum slots are then minus the gradients."""
    one = dataclasses.replace(case, name=case.name + "/gradients", compile={
        **case.compile, "optimizer": optimizer("SGD", 1.0, momentum=0.5), "metrics": None, "weighted_metrics": None})
    weights = {"sample_weight": "sample_weight" if case.sample_weight else None, "class_weight": case.class_weight}
    one.actions = [{"op": "train_on_batch", "x": "x", "y": "y", **weights, "batch_size": case.samples, "steps": 1,
                    "out": "steps"}, {"op": "weights", "out": "w"}, {"op": "save", "file": "after.keras"}]
    return one


def compose(name, body, head, the_optimizer, index, samples=37, batch_size=4, seed=None):
    """A case from parts; `index` rotates the options of fit."""
    kind, options = the_optimizer
    weighted = index % 3 == 1
    case = Case(name, [*body, head.layer], (12, 3), samples=samples, target=head.target,
                compile=compile_config(optimizer(kind, **options), head.loss, head.metrics,
                                       [head.metrics[0]] if weighted and head.name == "mse" else None),
                seed=index + 1 if seed is None else seed)
    if weighted:
        case.sample_weight = True
    elif index % 3 == 2 and not head.sequence and head.target in ("binary", "binary_flat", "labels", "labels_column", "onehot"):
        if head.name != "multi_label":
            case.class_weight = {"0": 0.5, "1": 2.0}
    case.actions = training_actions(case, batch_size, validation_split=0.25 if index % 2 else 0.0)
    case.replay = f"--name '{name}'"
    return case


def seed_programs(samples=72):
    """The models of the three programs that the library grew from, with fewer rows, at full width."""
    classify = [("Conv1D", {"filters": 32, "kernel_size": 3, "activation": "relu"}), ("MaxPooling1D", {"pool_size": 2}),
                ("Flatten", {}), ("Dense", {"units": 128, "activation": "relu"}), _dense(1, "sigmoid")]
    channels = [("Conv1D", {"filters": 64, "kernel_size": 5, "activation": "relu"}), ("BatchNormalization", {}),
                ("Conv1D", {"filters": 128, "kernel_size": 3, "activation": "relu"}), ("GlobalAveragePooling1D", {}),
                _dense(10, "softmax")]
    recurrent = [("Conv1D", {"filters": 64, "kernel_size": 7, "activation": "relu"}), ("MaxPooling1D", {"pool_size": 2}),
                 ("LSTM", {"units": 128, "return_sequences": True}), ("LSTM", {"units": 64}), _dense(1)]
    adam = optimizer("Adam")
    cases = [
        Case("seed/classify", classify, (100, 1), target="binary_flat",
             compile=compile_config(adam, "binary_crossentropy", ["accuracy"])),
        Case("seed/channels", channels, (100, 3), target="onehot",
             compile=compile_config(adam, "categorical_crossentropy", ["accuracy"])),
        Case("seed/recurrent", recurrent, (200, 1), target="normal", compile=compile_config(adam, "mse")),
    ]
    for case in cases:
        case.samples = samples
        case.actions = training_actions(case, 8)
        case.replay = f"--name {case.name}"
    return cases


def training_cases():
    """The seed programs and one model per optimizer and head; every body, head and optimizer occurs."""
    cases = seed_programs()
    plain = [name for name in BODIES if not name.startswith("sequence_")]
    sequence = [name for name in BODIES if name.startswith("sequence_")]
    for index in range(max(len(OPTIMIZERS), 2 * len(HEADS))):
        head = HEADS[index % len(HEADS)]
        bodies = sequence if head.sequence else plain
        body = bodies[(index + index // len(bodies)) % len(bodies)]
        kind, options = OPTIMIZERS[index % len(OPTIMIZERS)]
        label = ",".join(f"{key}={value}" for key, value in options.items()) or "defaults"
        name = f"train/{kind},{label}/{body}/{head.name}"
        cases.append(compose(name, BODIES[body], head, (kind, options), index))
    from parity.series_cases import trained_cases

    cases.extend(trained_cases())
    names = [case.name for case in cases]
    assert len(set(names)) == len(names), "two cases have one name"
    return cases
