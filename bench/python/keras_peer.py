"""Training steps of Keras on TensorFlow or JAX; compare_training.py starts this with the threads already limited.

Modes: "fit" (TensorFlow: graph), "fit-xla" (TensorFlow: jit_compile=True), "loop" and "loop-xla": the same step compiled by
hand, over batches that lie in memory as tensors, which leaves out what fit costs.
"""

import argparse
import os

from protocol import PROGRAMS, WARM_UP, Clock, batches, data, report


def causal_block(keras, dilation):
    return keras.layers.Conv1D(32, 3, padding="causal", dilation_rate=dilation, activation="relu")


def build(keras, program):
    """Model, loss and metrics."""
    layers = keras.layers
    Conv, Up, Bidirectional = layers.Conv1D, layers.Conv1DTranspose, layers.Bidirectional
    normalized = [layers.BatchNormalization, lambda: layers.Activation("relu")]
    same = {"padding": "same"}
    half = {"strides": 2, "padding": "same", "activation": "relu"}
    models = {
        "classify": lambda: ([Conv(32, 3, activation="relu"), layers.MaxPooling1D(2), layers.Flatten(),
                              layers.Dense(128, activation="relu"), layers.Dense(1, activation="sigmoid")],
                             "binary_crossentropy", ["accuracy"]),
        "channels": lambda: ([Conv(64, 5, activation="relu"), layers.BatchNormalization(), Conv(128, 3, activation="relu"),
                              layers.GlobalAveragePooling1D(), layers.Dense(10, activation="softmax")],
                             "categorical_crossentropy", ["accuracy"]),
        "recurrent": lambda: ([Conv(64, 7, activation="relu"), layers.MaxPooling1D(2), layers.LSTM(128, return_sequences=True),
                               layers.LSTM(64), layers.Dense(1)], "mse", []),
        "fcn": lambda: ([Conv(128, 8, **same), *[make() for make in normalized], Conv(256, 5, **same),
                         *[make() for make in normalized], Conv(128, 3, **same), *[make() for make in normalized],
                         layers.GlobalAveragePooling1D(), layers.Dense(6, activation="softmax")],
                        "categorical_crossentropy", []),
        "time-cnn": lambda: ([Conv(6, 7, activation="sigmoid"), layers.AveragePooling1D(3), Conv(12, 7, activation="sigmoid"),
                              layers.AveragePooling1D(3), layers.Flatten(), layers.Dense(6, activation="sigmoid")], "mse", []),
        "tcn": lambda: ([causal_block(keras, 2 ** i) for i in range(8)] + [layers.Dense(1)], "mse", []),
        "gru": lambda: ([layers.GRU(64, return_sequences=True), layers.GRU(64), layers.Dense(1)], "mse", []),
        "bilstm": lambda: ([Bidirectional(layers.LSTM(64, return_sequences=True)), Bidirectional(layers.LSTM(32)),
                            layers.Dense(10, activation="softmax")], "categorical_crossentropy", []),
        "autoencoder": lambda: ([Conv(32, 7, **half), layers.Dropout(0.2), Conv(16, 7, **half), Up(16, 7, **half),
                                 layers.Dropout(0.2), Up(32, 7, **half), Up(1, 7, padding="same")], "mse", []),
        "tiny": lambda: ([Conv(16, 3, activation="relu"), layers.MaxPooling1D(2), layers.Flatten(), layers.Dense(1)], "mse", []),
        "long": lambda: ([Conv(16, 51), layers.GlobalAveragePooling1D(), layers.Dense(1)], "mse", []),
    }
    body, loss, metrics = models[program]()
    return keras.Sequential([keras.Input(PROGRAMS[program].shape), *body]), loss, metrics


