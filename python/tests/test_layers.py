"""Layers by themselves against Keras: settings, shapes, numbers from the same weights, errors."""

import inspect

import numpy as np
import pytest
from both import check, difference, plain

from wavetrain import keras as own

LAYERS = [
    ("Dense(4)", (6,)), ("Dense(3, 'relu', use_bias=False)", (5, 6)), ("Conv1D(4, 3)", (10, 2)),
    ("Conv1D(4, 3, strides=2, padding='same', activation='tanh')", (10, 2)),
    ("Conv1D(4, 2, padding='causal', dilation_rate=2)", (10, 2)), ("Conv1D(4, 3, groups=2)", (10, 2)),
    ("MaxPooling1D()", (10, 2)), ("MaxPooling1D(3, 2, 'same')", (10, 2)), ("AveragePooling1D(2)", (10, 2)),
    ("AveragePooling1D(3, strides=2, padding='same')", (10, 2)), ("GlobalMaxPooling1D()", (10, 2)),
    ("GlobalAveragePooling1D(keepdims=True)", (10, 2)), ("Flatten()", (10, 2)), ("Dropout(0.5)", (10, 2)),
    ("BatchNormalization()", (10, 2)), ("BatchNormalization(momentum=0.8, epsilon=1e-2, scale=False)", (10, 2)),
    ("LSTM(3)", (7, 2)), ("LSTM(3, return_sequences=True, go_backwards=True)", (7, 2)), ("LSTM(3, unit_forget_bias=False)", (7, 2)),
    ("GRU(3)", (7, 2)), ("GRU(3, return_sequences=True, reset_after=False)", (7, 2)), ("SimpleRNN(3)", (7, 2)),
    ("SimpleRNN(3, 'relu', return_sequences=True)", (7, 2)), ("Activation('gelu')", (7, 2)),
    ("ReLU(max_value=1.0, negative_slope=0.1, threshold=0.2)", (7, 2)), ("Softmax()", (7, 3)),
    ("Conv1D(4, 3, kernel_regularizer='l2', bias_constraint='max_norm')", (10, 2)),
    ("Dense(4, kernel_initializer='ones', bias_initializer='zeros')", (6,)),
    ("LeakyReLU(negative_slope=0.2)", (7, 2)), ("ELU(alpha=0.5)", (7, 2)), ("PReLU(shared_axes=[1])", (7, 2)),
    ("LayerNormalization()", (7, 3)), ("UnitNormalization()", (7, 3)), ("GroupNormalization(groups=2)", (7, 4)),
    ("RMSNormalization()", (7, 3)), ("Reshape((4, 5))", (10, 2)), ("Permute((2, 1))", (10, 2)), ("RepeatVector(3)", (4,)),
    ("Rescaling(0.5, 1.0)", (7, 2)), ("Identity()", (7, 2)), ("UpSampling1D(2)", (7, 2)), ("ZeroPadding1D(2)", (7, 2)),
    ("Cropping1D((1, 2))", (7, 2)), ("SeparableConv1D(4, 3)", (10, 2)), ("DepthwiseConv1D(3)", (10, 2)),
    ("Conv1DTranspose(4, 3, strides=2)", (10, 2)), ("SpatialDropout1D(0.3)", (7, 2)), ("GaussianNoise(0.3)", (7, 2)),
    ("GaussianDropout(0.3)", (7, 2)), ("AlphaDropout(0.3)", (7, 2)), ("ActivityRegularization(0.1)", (7, 2)),
    ("Masking()", (7, 2)), ("Bidirectional(k.layers.LSTM(3))", (7, 2)),
    ("Bidirectional(k.layers.GRU(3, return_sequences=True), merge_mode='sum')", (7, 2)),
    ("TimeDistributed(k.layers.Dense(3))", (7, 2)), ("ConvLSTM1D(2, 3)", (3, 7, 2)), ("AdaptiveAveragePooling1D(3)", (9, 2)),
    ("AdaptiveMaxPooling1D(3)", (9, 2)), ("EinsumDense('abc,cd->abd', output_shape=(None, 3))", (7, 2)),
]


def make(text, keras):
    keras.utils.clear_session(free_memory=False)
    return eval(f"k.layers.{text}", {"k": keras})


@pytest.mark.parametrize("text, shape", LAYERS)
def test_config(text, shape, real):
    ours, theirs = make(text, own).get_config(), make(text, real).get_config()
    names = set(ours) & set(theirs)
    assert set(theirs) - set(ours) <= {"renorm", "renorm_clipping", "renorm_momentum", "lora_rank", "lora_alpha", "axes", "seed",
                                       "quantization_config", "use_cudnn", "activity_regularizer", "batch_input_shape"}, text
    assert set(ours) - set(theirs) <= {"zero_output_for_mask", "use_cudnn", "activity_regularizer", "weights", "seed"}, text
    found = difference(*(plain({name: simple(config[name]) for name in sorted(names)}) for config in (ours, theirs)), where=text)
    assert found is None, found


