"""What Python costs: importing, a step of `fit`, a call of `predict`, a window of a `Predictor`, a whole program.

    python overhead.py [--bench FOLDER] [--program FILE --keras-python PYTHON]

Run it with a Python that has the module (an installed one, or PYTHONPATH=build/release/python). With --bench, the folder of
wavetrain_overhead_bench, steps and calls are compared with C++; with --program, a script written for TensorFlow, the whole
process is compared with that on Keras. Sides take turns, the fastest (for memory: the least) of each counts.
"""

import argparse
import json
import os
import shlex
import subprocess
import sys
import time
from pathlib import Path

IMPORT = "import time, numpy; t = time.perf_counter(); import wavetrain; print(time.perf_counter() - t)"
SCRIPT = "import time, numpy; t = time.perf_counter(); import wavetrain as tf; tf.keras.layers.Conv1D; " \
         "tf.keras.Sequential; print(time.perf_counter() - t)"


def fastest(seconds, work):
    """Microseconds of the shortest call."""
    for _ in range(3):
        work()
    best, begin = 1e30, time.perf_counter()
    while time.perf_counter() - begin < seconds:
        start = time.perf_counter()
        work()
        best = min(best, time.perf_counter() - start)
    return best * 1e6


def in_python(seconds):
    """What wavetrain_overhead_bench measures."""
    import numpy as np

    import wavetrain
    from wavetrain import keras

    keras.utils.set_random_seed(1)
    random = np.random.default_rng(1)
    model = keras.Sequential([keras.Input((24, 8)), keras.layers.Conv1D(16, 3, activation="relu"),
                              keras.layers.MaxPooling1D(2), keras.layers.Flatten(), keras.layers.Dense(1)])
    model.compile("adam", "mse")
    x = random.normal(size=(4096, 24, 8)).astype(np.float32)
    y = random.normal(size=(4096, 1)).astype(np.float32)
    result = {"step": fastest(seconds, lambda: model.fit(x, y, batch_size=32, verbose=0)) / 128}
    begin = {"callbacks": [hooks()], "verbose": 0, "batch_size": 32}
    result["callback"] = fastest(seconds, lambda: model.fit(x, y, **begin)) / 128
    for samples in (1, 32):
        part = x[:samples].copy()
        result[f"predict_{samples}"] = fastest(seconds, lambda part=part: model.predict(part, verbose=0))
    predictor, window = wavetrain.Predictor(model), x[:1].copy()

    def loop():
        for _ in range(100):
            predictor.run(window)

    result["predictor"] = fastest(seconds, loop) / 100
    model.compile("adam", lambda t, p: keras.ops.mean(keras.ops.square(t - p), axis=-1))
    result["loss"] = fastest(seconds, lambda: model.fit(x, y, batch_size=32, verbose=0)) / 128
    return result


def hooks():
    from wavetrain import keras

    class Hooks(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            pass

    return Hooks()


def run(command, environment=None):
    """Seconds and peak MiB of a process."""
    start = time.perf_counter()
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                             env={**os.environ, **(environment or {})})
    _, status, usage = os.wait4(child.pid, 0)
    if status != 0:
        sys.exit(f"failed: {' '.join(map(str, command))}")
    return time.perf_counter() - start, usage.ru_maxrss / 1024


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bench", type=Path, help="folder of wavetrain_overhead_bench")
    parser.add_argument("--program", type=Path, help="a script that imports tensorflow")
    parser.add_argument("--keras-python", help="a Python that has TensorFlow")
    parser.add_argument("--times", type=int, default=5, help="how often each side is measured (default: %(default)s)")
    parser.add_argument("--seconds", type=float, default=0.5, help="per measurement (default: %(default)s)")
    parser.add_argument("--launcher", default="", help="what every measuring process is started by, such as 'chrt -r 50'")
    parser.add_argument("--one", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.one:
        print(json.dumps(in_python(arguments.seconds)))
        return

    launcher = shlex.split(arguments.launcher)

    def seconds(code):
        return min(float(subprocess.check_output([*launcher, sys.executable, "-c", code])) for _ in range(3 * arguments.times))

    print(f"import wavetrain, behind numpy             {1000 * seconds(IMPORT):7.1f} ms")
    print(f"... and what a script asks for first       {1000 * seconds(SCRIPT):7.1f} ms")
    sides = {"Python": [sys.executable, __file__, "--one", "--seconds", str(arguments.seconds)]}
    if arguments.bench:
        sides["C++"] = [arguments.bench / "wavetrain_overhead_bench", str(arguments.seconds)]
    best = {side: {} for side in sides}
    for _ in range(arguments.times):
        for side, command in sides.items():
            for name, value in json.loads(subprocess.check_output([*launcher, *command])).items():
                best[side][name] = min(value, best[side].get(name, 1e30))
    for name, text in (("step", "a step of fit, tiny model, batch of 32"), ("predict_1", "predict, 1 sample"),
                       ("predict_32", "predict, 32 samples"), ("predictor", "Predictor.run, 1 sample"),
                       ("callback", "a step of fit with a hook for batches"), ("loss", "a step of fit with a recorded loss")):
        line = f"{text:42} {best['Python'][name]:7.2f} us"
        if name in best.get("C++", ()):
            line += f"   C++ {best['C++'][name]:7.2f} us   more {best['Python'][name] - best['C++'][name]:5.2f} us"
        print(line)
    if arguments.program:
        sides = {"wavetrain": [sys.executable, "-m", "wavetrain", arguments.program]}
        if arguments.keras_python:
            sides["Keras"] = [arguments.keras_python, arguments.program]
        runs = {side: [] for side in sides}
        for _ in range(arguments.times):
            for side, command in sides.items():
                runs[side].append(run([*launcher, *command], {"CUDA_VISIBLE_DEVICES": "-1", "TF_CPP_MIN_LOG_LEVEL": "3"}))
        for side, results in runs.items():
            print(f"{arguments.program.name}, whole process, {side:10} {min(t for t, _ in results):8.2f} s "
                  f"{min(m for _, m in results):8.0f} MiB")
        if "Keras" in runs:
            time_ratio, memory_ratio = (min(r[i] for r in runs["Keras"]) / min(r[i] for r in runs["wavetrain"]) for i in (0, 1))
            print(f"... Keras takes {time_ratio:.1f} times the time and {memory_ratio:.1f} times the memory")


if __name__ == "__main__":
    main()
