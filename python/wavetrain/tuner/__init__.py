"""wavetrain.tuner: search for hyper-parameters, with the names of keras_tuner.

    def build(hp):
        model = keras.Sequential([keras.Input((100, 1)), keras.layers.Conv1D(hp.Int("filters", 16, 128, step=16), 3), ...])
        ...
        return model

    tuner = wavetrain.tuner.RandomSearch(build, objective="val_accuracy", max_trials=20, seed=1)
    tuner.search(x, y, epochs=10, validation_split=0.2)
    best = tuner.get_best_models()[0]

The engine is that of ``wavetrain tune``: the same seed tries the same points.
"""

from ._hyperparameters import HyperParameters
from ._objective import Objective
from ._tuner import BayesianOptimization, GridSearch, Hyperband, HyperModel, RandomSearch, Trial, Tuner

__all__ = ["BayesianOptimization", "GridSearch", "HyperModel", "HyperParameters", "Hyperband", "Objective", "RandomSearch",
           "Trial", "Tuner"]
