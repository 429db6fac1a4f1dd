"""Prints the texts of summary_test.cpp: `COLUMNS=80 KERAS_BACKEND=tensorflow python make_summaries.py`."""

import keras
import numpy as np
from keras import layers


def show(title, model, **options):
    print(f"--- {title}")
    model.summary(print_fn=lambda text: print(text, end=""), **options)
    keras.utils.clear_session()


def classify():
    return keras.Sequential([
        layers.Input((100, 1)), layers.Conv1D(32, 3, activation="relu"), layers.MaxPooling1D(2), layers.Flatten(),
        layers.Dense(128, activation="relu"), layers.Dense(1, activation="sigmoid")])


model = classify()
model.compile("adam", "binary_crossentropy")
model.train_on_batch(np.zeros((2, 100, 1)), np.zeros((2, 1)))
show("classify", model)
model = classify()
model.layers[0].trainable = False
show("trainable", model, show_trainable=True)
show("narrow", classify(), line_length=40)
show("channels", keras.Sequential([
    layers.Input((100, 3)), layers.Conv1D(64, 5, activation="relu"), layers.BatchNormalization(),
    layers.Conv1D(128, 3, activation="relu"), layers.GlobalAveragePooling1D(), layers.Dense(10, activation="softmax")]))
show("recurrent", keras.Sequential([
    layers.Input((200, 1)), layers.Conv1D(64, 7, activation="relu"), layers.MaxPooling1D(2),
    layers.LSTM(128, return_sequences=True), layers.LSTM(64), layers.Dense(1)]))
show("unbuilt", keras.Sequential([layers.Conv1D(4, 3), layers.Dropout(0.5), layers.Flatten(), layers.Dense(2)]))
show("empty", keras.Sequential())
