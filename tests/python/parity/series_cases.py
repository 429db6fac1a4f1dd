"""Layers that hold other layers, and masks: inference, gradients and training."""

from parity.case import Case, compile_config, layer, loss, metric, optimizer

SHAPE = (7, 3)


def wrapped_cases():
    """Bidirectional, TimeDistributed, nested models, RNN over cells: "wrapped/..."."""
    for name, modes in (("LSTM", ("concat", "sum", "mul", "ave")), ("GRU", ("concat",)), ("SimpleRNN", ("sum",))):
        for mode in modes:
            for sequences in (False, True):
                yield _case(f"wrapped/{name},{mode},sequences={sequences}",
                            [("Bidirectional", {"layer": layer(name, units=4, return_sequences=sequences), "merge_mode": mode})])
    yield _case("wrapped/bidirectional_backwards_first",
                [("Bidirectional", {"layer": layer("GRU", units=3, return_sequences=True),
                                    "backward_layer": layer("LSTM", units=5, return_sequences=True, go_backwards=True)})])
    stacked = [("Bidirectional", {"layer": layer("LSTM", units=5, return_sequences=True)}),
               ("Bidirectional", {"layer": layer("LSTM", units=4)})]
    yield _case("wrapped/bidirectional_stacked", stacked)
    yield _case("wrapped/bidirectional_any_length", stacked, (None, 2), steps=9)
    cells = [layer("LSTMCell", units=4), layer("GRUCell", units=3), layer("SimpleRNNCell", units=5)]
    yield _case("wrapped/bidirectional_rnn", [("Bidirectional", {"layer": layer("RNN", cell=cells[0])})])
    for options in ({}, {"return_sequences": True}, {"return_sequences": True, "go_backwards": True}, {"go_backwards": True}):
        label = ",".join(options) or "last"
        for cell in cells:
            yield _case(f"wrapped/{cell['class_name']},{label}", [("RNN", {"cell": cell, **options})])
        yield _case(f"wrapped/StackedRNNCells,{label}", [("RNN", {"cell": cells, **options})])
    yield _case("wrapped/GRUCell,reset_before", [("RNN", {"cell": layer("GRUCell", units=3, reset_after=False)})])
    yield _case("wrapped/LSTMCell,activations",
                [("RNN", {"cell": layer("LSTMCell", units=3, activation="relu", recurrent_activation="hard_sigmoid",
                                        use_bias=False)})])
    conv = layer("Conv1D", filters=4, kernel_size=3, activation="relu")
    for label, inner, shape in (
            ("dense", layer("Dense", units=5, activation="softmax"), (4, 3)), ("conv", conv, (4, 6, 2)),
            ("lstm", layer("LSTM", units=3), (4, 6, 2)), ("flatten", layer("Flatten"), (4, 3, 2)),
            ("normalisation", layer("BatchNormalization"), (4, 3)), ("dropout", layer("Dropout", rate=0.5), (4, 3)),
            ("pool", layer("GlobalAveragePooling1D"), (4, 6, 2)),
            ("bidirectional", layer("Bidirectional", layer=layer("GRU", units=3)), (3, 5, 2)),
            ("twice", layer("TimeDistributed", layer=conv), (2, 3, 6, 2)),
            ("model", layer("Sequential", layers=[conv, layer("BatchNormalization"), layer("GlobalMaxPooling1D"),
                                                  layer("Dense", units=2)]), (4, 6, 2))):
        yield _case(f"wrapped/time,{label}", [("TimeDistributed", {"layer": inner})], shape)
    yield _case("wrapped/time_any_length", [("TimeDistributed", {"layer": conv}), ("TimeDistributed", {"layer": layer("Flatten")})],
                (None, 5, 2), steps=6)
    inner = [layer("LSTM", units=4, return_sequences=True), layer("LSTM", units=3), layer("Dense", units=5, activation="tanh")]
    yield _case("wrapped/model", [("Sequential", {"layers": inner}), ("Dense", {"units": 2})])
    yield from _several_outputs(cells)
    for mode in ("sum", "mul", "ave"):  # Keras broadcasts the one unit
        yield _case(f"wrapped/one_unit_backwards,{mode}",
                    [("Bidirectional", {"layer": layer("GRU", units=3), "merge_mode": mode,
                                        "backward_layer": layer("LSTM", units=1, go_backwards=True)})])
    yield _case("wrapped/model_in_model", [("Sequential", {"layers": [layer("Sequential", layers=inner), layer("Dense", units=3)]}),
                                           ("Dense", {"units": 2})])


