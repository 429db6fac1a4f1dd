"""Inference: every option of every layer, one small model each, named "layer/option=value,..."."""

from parity.case import Case

# Every activation that Keras resolves from a string, apart from "threshold" (needs arguments).
ACTIVATIONS = (
    "linear relu relu6 leaky_relu elu selu celu softplus softsign sigmoid hard_sigmoid log_sigmoid sparse_sigmoid tanh "
    "hard_tanh tanh_shrink soft_shrink hard_shrink exponential gelu silu swish hard_silu hard_swish mish squareplus "
    "sparse_plus softmax log_softmax sparsemax"
).split()
PADDINGS = ("valid", "same", "causal")


def forward_cases():
    """All of them, with unique names and seeds that do not depend on each other's presence."""
    cases = []
    from parity.series_cases import masked_cases, wrapped_cases

    for build in (wrapped_cases, masked_cases, _conv1d, _pooling, _dense, _flatten, _normalisation, _activation_layers, _recurrent,
                  _networks):
        cases.extend(build())
    from parity.layer_cases import layer_forward_cases  # which builds on the training cases, which build on these

    cases.extend(layer_forward_cases())
    for case in cases:
        case.seed = sum(ord(letter) * (i + 1) for i, letter in enumerate(case.name)) % 1_000_003
        case.actions = [{"op": "predict", "x": "x", "batch_size": 32, "out": "y"}]
        case.replay = f"--name '{case.name}'"
    names = [case.name for case in cases]
    assert len(set(names)) == len(names), "two cases have one name"
    return cases


def _one(layer, arguments, input_shape, label=None, **more):
    options = ",".join(f"{key}={value}" for key, value in arguments.items()) or "defaults"
    name = f"{layer}/{label + ',' if label else ''}{options},in={'x'.join(map(str, input_shape))}"
    return Case(name, [(layer, arguments)], input_shape, **more)


def _conv1d():
    base = {"filters": 4, "kernel_size": 3}
    for padding in PADDINGS:
        for strides in (1, 2, 3):
            for kernel_size in (1, 2, 3, 5):
                yield _one("Conv1D", {"filters": 3, "kernel_size": kernel_size, "strides": strides, "padding": padding},
                           (11, 2))
        for dilation in (2, 3):
            for kernel_size in (2, 3):
                yield _one("Conv1D", {"filters": 3, "kernel_size": kernel_size, "dilation_rate": dilation,
                                      "padding": padding}, (12, 2))
        for groups, channels, filters in ((2, 4, 6), (3, 6, 3), (4, 4, 8)):
            yield _one("Conv1D", {"filters": filters, "kernel_size": 3, "groups": groups, "padding": padding},
                       (7, channels))
        yield _one("Conv1D", {**base, "use_bias": False, "padding": padding}, (7, 3))
        yield _one("Conv1D", {**base, "groups": 2, "strides": 2, "padding": padding}, (9, 2))
        yield _one("Conv1D", {**base, "groups": 2, "dilation_rate": 2, "padding": padding}, (9, 2))
    for activation in ACTIVATIONS:
        yield _one("Conv1D", {**base, "activation": activation}, (8, 2), scale=2.0)
    # Corners: one output step, kernel longer than the series, one step, stride beyond the kernel, wide and long.
    yield _one("Conv1D", base, (3, 2))
    yield _one("Conv1D", {**base, "padding": "same", "kernel_size": 7}, (4, 2))
    yield _one("Conv1D", {**base, "padding": "causal", "kernel_size": 7}, (4, 2))
    yield _one("Conv1D", {**base, "padding": "causal"}, (1, 2))
    yield _one("Conv1D", {**base, "strides": 5}, (17, 2))
    yield _one("Conv1D", {**base, "strides": 5, "padding": "same"}, (17, 2))
    yield _one("Conv1D", {"filters": 1, "kernel_size": 2}, (6, 1), samples=1)
    yield _one("Conv1D", {"filters": 33, "kernel_size": 5, "padding": "same"}, (20, 7))
    yield _one("Conv1D", {"filters": 17, "kernel_size": 17, "dilation_rate": 2}, (70, 3), samples=2)
    yield _one("Conv1D", {"filters": 64, "kernel_size": 1}, (5, 40), samples=1)
    yield _one("Conv1D", base, (None, 2), label="any_length", steps=13)