def simple(value):
    """Without what Keras' serialize adds and leaves out by version."""
    if isinstance(value, dict) and "config" in value and isinstance(value["config"], dict):
        config = {key: simple(item) for key, item in value["config"].items() if item is not None}
        return {"class_name": value.get("class_name"), "config": {k: v for k, v in config.items() if k not in (
            "zero_output_for_mask", "quantization_config", "lora_rank", "lora_alpha")}}
    if isinstance(value, (list, tuple)):
        return [simple(item) for item in value]
    return value


@pytest.mark.parametrize("text, shape", LAYERS)
def test_round_trip(text, shape, real):
    layer = make(text, own)
    again = type(layer).from_config(layer.get_config())
    assert again.get_config() == layer.get_config()
    assert own.layers.deserialize(own.layers.serialize(layer)).get_config() == layer.get_config()


@pytest.mark.parametrize("text, shape", LAYERS)
def test_keras_reads_it(text, shape, real):
    config = own.layers.serialize(make(text, own))
    layer = real.layers.deserialize(config)
    assert layer.name == config["config"]["name"]


@pytest.mark.parametrize("text, shape", LAYERS)
def test_numbers(text, shape, real, rng):
    """Output, shapes and weights of a layer that is called by itself."""
    x = rng.normal(size=(3, *shape)).astype("float32")
    ours, theirs = make(text, own), make(text, real)
    theirs(x)
    ours(x)
    weights = [rng.random(w.shape).astype("float32") for w in theirs.get_weights()]
    assert [w.shape for w in ours.get_weights()] == [w.shape for w in weights]
    theirs.set_weights(weights)
    ours.set_weights(weights)
    expected = np.asarray(theirs(x))
    np.testing.assert_allclose(ours(x), expected, rtol=2e-5, atol=5e-6)
    assert ours.count_params() == theirs.count_params()
    output = tuple(make(text, own).compute_output_shape((None, *shape)))
    expected_output = tuple(theirs.compute_output_shape((None, *shape)))
    if text.startswith("EinsumDense"):  # whose None Keras leaves open even where the input has the size
        expected_output = tuple(a if b is None else b for a, b in zip(output, expected_output))
    assert output == expected_output
    assert len(ours.trainable_weights) == len(theirs.trainable_weights)
    assert [w.name for w in ours.weights] == [w.name for w in theirs.weights]
    assert ours.built and ours.name == theirs.name


