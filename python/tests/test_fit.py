"""What runs around training: callbacks, Ctrl-C, data of any kind, losses and metrics of Python, threads."""

import os
import signal
import threading
import time

import numpy as np
import pytest
from both import check

import wavetrain as tf
from wavetrain import keras as own

MODEL = ("m = k.Sequential([k.Input((4,)), k.layers.Dense(3, kernel_initializer=k.initializers.Constant(0.1)), "
         "k.layers.Dense(1, kernel_initializer=k.initializers.Constant(0.2))]); x = rng.normal(size=(32, 4)).astype('float32'); "
         "y = (x.sum(1, keepdims=True) + 1).astype('float32')")


def model(loss="mse", **options):
    result = own.Sequential([own.Input((4,)), own.layers.Dense(8, activation="relu"), own.layers.Dense(1)])
    result.compile("adam", loss, **options)
    return result


@pytest.fixture
def data(rng):
    x = rng.normal(size=(64, 4)).astype("float32")
    return x, x.sum(1, keepdims=True)


# --- Callbacks ------------------------------------------------------------------------------------------------------------

RECORDER = """
class Recorder(k.callbacks.Callback):
    def __init__(self):
        super().__init__()
        self.events = []
for hook in dir(k.callbacks.Callback):
    if hook.startswith('on_') and hook not in ('on_batch_begin', 'on_batch_end'):
        def method(self, *args, logs=None, hook=hook):
            logs = logs if logs is not None else args[-1] if isinstance(args[-1], dict) else {}
            self.events.append([hook, [a for a in args if not isinstance(a, dict)], sorted(set(logs or {}) - {'outputs'})])
        setattr(Recorder, hook, method)
""".replace(";", "\n")


@pytest.mark.parametrize("call", [
    "m.fit(x, y, epochs=2, batch_size=16, verbose=0, callbacks=[r])",
    "m.fit(x, y, epochs=2, batch_size=16, verbose=0, callbacks=[r], validation_split=0.25)",
    "m.fit(x, y, epochs=3, batch_size=16, verbose=0, callbacks=[r], validation_data=(x, y), validation_freq=2)",
    "m.evaluate(x, y, verbose=0, callbacks=[r])", "m.predict(x, verbose=0, callbacks=[r])",
    "m.fit(((x[i:i+8], y[i:i+8]) for i in range(0, 32, 8)), steps_per_epoch=2, epochs=2, verbose=0, callbacks=[r])",
])
def test_hooks(call, trainer):
    """Every hook, in order, with its number and the names in its logs."""
    statements = f"exec({RECORDER!r}); r = Recorder(); {MODEL}; m.compile('sgd', 'mse', metrics=['mae']); {call}; r.events"
    check(statements, own, trainer)


@pytest.mark.parametrize("callbacks", [
    "k.callbacks.EarlyStopping(monitor='loss', patience=1, min_delta=0.5)",
    "k.callbacks.EarlyStopping(monitor='val_loss', patience=2, restore_best_weights=True)",
    "k.callbacks.ReduceLROnPlateau(monitor='loss', factor=0.5, patience=1, min_delta=10.)",
    "k.callbacks.LearningRateScheduler(lambda epoch, lr: float(lr * 0.5))",
    "k.callbacks.LearningRateScheduler(lambda epoch: 0.1 / (epoch + 1))", "k.callbacks.TerminateOnNaN()",
    "k.callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: logs.update(own=epoch))",
])
def test_callbacks_change_training_as_keras_does(callbacks, trainer):
    check(f"{MODEL}; m.compile(k.optimizers.SGD(0.05), 'mse'); h = m.fit(x, y, epochs=6, shuffle=False, verbose=0, "
          f"validation_split=0.25, callbacks=[{callbacks}]); [h.history, m.get_weights()]", own, trainer, rtol=1e-4, atol=1e-5)


AVERAGED = (f"{MODEL}; m.compile(k.optimizers.SGD(0.01, use_ema=True, ema_momentum=0.5), 'mse'); S = k.callbacks.SwapEMAWeights; "
            "stop = k.callbacks.EarlyStopping('loss', patience=0, min_delta=99.)")
FIT = "m.fit(x, y, epochs=3, batch_size=8, shuffle=False, verbose=0, {}).history"


