"""wavetrain.tuner: keras_tuner's names over the library's own search."""

import inspect
import subprocess
import sys

import numpy as np
import pytest

from wavetrain import keras as own
from wavetrain import tuner as kt


@pytest.fixture
def data(rng):
    x = rng.normal(size=(96, 12, 1)).astype("float32")
    return x, (x[:, :, 0].sum(1) > 0).astype("int32")


def build(hp):
    model = own.Sequential([own.Input((12, 1))])
    kind = hp.Choice("kind", ["conv", "flat"])
    with hp.conditional_scope("kind", ["conv"]):
        filters = hp.Int("filters", 2, 8, step=2)
        if kind == "conv":
            model.add(own.layers.Conv1D(filters, 3, activation="relu"))
    model.add(own.layers.Flatten())
    if hp.Boolean("deep"):
        model.add(own.layers.Dense(4, activation="relu"))
    model.add(own.layers.Dense(1, activation="sigmoid"))
    model.compile(own.optimizers.Adam(hp.Float("rate", 1e-3, 1e-1, sampling="log")), "binary_crossentropy", metrics=["accuracy"])
    return model


def test_values_and_conditions():
    hp = kt.HyperParameters()
    assert hp.Int("n", 3, 9, step=3) == 3 and hp.Float("f", 0.5, 2.0, default=1.5) == 1.5 and hp.Fixed("c", "x") == "x"
    assert hp.Boolean("b") is False and hp.Choice("k", [4, 2]) == 4 and hp.Choice("k", [4, 2]) == 4
    with hp.name_scope("part"):
        assert hp.Int("n", 1, 2) == 1
    with hp.conditional_scope("k", [2]):
        assert hp.Int("only_2", 1, 2) is None
    assert hp.Int("only_4", 5, 6, parent_name="k", parent_values=[4]) == 5
    assert hp.values == {"n": 3, "f": 1.5, "c": "x", "b": False, "k": 4, "part/n": 1, "only_4": 5}
    assert hp["n"] == hp.get("n") == 3 and "only_2" not in hp and hp.is_active("only_4") and not hp.is_active("only_2")
    with pytest.raises(ValueError, match="inactive"):
        hp.get("only_2")
    with pytest.raises(KeyError):
        hp.get("nothing")
    other = hp.copy()
    other.values["n"] = 9
    assert hp.get("n") == 3 and hp.get_config()["values"]["n"] == 3


@pytest.mark.parametrize("ask", [
    lambda hp: hp.Int("n", 3, 1), lambda hp: hp.Int("n", 1.5, 3), lambda hp: hp.Float("f", 0.0, 1.0, sampling="log"),
    lambda hp: hp.Float("f", 0.0, 1.0, sampling="sideways"), lambda hp: hp.Choice("c", []), lambda hp: hp.Choice("c", [1, 2], default=3),
    lambda hp: hp.Choice("c", ["a"], ordered=True), lambda hp: hp.Boolean("b", default=1), lambda hp: hp.Int("n", 1, 3, default=7),
    lambda hp: hp.Int("n", 1, 3, parent_name="nobody", parent_values=[1]), lambda hp: hp.Float("f", 1.0, 2.0, step=-1.0),
])
def test_what_is_refused(ask):
    with pytest.raises(ValueError):
        ask(kt.HyperParameters())


