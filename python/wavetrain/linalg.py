"""tf.linalg: norm and matmul."""

from ._facade import norm
from ._ops import FUNCTIONS

matmul = FUNCTIONS["matmul"]
__all__ = ["matmul", "norm"]