def measure_fit(keras, program, clock, jit_compile, seconds):
    model, loss, metrics = build(keras, program)
    model.compile("adam", loss, metrics=metrics, jit_compile=jit_compile)
    x, y = data(program)
    batch = PROGRAMS[program].batch
    begin = keras.callbacks.LambdaCallback(on_epoch_begin=lambda *_: clock.begin(), on_epoch_end=lambda *_: clock.end())
    model.fit(x, y, batch_size=batch, epochs=WARM_UP + 1, verbose=0, callbacks=[begin])
    epochs = max(5, int(seconds * 1e6 / (clock.micros[-1] * clock.steps)))
    clock.micros.clear()
    model.fit(x, y, batch_size=batch, epochs=epochs + 1, verbose=0, callbacks=[begin])
    del clock.micros[0]  # a new fit starts a new iterator


def measure_tensorflow_loop(keras, program, clock, jit_compile, seconds):
    import tensorflow as tf

    model, loss, _ = build(keras, program)
    loss, optimizer = keras.losses.get(loss), keras.optimizers.Adam()
    optimizer.build(model.trainable_variables)

    @tf.function(jit_compile=jit_compile)
    def step(x, y):
        with tf.GradientTape() as tape:
            value = tf.reduce_mean(loss(y, model(x, training=True)))
        optimizer.apply(tape.gradient(value, model.trainable_variables), model.trainable_variables)
        return value

    x, y = ([tf.constant(part) for part in batches(program, array)] for array in data(program))

    def epoch():
        for xs, ys in zip(x, y):
            value = step(xs, ys)
        value.numpy()

    clock.measure(epoch, seconds)


def measure_jax_loop(keras, program, clock, _, seconds):
    import jax

    model, loss, _ = build(keras, program)
    loss, optimizer = keras.losses.get(loss), keras.optimizers.Adam()
    optimizer.build(model.trainable_variables)

    def compute(trainable, fixed, x, y):
        y_pred, fixed = model.stateless_call(trainable, fixed, x, training=True)
        return loss(y, y_pred).mean(), fixed

    def step(state, x, y):
        trainable, fixed, slots = state
        (value, fixed), gradients = jax.value_and_grad(compute, has_aux=True)(trainable, fixed, x, y)
        trainable, slots = optimizer.stateless_apply(slots, gradients, trainable)
        return (trainable, fixed, slots), value

    step = jax.jit(step, donate_argnums=0)
    x, y = ([jax.device_put(part) for part in batches(program, array)] for array in data(program))
    state = ([v.value for v in model.trainable_variables], [v.value for v in model.non_trainable_variables],
             [v.value for v in optimizer.variables])

    def epoch():
        nonlocal state
        for xs, ys in zip(x, y):
            state, value = step(state, xs, ys)
        value.block_until_ready()

    clock.measure(epoch, seconds)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--backend", choices=("tensorflow", "jax"), required=True)
    parser.add_argument("--threads", type=int, required=True)
    parser.add_argument("--programs", nargs="+", required=True)
    parser.add_argument("--seconds", type=float, required=True)
    parser.add_argument("--modes", nargs="+", help="default: all")
    arguments = parser.parse_args()
    os.environ["KERAS_BACKEND"] = arguments.backend
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    if arguments.backend == "tensorflow":
        import tensorflow as tf

        tf.config.threading.set_intra_op_parallelism_threads(arguments.threads)
        tf.config.threading.set_inter_op_parallelism_threads(arguments.threads)
        modes = {"fit": (measure_fit, False), "fit-xla": (measure_fit, True), "loop": (measure_tensorflow_loop, False),
                 "loop-xla": (measure_tensorflow_loop, True)}
        version = tf.__version__
    else:
        import jax

        modes = {"fit": (measure_fit, True), "loop": (measure_jax_loop, True)}
        version = jax.__version__
    import keras

    for program in arguments.programs:
        for mode in arguments.modes or modes:
            measure, jit_compile = modes[mode]
            keras.utils.clear_session()
            clock = Clock(program)
            measure(keras, program, clock, jit_compile, arguments.seconds)
            report(program, f"keras-{arguments.backend}", mode, clock, f"{keras.__version__}/{version}",
                   threads=arguments.threads)


if __name__ == "__main__":
    main()
