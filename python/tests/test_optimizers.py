"""Optimizers by themselves, and as settings, against Keras."""

import pytest
from both import check

from wavetrain import keras as own

OPTIMIZERS = ["SGD()", "SGD(0.1, momentum=0.9)", "SGD(0.1, 0.9, nesterov=True)", "RMSprop()",
              "RMSprop(0.01, momentum=0.5, centered=True)", "Adam()", "Adam(0.01, amsgrad=True)", "Adam(0.01, clipnorm=0.5)",
              "Adam(0.01, clipvalue=0.1)", "Adam(0.01, global_clipnorm=0.3)", "Adam(0.01, weight_decay=0.1)",
              "AdamW(0.01)", "Adagrad(0.1)", "Adadelta(1.0)", "Adamax(0.01)", "Nadam(0.01)", "Ftrl(0.1)",
              "Ftrl(0.1, l1_regularization_strength=0.01, l2_regularization_strength=0.02)", "Lion(0.01)", "Lamb(0.01)"]
STEPS = ("v = k.Variable(np.linspace(-1, 1, 6).reshape(2, 3).astype('float32')); "
         "u = k.Variable(np.array([.5, -.5], 'float32')); g = [rng.normal(size=(2, 3)).astype('float32') for _ in range(6)]; "
         "h = [rng.normal(size=2).astype('float32') for _ in range(6)]")


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_steps(optimizer, real):
    steps = f"o = k.optimizers.{optimizer}; {STEPS}; [o.apply([a, b], [v, u]) for a, b in zip(g, h)]"
    check(f"{steps}; [np.asarray(v), np.asarray(u)]", own, real, rtol=1e-5, atol=1e-6)
    check(f"{steps}; int(o.iterations)", own, real)


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_settings(optimizer, real):
    check(f"k.optimizers.{optimizer}.get_config()", own, real, rtol=1e-6)
    check(f"o = k.optimizers.{optimizer}; type(o).from_config(o.get_config())", own, real, rtol=1e-6)
    if "Lamb" not in optimizer:  # Keras does not find it by name
        check(f"o = k.optimizers; o.deserialize(o.serialize(o.{optimizer}))", own, real, rtol=1e-6)
    check(f"float(k.optimizers.{optimizer}.learning_rate)", own, real)
    check(f"o = k.optimizers.{optimizer}; o.learning_rate = 0.125; float(o.learning_rate)", own, real)


@pytest.mark.parametrize("expression", [
    *(f"k.optimizers.get('{name}')" for name in ("adam", "Adam", "SGD", "rmsprop", "adamw", "nadam", "adagrad", "adadelta",
                                                 "adamax", "ftrl", "lion")),
    "k.optimizers.get('nonsense')", "k.optimizers.get(3)", "k.optimizers.Adam(nonsense=1)",
    "k.optimizers.Adam(learning_rate=0.1, lr=0.2)", "k.optimizers.SGD(momentum=2.0)", "k.optimizers.Adam(clipnorm=1., clipvalue=1.)",
    "k.optimizers.Adam(use_ema=True, ema_momentum=1.5)", "k.optimizers.Adam(gradient_accumulation_steps=1)",
    "o = k.optimizers.Adam(k.optimizers.schedules.ExponentialDecay(0.1, 10, 0.5)); float(o.learning_rate)",
    "o = k.optimizers.Adam(k.optimizers.schedules.ExponentialDecay(0.1, 10, 0.5)); o.get_config()",
    "o = k.optimizers.Adam(k.optimizers.schedules.ExponentialDecay(0.1, 10, 0.5)); o.learning_rate = 1.0; 1",
    "o = k.optimizers.SGD(0.5); v = k.Variable(np.ones(2, 'float32')); o.apply_gradients([(np.ones(2, 'float32'), v)]); np.asarray(v)",
    "o = k.optimizers.SGD(0.5); o.apply([np.ones(2)])",
    "k.optimizers.Adam().name", "k.optimizers.Adam(name='mine').name", "k.optimizers.SGD(0.5).momentum",
])
def test_corner(expression, real):
    check(expression, own, real, rtol=1e-6)
