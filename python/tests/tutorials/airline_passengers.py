# https://machinelearningmastery.com/time-series-prediction-lstm-recurrent-neural-networks-python-keras/
import numpy as np
import tensorflow as tf
from tensorflow.keras.layers import LSTM, Dense
from tensorflow.keras.models import Sequential

tf.random.set_seed(7)
months = np.arange(144)
passengers = (100 + 2.5 * months) * (1 + 0.2 * np.sin(months * np.pi / 6))
scaled = (passengers - passengers.min()) / (passengers.max() - passengers.min())
train, test = scaled[:96], scaled[96:]


def create_dataset(values, look_back=3):
    x = np.array([values[i:i + look_back] for i in range(len(values) - look_back - 1)])
    return x[..., None], np.array([values[i + look_back] for i in range(len(values) - look_back - 1)])


x, y = create_dataset(train)
tx, ty = create_dataset(test)
model = Sequential()
model.add(LSTM(4, input_shape=(3, 1)))
model.add(Dense(1))
model.compile(loss="mean_squared_error", optimizer="adam")
history = model.fit(x, y, epochs=20, batch_size=1, verbose=0)
error = np.sqrt(np.mean((model.predict(x, verbose=0)[:, 0] - y) ** 2))
assert error < 0.2, error

# With memory between batches, which the loop resets itself.
stateful = Sequential()
stateful.add(tf.keras.layers.InputLayer(batch_shape=(1, 3, 1)))
stateful.add(LSTM(4, stateful=True))
stateful.add(Dense(1))
stateful.compile(loss="mean_squared_error", optimizer="adam")
for i in range(3):
    stateful.fit(x, y, epochs=1, batch_size=1, verbose=0, shuffle=False)
    stateful.layers[0].reset_states()
stateful.predict(x, batch_size=1, verbose=0)
