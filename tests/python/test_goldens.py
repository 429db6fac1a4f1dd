"""The stored cases are whole: what a reader without Keras relies on."""

import json
from pathlib import Path

import numpy as np
import pytest

from parity.forward_cases import forward_cases
from parity.goldens import packs
from parity.layer_cases import layer_gradient_cases
from parity.training_cases import training_cases

FOLDER = Path(__file__).resolve().parent.parent / "golden"


def read(name):
    with np.load(FOLDER / f"{name}.npz") as archive:
        return {key: archive[key] for key in archive.files}


@pytest.mark.parametrize("name", packs())
def test_a_pack_holds_its_cases_and_every_value_is_used_once(name):
    pack = read(name)
    cases = json.loads(pack["cases"].tobytes())
    assert [case["name"] for case in cases] == [case.name for case in packs()[name]]
    used = dict.fromkeys(("floats", "labels", "expected"), 0)
    for case in cases:
        for _, shape, kind in case["inputs"]:
            used[kind] += int(np.prod(shape))
        for _, shape, limit in case["expected"]:
            used["expected"] += int(np.prod(shape))
            assert limit is None or limit > 0
    assert used == {kind: pack[kind].size for kind in used}
    assert np.isfinite(pack["expected"]).all()


def test_packs_hold_all_listed_cases_and_stay_small():
    count = sum(len(cases) for cases in packs().values())
    assert count == len(forward_cases()) + len(layer_gradient_cases()) + len([case for case in training_cases() if not case.name.startswith("seed/")])
    sizes = [path.stat().st_size for path in FOLDER.glob("*.npz")]
    assert max(sizes) < 900_000 and sum(sizes) < 3_000_000
