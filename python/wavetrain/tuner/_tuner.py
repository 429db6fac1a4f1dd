"""Tuners: they build models for points of a space, train them, and keep what came out."""

import copy
import json
import math
import os
import shutil
import time
import traceback

import numpy as np

from .. import _core
from ..keras.callbacks import Callback
from ._hyperparameters import HyperParameters, explore
from ._objective import objective_of


class HyperModel:
    """A class of one's own that builds models: derive, with ``build(hp)`` and, where fitting has parameters too, ``fit``."""

    def __init__(self, name=None, tunable=True):
        self.name, self.tunable = name, tunable

    def build(self, hp):
        raise NotImplementedError

    def fit(self, hp, model, *args, **kwargs):
        return model.fit(*args, **kwargs)


class _Function(HyperModel):
    def __init__(self, build):
        super().__init__()
        self.build = build


class Trial:
    """One point: its values, its score (None when it failed), and the epoch that the score is of."""

    def __init__(self, number, hyperparameters, epochs):
        self.trial_id, self.hyperparameters, self.epochs = f"{number:04d}", hyperparameters, epochs
        self.score, self.best_step, self.status, self.message = None, None, "RUNNING", None

    def summary(self):
        print(f"Trial {self.trial_id} summary\nHyperparameters:")
        for name, value in self.hyperparameters.values.items():
            print(f"{name}: {value}")
        print(f"Score: {self.score}" if self.score is not None else f"Failed: {self.message}")


class _Best(Callback):
    """The best epoch of a run, and the weights after it."""

    def __init__(self, objective):
        super().__init__()
        self.objective, self.score, self.step, self.weights = objective, None, None, None

    def on_epoch_end(self, epoch, logs=None):
        value = (logs or {}).get(self.objective.name)
        if value is None or math.isnan(value):
            return
        if self.score is None or self.objective.cost(value) < self.objective.cost(self.score):
            self.score, self.step = float(value), epoch
            self.weights = self.model.get_weights()
            self.shape = tuple(self.model.input_shape)


