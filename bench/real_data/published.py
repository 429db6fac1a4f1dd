"""Published test accuracies, trained again: the table of docs/results.md.

    python bench/real_data/published.py --data DIR --results FILE [--seeds 5] [--only NAME ...] [--table]

DIR holds data sets of the UCR archive as NAME/NAME_TRAIN.ts and NAME/NAME_TEST.ts, or .tsv; sets that are not there are
skipped. FILE gets a line of JSON per run; what is in it is not run again, so the program may be stopped and started at any
time. The table is printed at the end, or at once with --table; the exit code is 1 when a mean misses the acceptance rule.

Published values are those of hfawaz/dl-4-tsc, results/results-ucr-128.csv (5 runs each: mean and sample standard deviation
of the test accuracy in percent, median duration in seconds). Their nets, optimizers, batch sizes, epochs and schedules are
the presets `mlp`, `fcn` and `time-cnn`; series are z-normalised one by one, and the weights of the epoch with the smallest
training loss are scored. Rule: |mean - published mean| <= max(2 sqrt(s^2/n + p^2/5), 1 test case, 0.5 points). The published
durations were taken on a GPU and include scoring the test set after every epoch, which is not done here.
"""

import argparse
import json
import math
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PUBLISHED = {  # (network, set): mean, deviation, seconds; from the quickest to the slowest to train here
    ("time-cnn", "Coffee"): (100.00, 0.00, 85),
    ("time-cnn", "GunPoint"): (94.80, 1.45, 86),
    ("time-cnn", "ItalyPowerDemand"): (95.41, 0.14, 223),
    ("time-cnn", "CBF"): (95.93, 1.80, 208),
    ("time-cnn", "ArrowHead"): (71.66, 2.31, 70),
    ("time-cnn", "PowerCons"): (96.00, 1.38, 146),
    ("time-cnn", "SyntheticControl"): (98.67, 0.53, 338),
    ("time-cnn", "MedicalImages"): (67.13, 1.09, 316),
    ("mlp", "Coffee"): (99.29, 1.60, 387),
    ("mlp", "CBF"): (86.91, 0.48, 1626),
    ("mlp", "ArrowHead"): (78.40, 1.59, 559),
    ("mlp", "GunPoint"): (92.80, 0.99, 611),
    ("mlp", "ItalyPowerDemand"): (95.34, 0.21, 1075),
    ("mlp", "PowerCons"): (97.67, 0.46, 531),
    ("mlp", "SyntheticControl"): (97.33, 0.33, 835),
    ("mlp", "MedicalImages"): (71.87, 0.78, 787),
    ("fcn", "ItalyPowerDemand"): (96.29, 0.13, 814),
    ("fcn", "CBF"): (99.38, 0.10, 2047),
    ("fcn", "GunPoint"): (100.00, 0.00, 459),
    ("fcn", "Coffee"): (100.00, 0.00, 314),
}
TEST_CASES = {"Coffee": 28, "GunPoint": 150, "ItalyPowerDemand": 1029, "CBF": 900, "ArrowHead": 175, "PowerCons": 180,
              "SyntheticControl": 300, "MedicalImages": 760}


def find(folder, name, part):
    for ending in ("ts", "tsv"):
        path = folder / name / f"{name}_{part}.{ending}"
        if path.exists():
            return path
    return None


def run(arguments, network, name, seed):
    command = arguments.prefix.split() + [str(arguments.program)]
    with tempfile.TemporaryDirectory() as folder:
        model = str(Path(folder) / "model.keras")
        report = json.loads(subprocess.run(
            command + ["train", "--data", str(find(arguments.data, name, "TRAIN")), "--model", network, "--normalize",
                       "series", "--seed", str(seed), "--threads", "1", "--out", model, "--json"],
            capture_output=True, text=True, check=True).stdout)
        scores = json.loads(subprocess.run(
            command + ["evaluate", model, "--data", str(find(arguments.data, name, "TEST")), "--json"],
            capture_output=True, text=True, check=True).stdout)
    return {"network": network, "set": name, "seed": seed, "accuracy": scores["accuracy"], "seconds": report["seconds"]}


def table(results):
    good = True
    print("| data set | network | runs | wavetrain | published | allowed | inside | s, fastest run | published s |")
    print("|---|---|---|---|---|---|---|---|---|")
    for (network, name), (mean, deviation, seconds) in PUBLISHED.items():
        runs = [r for r in results if (r["network"], r["set"]) == (network, name)]
        if not runs:
            continue
        ours = [100 * r["accuracy"] for r in runs]
        spread = statistics.stdev(ours) if len(ours) > 1 else float("nan")
        allowed = max([2 * math.sqrt(spread**2 / len(ours) + deviation**2 / 5)] if len(ours) > 1 else [0.0])
        allowed = max(allowed, 100 / TEST_CASES[name], 0.5)
        inside = abs(statistics.mean(ours) - mean) <= allowed
        good = good and inside
        print(f"| {name} | {network} | {len(ours)} | {statistics.mean(ours):.2f} ± {spread:.2f} | {mean:.2f} ± {deviation:.2f} "
              f"| {allowed:.2f} | {'yes' if inside else '**no**'} | {min(r['seconds'] for r in runs):.0f} "
              f"| {seconds} |")
    return good


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--results", type=Path, required=True)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--only", nargs="*", default=[], help="networks or sets")
    parser.add_argument("--table", action="store_true", help="print the table of what is there and run nothing")
    parser.add_argument("--prefix", default="", help="what to start the program with, such as `nice`")
    parser.add_argument("--program", type=Path, default=Path(os.environ.get("WAVETRAIN_BIN", ROOT / "build/release/bin/wavetrain")))
    arguments = parser.parse_args()
    results = [json.loads(line) for line in arguments.results.read_text().splitlines()] if arguments.results.exists() else []
    done = {(r["network"], r["set"], r["seed"]) for r in results}
    if not arguments.table and not arguments.data:
        parser.error("expected --data, or --table")
    for network, name in () if arguments.table else PUBLISHED:
        if arguments.only and not {network, name} & set(arguments.only) or not find(arguments.data, name, "TRAIN"):
            continue
        for seed in range(1, arguments.seeds + 1):
            if (network, name, seed) in done:
                continue
            results.append(run(arguments, network, name, seed))
            with arguments.results.open("a") as file:
                print(json.dumps(results[-1]), file=file)
            print(f"{network} {name} seed {seed}: {results[-1]['accuracy']:.4f} in {results[-1]['seconds']:.0f} s", file=sys.stderr)
    return 0 if table(results) else 1


if __name__ == "__main__":
    sys.exit(main())
