# https://machinelearningmastery.com/how-to-develop-convolutional-neural-network-models-for-time-series-forecasting/
from numpy import array, hstack
from keras.layers import Conv1D, Dense, Flatten, MaxPooling1D
from keras.models import Sequential


def split_sequences(rows, n_steps):
    X, y = [], []
    for i in range(len(rows) - n_steps + 1):
        X.append(rows[i:i + n_steps, :-1])
        y.append(rows[i + n_steps - 1, -1])
    return array(X), array(y)


one = array([10, 20, 30, 40, 50, 60, 70, 80, 90]).reshape((9, 1))
two = array([15, 25, 35, 45, 55, 65, 75, 85, 95]).reshape((9, 1))
X, y = split_sequences(hstack((one, two, one + two)), 3)
model = Sequential()
model.add(Conv1D(filters=64, kernel_size=2, activation="relu", input_shape=(3, X.shape[2])))
model.add(MaxPooling1D(pool_size=2))
model.add(Flatten())
model.add(Dense(50, activation="relu"))
model.add(Dense(1))
model.compile(optimizer="adam", loss="mse")
history = model.fit(X, y, epochs=400, verbose=0)
prediction = model.predict(array([[80, 85], [90, 95], [100, 105]]).reshape((1, 3, 2)), verbose=0)
assert abs(prediction[0, 0] - 205) < 20, prediction
