"""scikit-learn's own checks, and its tools around the estimators."""

import numpy as np
import pytest

sklearn = pytest.importorskip("sklearn")

from sklearn.base import clone  # noqa: E402
from sklearn.model_selection import GridSearchCV, cross_val_score  # noqa: E402
from sklearn.pipeline import make_pipeline  # noqa: E402
from sklearn.preprocessing import FunctionTransformer, StandardScaler  # noqa: E402
from sklearn.utils.estimator_checks import parametrize_with_checks  # noqa: E402

from wavetrain import keras  # noqa: E402
from wavetrain.sklearn import SeriesClassifier, SeriesRegressor  # noqa: E402


@parametrize_with_checks([SeriesClassifier(random_state=0), SeriesRegressor(random_state=0)])
def test_scikit_learn_checks(estimator, check):
    check(estimator)


@pytest.fixture
def series(rng):
    y = rng.integers(2, size=80)
    x = rng.normal(size=(80, 20, 2)) + np.sin(np.arange(20) * (1 + y[:, None]))[..., None] * 2
    return x, np.array(["slow", "fast"])[y]


def test_series(series):
    x, y = series
    layers = "Conv1D(8, 3, activation='relu') GlobalAveragePooling1D()"
    model = SeriesClassifier(layers, epochs=30, learning_rate=0.01, random_state=1)
    assert model.fit(x, y).score(x, y) > 0.9
    assert set(model.predict(x)) == {"slow", "fast"} and model.predict_proba(x).shape == (80, 2)
    again = clone(model).fit(x, y)
    np.testing.assert_array_equal(again.predict_proba(x), model.predict_proba(x))
    assert len(model.history_["loss"]) == 30
    for other in ([keras.layers.LSTM(4)], lambda shape: [keras.layers.GRU(4), keras.layers.Dropout(0.1)]):
        assert SeriesClassifier(other, epochs=2).fit(x, y).predict(x).shape == (80,)
    assert SeriesRegressor(layers, epochs=2).fit(x, x[:, -1, :]).predict(x).shape == (80, 2)
    with pytest.raises(ValueError):
        model.predict(x[:, :10])


def test_in_searches_and_pipelines(series):
    x, y = series
    flat = x.reshape(80, 40)
    pipeline = make_pipeline(StandardScaler(), FunctionTransformer(lambda v: v.reshape(len(v), 20, 2)),
                             SeriesClassifier("LSTM(4)", epochs=3))
    assert cross_val_score(pipeline, flat, y, cv=2).shape == (2,)
    search = GridSearchCV(SeriesClassifier(epochs=3, random_state=0),
                          {"layers": ["Flatten()", "Conv1D(4, 3) Flatten()"], "learning_rate": [1e-3, 1e-2]}, cv=2)
    assert search.fit(x, y).best_params_["layers"] in ("Flatten()", "Conv1D(4, 3) Flatten()")
