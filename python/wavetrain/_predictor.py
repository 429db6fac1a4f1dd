"""wavetrain.Predictor: a model for windows of one shape, in loops that count microseconds."""

import numpy as np

from . import _core
from ._data import as_array


class Predictor(_core.Predictor):
    """A model for one shape of input that allocates nothing per call, as the class of this name in C++.

        predictor = wavetrain.Predictor(model)         # one window at a time, on the calling thread
        for window in windows:
            y = predictor.run(window)                  # an array that the next call fills anew: copy what shall stay

    Arguments:
        model: a Sequential that is built.
        batch: samples of one call, default 1.
        threads: how many threads a call may use, default 1.
        input_shape: the shape of a call's input, the batch first, where the model leaves its steps open.

    ``input`` is an array that may be filled instead, before ``run()`` without an argument; ``output`` is what ``run`` returns.
    Values have the bits of ``model.predict``, and new weights are noticed. A float32 window in the shape of ``input``, or without
    its batch of 1, is read as it is; anything else that holds so many numbers is converted into ``input``. One thread at a time
    may use a predictor; several predictors of a model may run at once.
    """

    def __init__(self, model, batch=1, threads=1, input_shape=None):
        core = getattr(model, "_core", None)
        if not isinstance(core, _core.Sequential):
            raise TypeError(f"A Predictor needs a Sequential model. Received: model={model!r} (of type {type(model)})")
        super().__init__(core, input_shape, batch, threads)

    def _convert(self, x):
        """Puts numbers of any kind into `input`; axes of length 1 do not count."""
        x = as_array(x, "x")
        if [n for n in x.shape if n != 1] != [n for n in self.input_shape if n != 1]:
            raise ValueError(f"This Predictor takes inputs of shape {self.input_shape}. Received: shape {x.shape}")
        self.input[...] = np.reshape(x, self.input_shape)

    def __repr__(self):
        return f"<Predictor input_shape={self.input_shape}, output_shape={self.output_shape}>"
