"""Compares what the sides computed for one job, tensor by tensor, by the rule of tolerance.py.

Exempt tensors. A weight whose exact gradient is zero, such as a convolution's bias in front of BatchNormalization, has only
rounding noise for a gradient in float32, and Adam, its kin and RMSprop scale noise up to steps of full size. The rule: the
root mean square of its gradient, which the optimizer's second moment (Adamax: largest size) of the double precision run
holds, is below 1e-6 times that of the weight itself. With such a weight go its optimizer slots and, when a
BatchNormalization follows, its moving mean, which follows the bias. SGD does not amplify: there only the momentum of such a
weight is noise, and by the same measure (over the learning rate) it is exempt. Whatever is exempt is listed.

Sums that cancel. A sum has roundings of the size of its terms, not of its own. Where gradients of both signs meet, in a bias in
front of a normalisation or a momentum, both backends of Keras may by chance be much closer to the truth than any float32
computation can be relied on to be, above all for tensors of a few elements. How far that is, the harness asks when a case does
not pass otherwise: a third and further opinions are the double precision run again, with every weight and input moved by up
to half a unit of its last float32 place (keras_worker's "nudge"); whoever computes in float32 has rounded more than that. Then
the same of Keras' own float32 on TensorFlow: what it gives from weights that nobody could tell from the true ones, it may as well
have given from those. One number, such as a mean of errors of both signs, is where a backend is close by chance most often.
A bias is the row of the kernel for an input that is always 1. One of a few values, whose gradient is such a sum, is judged as
that: together with the kernel's, whose gradient adds up the same terms times inputs (see `kernels_of_biases`).
"""

import re
import zipfile
from io import BytesIO

import numpy as np

import tolerance

NEGLIGIBLE = 1e-6
_UNTRAINED = re.compile("moving_|renorm_|(mean|variance|count|vector_u)$")


class Outcome:
    """passed; failures: (key, text); exempt: keys; worst: largest distance / allowed and its key."""

    def __init__(self):
        self.failures, self.exempt, self.worst, self.compared = [], [], (0.0, ""), 0

    @property
    def passed(self):
        return not self.failures

    def __str__(self):
        text = "; ".join(f"{key}: {reason}" for key, reason in self.failures[:3])
        if self.passed:
            text = f"{self.compared} tensors, worst {self.worst[0]:.2f} of the allowance at {self.worst[1]}"
        if self.exempt:
            text += f"; exempt: {', '.join(self.exempt)}"
        return text


def optimizer_state(path):
    """{"opt/0": array, ...} of a .keras file; empty when it holds none."""
    import h5py

    with zipfile.ZipFile(path) as archive:
        content = archive.read("model.weights.h5")
    with h5py.File(BytesIO(content), "r") as file:
        if "optimizer/vars" not in file:
            return {}
        variables = file["optimizer/vars"]
        return {f"opt/{i}": variables[str(i)][()] for i in range(len(variables))}


def results(folder, who):
    """What `who` computed, with the optimizer's state of the file it saved, if it saved one."""
    with np.load(folder / f"{who}.npz") as archive:
        found = {key: archive[key] for key in archive.files}
    saved = folder / f"{who}.after.keras"
    if saved.exists():
        found.update(optimizer_state(saved))
    return found


def compare(ours, r, others, exempt=(), kernels=None):
    """Judges every tensor of r (dictionaries of arrays). `kernels`: see `kernels_of_biases`."""
    outcome = Outcome()
    for key in sorted(set(ours) | set(r)):
        if key in exempt:
            outcome.exempt.append(key)
        elif key not in ours or key not in r:
            outcome.failures.append((key, "missing" if key not in ours else "not there in Keras"))
        else:
            verdict = tolerance.judge(ours[key], r[key], *(other[key] for other in others))
            kernel = (kernels or {}).get(key)
            if not verdict and np.shape(ours[key]) == np.shape(r[key]) and kernel in ours and kernel in r:
                verdict = tolerance.judge(*(np.concatenate([np.ravel(side[key]), np.ravel(side[kernel])]) for side in (ours, r, *others)))
            outcome.compared += 1
            if not verdict:
                outcome.failures.append((key, verdict.text))
            elif verdict.distance > outcome.worst[0] * verdict.allowed:
                outcome.worst = (verdict.distance / verdict.allowed, key)
    return outcome


