"""What every side of compare_training.py measures, so that all measure the same.

A program is a model with data of its shape, in shuffled batches (where a mode prepares its batches beforehand, it does not
shuffle, which favours it) and without a smaller last batch. An epoch is one pass over the data; its time divided by its steps
is one measurement. The first epochs (compilation, cold caches) are thrown away. Reported are the minimum and the median of the
rest, in microseconds per step; the clock stops when the last step's result is there, not when it was asked for.
"""

import json
import statistics
import time
from typing import NamedTuple

WARM_UP = 2  # epochs


class Program(NamedTuple):
    samples: int
    shape: tuple  # of one sample
    target: str
    batch: int
    mflop: float  # of one training step: 2 x the multiply-adds that forward, weight and input gradients need (the first
    # layer's input has none)


# bench/programs.cpp has the same list; the models are there, in keras_peer.py and in torch_peer.py.
PROGRAMS = {
    "classify": Program(1024, (100, 1), "binary", 32, 39.8),
    "channels": Program(1024, (100, 3), "10 classes", 32, 455.6),
    "recurrent": Program(512, (200, 1), "value", 32, 2741.6),
    "fcn": Program(256, (150, 1), "6 classes", 16, 3759.5),
    "time-cnn": Program(2048, (150, 1), "6 classes", 16, 2.5),
    "tcn": Program(256, (512, 4), "value per step", 16, 996.2),
    "gru": Program(512, (128, 8), "value", 32, 926.4),
    "bilstm": Program(512, (100, 12), "10 classes", 32, 1486.5),
    "autoencoder": Program(1024, (288, 1), "itself", 128, 753.4),
    "tiny": Program(4096, (24, 8), "value", 32, 1.1),
    "long": Program(128, (1024, 16), "value", 8, 406.9),
}


def data(name):
    import numpy as np

    program = PROGRAMS[name]
    random = np.random.default_rng(1)
    x = random.normal(size=(program.samples, *program.shape)).astype(np.float32)
    if program.target == "itself":
        return x, x
    if program.target == "binary":
        y = random.integers(0, 2, (program.samples, 1))
    elif program.target == "value":
        y = random.normal(size=(program.samples, 1))
    elif program.target == "value per step":
        y = random.normal(size=(program.samples, program.shape[0], 1))
    else:
        classes = int(program.target.split()[0])
        y = np.eye(classes)[random.integers(0, classes, program.samples)]
    return x, y.astype(np.float32)


def batches(name, array):
    batch = PROGRAMS[name].batch
    return [array[i:i + batch] for i in range(0, len(array), batch)]


class Clock:
    """Collects the time of epochs. `measure` runs and times them; or call `begin` and `end` around one."""

    def __init__(self, name):
        self.steps, self.micros = PROGRAMS[name].samples // PROGRAMS[name].batch, []

    def begin(self):
        self.started = time.perf_counter()

    def end(self):
        self.micros.append((time.perf_counter() - self.started) * 1e6 / self.steps)

    def measure(self, epoch, seconds):
        """Repeats `epoch` for about so many seconds after the warm-up, at least five times."""
        for _ in range(WARM_UP):
            epoch()
        stop = time.perf_counter() + seconds
        while len(self.micros) < 5 or time.perf_counter() < stop:
            self.begin()
            epoch()
            self.end()


def report(program, peer, mode, clock, version, **more):
    """One line of JSON on standard output per measurement."""
    print(json.dumps({"program": program, "peer": peer, "mode": mode, "us_min": round(min(clock.micros), 1),
                      "us_median": round(statistics.median(clock.micros), 1), "epochs": len(clock.micros),
                      "version": version, **more}), flush=True)
