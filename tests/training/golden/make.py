"""Writes the expected values of this folder with real Keras, in float64.

    python make.py [topic ...]        # keras==3.15.1, jax
"""

import json
import math
import os
import sys

os.environ["KERAS_BACKEND"] = "jax"
os.environ["JAX_ENABLE_X64"] = "1"

import keras
import numpy as np

keras.config.set_floatx("float64")

# On JAX keras.ops.mean computes in float32 even for float64.
import jax.numpy as jnp
from keras.src import backend

backend.numpy.mean = lambda x, axis=None, keepdims=False: jnp.mean(getattr(x, "value", x), axis=axis, keepdims=keepdims)

HERE = os.path.dirname(os.path.abspath(__file__))


def numbers(values):
    return ", ".join("%.10g" % v for v in np.ravel(np.asarray(values)))


def write(name, lines):
    with open(os.path.join(HERE, name), "w") as out:
        out.write("// Written by make.py with Keras %s.\n" % keras.__version__)
        out.write("// clang-format off\n")
        out.write("\n".join(lines) + "\n")


# --- Optimizers: 12 steps on a kernel (2, 3) and a bias (3,) ---------------------------------------------------------

O = keras.optimizers
S = keras.optimizers.schedules
OPTIMIZERS = {
    "sgd": lambda: O.SGD(),
    "sgd_momentum": lambda: O.SGD(0.05, momentum=0.9),
    "sgd_nesterov": lambda: O.SGD(0.05, momentum=0.9, nesterov=True),
    "rmsprop": lambda: O.RMSprop(0.01),
    "rmsprop_momentum": lambda: O.RMSprop(0.01, momentum=0.5),
    "rmsprop_centered": lambda: O.RMSprop(0.01, rho=0.8, momentum=0.3, centered=True),
    "adam": lambda: O.Adam(0.01),
    "adam_amsgrad": lambda: O.Adam(0.01, beta_2=0.5, amsgrad=True),
    "adamw": lambda: O.AdamW(0.01, weight_decay=0.1),
    "adagrad": lambda: O.Adagrad(0.1),
    "adadelta": lambda: O.Adadelta(1.0),
    "adamax": lambda: O.Adamax(0.01),
    "nadam": lambda: O.Nadam(0.01),
    "ftrl": lambda: O.Ftrl(0.1, l1_regularization_strength=0.01, l2_regularization_strength=0.02,
                           l2_shrinkage_regularization_strength=0.03, beta=0.1),
    "lion": lambda: O.Lion(0.01),
    "lamb": lambda: O.Lamb(0.01),
    "sgd_decay": lambda: O.SGD(0.1, weight_decay=0.2),
    "adam_clipnorm": lambda: O.Adam(0.01, epsilon=0.1, clipnorm=0.3),
    "adam_global_clipnorm": lambda: O.Adam(0.01, epsilon=0.1, global_clipnorm=0.4),
    "adam_clipvalue": lambda: O.Adam(0.01, epsilon=0.1, clipvalue=0.1),
    "adam_loss_scale": lambda: O.Adam(0.01, epsilon=0.1, loss_scale_factor=8.0),
    "adam_accumulate": lambda: O.Adam(0.01, epsilon=0.1, clipnorm=0.2, gradient_accumulation_steps=3),
    "sgd_accumulate_5": lambda: O.SGD(0.1, gradient_accumulation_steps=5),
    "sgd_ema": lambda: O.SGD(0.1, use_ema=True, ema_momentum=0.6),
    "sgd_ema_overwrite": lambda: O.SGD(0.1, use_ema=True, ema_momentum=0.6, ema_overwrite_frequency=4),
    "adam_ema_accumulate": lambda: O.Adam(0.01, use_ema=True, ema_momentum=0.6, ema_overwrite_frequency=2,
                                          gradient_accumulation_steps=2),
    "sgd_schedule": lambda: O.SGD(S.ExponentialDecay(0.1, 3, 0.5)),
    "adam_schedule_accumulate": lambda: O.Adam(S.PolynomialDecay(0.1, 9), gradient_accumulation_steps=2),
    "sgd_constraint": lambda: O.SGD(0.1),
    "adagrad_start": lambda: O.Adagrad(0.1, initial_accumulator_value=0.0, epsilon=1e-3, weight_decay=0.01),
    "adadelta_rho": lambda: O.Adadelta(0.7, rho=0.8, epsilon=1e-4, clipvalue=0.2),
    "adamax_decay": lambda: O.Adamax(0.02, beta_1=0.8, beta_2=0.9, epsilon=1e-3, weight_decay=0.05),
    "nadam_betas": lambda: O.Nadam(0.02, beta_1=0.8, beta_2=0.9, epsilon=1e-3, gradient_accumulation_steps=2),
    "ftrl_power": lambda: O.Ftrl(0.1, learning_rate_power=-0.3, l1_regularization_strength=0.02),
    "lion_decay": lambda: O.Lion(0.01, beta_1=0.7, beta_2=0.8, weight_decay=0.3, use_ema=True),
    "lamb_decay": lambda: O.Lamb(0.02, beta_1=0.8, beta_2=0.9, epsilon=1e-3, weight_decay=0.1, clipnorm=0.3),
    "schedule_free": lambda: O.ScheduleFreeAdamW(0.02),
    "schedule_free_warmup": lambda: O.ScheduleFreeAdamW(0.05, beta_1=0.7, beta_2=0.9, epsilon=1e-3, warmup_steps=6,
                                                        weight_decay=0.1),
    "rmsprop_all": lambda: O.RMSprop(0.01, rho=0.7, epsilon=1e-3, weight_decay=0.1, global_clipnorm=0.3, use_ema=True,
                                     ema_momentum=0.8, loss_scale_factor=2.0),
    "adamw_amsgrad": lambda: O.AdamW(0.02, amsgrad=True, beta_1=0.5, beta_2=0.7, clipnorm=0.2),
}

