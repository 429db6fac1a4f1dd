"""Every public name of the installed Keras is here, or it is said why not."""

import json
import os
import subprocess
import sys
from pathlib import Path

from parity.workers import TOOL

CODE = """
import json, sys
import keras
from parity.public_names import compare
print(json.dumps(compare(keras, json.load(sys.stdin))))
"""


def compared(descriptions):
    environment = {**os.environ, "KERAS_BACKEND": "jax", "JAX_PLATFORMS": "cpu", "PYTHONPATH": str(Path(__file__).parent)}
    done = subprocess.run([sys.executable, "-c", CODE], input=json.dumps(descriptions), capture_output=True, text=True, env=environment)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def test_no_public_name_is_missing():
    descriptions = json.loads(subprocess.run([str(TOOL), "--describe"], capture_output=True, text=True, check=True).stdout)
    assert {module: missing for module, (_, _, missing) in compared(descriptions).items() if missing} == {}
    del descriptions["layers"]["Conv1D"], descriptions["losses"]["Huber"]  # one that goes away is noticed
    found = compared(descriptions)
    assert "Conv1D" in found["layers"][2] and "Huber" in found["losses"][2]
