"""Writes what one version of Keras makes of the same models: `python make_version_fixtures.py keras|tf.keras|tf_keras`.

To be run under each version that is to be covered (Keras 2.2 to 3.x; with tf.keras, that of the installed TensorFlow). The
result is one archive, tests/files/data/versions/<package>-<version>.zip, with for each model NAME

    NAME.h5, NAME.keras             the whole model, with the optimizer's state; .keras from 2.12 on
    NAME_weights.h5, NAME.weights.h5  weights alone, in the old and the new layout
    NAME.json                       to_json()
    NAME.x.npy, NAME.t.npy          input and targets
    NAME.y.npy                      predictions
    NAME.next.npy                   predictions after one more step of training on x and t, where that is not random; two of
                                    them one above the other where the version itself does now one, now the other

A model that a version cannot make or save is left out; the script says which.
"""

import io
import json
import pathlib
import sys
import tempfile
import zipfile

import numpy as np

package = sys.argv[1] if len(sys.argv) > 1 else "keras"
if package == "keras":
    import keras
elif package == "tf_keras":
    import tf_keras as keras
else:
    import tensorflow as tf

    keras = tf.keras
L = keras.layers
try:
    version = keras.__version__
except AttributeError:
    version = __import__("keras").__version__
major = 2 if package != "keras" else int(version.split(".")[0])
numbers = tuple(int(part) for part in version.split("-")[0].split(".")[:2])


def conv():
    return keras.models.Sequential([
        L.Conv1D(3, 3, activation="relu", input_shape=(10, 2)),
        L.BatchNormalization(),
        L.MaxPooling1D(2),
        L.LSTM(2, return_sequences=True),
        L.GRU(2),
        L.Dense(2, activation="tanh"),
        L.Dense(1, activation="sigmoid"),
    ])


def old_meanings():
    """Arguments whose names, defaults or meanings changed between the versions."""
    return keras.models.Sequential([
        L.Conv1D(2, 3, padding="causal", use_bias=False, kernel_initializer="he_uniform", input_shape=(10, 2),
                 kernel_regularizer=keras.regularizers.l2(0.01), kernel_constraint=keras.constraints.MaxNorm(2.0)
                 if hasattr(keras.constraints, "MaxNorm") else None),
        L.BatchNormalization(scale=False),
        L.Activation("hard_sigmoid"),
        L.LSTM(3, recurrent_activation="hard_sigmoid", return_sequences=True, go_backwards=True, use_bias=False),
        L.GRU(2, recurrent_activation="hard_sigmoid", return_sequences=True),
        L.GRU(2, reset_after=True, return_sequences=True),
        L.SimpleRNN(2),
        L.Dense(1),
    ])


def bits():
    """Layers with weights and layers without, equal classes between others."""
    return keras.models.Sequential([
        L.ZeroPadding1D(1, input_shape=(10, 2)),
        L.SeparableConv1D(3, 3, depth_multiplier=2),
        L.LeakyReLU(),
        L.SpatialDropout1D(0.25),
        L.LeakyReLU(),
        L.Cropping1D((1, 0)),
        L.UpSampling1D(2),
        L.AveragePooling1D(2),
        L.ELU(0.5),
        L.PReLU(shared_axes=[1]),
        L.GaussianNoise(0.1),
        L.Permute((2, 1)),
        L.Reshape((-1, 3)),
        L.Conv1D(2, 2),
        L.GlobalAveragePooling1D(),
        L.RepeatVector(2),
        L.Flatten(),
        L.Dropout(0.5),
        L.Dense(2, activation="softmax"),
    ])


def normalised():
    return keras.models.Sequential([L.LayerNormalization(input_shape=(10, 2)), L.Conv1D(2, 2), L.GlobalMaxPooling1D(),
                                    L.Dense(2)])


def wrapped():
    """Layers in layers."""
    return keras.models.Sequential([
        L.Bidirectional(L.LSTM(2, return_sequences=True), input_shape=(10, 2)),
        L.TimeDistributed(L.Dense(3, activation="relu")),
        keras.models.Sequential([L.Conv1D(2, 3, input_shape=(10, 3)), L.BatchNormalization(), L.Dropout(0.1)]),
        L.RNN([L.LSTMCell(2), L.GRUCell(3)], return_sequences=True),
        L.Bidirectional(L.GRU(2), merge_mode="sum"),
        L.Dense(1),
    ])