@pytest.mark.parametrize("calls", [
    f"h = {FIT.format('validation_split=0.25, callbacks=[S()]')}",
    f"h = {FIT.format('validation_split=0.25, callbacks=[S(swap_on_epoch=True)]')}",
    f"h = {FIT.format('callbacks=[S(swap_on_epoch=True)]')}",
    # Training ends before the last epoch: the averages go back, and what was trained becomes the model.
    f"h = {FIT.format('callbacks=[S(swap_on_epoch=True), stop]')}",
    f"c = S(); h = {FIT.format('callbacks=[c]')}; h = [h, m.evaluate(x, y, verbose=0, callbacks=[c])]",
    f"c = S(swap_on_epoch=True); h = {FIT.format('callbacks=[c]')}; h = [h, {FIT.format('callbacks=[c]')}]",
    f"m.compile(k.optimizers.SGD(0.01, use_ema=True, ema_momentum=0.5, ema_overwrite_frequency=3), 'mse'); "
    f"h = {FIT.format('validation_split=0.25, callbacks=[S(swap_on_epoch=True)]')}",
    f"m.compile('sgd', 'mse'); h = {FIT.format('validation_split=0.25, callbacks=[S()]')}",
])
def test_averages_are_swapped_as_in_keras(calls, trainer):
    check(f"{AVERAGED}; {calls}; [h, m.get_weights(), [np.asarray(v) for v in m.optimizer.variables]]", own, trainer, rtol=1e-4, atol=1e-5)


BACKUP = """
import json, os, tempfile
d = os.path.join(tempfile.mkdtemp(), 'backup')
class Crash(k.callbacks.Callback):
    def __init__(self, epoch, batch):
        super().__init__()
        self.at, self.epoch = (epoch, batch), 0
    def on_epoch_begin(self, epoch, logs=None):
        self.epoch = epoch
    def on_train_batch_begin(self, batch, logs=None):
        if (self.epoch, batch) == self.at: raise ZeroDivisionError()
def crash(epoch, batch=0, **options):
    try:
        m.fit(x, y, epochs=4, batch_size=8, shuffle=False, verbose=0,
              callbacks=[k.callbacks.BackupAndRestore(d, **options), Crash(epoch, batch)])
    except ZeroDivisionError:
        pass
    if os.path.exists(d):
        return [sorted(os.listdir(d)), json.load(open(d + '/training_metadata.json'))]
def resume(**options):
    b = k.callbacks.BackupAndRestore(d, **{key: options.pop(key) for key in list(options) if 'checkpoint' in key})
    h = m.fit(x, y, epochs=4, batch_size=8, shuffle=False, verbose=0, callbacks=[b], **options)
    return [h.epoch, h.history, m.get_weights(), os.path.exists(d)]
"""


@pytest.mark.parametrize("calls", [
    "[crash(2), resume()]", "[crash(2, double_checkpoint=True), resume()]", "[crash(1, double_checkpoint=True), resume(delete_checkpoint=False)]",
    "[crash(0), resume()]", "[crash(2, 1, save_freq=3), resume()]", "[crash(0, 3, save_freq=2), resume(initial_epoch=1)]",
    "[crash(1, 2, save_freq=3, double_checkpoint=True), resume()]", "[crash(4), resume()]", "crash(1, save_freq='never')",
    "[crash(2), open(d + '/latest.weights.h5', 'w').write('no weights'), resume()]",
])
def test_backups_are_kept_as_in_keras(calls, trainer):
    check(f"{MODEL}; m.compile('adam', 'mse'); exec({BACKUP!r}); {calls}", own, trainer,
          rtol=1e-4, atol=1e-5)


def test_model_and_params_of_a_callback(data):
    seen = {}

    class Callback(own.callbacks.Callback):
        def on_train_begin(self, logs=None):
            seen.update(model=self.model, params=self.params)

        def on_epoch_begin(self, epoch, logs=None):
            self.model.optimizer.learning_rate = 0.5
            seen["weights"] = [w.numpy() for w in self.model.weights]

        def on_train_batch_end(self, batch, logs=None):
            self.model.stop_training = batch == 2

    m = model()
    history = m.fit(*data, epochs=5, batch_size=8, verbose=0, callbacks=[Callback()])
    assert seen["model"] is m and seen["params"] == {"verbose": 0, "epochs": 5, "steps": 8}
    assert history.epoch == [0] and float(m.optimizer.learning_rate) == 0.5
    assert m.fit(*data, epochs=2, verbose=0).epoch == [0, 1]  # stop_training is forgotten


