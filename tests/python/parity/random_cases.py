"""Random legal architectures: case (kind, seed, index) is always the same one, so three words replay it."""

import numpy as np

from parity.case import Case
from parity.forward_cases import ACTIVATIONS, PADDINGS
from parity.training_cases import HEADS, OPTIMIZERS, compose, gradient_case

KINDS = ("forward", "train", "files", "gradients")


def random_case(kind, seed, index):
    """kind "forward": predict; "gradients": one step's gradients; "train" and "files": 20 steps (the harness tells them
    apart: "files" also hands the model over halfway, in both directions)."""
    random = np.random.default_rng([KINDS.index(kind), seed, index])
    name = f"random/{kind},{seed},{index}"
    if kind == "forward":
        case = _forward(random, name)
    else:
        head = _choice(random, HEADS)
        smooth = kind == "gradients" and bool(random.integers(2))
        shape = (int(random.integers(9, 20)), int(random.integers(1, 5)))
        body = _body(random, shape, head.sequence, 1 + int(random.integers(3)), smooth)
        case = compose(name, body, head, _choice(random, OPTIMIZERS), int(random.integers(6)),
                       samples=int(random.integers(20, 40)), batch_size=int(random.integers(3, 9)))
        case.input_shape = shape
        if kind == "gradients":
            case = gradient_case(case)
    case.seed = int(random.integers(1, 1_000_000))
    case.replay = f"--only {kind} --seed {seed} --first {index} --cases 1"
    return case


def _choice(random, items):
    return items[int(random.integers(len(items)))]


def _flag(random, chance=0.5):
    return bool(random.random() < chance)


def _forward(random, name):
    shape = (int(random.integers(6, 40)), int(random.integers(1, 9)))
    sequence = _flag(random)
    body = _body(random, shape, sequence, 1 + int(random.integers(4)), False, dropout=True)
    if _flag(random, 0.7):
        body.append(("Dense", {"units": int(random.integers(1, 12)), "activation": _choice(random, ACTIVATIONS)}))
    case = Case(name, body, shape, samples=int(random.integers(1, 6)), scale=_choice(random, (0.1, 1.0, 3.0)))
    case.actions = [{"op": "predict", "x": "x", "batch_size": int(random.integers(1, 7)), "out": "y"}]
    return case


def _body(random, shape, sequence, depth, smooth, dropout=False):
    """Layers that keep (time, features), then one that removes time unless `sequence`."""
    length, channels = shape
    layers = []
    while len(layers) < depth:
        layer, length, channels = _step(random, length, channels, smooth, dropout)
        layers.append(layer)
    if not sequence:
        kind = _choice(random, ("Flatten", "GlobalAveragePooling1D", "GlobalMaxPooling1D", "LSTM", "GRU", "SimpleRNN"))
        if kind in ("LSTM", "GRU", "SimpleRNN"):
            layers.append(_recurrent(random, kind, False))
        else:
            layers.append((kind, {}))
    return layers


def _step(random, length, channels, smooth, dropout):
    """One layer with its output length and channels."""
    activations = ("tanh", "sigmoid", "elu", "gelu", "silu", "softplus", "linear") if smooth else ACTIVATIONS
    kinds = ["Conv1D", "Conv1D", "Conv1D", "BatchNormalization", "LSTM", "GRU", "SimpleRNN", "Dense", "Activation"]
    kinds += ["MaxPooling1D", "AveragePooling1D", "ReLU"] + (["Dropout", "Softmax"] if dropout else [])
    kind = _choice(random, kinds)
    if kind == "Conv1D":
        groups = _choice(random, [g for g in range(1, channels + 1) if channels % g == 0])
        filters = groups * int(random.integers(1, 5))
        kernel_size = int(random.integers(1, 6))
        dilation = _choice(random, (1, 1, 2, 3))
        strides = _choice(random, (1, 1, 2, 3)) if dilation == 1 else 1
        padding = _choice(random, PADDINGS)
        extent = (kernel_size - 1) * dilation + 1
        if padding == "valid" and length - extent < 3:
            padding = "same"
        length = (length - extent) // strides + 1 if padding == "valid" else -(-length // strides)
        return ("Conv1D", {"filters": filters, "kernel_size": kernel_size, "strides": strides, "padding": padding,
                           "dilation_rate": dilation, "groups": groups, "activation": _choice(random, activations),
                           "use_bias": _flag(random, 0.8)}), length, filters
    if kind in ("MaxPooling1D", "AveragePooling1D"):
        pool_size = int(random.integers(1, 4))
        strides = _choice(random, (None, 1, 2))
        step = strides or pool_size
        padding = "same" if length - pool_size < 3 or _flag(random) else "valid"
        length = -(-length // step) if padding == "same" else (length - pool_size) // step + 1
        return (kind, {"pool_size": pool_size, "strides": strides, "padding": padding}), length, channels
    if kind in ("LSTM", "GRU", "SimpleRNN"):
        layer = _recurrent(random, kind, True)
        return layer, length, layer[1]["units"]
    if kind == "Dense":
        units = int(random.integers(1, 8))
        return ("Dense", {"units": units, "activation": _choice(random, activations), "use_bias": _flag(random, 0.8)}), length, units
    if kind == "BatchNormalization":
        arguments = {"center": _flag(random, 0.8), "scale": _flag(random, 0.8), "momentum": _choice(random, (0.99, 0.9, 0.5)),
                     "epsilon": _choice(random, (1e-3, 1e-2))}
        return (kind, arguments), length, channels
    if kind == "ReLU":
        return (kind, {"max_value": _choice(random, (None, 2.0)), "negative_slope": _choice(random, (0.0, 0.2)),
                       "threshold": _choice(random, (0.0, 0.25))}), length, channels
    if kind == "Dropout":
        return (kind, {"rate": 0.5}), length, channels
    if kind == "Softmax":
        return (kind, {"axis": _choice(random, (-1, 1))}), length, channels
    return ("Activation", {"activation": _choice(random, activations)}), length, channels


def _recurrent(random, kind, return_sequences):
    arguments = {"units": int(random.integers(1, 9)), "return_sequences": return_sequences,
                 "go_backwards": _flag(random, 0.3), "use_bias": _flag(random, 0.8),
                 "activation": _choice(random, ("tanh", "tanh", "sigmoid", "softsign", "elu"))}
    if kind != "SimpleRNN":
        arguments["recurrent_activation"] = _choice(random, ("sigmoid", "sigmoid", "hard_sigmoid"))
    if kind == "GRU":
        arguments["reset_after"] = _flag(random)
    if kind == "LSTM":
        arguments["unit_forget_bias"] = _flag(random)
    return kind, arguments
