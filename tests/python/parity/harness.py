"""Compares wavetrain with Keras on random and on listed models: the program behind scripts/compare-with-keras.

    compare-with-keras --cases 200 --seed 17                  random models, all kinds
    compare-with-keras --cases 50 --seed 17 --only train      one kind: forward, gradients, train, files; described-forward,
                                                              described-train and described-files draw from everything
                                                              that the library describes
    compare-with-keras --cases 1000 --tally run.json --coverage docs/keras-coverage.md    ... and write down what was covered
    compare-with-keras --cases 0 --tally a.json b.json --coverage docs/keras-coverage.md  from the tallies of several runs
    compare-with-keras --listed forward                       every option of every layer (also: train)
    compare-with-keras --name 'LSTM/stacked,three_kinds'      one listed case

It stops at the first mismatch, prints the line that runs that case again and exits with 1.
"""

import argparse
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from parity import judge, public_names
from parity.case import Case
from parity.coverage import Coverage
from parity.described_cases import DESCRIBED_KINDS
from parity.forward_cases import forward_cases
from parity.layer_cases import layer_gradient_cases
from parity.random_cases import KINDS, random_case
from parity.training_cases import training_cases
from parity.workers import TOOL, JobFailed, Sides


def compare_case(sides, case, folder, kind=None, opponent="wavetrain"):
    """Runs one case on all sides and judges it. `opponent` "jax" puts Keras/JAX in our place: a check of the judge."""
    if kind in ("files", "described-files"):
        return _compare_files(sides, case, folder, opponent)
    prepared = sides.prepare(folder, case)
    return _run_and_judge(sides, case, folder, prepared, opponent)


def _run_and_judge(sides, case, folder, prepared, opponent):
    """Another backend can only raise what is allowed, so it is asked only when we do not pass without it."""
    sides.run_keras(folder, ("double",))  # first: what Keras cannot run is no case
    if case.compile:
        _check_shape(judge.results(folder, "double").get("y"), prepared["output_shape"])
    sides.run_opponent(folder, opponent)
    ours, r, paths = judge.results(folder, opponent), judge.results(folder, "double"), prepared["weights"]
    exempt, others = judge.exempt_tensors(case.compile, paths, r), []
    kernels = judge.kernels_of_biases(case.compile, paths, r)
    outcome = judge.compare(ours, r, others, exempt, kernels)
    for who in {"wavetrain": ("tensorflow", "jax"), "jax": ("tensorflow",), "tensorflow": ("jax",)}[opponent]:
        if outcome.passed:
            break
        try:
            sides.run_keras(folder, (who,))
        except JobFailed:  # Keras trains some models on one backend only
            continue
        others.append(judge.results(folder, who))
        outcome = judge.compare(ours, r, others, exempt, kernels)
    for dtype in ("float64", "float32"):
        for nudge in (1, 2, 3):
            if outcome.passed:
                break
            others.append(judge.results(folder, sides.run_nudged(folder, nudge, dtype)))
            outcome = judge.compare(ours, r, others, exempt, kernels)
    return outcome


def _check_shape(y, declared):
    """A model that predicts another shape than it says is trained on what it did not mean: arrays broadcast. No case either."""
    if y is None or declared and isinstance(declared[0], (list, tuple)):
        return
    if len(y.shape) != len(declared) or any(size is not None and size != got for size, got in zip(declared[1:], y.shape[1:])):
        raise JobFailed(f"Keras/double: predicts {y.shape}, where its model says {tuple(declared)}")


def _compare_files(sides, case, folder, opponent):
    """Keras trains and writes a file; everybody goes on from it; then everybody goes on from the file that we wrote."""
    there, back = folder / "there", folder / "back"
    prepared = sides.prepare(there, case, model_file="before.keras", steps_before=5)
    outcome = _run_and_judge(sides, case, there, prepared, opponent)
    if not outcome.passed:
        return outcome
    back.mkdir()
    for name in ("job.json", "data.npz"):
        shutil.copy(there / name, back / name)
    shutil.copy(there / f"{opponent}.after.keras", back / "before.keras")
    second = _run_and_judge(sides, case, back, prepared, opponent)
    second.failures = [(f"after our file, {key}", text) for key, text in second.failures]
    second.compared += outcome.compared
    second.worst = max(outcome.worst, second.worst)
    return second


def selected_cases(arguments):
    """Pairs (kind, case)."""
    if arguments.name:
        listed = [case for case in (*forward_cases(), *layer_gradient_cases(), *training_cases())
                  if case.name == arguments.name]
        if not listed:
            sys.exit(f"There is no case '{arguments.name}'; --list prints all names.")
        return [(None, case) for case in listed]
    if arguments.listed:
        return [(None, case) for case in {"forward": forward_cases, "train": training_cases,
                                        "gradients": layer_gradient_cases}[arguments.listed]()]
    # Each kind counts its own cases.
    mixed = ("described-files", "described-forward", "described-train", "described-forward", "gradients", "described-files", "forward",
             "described-forward", "train", "described-forward", "described-files", "described-forward", "described-train", "files",
             "described-files", "described-forward", "gradients", "described-train", "described-files", "described-forward")
    pattern = (arguments.only,) if arguments.only else mixed
    before, cases = dict.fromkeys(pattern, 0), []
    for i in range(arguments.first + arguments.cases):
        kind = pattern[i % len(pattern)]
        if i >= arguments.first:
            cases.append((kind, before[kind]))
        before[kind] += 1
    return cases