def test_an_error_in_a_hook(data):
    class Bad(own.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            raise RuntimeError("from the hook")

    m = model()
    with pytest.raises(RuntimeError, match="from the hook"):
        m.fit(*data, verbose=0, callbacks=[Bad()])
    assert m.fit(*data, verbose=0).history["loss"]


def test_a_checkpoint(data, tmp_path):
    m = model(metrics=["mae"])
    m.fit(*data, epochs=2, verbose=0, callbacks=[own.callbacks.ModelCheckpoint(tmp_path / "m-{epoch:02d}-{mae:.2f}.keras"),
                                                own.callbacks.CSVLogger(tmp_path / "log.csv")])
    assert len(list(tmp_path.glob("m-0*.keras"))) == 2
    assert (tmp_path / "log.csv").read_text().startswith("epoch,loss,mae")
    with pytest.raises(TypeError):
        m.fit(*data, verbose=0, callbacks=[3])
    with pytest.raises(NotImplementedError):
        type("Own", (own.callbacks.EarlyStopping,), {"on_epoch_end": lambda self, epoch, logs=None: None})()


def test_what_early_stopping_knows(data):
    stop = own.callbacks.EarlyStopping(monitor="loss", patience=0, min_delta=100.0)
    model().fit(*data, epochs=5, verbose=0, callbacks=[stop])
    assert stop.stopped_epoch == 1 and stop.best_epoch == 0 and stop.patience == 0


# --- Ctrl-C ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("what", ["fit", "evaluate", "predict", "generator"])
def test_control_c(what, rng):
    m = own.Sequential([own.Input((400, 1)), own.layers.LSTM(32), own.layers.Dense(1)])
    m.compile("adam", "mse")
    x, y = rng.normal(size=(20000, 400, 1)).astype("float32"), np.zeros((20000, 1), "float32")
    ended = []

    class End(own.callbacks.Callback):
        def on_train_end(self, logs=None):
            ended.append(logs)

    def batches():
        while True:
            yield x[:32], y[:32]

    m.train_on_batch(x[:32], y[:32])
    started = time.perf_counter()
    threading.Timer(0.3, lambda: os.kill(os.getpid(), signal.SIGINT)).start()
    with pytest.raises(KeyboardInterrupt):
        if what == "fit":
            m.fit(x, y, verbose=0, callbacks=[End()])
        elif what == "evaluate":
            m.evaluate(x, y, verbose=0)
        elif what == "generator":
            m.fit(batches(), steps_per_epoch=10**6, verbose=0, callbacks=[End()])
        else:
            m.predict(x, verbose=0)
    assert time.perf_counter() - started < 5
    assert len(ended) == (what in ("fit", "generator"))
    assert np.isfinite(m.predict(x[:3], verbose=0)).all()
    m.fit(x[:64], y[:64], verbose=0)


@pytest.mark.parametrize("where", ["bar", "loss", "metric", "schedule", "epoch hook", "batch hook", "validation"])
def test_control_c_in_python(where, monkeypatch, data):
    """It may arrive while the library has called Python: training still comes to its end in order, within a batch."""
    x, y = data
    calls = {"batches": 0, "ended": 0, "raised": 0}

    def maybe(place):
        if place == where and calls["batches"] >= 1 and not calls["raised"]:
            calls["raised"], calls["at"] = 1, calls["batches"]
            signal.raise_signal(signal.SIGINT)
        return 0.0

    class Count(own.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            calls["batches"] += 1
            maybe("batch hook")

        def on_epoch_end(self, epoch, logs=None):
            maybe("epoch hook")

        def on_test_batch_begin(self, batch, logs=None):
            maybe("validation")

        def on_train_end(self, logs=None):
            calls["ended"] += 1

    class Out:
        def isatty(self):
            return True

        def write(self, text):
            maybe("bar")

        def flush(self):
            pass

    def loss(y_true, y_pred):
        y_pred = np.frombuffer(y_pred.tobytes(), np.float32).reshape(y_pred.shape)  # nothing that could be recorded
        maybe("loss")
        return np.square(y_pred - y_true).mean(-1), 2 * (y_pred - y_true) / y_pred.shape[-1]

    def metric(y_true, y_pred):
        maybe("metric")
        return np.abs(y_true - y_pred).mean(-1)

    m = model(loss, metrics=[metric])
    schedule = own.callbacks.LearningRateScheduler(lambda epoch, rate: maybe("schedule") or rate)
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr("sys.stdout", Out())
        m.fit(x, y, epochs=50, batch_size=8, validation_split=0.5, callbacks=[Count(), schedule])
    assert calls["raised"] == calls["ended"] == 1 and calls["batches"] <= calls["at"] + 1
    assert all(np.isfinite(w).all() for w in m.get_weights())
    assert m.fit(x, y, epochs=2, verbose=0).epoch == [0, 1]


# --- Data -----------------------------------------------------------------------------------------------------------------


def forms(x):
    """The same numbers in many forms."""
    yield "float64", x.astype("float64")
    yield "float16", x.astype("float16").astype("float32"), x.astype("float16")
    yield "fortran", np.asfortranarray(x)
    yield "every other", np.repeat(x, 2, axis=0)[::2]
    yield "backwards twice", x[::-1].copy()[::-1]
    yield "transposed", np.ascontiguousarray(x.T).T
    yield "big endian", x.astype(">f4")
    yield "read only", np.frombuffer(x.tobytes(), "float32").reshape(x.shape)
    yield "list", x.tolist()
    yield "objects", x.astype(object)
    yield "tensor", tf.constant(x)
    yield "in a list", [x]
    yield "in a dict", {"input": x}


def test_forms_of_numbers(data, tmp_path):
    x, y = data
    m = model()
    expected = m.predict(x, verbose=0)
    for name, *form in forms(x):
        np.testing.assert_allclose(m.predict(form[-1], verbose=0), expected if len(form) == 1 else m.predict(form[0], verbose=0),
                                   rtol=1e-6, err_msg=name)
    np.save(tmp_path / "x.npy", x)
    np.testing.assert_array_equal(m.predict(np.load(tmp_path / "x.npy", mmap_mode="r"), verbose=0), expected)
    for kind in ("int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64", "bool"):
        numbers = np.arange(16).reshape(4, 4).astype(kind)
        np.testing.assert_array_equal(m.predict(numbers, verbose=0), m.predict(numbers.astype("float32"), verbose=0))

    class Other:
        def __array__(self, dtype=None, copy=None):
            return x

    class Lends:
        def __dlpack__(self, **options):
            return x.__dlpack__(**options)

        def __dlpack_device__(self):
            return x.__dlpack_device__()

    np.testing.assert_array_equal(m.predict(Other(), verbose=0), expected)
    np.testing.assert_array_equal(m.predict(Lends(), verbose=0), expected)


def test_pandas(data):
    pandas = pytest.importorskip("pandas")
    x, y = data
    m = model()
    frame = pandas.DataFrame(x)
    np.testing.assert_array_equal(m.predict(frame, verbose=0), m.predict(x, verbose=0))
    m.fit(frame, pandas.Series(y[:, 0]), verbose=0)


@pytest.mark.parametrize("bad", [np.array(["a", "b"]), np.zeros((2, 4), complex), "text", 3, [[1, 2], [3]], None, np.float32(1)])
def test_what_is_no_data(bad):
    with pytest.raises((ValueError, TypeError)):
        model().predict(bad, verbose=0)


def test_batches_of_all_kinds(data):
    x, y = data

    class Batches(own.utils.PyDataset):
        ended = 0

        def __len__(self):
            return 8

        def __getitem__(self, i):
            return x[8 * i:8 * i + 8], y[8 * i:8 * i + 8]

        def on_epoch_end(self):
            self.ended += 1

    def generator():
        while True:
            for i in range(8):
                yield x[8 * i:8 * i + 8], y[8 * i:8 * i + 8]

    weights = model().get_weights()

    def trained(*args, **options):
        m = own.Sequential([own.Input((4,)), own.layers.Dense(8, activation="relu"), own.layers.Dense(1)])
        m.compile("adam", "mse", metrics=["mae"])
        m.set_weights(weights)
        history = m.fit(*args, epochs=2, verbose=0, **options)
        return m.get_weights(), history.history

    expected = trained(x, y, batch_size=8, shuffle=False)
    source = Batches()
    for other in (trained(source), trained(generator(), steps_per_epoch=8),
                  trained(tf.data.Dataset.from_tensor_slices((x, y)).batch(8).prefetch(tf.data.AUTOTUNE)),
                  trained(tf.data.Dataset.from_tensor_slices((x, y)).map(lambda a, b: (a, b)).batch(8).cache())):
        for a, b in zip(other[0], expected[0]):
            np.testing.assert_array_equal(a, b)
        assert other[1] == expected[1]
    assert source.ended == 2
    m = model()
    np.testing.assert_array_equal(m.predict(tf.data.Dataset.from_tensor_slices(x).batch(8), verbose=0), m.predict(x, verbose=0))
    np.testing.assert_allclose(m.evaluate(source, verbose=0), m.evaluate(x, y, verbose=0), rtol=1e-6)
    history = m.fit(source, validation_data=source, epochs=2, verbose=0).history
    assert set(history) == {"loss", "val_loss"}
    with pytest.warns(UserWarning, match="ran out of data"):
        m.fit(iter([(x, y)] * 3), steps_per_epoch=2, epochs=3, verbose=0)


# --- Losses and metrics of Python -----------------------------------------------------------------------------------------

LOSSES = [
    "lambda t, p: k.ops.mean(k.ops.square(t - p), axis=-1)", "lambda t, p: k.ops.mean(k.ops.abs(t - p))",
    "lambda t, p: k.ops.maximum(0.9 * (t - p), (0.9 - 1) * (t - p))",
    "lambda t, p: k.ops.where(k.ops.abs(t - p) < 1, 0.5 * k.ops.square(t - p), k.ops.abs(t - p) - 0.5)",
    "lambda t, p: k.ops.sum(k.ops.log(k.ops.cosh(p - t)), axis=-1)", "lambda t, p: k.ops.sqrt(k.ops.mean(k.ops.square(t - p)) + 1e-3)",
    "lambda t, p: k.losses.mean_squared_error(t, p) + 0.1 * k.losses.mean_absolute_error(t, p)",
    "lambda t, p: k.ops.mean((t - p) ** 2 * (1 + k.ops.cast(t > 0, 'float32')), axis=-1)",
    "lambda t, p: k.ops.exp(-p) * k.ops.sigmoid(t) + k.ops.softplus(p) / 3", "lambda t, p: -k.ops.tanh(p * t) + k.ops.clip(p, -0.5, 0.5)",
    "lambda t, p: k.ops.mean(k.ops.concatenate([t - p, 2 * p], axis=-1) ** 2, axis=-1)",
    "lambda t, p: k.losses.Huber(delta=0.3)(t, p)", "lambda t, p: k.ops.logsumexp(k.ops.stack([p, t - p], axis=-1), axis=-1)",
    "lambda t, p: k.ops.var(t - p) + k.ops.std(p)", "lambda t, p: k.ops.abs(t[:, 0] - p[:, 0]) ** 1.5",
    "lambda t, p: k.ops.log1p(k.ops.relu(p)) + k.ops.reshape(k.ops.max(t - p, axis=-1), (-1, 1))",
]


@pytest.mark.parametrize("loss", LOSSES)
def test_recorded_loss(loss, trainer):
    """The function is recorded and differentiated: training goes as in Keras, where it is run."""
    for extra in ("", ", sample_weight=np.linspace(0, 2, 32)"):
        check(f"{MODEL}; m.compile(k.optimizers.SGD(0.05), {loss}); h = m.fit(x, y, epochs=3, batch_size=16, shuffle=False, "
              f"verbose=0{extra}); [h.history, m.get_weights()]", own, trainer, rtol=1e-4, atol=1e-5)


def test_a_loss_is_run_once_only(data):
    calls = []

    def loss(y_true, y_pred):
        calls.append(1)
        return tf.reduce_mean(tf.square(y_true - y_pred), axis=-1)

    model(loss).fit(*data, epochs=3, verbose=0)
    assert len(calls) == 1


def test_a_loss_that_gives_its_gradient(data):
    def pair(y_true, y_pred):
        return np.square(y_pred - y_true).mean(-1), 2 * (y_pred - y_true) / y_pred.shape[-1]

    one, two = model("mse"), model(pair)
    two.set_weights(one.get_weights())
    for m in (one, two):
        m.fit(*data, epochs=2, shuffle=False, verbose=0, sample_weight=np.linspace(0, 1, 64))
    for a, b in zip(one.get_weights(), two.get_weights()):
        np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-6)


class PinballLoss(own.losses.Loss):
    def __init__(self, q, **options):
        super().__init__(**options)
        self.q = q

    def call(self, y_true, y_pred):
        error = y_true - y_pred
        return own.ops.mean(own.ops.maximum(self.q * error, (self.q - 1) * error), axis=-1)


def test_a_loss_of_ones_own(data):
    loss = PinballLoss(0.9, name="pinball")
    assert float(loss(np.ones((3, 1)), np.zeros((3, 1)))) == pytest.approx(0.9)
    m = model(loss)
    history = m.fit(*data, epochs=30, verbose=0).history["loss"]
    assert history[-1] < history[0] and loss.name == "pinball"


@pytest.mark.parametrize("loss, reason", [
    (lambda t, p: tf.reduce_mean(t - p) if p > 0 else p, "condition"), (lambda t, p: float(p[0, 0]), "float"),
    (lambda t, p: np.linalg.svd(p), "svd"), (lambda t, p: np.fft.fft(p), "fft"), (lambda t, p: sum(v for v in p), "loop"),
    (lambda t, p: 3.0, "must return"), (lambda t, p: t, "does not depend"), (lambda t, p: tf.nonsense(p), "nonsense"),
])
def test_what_cannot_be_recorded(loss, reason, data):
    with pytest.raises((TypeError, ValueError, AttributeError), match=reason):
        model(loss).fit(*data, verbose=0)


def test_metrics_of_python(data):
    def mine(y_true, y_pred):
        return tf.reduce_mean(tf.abs(y_true - y_pred), axis=-1)

    class Count(own.metrics.Metric):
        def __init__(self, name="count", **options):
            super().__init__(name=name, **options)
            self.total = self.add_weight(name="total", initializer="zeros")

        def update_state(self, y_true, y_pred, sample_weight=None):
            self.total.assign_add(tf.cast(tf.shape(y_true)[0], tf.float32))

        def result(self):
            return self.total

    m = model(metrics=["mae", mine, Count()])
    history = m.fit(*data, epochs=2, verbose=0, validation_split=0.25).history
    np.testing.assert_allclose(history["mine"], history["mae"], rtol=1e-5)
    np.testing.assert_allclose(history["val_mine"], history["val_mae"], rtol=1e-5)
    assert history["count"] == [48, 48] and history["val_count"] == [16, 16]
    result = m.evaluate(*data, verbose=0, return_dict=True)
    assert result["count"] == 64


# --- Threads and processes ------------------------------------------------------------------------------------------------


def test_two_models_in_two_threads(rng):
    models = [own.Sequential([own.Input((100, 1)), own.layers.LSTM(16), own.layers.Dense(1)]) for _ in range(2)]
    x = rng.normal(size=(64, 100, 1)).astype("float32")
    expected = [m.predict(x, verbose=0) for m in models]
    results = [[], []]

    def work(i):
        for _ in range(20):
            results[i].append(models[i].predict(x, verbose=0))

    threads = [threading.Thread(target=work, args=(i,)) for i in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for got, wanted in zip(results, expected):
        assert all(np.array_equal(one, wanted) for one in got)


@pytest.mark.skipif(len(os.sched_getaffinity(0)) < 2 or os.getloadavg()[0] > 2 * len(os.sched_getaffinity(0)),
                    reason="no processor is free for a second thread")
def test_two_threads_are_faster_than_one(rng):
    """Calls too small to be shared between threads run side by side. Other programs may run: the best of several tries."""
    models = [own.Sequential([own.Input((200, 1)), own.layers.LSTM(48), own.layers.Dense(1)]) for _ in range(2)]
    x = rng.normal(size=(1, 200, 1)).astype("float32")

    def work(model):
        for _ in range(100):
            model.predict(x, verbose=0)

    def timed(together):
        start = time.perf_counter()
        threads = [threading.Thread(target=work, args=(model,)) for model in models]
        for thread in threads:
            thread.start()
            if not together:
                thread.join()
        for thread in threads:
            thread.join()
        return time.perf_counter() - start

    assert any(timed(True) < 0.85 * timed(False) for _ in range(12))


def test_python_goes_on_while_training(rng):
    """The GIL is free: another thread counts on while fit works."""
    m = own.Sequential([own.Input((200, 1)), own.layers.LSTM(32), own.layers.Dense(1)])
    m.compile("adam", "mse")
    counted, done = [0], threading.Event()

    def count():
        while not done.is_set():
            counted[0] += 1
            time.sleep(0.001)

    thread = threading.Thread(target=count)
    thread.start()
    m.fit(rng.normal(size=(512, 200, 1)), np.zeros((512, 1)), verbose=0)
    done.set()
    thread.join()
    assert counted[0] > 5


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
def test_fork(data):
    m = model()
    expected = m.predict(data[0], verbose=0)
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        fine = np.array_equal(m.predict(data[0], verbose=0), expected) and m.fit(*data, verbose=0).epoch == [0]
        os.write(write, b"1" if fine else b"0")
        os._exit(0)
    os.close(write)
    assert os.read(read, 1) == b"1"
    os.waitpid(child, 0)
    np.testing.assert_array_equal(m.predict(data[0], verbose=0), expected)
