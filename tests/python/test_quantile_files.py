"""A model that learnt quantiles is an ordinary file for Keras, which has no such loss: it says so, or is told what it is."""

import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = Path(os.environ.get("WAVETRAIN_BIN", ROOT / "build/release/bin/wavetrain"))

pytestmark = [pytest.mark.skipif(not PROGRAM.exists(), reason=f"{PROGRAM} is not built (target wavetrain_cli)"),
              pytest.mark.skipif(not all(importlib.util.find_spec(name) for name in ("keras", "jax")), reason="needs keras and jax")]

CODE = """
import json, sys
import keras, numpy as np
path = sys.argv[1]
x = np.linspace(-1, 1, 5 * 6, dtype="float32").reshape(5, 6, 1)
y = np.cos(np.arange(10, dtype="float32")).reshape(5, 2)
result = {"predicted": keras.models.load_model(path, compile=False).predict(x, verbose=0).tolist()}
try:
    keras.models.load_model(path)
except Exception as error:
    result["refused"] = f"{type(error).__name__}: {error}"

@keras.saving.register_keras_serializable(package="wavetrain")
class Quantile(keras.losses.Loss):
    def __init__(self, quantiles=(0.05, 0.5, 0.95), **options):
        super().__init__(**options)
        self.quantiles = quantiles

    def call(self, y_true, y_pred):
        q, e = keras.ops.convert_to_tensor(self.quantiles, "float32"), y_true[..., None] - y_pred
        return keras.ops.mean(keras.ops.maximum(q * e, (q - 1) * e), axis=-1)

    def get_config(self):
        return {**super().get_config(), "quantiles": self.quantiles}

model = keras.models.load_model(path)
result["loss"] = model.evaluate(x, y, verbose=0)
result["quantiles"] = list(model.loss.quantiles)
p = np.asarray(result["predicted"])
e = y[..., None] - p
q = np.array([0.1, 0.5, 0.9])
result["expected"] = float(np.maximum(q * e, (q - 1) * e).mean())
model.save(sys.argv[2])
print(json.dumps(result))
"""


def test_keras_opens_a_file_with_quantiles(tmp_path):
    (tmp_path / "t.csv").write_text("v\n" + "".join(f"{(7 * i) % 13}\n" for i in range(120)))
    arguments = [str(PROGRAM), "forecast", "--data", "t.csv", "--target", "v", "--window", "6", "--horizon", "2", "--epochs", "2",
                 "--interval", "0.8", "--interval-method", "quantile", "--model", "GRU(4)", "--out", "q.keras", "--json"]
    subprocess.run(arguments, cwd=tmp_path, check=True, capture_output=True)
    environment = {**os.environ, "KERAS_BACKEND": "jax", "JAX_PLATFORMS": "cpu"}
    done = subprocess.run([sys.executable, "-c", CODE, "q.keras", "again.keras"], cwd=tmp_path, capture_output=True, text=True,
                          env=environment)
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout.splitlines()[-1])
    assert len(result["predicted"]) == 5 and len(result["predicted"][0]) == 2 and len(result["predicted"][0][0]) == 3
    assert "Quantile" in result["refused"]
    loss = result["loss"][0] if isinstance(result["loss"], list) else result["loss"]
    assert loss == pytest.approx(result["expected"], rel=1e-5)
    assert result["quantiles"] == pytest.approx([0.1, 0.5, 0.9])
    # And back: what Keras saved is trained further here.
    summary = subprocess.run([str(PROGRAM), "summary", "again.keras"], cwd=tmp_path, capture_output=True, text=True)
    assert summary.returncode == 0, summary.stderr
    again = [{"GRU(4)": "again.keras", "q.keras": "more.keras"}.get(argument, argument) for argument in arguments]
    assert subprocess.run(again, cwd=tmp_path, capture_output=True, text=True).returncode == 0
