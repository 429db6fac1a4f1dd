"""Test accuracies on real data: `wavetrain train` beside Keras itself, several seeds each.

    KERAS_BACKEND=jax python bench/real_data/accuracy.py --data DIR --results FILE [--seeds 5] [--only ours|keras|table]

DIR holds the data sets of the UCR archive as NAME/NAME_TRAIN.ts and NAME/NAME_TEST.ts, or .tsv; those that are not there
are skipped. FILE gets a line of JSON per run; runs that are in it already are not done again, so the program may be
stopped and started at any time, and our runs may be done by a Python without Keras. Afterwards the table of docs/results.md
is printed; the exit code is 1 when a mean of ours lies outside the range of Keras' runs.

Both sides train the published network (Ismail Fawaz et al. 2019; include/wavetrain/presets.hpp) with the same batch size,
number of epochs, learning rate schedule and choice of the final weights (those of the epoch with the smallest training
loss). The series are used as they are in the files. The Keras side is written out here and shares nothing with ours.
Every model file of ours is also loaded by Keras where Keras is there: its accuracy has to be the one that we printed.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
RUNS = {  # data set: network, epochs
    "ItalyPowerDemand": ("fcn", 60),
    "GunPoint": ("fcn", 150),
    "CBF": ("time-cnn", 500),
}


def find(folder, name, part):
    for ending in ("ts", "tsv"):
        path = folder / name / f"{name}_{part}.{ending}"
        if path.exists():
            return path
    return None


def read(path):
    """(series (samples, steps), labels as texts) of a univariate file."""
    import numpy as np

    rows, labels, data = [], [], path.suffix == ".tsv"
    for line in path.read_text().splitlines():
        if not data or not line:
            data = data or line.strip().lower() == "@data"
            continue
        if path.suffix == ".tsv":
            label, *values = line.split("\t")
        else:
            text, label = line.rsplit(":", 1)
            values = text.split(",")
        rows.append([float(value) for value in values])
        labels.append(label.strip())
    return np.asarray(rows, np.float32), labels


def ours(arguments, name, seed, keras):
    network, epochs = RUNS[name]
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "model.keras"
        done = subprocess.run(
            [arguments.program, "train", "--data", find(arguments.data, name, "TRAIN"), "--test", find(arguments.data, name, "TEST"),
             "--model", network, "--epochs", str(epochs), "--seed", str(seed), "--threads", "1", "--out", out, "--json"],
            capture_output=True, text=True, check=True)
        report = json.loads(done.stdout)
        result = {"accuracy": report["test"]["accuracy"], "seconds": report["seconds"]}
        if keras:
            import numpy as np

            x, labels = read(find(arguments.data, name, "TEST"))
            classes = np.asarray(report["classes"])
            scores = keras.models.load_model(out).predict(x[..., None], verbose=0)
            result["in_keras"] = float(np.mean(classes[scores.argmax(-1)] == np.asarray(labels)))
        return result


def network_in_keras(keras, network, steps, classes):
    layers = keras.layers
    if network == "fcn":
        blocks = []
        for filters, kernel_size in ((128, 8), (256, 5), (128, 3)):
            blocks += [layers.Conv1D(filters, kernel_size, padding="same"), layers.BatchNormalization(), layers.Activation("relu")]
        model = keras.Sequential([keras.Input((steps, 1)), *blocks, layers.GlobalAveragePooling1D(),
                                  layers.Dense(classes, activation="softmax")])
        model.compile("adam", "categorical_crossentropy", metrics=["accuracy"])
        return model
    padding = "same" if steps < 60 else "valid"
    model = keras.Sequential([
        keras.Input((steps, 1)), layers.Conv1D(6, 7, padding=padding, activation="sigmoid"), layers.AveragePooling1D(3),
        layers.Conv1D(12, 7, padding=padding, activation="sigmoid"), layers.AveragePooling1D(3), layers.Flatten(),
        layers.Dense(classes, activation="sigmoid")])
    model.compile("adam", "mse", metrics=["accuracy"])
    return model


def in_keras(arguments, name, seed, keras):
    import numpy as np

    network, epochs = RUNS[name]
    keras.utils.set_random_seed(seed)
    x, labels = read(find(arguments.data, name, "TRAIN"))
    x_test, labels_test = read(find(arguments.data, name, "TEST"))
    classes = sorted(set(labels))
    y, y_test = (np.eye(len(classes))[[classes.index(label) for label in texts]] for texts in (labels, labels_test))
    model = network_in_keras(keras, network, x.shape[1], len(classes))
    with tempfile.TemporaryDirectory() as folder:
        best = os.path.join(folder, "best.weights.h5")
        callbacks = [keras.callbacks.ModelCheckpoint(best, monitor="loss", save_best_only=True, save_weights_only=True)]
        if network == "fcn":
            callbacks.append(keras.callbacks.ReduceLROnPlateau(monitor="loss", factor=0.5, patience=50, min_lr=1e-4))
        batch_size = max(1, min(len(x) // 10, 16)) if network == "fcn" else 16
        start = time.perf_counter()
        model.fit(x[..., None], y, batch_size=batch_size, epochs=epochs, verbose=0, callbacks=callbacks)
        seconds = time.perf_counter() - start
        model.load_weights(best)
    _, accuracy = model.evaluate(x_test[..., None], y_test, verbose=0)
    return {"accuracy": float(accuracy), "seconds": seconds}


def table(results, seeds):
    """Prints the table; whether all means of ours lie inside the range of Keras."""
    good = True
    print("| data set | network, epochs | wavetrain: mean (lowest to highest) | Keras: mean (lowest to highest) | mean inside |")
    print("|---|---|---|---|---|")
    for name, (network, epochs) in RUNS.items():
        sides = [[results[key]["accuracy"] for key in ((side, name, seed) for seed in range(1, seeds + 1)) if key in results]
                 for side in ("ours", "keras")]
        if min(map(len, sides)) < seeds:
            continue
        inside = min(sides[1]) <= statistics.mean(sides[0]) <= max(sides[1])
        good &= inside
        texts = [f"{statistics.mean(side):.4f} ({min(side):.4f} to {max(side):.4f})" for side in sides]
        print(f"| {name} | {network}, {epochs} | {texts[0]} | {texts[1]} | {'yes' if inside else 'NO'} |")
    for (side, name, seed), result in results.items():
        if side == "ours" and abs(result.get("in_keras", result["accuracy"]) - result["accuracy"]) > 1e-6:
            print(f"{name}, seed {seed}: Keras gets {result['in_keras']} from our file, we say {result['accuracy']}")
            good = False
    return good


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=os.environ.get("WAVETRAIN_REAL_DATA"), help="or WAVETRAIN_REAL_DATA")
    parser.add_argument("--results", type=Path, required=True)
    parser.add_argument("--program", type=Path, default=ROOT / "build/release/bin/wavetrain")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--set", choices=RUNS, help="one data set")
    parser.add_argument("--only", choices=("ours", "keras", "table"))
    arguments = parser.parse_args()
    results = {}
    if arguments.results.exists():
        for line in arguments.results.read_text().splitlines():
            entry = json.loads(line)
            results[entry.pop("side"), entry.pop("name"), entry.pop("seed")] = entry
    if arguments.only != "table":
        if arguments.data is None or not Path(arguments.data).is_dir():
            print("skipped: no folder of data (--data, WAVETRAIN_REAL_DATA)")
            return 0
        try:
            import keras
        except ImportError:
            keras = None
        for name in RUNS if arguments.set is None else [arguments.set]:
            if not (find(arguments.data, name, "TRAIN") and find(arguments.data, name, "TEST")):
                print(f"skipped: {name} is not in {arguments.data}")
                continue
            for seed in range(1, arguments.seeds + 1):
                for side, run in (("ours", ours), ("keras", in_keras)):
                    if (side, name, seed) in results or arguments.only not in (None, side) or (side == "keras" and not keras):
                        continue
                    result = run(arguments, name, seed, keras)
                    results[side, name, seed] = result
                    with open(arguments.results, "a") as file:
                        file.write(json.dumps({"side": side, "name": name, "seed": seed, **result}) + "\n")
                    print(side, name, seed, result, flush=True)
    return 0 if table(results, arguments.seeds) else 1


if __name__ == "__main__":
    sys.exit(main())
