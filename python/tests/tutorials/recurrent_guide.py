# https://keras.io/guides/working_with_rnns/
import keras
import numpy as np
from keras import layers

model = keras.Sequential()
model.add(layers.Embedding(input_dim=100, output_dim=16))
model.add(layers.GRU(24, return_sequences=True))
model.add(layers.SimpleRNN(12))
model.add(layers.Dense(10))
x = np.random.randint(0, 100, size=(16, 7))
assert model.predict(x, verbose=0).shape == (16, 10)

model = keras.Sequential()
model.add(keras.Input(shape=(5, 10)))
model.add(layers.Bidirectional(layers.LSTM(16, return_sequences=True)))
model.add(layers.Bidirectional(layers.LSTM(8)))
model.add(layers.Dense(10))
model.summary()

rows = np.random.random((64, 28, 28)).astype("float32")
digits = np.random.randint(0, 10, size=64)
model = keras.models.Sequential([
    keras.layers.LSTM(16, input_shape=(None, 28)),
    keras.layers.BatchNormalization(),
    keras.layers.Dense(10),
])
model.compile(loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True), optimizer="sgd", metrics=["accuracy"])
model.fit(rows, digits, validation_data=(rows, digits), batch_size=64, epochs=2)
padded = keras.utils.pad_sequences([[711, 632, 71], [73, 8, 3215, 55, 927], [83, 91, 1, 645, 1253, 927]], padding="post")
masked = keras.Sequential([layers.Embedding(5000, 8, mask_zero=True), layers.LSTM(4)])
assert masked.predict(padded, verbose=0).shape == (3, 4)