class Tuner:
    """What all searches have: see keras_tuner.Tuner. Trials run one after the other; each uses all threads.

    ``search`` takes the arguments of ``fit``. A search that was stopped goes on where it stood when it is made again with the
    same seed, ``directory`` and ``project_name``; ``overwrite=True`` begins anew.
    """

    _strategy = None

    def _begin(self, hypermodel, objective, options, seed, hyperparameters, tune_new_entries, allow_new_entries,
               max_retries_per_trial, max_consecutive_failed_trials, directory=None, project_name=None, overwrite=False,
               executions_per_trial=1, optimizer=None, loss=None, metrics=None, **others):
        for name, value in others.items():
            if name not in ("logger", "tuner_id", "distribution_strategy", "max_model_size"):
                raise ValueError(f"Unrecognized arguments {[name]} for `{type(self).__name__}.__init__()`.")
            if value is not None:
                raise NotImplementedError(f"{type(self).__name__} does not support `{name}`. Received: {name}={value!r}")
        if hypermodel is None:
            if type(self).run_trial is Tuner.run_trial:
                raise ValueError("Received `hypermodel=None`. We only allow not specifying the hypermodel if the user defines the "
                                 "tuning process by subclassing the tuner and overriding `run_trial`.")
        elif not isinstance(hypermodel, HyperModel):
            if not callable(hypermodel):
                raise ValueError("The `hypermodel` argument should be either a callable with signature `build(hp)` returning a "
                                 f"model, or an instance of `HyperModel`. Received: hypermodel={hypermodel!r}")
            hypermodel = _Function(hypermodel)
        self.hypermodel, self.objective = hypermodel, objective_of(objective)
        self.executions_per_trial = executions_per_trial
        self._compile = {name: value for name, value in (("optimizer", optimizer), ("loss", loss), ("metrics", metrics))
                         if value is not None}
        self._retries, self._most_failures = max_retries_per_trial, max_consecutive_failed_trials
        self.project_dir = os.path.join(os.fspath(directory or "."), project_name or "untitled_project")
        if overwrite and os.path.isdir(self.project_dir):
            shutil.rmtree(self.project_dir)
        self._options = {"strategy": self._strategy, "seed": int(seed) if seed is not None else 0,
                         **{name: value for name, value in options.items() if value is not None}}
        self._space = self._given_space(hyperparameters, tune_new_entries, allow_new_entries)
        self._defaults_only = self._fixed_names(hyperparameters, tune_new_entries)
        self.trials = []
        if seed is None:
            self._options["seed"] = self._kept_seed()

    def _given_space(self, given, tune_new_entries, allow_new_entries):
        if self.hypermodel is None:
            return given.copy() if given is not None else HyperParameters()

        def build(hp):
            self.hypermodel.build(hp)

        if given is None:
            if not (tune_new_entries and allow_new_entries):
                raise ValueError("`tune_new_entries` and `allow_new_entries` can only be False where `hyperparameters` are given")
            return explore(build)
        space = given.copy()
        known = {entry.name for entry in space._entries}
        found = explore(build, space)
        new = [entry.name for entry in found._entries if entry.name not in known]
        if new and not allow_new_entries:
            raise RuntimeError(f"`allow_new_entries` is False, but found new hyperparameters in the model: {new}")
        return found

    def _fixed_names(self, given, tune_new_entries):
        if given is None or tune_new_entries:
            return set()
        return {entry.name for entry in self._space._entries} - {entry.name for entry in given._entries}

    # --- Searching ----------------------------------------------------------------------------------------------------

    def search(self, *fit_args, **fit_kwargs):
        """Tries points until there are no more. The arguments are those of ``fit``."""
        verbose = fit_kwargs.get("verbose", "auto")
        space = {key: settings for key, settings in self._space.space().items()
                 if next(e.name for e in self._space._entries if e.key == key) not in self._defaults_only}
        search = _core.Search(space, self._options)
        os.makedirs(self.project_dir, exist_ok=True)
        journal = self._journal()
        self.trials, failures, started = [], 0, time.perf_counter()
        while True:
            proposed = search.propose()
            if not proposed:
                break
            scores = []
            for number, values, epochs in proposed:
                trial = Trial(number, self._space.at(values), epochs)
                self.trials.append(trial)
                before = journal.get(trial.trial_id)
                if before is not None and before["values"] == _plain(trial.hyperparameters.values):
                    trial.score, trial.best_step, trial.status, trial.message = (
                        before["score"], before["best_step"], before["status"], before["message"])
                else:
                    self._try(trial, fit_args, fit_kwargs)
                    self._write(trial)
                    if verbose != 0:
                        self._show(trial, time.perf_counter() - started)
                scores.append(math.nan if trial.score is None else self.objective.cost(trial.score))
                failures = failures + 1 if trial.score is None else 0
                if failures >= self._most_failures:
                    raise RuntimeError(f"Number of consecutive failures exceeded the limit of {self._most_failures}.\n{trial.message}")
            search.learn(scores)

    def run_trial(self, trial, *args, **kwargs):
        """Builds and trains; may be overridden, to return a number, a dict with the objective, or a History."""
        runs = []
        for _ in range(self.executions_per_trial):
            model = self._build(trial.hyperparameters)
            best = _Best(self.objective)
            given = dict(kwargs)
            given["callbacks"] = [*copy.deepcopy(list(kwargs.get("callbacks") or [])), best]
            if trial.epochs:
                given["epochs"], given["initial_epoch"] = trial.epochs, 0
            history = self.hypermodel.fit(trial.hyperparameters, model, *args, **given)
            if not hasattr(history, "history") or best.weights is None:
                if hasattr(history, "history") and self.objective.name not in history.history:
                    raise KeyError(f"Objective value missing in metrics reported to the tuner, expected: ['{self.objective.name}'], "
                                   f"found: {sorted(history.history)}")
                if len(runs) or self.executions_per_trial > 1:
                    raise ValueError("With `executions_per_trial`, `fit` of a HyperModel returns a History whose objective is a number")
                return history
            runs.append(best)
        first = min(runs, key=lambda run: self.objective.cost(run.score))
        self._keep(trial, first)
        trial.best_step = first.step
        return float(np.mean([run.score for run in runs]))

    def _build(self, hp):
        model = self.hypermodel.build(hp)
        if self._compile:
            settings = {**model._compiled, **self._compile} if model.compiled else self._compile
            model.compile(**{name: value for name, value in settings.items() if value is not None})
        return model

    def _try(self, trial, args, kwargs):
        for attempt in range(self._retries + 1):
            try:
                trial.score = self._score(self.run_trial(trial, *args, **kwargs))
                trial.status = "COMPLETED"
                return
            except Exception:  # noqa: BLE001: whatever a model that cannot be built or trained raises
                trial.message, trial.status = traceback.format_exc(), "FAILED"
                if attempt == self._retries:
                    print(trial.message)

    def _score(self, result):
        if hasattr(result, "history"):
            result = {self.objective.name: self.objective.best(result.history[self.objective.name])}
        if isinstance(result, dict):
            if self.objective.name not in result:
                raise KeyError(f"Objective value missing in metrics reported to the tuner, expected: ['{self.objective.name}'], "
                               f"found: {sorted(result)}")
            result = result[self.objective.name]
        if result is None:
            raise TypeError("`run_trial` returned None. Expected a number, a dict with the objective, or a History")
        value = float(np.mean(result))
        if math.isnan(value):
            raise ValueError(f"The objective {self.objective.name} is not a number")
        return value

    def _show(self, trial, seconds):
        name, best = self.objective.name, self._ranked()
        print(f"\nTrial {int(trial.trial_id) + 1} {'Complete' if trial.score is not None else 'Failed'}\n{name}: {trial.score}\n")
        if best:
            print(f"Best {name} So Far: {best[0].score}\nTotal elapsed time: {time.strftime('%Hh %Mm %Ss', time.gmtime(seconds))}")

    # --- What came out ------------------------------------------------------------------------------------------------

    def _ranked(self):
        done = [trial for trial in self.trials if trial.score is not None]
        return sorted(done, key=lambda trial: self.objective.cost(trial.score))

    def get_best_hyperparameters(self, num_trials=1):
        return [trial.hyperparameters for trial in self._ranked()[:num_trials]]

    def get_best_models(self, num_models=1):
        """Models with the weights of their best epoch."""
        return [self.load_model(trial) for trial in self._ranked()[:num_models]]

    def load_model(self, trial):
        if not os.path.exists(self._place(trial, "weights.npz")):
            raise ValueError(f"Trial {trial.trial_id} has kept no weights: only those that `fit` returned a History for have")
        model = self._build(trial.hyperparameters)
        with np.load(self._place(trial, "weights.npz")) as kept:
            if not model.built:
                model.build((None, *kept["input_shape"].tolist()))
            model.set_weights([kept[f"w{i}"] for i in range(len(kept.files) - 1)])
        return model

    def results_summary(self, num_trials=10):
        print(f"Results summary\nResults in {self.project_dir}\nShowing {num_trials} best trials\n{self.objective}")
        for trial in self._ranked()[:num_trials]:
            print()
            trial.summary()

    def search_space_summary(self, extended=False):
        print(f"Search space summary\nDefault search space size: {len(self._space._entries)}")
        for entry in self._space._entries:
            print(f"{entry.name} ({entry.settings['type']})\n{entry.settings | {'default': entry.default}}")

    # --- Files --------------------------------------------------------------------------------------------------------

    def _place(self, trial, name):
        return os.path.join(self.project_dir, f"trial_{trial.trial_id}", name)

    def _keep(self, trial, run):
        os.makedirs(os.path.dirname(self._place(trial, "")), exist_ok=True)
        shape = np.array([-1 if dim is None else dim for dim in run.shape[1:]])
        np.savez(self._place(trial, "weights.npz"), input_shape=shape, **{f"w{i}": w for i, w in enumerate(run.weights)})

    def _write(self, trial):
        line = {"trial_id": trial.trial_id, "values": _plain(trial.hyperparameters.values), "score": trial.score,
                "best_step": trial.best_step, "status": trial.status, "message": trial.message}
        with open(os.path.join(self.project_dir, "trials.jsonl"), "a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")

    def _journal(self):
        """What an earlier run with the same settings has found."""
        path = os.path.join(self.project_dir, "trials.jsonl")
        settings = _plain({"options": self._options, "space": self._space.space(), "objective": str(self.objective)})
        about = os.path.join(self.project_dir, "search.json")
        if os.path.exists(about):
            with open(about, encoding="utf-8") as file:
                if json.load(file) != settings:
                    raise ValueError(f"{self.project_dir} holds another search: give `overwrite=True`, or another `project_name`")
        with open(about, "w", encoding="utf-8") as file:
            json.dump(settings, file, indent=1)
        if not os.path.exists(path):
            return {}
        with open(path, encoding="utf-8") as file:
            lines = [json.loads(line) for line in file if line.endswith("\n")]
        return {line["trial_id"]: line for line in lines}

    def _kept_seed(self):
        """Without a seed, that of the search that goes on here, or a new one."""
        about = os.path.join(self.project_dir, "search.json")
        if os.path.exists(about):
            with open(about, encoding="utf-8") as file:
                return json.load(file)["options"]["seed"]
        return _core.next_seed() % 2**53


