"""Layers beside the convolutions, poolings and recurrences of forward_cases.py: every option of each, in inference, and the
gradients of one step of training for each, those of its input included."""

from parity.case import Case, compile_config, optimizer
from parity.training_cases import gradient_case

# Layer, arguments, input shape, further fields of the case. An argument list is a small network.
_FORWARD = [
    # Shapes.
    ("Reshape", {"target_shape": [3, 8]}, (6, 4)),
    ("Reshape", {"target_shape": [-1, 2]}, (6, 4)),
    ("Reshape", {"target_shape": [2, 3, 4]}, (24,)),
    ("Permute", {"dims": [2, 1]}, (7, 5)),
    ("Permute", {"dims": [3, 1, 2]}, (3, 4, 5)),
    ("RepeatVector", {"n": 3}, (5,)),
    ("Identity", {}, (4, 3)),
    ("UpSampling1D", {}, (5, 3)),
    ("UpSampling1D", {"size": 4}, (5, 1)),
    ("UpSampling1D", {"size": 3}, (None, 2), {"steps": 6}),
    ("ZeroPadding1D", {}, (5, 3)),
    ("ZeroPadding1D", {"padding": 3}, (5, 3)),
    ("ZeroPadding1D", {"padding": [0, 2]}, (5, 3)),
    ("ZeroPadding1D", {"padding": [2, 1], "data_format": "channels_first"}, (5, 3)),
    ("Cropping1D", {}, (5, 3)),
    ("Cropping1D", {"cropping": 2}, (5, 3)),
    ("Cropping1D", {"cropping": [0, 3]}, (5, 3)),
    # Normalisations.
    ("LayerNormalization", {}, (6, 5)),
    ("LayerNormalization", {}, (33,)),
    ("LayerNormalization", {"epsilon": 1e-06, "center": False}, (6, 5)),
    ("LayerNormalization", {"epsilon": 0.1, "scale": False}, (6, 5)),
    ("LayerNormalization", {"center": False, "scale": False}, (6, 5)),
    ("LayerNormalization", {"axis": 1}, (6, 5)),
    ("LayerNormalization", {"axis": [1, 2]}, (6, 5)),
    ("LayerNormalization", {"axis": [1, 3]}, (3, 4, 5)),
    ("LayerNormalization", {"axis": -2}, (3, 4, 5)),
    ("GroupNormalization", {"groups": 2}, (6, 4)),
    ("GroupNormalization", {"groups": -1}, (6, 4)),
    ("GroupNormalization", {"groups": 1, "center": False}, (6, 4)),
    ("GroupNormalization", {"groups": 3, "scale": False, "epsilon": 0.01}, (12,)),
    ("GroupNormalization", {"groups": 2, "axis": 1}, (6, 4)),
    ("GroupNormalization", {"groups": 2, "axis": -2}, (6, 4)),
    ("GroupNormalization", {}, (5, 32)),
    ("GroupNormalization", {"groups": 2}, (None, 4), {"steps": 7}),
    ("RMSNormalization", {}, (6, 5)),
    ("RMSNormalization", {"axis": 1, "epsilon": 0.01}, (5, 5)),  # the scale lies along the last axis nevertheless
    ("RMSNormalization", {"axis": [1, 2]}, (6, 5)),
    ("UnitNormalization", {}, (6, 5)),
    ("UnitNormalization", {"axis": 1}, (6, 5)),
    ("UnitNormalization", {"axis": [1, 2]}, (6, 5)),
    ("Rescaling", {"scale": 0.25}, (6, 5)),
    ("Rescaling", {"scale": 2.0, "offset": -1.0}, (6, 5)),
    ("Rescaling", {"scale": [1.0, 2.0, 3.0], "offset": [0.5, 0.0, -0.5]}, (6, 3)),
    # (Keras' Normalization keeps what set_weights gives it to itself until a file is loaded, so only these can be compared.)
    ("Normalization", {"mean": [1.0, 2.0, 3.0], "variance": [4.0, 0.25, 1.0]}, (6, 3)),
    ("Normalization", {"axis": None, "mean": 3.0, "variance": 2.0, "invert": True}, (6, 3)),
    # Products and recurrences.
    ("EinsumDense", {"equation": "ab,bc->ac", "output_shape": 4, "bias_axes": "c"}, (5,)),
    ("EinsumDense", {"equation": "...x,xy->...y", "output_shape": 4, "activation": "tanh"}, (6, 5)),
    ("EinsumDense", {"equation": "abc,bd->acd", "output_shape": [5, 4], "bias_axes": "cd"}, (6, 5)),
    ("EinsumDense", {"equation": "abc,bd->acd", "output_shape": [5, 4], "bias_axes": "c"}, (6, 5)),
    ("EinsumDense", {"equation": "abc,bcde->ade", "output_shape": [2, 3], "bias_axes": "d"}, (4, 5)),
    ("EinsumDense", {"equation": "abc,bcd->abd", "output_shape": [4, 3]}, (4, 5)),
    ("EinsumDense", {"equation": "ab...,bc->ac...", "output_shape": 3, "bias_axes": "c"}, (4, 5)),
    ("ConvLSTM1D", {"filters": 2, "kernel_size": 3}, (4, 6, 3)),
    ("ConvLSTM1D", {"filters": 2, "kernel_size": 3, "padding": "same", "return_sequences": True}, (4, 5, 2)),
    ("ConvLSTM1D", {"filters": 2, "kernel_size": 2, "strides": 2, "use_bias": False, "go_backwards": True}, (3, 5, 2)),
    ("ConvLSTM1D", {"filters": 2, "kernel_size": 2, "dilation_rate": 2, "activation": "softsign",
                    "recurrent_activation": "hard_sigmoid"}, (3, 5, 2)),
    # Activations.
    ("LeakyReLU", {}, (11, 3), {"x": "grid", "scale": 4.0}),
    ("LeakyReLU", {"negative_slope": 0.05}, (11, 3), {"x": "grid", "scale": 4.0}),
    ("ELU", {}, (11, 3), {"x": "grid", "scale": 4.0}),
    ("ELU", {"alpha": 0.3}, (11, 3), {"x": "grid", "scale": 4.0}),
    ("PReLU", {}, (11, 3), {"x": "grid", "scale": 4.0}),
    ("PReLU", {"shared_axes": [1]}, (11, 3), {"x": "grid", "scale": 4.0}),
    ("PReLU", {"shared_axes": [1, 2]}, (11, 3), {"x": "grid", "scale": 4.0}),
    ("PReLU", {"shared_axes": [2]}, (4, 3), {"x": "grid", "scale": 4.0}),
    ("Softmax", {"axis": [1, 2]}, (5, 4), {"scale": 3.0}),
    ("Softmax", {"axis": [-1]}, (5, 4), {"scale": 3.0}),
    # Regularisation does nothing in inference.
    ("SpatialDropout1D", {"rate": 0.5}, (5, 3)),
    ("GaussianNoise", {"stddev": 0.5}, (5, 3)),
    ("GaussianDropout", {"rate": 0.5}, (5, 3)),
    ("AlphaDropout", {"rate": 0.5}, (5, 3)),
    ("ActivityRegularization", {"l1": 0.1, "l2": 0.2}, (5, 3)),
    # Categories.
    ("Discretization", {"bin_boundaries": [-1.0, 0.0, 0.5]}, (6,)),
    ("Discretization", {"bin_boundaries": [-1.0, 0.0, 0.5], "output_mode": "one_hot"}, (6, 1)),
    ("Discretization", {"bin_boundaries": [-1.0, 0.0, 0.5], "output_mode": "multi_hot"}, (6,)),
    ("Discretization", {"bin_boundaries": [-1.0, 0.0, 0.5], "output_mode": "count"}, (6,)),
    ("CategoryEncoding", [("Discretization", {"bin_boundaries": [-1.0, 0.0, 0.5]}),
                          ("CategoryEncoding", {"num_tokens": 4})], (6,)),
    ("CategoryEncoding", [("Discretization", {"bin_boundaries": [-1.0, 0.0, 0.5]}),
                          ("CategoryEncoding", {"num_tokens": 5, "output_mode": "one_hot"})], (6,)),
    ("CategoryEncoding", [("Discretization", {"bin_boundaries": [-1.0, 0.0, 0.5]}),
                          ("CategoryEncoding", {"num_tokens": 4, "output_mode": "count"})], (6,)),
]


