# https://keras.io/examples/nlp/bidirectional_lstm_imdb/
import keras
import numpy as np
from keras import layers

rng = np.random.default_rng(0)
y = rng.integers(2, size=128)
x = keras.utils.pad_sequences([rng.integers(1, 50, size=rng.integers(5, 20)) + 50 * label for label in y], maxlen=20)
inputs = keras.Input(shape=(None,), dtype="int32")
z = layers.Embedding(200, 16)(inputs)
z = layers.Bidirectional(layers.LSTM(8, return_sequences=True))(z)
z = layers.Bidirectional(layers.LSTM(8))(z)
model = keras.Model(inputs, layers.Dense(1, activation="sigmoid")(z))
model.summary()
model.compile(optimizer=keras.optimizers.Adam(0.01), loss="binary_crossentropy", metrics=["accuracy"])
history = model.fit(x, y, batch_size=32, epochs=12, validation_data=(x, y))
assert history.history["accuracy"][-1] > 0.9
