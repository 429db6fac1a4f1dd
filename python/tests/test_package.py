"""The package: what it weighs, how fast it starts, what it needs."""

import pathlib
import subprocess
import sys

import pytest

import wavetrain
from wavetrain import _stubs


def python(code):
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120)
    assert result.returncode == 0, result.stderr
    return result.stdout.strip()


def test_it_starts_quickly():
    """Measured apart from numpy, in processor time: other programs may run. The limit is a multiple of the aim of 20 ms."""
    code = "import time, numpy; t = time.process_time(); import wavetrain; print(time.process_time() - t)"
    assert min(float(python(code)) for _ in range(5)) < 0.1


def test_it_needs_numpy_only():
    code = """if True:
        import sys, numpy
        before = {name.partition(".")[0] for name in sys.modules}
        import wavetrain as tf
        model = tf.keras.Sequential([tf.keras.layers.Dense(1, input_shape=(3,))])
        model.compile("adam", "mse")
        model.fit(numpy.zeros((4, 3)), numpy.zeros((4, 1)), verbose=0)
        names = {name.partition(".")[0] for name in sys.modules} - before - set(sys.stdlib_module_names)
        print(sorted(name for name in names if not name.startswith("_")))"""
    assert python(code) == "['nanobind', 'wavetrain']" or python(code) == "['wavetrain']"


@pytest.mark.parametrize("module, base", _stubs._MODULES.items())
def test_stubs(module, base):
    text = _stubs.stub(module, base)
    compile(text, module, "exec")
    assert f"class {base}" in text
    if module == "layers":
        assert "class Dense(Layer):\n    def __init__(self, units: int, activation: Any = None, use_bias: bool = True" in text
        assert "AvgPool1D = AveragePooling1D" in text
    assert (pathlib.Path(wavetrain.__file__).parent / "py.typed").exists()


def test_all_stubs(tmp_path):
    _stubs.main(tmp_path)
    found = sorted(str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*.pyi"))
    assert len(found) == len(_stubs._MODULES) + 2 and "__init__.pyi" in found and "keras/__init__.pyi" in found
    for path in found:
        compile((tmp_path / path).read_text(), path, "exec")
    assert "def reduce_mean(input_tensor: Any, axis: Any = None" in (tmp_path / "__init__.pyi").read_text()
    assert "from .models import Sequential as Sequential" in (tmp_path / "keras/__init__.pyi").read_text()


def test_version_and_config(capsys):
    assert wavetrain.__version__.count(".") == 2
    wavetrain.show_config()
    assert wavetrain.__version__ in capsys.readouterr().out


@pytest.mark.parametrize("module", ["keras", "keras.layers", "keras.losses", "keras.metrics", "keras.callbacks", "data", "random",
                                    "nn", "math"])
def test_every_name_that_is_listed_is_there(module):
    import importlib

    found = importlib.import_module(f"wavetrain.{module}")
    for name in dir(found):
        if name != "datasets":
            getattr(found, name)