def _several_outputs(cells):
    """Last layers that return their states, or two directions."""
    for sequences in (False, True):
        options = {"return_sequences": sequences, "return_state": True}
        for name in ("LSTM", "GRU", "SimpleRNN"):
            for more in ({}, {"go_backwards": True}):
                yield _case(f"wrapped/states,{name},sequences={sequences}{',backwards' if more else ''}",
                            [(name, {"units": 4, **options, **more})])
            yield _case(f"wrapped/states,masked,{name},sequences={sequences}",
                        [("Masking", {}), (name, {"units": 4, "zero_output_for_mask": sequences, **options})], x="gaps")
        yield _case(f"wrapped/states,LSTMCell,sequences={sequences}", [("RNN", {"cell": cells[0], **options})])
        yield _case(f"wrapped/states,StackedRNNCells,sequences={sequences}", [("RNN", {"cell": cells[1:], **options})])
        yield _case(f"wrapped/states,ConvLSTM1D,sequences={sequences}",
                    [("ConvLSTM1D", {"filters": 2, "kernel_size": 3, **options})], (4, 6, 3))
        for mode in ("concat", "sum", None):
            yield _case(f"wrapped/states,bidirectional,{mode},sequences={sequences}",
                        [("Bidirectional", {"layer": layer("LSTM", units=3, **options), "merge_mode": mode})])
        yield _case(f"wrapped/two_directions,sequences={sequences}",
                    [("Bidirectional", {"layer": layer("GRU", units=3, return_sequences=sequences), "merge_mode": None})])
    yield _case("wrapped/states,any_length", [("GRU", {"units": 4, "return_sequences": True, "return_state": True})], (None, 3), steps=5)
    yield _case("wrapped/states,model", [("Dense", {"units": 3}), ("Sequential", {"layers": [layer("LSTM", units=4, return_state=True)]})])


def masked_cases():
    """"masked/...": Masking and Embedding in front of layers that use, pass on or drop the mask."""
    models = []
    for name in ("LSTM", "GRU", "SimpleRNN"):
        for sequences in (False, True):
            for options in ({}, {"go_backwards": True}, {"zero_output_for_mask": True}):
                models.append((f"{name},{','.join(options) or 'defaults'},sequences={sequences}",
                               [(name, {"units": 4, "return_sequences": sequences, **options})]))
            models.append((f"bidirectional,{name},sequences={sequences}",
                           [("Bidirectional", {"layer": layer(name, units=4, return_sequences=sequences)})]))
        models.append((f"{name},stacked", [(name, {"units": 4, "return_sequences": True}), (name, {"units": 3})]))
    cells = [layer("LSTMCell", units=4), layer("GRUCell", units=3)]
    for options in ({}, {"return_sequences": True}, {"return_sequences": True, "go_backwards": True}, {"zero_output_for_mask": True}):
        models.append((f"cells,{','.join(options) or 'last'}", [("RNN", {"cell": cells, **options})]))
    models += [
        ("average", [("GlobalAveragePooling1D", {})]),
        ("normalisation", [("BatchNormalization", {}), ("GlobalAveragePooling1D", {"keepdims": True})]),
        ("passed_on", [("Dense", {"units": 5, "activation": "tanh"}), ("Activation", {"activation": "relu"}),
                       ("Dropout", {"rate": 0.5}), ("GRU", {"units": 3})]),
        ("dropped", [("Conv1D", {"filters": 4, "kernel_size": 2}), ("LSTM", {"units": 3})]),
        ("dropped_by_maximum", [("GlobalMaxPooling1D", {})]),
        ("time", [("TimeDistributed", {"layer": layer("Dense", units=4)}), ("LSTM", {"units": 3})]),
        ("model", [("Sequential", {"layers": [layer("LSTM", units=4, return_sequences=True)]}), ("LSTM", {"units": 3})]),
    ]
    for i, (label, layers) in enumerate(models):
        yield _masked(label, layers, x=("gaps", "padded")[i % 2])
    yield Case("masked/value", [("Masking", {"mask_value": -1.0}), ("LSTM", {"units": 3})], SHAPE)
    yield Case("masked/behind", [("Dense", {"units": 4, "activation": "relu"}), ("Masking", {}), ("LSTM", {"units": 3})], SHAPE,
               samples=8)
    for mask_zero in (False, True):
        embedding = ("Embedding", {"input_dim": 11, "output_dim": 4, "mask_zero": mask_zero})
        yield Case(f"masked/embedding,mask_zero={mask_zero}", [embedding, ("LSTM", {"units": 3})], (9,), x="tokens", scale=11)
        yield Case(f"masked/embedding,mask_zero={mask_zero},average", [embedding, ("GlobalAveragePooling1D", {})], (9,),
                   x="tokens", scale=11)
    yield Case("masked/embedding,alone", [("Embedding", {"input_dim": 5, "output_dim": 3})], (4, 2), x="tokens", scale=5)