def _plain(value):
    return json.loads(json.dumps(value, default=lambda item: item.tolist() if hasattr(item, "tolist") else str(item)))


class RandomSearch(Tuner):
    """keras_tuner.RandomSearch."""

    _strategy = "random"

    def __init__(self, hypermodel=None, objective=None, max_trials=10, seed=None, hyperparameters=None, tune_new_entries=True,
                 allow_new_entries=True, max_retries_per_trial=0, max_consecutive_failed_trials=3, **kwargs):
        self._begin(hypermodel, objective, {"max_trials": max_trials}, seed, hyperparameters, tune_new_entries, allow_new_entries,
                    max_retries_per_trial, max_consecutive_failed_trials, **kwargs)


class GridSearch(Tuner):
    """keras_tuner.GridSearch."""

    _strategy = "grid"

    def __init__(self, hypermodel=None, objective=None, max_trials=None, seed=None, hyperparameters=None, tune_new_entries=True,
                 allow_new_entries=True, max_retries_per_trial=0, max_consecutive_failed_trials=3, **kwargs):
        self._begin(hypermodel, objective, {"max_trials": max_trials or 0}, seed, hyperparameters, tune_new_entries,
                    allow_new_entries, max_retries_per_trial, max_consecutive_failed_trials, **kwargs)


