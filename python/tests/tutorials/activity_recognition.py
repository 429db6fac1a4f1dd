# https://machinelearningmastery.com/cnn-models-for-human-activity-recognition-time-series-classification/
import numpy as np
from keras.layers import Conv1D, Dense, Dropout, Flatten, MaxPooling1D
from keras.models import Sequential
from keras.utils import to_categorical

rng = np.random.default_rng(0)
classes = rng.integers(6, size=240)
x = rng.normal(size=(240, 64, 9)) * 0.5 + np.sin(np.arange(64)[:, None] * (classes[:, None, None] + 1) / 6)
y = to_categorical(classes)


def evaluate_model(x, y, tx, ty, epochs=8, batch_size=32, verbose=0):
    model = Sequential()
    model.add(Conv1D(filters=32, kernel_size=3, activation="relu", input_shape=(x.shape[1], x.shape[2])))
    model.add(Conv1D(filters=32, kernel_size=3, activation="relu"))
    model.add(Dropout(0.5))
    model.add(MaxPooling1D(pool_size=2))
    model.add(Flatten())
    model.add(Dense(50, activation="relu"))
    model.add(Dense(y.shape[1], activation="softmax"))
    model.compile(loss="categorical_crossentropy", optimizer="adam", metrics=["accuracy"])
    model.fit(x, y, epochs=epochs, batch_size=batch_size, verbose=verbose)
    _, accuracy = model.evaluate(tx, ty, batch_size=batch_size, verbose=0)
    return accuracy


scores = [evaluate_model(x[:180], y[:180], x[180:], y[180:]) * 100 for _ in range(2)]
print("Accuracy: %.3f%% (+/-%.3f)" % (np.mean(scores), np.std(scores)))
assert np.mean(scores) > 80