def _convolutions():
    for padding in ("valid", "same"):
        for strides in (1, 2, 3):
            for kernel_size in (1, 2, 5):
                yield ("Conv1DTranspose", {"filters": 3, "kernel_size": kernel_size, "strides": strides, "padding": padding},
                       (6, 2))
        for output_padding in (0, 1, 2):  # an even kernel with `same` makes TensorFlow divide by zero
            kernel_size = 4 if padding == "valid" else 3
            yield ("Conv1DTranspose", {"filters": 3, "kernel_size": kernel_size, "strides": 3, "padding": padding,
                                       "output_padding": output_padding}, (6, 2))
        for dilation in (2, 3):  # of Conv1DTranspose TensorFlow has none on a CPU
            yield ("SeparableConv1D", {"filters": 3, "kernel_size": 3, "dilation_rate": dilation, "padding": padding}, (9, 2))
            yield ("DepthwiseConv1D", {"kernel_size": 3, "dilation_rate": dilation, "padding": padding}, (9, 2))
        for strides in (1, 2):
            for multiplier in (1, 3):
                options = {"kernel_size": 3, "strides": strides, "padding": padding, "depth_multiplier": multiplier}
                yield ("DepthwiseConv1D", options, (9, 4))
                yield ("SeparableConv1D", {"filters": 5, **options}, (9, 4))
    yield ("Conv1DTranspose", {"filters": 3, "kernel_size": 3, "use_bias": False, "activation": "relu"}, (6, 2))
    yield ("Conv1DTranspose", {"filters": 3, "kernel_size": 3, "activation": "softmax"}, (6, 2))
    yield ("Conv1DTranspose", {"filters": 33, "kernel_size": 7, "strides": 4, "padding": "same"}, (40, 17), {"samples": 2})
    yield ("Conv1DTranspose", {"filters": 3, "kernel_size": 3, "strides": 2}, (None, 2), {"steps": 5})
    yield ("DepthwiseConv1D", {"kernel_size": 3, "use_bias": False, "activation": "tanh"}, (7, 1))
    yield ("DepthwiseConv1D", {"kernel_size": 9, "padding": "same"}, (50, 20))
    yield ("SeparableConv1D", {"filters": 3, "kernel_size": 3, "use_bias": False, "activation": "tanh"}, (7, 1))
    yield ("SeparableConv1D", {"filters": 24, "kernel_size": 9, "padding": "same"}, (50, 20))