class Hyperband(Tuner):
    """keras_tuner.Hyperband; a trial that goes on is trained anew for more epochs."""

    _strategy = "hyperband"

    def __init__(self, hypermodel=None, objective=None, max_epochs=100, factor=3, hyperband_iterations=1, seed=None,
                 hyperparameters=None, tune_new_entries=True, allow_new_entries=True, max_retries_per_trial=0,
                 max_consecutive_failed_trials=3, **kwargs):
        self._begin(hypermodel, objective,
                    {"max_epochs": max_epochs, "factor": float(factor), "iterations": hyperband_iterations}, seed, hyperparameters,
                    tune_new_entries, allow_new_entries, max_retries_per_trial, max_consecutive_failed_trials, **kwargs)


class BayesianOptimization(Tuner):
    """keras_tuner.BayesianOptimization, with its `alpha`, `beta` and 3 initial points per parameter."""

    _strategy = "bayesian"

    def __init__(self, hypermodel=None, objective=None, max_trials=10, num_initial_points=None, alpha=1e-4, beta=2.6, seed=None,
                 hyperparameters=None, tune_new_entries=True, allow_new_entries=True, max_retries_per_trial=0,
                 max_consecutive_failed_trials=3, **kwargs):
        if (num_initial_points, alpha, beta) != (None, 1e-4, 2.6):
            raise NotImplementedError("BayesianOptimization has num_initial_points=None, alpha=1e-4 and beta=2.6 here. Received: "
                                      f"num_initial_points={num_initial_points}, alpha={alpha}, beta={beta}")
        self._begin(hypermodel, objective, {"max_trials": max_trials}, seed, hyperparameters, tune_new_entries, allow_new_entries,
                    max_retries_per_trial, max_consecutive_failed_trials, **kwargs)
