"""Comparison of wavetrain with Keras: cases, the job language that all sides run, the workers and the judge.

    case.py             one case: layers, data, compile options, actions; needs neither Keras nor wavetrain
    forward_cases.py    every option of every layer, inference
    training_cases.py   optimizers, losses, metrics, weights and validation options, 20 steps each
    random_cases.py     endless random legal architectures, a pure function of (kind, seed, index)
    keras_worker.py     runs jobs in Keras; one process per backend serves many jobs
    workers.py          starts and feeds those processes, and runs our own tool
    judge.py            compares the outputs of one job
    harness.py          the command line behind scripts/compare-with-keras
    goldens.py          writes tests/golden, so that the comparison also runs without Keras

A job is a folder with two files, the same for Keras (keras_worker.py) and for us (tests/tools/parity_tool.cpp):

    data.npz    arrays: "x", "y", "sample_weight" ... and, with "model", the weights as "weights/0", "weights/1" ... in the
                order of `get_weights()`. Numbers are float32, labels int32.
    job.json    {"model": {...}, "compile": {...} or null, "actions": [...]}, or
                {"model_file": "NAME.keras", "actions": [...]}

    "model"       a serialised Keras Sequential ("module", "class_name", "config"), what `model.to_json()` gives
    "compile"     what `model.get_compile_config()` gives
    "model_file"  a file in the folder, with weights, compile options and optimizer state

Actions run in order on the one model. Each writes arrays to the output, NAME.npz, where NAME says who ran the job
("tensorflow", "jax", "double", "wavetrain"). `out` is the prefix of their keys, float64 in Keras' double run:

    {"op": "predict", "x": "x", "batch_size": 32, "out": "y"}
        y
    {"op": "evaluate", "x", "y", "sample_weight": KEY or null, "batch_size", "out"}
        OUT/loss, OUT/accuracy ...: scalars, the dictionary that `return_dict=True` gives
    {"op": "train_on_batch", "x", "y", "sample_weight": KEY or null, "class_weight": {"0": 1.0} or null, "batch_size",
     "steps", "out"}
        step s trains on the next `batch_size` rows, fewer at the end of the data, then from row 0 again;
        OUT/loss ...: (steps,) the dictionary of every step
    {"op": "fit", "x", "y", "sample_weight", "class_weight", "batch_size", "epochs", "validation_split": 0.0, "out"}
        shuffle=False; OUT/loss, OUT/val_loss ...: (epochs,), History.history
    {"op": "weights", "out": "w"}
        w/0, w/1 ...: `get_weights()`
    {"op": "save", "file": "after.keras"}
        writes NAME.after.keras into the folder

The optimizer's state is not an action: whoever wants it reads /optimizer/vars in the saved file.
"""
