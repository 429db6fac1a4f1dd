"""Writes the Keras files under tests/files/data: `python make_keras_fixtures.py`.

With KERAS_BACKEND=jax it writes the one that JAX builds otherwise than TensorFlow, with the package tf_keras installed those
of Keras 2 instead. Values are random with a fixed seed; next to each
model lies what it answers, as `NAME.x.npy` and `NAME.y.npy`. To keep the files small, archives are deflated and the .h5
files have no optimizer.
"""

import importlib.util
import pathlib
import zipfile

import numpy as np

out = pathlib.Path(__file__).parent / "data"


def model_of(keras):
    keras.utils.set_random_seed(7)
    return keras.Sequential([
        keras.layers.Conv1D(3, 3, activation="relu", input_shape=(10, 2)),
        keras.layers.BatchNormalization(),
        keras.layers.LSTM(2),
        keras.layers.Dense(1, activation="sigmoid"),
    ])


def trained(keras):
    model = model_of(keras)
    model.compile(optimizer="adam", loss="binary_crossentropy", metrics=["accuracy"])
    random = np.random.default_rng(3)
    x = random.normal(size=(6, 10, 2)).astype("float32")
    model.fit(x, random.integers(0, 2, (6, 1)), epochs=2, verbose=0)
    return model, x


def deferred(keras):
    """Built by fit, on JAX for its batch size; with functions for names, a frozen layer and every part of an optimizer's state."""
    keras.utils.set_random_seed(11)
    layers = keras.layers
    model = keras.Sequential([
        layers.Conv1D(3, 3, activation=keras.activations.relu, trainable=False),
        layers.AveragePooling1D(2),
        layers.SimpleRNN(4, return_sequences=True),
        layers.GRU(3),
        layers.Dense(3),
        layers.Softmax(),
        layers.Dense(2, activation="tanh"),
    ])
    model.compile(optimizer=keras.optimizers.Nadam(0.01, gradient_accumulation_steps=2, use_ema=True),
                  loss=keras.losses.mean_squared_error, metrics=[keras.metrics.MeanAbsoluteError(), "mse"],
                  loss_weights=[0.5])
    x = np.random.default_rng(5).normal(size=(6, 10, 2)).astype("float32")
    model.fit(x, np.zeros((6, 2)), batch_size=4, epochs=4, verbose=0)
    return model, x


def nested(keras):
    """Layers that hold other layers, each with its own places in the file."""
    keras.utils.set_random_seed(13)
    layers = keras.layers
    inner = keras.Sequential([layers.Dense(4, activation="tanh"), layers.BatchNormalization(), layers.Dense(3)], name="inner")
    model = keras.Sequential([
        keras.Input((6,)),
        layers.Embedding(7, 3, mask_zero=True),
        layers.Bidirectional(layers.LSTM(3, return_sequences=True), merge_mode="ave"),
        layers.TimeDistributed(layers.Dense(4)),
        layers.RNN([layers.LSTMCell(3), layers.GRUCell(2), layers.LSTMCell(4)], return_sequences=True),
        inner,
        layers.Bidirectional(layers.GRU(3), backward_layer=layers.SimpleRNN(3, go_backwards=True, trainable=False)),
        layers.Dense(1),
    ])
    model.compile(optimizer="adam", loss="mse")
    random = np.random.default_rng(3)
    x = random.integers(1, 7, (6, 6)).astype("float32")
    x[1, 3:] = x[2, 1:] = 0
    model.fit(x, random.normal(size=(6, 1)), epochs=2, verbose=0)
    return model, x


def answers(name, model, x):
    np.save(out / f"{name}.x.npy", x)
    np.save(out / f"{name}.y.npy", model.predict(x, verbose=0))


def save(model, name):
    path = out / f"{name}.keras"
    model.save(path)
    with zipfile.ZipFile(path) as archive:
        members = [(info, archive.read(info)) for info in archive.infolist()]
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for info, content in members:
            archive.writestr(info.filename, content)
    model.save(out / f"{name}.h5", include_optimizer=False)


if importlib.util.find_spec("tf_keras"):
    import tf_keras

    model, x = trained(tf_keras)
    save(model, "keras2")
    model.save_weights(out / "keras2_weights_only.h5")
    answers("keras2", model, x)
else:
    import keras

    if keras.backend.backend() == "jax":
        model, x = deferred(keras)
        save(model, "keras3_deferred")
        (out / "keras3_deferred.h5").unlink()
        answers("keras3_deferred", model, x)
    else:
        model, x = trained(keras)
        save(model, "keras3")
        answers("keras3", model, x)
        model, x = nested(keras)
        save(model, "keras3_nested")
        (out / "keras3_nested.h5").unlink()
        answers("keras3_nested", model, x)
