"""Runs one expression with Keras and with wavetrain.keras, and compares what comes out.

Keras answers from this process with its numpy backend, which compiles nothing; what trains is sent to a `Trainer`, a process
of its own where Keras runs on JAX.
"""

import builtins
import os
import pickle
import subprocess
import sys
import warnings

import numpy as np


class Trainer:
    """Keras in another process, with a backend that has gradients."""

    def __init__(self):
        # The machine code of these few steps need not be good.
        environment = {**os.environ, "KERAS_BACKEND": os.environ.get("WAVETRAIN_KERAS_TRAINER", "jax"),
                       "XLA_FLAGS": "--xla_backend_optimization_level=0 --xla_llvm_disable_expensive_passes=true"}
        self.process = subprocess.Popen([sys.executable, __file__], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment)

    def run(self, expression):
        pickle.dump(expression, self.process.stdin)
        self.process.stdin.flush()
        kind, value = pickle.load(self.process.stdout)
        return value if kind is None else getattr(builtins, kind, RuntimeError)(value)

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def serve():
    """What a Trainer runs: an expression in, its value or the kind and text of its exception out."""
    import keras

    answers, sys.stdout = sys.stdout.buffer, sys.stderr
    while True:
        try:
            expression = pickle.load(sys.stdin.buffer)
        except EOFError:
            return
        value = run(expression, keras)
        failed = isinstance(value, Exception)
        kind = next(cls.__name__ for cls in type(value).__mro__ if hasattr(builtins, cls.__name__)) if failed else None
        pickle.dump((kind, str(value) if failed else value), answers)
        answers.flush()


def run(expression, keras):
    """The value, or the exception, of an expression in ``k`` (keras) and ``np``; statements may come first."""
    if isinstance(keras, Trainer):
        return keras.run(expression)
    keras.utils.clear_session(free_memory=False)  # automatic names begin anew
    scope = {"k": keras, "np": np, "rng": np.random.default_rng(11)}
    *statements, last = expression.split("; ")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            for statement in statements:
                exec(statement, scope)
            return plain(eval(last, scope))
        except Exception as error:  # noqa: BLE001: which one is what is compared
            return error


def plain(value):
    """Arrays as numpy's, objects as their settings."""
    if isinstance(value, (str, bool, int, float, type(None), np.ndarray)):
        return value
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if callable(value) and hasattr(value, "__name__"):
        return value.__name__
    if hasattr(value, "get_config"):
        return [type(value).__name__, plain(value.get_config())]
    return np.asarray(value)


def difference(ours, theirs, rtol=2e-5, atol=2e-6, where=""):
    """What differs, or None."""
    if isinstance(theirs, Exception) or isinstance(ours, Exception):
        if not isinstance(ours, Exception):
            return f"{where}: Keras raises {theirs!r}, this does not"
        if not isinstance(theirs, Exception):
            return f"{where}: {ours!r}"
        same = type(ours) is type(theirs) or (isinstance(ours, type(theirs)) or isinstance(theirs, type(ours)))
        return None if same else f"{where}: {ours!r} where Keras raises {theirs!r}"
    if isinstance(theirs, dict) and isinstance(ours, dict):
        if list(ours) != list(theirs) and set(ours) != set(theirs):
            return f"{where}: keys {list(ours)} where Keras has {list(theirs)}"
        return next(filter(None, (difference(ours[key], theirs[key], rtol, atol, f"{where}.{key}") for key in theirs)), None)
    if isinstance(theirs, list) and isinstance(ours, list):
        if len(ours) != len(theirs):
            return f"{where}: {ours!r} where Keras has {theirs!r}"
        return next(filter(None, (difference(a, b, rtol, atol, f"{where}[{i}]")
                                  for i, (a, b) in enumerate(zip(ours, theirs)))), None)
    if isinstance(theirs, (str, bool, type(None))) or isinstance(ours, (str, bool, type(None))):
        return None if ours == theirs and type(ours) is type(theirs) else f"{where}: {ours!r} where Keras has {theirs!r}"
    a, b = np.asarray(ours), np.asarray(theirs)
    if a.shape != b.shape:
        return f"{where}: shape {a.shape} where Keras has {b.shape}"
    if not np.allclose(a.astype(float), b.astype(float), rtol, atol, equal_nan=True):
        return f"{where}: {a} where Keras has {b}"
    return None


def check(expression, own, real, **tolerance):
    theirs = run(expression, real)
    ours = run(expression, own)
    found = difference(ours, theirs, where=expression, **tolerance)
    assert found is None, found


if __name__ == "__main__":
    serve()
