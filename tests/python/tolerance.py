"""When two tensors count as equal. tests/support/tolerance.hpp is the same rule in C++; change both or neither.

With r the result in double precision, a and b what Keras/TensorFlow and Keras/JAX compute in float32, and norms taken
over all n elements of a tensor (Euclidean):

    allowance(r)   = 8 * 2^-23 * max(||r||, sqrt(n) * 2^-126)          "8 ulp" of a tensor
    limit(r, a, b) = 4 * max(||a - r||, ||b - r||) + allowance(r)
    pass           : ||ours - r|| <= limit

So nobody chooses a tolerance: a result may be four times as far from the truth as the worse of two established
implementations, which are compiled for the same machine, or a few roundings away from it where both happen to be exact.

Positions that are not finite take no part in the norms. There, `ours` must be of a class (finite, NaN, +inf, -inf) that r,
a or b has at the same position; a number beyond the range of float32 counts as infinite.
"""

import numpy as np

EPSILON = 2.0**-23  # distance from 1 to the next float32
TINY = 2.0**-126  # smallest normal float32
ULPS = 8.0
FACTOR = 4.0
LARGEST = float(np.finfo(np.float32).max)


def classes(values):
    """0 finite, 1 NaN, 2 +inf, 3 -inf, per element; beyond float32 is infinite."""
    values = np.asarray(values, np.float64)
    kind = np.zeros(values.shape, np.int8)
    kind[np.isnan(values)] = 1
    kind[values > LARGEST] = 2
    kind[values < -LARGEST] = 3
    return kind


def norm(values):
    return float(np.sqrt(np.sum(np.square(np.asarray(values, np.float64)))))


def allowance(r):
    r = np.asarray(r, np.float64)
    return ULPS * EPSILON * max(norm(r), float(np.sqrt(r.size)) * TINY)


def limit(r, *others):
    """What ||ours - r|| may be at most, for finite tensors."""
    r = np.asarray(r, np.float64)
    spread = max((norm(np.asarray(other, np.float64) - r) for other in others), default=0.0)
    return FACTOR * spread + allowance(r)


class Verdict:
    """The outcome for one tensor: `passed`, and `text`, one line that says why."""

    def __init__(self, passed, distance, allowed, text):
        self.passed, self.distance, self.allowed, self.text = passed, distance, allowed, text

    def __bool__(self):
        return self.passed


def judge(ours, r, *others):
    """Compares `ours` with r (double precision) given what others compute in float32. Shapes must be equal."""
    ours, r = np.asarray(ours, np.float64), np.asarray(r, np.float64)
    others = [np.asarray(other, np.float64) for other in others]
    if ours.shape != r.shape:
        return Verdict(False, np.inf, 0.0, f"shape {ours.shape}, expected {r.shape}")
    kinds = [classes(values) for values in (r, *others)]
    mine = classes(ours)
    known = np.zeros(r.shape, bool)
    for kind in kinds:
        known |= mine == kind
    if not known.all():
        where = tuple(int(i) for i in np.argwhere(~known)[0])
        return Verdict(False, np.inf, 0.0, f"{ours[where]} at {where}, expected {r[where]}")
    finite = mine == 0
    for kind in kinds:
        finite &= kind == 0
    r = r[finite]
    distance = norm(ours[finite] - r)
    allowed = limit(r, *(other[finite] for other in others))
    text = f"distance {distance:.3g}, allowed {allowed:.3g}, norm {norm(r):.3g}"
    return Verdict(bool(distance <= allowed), distance, allowed, text)