def _channels_first():
    first = {"data_format": "channels_first"}
    yield ("Flatten", first, (3, 5))
    yield ("MaxPooling1D", {"pool_size": 2, **first}, (3, 7))
    yield ("AveragePooling1D", {"pool_size": 3, "padding": "same", **first}, (3, 7))
    yield ("GlobalAveragePooling1D", {"keepdims": True, **first}, (3, 7))
    yield ("GlobalMaxPooling1D", first, (3, 7))


def _adaptive():
    for layer in ("AdaptiveAveragePooling1D", "AdaptiveMaxPooling1D"):
        for size in (2, 3, 4, 7):  # TensorFlow's windows are longer than the series for 1
            yield (layer, {"output_size": size}, (7, 3))
        yield (layer, {"output_size": 3, "data_format": "channels_first"}, (3, 8))


def _listed():
    for group in (_FORWARD, _convolutions(), _channels_first(), _adaptive()):
        yield from group


def _case(kind, layer, arguments, input_shape, more=None):
    network = arguments if isinstance(arguments, list) else [(layer, arguments)]
    text = ";".join(",".join(f"{key}={value}" for key, value in options.items()) or "defaults" for _, options in network)
    name = f"{kind}{layer}/{text},in={'x'.join(map(str, input_shape))}"
    return Case(name.replace(" ", ""), network, input_shape, **(more or {}))


def layer_forward_cases():
    return [_case("", *item) for item in _listed()]


# No gradient goes through these, or training draws random numbers.
_NO_GRADIENT = ("Discretization", "CategoryEncoding", "SpatialDropout1D", "GaussianNoise", "GaussianDropout", "AlphaDropout")


def _a_few_of_each(items, most=3):
    """At most `most` of every layer, spread over its options."""
    by_layer = {}
    for item in items:
        by_layer.setdefault(item[0], []).append(item)
    for found in by_layer.values():
        step = max(1, -(-len(found) // most))
        yield from found[::step]


def layer_gradient_cases():
    """Behind a Dense layer, whose gradients depend on those of the layer's input."""
    cases = []
    extra = [
        ("Dense", {"units": 3, "activation": "relu", "activity_regularizer": "l2"}, (4,)),
        ("Dense", {"units": 3, "activity_regularizer": {"module": "keras.regularizers", "class_name": "L1L2",
                                                        "config": {"l1": 0.1, "l2": 0.2}}}, (4, 2)),
        ("Conv1D", {"filters": 3, "kernel_size": 2, "activation": "tanh", "activity_regularizer": "l1"}, (6, 2)),
        ("LSTM", {"units": 3, "activity_regularizer": "l2"}, (6, 2)),
    ]
    for item in (*_a_few_of_each(_listed()), *extra):
        if item[0] in _NO_GRADIENT or None in item[2] or "invert" in item[1]:  # targets are drawn for a known output
            continue
        case = _case("gradients/", *item)
        case.x, case.scale = "normal", 1.0
        case.samples = 4
        case.layers = [("Dense", {"units": case.input_shape[-1]}), *case.layers]
        case.compile = compile_config(optimizer("SGD"), "mse")
        case = gradient_case(case)
        case.seed = sum(ord(letter) * (i + 1) for i, letter in enumerate(case.name)) % 1_000_003
        case.replay = f"--name '{case.name}'"
        cases.append(case)
    return cases
