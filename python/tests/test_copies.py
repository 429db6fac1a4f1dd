"""Copies, pickles and pictures of what a script holds."""

import copy
import pickle

import numpy as np
import pytest

from wavetrain import keras as own

OBJECTS = [
    "losses.Huber(0.3)", "losses.MeanSquaredError(reduction='sum')", "losses.SparseCategoricalCrossentropy(ignore_class=1)",
    "metrics.AUC(num_thresholds=20)", "metrics.F1Score(average='macro')", "metrics.MeanAbsoluteError(name='mine')",
    "optimizers.Adam(0.3, clipnorm=1.0)", "optimizers.SGD(optimizers.schedules.ExponentialDecay(0.1, 3, 0.5))", "optimizers.Muon()",
    "optimizers.schedules.CosineDecay(0.1, 10)", "initializers.GlorotUniform(seed=3)", "initializers.Constant(0.5)",
    "regularizers.L1L2(0.1, 0.2)", "constraints.MaxNorm(3)", "callbacks.EarlyStopping('loss', patience=3)",
    "callbacks.ModelCheckpoint('m-{epoch}.keras')", "layers.Conv1D(3, 2, kernel_regularizer='l2')", "layers.PReLU(shared_axes=[1])",
    "layers.Bidirectional(layers.LSTM(3), merge_mode='sum')", "layers.TimeDistributed(layers.Dense(2))",
    "layers.RNN([layers.LSTMCell(2), layers.GRUCell(3)])", "layers.SpatialDropout1D(0.2)", "layers.Embedding(5, 3, mask_zero=True)",
]
COPIERS = {"deepcopy": copy.deepcopy, "pickle": lambda value: pickle.loads(pickle.dumps(value))}


@pytest.mark.parametrize("copier", COPIERS)
@pytest.mark.parametrize("text", OBJECTS)
def test_settings_stay(text, copier):
    value = eval(text, vars(own) | {name: getattr(own, name) for name in dir(own)})
    again = COPIERS[copier](value)
    assert again is not value and type(again) is type(value) and again.get_config() == value.get_config()


@pytest.mark.parametrize("copier", COPIERS)
@pytest.mark.parametrize("text, shape", [("LSTM(3)", (4, 2)), ("BatchNormalization()", (3,)), ("Conv1D(2, 3)", (8, 2)),
                                         ("Bidirectional(layers.GRU(2))", (4, 2)), ("Dense(4)", (3,))])
def test_a_built_layer_keeps_its_weights(text, shape, copier, rng):
    layer = eval("layers." + text, {"layers": own.layers})
    x = rng.normal(size=(5, *shape)).astype("float32")
    expected = layer(x)
    again = COPIERS[copier](layer)
    np.testing.assert_array_equal(again(x), expected)
    again.set_weights([0 * w for w in again.get_weights()])
    np.testing.assert_array_equal(layer(x), expected)


def test_a_metric_keeps_what_it_has_seen():
    metric = own.metrics.MeanSquaredError()
    metric.update_state([[1.0]], [[3.0]])
    again = copy.deepcopy(metric)
    again.update_state([[0.0]], [[0.0]])
    assert float(metric.result()) == 4 and float(again.result()) == 2


def test_objects_of_ones_own():
    class Mine(own.losses.Loss):
        def __init__(self, q):
            super().__init__(name="mine")
            self.q = q

        def call(self, y_true, y_pred):
            return own.ops.mean(self.q * (y_true - y_pred), axis=-1)

    again = copy.deepcopy(Mine(0.7))
    assert again.q == 0.7 and again.name == "mine"
    variable = own.Variable(np.arange(3.0), name="v", trainable=False)
    for again in (copy.deepcopy(variable), COPIERS["pickle"](variable)):
        assert again.name == "v" and not again.trainable
        again.assign(np.zeros(3))
    assert variable.numpy().sum() == 3


def test_weights_given_to_an_embedding(rng):
    table = rng.normal(size=(7, 3)).astype("float32")
    layer = own.layers.Embedding(7, 3, weights=[table], trainable=False, input_length=4)
    model = own.Sequential([layer, own.layers.Flatten()])
    np.testing.assert_array_equal(model.predict(np.array([[2, 0]]), verbose=0)[0], table[[2, 0]].reshape(-1))
    assert layer.trainable_weights == []
    with pytest.raises(ValueError):
        own.layers.Embedding(7, 3, weights=[table.T])
    with pytest.warns(UserWarning, match="weights"):
        own.layers.Bidirectional(own.layers.LSTM(2), weights=[table])


MODEL = [own.Input((8, 2)), own.layers.Conv1D(4, 3, activation="relu"), own.layers.Flatten(), own.layers.Dense(1)]


def test_pictures(tmp_path):
    model = own.Sequential(MODEL, name="net")
    picture = own.utils.plot_model(model, tmp_path / "m.svg", show_shapes=True, show_layer_names=True)
    assert (tmp_path / "m.svg").read_text() == picture and picture.startswith("<svg") and picture._repr_svg_() == picture
    assert "conv1d" in picture and "(None, 6, 4)" in picture
    with pytest.warns(UserWarning, match="m.svg"):
        own.utils.plot_model(model, tmp_path / "m.png")
    dot = own.utils.model_to_dot(model, show_shapes=True)
    assert dot.to_string().startswith("digraph") and dot.write(tmp_path / "m.dot") and (tmp_path / "m.dot").read_text() == dot
    own.utils.plot_model(model, tmp_path / "p.dot")
    assert (tmp_path / "p.dot").read_text().startswith("digraph")
    with pytest.raises(ValueError, match="not yet been built"):
        own.utils.plot_model(own.Sequential([own.layers.Dense(1)]), tmp_path / "n.svg")
    with pytest.raises(ValueError, match="Unrecognized"):
        own.utils.plot_model(model, tmp_path / "n.svg", nonsense=1)
    with pytest.raises(ValueError, match="layer_range"):
        own.utils.model_to_dot(model, layer_range=["a", "b"])
