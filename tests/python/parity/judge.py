"""Compares what the sides computed for one job, tensor by tensor, by the rule of tolerance.py.

Exempt tensors. A weight whose exact gradient is zero, such as a convolution's bias in front of BatchNormalization, has only
rounding noise for a gradient in float32, and Adam, its kin and RMSprop scale noise up to steps of full size. The rule: the
root mean square of its gradient, which the optimizer's second moment (Adamax: largest size) of the double precision run
holds, is below 1e-6 times that of the weight itself. With such a weight go its optimizer slots and, when a
BatchNormalization follows, its moving mean, which follows the bias. SGD does not amplify: there only the momentum of such a
weight is noise, and by the same measure (over the learning rate) it is exempt. Whatever is exempt is listed.

Moving averages of gradients. A sum has roundings of the size of its terms, not of its own: where gradients of both signs follow
each other, Adam's momentum is small against them, and of a tensor of one or a few elements both backends of Keras may be much
closer to the truth by chance. So the "8 ulp" of such a momentum are those of the gradients in it, whose root mean square the
second moment of the double precision run holds, where that is the larger one (see `gradient_sizes`).
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


def compare(ours, r, others, exempt=(), sizes=None):
    """Judges every tensor of r (dictionaries of arrays). `sizes`: of the terms that a tensor is a sum of, by key."""
    outcome = Outcome()
    for key in sorted(set(ours) | set(r)):
        if key in exempt:
            outcome.exempt.append(key)
        elif key not in ours or key not in r:
            outcome.failures.append((key, "missing" if key not in ours else "not there in Keras"))
        else:
            verdict = tolerance.judge(ours[key], r[key], *(other[key] for other in others), size=(sizes or {}).get(key, 0.0))
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


def gradient_sizes(compile_config, paths, r):
    """{key of a momentum: norm of the gradients that it is an average of}, from the second moments of r."""
    if not compile_config or "opt/2" not in r or "w/0" not in r or r["opt/0"] < 1:
        return {}
    kind, options = compile_config["optimizer"]["class_name"], compile_config["optimizer"]["config"]
    if kind not in ("Adam", "AdamW", "Nadam", "Lamb", "Adamax") or options.get("gradient_accumulation_steps"):
        return {}
    trainable = [path for path in paths if not path.startswith("frozen:") and not _UNTRAINED.match(path.split("/")[-1])]
    steps, sizes = float(r["opt/0"]), {}
    share = [1 - options.get(name, default) ** steps for name, default in (("beta_1", 0.9), ("beta_2", 0.999))]
    for k in range(len(trainable)):
        second, first = _slots(kind, options, k, len(trainable))[:2]
        squares = np.square(r[f"opt/{second}"]) if kind == "Adamax" else r[f"opt/{second}"] / share[1]
        sizes[f"opt/{first}"] = share[0] * float(np.sqrt(np.sum(squares)))
    return sizes


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
