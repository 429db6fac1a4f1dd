"""Sequential against Keras: structure, text, files, training from the same weights."""

import copy
import io
import json
import pickle
import sys
import types

import numpy as np
import pytest
from both import check, run
from screen import left_on_screen

from wavetrain import keras as own

MODEL = ("m = k.Sequential([k.Input((12, 2)), k.layers.Conv1D(4, 3, activation='relu'), k.layers.BatchNormalization(), "
         "k.layers.LSTM(3), k.layers.Dense(2, activation='softmax')])")
SMALL = ("m = k.Sequential([k.Input((6,)), k.layers.Dense(5, activation='tanh', kernel_initializer=k.initializers.Constant(0.1)), "
         "k.layers.Dense(1, kernel_initializer=k.initializers.Constant(0.2))]); x = rng.normal(size=(40, 6)).astype('float32'); "
         "y = x.sum(1, keepdims=True).astype('float32') > 0")


@pytest.mark.parametrize("expression", [
    "[l.name for l in m.layers]", "m.name", "m.built", "[tuple(w.shape) for w in m.weights]", "[w.path for w in m.weights]",
    "len(m.trainable_weights)", "len(m.non_trainable_weights)", "m.count_params()", "m.input_shape", "m.output_shape",
    "m.get_layer('lstm').name", "m.get_layer(index=1).name", "m.get_layer('nonsense')", "m.get_layer(index=9)", "m.get_layer()",
    "m.get_layer('lstm', 1)", "m.compute_output_shape((5, 12, 2))", "m.pop(); [l.name for l in m.layers]",
    "m.add(k.layers.Dense(3)); m.output_shape", "m.add(k.layers.Dense); 1", "m.add(3); 1",
    "m.add(k.layers.Dense(3, name='lstm')); 1", "m.trainable = False; len(m.trainable_weights)", "m.predict(np.zeros((2, 12, 2)), verbose=0).shape",
    "m(np.zeros((2, 12, 2))).shape", "m.predict_on_batch(np.zeros((2, 12, 2))).shape", 
    "m.evaluate(np.zeros((2, 12, 2)), np.zeros((2, 2)))",
    "m.set_weights([np.zeros(3)])", "m.compile('nonsense', 'mse')",
    "m.save('/tmp/x.nonsense')", "m.save_weights('/tmp/x.h5')", "m.predict(np.zeros((2, 12, 3)), verbose=0)",
    "m.compile('adam', 'mse'); type(m.optimizer).__name__", "m.compile('adam', 'mse'); m.compiled", "m.compiled",
])
def test_structure(expression, real):
    check(f"{MODEL}; {expression}", own, real)


STATES = ("m = k.Sequential([k.Input((6, 3)), k.layers.LSTM(4, return_state=True)]); x = rng.normal(size=(5, 6, 3)).astype('float32'); "
          "m.set_weights([rng.normal(size=w.shape) for w in m.get_weights()])")


@pytest.mark.parametrize("expression", [
    "m.output_shape", "len(m.outputs)", "m.predict(x, verbose=0)", "type(m.predict(x, verbose=0)).__name__", "m.predict_on_batch(x)",
    "type(m(x)).__name__", "[y.shape for y in m(x)]", "m.add(k.layers.Dense(2)); 1", "k.Sequential.from_config(m.get_config()).output_shape",
    "m.save('/tmp/wavetrain_states.keras'); k.models.load_model('/tmp/wavetrain_states.keras').predict(x, verbose=0)",
    "n = k.Sequential([k.Input((6, 3)), k.layers.Bidirectional(k.layers.GRU(2), merge_mode=None)]); n.output_shape",
    "[y.shape for y in k.layers.GRU(3, return_state=True)(x)]", "k.layers.GRU(3, return_state=True).compute_output_shape((5, 6, 3))",
])
def test_several_outputs(expression, real):
    check(f"{STATES}; {expression}", own, real)


def test_several_outputs_are_not_trained():
    model = own.Sequential([own.Input((6, 3)), own.layers.LSTM(4, return_state=True)])
    model.compile("sgd", "mse")
    with pytest.raises(NotImplementedError, match="only predicts"):
        model.fit(np.zeros((5, 6, 3)), np.zeros((5, 4)), verbose=0)


