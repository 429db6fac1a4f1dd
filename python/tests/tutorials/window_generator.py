# https://www.tensorflow.org/tutorials/structured_data/time_series
import numpy as np
import pandas as pd
import tensorflow as tf

rng = np.random.default_rng(0)
df = pd.DataFrame({"T": np.sin(np.arange(700) / 4), "p": np.cos(np.arange(700) / 7), "wv": rng.normal(size=700)})
n = len(df)
train_df, val_df, test_df = df[:int(n * 0.7)], df[int(n * 0.7):int(n * 0.9)], df[int(n * 0.9):]
mean, std = train_df.mean(), train_df.std()
train_df, val_df, test_df = ((part - mean) / std for part in (train_df, val_df, test_df))


class WindowGenerator:
    def __init__(self, input_width, label_width, shift, label_columns):
        self.columns = {name: i for i, name in enumerate(train_df.columns)}
        self.label_columns, self.label_width = label_columns, label_width
        self.total = input_width + shift
        self.input_slice = slice(0, input_width)
        self.labels_slice = slice(self.total - label_width, None)

    def split_window(self, features):
        inputs = features[:, self.input_slice, :]
        labels = tf.stack([features[:, self.labels_slice, self.columns[name]] for name in self.label_columns], axis=-1)
        return inputs, labels

    def make_dataset(self, data):
        data = np.array(data, dtype=np.float32)
        ds = tf.keras.utils.timeseries_dataset_from_array(data=data, targets=None, sequence_length=self.total,
                                                          sequence_stride=1, shuffle=True, batch_size=32)
        return ds.map(self.split_window)

    train = property(lambda self: self.make_dataset(train_df))
    val = property(lambda self: self.make_dataset(val_df))
    test = property(lambda self: self.make_dataset(test_df))


def compile_and_fit(model, window, patience=2):
    stopping = tf.keras.callbacks.EarlyStopping(monitor="val_loss", patience=patience, mode="min")
    model.compile(loss=tf.keras.losses.MeanSquaredError(), optimizer=tf.keras.optimizers.Adam(),
                  metrics=[tf.keras.metrics.MeanAbsoluteError()])
    return model.fit(window.train, epochs=4, validation_data=window.val, callbacks=[stopping], verbose=2)


single = WindowGenerator(1, 1, 1, ["T"])
wide = WindowGenerator(24, 24, 1, ["T"])
conv = WindowGenerator(6, 1, 1, ["T"])
models = {
    "linear": (tf.keras.Sequential([tf.keras.layers.Dense(units=1)]), single),
    "dense": (tf.keras.Sequential([tf.keras.layers.Dense(units=16, activation="relu"),
                                   tf.keras.layers.Dense(units=1)]), single),
    "flat": (tf.keras.Sequential([tf.keras.layers.Flatten(), tf.keras.layers.Dense(units=16, activation="relu"),
                                  tf.keras.layers.Dense(units=1), tf.keras.layers.Reshape([1, -1])]), conv),
    "conv": (tf.keras.Sequential([tf.keras.layers.Conv1D(filters=16, kernel_size=(6,), activation="relu"),
                                  tf.keras.layers.Dense(units=16, activation="relu"), tf.keras.layers.Dense(units=1)]), conv),
    "lstm": (tf.keras.models.Sequential([tf.keras.layers.LSTM(8, return_sequences=True), tf.keras.layers.Dense(units=1)]), wide),
}
for name, (model, window) in models.items():
    history = compile_and_fit(model, window)
    scores = model.evaluate(window.test, verbose=0, return_dict=True)
    assert set(scores) == {"loss", "mean_absolute_error"}, scores
    print(name, model.output_shape if name != "linear" else "", scores)
