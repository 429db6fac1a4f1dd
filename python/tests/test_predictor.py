"""Predictor: one window after the other."""

import gc
import threading
import tracemalloc

import numpy as np
import pytest

import wavetrain
from wavetrain import keras as own


def small_model():
    model = own.Sequential([own.Input((20, 2)), own.layers.Conv1D(4, 3, activation="relu"), own.layers.LSTM(3), own.layers.Dense(2)])
    model.compile("adam", "mse")
    return model


@pytest.fixture
def windows(rng):
    return rng.normal(size=(6, 20, 2)).astype("float32")


def test_it_has_the_bits_of_predict(windows):
    model = small_model()
    predictor = wavetrain.Predictor(model)
    expected = model.predict(windows, verbose=0)
    assert predictor.input_shape == (1, 20, 2) and predictor.output_shape == (1, 2)
    for i in range(6):
        for window in (windows[i], windows[i:i + 1]):
            np.testing.assert_array_equal(predictor.run(window)[0], expected[i])
    y = predictor.run(windows[0])
    assert y is predictor.output and predictor.run(windows[1]) is y  # filled anew
    together = wavetrain.Predictor(model, batch=3, threads=2)
    np.testing.assert_array_equal(together.run(windows[3:]), expected[3:])
    assert "(1, 20, 2)" in repr(predictor)


def test_its_input_may_be_filled(windows):
    model = small_model()
    predictor = wavetrain.Predictor(model)
    predictor.input[...] = windows[2]
    np.testing.assert_array_equal(predictor.run()[0], model.predict(windows, verbose=0)[2])
    np.testing.assert_array_equal(predictor.input[0], windows[2])
    np.testing.assert_array_equal(predictor.run(predictor.input), predictor.run())


@pytest.mark.parametrize("form", [
    lambda x: x.astype("float64"), lambda x: x.tolist(), lambda x: np.asfortranarray(x), lambda x: x[None, :, None],
    lambda x: np.repeat(x, 2, axis=0)[::2], lambda x: x.astype(">f4"), wavetrain.constant, lambda x: memoryview(x),
])
def test_numbers_of_any_kind(form, windows):
    model = small_model()
    np.testing.assert_array_equal(wavetrain.Predictor(model).run(form(windows[1]))[0], model.predict(windows, verbose=0)[1])
    whole = np.arange(40).reshape(20, 2)
    np.testing.assert_array_equal(wavetrain.Predictor(model).run(whole), model.predict(whole[None], verbose=0))


@pytest.mark.parametrize("bad", [np.zeros(40, "float32"), np.zeros((2, 20), "float32"), np.zeros((2, 20, 2), "float32"), "text", 3.0,
                                 np.zeros((20, 2), complex), np.zeros((1, 20, 3), "float32")])
def test_what_it_refuses(bad):
    predictor = wavetrain.Predictor(small_model())
    with pytest.raises((ValueError, TypeError)):
        predictor.run(bad)
    assert predictor.run().shape == (1, 2)


def test_how_it_is_made(windows):
    model = own.Sequential([own.Input((None, 2)), own.layers.GRU(3)])
    with pytest.raises(ValueError, match="known shape"):
        wavetrain.Predictor(model)
    predictor = wavetrain.Predictor(model, input_shape=(2, 7, 2))
    np.testing.assert_array_equal(predictor.run(windows[:2, :7]), model.predict(windows[:2, :7], verbose=0))
    for arguments, error in (({"batch": 0}, ValueError), ({"input_shape": (1, 20, 3)}, ValueError), ({"batch": "x"}, TypeError)):
        with pytest.raises(error):
            wavetrain.Predictor(small_model(), **arguments)
    with pytest.raises(ValueError, match="not built"):
        wavetrain.Predictor(own.Sequential([own.layers.Dense(1)]))
    with pytest.raises(TypeError, match="Sequential"):
        wavetrain.Predictor("model.keras")


def test_it_goes_along_with_the_model(windows):
    model = small_model()
    predictor = wavetrain.Predictor(model)
    predictor.run(windows[0])
    model.fit(windows, np.zeros((6, 2)), verbose=0)
    np.testing.assert_array_equal(predictor.run(windows[0])[0], model.predict(windows, verbose=0)[0])
    model.set_weights([w + 1 for w in model.get_weights()])
    np.testing.assert_array_equal(predictor.run(windows[0])[0], model.predict(windows, verbose=0)[0])
    before = predictor.output
    kept = before.copy()
    model.add(own.layers.Dense(3))
    np.testing.assert_array_equal(predictor.run(windows[0])[0], model.predict(windows, verbose=0)[0])
    assert predictor.output_shape == (1, 3) and predictor.output.shape == (1, 3)
    np.testing.assert_array_equal(before, kept)


def test_arrays_outlive_it(windows):
    predictor = wavetrain.Predictor(small_model())  # which keeps its model
    gc.collect()
    x, y = predictor.input, predictor.run(windows[0])
    kept = y.copy()
    del predictor
    gc.collect()
    x[...] = 1
    np.testing.assert_array_equal(y, kept)


def test_a_run_asks_for_no_memory(windows):
    predictor = wavetrain.Predictor(small_model())
    window = windows[0].copy()
    run = predictor.run

    def loop():
        for _ in range(1000):
            run(window)

    loop()
    tracemalloc.start()
    loop()
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 2000  # no array per call


def test_several_in_several_threads(rng):
    model = own.Sequential([own.Input((200, 1)), own.layers.LSTM(24), own.layers.Dense(1)])
    x = rng.normal(size=(4, 200, 1)).astype("float32")
    expected = model.predict(x, verbose=0)
    wrong, shared, refused = [], wavetrain.Predictor(model), []

    def work(i):
        predictor = wavetrain.Predictor(model)
        for _ in range(50):
            if not np.array_equal(predictor.run(x[i])[0], expected[i]):
                wrong.append(i)
            try:
                shared.run(x[i])
            except RuntimeError as error:
                refused.append(str(error))

    threads = [threading.Thread(target=work, args=(i,)) for i in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong and all("another thread" in text for text in refused)
    np.testing.assert_array_equal(shared.run(x[1])[0], expected[1])
