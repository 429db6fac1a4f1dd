# https://www.tensorflow.org/guide/keras/training_with_built_in_methods (custom losses), for quantiles of a forecast
import numpy as np
import tensorflow as tf


def quantile_loss(q):
    def loss(y_true, y_pred):
        error = y_true - y_pred
        return tf.reduce_mean(tf.maximum(q * error, (q - 1) * error), axis=-1)

    return loss


rng = np.random.default_rng(0)
x = rng.uniform(-1, 1, size=(2000, 1)).astype("float32")
y = (x + rng.normal(size=(2000, 1)) * 0.3).astype("float32")
share = {}
for q in (0.1, 0.9):
    model = tf.keras.Sequential([tf.keras.Input((1,)), tf.keras.layers.Dense(16, activation="tanh"), tf.keras.layers.Dense(1)])
    model.compile(optimizer=tf.keras.optimizers.Adam(0.01), loss=quantile_loss(q), metrics=["mae"])
    model.fit(x, y, epochs=15, batch_size=64, verbose=0)
    share[q] = float(np.mean(y < model.predict(x, verbose=0)))
print(share)
assert abs(share[0.1] - 0.1) < 0.05 and abs(share[0.9] - 0.9) < 0.05
