"""Live comparison with Keras: a few random models of each kind and the seed programs. scripts/compare-with-keras does more."""

import pytest

from parity.harness import compare_case
from parity.random_cases import random_case
from parity.training_cases import seed_programs

SEED = 1
RANDOM = [(kind, index) for kind, count in (("forward", 30), ("gradients", 6), ("train", 4), ("files", 2)) for index in range(count)]


def check(sides, case, folder, kind=None):
    outcome = compare_case(sides, case, folder, kind)
    assert outcome.passed, f"{outcome}\n{case.describe()}\nagain: scripts/compare-with-keras {case.replay}"


@pytest.mark.parametrize("kind, index", RANDOM)
def test_random_model(sides, tmp_path, kind, index):
    check(sides, random_case(kind, SEED, index), tmp_path / "job", kind)


@pytest.mark.parametrize("case", seed_programs(samples=40), ids=lambda case: case.name)
def test_seed_program(sides, tmp_path, case):
    check(sides, case, tmp_path / "job")
