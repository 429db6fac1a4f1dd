# https://keras.io/guides/sequential_model/
import keras
from keras import layers, ops

model = keras.Sequential([
    layers.Dense(2, activation="relu", name="layer1"),
    layers.Dense(3, activation="relu", name="layer2"),
    layers.Dense(4, name="layer3"),
])
y = model(ops.ones((3, 3)))
assert y.shape == (3, 4) and len(model.weights) == 6
model.pop()
assert len(model.layers) == 2

layer = layers.Dense(3)
assert layer.weights == []
layer(ops.ones((1, 4)))
assert [w.name for w in layer.weights] == ["kernel", "bias"]

model = keras.Sequential(name="my_sequential")
model.add(keras.Input(shape=(250, 3)))
model.add(layers.Conv1D(32, 5, strides=2, activation="relu"))
model.add(layers.Conv1D(32, 3, activation="relu"))
model.add(layers.MaxPooling1D(3))
model.summary()
model.add(layers.GlobalMaxPooling1D())
model.add(layers.Dense(10))
model.summary(show_trainable=True)

for layer in model.layers[:-1]:
    layer.trainable = False
assert len(model.trainable_weights) == 2
model.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
before = model.get_weights()
model.fit(ops.ones((32, 250, 3)), ops.zeros((32,)), verbose=0)
after = model.get_weights()
assert (before[0] == after[0]).all() and (before[-1] != after[-1]).any()

extractor = keras.Model(inputs=model.inputs, outputs=model.layers[0](model.inputs[0]))
assert extractor(ops.ones((1, 250, 3))).shape == (1, 123, 32)
