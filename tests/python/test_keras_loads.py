"""Files in both directions: what one side trained and saved, the other goes on with, as if it had trained all the time."""

import json
import shutil

import pytest

from parity import judge
from parity.training_cases import BODIES, HEADS, OPTIMIZERS, compose

BEFORE, AFTER = 5, 10
HEAD = next(head for head in HEADS if head.name == "categorical")
NAMES = list(BODIES)[:11]  # those that end in (batch, features)
CASES = [compose(f"file/{kind},{options}", BODIES[NAMES[i % len(NAMES)]], HEAD, (kind, options), 3 * i)
         for i, (kind, options) in enumerate(OPTIMIZERS) if i % 3 == 0]


def steps(case, count, out):
    """Training without weights or validation."""
    return {"op": "train_on_batch", "x": "x", "y": "y", "sample_weight": None, "class_weight": None, "batch_size": 7,
            "steps": count, "out": out}


def job(folder, source, **changes):
    """A copy of the job in `source` with other fields."""
    folder.mkdir()
    shutil.copy(source / "data.npz", folder / "data.npz")
    description = {**json.loads((source / "job.json").read_text()), **changes}
    (folder / "job.json").write_text(json.dumps(description))
    return folder


@pytest.fixture(params=CASES, ids=lambda case: case.name)
def parts(request, sides, tmp_path):
    """Three jobs of one case: training all the time (done in Keras), its first part, and its second part from a file."""
    case = request.param
    case.actions = []
    paths = sides.prepare(tmp_path / "case", case)["weights"]
    first, second = steps(case, BEFORE, "first"), steps(case, AFTER, "second")
    end = [{"op": "predict", "x": "x", "batch_size": 16, "out": "y"}, {"op": "weights", "out": "w"},
           {"op": "save", "file": "after.keras"}]
    whole = job(tmp_path / "whole", tmp_path / "case", actions=[first, second, *end])
    sides.run_keras(whole)
    begin = job(tmp_path / "begin", tmp_path / "case", actions=[first, {"op": "save", "file": "after.keras"}])
    rest = job(tmp_path / "rest", tmp_path / "case", actions=[second, *end], model=None, compile=None,
               model_file="before.keras")
    description = json.loads((rest / "job.json").read_text())
    del description["model"], description["compile"]
    (rest / "job.json").write_text(json.dumps(description))
    return case, paths, whole, begin, rest


def check(case, paths, whole, ours):
    r = judge.results(whole, "double")
    exempt = judge.exempt_tensors(case.compile, paths, r)
    r = {key: value for key, value in r.items() if not key.startswith("first/")}
    outcome = judge.compare(ours, r, [judge.results(whole, who) for who in ("tensorflow", "jax")], exempt)
    assert outcome.passed, f"{outcome}\n{case.describe()}"


def test_keras_continues_what_we_began(sides, parts):
    case, paths, whole, begin, rest = parts
    sides.run_ours(begin)
    shutil.copy(begin / "wavetrain.after.keras", rest / "before.keras")
    sides.run_keras(rest)
    for who in ("tensorflow", "jax"):
        check(case, paths, whole, judge.results(rest, who))


def test_we_continue_what_keras_began(sides, parts):
    case, paths, whole, begin, rest = parts
    sides.run_keras(begin)
    shutil.copy(begin / "tensorflow.after.keras", rest / "before.keras")
    sides.run_ours(rest)
    check(case, paths, whole, judge.results(rest, "wavetrain"))
