# https://keras.io/examples/timeseries/timeseries_classification_from_scratch/
import keras
import numpy as np

rng = np.random.default_rng(0)
y = rng.integers(2, size=160) * 2 - 1
x = rng.normal(size=(160, 60)) + np.where(y > 0, 1, -1)[:, None] * np.sin(np.arange(60) / 4)
x = x.reshape((x.shape[0], x.shape[1], 1))
y[y == -1] = 0


def make_model(shape):
    start = keras.layers.Input(shape)
    z = start
    for _ in range(3):
        z = keras.layers.Conv1D(filters=16, kernel_size=3, padding="same")(z)
        z = keras.layers.BatchNormalization()(z)
        z = keras.layers.ReLU()(z)
    z = keras.layers.GlobalAveragePooling1D()(z)
    return keras.models.Model(inputs=start, outputs=keras.layers.Dense(2, activation="softmax")(z))


model = make_model(x.shape[1:])
callbacks = [
    keras.callbacks.ModelCheckpoint("best_model.keras", save_best_only=True, monitor="val_loss"),
    keras.callbacks.ReduceLROnPlateau(monitor="val_loss", factor=0.5, patience=20, min_lr=0.0001),
    keras.callbacks.EarlyStopping(monitor="val_loss", patience=50, verbose=1),
]
model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["sparse_categorical_accuracy"])
history = model.fit(x, y, batch_size=32, epochs=15, callbacks=callbacks, validation_split=0.2, verbose=1)
best = keras.models.load_model("best_model.keras")
loss, accuracy = best.evaluate(x, y)
assert history.history["loss"][-1] < history.history["loss"][0]
assert set(history.history) >= {"sparse_categorical_accuracy", "val_sparse_categorical_accuracy"}
print("Test accuracy", accuracy)