@pytest.mark.parametrize("expression", [
    "k.layers.Dense()", "k.layers.Dense(0)", "k.layers.Dense(-3)", "k.layers.Dense(4, nonsense=1)",
    "k.layers.Conv1D(3)", "k.layers.Conv1D(0, 3)", "k.layers.Conv1D(4, 0)", "k.layers.Conv1D(4, 3, strides=0)",
    "k.layers.Conv1D(4, 3, padding='nonsense')", "k.layers.Conv1D(4, 3, activation='nonsense')",
    "k.layers.Conv1D(4, 3, kernel_initializer='nonsense')", "k.layers.Conv1D(4, 3, kernel_regularizer='nonsense')",
    "k.layers.Conv1D(4, 3, groups=3)(np.zeros((1, 9, 3)))", "k.layers.Conv1D(4, 3, 2, dilation_rate=2)(np.zeros((1, 9, 3)))",
    "k.layers.Conv1D(4, (3, 3))", "k.layers.MaxPooling1D(0)", "k.layers.LSTM()", "k.layers.LSTM(-1)",
    "k.layers.LSTM(3, nonsense=2)", "k.layers.Dropout(1.5)", "k.layers.Dropout(-0.5)", "k.layers.Activation('nonsense')",
    "k.layers.ReLU(negative_slope=-1.0)", "k.layers.ReLU(max_value=-1.0)", "k.layers.ReLU(threshold=-1.0)",
    "k.layers.Dense(3, name='a/b')", "k.layers.Dense(3, name=5)", "k.layers.Nonsense()",
    "k.layers.Dense(3)(np.zeros((2, 3, 4))).shape", "k.layers.Conv1D(3, 2)(np.zeros((2, 3)))",
    "k.layers.LSTM(3)(np.zeros((2, 3)))", "k.layers.Conv1D(4, 9)(np.zeros((2, 3, 1)))",
    "l = k.layers.Dense(3); l(np.zeros((2, 4))); l(np.zeros((2, 5)))",
    "l = k.layers.Dense(3); l(np.zeros((2, 4))); l.set_weights([np.zeros((4, 3))])",
    "l = k.layers.Dense(3); l(np.zeros((2, 4))); l.set_weights([np.zeros((3, 3)), np.zeros(3)])",
    "k.layers.Dense(3).count_params()", "k.layers.Dense(3).nonsense",
    "k.Input()", "k.Input(shape=5)", "k.Input((2, -3))", "k.Input((2, 3)).shape", "k.Input((2, 3), batch_size=4).shape",
    "k.Input(batch_shape=(None, 2, 3)).shape", "k.Input((2,), batch_shape=(None, 2))",
    "l = k.layers.Conv1D(8, 3); [l.filters, l.kernel_size, l.strides, l.padding, l.use_bias]",
    "l = k.layers.LSTM(8); [l.units, l.return_sequences, l.dropout]", "k.layers.Dense(3, 'relu').activation",
    "k.layers.Dense(3, trainable=False).trainable", "[k.layers.Dense(3).name for _ in range(3)]",
    "[k.layers.ReLU().name, k.layers.Conv1D(1, 1).name, k.layers.MaxPooling1D().name, k.layers.LSTM(1).name]",
    "l = k.layers.BatchNormalization(); l(np.zeros((2, 3))); [len(l.trainable_weights), len(l.non_trainable_weights)]",
    "l = k.layers.Dense(2); l(np.zeros((2, 3))); l.trainable = False; [len(l.trainable_weights), len(l.non_trainable_weights)]",
    "l = k.layers.Dense(2); l(np.zeros((2, 3))); [w.path for w in l.weights]",
    "l = k.layers.Dense(2); l(np.zeros((2, 3))); [tuple(l.kernel.shape), tuple(l.bias.shape)]",
    "l = k.layers.Dense(2); l(np.zeros((2, 3))); l.kernel.assign(np.ones((3, 2))); np.asarray(l(np.ones((1, 3))))",
    "l = k.layers.Dense(2); l(np.zeros((2, 3))); l.bias.assign(np.ones(3))",
    "l = k.layers.Dense(2, kernel_initializer='ones', kernel_regularizer='l2'); l(np.zeros((2, 3))); l.losses",
    "l = k.layers.LSTM(2); l(np.zeros((2, 3, 1))); [w.path for w in l.weights]",
    "l = k.layers.Dense(2, dtype='float32'); l.get_config()['dtype']",
    "l = k.layers.Dropout(0.5); np.asarray(l(np.ones((3, 4)))).sum()",
    "l = k.layers.Dropout(0.5, seed=1); bool((np.asarray(l(np.ones((40, 40)), training=True)) == 0).any())",
    "l = k.layers.BatchNormalization(); np.asarray(l(np.arange(12.).reshape(4, 3), training=True))",
    "l = k.layers.BatchNormalization(); _ = l(np.arange(12.).reshape(4, 3), training=True); np.asarray(l.moving_mean)",
])
def test_corner(expression, real):
    check(expression, own, real)


@pytest.mark.parametrize("expression", [
    "l = k.layers.Normalization(); l.adapt(x); np.asarray(l(x))", "l = k.layers.Normalization(axis=None); l.adapt(x); np.asarray(l(x))",
    "l = k.layers.Normalization(axis=(1, 2)); l.adapt(x); np.asarray(l(x))",
    "l = k.layers.Normalization(invert=True); l.adapt(x); np.asarray(l(x))",
    "l = k.layers.Normalization(); l.adapt(x); m = k.Sequential([k.Input((6, 2)), l]); np.asarray(m.predict(x, verbose=0))",
    "l = k.layers.Normalization(mean=1., variance=4.); np.asarray(l(x))",
    "l = k.layers.Discretization(num_bins=4); l.adapt(x); l.bin_boundaries",
    "l = k.layers.Discretization(num_bins=3); l.adapt(x); np.asarray(l(x))",
    "l = k.layers.Discretization([-1., 0., 1.]); np.asarray(l(x))",
    "l = k.layers.Discretization([0.], output_mode='one_hot'); np.asarray(l(x[0]))",
])
def test_adapt(expression, real):
    check(f"x = rng.normal(size=(20, 6, 2)).astype('float32') * 3 + 1; {expression}", own, real)


def test_documentation_is_there():
    for name in dir(own.layers):
        cls = getattr(own.layers, name)
        if inspect.isclass(cls):
            assert cls.__doc__ and cls.__name__, name