def exempt_tensors(compile_config, paths, r):
    """Keys of r that are noise; `paths` are Keras' names of the weights ("conv1d/bias"), in the order of `w/0`, `w/1`."""
    if not compile_config or "opt/2" not in r or "w/0" not in r:
        return set()
    kind = compile_config["optimizer"]["class_name"]
    if kind not in ("SGD", "RMSprop", "Adam", "AdamW", "Nadam", "Lamb", "Adamax"):
        return set()
    options = compile_config["optimizer"]["config"]
    if kind == "SGD" and not options.get("momentum"):
        return set()
    trainable = [i for i, path in enumerate(paths)
                 if not path.startswith("frozen:") and not _UNTRAINED.match(path.split("/")[-1])]
    count = len(trainable)
    exempt = set()
    for k, i in enumerate(trainable):
        slots = _slots(kind, options, k, count)
        if _gradient(kind, options, [r[f"opt/{slot}"] for slot in slots]) > NEGLIGIBLE * _rms(r[f"w/{i}"]):
            continue
        exempt.update(f"opt/{slot}" for slot in slots)
        start, blocks = _first(options)
        if kind != "SGD":  # averages of the weight, and sums of its gradients
            exempt.update(f"opt/{start + block * count + k}" for block in range(blocks))
        if kind == "SGD":
            continue
        exempt.add(f"w/{i}")
        follower = next((j for j in range(i + 1, len(paths)) if paths[j].endswith("/moving_mean")), None)
        if follower is not None and paths[i].endswith("/bias"):
            exempt.add(f"w/{follower}")
    return exempt


FEW = 4  # values of a bias that is judged with its kernel


def kernels_of_biases(compile_config, paths, r):
    """{key of what belongs to a bias of a few values: key of the same of its kernel}: optimizer slots and the weight itself."""
    if not compile_config or "opt/2" not in r or "w/0" not in r:
        return {}
    kind, options = compile_config["optimizer"]["class_name"], compile_config["optimizer"]["config"]
    trainable = [i for i, path in enumerate(paths)
                 if not path.startswith("frozen:") and not _UNTRAINED.match(path.split("/")[-1])]
    pairs = {}
    for k, i in enumerate(trainable):
        folder = paths[i].rpartition("/")[0]
        if not paths[i].endswith("/bias") or r[f"w/{i}"].size > FEW or f"{folder}/kernel" not in paths:
            continue
        other = paths.index(f"{folder}/kernel")
        pairs[f"w/{i}"] = f"w/{other}"
        with_slots = kind in ("RMSprop", "Adam", "AdamW", "Nadam", "Lamb", "Adamax") or (kind == "SGD" and options.get("momentum"))
        if with_slots and other in trainable:
            slots = (_slots(kind, options, n, len(trainable)) for n in (k, trainable.index(other)))
            pairs.update({f"opt/{mine}": f"opt/{its}" for mine, its in zip(*slots)})
    return pairs


def _rms(values):
    return float(np.sqrt(np.mean(np.square(values))))


def _gradient(kind, options, slots):
    """Root mean square of the gradient, from a weight's slots in the order of `_slots`."""
    if kind == "SGD":
        rate = options.get("learning_rate", 0.01)
        if isinstance(rate, dict):  # a schedule
            rate = rate["config"].get("initial_learning_rate", 0.01)
        return _rms(slots[0]) / rate
    return _rms(slots[0]) if kind == "Adamax" else float(np.sqrt(np.mean(slots[0])))


def _first(options):
    """Where the arrays begin, behind step count and learning rate, and how many blocks (averages, sums of gradients) lie in
    front of the optimizer's own."""
    blocks = bool(options.get("use_ema")) + bool(options.get("gradient_accumulation_steps"))
    return (1 if isinstance(options.get("learning_rate"), dict) else 2), blocks


def _slots(kind, options, k, count):
    """Positions in the optimizer's variables that belong to trainable variable k; the second moment first, if there is one."""
    start, blocks = _first(options)
    start += blocks * count
    if kind == "SGD":
        return [start + k]
    if kind == "RMSprop":
        extra = bool(options.get("momentum")) + bool(options.get("centered"))
        return [start + k + block * count for block in range(1 + extra)]
    slots = [start + 2 * k + 1, start + 2 * k]
    if options.get("amsgrad"):
        slots.append(start + 2 * count + k)
    return slots
