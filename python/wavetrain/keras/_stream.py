"""Training, evaluation and prediction from batches that come one by one: generators, datasets, PyDatasets."""

import itertools
import warnings

import numpy as np

from .. import _core
from .._data import Batches, as_array, is_batches, unpack


def _arrays(batch):
    x, y, weight = unpack(batch)
    if isinstance(x, dict):
        x = next(iter(x.values()))
    if isinstance(x, (list, tuple)) and len(x) == 1:
        x = x[0]
    return (as_array(x, "x"), None if y is None else as_array(y, "y"),
            None if weight is None else as_array(weight, "sample_weight"))


class _Source:
    """Batches for several epochs. A generator goes on where it stands, everything else begins again."""

    def __init__(self, data, steps):
        self.batches = Batches(data)
        self.steps = steps if steps is not None else self.batches.steps
        self.limited = steps is not None
        self.iterator = None
        self.exhausted = False

    def epoch(self):
        """The batches of one epoch."""
        if self.iterator is None or not (self.batches.one_pass or self.limited):
            self.iterator = iter(self.batches)
        count = 0
        while self.steps is None or count < self.steps:
            try:
                batch = next(self.iterator)
            except StopIteration:
                if self.limited and not self.batches.one_pass and count == 0:
                    self.iterator = iter(self.batches)
                    continue
                if self.steps is not None and count < self.steps:
                    warnings.warn("Your input ran out of data; interrupting training. Make sure that your dataset or generator "
                                  "can generate at least `steps_per_epoch * epochs` batches. You may need to use the "
                                  "`.repeat()` function when building your dataset.", stacklevel=4)
                    self.exhausted = True
                break
            yield batch
            count += 1
        if self.steps is None:
            self.steps = count
            if self.batches.one_pass:
                self.exhausted = True


def _from_arrays(x, y, weight, batch_size, shuffle):
    """Arrays as batches, for a loop that also has something that comes in batches."""
    x, y = as_array(x, "x"), as_array(y, "y")
    weight = None if weight is None else as_array(weight, "sample_weight")
    size = batch_size or 32

    class Slices:
        def __len__(self):
            return -(-len(x) // size)

        def __iter__(self):
            order = np.random.default_rng(_core.next_seed()).permutation(len(x)) if shuffle else np.arange(len(x))
            for first in range(0, len(x), size):
                rows = order[first:first + size]
                yield (x[rows], y[rows]) if weight is None else (x[rows], y[rows], weight[rows])

        _wt_dataset = True

    return Slices()


def fit(model, x, y, sample_weight, validation_data, validation_split, options):
    core = model._core
    if is_batches(x):
        if y is not None:
            raise ValueError("When `x` is an iterator of batches, `y` must not be given: the batches hold the targets. "
                             f"Received: y={type(y)}")
        if validation_split:
            raise ValueError("`validation_split` is only supported for arrays")
        data = x
    else:
        if validation_split and validation_data is None:
            split = int(len(x) * (1 - validation_split))
            weight = None if sample_weight is None else sample_weight[split:]
            validation_data = (x[split:], y[split:]) if weight is None else (x[split:], y[split:], weight)
            x, y = x[:split], y[:split]
            sample_weight = None if sample_weight is None else sample_weight[:split]
        data = _from_arrays(x, y, sample_weight, options["batch_size"], options["shuffle"])
    source = _Source(data, options["steps_per_epoch"])
    frequency = options["validation_freq"]
    epochs, first_epoch = options["epochs"], options["initial_epoch"]
    runner = None
    history, epoch_numbers, logs = {}, [], {}
    core.begin_training()
    try:
        for epoch in range(first_epoch, epochs):
            batches = source.epoch()
            if runner is None:
                # The first batch builds the model, which some callbacks want to find built.
                first = next(batches, None)
                if first is None:
                    raise ValueError("The data has no batches.")
                if not model.built:
                    core.build([None, *_arrays(first)[0].shape[1:]])
                batches = itertools.chain([first], batches)
                runner = _core.CallbackRunner(core, options["callbacks"], options["verbose"], epochs, source.steps or 0)
                runner.call("on_train_begin", 0, {})
            core.reset_metrics()
            runner.call("on_epoch_begin", epoch, {})
            for step, batch in enumerate(batches):
                if runner.wants_batches:
                    runner.call("on_train_batch_begin", step, {})
                inputs, targets, weight = _arrays(batch)
                logs = core.on_batch(inputs, inputs if targets is None else targets,
                                     {"sample_weight": weight, "class_weight": options["class_weight"],
                                      "reset_metrics": False}, True)
                if runner.wants_batches:
                    runner.call("on_train_batch_end", step, logs)
                if core.stop_requested:
                    break
            due = (epoch + 1) % frequency == 0 if isinstance(frequency, int) else epoch + 1 in frequency
            if validation_data is not None and due:
                for name, value in _validate(model, validation_data, options, runner).items():
                    logs[f"val_{name}"] = value
            if hasattr(data, "on_epoch_end"):
                data.on_epoch_end()
            logs = runner.call("on_epoch_end", epoch, logs)
            epoch_numbers.append(epoch)
            for name, value in logs.items():
                history.setdefault(name, []).append(value)
            if core.stop_requested or source.exhausted:
                break
    except KeyboardInterrupt:
        core.finish_training()
        if runner is not None:
            runner.call("on_train_end", 0, logs)
        raise
    core.finish_training()
    if runner is not None:
        runner.call("on_train_end", 0, logs)
    return epoch_numbers, history, source.steps


def _validate(model, data, options, runner):
    if is_batches(data):
        return _walk(model, _Source(data, options["validation_steps"]), runner)
    parts = [part for part in data if part is not None]
    size = options["validation_batch_size"] or options["batch_size"] or 32
    slices = _from_arrays(*parts[:2], parts[2] if len(parts) > 2 else None, size, False)
    return _walk(model, _Source(slices, options["validation_steps"]), runner)


def _walk(model, source, runner):
    """Evaluates batch by batch."""
    core = model._core
    core.reset_metrics()
    runner.call("on_test_begin", 0, {})
    logs = {}
    for step, batch in enumerate(source.epoch()):
        if runner.wants_batches:
            runner.call("on_test_batch_begin", step, {})
        inputs, targets, weight = _arrays(batch)
        logs = core.on_batch(inputs, inputs if targets is None else targets,
                             {"sample_weight": weight, "reset_metrics": False}, False)
        if runner.wants_batches:
            runner.call("on_test_batch_end", step, logs)
    runner.call("on_test_end", 0, logs)
    return logs


def evaluate(model, data, options):
    source = _Source(data, options["steps"])
    runner = _core.CallbackRunner(model._core, options["callbacks"], options["verbose"], 1, source.steps or 0)
    return _walk(model, source, runner)


def predict(model, data, options):
    source = _Source(data, options["steps"])
    runner = _core.CallbackRunner(model._core, options["callbacks"], options["verbose"], 1, source.steps or 0)
    runner.call("on_predict_begin", 0, {})
    parts = []
    for step, batch in enumerate(source.epoch()):
        if runner.wants_batches:
            runner.call("on_predict_batch_begin", step, {})
        parts.append(model._core.predict_one(_arrays(batch)[0]))
        if runner.wants_batches:
            runner.call("on_predict_batch_end", step, {})
    runner.call("on_predict_end", 0, {})
    if not parts:
        raise ValueError("The data has no batches.")
    if isinstance(parts[0], tuple):  # a model of several outputs
        return tuple(np.concatenate(output) for output in zip(*parts))
    return np.concatenate(parts)
