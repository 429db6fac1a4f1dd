"""Model files through `wavetrain convert`: from what versions of Keras wrote into every format, judged by the installed Keras.

The program is the one of test_cli.py. With $WAVETRAIN_KERAS2_PYTHON naming a Python that has tf_keras or TensorFlow up to 2.15,
Keras 2 judges the .h5 files as well.
"""

import io
import os
import pathlib
import subprocess
import sys
import zipfile

import pytest

pytest.importorskip("keras")
ROOT = pathlib.Path(__file__).resolve().parents[2]
FILES = ROOT / "tests" / "files"
PROGRAM = pathlib.Path(os.environ.get("WAVETRAIN_BIN", ROOT / "build/release/bin/wavetrain"))
pytestmark = pytest.mark.skipif(not PROGRAM.exists(), reason=f"{PROGRAM} is not built (target wavetrain_cli)")

# Keras 3 has no hard_sigmoid of Keras 2; and what it calls by that name is another function.
MODELS = ("conv", "chain", "optimizer_adam", "optimizer_sgd_momentum", "optimizer_rmsprop_centered", "optimizer_adagrad",
          "optimizer_scheduled", "optimizer_ema", "optimizer_lion", "optimizer_adamax")


def convert(*arguments):
    done = subprocess.run([PROGRAM, "convert", *map(str, arguments)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""


def unpacked(version, folder):
    with zipfile.ZipFile(FILES / "data" / "versions" / f"{version}.zip") as outer:
        with zipfile.ZipFile(io.BytesIO(outer.read("files.zip"))) as inner:
            inner.extractall(folder)
    return folder


def make_formats(source, folder):
    """Every model of `source` in every format; through .npz and .json once, which loses the optimizer."""
    for name in MODELS:
        for ending in (".h5", ".keras"):
            path = source / (name + ending)
            if not path.exists():
                continue
            for out in (".keras", ".h5"):
                convert(path, folder / f"{name}{out}")
            convert(path, folder / f"{name}.weights.h5")
        for array in source.glob(f"{name}.*.npy"):
            (folder / array.name).write_bytes(array.read_bytes())
    convert(folder / "conv.keras", folder / "conv.npz")
    convert(folder / "conv.h5", folder / "conv.json")
    convert(folder / "conv.npz", folder / "renamed.keras", "--model", folder / "conv.json")
    for array in ("x", "y"):
        (folder / f"renamed.{array}.npy").write_bytes((source / f"conv.{array}.npy").read_bytes())


def judge(python, package, folder, **environment):
    done = subprocess.run([python, FILES / "check_converted.py", package, folder], capture_output=True, text=True,
                          env={**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": "-1", **environment})
    assert done.returncode == 0, done.stdout + done.stderr[-2000:]


@pytest.mark.parametrize("version", ["keras-3.15.1", "tf_keras-2.12.0", "tf_keras-2.4.0"])
def test_keras_reads_what_we_convert(version, tmp_path):
    source, folder = tmp_path / "source", tmp_path / "converted"
    folder.mkdir()
    make_formats(unpacked(version, source), folder)
    judge(sys.executable, "keras", folder, KERAS_BACKEND="tensorflow")
    if python := os.environ.get("WAVETRAIN_KERAS2_PYTHON"):
        for path in [*folder.glob("*.keras"), *folder.glob("*.weights.h5")]:
            path.unlink()
        judge(python, "tf.keras", folder)