def test_random_search(data, tmp_path):
    def made(**options):
        return kt.RandomSearch(build, objective="val_accuracy", max_trials=6, seed=5, directory=tmp_path, project_name="p", **options)

    tuner = made()
    tuner.search(*data, epochs=4, batch_size=16, validation_split=0.25, verbose=0)
    assert len(tuner.trials) == 6 and all(trial.status == "COMPLETED" for trial in tuner.trials)
    best = tuner.get_best_hyperparameters(2)
    assert best[0].get("rate") >= 1e-3 and ("filters" in best[0]) == (best[0].get("kind") == "conv")
    kinds = {trial.hyperparameters.get("kind") for trial in tuner.trials}
    assert kinds == {"conv", "flat"}
    scores = [trial.score for trial in tuner.trials]
    model = tuner.get_best_models(2)[0]
    # The model has the weights of the epoch that the score is of.
    accuracy = model.evaluate(data[0][72:], data[1][72:], verbose=0, return_dict=True)["accuracy"]
    assert accuracy == pytest.approx(max(scores), abs=1e-6)
    # Made again with the same seed it goes on where it stood: nothing is trained anew.
    again = made()
    again.hypermodel.fit = None
    again.search(*data, epochs=4, batch_size=16, validation_split=0.25, verbose=0)
    assert [trial.score for trial in again.trials] == scores
    with pytest.raises(ValueError, match="another search"):
        kt.RandomSearch(build, objective="val_loss", max_trials=6, seed=5, directory=tmp_path, project_name="p").search(*data)
    made(overwrite=True)
    assert not (tmp_path / "p").exists()


def test_the_others(data, tmp_path):
    def small(hp, step=None):
        model = own.Sequential([own.Input((12, 1)), own.layers.Flatten(), own.layers.Dense(hp.Choice("units", [1, 2, 3])),
                                own.layers.Dense(1)])
        model.compile(own.optimizers.SGD(hp.Float("rate", 0.001, 0.01, step=step)), "mse")
        return model

    grid = kt.GridSearch(lambda hp: small(hp, step=0.0045), "loss", directory=tmp_path, project_name="g", seed=1)
    grid.search(*data, epochs=1, verbose=0)
    tried = {(t.hyperparameters.get("units"), round(t.hyperparameters.get("rate"), 4)) for t in grid.trials}
    assert tried == {(u, r) for u in (1, 2, 3) for r in (0.001, 0.0055, 0.01)}
    band = kt.Hyperband(small, "loss", max_epochs=4, factor=2, directory=tmp_path, project_name="h", seed=1)
    epochs = []

    class Count(own.callbacks.Callback):
        def on_train_end(self, logs=None):
            epochs.append(self.params["epochs"])

        def __deepcopy__(self, memo):
            return self

    band.search(*data, epochs=99, verbose=0, callbacks=[Count()])
    assert epochs == [trial.epochs for trial in band.trials] and max(epochs) == 4 and min(epochs) < 4
    bayes = kt.BayesianOptimization(small, kt.Objective("loss", "min"), max_trials=9, directory=tmp_path, project_name="b", seed=1,
                                    executions_per_trial=2)
    bayes.search(*data, epochs=1, verbose=0)
    assert len(bayes.trials) == 9 and bayes.get_best_models()[0].built
    with pytest.raises(NotImplementedError, match="beta=1"):
        kt.BayesianOptimization(small, "loss", beta=1)


def test_a_hypermodel_that_also_fits(data, tmp_path, capsys):
    class Mine(kt.HyperModel):
        def build(self, hp):
            return own.Sequential([own.layers.Flatten(), own.layers.Dense(hp.Int("units", 1, 3))])

        def fit(self, hp, model, x, y, **options):
            model.compile("adam", hp.Choice("loss", ["mse", "mae"]) if "loss" in hp else "mse")
            return model.fit(x, np.zeros((len(x), hp["units"])), batch_size=hp.Int("batch", 8, 32), **options)

    tuner = kt.RandomSearch(Mine(), "loss", max_trials=2, seed=3, directory=tmp_path)
    tuner.search(*data, epochs=2, verbose=2)
    assert "batch" in tuner.trials[0].hyperparameters  # not tuned: it is unknown when the search begins
    out = capsys.readouterr().out
    assert "Trial 2 Complete" in out and "Best loss So Far" in out
    tuner.results_summary()
    tuner.search_space_summary()
    out = capsys.readouterr().out
    assert "Trial 0000 summary" in out and "units (int)" in out
    assert tuner.get_best_models()[0].predict(data[0], verbose=0).shape[0] == 96