# Those that look at whole weights, on more of them.
WHOLE_WEIGHT_OPTIMIZERS = {
    "adafactor": lambda: O.Adafactor(0.5),
    "adafactor_options": lambda: O.Adafactor(0.2, beta_2_decay=-0.6, epsilon_1=1e-4, epsilon_2=0.1, clip_threshold=0.7,
                                             relative_step=False, weight_decay=0.1),
    "adafactor_schedule": lambda: O.Adafactor(S.ExponentialDecay(0.5, 3, 0.5), gradient_accumulation_steps=2),
    "muon": lambda: O.Muon(0.02),
    "muon_options": lambda: O.Muon(0.05, adam_beta_1=0.8, adam_beta_2=0.9, adam_weight_decay=0.2, epsilon=1e-3,
                                   weight_decay=0.1, muon_a=2.0, muon_b=-1.5, muon_c=0.5, adam_lr_ratio=0.5,
                                   momentum=0.8, ns_steps=4, nesterov=False, rms_rate=None, exclude_layers=["tal+"]),
    "muon_embeddings": lambda: O.Muon(0.02, exclude_embeddings=False, adam_weight_decay=None, global_clipnorm=0.5),
    "lamb_whole": lambda: O.Lamb(0.02, weight_decay=0.1),
}
WHOLE_WEIGHTS = {"kernel": (2, 3), "tall": (4, 2), "token_embedding": (3, 2), "filters": (3, 2, 2), "bias": (3,)}


def optimizer_line(name, optimizer, variables, gradient, steps):
    for step in range(steps):
        optimizer.apply([keras.ops.array(gradient(v, i, step)) for i, v in enumerate(variables)], variables)
    optimizer.finalize_variable_values(variables)
    names = ", ".join('"%s"' % v.path.split("/")[-1] for v in optimizer.variables)
    state = np.concatenate([np.ravel(np.asarray(v)) for v in optimizer.variables])
    weights = np.concatenate([np.ravel(np.asarray(v)) for v in variables])
    return '{"%s", {%s},\n {%s},\n {%s}},' % (name, numbers(weights), names, numbers(state))


def optimizer_lines():
    lines = []
    for name, make in OPTIMIZERS.items():
        kernel = keras.Variable(np.array([[0.5, -0.3, 0.8], [-0.2, 0.9, 0.1]]), name="kernel")
        bias = keras.Variable(np.array([0.1, -0.4, 0.7]), name="bias")
        if name == "sgd_constraint":
            kernel.constraint = keras.constraints.MaxNorm(0.6)

        def gradient(variable, i, step):
            first, shape = [(0, (2, 3)), (6, (3,))][i]
            return np.reshape([0.3 * math.sin(1.7 * (first + k) + 0.9 * step) + 0.1 * math.cos(step)
                               for k in range(math.prod(shape))], shape)

        lines.append(optimizer_line(name, make(), [kernel, bias], gradient, 12))
    for name, make in WHOLE_WEIGHT_OPTIMIZERS.items():
        def waves(i, shape, speed):
            return np.reshape([math.sin(speed * (k + 1) + i) for k in range(math.prod(shape))], shape)

        variables = [keras.Variable(waves(i, shape, 1.3), name=v)
                     for i, (v, shape) in enumerate(WHOLE_WEIGHTS.items())]
        lines.append(optimizer_line(name, make(), variables,
                                    lambda v, i, step: 0.2 * waves(i + 0.9 * step, tuple(v.shape), 1.7), 6))
    return lines


