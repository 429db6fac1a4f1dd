"""Scripts in the manner of public tutorials, written anew on made-up data; the first line of each says where its networks and
calls come from. They run by `python -m wavetrain`, and where WAVETRAIN_TUTORIALS_ON_KERAS is set, on Keras itself."""

import os
import pathlib
import subprocess
import sys

import pytest

SCRIPTS = sorted((pathlib.Path(__file__).parent / "tutorials").glob("*.py"))


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
def test_runs(script, tmp_path):
    text = script.read_text()
    assert text.startswith("# https://") and len(text.splitlines()) > 15
    if "pandas" in text:
        pytest.importorskip("pandas")
    program = [script] if os.environ.get("WAVETRAIN_TUTORIALS_ON_KERAS") else ["-m", "wavetrain", script]
    result = subprocess.run([sys.executable, *program], capture_output=True, text=True, cwd=tmp_path, timeout=300)
    assert result.returncode == 0, result.stderr