def masked():
    return keras.models.Sequential([L.Embedding(7, 3, mask_zero=True, input_length=6) if major == 2
                                    else L.Embedding(7, 3, mask_zero=True), L.LSTM(2), L.Dense(1)])


def chain():
    x = keras.layers.Input(shape=(10, 2))
    y = L.Conv1D(2, 3, name="first")(x)
    y = L.BatchNormalization(name="second")(y)
    y = L.Flatten(name="third")(y)
    y = L.Dense(1, name="fourth")(y)
    return keras.models.Model(x, y)


def branched():
    x = keras.layers.Input(shape=(10, 2))
    y = L.Conv1D(2, 3, padding="same", name="conv")(x)
    y = L.Add(name="sum")([x, y])
    return keras.models.Model(x, L.Dense(1)(L.Flatten()(y)))


def with_lambda():
    return keras.models.Sequential([L.Lambda(lambda x: x * 2, input_shape=(10, 2), output_shape=(10, 2), name="twice"),
                                    L.Flatten(), L.Dense(1)])


def dense(optimizer):
    model = keras.models.Sequential([L.Dense(2, activation="tanh", input_shape=(3,)), L.Dense(1)])
    model.compile(loss="mse", optimizer=optimizer)
    return model


O = keras.optimizers
rate = "lr" if major == 2 and package == "keras" and numbers < (2, 3) else "learning_rate"
lr = lambda value: {rate: value}
optimizers = {
    "sgd": lambda: O.SGD(**lr(0.05)),
    "sgd_momentum": lambda: O.SGD(momentum=0.9, nesterov=True, clipnorm=0.5, **lr(0.05)),
    "rmsprop": lambda: O.RMSprop(**lr(0.01)),
    "adam": lambda: O.Adam(**lr(0.01)),
    "adam_amsgrad": lambda: O.Adam(amsgrad=True, **lr(0.01)),
    "adagrad": lambda: O.Adagrad(**lr(0.05)),
    "adadelta": lambda: O.Adadelta(**lr(0.5)),
    "adamax": lambda: O.Adamax(**lr(0.01)),
    "nadam": lambda: O.Nadam(**lr(0.01)),
}
if package != "keras" or numbers > (2, 3):
    optimizers["ftrl"] = lambda: O.Ftrl(**lr(0.05))
    optimizers["rmsprop_centered"] = lambda: O.RMSprop(0.01, centered=True, momentum=0.9)
    optimizers["scheduled"] = lambda: O.SGD(O.schedules.ExponentialDecay(0.1, 2, 0.5), momentum=0.9)
if hasattr(O, "AdamW"):
    optimizers["adamw"] = lambda: O.AdamW(0.01, weight_decay=0.1)
if hasattr(O, "Lion"):
    optimizers["lion"] = lambda: O.Lion(0.01)
if major == 2 and (package != "keras" or numbers < (2, 3)):
    legacy = getattr(O, "legacy", O)
    optimizers["decaying"] = lambda: legacy.SGD(decay=0.1, momentum=0.9, **lr(0.1))
    if hasattr(O, "legacy"):
        optimizers["legacy_adam"] = lambda: legacy.Adam(0.01)
if major == 3:
    optimizers["ema"] = lambda: O.Adam(0.01, use_ema=True)

random = np.random.RandomState(3)
scratch = pathlib.Path(tempfile.mkdtemp())
archive = {}


def note(name, what, error):
    print("  %s: no %s: %s" % (name, what, str(error).split("\n")[0][:120]))


def array(name, values):
    buffer = io.BytesIO()
    np.save(buffer, np.asarray(values))
    archive[name] = buffer.getvalue()


def save(name, model, files, x, t=None):
    for file, write in files.items():
        path = scratch / file
        try:
            write(str(path))
            archive[file] = path.read_bytes()
        except Exception as error:
            note(name, file, error)
    array(name + ".x.npy", x)
    array(name + ".y.npy", model.predict(x, verbose=0))
    if t is not None:
        array(name + ".t.npy", t)
        model.train_on_batch(x, t)
        following = [model.predict(x, verbose=0)]
        # TensorFlow 1 reads the step count before or after it is increased: both are what Keras does.
        for _ in range(10 if major == 2 and numbers < (2, 4) and len(following) == 1 else 0):
            anew()
            again = keras.models.load_model(str(scratch / (name + ".h5")))
            again.train_on_batch(x, t)
            y = again.predict(x, verbose=0)
            if abs(y - following[0]).max() > 1e-6:
                following.append(y)
                break
        array(name + ".next.npy", following[0] if len(following) == 1 else np.stack(following))


