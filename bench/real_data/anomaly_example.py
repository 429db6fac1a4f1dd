"""The Keras example "timeseries_anomaly_detection", by Keras itself with several seeds: what `wavetrain detect` has to find.

    KERAS_BACKEND=tensorflow python bench/real_data/anomaly_example.py --nab NAB_FOLDER --results FILE [--seeds 10]

FILE gets a line of JSON per seed (threshold, number of anomalous windows, the longest block of them); seeds that are in it
are not trained again. The recipe is that of the example: the training series is scaled by its mean and sample deviation,
windows of 288 rows, batch size 128, at most 50 epochs, early stopping on the last tenth of the windows.
"""

import argparse
import csv
import json
from pathlib import Path


def values(path):
    with open(path, newline="") as file:
        return [float(row["value"]) for row in csv.DictReader(file)]


def run(nab, seed):
    import keras
    import numpy as np

    keras.utils.set_random_seed(seed)
    train = np.asarray(values(nab / "data/artificialNoAnomaly/art_daily_small_noise.csv"))
    test = np.asarray(values(nab / "data/artificialWithAnomaly/art_daily_jumpsup.csv"))
    mean, deviation = train.mean(), train.std(ddof=1)

    def windows(series):
        scaled = (series - mean) / deviation
        return np.lib.stride_tricks.sliding_window_view(scaled, 288)[..., None].astype("float32")

    x = windows(train)
    layers = keras.layers
    model = keras.Sequential([
        layers.Input((288, 1)),
        layers.Conv1D(32, 7, strides=2, padding="same", activation="relu"), layers.Dropout(0.2),
        layers.Conv1D(16, 7, strides=2, padding="same", activation="relu"),
        layers.Conv1DTranspose(16, 7, strides=2, padding="same", activation="relu"), layers.Dropout(0.2),
        layers.Conv1DTranspose(32, 7, strides=2, padding="same", activation="relu"),
        layers.Conv1DTranspose(1, 7, padding="same")])
    model.compile(optimizer=keras.optimizers.Adam(learning_rate=0.001), loss="mse")
    history = model.fit(x, x, epochs=50, batch_size=128, validation_split=0.1, verbose=0,
                        callbacks=[keras.callbacks.EarlyStopping(monitor="val_loss", patience=5, mode="min")])
    threshold = float(np.abs(model.predict(x, verbose=0) - x).mean(axis=(1, 2)).max())
    y = windows(test)
    anomalous = np.abs(model.predict(y, verbose=0) - y).mean(axis=(1, 2)) > threshold
    edges = np.flatnonzero(np.diff(np.concatenate([[0], anomalous.astype(int), [0]])))
    blocks = sorted(zip(edges[::2], edges[1::2] - 1), key=lambda block: block[0] - block[1])
    return {"seed": seed, "threshold": threshold, "windows": int(anomalous.sum()), "epochs": len(history.history["loss"]),
            "block": [int(edge) for edge in blocks[0]] if blocks else None}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--nab", type=Path, required=True)
    parser.add_argument("--results", type=Path, required=True)
    parser.add_argument("--seeds", type=int, default=10)
    arguments = parser.parse_args()
    lines = arguments.results.read_text().splitlines() if arguments.results.exists() else []
    results = [json.loads(line) for line in lines]
    for seed in range(1, arguments.seeds + 1):
        if seed in {result["seed"] for result in results}:
            continue
        results.append(run(arguments.nab, seed))
        with arguments.results.open("a") as file:
            print(json.dumps(results[-1]), file=file)
    thresholds = [result["threshold"] for result in results]
    print(f"{len(results)} seeds: thresholds {min(thresholds):.4f} to {max(thresholds):.4f}")
    for result in results:
        print(result)


if __name__ == "__main__":
    main()