@pytest.mark.parametrize("expression", [
    "m.fit(np.zeros((2, 12, 2)), np.zeros((2, 2)))", "m.train_on_batch(np.zeros((2, 12, 2)), np.zeros((2, 2)))",
    "m.compile('adam', 'nonsense'); m.fit(np.zeros((2, 12, 2)), np.zeros((2, 2)))",
    "m.compile('adam', 'mse'); m.fit(np.zeros((3, 12, 2)), np.zeros((2, 2)))",
    "m.compile('adam', 'mse'); m.fit(np.zeros((3, 12, 2)), np.zeros((3, 2)), validation_split=0.99, verbose=0)",
    "m.compile('adam', 'mse'); m.fit(np.zeros((3, 12, 2)), np.zeros((3, 2)), sample_weight=np.ones(3), class_weight={0: 1.})",
    "m.compile('adam', metrics=['nonsense']); m.fit(np.zeros((3, 12, 2)), np.zeros((3, 2)), verbose=0)",
])
def test_what_fit_refuses(expression, trainer):
    check(f"{MODEL}; {expression}", own, trainer)


@pytest.mark.parametrize("expression", [
    "k.Sequential().built", "k.Sequential().layers", "k.Sequential(name='mine').name", "k.Sequential().summary() or 1",
    "k.Sequential([k.layers.Dense(3)]).built", "k.Sequential([k.layers.Dense(3)]).output_shape",
    "m = k.Sequential([k.layers.Dense(3)]); m.build((None, 4)); m.output_shape",
    "m = k.Sequential([k.layers.Dense(3)]); m(np.zeros((2, 4))).shape", "k.Sequential([k.layers.Dense(3)]).count_params()",
    "m = k.Sequential(); m.add(k.Input((4,))); m.add(k.layers.Dense(3)); m.output_shape",
    "m = k.Sequential([k.layers.Dense(3, input_shape=(4,))]); m.output_shape",
    "m = k.Sequential([k.layers.Dense(3, input_dim=4)]); m.output_shape", "k.Sequential().pop()",
    "k.Sequential([k.Input((4,)), k.Input((3,))])", "k.Sequential([k.Input((4, 2)), k.layers.LSTM(3), k.layers.LSTM(3)])",
    "[k.Sequential().name for _ in range(3)]", "k.Sequential(3)", "k.Sequential([3])",
    "i = k.Input((8, 2)); k.Model(i, k.layers.Dense(3)(k.layers.Flatten()(i))).output_shape",
    "m = k.Sequential([k.Input((None, 2)), k.layers.Conv1D(3, 2)]); [m.output_shape, m.predict(np.zeros((1, 5, 2)), verbose=0).shape, "
    "m.predict(np.zeros((1, 9, 2)), verbose=0).shape]",
])
def test_building(expression, real):
    check(expression, own, real)


COMPILES = ["'adam', 'mse'", "'sgd', 'mae', metrics=['mse']", "k.optimizers.RMSprop(0.01), k.losses.Huber(), metrics=['mae', 'mse']",
            "'adam', 'binary_crossentropy', metrics=['accuracy', k.metrics.AUC(name='auc')]",
            "k.optimizers.Adam(0.02, clipnorm=0.5), k.losses.BinaryCrossentropy(from_logits=True), metrics=['acc']",
            "k.optimizers.SGD(0.05, momentum=0.9), k.losses.mean_squared_error, metrics=[k.losses.mean_absolute_error]",
            "'adamw', 'hinge', weighted_metrics=['mae']", "'nadam', 'mse', loss_weights=0.5",
            "k.optimizers.SGD(k.optimizers.schedules.ExponentialDecay(0.1, 3, 0.5)), 'log_cosh'"]


@pytest.mark.parametrize("arguments", COMPILES)
def test_training(arguments, trainer):
    """Three epochs in order, evaluation and prediction: the same numbers and names."""
    check(f"{SMALL}; m.compile({arguments}); h = m.fit(x, y, epochs=3, batch_size=20, shuffle=False, verbose=0, "
          "validation_split=0.5); [h.history, h.epoch, h.params, m.predict(x, verbose=0), m.evaluate(x, y, batch_size=20, verbose=0), "
          "m.evaluate(x, y, batch_size=20, verbose=0, return_dict=True), m.train_on_batch(x[:20], y[:20]), "
          "m.train_on_batch(x[20:], y[20:]), m.test_on_batch(x[:20], y[:20], return_dict=True)]",
          own, trainer, rtol=2e-4, atol=2e-5)


@pytest.mark.parametrize("options", [
    "sample_weight=np.linspace(0, 2, 40)", "class_weight={0: 0.5, 1: 3.0}", "validation_data=(x[:5], y[:5])",
    "validation_data=(x[:5], y[:5], np.arange(5.))", "steps_per_epoch=2", "initial_epoch=1", "validation_split=0.3, validation_freq=2",
    "validation_data=(x, y), validation_steps=1, validation_batch_size=10", "batch_size=7", "validation_split=0.2, validation_freq=[1, 3]",
])
def test_fit_options(options, trainer):
    check(f"{SMALL}; m.compile('sgd', 'mse', metrics=['mae'], weighted_metrics=['mse']); "
          f"m.fit(x, y, epochs=3, shuffle=False, verbose=0, {options}).history", own, trainer, rtol=2e-4, atol=2e-5)


