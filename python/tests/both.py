"""Runs one expression with Keras and with wavetrain.keras, and compares what comes out."""

import warnings

import numpy as np


def run(expression, keras):
    """The value, or the exception, of an expression in ``k`` (keras) and ``np``; statements may come first."""
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