def _pooling():
    for layer in ("MaxPooling1D", "AveragePooling1D"):
        for pool_size in (2, 3, 4):
            for strides in (None, 1, 3):
                for padding in ("valid", "same"):
                    yield _one(layer, {"pool_size": pool_size, "strides": strides, "padding": padding}, (10, 3))
        yield _one(layer, {"pool_size": 1}, (5, 2))
        yield _one(layer, {"pool_size": 7, "padding": "same"}, (5, 2))
        yield _one(layer, {"pool_size": 2, "strides": 5, "padding": "same"}, (11, 17))
    for layer in ("GlobalMaxPooling1D", "GlobalAveragePooling1D"):
        for keepdims in (False, True):
            yield _one(layer, {"keepdims": keepdims}, (9, 5))
        yield _one(layer, {}, (1, 3))
        yield _one(layer, {}, (300, 2))
        yield _one(layer, {}, (None, 3), steps=6)


def _dense():
    for shape in ((5,), (4, 3), (2, 3, 4)):
        for use_bias in (True, False):
            yield _one("Dense", {"units": 6, "use_bias": use_bias}, shape)
        for activation in ("relu", "softmax", "tanh"):
            yield _one("Dense", {"units": 3, "activation": activation}, shape)
    for activation in ACTIVATIONS:
        if activation not in ("relu", "softmax", "tanh"):
            yield _one("Dense", {"units": 5, "activation": activation}, (4,), scale=2.0)
    yield _one("Dense", {"units": 1}, (1,), samples=1)
    yield _one("Dense", {"units": 33}, (100,), samples=7)
    yield _one("Dense", {"units": 2}, (1000,))


def _flatten():
    for shape in ((5,), (4, 3), (2, 3, 4)):
        yield _one("Flatten", {}, shape)


def _normalisation():
    for center in (True, False):
        for scale in (True, False):
            yield _one("BatchNormalization", {"center": center, "scale": scale}, (6, 4))
    yield _one("BatchNormalization", {}, (5,))
    yield _one("BatchNormalization", {}, (2, 3, 4))
    yield _one("BatchNormalization", {"axis": 1}, (6, 4))
    yield _one("BatchNormalization", {"axis": 2}, (6, 4))
    yield _one("BatchNormalization", {"axis": -2}, (6, 4))
    yield _one("BatchNormalization", {"momentum": 0.9, "epsilon": 1e-05}, (6, 4))
    yield _one("BatchNormalization", {"epsilon": 0.1, "scale": False}, (6, 17))


def _activation_layers():
    for activation in ACTIVATIONS:
        yield _one("Activation", {"activation": activation}, (11, 3), x="grid", scale=8.0)
    for activation in ("sigmoid", "tanh", "softplus", "gelu", "silu", "softmax", "log_softmax", "log_sigmoid", "elu", "mish"):
        yield _one("Activation", {"activation": activation}, (11, 3), label="large", x="grid", scale=200.0)
    for max_value in (None, 1.5):
        for negative_slope in (0.0, 0.25):
            for threshold in (0.0, 0.5):
                yield _one("ReLU", {"max_value": max_value, "negative_slope": negative_slope, "threshold": threshold},
                           (11, 3), x="grid", scale=4.0)
    for axis in (-1, 1, 2, -2):
        yield _one("Softmax", {"axis": axis}, (5, 4), scale=3.0)
    yield _one("Softmax", {}, (6,), scale=3.0)
    for arguments in ({"rate": 0.5}, {"rate": 0.0}, {"rate": 0.3, "noise_shape": [None, 1, 3], "seed": 7}):
        yield _one("Dropout", arguments, (5, 3))


