"""The judge itself: what must pass, passes, and what must fail, fails."""

import numpy as np
import pytest

import tolerance
from parity import judge
from parity.case import optimizer
from parity.forward_cases import forward_cases
from parity.harness import compare_case
from parity.random_cases import KINDS, random_case
from parity.training_cases import BODIES, HEADS, OPTIMIZERS, training_cases


def test_limit_is_four_times_the_worse_of_two_plus_eight_ulp():
    r = np.array([3.0, 4.0])
    a, b = r + [1e-6, 0], r + [0, 3e-6]
    assert tolerance.limit(r, a, b) == pytest.approx(4 * 3e-6 + 8 * 2.0**-23 * 5.0, rel=1e-6)


def test_zeros_get_an_allowance_of_denormal_size():
    assert 0 < tolerance.allowance(np.zeros(4)) == 8 * 2.0**-23 * 2 * 2.0**-126


def test_rounding_passes_and_errors_fail():
    r = np.random.default_rng(0).normal(size=1000)
    assert tolerance.judge(r.astype(np.float32), r)
    assert not tolerance.judge(r * (1 + 1e-5), r)
    assert not tolerance.judge(r[:-1], r)


def test_classes_must_agree_with_somebody():
    r = np.array([1.0, np.nan, np.inf, 1e39])
    ours = np.array([1.0, np.nan, np.inf, np.inf])
    assert tolerance.judge(ours, r)  # 1e39 is infinite in float32
    assert not tolerance.judge(np.array([1.0, 2.0, np.inf, np.inf]), r)
    assert not tolerance.judge(np.array([np.nan, np.nan, np.inf, np.inf]), r)
    assert not tolerance.judge(np.array([1.0, np.nan, -np.inf, np.inf]), r)
    assert tolerance.judge(np.array([np.inf, np.nan, np.inf, np.inf]), r, np.array([np.inf, np.nan, np.inf, 1.0]))


def test_a_missing_or_surplus_tensor_fails():
    one = {"y": np.ones(2)}
    assert judge.compare(one, one, [one]).passed
    assert not judge.compare({}, one, [one]).passed
    assert not judge.compare({**one, "z": np.ones(1)}, one, [one]).passed


def test_a_bias_without_gradient_is_exempt_with_its_slots_and_the_moving_mean():
    paths = ["conv1d/kernel", "conv1d/bias", "batch_normalization/gamma", "batch_normalization/beta",
             "batch_normalization/moving_mean", "batch_normalization/moving_variance"]
    r = {f"w/{i}": np.ones(3) for i in range(6)}
    r.update({f"opt/{i}": np.ones(3) for i in range(2, 10)})
    r["opt/5"] = np.full(3, 1e-30)  # the bias' second moment
    assert judge.exempt_tensors({"optimizer": optimizer("Adam")}, paths, r) == {"w/1", "opt/4", "opt/5", "w/4"}
    assert judge.exempt_tensors({"optimizer": optimizer("SGD", momentum=0.9)}, paths, r) == {"opt/5"}
    assert judge.exempt_tensors({"optimizer": optimizer("SGD")}, paths, {key: r[key] for key in ("w/0", "w/1")}) == set()


def test_a_bias_of_a_few_values_is_judged_with_its_kernel():
    paths = ["dense/kernel", "dense/bias", "dense_1/kernel", "dense_1/bias"]
    r = {"w/0": np.ones(3), "w/1": np.ones(1), "w/2": np.ones(9), "w/3": np.ones(9), "opt/0": np.asarray(1), "opt/1": np.asarray(0.1),
         "opt/2": np.ones(3), "opt/3": np.full(1, 1e-3), "opt/4": np.ones(9), "opt/5": np.ones(9)}
    kernels = judge.kernels_of_biases({"optimizer": optimizer("SGD", momentum=0.9)}, paths, r)
    assert kernels == {"w/1": "w/0", "opt/3": "opt/2"}  # not the bias of nine
    assert judge.kernels_of_biases({"optimizer": optimizer("SGD")}, paths, r) == {"w/1": "w/0"}
    ours = {**r, "opt/3": r["opt/3"] + 1e-6}
    assert judge.compare(ours, r, [r], kernels=kernels).passed and not judge.compare(ours, r, [r]).passed
    assert not judge.compare({**r, "opt/3": -r["opt/3"]}, r, [r], kernels=kernels).passed


def test_cases_are_many_named_once_and_use_every_part():
    forward, training = forward_cases(), training_cases()
    assert len(forward) >= 220 and len(training) >= 33
    names = " ".join(case.name for case in training)
    for part in (*BODIES, *(head.name for head in HEADS), *{kind for kind, _ in OPTIMIZERS}):
        assert part in names


@pytest.mark.parametrize("kind", KINDS)
def test_a_random_case_is_a_function_of_its_number(kind):
    assert random_case(kind, 3, 5).to_json() == random_case(kind, 3, 5).to_json()
    assert random_case(kind, 3, 5).to_json() != random_case(kind, 3, 6).to_json()


@pytest.mark.parametrize("kind", ("forward", "gradients"))
def test_keras_on_jax_passes_as_if_it_were_us(keras_sides, tmp_path, kind):
    for index in range(3):
        outcome = compare_case(keras_sides, random_case(kind, 1, index), tmp_path / str(index), kind, opponent="jax")
        assert outcome.passed, outcome