# --- Schedules: rates at steps 0 .. 39 -------------------------------------------------------------------------------

SCHEDULES = {
    "exponential": S.ExponentialDecay(0.1, 7, 0.5),
    "exponential_staircase": S.ExponentialDecay(0.1, 7, 0.5, staircase=True),
    "inverse_time": S.InverseTimeDecay(0.1, 7, 0.5),
    "inverse_time_staircase": S.InverseTimeDecay(0.1, 7, 0.5, staircase=True),
    "piecewise": S.PiecewiseConstantDecay([5, 12], [1.0, 0.5, 0.1]),
    "polynomial": S.PolynomialDecay(0.1, 10, power=2.0),
    "polynomial_cycle": S.PolynomialDecay(0.1, 10, end_learning_rate=0.01, cycle=True),
    "cosine": S.CosineDecay(0.1, 20, alpha=0.1),
    "cosine_warmup": S.CosineDecay(0.01, 20, warmup_target=0.1, warmup_steps=6),
    "restarts": S.CosineDecayRestarts(0.1, 5, m_mul=0.8, alpha=0.05),
    "restarts_equal": S.CosineDecayRestarts(0.1, 5, t_mul=1.0, m_mul=0.9),
}


def schedule_lines():
    return ['{"%s", {%s}},' % (name, numbers([s(step) for step in range(40)])) for name, s in SCHEDULES.items()]


# --- Losses: values per row, reduced and weighted, and gradients of the reduced one -------------------------------------

L = keras.losses
LOSSES = {
    "mse": (L.MeanSquaredError(), "any"),
    "mae": (L.MeanAbsoluteError(), "any"),
    "mape": (L.MeanAbsolutePercentageError(), "any"),
    "msle": (L.MeanSquaredLogarithmicError(), "any"),
    "huber": (L.Huber(delta=0.7), "any"),
    "log_cosh": (L.LogCosh(), "any"),
    "poisson": (L.Poisson(), "probability"),
    "kld": (L.KLDivergence(), "probability"),
    "cosine": (L.CosineSimilarity(), "any"),
    "hinge": (L.Hinge(), "any"),
    "hinge_binary": (L.Hinge(), "binary"),
    "squared_hinge": (L.SquaredHinge(), "any"),
    "categorical_hinge": (L.CategoricalHinge(), "one_hot"),
    "bce": (L.BinaryCrossentropy(), "binary"),
    "bce_smooth": (L.BinaryCrossentropy(label_smoothing=0.2), "binary"),
    "bce_logits": (L.BinaryCrossentropy(from_logits=True, label_smoothing=0.1), "logits"),
    "cce": (L.CategoricalCrossentropy(), "one_hot"),
    "cce_smooth": (L.CategoricalCrossentropy(label_smoothing=0.2), "one_hot"),
    "cce_logits": (L.CategoricalCrossentropy(from_logits=True), "logits"),
    "scce": (L.SparseCategoricalCrossentropy(), "sparse"),
    "scce_logits": (L.SparseCategoricalCrossentropy(from_logits=True), "sparse_logits"),
    "scce_ignore": (L.SparseCategoricalCrossentropy(ignore_class=2), "sparse"),
    "bfce": (L.BinaryFocalCrossentropy(), "binary"),
    "bfce_balanced": (L.BinaryFocalCrossentropy(apply_class_balancing=True, alpha=0.3, gamma=1.5, label_smoothing=0.1),
                      "binary"),
    "bfce_logits": (L.BinaryFocalCrossentropy(from_logits=True), "logits"),
    "cfce": (L.CategoricalFocalCrossentropy(), "one_hot"),
    "cfce_logits": (L.CategoricalFocalCrossentropy(from_logits=True, label_smoothing=0.1), "logits"),
    "gce": (L.CategoricalGeneralizedCrossEntropy(q=0.7), "sparse"),
    "mse_sum": (L.MeanSquaredError(reduction="sum"), "any"),
    "mse_mean_weight": (L.MeanSquaredError(reduction="mean_with_sample_weight"), "any"),
    "scce_ignore_mean_weight": (
        L.SparseCategoricalCrossentropy(ignore_class=2, reduction="mean_with_sample_weight"), "sparse"),
    "cfce_alphas": (L.CategoricalFocalCrossentropy(alpha=[0.2, 0.5, 1.0]), "one_hot"),
    "dice": (L.Dice(), "cube"),
    "dice_axes": (L.Dice(axis=(1, 2)), "cube"),
    "dice_sum": (L.Dice(reduction="sum"), "cube"),
    "dice_mean_weight": (L.Dice(reduction="mean_with_sample_weight"), "cube"),
    "dice_axis_1": (L.Dice(axis=(1,)), "cube"),
    "tversky": (L.Tversky(alpha=0.3, beta=0.9), "cube"),
    "tversky_axes": (L.Tversky(alpha=0.3, beta=0.9, axis=(-2, -1)), "cube"),
    "cosine_axis_1": (L.CosineSimilarity(axis=1), "cube"),
    "bce_axis_1": (L.BinaryCrossentropy(axis=1, label_smoothing=0.1), "cube"),
    "bce_logits_axis_1": (L.BinaryCrossentropy(axis=-2, from_logits=True), "cube"),
    "cce_axis_1": (L.CategoricalCrossentropy(axis=1), "cube"),
    "cce_logits_axis_1": (L.CategoricalCrossentropy(axis=-2, from_logits=True), "cube"),
    "bfce_axis_1": (L.BinaryFocalCrossentropy(axis=1), "cube"),
    "cfce_axis_1": (L.CategoricalFocalCrossentropy(axis=1), "cube"),
    "circle": (L.Circle(), "vectors"),
    "circle_diagonal": (L.Circle(gamma=20.0, margin=0.3, remove_diagonal=False, reduction="mean_with_sample_weight"),
                        "vectors"),
    "ctc": (L.CTC(), "sequences"),
    "ctc_sum": (L.CTC(reduction="sum"), "sequences"),
}