def trained_cases():
    """A step of SGD, whose momentum gives the gradients away, and twenty steps of Adam for each model."""
    bidirectional = ("Bidirectional", {"layer": layer("LSTM", units=4, return_sequences=True)})
    heads = {
        "mse": (("Dense", {"units": 2}), "mse", "normal", ("mae", "mse", metric("RootMeanSquaredError", name="rmse"))),
        "sparse": (("Dense", {"units": 3, "activation": "softmax"}), "sparse_categorical_crossentropy", "labels", ("accuracy",)),
        "binary": (("Dense", {"units": 1, "activation": "sigmoid"}), "binary_crossentropy", "binary",
                   ("accuracy", metric("AUC", name="auc"), metric("Precision", name="precision"))),
        "sum": (("Dense", {"units": 2}), loss("MeanAbsoluteError", reduction="sum"), "normal", ("mse",)),
        "by_weight": (("Dense", {"units": 2}), loss("MeanSquaredError", reduction="mean_with_sample_weight"), "normal", ()),
        "ignored": (("Dense", {"units": 3, "activation": "softmax"}), loss("SparseCategoricalCrossentropy", ignore_class=1),
                    "labels", ("accuracy",)),
    }
    masked = {
        "lstm": [("LSTM", {"units": 5, "return_sequences": True})],
        "gru": [("GRU", {"units": 4, "return_sequences": True}), ("Dense", {"units": 4, "activation": "tanh"})],
        "rnn": [("SimpleRNN", {"units": 4, "return_sequences": True, "zero_output_for_mask": True})],
        "bidirectional": [bidirectional],
        "normalisation": [("Dense", {"units": 4}), ("BatchNormalization", {}), ("LSTM", {"units": 4, "return_sequences": True})],
        "cells": [("RNN", {"cell": [layer("LSTMCell", units=4), layer("GRUCell", units=3)], "return_sequences": True})],
    }
    for i, (head_name, head) in enumerate(heads.items()):
        for k, (body_name, body) in enumerate(masked.items()):
            if (i + k) % 3 == 0:
                yield from _trained(f"masked/train,{body_name},{head_name}", [("Masking", {}), *body], head, i + k,
                                    x=("padded", "gaps")[(i + k) % 2], weighted=(i + k) % 4 == 1)
    yield from _trained("masked/train,average", [("Masking", {}), ("Dense", {"units": 4, "activation": "tanh"}),
                                                 ("GlobalAveragePooling1D", {})], heads["mse"], 3, x="padded")
    embedding = ("Embedding", {"input_dim": 9, "output_dim": 4, "mask_zero": True})
    yield from _trained("masked/train,embedding", [embedding, ("LSTM", {"units": 4})], heads["mse"], 5, (6,), x="tokens", scale=9)
    yield from _trained("masked/train,embedding_sequence", [embedding, ("GRU", {"units": 4, "return_sequences": True})],
                        heads["sparse"], 6, (6,), x="tokens", scale=9)
    bodies = {
        "bidirectional": ([bidirectional, ("Bidirectional", {"layer": layer("GRU", units=3), "merge_mode": "ave"})], SHAPE),
        "product": ([("Bidirectional", {"layer": layer("LSTM", units=4), "merge_mode": "mul"})], SHAPE),
        "sum": ([("Bidirectional", {"layer": layer("SimpleRNN", units=4, return_sequences=True), "merge_mode": "sum"}),
                 ("GlobalMaxPooling1D", {})], SHAPE),
        "after_relu": ([("Dense", {"units": 4, "activation": "relu"}), ("Bidirectional", {"layer": layer("LSTM", units=3)})], SHAPE),
        "cells": ([("RNN", {"cell": [layer("LSTMCell", units=4), layer("SimpleRNNCell", units=3)], "go_backwards": True})], SHAPE),
        "time": ([("TimeDistributed", {"layer": layer("Conv1D", filters=3, kernel_size=3, activation="relu")}),
                  ("TimeDistributed", {"layer": layer("GlobalMaxPooling1D")}), ("LSTM", {"units": 4})], (4, 6, 2)),
        "time_normalisation": ([("TimeDistributed", {"layer": layer("Dense", units=3)}),
                                ("TimeDistributed", {"layer": layer("BatchNormalization", momentum=0.9)}),
                                ("LSTM", {"units": 4})], (4, 3)),
        "model": ([("Sequential", {"layers": [layer("LSTM", units=4, return_sequences=True), layer("LSTM", units=3)]}),
                   ("Dense", {"units": 4, "activation": "tanh"})], SHAPE),
        "frozen_part": ([("Sequential", {"layers": [layer("LSTM", units=4, trainable=False, return_sequences=True),
                                                    layer("BatchNormalization", trainable=False), layer("LSTM", units=3)]})], SHAPE),
        "frozen": ([("Bidirectional", {"layer": layer("LSTM", units=4, trainable=False)}), ("Dense", {"units": 3})], SHAPE),
        "time_renormalisation": ([("TimeDistributed", {"layer": layer("Dense", units=3)}),
                                  ("TimeDistributed", {"layer": layer("BatchNormalization", momentum=0.9, renorm=True,
                                                                      renorm_momentum=0.8, renorm_clipping={"rmax": 2.0})}),
                                  ("LSTM", {"units": 4})], (4, 3)),
        "one_unit_backwards": ([("Bidirectional", {"layer": layer("GRU", units=3, return_sequences=True), "merge_mode": "mul",
                                                   "backward_layer": layer("LSTM", units=1, return_sequences=True, go_backwards=True)}),
                                ("LSTM", {"units": 3})], SHAPE),
    }
    for i, (name, (body, shape)) in enumerate(bodies.items()):
        yield from _trained(f"wrapped/train,{name}", body, heads["mse"], i, shape, x="normal")


    for i, layers in enumerate(([("LSTM", {"units": 4, "stateful": True, "return_sequences": True}),
                                 ("GRU", {"units": 3, "stateful": True})],
                                [("Masking", {}), ("Bidirectional", {"layer": layer("SimpleRNN", units=3, stateful=True)})],
                                [("RNN", {"cell": [layer("LSTMCell", units=4), layer("GRUCell", units=3)], "stateful": True})])):
        yield _stateful(f"wrapped/train,stateful,{layers[-1][0]}", [*layers, ("Dense", {"units": 2})], i)


