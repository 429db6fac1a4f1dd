"""Scripts written for TensorFlow and Keras, run by `python -m wavetrain`."""

import os
import pathlib
import re
import subprocess
import sys

import pytest

PROGRAMS = next((folder / "shared/programs" for folder in pathlib.Path(__file__).resolve().parents
                 if (folder / "shared/programs/classify.py").exists()), pathlib.Path("shared/programs"))
NAMES = ("classify", "multichannel", "conv_lstm")


def start(*arguments, **options):
    return subprocess.run([sys.executable, *map(str, arguments)], capture_output=True, text=True, timeout=600,
                          env={**os.environ, "COLUMNS": "100"}, **options)


def check_output(result):
    assert result.returncode == 0, result.stderr
    lines = result.stdout.splitlines()
    assert [line for line in lines if line.startswith("Epoch")] == [f"Epoch {i}/10" for i in range(1, 11)]
    losses = [float(value) for value in re.findall(r"loss: (\d+\.\d{4}|\d\.\d{4}e[-+]\d\d)", result.stdout)]
    assert len(losses) == 10 and losses[-1] < losses[0]
    assert re.search(r"^\d+/\d+ - \d+s - \d+[mu]?s/step - .*loss: \d", result.stdout, re.MULTILINE)


@pytest.mark.parametrize("name", NAMES)
def test_unchanged(name):
    program = PROGRAMS / f"{name}.py"
    if not program.exists():
        pytest.skip("the programs are not here")
    check_output(start("-m", "wavetrain", program))


@pytest.mark.parametrize("name", NAMES)
def test_with_another_import(name, tmp_path):
    program = PROGRAMS / f"{name}.py"
    if not program.exists():
        pytest.skip("the programs are not here")
    text = program.read_text()
    changed = tmp_path / f"{name}.py"
    changed.write_text(text.replace("import tensorflow as tf", "import wavetrain as tf", 1))
    assert changed.read_text() != text
    check_output(start(changed))


IMPORTS = """
import sys
import tensorflow as tf
import tensorflow.keras as tk
import keras
import tensorflow.keras.layers
from tensorflow import keras as k2
from tensorflow.keras import layers, models
from tensorflow.keras.layers import Conv1D, Dense, LSTM
from tensorflow.keras.models import Sequential
from tensorflow.keras.optimizers import Adam
from tensorflow.keras.optimizers.schedules import ExponentialDecay
from tensorflow.keras.callbacks import EarlyStopping, ModelCheckpoint
from tensorflow.keras.utils import to_categorical
from tensorflow.keras.preprocessing.sequence import pad_sequences
from keras.layers import *
from keras import ops
from keras.src import backend
import keras.backend as K
assert keras is k2 is tf.keras is tk and Conv1D is layers.Conv1D is keras.layers.Conv1D and Dense is keras.layers.Dense
assert Sequential is keras.Sequential and keras.__name__ == "wavetrain.keras", keras.__name__
assert sys.argv[1:] == ["--option", "value"], sys.argv
assert __name__ == "__main__"
try:
    import tensorflow.lite
except ModuleNotFoundError as error:
    assert "wavetrain" in str(error)
print("fine")
"""


def test_imports(tmp_path):
    script = tmp_path / "script.py"
    script.write_text(IMPORTS)
    (tmp_path / "beside.py").write_text("value = 3")
    script.write_text(IMPORTS + "\nimport beside\n")
    result = start("-m", "wavetrain", script, "--option", "value")
    assert result.stdout == "fine\n", result.stderr


def test_module_and_command(tmp_path):
    (tmp_path / "own.py").write_text("import sys, keras\nprint(keras.__name__, sys.argv[1:])\n")
    assert start("-m", "wavetrain", "-m", "own", "a", cwd=tmp_path).stdout == "wavetrain.keras ['a']\n"
    assert start("-m", "wavetrain", "-c", "import tensorflow as tf; print(tf.__name__)").stdout == "wavetrain\n"
    assert start("-m", "wavetrain", tmp_path / "missing.py").returncode == 2
    assert start("-m", "wavetrain", "--help").returncode == 0


def test_an_error_in_the_script_keeps_its_traceback(tmp_path):
    script = tmp_path / "script.py"
    script.write_text("import tensorflow as tf\n\ntf.keras.layers.Dense(-1)\n")
    result = start("-m", "wavetrain", script)
    assert result.returncode == 1 and "line 3" in result.stderr and "ValueError" in result.stderr


def test_install():
    code = "import wavetrain; wavetrain.install(); wavetrain.install(); import keras; print(keras.layers.Dense(3).units)"
    assert start("-c", code).stdout == "3\n"


def test_tensorflow_is_not_there_without_it():
    code = "import sys, wavetrain.keras.layers; print([m for m in sys.modules if m.startswith(('tensorflow', 'keras', 'jax'))])"
    assert start("-c", code).stdout == "[]\n"


def test_the_notebook_extension():
    code = "import wavetrain; wavetrain.load_ipython_extension(None); import tensorflow as tf; print(tf.__name__)"
    assert start("-c", code).stdout == "wavetrain\n"
