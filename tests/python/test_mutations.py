"""Mistakes that a program like ours could make are found: what we are given to compute is changed a little, what Keras computes
is not, and the comparison has to fail."""

import json

import numpy as np
import pytest

from parity import judge
from parity.case import Case, compile_config, optimizer
from parity.training_cases import training_actions

PREDICT = [{"op": "predict", "x": "x", "batch_size": 32, "out": "y"}]


def layer_argument(index, name, value):
    """Another value for an argument of the index-th layer behind the input."""

    def change(job, data):
        layers = [layer for layer in job["model"]["config"]["layers"] if layer["class_name"] != "InputLayer"]
        assert layers[index]["config"][name] != value
        layers[index]["config"][name] = value

    return change


def swapped_gates(first, second, gates):
    """Two gates change places in kernel, recurrent kernel and bias: weights 0 to 2."""

    def change(job, data):
        for key in ("weights/0", "weights/1", "weights/2"):
            units = data[key].shape[-1] // gates
            order = list(range(gates))
            order[first], order[second] = order[second], order[first]
            data[key] = np.concatenate([data[key][..., g * units:(g + 1) * units] for g in order], axis=-1)

    return change


def optimizer_argument(name, value):
    def change(job, data):
        assert job["compile"]["optimizer"]["config"][name] != value
        job["compile"]["optimizer"]["config"][name] = value

    return change


def one(layer, shape, **arguments):
    return Case(layer, [(layer, arguments)], shape, actions=PREDICT)


def trained(the_optimizer):
    case = Case("trained", [("Dense", {"units": 4, "activation": "tanh"}), ("Dense", {"units": 1})], (3,), samples=20,
                compile=compile_config(the_optimizer, "mse"))
    case.actions = training_actions(case, 4, evaluate=False)
    return case


# Same padding of an even kernel belongs to the end; `causal` puts all of it in front, where a kernel of 2 has as much.
MUTATIONS = {
    "epsilon of BatchNormalization": (one("BatchNormalization", (6, 4)), layer_argument(0, "epsilon", 0.00101)),
    "order of LSTM gates": (one("LSTM", (7, 3), units=4), swapped_gates(0, 1, 4)),
    "order of GRU gates": (one("GRU", (7, 3), units=4), swapped_gates(0, 1, 3)),
    "side of the padding": (one("Conv1D", (9, 2), filters=3, kernel_size=2, padding="same"), layer_argument(0, "padding", "causal")),
    "place of the reset gate": (one("GRU", (7, 3), units=4, use_bias=False), layer_argument(0, "reset_after", False)),
    "epsilon of Adam": (trained(optimizer("Adam", epsilon=1e-4)), optimizer_argument("epsilon", 1.1e-4)),
    "beta_2 of Adam": (trained(optimizer("Adam", beta_2=0.999)), optimizer_argument("beta_2", 0.9990001)),
}


@pytest.mark.parametrize("name", MUTATIONS)
def test_a_mistake_is_found(sides, tmp_path, name):
    case, change = MUTATIONS[name]
    folder = tmp_path / "job"
    paths = sides.prepare(folder, case)["weights"]
    sides.run_keras(folder)
    r, others = judge.results(folder, "double"), [judge.results(folder, who) for who in ("tensorflow", "jax")]
    exempt = judge.exempt_tensors(case.compile, paths, r)

    def outcome():
        sides.run_ours(folder)
        return judge.compare(judge.results(folder, "wavetrain"), r, others, exempt)

    assert outcome().passed  # without the mistake
    job = json.loads((folder / "job.json").read_text())
    with np.load(folder / "data.npz") as archive:
        data = {key: archive[key] for key in archive.files}
    change(job, data)
    (folder / "job.json").write_text(json.dumps(job))
    np.savez(folder / "data.npz", **data)
    assert not outcome().passed