def both_models(text, real):
    models = []
    for keras in (own, real):
        keras.utils.clear_session()
        scope = {"k": keras, "np": np}
        exec(text, scope)
        models.append(scope["m"])
    return models


def test_summary(real, capsys):
    ours, theirs = both_models(MODEL, real)
    texts = []
    for model in (ours, theirs):
        model.compile("adam", "mse")
        model.summary(line_length=80, print_fn=texts.append)
    assert texts[0].split() == texts[1].split()
    ours.summary()
    assert "conv1d (Conv1D)" in capsys.readouterr().out


def test_files_both_ways(real, tmp_path, rng):
    ours, theirs = both_models(MODEL, real)
    x = rng.normal(size=(8, 12, 2)).astype("float32")
    ours.compile("adam", "categorical_crossentropy", metrics=["accuracy"])
    ours.fit(x, np.eye(2)[rng.integers(2, size=8)], verbose=0)
    ours.save(tmp_path / "ours.keras")
    there = real.models.load_model(tmp_path / "ours.keras")
    np.testing.assert_allclose(there.predict(x, verbose=0), ours.predict(x, verbose=0), rtol=1e-5, atol=1e-6)
    theirs.compile(real.optimizers.Adam(0.01), "mse")
    theirs.optimizer.build(theirs.trainable_variables)
    theirs.optimizer.apply([np.ones(v.shape, "float32") for v in theirs.trainable_variables], theirs.trainable_variables)
    theirs.save(tmp_path / "theirs.keras")
    here = own.models.load_model(tmp_path / "theirs.keras")
    np.testing.assert_allclose(here.predict(x, verbose=0), theirs.predict(x, verbose=0), rtol=1e-5, atol=1e-6)
    assert float(here.optimizer.learning_rate) == pytest.approx(0.01)
    bare = own.models.load_model(tmp_path / "theirs.keras", compile=False)
    assert not bare.compiled
    np.testing.assert_array_equal(bare.predict(x, verbose=0), here.predict(x, verbose=0))
    assert here.fit(x, np.zeros((8, 2)), verbose=0).history["loss"][0] > 0
    theirs.save_weights(tmp_path / "w.weights.h5")
    ours.load_weights(tmp_path / "w.weights.h5")
    np.testing.assert_allclose(ours.predict(x, verbose=0), theirs.predict(x, verbose=0), rtol=1e-5, atol=1e-6)
    ours.save_weights(tmp_path / "o.weights.h5")
    theirs.load_weights(tmp_path / "o.weights.h5")


def test_json(real):
    ours, theirs = both_models(MODEL, real)
    again = own.models.model_from_json(theirs.to_json())
    assert [layer.name for layer in again.layers] == [layer.name for layer in theirs.layers]
    assert real.models.model_from_json(ours.to_json()).output_shape == ours.output_shape
    assert json.loads(ours.to_json())["class_name"] == "Sequential"


def test_config_and_clone(rng):
    model, = both_models(MODEL, own)[:1]
    again = own.Sequential.from_config(model.get_config())
    assert again.output_shape == model.output_shape
    clone = own.models.clone_model(model)
    assert not np.array_equal(clone.get_weights()[0], model.get_weights()[0])


@pytest.mark.parametrize("copier", [copy.deepcopy, lambda m: pickle.loads(pickle.dumps(m))])
def test_copies(copier, rng):
    model = both_models(MODEL, own)[0]
    x = rng.normal(size=(20, 12, 2)).astype("float32")
    y = np.eye(2)[rng.integers(2, size=20)]
    model.compile("adam", "categorical_crossentropy", metrics=["accuracy"])
    model.fit(x, y, verbose=0)
    again = copier(model)
    np.testing.assert_array_equal(again.predict(x, verbose=0), model.predict(x, verbose=0))
    one = model.fit(x, y, verbose=0, shuffle=False, epochs=2).history
    assert again.fit(x, y, verbose=0, shuffle=False, epochs=2).history == one
    assert not np.array_equal(again.get_weights()[0], copier(again).get_weights()[0] + 1)


def test_copy_of_unbuilt():
    model = own.Sequential([own.layers.Dense(3)])
    assert len(copy.deepcopy(model).layers) == 1
    assert pickle.loads(pickle.dumps(model)).name == model.name