def whole(name, model, json_too=False):
    # Saving an .h5 file takes the optimizer out of the settings that a later .keras file of Keras 3 gets.
    files = {}
    if json_too:
        files[name + ".json"] = lambda path: pathlib.Path(path).write_text(model.to_json())
    if major == 3 or numbers >= (2, 13):
        files[name + ".keras"] = model.save
    elif numbers == (2, 12):
        files[name + ".keras"] = lambda path: model.save(path, save_format="keras_v3")
    files[name + ".h5"] = model.save
    return files


def weights_too(name, model):
    files = {}
    if major == 2:
        files[name + "_weights.h5"] = model.save_weights
    if major == 3 or numbers >= (2, 12):
        files[name + ".weights.h5"] = model.save_weights
    return files


def anew():
    """TensorFlow 1 becomes slower with every model in its graph."""
    if major == 2 and numbers < (2, 4):
        keras.backend.clear_session()


def trained(make, loss="mse", targets=None, x=None, metrics=("mae",), epochs=2):
    anew()
    model = make()
    x = random.normal(size=(6, 10, 2)).astype("float32") if x is None else x
    shape = model.predict(x, verbose=0).shape
    t = random.normal(size=shape).astype("float32") if targets is None else targets
    # Weights that are all different, biases too.
    model.set_weights([w + random.normal(size=w.shape).astype("float32") * 0.1 if w.dtype == np.float32 else w
                       for w in model.get_weights()])
    model.compile(loss=loss, optimizer="adam", metrics=list(metrics))
    model.fit(x, t, epochs=epochs, verbose=0)
    return model, x, t


# By what it is: (maker, whether another step of training is not random)
cases = {"old_meanings": (old_meanings, True), "bits": (bits, False), "normalised": (normalised, True),
         "wrapped": (wrapped, False), "chain": (chain, False)}

model, x, t = trained(conv, "binary_crossentropy", random.randint(0, 2, (6, 1)).astype("float32"), None, ("accuracy",))
save("conv", model, {**whole("conv", model, True), **weights_too("conv", model)}, x, t)
for name, (make, repeatable) in cases.items():
    try:
        model, x, t = trained(make)
    except Exception as error:
        note(name, "model", error)
        continue
    save(name, model, whole(name, model, name == "chain"), x, t if repeatable else None)
try:
    model, x, t = trained(masked, x=random.randint(0, 7, (5, 6)).astype("int32"))
    save("masked", model, whole("masked", model), x, t)
except Exception as error:
    note("masked", "model", error)
for name, make in [("branched", branched), ("with_lambda", with_lambda)]:
    try:
        anew()
        model = make()
        save(name, model, {name + ".h5": model.save}, np.zeros((1, 10, 2), "float32"))
    except Exception as error:
        note(name, "model", error)
for name, make in optimizers.items():
    name = "optimizer_" + name
    try:
        anew()
        model = dense(make())
        x, t = random.normal(size=(4, 3)).astype("float32"), random.normal(size=(4, 1)).astype("float32")
        for _ in range(3):
            model.train_on_batch(x, t)
        save(name, model, whole(name, model), x, t)
    except Exception as error:
        note(name, "model", error)

out = pathlib.Path(__file__).parent / "data" / "versions"
out.mkdir(exist_ok=True)
path = out / ("%s-%s.zip" % (package.replace(".", "_"), version))
# One archive within another: what the files have in common, mostly HDF5's zeros, is then stored once.
inner = io.BytesIO()
with zipfile.ZipFile(inner, "w", zipfile.ZIP_STORED) as file:
    for name, content in archive.items():
        file.writestr(zipfile.ZipInfo(name), content)
with zipfile.ZipFile(str(path), "w") as file:
    file.writestr(zipfile.ZipInfo("files.zip"), inner.getvalue(), zipfile.ZIP_DEFLATED)
print(path.name, path.stat().st_size, len(archive))
