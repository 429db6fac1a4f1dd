"""What every side of compare_training.py measures, so that all measure the same.

A program is one of the three seed models with data of its shape, batches of 32 and no smaller last batch. An epoch is one
pass over the data without shuffling; its time divided by its steps is one measurement. The first epochs (compilation, cold
caches) are thrown away. Reported are the minimum and the median of the rest, in microseconds per step; the clock stops
when the last step's result is there, not when it was asked for.
"""

import json
import statistics
import time

BATCH = 32
WARM_UP = 2  # epochs

# samples, input shape, kind of target
PROGRAMS = {
    "classify": (1024, (100, 1), "binary"),
    "channels": (1024, (100, 3), "onehot"),
    "recurrent": (512, (200, 1), "normal"),
}


def data(program):
    import numpy as np

    samples, shape, kind = PROGRAMS[program]
    random = np.random.default_rng(1)
    x = random.normal(size=(samples, *shape)).astype(np.float32)
    y = {"binary": lambda: random.integers(0, 2, (samples, 1)), "onehot": lambda: np.eye(10)[random.integers(0, 10, samples)],
         "normal": lambda: random.normal(size=(samples, 1))}[kind]().astype(np.float32)
    return x, y


def batches(array):
    return [array[i:i + BATCH] for i in range(0, len(array), BATCH)]


class Clock:
    """Collects the time of epochs. `epoch` runs and times one; or call `begin` and `end` around it."""

    def __init__(self, steps):
        self.steps, self.micros = steps, []

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