def test_a_callback_may_save_and_a_layer_be_shared(tmp_path, rng):
    shared = own.layers.Dense(4)
    one = own.Sequential([own.Input((3,)), shared])
    two = own.Sequential([own.Input((3,)), shared, own.layers.Dense(1)])
    x = rng.normal(size=(6, 3)).astype("float32")
    before = one.predict(x, verbose=0)
    two.compile("sgd", "mse")
    two.fit(x, np.ones((6, 1)), verbose=0)
    assert not np.array_equal(one.predict(x, verbose=0), before)
    np.testing.assert_array_equal(shared(x), one.predict(x, verbose=0))
    two.fit(x, np.ones((6, 1)), verbose=0)
    np.testing.assert_array_equal(shared(x), one.predict(x, verbose=0))


def test_training_goes_on_where_a_layer_has_gone_to_another_model(rng):
    layer = own.layers.Dense(4)
    x, y = rng.normal(size=(64, 3)).astype("float32"), np.ones((64, 1), "float32")

    def trained(part_of_it):
        own.utils.set_random_seed(1)
        layer = own.layers.Dense(4)
        model = own.Sequential([own.Input((3,)), layer, own.layers.Dense(1)])
        model.compile("adam", "mse")
        model.fit(x, y, verbose=0, shuffle=False)
        if part_of_it:
            part = own.Model(model.inputs, layer(model.inputs[0]))
            np.testing.assert_array_equal(part.predict(x, verbose=0), layer(x))
        model.fit(x, y, epochs=2, verbose=0, shuffle=False)
        if part_of_it:
            np.testing.assert_array_equal(part.predict(x, verbose=0), layer(x))
        return model.get_weights()

    for a, b in zip(trained(True), trained(False)):
        np.testing.assert_array_equal(a, b)
    assert not layer.built


def test_compiling_again_keeps_the_optimizer(rng):
    model = own.Sequential([own.Input((3,)), own.layers.Dense(1)])
    optimizer = own.optimizers.Adam()
    x = rng.normal(size=(64, 3)).astype("float32")
    model.compile(optimizer, "mse")
    model.fit(x, x[:, :1], verbose=0)
    model.compile(optimizer, "mae")
    assert int(optimizer.iterations) == 2
    model.compile("adam", "mse")
    assert int(model.optimizer.iterations) == 0


def test_html():
    model = both_models(MODEL, own)[0]
    assert "conv1d" in model._repr_html_() and "Sequential" in repr(model)


def test_nothing_is_printed_to_the_real_stdout(monkeypatch, capfd, rng):
    out = io.StringIO()
    model = own.Sequential([own.Input((3,)), own.layers.Dense(1)])
    model.compile("sgd", "mse")
    with monkeypatch.context() as patch:
        patch.setattr("sys.stdout", out)
        model.fit(np.zeros((64, 3)), np.zeros((64, 1)), epochs=2)
        model.evaluate(np.zeros((64, 3)), np.zeros((64, 1)))
        model.predict(np.zeros((64, 3)))
    assert out.getvalue().startswith("Epoch 1/2\n2/2")
    assert "loss" in out.getvalue()
    assert capfd.readouterr().out == ""


def test_bar_on_a_terminal(monkeypatch, rng):
    class Terminal(io.StringIO):
        def isatty(self):
            return True

    out = Terminal()
    model = own.Sequential([own.Input((3,)), own.layers.Dense(1)])
    model.compile("sgd", "mse")
    monkeypatch.setattr("sys.stdout", out)
    model.fit(np.zeros((64, 3)), np.zeros((64, 1)))
    monkeypatch.undo()
    assert "━━━━━━━━━━━━━━━━━━━━" in out.getvalue() and "\x1b[1m2/2\x1b[0m" in out.getvalue()
    assert run("1", own) == 1


def test_bar_in_a_notebook(monkeypatch, rng):
    """Jupyter's output is no terminal, but understands a bar that moves, and shows one line per epoch of it in the end."""
    out = io.StringIO()
    model = own.Sequential([own.Input((3,)), own.layers.Dense(1)])
    model.compile("sgd", "mse")
    monkeypatch.setitem(sys.modules, "ipykernel", types.ModuleType("ipykernel"))
    monkeypatch.setattr("sys.stdout", out)
    model.fit(np.zeros((64, 3)), np.zeros((64, 1)), epochs=2)
    monkeypatch.undo()
    final = left_on_screen(out.getvalue())
    assert [line for line in final if line.startswith("Epoch")] == ["Epoch 1/2", "Epoch 2/2"]
    bars = [line for line in final if line.startswith("2/2 ")]
    assert len(bars) == 2 and all("loss: " in bar and "━" in bar for bar in bars)