ANY_P = np.array([[0.5, -1.2, 2.1], [0.1, 0.9, -0.4], [1.5, 0.3, 0.2], [-0.7, 1.1, 3.0]])
ANY_Y = np.array([[1.0, -1.0, 0.5], [0.3, 0.8, 2.0], [-1.5, 0.4, 0.1], [1.0, -2.0, 0.6]])
PROBABILITY = np.array([[0.2, 0.5, 0.3], [0.9, 0.06, 0.04], [0.35, 0.3, 0.6], [0.0, 0.99, 0.01]])
BINARY = np.array([[1.0, 0.0, 0.0], [0.0, 1.0, 1.0], [1.0, 1.0, 0.0], [0.0, 1.0, 0.0]])
ONE_HOT = np.array([[0.0, 1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0], [0.0, 1.0, 0.0]])
SPARSE = np.array([1.0, 0.0, 2.0, 1.0])
WEIGHTS = np.array([1.0, 0.5, 2.0, 3.0])


def waves(shape, speed):
    return np.reshape([0.5 + 0.49 * math.sin(speed * i) for i in range(math.prod(shape))], shape)


CUBE = waves((2, 3, 4), 1.3)
VECTORS = waves((7, 4), 1.9) - 0.4


def loss_data(kind):
    return {
        "cube": (waves((2, 3, 4), 0.7), CUBE),
        "vectors": (np.array([0.0, 1.0, 0.0, 2.0, 1.0, 2.0, 0.0]),
                    VECTORS / np.linalg.norm(VECTORS, axis=-1, keepdims=True)),
        "sequences": (np.array([[1.0, 2.0, 2.0, 0.0], [3.0, 0.0, 0.0, 0.0], [1.0, 2.0, 3.0, 1.0], [0.0, 0.0, 0.0, 0.0]]),
                      6 * waves((4, 6, 5), 1.3) - 3),
        "any": (ANY_Y, ANY_P),
        "probability": (np.abs(ANY_Y) / 3, PROBABILITY),
        "binary": (BINARY, PROBABILITY),
        "one_hot": (ONE_HOT, PROBABILITY),
        "logits": (ONE_HOT, ANY_P),
        "sparse": (SPARSE, PROBABILITY),
        "sparse_logits": (SPARSE, ANY_P),
    }[kind]


def loss_lines():
    import jax

    lines = []
    for name, (loss, kind) in LOSSES.items():
        y, p = loss_data(kind)
        weights = WEIGHTS
        if kind == "vectors":
            weights = np.array([1.0, 0.5, 2.0, 3.0, 0.25, 1.5, 0.75])
        if kind.startswith("cube"):
            weights = np.array([1.0, 0.5]) if np.ndim(loss.call(y, p)) < 2 else np.array([[1.0], [0.5]])
        gradient = jax.grad(lambda q: loss(y, q, sample_weight=weights))(p)
        lines.append('{"%s", "%s", {%s}, %s, %s,\n {%s}},' % (
            name, kind, numbers(loss.call(y, p)), numbers(loss(y, p)), numbers(loss(y, p, sample_weight=weights)),
            numbers(gradient)))
    return lines


# --- Metrics: two batches, with and without weights ---------------------------------------------------------------------