class CaseMaker:
    """Makes random cases when their turn comes; those from descriptions need a running Keras."""

    def __init__(self, sides, seed):
        self.sides, self.seed, self.descriptions = sides, seed, None

    def __call__(self, kind, case):
        if not isinstance(case, int):
            return case
        if kind not in DESCRIBED_KINDS:
            return random_case(kind, self.seed, case)
        self.descriptions = self.descriptions or self.sides.describe()
        return self.sides.draw(kind, self.seed, case, self.descriptions)


def main():
    parser = argparse.ArgumentParser(prog="compare-with-keras", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", type=int, default=50, help="how many random models (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=1, help="of the random models (default: %(default)s)")
    parser.add_argument("--first", type=int, default=0, help="index of the first random model (default: %(default)s)")
    parser.add_argument("--only", choices=(*KINDS, *DESCRIBED_KINDS), help="one kind of random model")
    parser.add_argument("--listed", choices=("forward", "gradients", "train"), help="the listed models instead of random ones")
    parser.add_argument("--name", help="one listed model")
    parser.add_argument("--list", action="store_true", help="print the names of the listed models")
    parser.add_argument("--tool", default=TOOL, help="our program (default: %(default)s)")
    parser.add_argument("--opponent", choices=("wavetrain", "jax", "tensorflow"), default="wavetrain",
                        help="whom to judge; one of the Keras backends checks the judge itself")
    parser.add_argument("--keep-going", action="store_true", help="do not stop at the first mismatch")
    parser.add_argument("--keep", type=Path, help="keep the job folders in this one")
    parser.add_argument("--tally", type=Path, nargs="+", default=[], help="add what was compared to the first of these files")
    parser.add_argument("--coverage", type=Path, help="write a table of what was compared, all tallies together, into this file")
    parser.add_argument("--verbose", action="store_true", help="one line per case, and what the workers print")
    arguments = parser.parse_args()
    if arguments.list:
        print("\n".join(case.name for case in (*forward_cases(), *layer_gradient_cases(), *training_cases())))
        return 0
    if arguments.opponent == "wavetrain" and not Path(arguments.tool).exists():
        sys.exit(f"{arguments.tool} does not exist: build the target wavetrain_parity first.")
    cases = selected_cases(arguments)
    number, failed, skipped, exempt, worst = -1, 0, 0, 0, (0.0, "")
    root = arguments.keep or Path(tempfile.mkdtemp(prefix="compare-with-keras-"))
    try:
        with Sides(arguments.tool, None if arguments.verbose else subprocess.DEVNULL) as sides:
            make, coverage = CaseMaker(sides, arguments.seed), Coverage(sides.describe(), arguments.tally)
            for number, (kind, case) in enumerate(cases):
                folder = root / f"{number:04d}"
                try:
                    case = make(kind, case)
                    outcome = compare_case(sides, case, folder, kind, arguments.opponent)
                    passed, text = outcome.passed, str(outcome)
                    exempt += len(outcome.exempt)
                    worst = max(worst, (outcome.worst[0], f"{case.name} {outcome.worst[1]}"))
                    if passed:
                        coverage.add(case, kind)
                except JobFailed as failure:
                    passed, text = False, str(failure)
                    if kind in DESCRIBED_KINDS and text.startswith("Keras/"):  # built, but cannot run there
                        skipped += 1
                        passed = None
                    if isinstance(case, int):
                        case = Case(f"{kind},{arguments.seed},{case}", [], (), replay=f"--only {kind} --seed {arguments.seed} "
                                                                                     f"--first {case} --cases 1")
                coverage.count({True: "compared", None: "skipped", False: "failed"}[passed])
                if passed is False:
                    coverage.count("compared")
                coverage.save()
                if arguments.verbose or passed is False:
                    print(f"{ {True: 'ok', None: 'skipped', False: 'MISMATCH'}[passed]} {case.name}: {text}", flush=True)
                if passed is False:
                    failed += 1
                    print(f"  {case.describe()}\n  again: scripts/compare-with-keras {case.replay}", flush=True)
                    if not arguments.keep_going:
                        break
                if not arguments.keep:
                    shutil.rmtree(folder, ignore_errors=True)
            if arguments.coverage:
                import keras  # only here: it takes seconds

                names = public_names.compare(keras, sides.describe())
                arguments.coverage.write_text(coverage.table() + public_names.section(names))
                for cell in coverage.empty_cells():
                    print("not covered:", *cell)
    finally:
        if not arguments.keep:
            shutil.rmtree(root, ignore_errors=True)
    print(f"{number + 1 - skipped} of {len(cases)} cases compared, {failed} mismatches, {skipped} that Keras cannot run, {exempt} tensors exempt, "
          f"closest to its limit: {worst[0]:.2f} at {worst[1]}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
