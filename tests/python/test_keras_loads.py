"""Files in both directions: what one side trained and saved, the other goes on with, as if it had trained all the time."""

import dataclasses
import json
import shutil
from pathlib import Path

import pytest

from parity import judge
from parity.training_cases import BODIES, HEADS, compose

BEFORE, AFTER = 5, 10
BATCH = 7
HEAD = next(head for head in HEADS if head.name == "categorical")
# A few optimizers with all kinds of state; scripts/compare-with-keras --only files has endlessly many.
PARTS = [("lstm", ("Adam", {"amsgrad": True, "learning_rate": 0.01})), ("conv_norm", ("SGD", {"momentum": 0.8, "nesterov": True})),
         ("gru", ("RMSprop", {"centered": True, "momentum": 0.5, "epsilon": 1e-5})), ("groups", ("AdamW", {"clipnorm": 0.2}))]
CASES = [compose(f"file/{kind},{options}", BODIES[body], HEAD, (kind, options), 3 * i, samples=5 * BATCH)
         for i, (body, (kind, options)) in enumerate(PARTS)]


def steps(count, out):
    """Training without weights or validation."""
    return {"op": "train_on_batch", "x": "x", "y": "y", "sample_weight": None, "class_weight": None, "batch_size": BATCH,
            "steps": count, "out": out}


def job(folder, source, model_file=None, **changes):
    """A copy of the job in `source` with other fields; with `model_file` the model comes from there."""
    folder.mkdir()
    shutil.copy(source / "data.npz", folder / "data.npz")
    description = {**json.loads((source / "job.json").read_text()), **changes}
    if model_file:
        del description["model"], description["compile"]
        description["model_file"] = "before.keras"
        shutil.copy(model_file, folder / "before.keras")
    (folder / "job.json").write_text(json.dumps(description))
    return folder


@dataclasses.dataclass
class Whole:
    """A case that Keras trained all the time, and the actions of its two parts."""

    case: object
    paths: list
    source: Path
    folder: Path
    first: list
    second: list


@pytest.fixture(scope="module", params=CASES, ids=lambda case: case.name)
def whole(request, sides, tmp_path_factory):
    case, root = request.param, tmp_path_factory.mktemp("whole")
    case.actions = []
    paths = sides.prepare(root / "case", case)["weights"]
    end = [{"op": "predict", "x": "x", "batch_size": 35, "out": "y"}, {"op": "weights", "out": "w"},
           {"op": "save", "file": "after.keras"}]
    first, second = [steps(BEFORE, "first")], [steps(AFTER, "second"), *end]
    folder = job(root / "whole", root / "case", actions=[*first, *second])
    sides.run_keras(folder)
    return Whole(case, paths, root / "case", folder, [*first, {"op": "save", "file": "after.keras"}], second)


def check(whole, ours):
    r = judge.results(whole.folder, "double")
    exempt = judge.exempt_tensors(whole.case.compile, whole.paths, r)
    r = {key: value for key, value in r.items() if not key.startswith("first/")}
    outcome = judge.compare(ours, r, [judge.results(whole.folder, who) for who in ("tensorflow", "jax")], exempt)
    assert outcome.passed, f"{outcome}\n{whole.case.describe()}"


def test_keras_continues_what_we_began(sides, whole, tmp_path):
    begin = job(tmp_path / "begin", whole.source, actions=whole.first)
    sides.run_ours(begin)
    rest = job(tmp_path / "rest", whole.source, begin / "wavetrain.after.keras", actions=whole.second)
    sides.run_keras(rest, ("tensorflow", "jax"))
    for who in ("tensorflow", "jax"):
        check(whole, judge.results(rest, who))


def test_we_continue_what_keras_began(sides, whole, tmp_path):
    begin = job(tmp_path / "begin", whole.source, actions=whole.first)
    sides.run_keras(begin, ("tensorflow",))
    rest = job(tmp_path / "rest", whole.source, begin / "tensorflow.after.keras", actions=whole.second)
    sides.run_ours(rest)
    check(whole, judge.results(rest, "wavetrain"))
