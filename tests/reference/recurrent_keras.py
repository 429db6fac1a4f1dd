"""Writes recurrent_keras.inc: what Keras 3.15.1 on TensorFlow computes, in float64, for the cases of
recurrent_keras_test.cpp. Run with `python recurrent_keras.py > recurrent_keras.inc` where keras and tensorflow are.

Arrays are not stored but made by a formula that the test repeats; element i of array k is 0.8·sin(0.7·i + 1.3·k + 0.4).
"""

import math

import keras
import numpy as np
import tensorflow as tf

keras.config.set_floatx("float64")
B, T, C, U = 2, 5, 2, 3
MASK = np.array([[1, 1, 0, 1, 0], [0, 1, 1, 1, 1]])  # also in the test
GATES = {"SimpleRNN": 1, "GRU": 3, "LSTM": 4}


def values(k, *shape):
    n = int(np.prod(shape))
    return np.array([0.8 * math.sin(0.7 * i + 1.3 * k + 0.4) for i in range(n)]).reshape(shape)


def dropout(k, *shape):
    return np.where(values(k, *shape) > -0.2, 1.25, 0.0)


# cell, reset_after, activation, recurrent_activation, return_sequences, go_backwards, zero_output, mask, state, dropout
CASES = [
    ("SimpleRNN", 1, "tanh", "sigmoid", 1, 0, 0, 0, 0, 0),
    ("SimpleRNN", 1, "relu", "sigmoid", 0, 1, 0, 1, 1, 0),
    ("SimpleRNN", 1, "tanh", "sigmoid", 1, 0, 1, 1, 1, 2),
    ("GRU", 1, "tanh", "sigmoid", 1, 0, 0, 1, 1, 0),
    ("GRU", 1, "relu", "softmax", 1, 1, 1, 1, 0, 1),
    ("GRU", 1, "tanh", "sigmoid", 0, 0, 1, 1, 1, 2),
    ("GRU", 0, "tanh", "sigmoid", 1, 0, 0, 0, 1, 0),
    ("GRU", 0, "tanh", "sigmoid", 1, 1, 0, 1, 1, 2),
    ("GRU", 0, "softmax", "tanh", 0, 0, 0, 1, 0, 1),
    ("LSTM", 1, "tanh", "sigmoid", 1, 0, 0, 0, 0, 0),
    ("LSTM", 1, "tanh", "sigmoid", 1, 0, 0, 1, 1, 0),
    ("LSTM", 1, "tanh", "sigmoid", 0, 1, 1, 1, 1, 0),
    ("LSTM", 1, "relu", "softmax", 1, 1, 0, 1, 1, 1),
    ("LSTM", 1, "tanh", "sigmoid", 1, 0, 1, 1, 1, 2),
]


def run(cell, reset_after, act, rec_act, sequences, backwards, zero_output, mask, state, drop):
    G = GATES[cell]
    options = dict(activation=act, return_sequences=bool(sequences), go_backwards=bool(backwards), return_state=True)
    options |= dict(zero_output_for_mask=bool(zero_output))
    if cell != "SimpleRNN":
        options |= dict(recurrent_activation=rec_act)
    if cell == "GRU":
        options |= dict(reset_after=bool(reset_after))
    if drop:
        options |= dict(dropout=0.2)
    if drop == 2:
        options |= dict(recurrent_dropout=0.2)
    layer = getattr(keras.layers, cell)(U, **options)
    layer.build((B, T, C))
    bias_shape = (2, G * U) if cell == "GRU" and reset_after else (G * U,)
    layer.set_weights([values(1, C, G * U), values(2, U, G * U), values(3, *bias_shape)])
    if drop:  # masks that are there already are not drawn
        masks = dropout(4, G if drop == 2 else 1, B, C)
        layer.cell._dropout_mask = masks[0] if len(masks) == 1 else list(masks)
    if drop == 2:
        masks = dropout(5, G, B, U)
        layer.cell._recurrent_dropout_mask = masks[0] if G == 1 else list(masks)
    x = tf.Variable(values(0, B, T, C))
    states = [tf.Variable(values(6 + i, B, U)) for i in range(2 if cell == "LSTM" else 1)]
    with tf.GradientTape() as tape:
        out = layer(x, initial_state=list(states) if state else None, mask=tf.constant(MASK == 1) if mask else None,
                    training=True)
        loss = sum(tf.reduce_sum(o * values(8 + i, *o.shape)) for i, o in enumerate(out))
    wanted = [x, *[w.value for w in layer.trainable_weights], *(states if state else [])]
    return [*out, *tape.gradient(loss, wanted)]


print("// Written by recurrent_keras.py; do not edit.")
for case in CASES:
    numbers = np.concatenate([np.ravel(np.array(a)) for a in run(*case)])
    head = ", ".join(f"ActivationKind::{v}" if i in (2, 3) else str(v) for i, v in enumerate(case[1:], 1))
    print(f"{{Cell::{dict(SimpleRNN='simple_rnn', GRU='gru', LSTM='lstm')[case[0]]}, {head},\n {{", end="")
    for i, number in enumerate(numbers):
        print(f"{number:.11g}", end="}},\n" if i + 1 == len(numbers) else ",\n  " if i % 8 == 7 else ", ")