def test_trials_of_ones_own_and_failures(tmp_path):
    class Mine(kt.RandomSearch):
        def run_trial(self, trial, *args, **kwargs):
            x = trial.hyperparameters.Float("x", -1.0, 1.0)
            if x > 0.5:
                raise RuntimeError("too large")
            return {"cost": x * x}

    hp = kt.HyperParameters()
    hp.Float("x", -1.0, 1.0)
    tuner = Mine(objective=kt.Objective("cost", "min"), max_trials=20, seed=2, hyperparameters=hp, directory=tmp_path,
                 max_consecutive_failed_trials=20)
    tuner.search(verbose=0)
    failed = [trial for trial in tuner.trials if trial.score is None]
    assert failed and all("too large" in trial.message for trial in failed) and len(tuner.trials) == 20
    assert abs(tuner.get_best_hyperparameters()[0]["x"]) == min(abs(t.hyperparameters["x"]) for t in tuner.trials)
    with pytest.raises(ValueError, match="no weights"):
        tuner.get_best_models()

    def broken(hp):
        hp.Int("n", 1, 100)
        if hp._entries and hp.get("n") != 1:
            raise ValueError("cannot be built")
        return own.Sequential([own.layers.Dense(1)])

    with pytest.raises(RuntimeError, match="consecutive failures"):
        kt.RandomSearch(broken, "loss", seed=1, directory=tmp_path, project_name="x").search(verbose=0)


@pytest.mark.parametrize("arguments, error", [
    ({"objective": "my_own_metric"}, ValueError), ({"objective": 3}, TypeError), ({"objective": ["loss", "mae"]}, NotImplementedError),
    ({"nonsense": 1}, ValueError), ({"max_model_size": 10}, NotImplementedError), ({"hypermodel": None}, ValueError),
    ({"hypermodel": 3}, ValueError),
])
def test_arguments_that_are_refused(arguments, error, tmp_path):
    with pytest.raises(error):
        kt.RandomSearch(**{"hypermodel": build, "objective": "loss", "directory": tmp_path} | arguments)


def test_entries_that_are_not_tuned(data, tmp_path):
    given = kt.HyperParameters()
    given.Fixed("rate", 0.02)
    tuner = kt.RandomSearch(build, "loss", max_trials=3, seed=1, hyperparameters=given, tune_new_entries=False, directory=tmp_path)
    tuner.search(*data, epochs=1, verbose=0)
    assert all(t.hyperparameters.values == {"rate": 0.02, "kind": "conv", "filters": 2, "deep": False} for t in tuner.trials)
    with pytest.raises(RuntimeError, match="new hyperparameters"):
        kt.RandomSearch(build, "loss", hyperparameters=given, allow_new_entries=False, directory=tmp_path)


def test_scripts_find_it():
    code = ("import wavetrain; wavetrain.install(); import keras_tuner, kerastuner as kt; from keras_tuner.tuners import RandomSearch; "
            "from keras_tuner import HyperModel; print(kt.RandomSearch is RandomSearch is keras_tuner.RandomSearch)")
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "True\n"


@pytest.mark.parametrize("name", ["RandomSearch", "GridSearch", "Hyperband", "BayesianOptimization", "HyperModel", "Objective",
                                  "HyperParameters.Int", "HyperParameters.Float", "HyperParameters.Choice", "HyperParameters.Boolean",
                                  "HyperParameters.Fixed", "HyperParameters.conditional_scope", "HyperParameters.name_scope"])
def test_signatures(name):
    real = pytest.importorskip("keras_tuner", reason="keras_tuner is not installed")
    ours, theirs = kt, real
    for part in name.split("."):
        ours, theirs = getattr(ours, part), getattr(theirs, part)
    assert [(p.name, p.default) for p in inspect.signature(ours).parameters.values()] == \
        [(p.name, p.default) for p in inspect.signature(theirs).parameters.values()]