M = keras.metrics


def f32(values):
    return np.asarray(values, dtype="float32")


def metric_data(kind, batch):
    def waves(shape, speed):
        return f32(np.reshape([0.5 + 0.5 * math.sin(speed * (i + 100 * batch)) for i in range(math.prod(shape))], shape))

    def labels(shape, speed):
        return f32(waves(shape, speed) > 0.5)

    def classes(shape, count):
        return np.reshape([(i * 7 + batch + i // 3) % count for i in range(math.prod(shape))], shape)

    return {
        "regression": lambda: (waves((5, 3), 0.7), waves((5, 3), 1.1)),
        "binary": lambda: (labels((7, 1), 2.1), waves((7, 1), 1.3)),
        "multilabel": lambda: (labels((6, 3), 2.1), waves((6, 3), 1.3)),
        "one_hot": lambda: (f32(np.eye(4)[classes((6,), 4)]), waves((6, 4), 1.3)),
        "one_hot_many": lambda: (f32(np.eye(4)[classes((30,), 4)]), waves((30, 4), 1.3)),
        "sparse": lambda: (f32(classes((6,), 4)), waves((6, 4), 1.3)),
        "sequence": lambda: (labels((4, 5, 1), 2.1), waves((4, 5, 1), 1.3)),
        "sequence_sparse": lambda: (f32(classes((4, 5), 3)), waves((4, 5, 3), 1.3)),
        "sequence_sequence": lambda: (waves((4, 6, 5), 0.7), waves((4, 6, 5), 1.1)),
    }[kind]()


METRICS = [
    ("mse", "regression"), ("mae", "regression"), ("mape", "regression"), ("msle", "regression"),
    ("LogCoshError", "regression"), ("cosine_similarity", "regression"), ("poisson", "regression"), ("kl_divergence", "one_hot"),
    ("root_mean_squared_error", "regression"), ("hinge", "multilabel"), ("squared_hinge", "multilabel"),
    ("categorical_hinge", "one_hot"), ("bce", "multilabel"), ("categorical_crossentropy", "one_hot"),
    ("sparse_categorical_crossentropy", "sparse"), ("binary_accuracy", "binary"), ("binary_accuracy", "sequence"),
    ({"class_name": "Accuracy", "config": {}}, "multilabel"),
    ("binary_accuracy", "multilabel"), ("categorical_accuracy", "one_hot"), ("sparse_categorical_accuracy", "sparse"),
    ("sparse_categorical_accuracy", "sequence_sparse"), ("auc", "binary"), ("auc", "multilabel"),
    ("precision", "multilabel"), ("recall", "sequence"), ("true_positives", "multilabel"),
    ("false_positives", "multilabel"), ("true_negatives", "binary"), ("false_negatives", "binary"),
    ("r2_score", "regression"), ("f1_score", "multilabel"), ("f1_score", "one_hot"),
    ({"class_name": "BinaryAccuracy", "config": {"threshold": 0.7}}, "binary"),
    ({"class_name": "TopKCategoricalAccuracy", "config": {"k": 2}}, "one_hot"),
    ({"class_name": "SparseTopKCategoricalAccuracy", "config": {"k": 2}}, "sequence_sparse"),
    ({"class_name": "AUC", "config": {"curve": "PR"}}, "binary"),
    ({"class_name": "AUC", "config": {"curve": "PR", "num_thresholds": 7}}, "multilabel"),
    ({"class_name": "AUC", "config": {"curve": "PR", "summation_method": "minoring"}}, "multilabel"),
    ({"class_name": "AUC", "config": {"curve": "PRGAIN"}}, "multilabel"),
    ({"class_name": "AUC", "config": {"summation_method": "majoring", "num_thresholds": 11}}, "multilabel"),
    ({"class_name": "AUC", "config": {"summation_method": "minoring", "from_logits": True}}, "multilabel"),
    ({"class_name": "AUC", "config": {"thresholds": [0.7, 0.2, 0.45]}}, "multilabel"),
    ({"class_name": "AUC", "config": {"multi_label": True, "num_labels": 3}}, "multilabel"),
    ({"class_name": "AUC", "config": {"multi_label": True, "label_weights": [0.5, 1.0, 2.0], "curve": "PR"}}, "multilabel"),
    ({"class_name": "AUC", "config": {"label_weights": [0.5, 1.0, 2.0]}}, "multilabel"),
    ({"class_name": "Precision", "config": {"thresholds": [0.8, 0.1, 0.5]}}, "multilabel"),
    ({"class_name": "Precision", "config": {"top_k": 2}}, "one_hot"),
    ({"class_name": "Recall", "config": {"top_k": 2, "class_id": 1}}, "one_hot"),
    ({"class_name": "Recall", "config": {"class_id": 2, "thresholds": 0.3}}, "multilabel"),
    ({"class_name": "TruePositives", "config": {"thresholds": [0.0, 0.25, 0.5, 0.75, 1.0]}}, "multilabel"),
    ({"class_name": "FBetaScore", "config": {"beta": 2.0, "average": "macro", "threshold": 0.6}}, "multilabel"),
    ({"class_name": "FBetaScore", "config": {"beta": 0.5, "average": "weighted"}}, "one_hot"),
    ({"class_name": "F1Score", "config": {"average": "micro", "threshold": 0.4}}, "multilabel"),
    ({"class_name": "R2Score", "config": {"class_aggregation": "variance_weighted_average"}}, "regression"),
    ({"class_name": "R2Score", "config": {"class_aggregation": None, "num_regressors": 2}}, "regression"),
    ("pearson_correlation", "regression"), ("concordance_correlation", "regression"),
    ({"class_name": "PearsonCorrelation", "config": {"axis": 1}}, "sequence_sequence"),
    ({"class_name": "ConcordanceCorrelation", "config": {"axis": 1}}, "sequence_sequence"),
    ({"class_name": "SensitivityAtSpecificity", "config": {"specificity": 0.4}}, "multilabel"),
    ({"class_name": "SensitivityAtSpecificity", "config": {"specificity": 0.6, "num_thresholds": 1}}, "binary"),
    ({"class_name": "SpecificityAtSensitivity", "config": {"sensitivity": 0.5, "num_thresholds": 9}}, "multilabel"),
    ({"class_name": "SpecificityAtSensitivity", "config": {"sensitivity": 0.9, "class_id": 1}}, "multilabel"),
    ({"class_name": "PrecisionAtRecall", "config": {"recall": 0.6, "num_thresholds": 30}}, "multilabel"),
    ({"class_name": "PrecisionAtRecall", "config": {"recall": 0.3}}, "sequence"),
    ({"class_name": "RecallAtPrecision", "config": {"precision": 0.55, "num_thresholds": 30}}, "multilabel"),
    ({"class_name": "RecallAtPrecision", "config": {"precision": 1.0, "class_id": 2}}, "multilabel"),
    ({"class_name": "IoU", "config": {"num_classes": 4, "target_class_ids": [0, 2], "sparse_y_pred": False}},
     "sequence_sparse"),
    ({"class_name": "IoU", "config": {"num_classes": 3, "target_class_ids": [1], "sparse_y_pred": False,
                                      "ignore_class": 2}}, "sequence_sparse"),
    ({"class_name": "MeanIoU", "config": {"num_classes": 5, "sparse_y_pred": False, "dtype": "float32"}},
     "sequence_sparse"),
    ({"class_name": "MeanIoU", "config": {"num_classes": 2}}, "binary"),
    ({"class_name": "BinaryIoU", "config": {"target_class_ids": [1], "threshold": 0.4}}, "binary"),
    ({"class_name": "BinaryIoU", "config": {"dtype": "float32"}}, "sequence"),
    ({"class_name": "OneHotIoU", "config": {"num_classes": 4, "target_class_ids": [1, 3]}}, "one_hot_many"),
    ({"class_name": "OneHotMeanIoU", "config": {"num_classes": 4, "ignore_class": 0, "dtype": "float32"}}, "one_hot_many"),
]


def metric_lines():
    lines = []
    for identifier, kind in METRICS:
        for weighted in (False, True):
            metric = keras.metrics.get(identifier)
            for batch in range(2):
                y, p = metric_data(kind, batch)
                weights = f32([0.5 + 0.25 * n for n in range(len(p))]) if weighted else None
                if weighted and kind.startswith("sequence"):
                    weights = f32(np.reshape([0.5 + 0.1 * n for n in range(20)], (4, 5)))
                metric.update_state(y, p, sample_weight=weights)
            config = "R\"(%s)\"" % json.dumps(identifier)
            lines.append('{%s, "%s", %s, {%s}},' % (config, kind, str(weighted).lower(), numbers(metric.result())))
    return lines


# --- Callbacks: what they decide on made-up runs -----------------------------------------------------------------------

C = keras.callbacks


class FakeOptimizer:
    rate = np.float32(0.1)

    @property
    def learning_rate(self):
        return self.rate

    @learning_rate.setter
    def learning_rate(self, value):
        self.rate = np.float32(value)


class FakeModel:
    """Weights are the number of the last epoch; saving writes down the path."""

    def __init__(self):
        self.weights = -1
        self.restored = -1
        self.saved = []
        self.stop_training = False
        self.metrics = []
        self.optimizer = FakeOptimizer()

    def get_weights(self):
        return self.weights

    def set_weights(self, weights):
        self.restored = weights

    def save(self, path, overwrite=True):
        self.saved.append(os.path.basename(path))

    save_weights = save


def series(seed, count):
    rng = np.random.default_rng(seed)
    values = 1 / (1 + 0.2 * np.arange(count)) + 0.15 * rng.standard_normal(count)
    if seed % 4 == 3:
        values[rng.integers(count)] = float("nan")
    return [float(f32(v)) for v in values]


def run(callback, values, name="val_loss", extra=None):
    model = FakeModel()
    callback.set_model(model)
    callback.set_params({})
    callback.on_train_begin()
    rates = []
    epoch = 0
    for epoch, value in enumerate(values):
        model.weights = epoch
        callback.on_epoch_begin(epoch)
        logs = {name: value, **(extra(epoch) if extra else {})}
        callback.on_epoch_end(epoch, logs)
        rates.append(float(np.float32(logs.get("learning_rate", -1))))
        if model.stop_training:
            break
    callback.on_train_end()
    return model, epoch, rates


def text(value):
    short = {"\b": "\\b", "\r": "\\r", "\n": "\\n", '"': '\\"', "\\": "\\\\", "\x1b": "\\033"}
    return '"%s"' % "".join(short.get(c, c) for c in value)


def numbers_or_nan(values):
    return ", ".join("NAN" if v != v else repr(v) for v in values)


EARLY = [
    {}, {"patience": 2}, {"patience": 3, "min_delta": 0.05}, {"patience": 1, "restore_best_weights": True},
    {"patience": 2, "restore_best_weights": True, "start_from_epoch": 4}, {"patience": 3, "baseline": 0.5},
    {"patience": 2, "baseline": 0.8, "min_delta": 0.02}, {"patience": 2, "mode": "max"},
    {"patience": 4, "mode": "max", "min_delta": 0.1, "restore_best_weights": True},
]
PLATEAU = [
    {"patience": 1}, {"patience": 2, "factor": 0.5, "cooldown": 2}, {"patience": 1, "min_lr": 0.002},
    {"patience": 2, "min_delta": 0.1, "factor": 0.3}, {"patience": 1, "mode": "max", "cooldown": 1},
    {"patience": 0, "factor": 0.9},
]
CHECKPOINT = [
    {"filepath": "/tmp/m-{epoch:02d}-{val_loss:.2f}.keras"},
    {"filepath": "/tmp/{epoch}.keras", "save_best_only": True},
    {"filepath": "/tmp/{epoch:>4}-{val_loss:+.1e}.h5", "save_best_only": True, "mode": "max"},
    {"filepath": "/tmp/{{{epoch:d}}}-{val_loss:08.3f}.weights.h5", "save_weights_only": True},
    {"filepath": "/tmp/{epoch:03}.keras", "save_best_only": True, "initial_value_threshold": 0.5},
    {"filepath": "/tmp/{epoch:.1f}-{val_loss:.0%}.keras"},
]


def callback_lines():
    lines = []
    for settings in EARLY:
        for seed in range(6):
            values = series(seed, 15)
            callback = C.EarlyStopping(**settings)
            model, last, _ = run(callback, values)
            lines.append('{"EarlyStopping", R"(%s)", {%s}, {%d, %d, %d, %d}, ""},' % (
                json.dumps(settings), numbers_or_nan(values), callback.stopped_epoch, callback.best_epoch, model.restored, last))
    for settings in PLATEAU:
        for seed in range(6):
            values = series(seed, 12)
            model, last, rates = run(C.ReduceLROnPlateau(**settings), values)
            rates.append(float(np.float32(model.optimizer.learning_rate)))
            lines.append('{"ReduceLROnPlateau", R"(%s)", {%s}, {%s}, ""},' % (
                json.dumps(settings), numbers_or_nan(values), numbers(rates)))
    for settings in CHECKPOINT:
        for seed in (0, 1, 3):
            values = series(seed, 6)
            model, _, _ = run(C.ModelCheckpoint(**settings), values)
            lines.append('{"ModelCheckpoint", R"(%s)", {%s}, {}, %s},' % (
                json.dumps(settings), numbers_or_nan(values), text(";".join(model.saved))))
    for settings, name in [({}, "val_loss"), ({"separator": ";"}, "loss")]:
        values = series(3, 5)
        path = "/tmp/wavetrain-golden.csv"
        run(C.CSVLogger(path, **settings), values, name, lambda epoch: {"b,c": 0.1 * epoch} if epoch != 2 else {})
        with open(path, newline="") as written:
            lines.append('{"CSVLogger", R"(%s)", {%s}, {}, %s},' % (
                json.dumps({**settings, "name": name}), numbers_or_nan(values), text(written.read())))
    return lines


def progbar_lines():
    """Progress bars with a clock that stands where it is put."""
    import io
    import time
    from contextlib import redirect_stdout

    from keras.src.utils.progbar import Progbar

    runs = [
        # target, verbose, steps per second after a first step of 2 s
        (3, 1, 20.0), (120, 1, 4.0), (7, 2, 300.0), (15, 1, 0.2), (1, 1, 5.0), (12345, 1, 1.5), (50, 1, 5000.0),
        (None, 1, 10.0), (200, 2, 2e6),
    ]
    lines = []
    for target, verbose, speed in runs:
        clock = [1000.0]
        real, time.time = time.time, lambda: clock[0]
        out = io.StringIO()
        steps = min(target or 5, 5)
        try:
            with redirect_stdout(out):
                bar = Progbar(target, verbose=verbose, stateless_metrics=set())
                for step in range(1, steps + 1):
                    clock[0] += 2.0 if step == 1 else 1 / speed
                    if verbose == 1:
                        bar.update(step, [("accuracy", 0.1 * step / steps), ("loss", 3.0 / step ** 3)], finalize=False)
                if target is None:
                    bar.target = steps
                bar.update(target or steps, [("loss", -0.00012), ("val_loss", 12.5)], finalize=True)
        finally:
            time.time = real
        lines.append("{%d, %d, %s, %s}," % (target or 0, verbose, repr(speed), text(out.getvalue())))
    return lines


# --- Utilities: arrays that come out ----------------------------------------------------------------------------------------


def timeseries(**options):
    """All batches of windows over data (13, 2) one after the other, then the targets."""
    data = np.reshape(np.arange(26.0), (13, 2))
    dataset = keras.utils.timeseries_dataset_from_array(data, 100 + np.arange(13.0), **options)
    batches = list(dataset.as_numpy_iterator())
    return [len(batches)], np.concatenate([np.concatenate([x.ravel() for x, _ in batches]),
                                           np.concatenate([y.ravel() for _, y in batches])])


def utility_lines():
    U = keras.utils
    x = np.reshape([math.sin(1.3 * i) for i in range(12)], (2, 3, 2))
    x[0, :, 1] = 0
    ragged = [[1.0, 2.0, 3.0], [4.0], [], [5.0, 6.0, 7.0, 8.0, 9.0]]
    matrices = [[[1.0, 2.0], [3.0, 4.0]], [[5.0, 6.0]]]
    arrays = {
        "categorical": U.to_categorical([2, 0, 1, 3]),
        "categorical_column": U.to_categorical([[2], [0]], num_classes=4),
        "categorical_matrix": U.to_categorical([[1, 0], [2, 1]]),
        "categorical_negative": U.to_categorical([-1, 0], num_classes=3),
        "normalize": U.normalize(x),
        "normalize_axis": U.normalize(x, axis=1),
        "normalize_order_1": U.normalize(x, axis=2, order=1),
        "normalize_largest": U.normalize(x, axis=1, order=np.inf),
        "pad": U.pad_sequences(ragged, dtype="float32"),
        "pad_post": U.pad_sequences(ragged, dtype="float32", padding="post", value=-1.0),
        "pad_short": U.pad_sequences(ragged, maxlen=2, dtype="float32"),
        "pad_short_post": U.pad_sequences(ragged, maxlen=2, dtype="float32", truncating="post"),
        "pad_matrices": U.pad_sequences(matrices, maxlen=3, dtype="float32"),
    }
    lines = ['{"%s", {%s}, {%s}},' % (name, numbers(np.shape(a)), numbers(a)) for name, a in arrays.items()]
    windows = {
        "windows": dict(sequence_length=4, batch_size=3),
        "windows_stride": dict(sequence_length=3, sequence_stride=2, sampling_rate=2, batch_size=2),
        "windows_range": dict(sequence_length=2, start_index=3, end_index=9, batch_size=128),
    }
    for name, options in windows.items():
        count, values = timeseries(**options)
        lines.append('{"%s", {%s}, {%s}},' % (name, numbers(count), numbers(values)))
    return lines


TOPICS = {
    "utils": utility_lines,
    "callbacks": callback_lines,
    "progbar": progbar_lines,
    "optimizers": optimizer_lines,
    "schedules": schedule_lines,
    "losses": loss_lines,
    "metrics": metric_lines,
}

if __name__ == "__main__":
    for topic in sys.argv[1:] or TOPICS:
        write(topic + ".inc", TOPICS[topic]())