def _stateful(name, layers, index):
    """What a batch leaves behind shows in the next one, through predict, fit and evaluate."""
    case = Case(name, layers, (5, 2), samples=6, batch_size=3, seed=index + 201, x="gaps", target="normal",
                compile=compile_config(optimizer("SGD", 0.1), "mse", ("mae",)), replay=f"--name '{name}'")
    data = {"x": "x", "y": "y", "sample_weight": None, "batch_size": 3}
    predict = {"op": "predict", "x": "x", "batch_size": 3}
    case.actions = [{**predict, "out": "first"}, {**predict, "out": "second"},
                    {"op": "fit", **data, "class_weight": None, "epochs": 2, "validation_split": 0.0, "out": "fit"},
                    {"op": "evaluate", **data, "out": "evaluate"}, {**predict, "out": "third"}, {"op": "weights", "out": "w"}]
    return case


def _case(name, layers, shape=SHAPE, **more):
    return Case(name, layers, shape, **more)


def _masked(label, layers, **more):
    return Case(f"masked/{label}", [("Masking", {}), *layers], SHAPE, samples=6, **more)


def _trained(name, body, head, index, shape=SHAPE, x="padded", scale=1.0, weighted=False):
    from parity.training_cases import gradient_case, training_actions

    last, the_loss, target, metrics = head
    case = Case(name, [*body, last], shape, samples=18, target=target, x=x, scale=scale, seed=index + 101,
                compile=compile_config(optimizer("Adam", 0.01), the_loss, metrics, metrics[:1] if weighted else None))
    case.sample_weight = weighted
    case.actions = training_actions(case, 4)
    case.replay = f"--name '{name}'"
    yield case
    one = gradient_case(case)
    one.replay = f"--name '{one.name}'"
    yield one
