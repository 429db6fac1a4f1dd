"""tf.compat.v1: only what silences messages."""

import types

v1 = types.SimpleNamespace(
    logging=types.SimpleNamespace(set_verbosity=lambda level: None, ERROR=40, WARN=30, INFO=20, FATAL=50),
    set_random_seed=lambda seed: __import__("wavetrain.random").random.set_seed(seed))
