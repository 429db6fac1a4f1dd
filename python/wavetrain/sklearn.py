"""Models of series as scikit-learn estimators: in pipelines, grid searches and cross-validation.

    from wavetrain.sklearn import SeriesClassifier

    SeriesClassifier("Conv1D(32, 3, activation='relu') GlobalAveragePooling1D()", epochs=20).fit(x, y).predict(x)

X is (samples, timesteps, features); with two dimensions it is a set of series with one feature each.
"""

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted

try:
    from sklearn.utils.validation import validate_data
except ImportError:  # before scikit-learn 1.6
    def validate_data(estimator, X, y="no_validation", reset=True, **options):
        from sklearn.utils.validation import check_array, check_X_y

        if isinstance(y, str):
            options.pop("y_numeric", None)
            options.pop("multi_output", None)
            X = check_array(X, **options)
        else:
            X, y = check_X_y(X, y, **options)
        if reset:
            estimator.n_features_in_ = X.shape[1]
        elif X.shape[1] != estimator.n_features_in_:
            raise ValueError(f"X has {X.shape[1]} features, but {type(estimator).__name__} is expecting "
                             f"{estimator.n_features_in_} features as input")
        return X if isinstance(y, str) else (X, y)


class _Series(BaseEstimator):
    def __init__(self, layers="Flatten() Dense(64, activation='relu')", *, optimizer="adam", learning_rate=None, loss=None,
                 metrics=None, epochs=60, batch_size=32, validation_split=0.0, shuffle=True, callbacks=None, verbose=0,
                 random_state=None):
        self.layers = layers
        self.optimizer = optimizer
        self.learning_rate = learning_rate
        self.loss = loss
        self.metrics = metrics
        self.epochs = epochs
        self.batch_size = batch_size
        self.validation_split = validation_split
        self.shuffle = shuffle
        self.callbacks = callbacks
        self.verbose = verbose
        self.random_state = random_state

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.three_d_array = True
        tags.non_deterministic = self.random_state is None
        return tags

    def _series(self, X):
        X = np.asarray(X, np.float32)
        return X[..., None] if X.ndim == 2 else X

    def _fit(self, X, y, outputs, activation, loss):
        from . import _core, keras

        X = self._series(X)
        if self.random_state is not None:
            from sklearn.utils import check_random_state

            _core.set_random_seed(int(check_random_state(self.random_state).randint(2**31 - 1)))
        optimizer = keras.optimizers.get(self.optimizer)
        optimizer = type(optimizer).from_config(optimizer.get_config())  # each fit with its own
        if self.learning_rate is not None:
            optimizer.learning_rate = self.learning_rate
        model = keras.Sequential([keras.Input(X.shape[1:])])
        for layer in self._body(X.shape[1:]):
            model.add(layer)
        if len(model.output_shape) > 2:
            model.add(keras.layers.Flatten())
        model.add(keras.layers.Dense(outputs, activation=activation))
        model.compile(optimizer, self.loss or loss, metrics=self.metrics)
        self.history_ = model.fit(X, y, batch_size=self.batch_size, epochs=self.epochs, verbose=self.verbose,
                                  callbacks=self.callbacks, validation_split=self.validation_split,
                                  shuffle=self.shuffle).history
        self.model_ = model
        return self

    def _body(self, shape):
        """The layers in front of the last one, new ones for each fit."""
        from . import _core, keras

        if callable(self.layers):
            return self.layers(shape)
        if isinstance(self.layers, str):
            entries = _core.parse_layers(self.layers)["layers"]
            return [keras.layers.deserialize(entry) for entry in entries if entry["class_name"] != "InputLayer"]
        return [type(layer).from_config(layer.get_config()) for layer in self.layers]

    def _outputs(self, X):
        check_is_fitted(self)
        X = self._series(validate_data(self, X, reset=False, allow_nd=True, dtype="numeric"))
        return self.model_.predict(X, batch_size=max(self.batch_size, 256), verbose=0)


class SeriesClassifier(ClassifierMixin, _Series):
    """A classifier: the given layers and a softmax layer with one unit per class.

    ``layers`` is text in Keras' constructor syntax, a list of layers, or a function of the shape (timesteps, features) that
    returns one.
    """

    def fit(self, X, y):
        X, y = validate_data(self, X, y, allow_nd=True, dtype="numeric")
        check_classification_targets(y)
        self.classes_, numbers = np.unique(y, return_inverse=True)
        if len(self.classes_) < 2:
            raise ValueError(f"Classifier can't train when only one class is present: {self.classes_}")
        return self._fit(X, numbers.astype(np.int32), len(self.classes_), "softmax", "sparse_categorical_crossentropy")

    def predict_proba(self, X):
        return self._outputs(X)

    def predict(self, X):
        probabilities = self._outputs(X)
        return self.classes_[probabilities.argmax(axis=1)]


class SeriesRegressor(RegressorMixin, _Series):
    """A regressor: the given layers and a linear layer with one unit per number to predict; ``layers`` as for
    `SeriesClassifier`."""

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = True
        tags.target_tags.single_output = True
        return tags

    def fit(self, X, y):
        X, y = validate_data(self, X, y, allow_nd=True, dtype="numeric", y_numeric=True, multi_output=True)
        y = np.asarray(y, np.float32)
        self._single = y.ndim == 1
        y = y.reshape(len(y), -1)
        # The last layer starts near 0; targets may be anywhere.
        self._center, self._spread = y.mean(axis=0), y.std(axis=0)
        self._spread[self._spread == 0] = 1
        return self._fit(X, (y - self._center) / self._spread, y.shape[1], None, "mse")

    def predict(self, X):
        values = self._outputs(X).astype(np.float64) * self._spread + self._center
        return values[:, 0] if self._single else values
