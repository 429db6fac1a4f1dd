"""Writes the stored cases of tests/golden, with which the C++ tests compare us with Keras where no Keras is installed.

    PYTHONPATH=tests/python python -m parity.goldens tests/golden [--only PACK] [--missing [--again NAME ...]]

With --missing, Keras runs only cases that the archives do not hold yet and those named by --again; a case that is changed needs
a name of its own, or --again.

A pack is an npz archive of four arrays, so that a reader needs no more than npz and JSON:

    cases       uint8: UTF-8 JSON, a list of cases
    floats      float32, flat: the float inputs of all cases, one after the other
    labels      int32, flat: the integer inputs
    expected    float64, flat: what Keras computes in double precision

A case is {"name", "model", "compile", "actions"} as in a job (see the package's docstring) and

    "inputs"    [[key, shape, "floats" | "labels"], ...]    "x", "y", "weights/0" ..., in the order of the flat arrays
    "expected"  [[key, shape, limit], ...]                  "y", "fit/loss", "w/0" ... and the optimizer's state "opt/0" ...;
                limit: how far our result may be from it by the rule of tolerance.py; null: exempt (see judge.py).
                Where weights are exempt, what is predicted afterwards contains their noise, because a moving mean lags behind
                its bias; there, three runs of Keras' float32 on nudged weights have a say as well, as in judge.py.

Optimizer state "opt/i" is what Keras stores under /optimizer/vars/i.
"""

import argparse
import json
import tempfile
from pathlib import Path

import numpy as np

import tolerance
from parity import judge
from parity.forward_cases import forward_cases
from parity.layer_cases import layer_forward_cases, layer_gradient_cases
from parity.training_cases import training_cases
from parity.workers import Sides


class Pack:
    """The arrays of one archive while it grows."""

    def __init__(self):
        self.cases, self.floats, self.labels, self.expected = [], [], [], []

    def add(self, sides, folder, case, paths):
        """Takes over a job that Keras has run."""
        job = json.loads((folder / "job.json").read_text())
        entry = {"name": case.name, "model": _lean(job["model"]), "compile": job["compile"], "actions": case.actions,
                 "inputs": [], "expected": []}
        with np.load(folder / "data.npz") as archive:
            for key in archive.files:
                value = archive[key]
                kind = "labels" if value.dtype.kind == "i" else "floats"
                getattr(self, kind).append(value.ravel())
                entry["inputs"].append([key, list(value.shape), kind])
        r, *others = (judge.results(folder, who) for who in ("double", "tensorflow", "jax"))
        exempt = judge.exempt_tensors(case.compile, paths, r)
        nudged = []
        if any(key.startswith("w/") for key in exempt):
            nudged = [judge.results(folder, sides.run_nudged(folder, seed, "float32")) for seed in (1, 2, 3)]
        for key, value in r.items():
            value = np.asarray(value, np.float64)
            finite = np.isfinite(value) & (np.abs(value) < tolerance.LARGEST)
            if not finite.all():
                raise ValueError(f"{case.name}: {key} is not finite; stored cases must be")
            opinions = others + nudged if key == "y" or key.startswith("evaluate/") else others
            limit = None if key in exempt else float(tolerance.limit(value, *(opinion[key] for opinion in opinions)))
            self.expected.append(value.ravel())
            entry["expected"].append([key, list(value.shape), limit])
        self.cases.append(entry)

    def take(self, stored, name):
        """Takes over a case of another archive, see `stored_cases`; says whether it is there."""
        if name not in stored:
            return False
        entry, values = stored[name]
        self.cases.append(entry)
        for kind, parts in values.items():
            getattr(self, kind).extend(parts)
        return True

    def write(self, path):
        text = json.dumps(self.cases, separators=(",", ":")).encode()
        np.savez_compressed(path, cases=np.frombuffer(text, np.uint8), floats=_joined(self.floats, np.float32),
                            labels=_joined(self.labels, np.int32), expected=_joined(self.expected, np.float64))


def _joined(parts, dtype):
    return np.concatenate([np.zeros(0, dtype), *parts]).astype(dtype)


def _lean(config):
    """Without what differs from run to run and says nothing: object identities."""
    if isinstance(config, dict):
        return {key: _lean(value) for key, value in config.items() if key != "shared_object_id"}
    return [_lean(item) for item in config] if isinstance(config, list) else config


def stored_cases(path):
    """{name: (entry, {"floats" | "labels" | "expected": arrays})} of an archive."""
    found, begin = {}, dict.fromkeys(("floats", "labels", "expected"), 0)
    if not path.exists():
        return found
    with np.load(path) as archive:
        flat = {key: archive[key] for key in archive.files}
    for entry in json.loads(flat["cases"].tobytes()):
        values = {kind: [] for kind in begin}
        for kind, shape in [(kind, shape) for _, shape, kind in entry["inputs"]] + [("expected", shape) for _, shape, _ in entry["expected"]]:
            size = int(np.prod(shape))
            values[kind].append(flat[kind][begin[kind]:begin[kind] + size])
            begin[kind] += size
        found[entry["name"]] = (entry, values)
    return found


def packs():
    """{name of the archive: cases}"""
    groups = {}
    names = {"Conv1D": "conv", "MaxPooling1D": "pooling", "AveragePooling1D": "pooling", "GlobalMaxPooling1D": "pooling",
             "GlobalAveragePooling1D": "pooling", "LSTM": "lstm", "GRU": "gru", "SimpleRNN": "simple_rnn",
             "network": "networks", "Dense": "dense", "Flatten": "dense", "wrapped": "wrapped", "masked": "masked"}
    layers = {case.name for case in layer_forward_cases()}
    for case in forward_cases():
        pack = names.get(case.name.split("/")[0], "activations_and_normalisation")
        groups.setdefault("layers" if case.name in layers else pack, []).append(case)
    groups["layer_gradients"] = layer_gradient_cases()
    for case in training_cases():
        kind = case.name.split("/")[0]
        if kind != "seed":
            groups.setdefault("training" if kind == "train" else kind, []).append(case)
    return groups


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--only", help="one archive, by name")
    parser.add_argument("--missing", action="store_true", help="only cases that the archive does not hold")
    parser.add_argument("--again", nargs="+", default=[], metavar="NAME", help="with --missing: these cases, too")
    arguments = parser.parse_args()
    with Sides(tool=None) as sides:
        for name, cases in packs().items():
            if arguments.only not in (None, name):
                continue
            pack, path = Pack(), arguments.folder / f"{name}.npz"
            stored = stored_cases(path) if arguments.missing else {}
            for case in cases:
                if case.name not in arguments.again and pack.take(stored, case.name):
                    continue
                with tempfile.TemporaryDirectory() as folder:
                    job = Path(folder) / "job"
                    paths = sides.prepare(job, case)["weights"]
                    sides.run_keras(job)
                    pack.add(sides, job, case, paths)
            pack.write(path)
            print(f"{path}: {len(cases)} cases, {path.stat().st_size // 1024} KB", flush=True)


if __name__ == "__main__":
    main()
