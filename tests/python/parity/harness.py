"""Compares wavetrain with Keras on random and on listed models: the program behind scripts/compare-with-keras.

    compare-with-keras --cases 200 --seed 17                  random models, all kinds
    compare-with-keras --cases 50 --seed 17 --only train      one kind: forward, gradients, train, files; described-forward,
                                                              described-train and described-files draw from everything
                                                              that the library describes
    compare-with-keras --cases 1000 --coverage docs/keras-coverage.md    ... and write down what was covered
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

from parity import judge
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
    paths = sides.prepare(folder, case)["weights"]
    return _run_and_judge(sides, case, folder, paths, opponent)


def _run_and_judge(sides, case, folder, paths, opponent):
    sides.run_keras(folder)  # first: what Keras cannot run is no case
    if opponent == "wavetrain":
        sides.run_ours(folder)
    sides_of = {"wavetrain": ("tensorflow", "jax"), "jax": ("tensorflow",), "tensorflow": ("jax",)}
    ours, r = judge.results(folder, opponent), judge.results(folder, "double")
    others = [judge.results(folder, who) for who in sides_of[opponent]]
    return judge.compare(ours, r, others, judge.exempt_tensors(case.compile, paths, r))


def _compare_files(sides, case, folder, opponent):
    """Keras trains and writes a file; everybody goes on from it; then everybody goes on from the file that we wrote."""
    there, back = folder / "there", folder / "back"
    paths = sides.prepare(there, case, model_file="before.keras", steps_before=5)["weights"]
    outcome = _run_and_judge(sides, case, there, paths, opponent)
    if not outcome.passed:
        return outcome
    back.mkdir()
    for name in ("job.json", "data.npz"):
        shutil.copy(there / name, back / name)
    shutil.copy(there / f"{opponent}.after.keras", back / "before.keras")
    second = _run_and_judge(sides, case, back, paths, opponent)
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
    if arguments.only:
        kinds = [arguments.only] * arguments.cases
    else:  # inference is cheap and has the most options
        pattern = ("described-forward", "forward", "gradients", "described-train", "train", "described-forward", "described-train",
                   "gradients", "described-forward", "described-files")
        kinds = [pattern[i % len(pattern)] for i in range(arguments.cases)]
    return [(kind, arguments.first + i) for i, kind in enumerate(kinds)]


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
    parser.add_argument("--coverage", type=Path, help="write a table of what was compared into this file")
    parser.add_argument("--verbose", action="store_true", help="one line per case, and what the workers print")
    arguments = parser.parse_args()
    if arguments.list:
        print("\n".join(case.name for case in (*forward_cases(), *layer_gradient_cases(), *training_cases())))
        return 0
    if arguments.opponent == "wavetrain" and not Path(arguments.tool).exists():
        sys.exit(f"{arguments.tool} does not exist: build the target wavetrain_parity first.")
    cases = selected_cases(arguments)
    failed, skipped, exempt, worst = 0, 0, 0, (0.0, "")
    root = arguments.keep or Path(tempfile.mkdtemp(prefix="compare-with-keras-"))
    try:
        with Sides(arguments.tool, None if arguments.verbose else subprocess.DEVNULL) as sides:
            make, coverage = CaseMaker(sides, arguments.seed), Coverage()
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
                        passed = True
                    if isinstance(case, int):
                        case = Case(f"{kind},{arguments.seed},{case}", [], (), replay=f"--only {kind} --seed {arguments.seed} "
                                                                                     f"--first {case} --cases 1")
                if arguments.verbose or not passed:
                    print(f"{'ok' if passed else 'MISMATCH'} {case.name}: {text}", flush=True)
                if not passed:
                    failed += 1
                    print(f"  {case.describe()}\n  again: scripts/compare-with-keras {case.replay}", flush=True)
                    if not arguments.keep_going:
                        break
                if not arguments.keep:
                    shutil.rmtree(folder, ignore_errors=True)
            if arguments.coverage:
                arguments.coverage.write_text(coverage.table(sides.describe(), number + 1, failed, arguments.seed))
    finally:
        if not arguments.keep:
            shutil.rmtree(root, ignore_errors=True)
    print(f"{number + 1} of {len(cases)} cases compared, {failed} mismatches, {skipped} that Keras cannot run, {exempt} tensors exempt, "
          f"closest to its limit: {worst[0]:.2f} at {worst[1]}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
