"""wavetrain in IPython and in a notebook that a real kernel runs."""

import os
import re
import subprocess
import sys

import pytest
from screen import left_on_screen

SETUP = """
import tensorflow as tf
x = tf.random.normal((64, 20, 1))
model = tf.keras.Sequential([tf.keras.Input((20, 1)), tf.keras.layers.Conv1D(4, 3), tf.keras.layers.Flatten(), tf.keras.layers.Dense(1)],
                            name="net")
model.compile("adam", "mse")
"""


def test_extension_in_ipython(tmp_path):
    pytest.importorskip("IPython")
    script = tmp_path / "script.ipy"
    script.write_text("%load_ext wavetrain\n%load_ext wavetrain\n" + SETUP +
                      "print(tf.__name__, float(model.fit(x, x[:, 0], verbose=0).history['loss'][0]) > 0)\n")
    result = subprocess.run([sys.executable, "-m", "IPython", "--no-banner", "--colors=nocolor", str(script)], capture_output=True,
                            text=True, timeout=300, env={**os.environ, "IPYTHONDIR": str(tmp_path)})
    assert result.returncode == 0 and result.stdout.splitlines()[-1] == "wavetrain True", result.stdout + result.stderr


@pytest.fixture(scope="module")
def notebook(tmp_path_factory):
    """The cells with what a kernel has answered."""
    nbformat = pytest.importorskip("nbformat")
    nbclient = pytest.importorskip("nbclient")
    pytest.importorskip("ipykernel")
    place = tmp_path_factory.mktemp("notebook")
    cells = ["%load_ext wavetrain", SETUP, "history = model.fit(x, x[:, 0], epochs=2, batch_size=8)", "model", "model.summary()",
             "tf.keras.utils.plot_model(model, to_file=None, show_shapes=True)", "x[:2, 0]"]
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    nbclient.NotebookClient(book, timeout=300, kernel_name="python3", resources={"metadata": {"path": str(place)}}).execute()
    return [cell.outputs for cell in book.cells]


def test_the_bar_of_fit(notebook):
    assert all(output.name == "stdout" for output in notebook[2])
    text = "".join(output.text for output in notebook[2])
    lines = left_on_screen(text)
    assert [line for line in lines if line.startswith("Epoch")] == ["Epoch 1/2", "Epoch 2/2"]
    bars = [line for line in lines if line.startswith("8/8 ")]
    assert len(bars) == 2 and all(re.fullmatch(r"8/8 ━{20} \d+s \d+[mu]?s/step - loss: \d+\.\d{4}", bar) for bar in bars), lines


def test_what_a_model_looks_like(notebook):
    data = notebook[3][0].data
    assert "conv1d" in data["text/html"] and "<pre>" in data["text/html"] and "net" in data["text/plain"]
    assert "Total params" in "".join(output.text for output in notebook[4])
    assert notebook[5][0].data["image/svg+xml"].startswith("<svg")
    assert notebook[6][0].data["text/plain"].startswith("<tf.Tensor: shape=(2, 1), dtype=float32")
