# https://machinelearningmastery.com/how-to-develop-lstm-models-for-time-series-forecasting/
from keras.layers import LSTM, Bidirectional, Conv1D, Dense, Flatten, MaxPooling1D, RepeatVector, TimeDistributed
from keras.models import Sequential
from numpy import array


def split_sequence(sequence, before, after=1):
    x, y = [], []
    for i in range(len(sequence) - before - after + 1):
        x.append(sequence[i:i + before])
        y.append(sequence[i + before:i + before + after])
    return array(x), array(y)


raw = [10, 20, 30, 40, 50, 60, 70, 80, 90]
X, y = split_sequence(raw, 4)
X = X.reshape((X.shape[0], X.shape[1], 1))


def vanilla():
    model = Sequential()
    model.add(LSTM(50, activation="relu", input_shape=(4, 1)))
    model.add(Dense(1))
    return model


def stacked():
    model = Sequential()
    model.add(LSTM(20, activation="relu", return_sequences=True, input_shape=(4, 1)))
    model.add(LSTM(20, activation="relu"))
    model.add(Dense(1))
    return model


def bidirectional():
    model = Sequential()
    model.add(Bidirectional(LSTM(20, activation="relu"), input_shape=(4, 1)))
    model.add(Dense(1))
    return model


for make in (vanilla, stacked, bidirectional):
    model = make()
    model.compile(optimizer="adam", loss="mse")
    history = model.fit(X, y, epochs=100, verbose=0)
    assert history.history["loss"][-1] < history.history["loss"][0]
    print(make.__name__, model.predict(array([70, 80, 90, 100]).reshape((1, 4, 1)), verbose=0))

# A small convolution over each part of the series, then an LSTM over the parts.
model = Sequential()
model.add(TimeDistributed(Conv1D(filters=16, kernel_size=1, activation="relu"), input_shape=(None, 2, 1)))
model.add(TimeDistributed(MaxPooling1D(pool_size=2)))
model.add(TimeDistributed(Flatten()))
model.add(LSTM(20, activation="relu"))
model.add(Dense(1))
model.compile(optimizer="adam", loss="mse")
model.fit(X.reshape((X.shape[0], 2, 2, 1)), y, epochs=30, verbose=0)

# Encoder and decoder: two steps ahead.
X, y = split_sequence(raw, 3, 2)
X, y = X.reshape((X.shape[0], 3, 1)), y.reshape((y.shape[0], 2, 1))
model = Sequential()
model.add(LSTM(20, activation="relu", input_shape=(3, 1)))
model.add(RepeatVector(2))
model.add(LSTM(20, activation="relu", return_sequences=True))
model.add(TimeDistributed(Dense(1)))
model.compile(optimizer="adam", loss="mse")
model.fit(X, y, epochs=30, verbose=0)
assert model.predict(X, verbose=0).shape == (5, 2, 1)