def _recurrent():
    shape = (7, 3)
    for layer in ("LSTM", "GRU", "SimpleRNN"):
        variants = [{"reset_after": True}, {"reset_after": False}] if layer == "GRU" else [{}]
        for variant in variants:
            base = {"units": 4, **variant}
            for return_sequences in (False, True):
                for go_backwards in (False, True):
                    for use_bias in (True, False):
                        yield _one(layer, {**base, "return_sequences": return_sequences, "go_backwards": go_backwards,
                                           "use_bias": use_bias}, shape)
            for activation in ("relu", "linear", "sigmoid", "softsign", "elu", "gelu", "hard_sigmoid"):
                yield _one(layer, {**base, "activation": activation, "return_sequences": True}, shape, scale=0.5)
            if layer != "SimpleRNN":
                for activation in ("hard_sigmoid", "tanh", "relu", "linear"):
                    yield _one(layer, {**base, "recurrent_activation": activation}, shape, scale=0.5)
                yield _one(layer, {**base, "activation": "relu", "recurrent_activation": "hard_sigmoid"}, shape)
            yield _one(layer, {**base, "dropout": 0.3, "recurrent_dropout": 0.2}, shape)
            yield _one(layer, {**base, "unroll": True}, shape)
            yield _one(layer, base, (1, 2))
            yield _one(layer, {**base, "units": 1}, (5, 1), samples=1)
            yield _one(layer, {**base, "units": 17, "return_sequences": True}, (9, 5))
            yield _one(layer, base, (60, 2), label="long")
            yield _one(layer, base, (None, 2), steps=6)
            stack = [(layer, {**base, "return_sequences": True}), (layer, {**base, "units": 3})]
            label = "reset_before" if variant.get("reset_after") is False else "stacked"
            yield Case(f"{layer}/stacked,{label}", stack, shape)
    for unit_forget_bias in (True, False):
        yield _one("LSTM", {"units": 4, "unit_forget_bias": unit_forget_bias}, shape)
    mixed = [("GRU", {"units": 3, "return_sequences": True, "go_backwards": True}),
             ("SimpleRNN", {"units": 4, "return_sequences": True}), ("LSTM", {"units": 2})]
    yield Case("LSTM/stacked,three_kinds", mixed, shape)


def _networks():
    conv, dense = "Conv1D", "Dense"
    yield Case("network/classify", [(conv, {"filters": 8, "kernel_size": 3, "activation": "relu"}),
                                    ("MaxPooling1D", {"pool_size": 2}), ("Flatten", {}),
                                    (dense, {"units": 8, "activation": "relu"}),
                                    (dense, {"units": 1, "activation": "sigmoid"})], (20, 1))
    yield Case("network/channels", [(conv, {"filters": 8, "kernel_size": 5, "activation": "relu"}),
                                    ("BatchNormalization", {}), (conv, {"filters": 8, "kernel_size": 3, "activation": "relu"}),
                                    ("GlobalAveragePooling1D", {}), (dense, {"units": 5, "activation": "softmax"})], (20, 3))
    yield Case("network/recurrent", [(conv, {"filters": 8, "kernel_size": 7, "activation": "relu"}),
                                     ("MaxPooling1D", {"pool_size": 2}), ("LSTM", {"units": 8, "return_sequences": True}),
                                     ("LSTM", {"units": 6}), (dense, {"units": 1})], (30, 1))
    yield Case("network/dilated", [(conv, {"filters": 4, "kernel_size": 2, "dilation_rate": 2**i, "padding": "causal",
                                           "activation": "relu"}) for i in range(4)]
               + [(conv, {"filters": 1, "kernel_size": 1})], (24, 2))
    yield Case("network/fcn", [item for filters in (6, 8, 6) for item in
                               ((conv, {"filters": filters, "kernel_size": 5, "padding": "same", "use_bias": False}),
                                ("BatchNormalization", {}), ("ReLU", {}))]
               + [("GlobalAveragePooling1D", {}), (dense, {"units": 3, "activation": "softmax"})], (25, 2))
    yield Case("network/dropouts", [(dense, {"units": 6, "activation": "relu"}), ("Dropout", {"rate": 0.4}),
                                    (dense, {"units": 4}), ("Activation", {"activation": "tanh"}), ("Dropout", {"rate": 0.1}),
                                    (dense, {"units": 2}), ("Softmax", {})], (5,))
    yield Case("network/gru_sequence", [(conv, {"filters": 5, "kernel_size": 3, "padding": "causal"}),
                                        ("AveragePooling1D", {"pool_size": 2}), ("GRU", {"units": 5, "return_sequences": True}),
                                        (dense, {"units": 2, "activation": "softmax"})], (16, 2))
