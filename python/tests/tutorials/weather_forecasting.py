# https://keras.io/examples/timeseries/timeseries_weather_forecasting/
import keras
import numpy as np

rng = np.random.default_rng(0)
steps, past, future = 1200, 60, 6
features = np.stack([np.sin(np.arange(steps) / (5 + i)) + rng.normal(size=steps) * 0.1 for i in range(4)], axis=1)
features = (features - features[:900].mean(axis=0)) / features[:900].std(axis=0)
start = past + future
train = keras.utils.timeseries_dataset_from_array(features[:900], features[start:, 1:2], sequence_length=10, sampling_rate=6,
                                                  batch_size=64)
check = keras.utils.timeseries_dataset_from_array(features[900:-start], features[900 + start:, 1:2], sequence_length=10,
                                                  sampling_rate=6, batch_size=64)
for batch in train.take(1):
    inputs, targets = batch
inputs = keras.layers.Input(shape=(inputs.shape[1], inputs.shape[2]))
outputs = keras.layers.Dense(1)(keras.layers.LSTM(16)(inputs))
model = keras.Model(inputs=inputs, outputs=outputs)
model.compile(optimizer=keras.optimizers.Adam(learning_rate=0.01), loss="mse")
stop = keras.callbacks.EarlyStopping(monitor="val_loss", min_delta=0, patience=5)
save = keras.callbacks.ModelCheckpoint(monitor="val_loss", filepath="model_checkpoint.weights.h5", verbose=1,
                                       save_weights_only=True, save_best_only=True)
history = model.fit(train, epochs=5, validation_data=check, callbacks=[stop, save])
model.load_weights("model_checkpoint.weights.h5")
for x, y in check.take(2):
    assert model.predict(x, verbose=0).shape == (len(x), 1)
assert history.history["val_loss"][-1] < history.history["val_loss"][0]
