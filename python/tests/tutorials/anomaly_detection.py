# https://keras.io/examples/timeseries/timeseries_anomaly_detection/
import keras
import numpy as np
from keras import layers

rng = np.random.default_rng(0)
series = np.sin(np.arange(900) / 9) + rng.normal(size=900) * 0.05


def windows(values, length=48):
    return np.stack([values[i:i + length] for i in range(len(values) - length + 1)])[..., None]


x = windows((series - series.mean()) / series.std())
model = keras.Sequential([
    layers.Input(shape=(x.shape[1], x.shape[2])),
    layers.Conv1D(filters=16, kernel_size=7, padding="same", strides=2, activation="relu"),
    layers.Dropout(rate=0.2),
    layers.Conv1D(filters=8, kernel_size=7, padding="same", strides=2, activation="relu"),
    layers.Conv1DTranspose(filters=8, kernel_size=7, padding="same", strides=2, activation="relu"),
    layers.Dropout(rate=0.2),
    layers.Conv1DTranspose(filters=16, kernel_size=7, padding="same", strides=2, activation="relu"),
    layers.Conv1DTranspose(filters=1, kernel_size=7, padding="same"),
])
model.compile(optimizer=keras.optimizers.Adam(learning_rate=0.005), loss="mse")
model.summary()
history = model.fit(x, x, epochs=8, batch_size=64, validation_split=0.1,
                    callbacks=[keras.callbacks.EarlyStopping(monitor="val_loss", patience=5, mode="min")])
threshold = np.max(np.mean(np.abs(model.predict(x) - x), axis=1))
strange = x.copy()
strange[300:310] = 5.0
errors = np.mean(np.abs(model.predict(strange) - strange), axis=1)[:, 0]
found = np.flatnonzero(errors > threshold)
assert set(found) <= set(range(300, 310)) and len(found) == 10, found
assert model.output_shape == (None, 48, 1)
print("anomalous windows", found)
