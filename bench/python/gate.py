"""Fails when a training step or a prediction uses less of the machine than it should.

    python gate.py

Compares each program's share of the multiply-add peak (training steps "fit", one "window", a whole "set"), measured in the same
process on one thread, with the floors of
bench/floors.json, and Conv1D inside a plan with the share of its limit that it must reach. Both sides of a ratio are measured
next to each other, so a slow machine does not decide; what falls below is measured again, twice, because a neighbour may have
disturbed one side.
"""

import argparse
import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ATTEMPTS = 3
CONV1D = ("80", "75")  # percent of the limit, with AVX-512 and with AVX2


def shares(bench, programs, seconds):
    """{(mode, program): share}"""
    done = subprocess.run([str(bench), "--threads", "1", "--seconds", str(seconds), "--programs", *programs],
                          stdout=subprocess.PIPE, check=True, text=True)
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    return {(line["mode"], line["program"]): line["share"] for line in lines if "program" in line}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--programs-folder", type=Path, default=ROOT / "build/release/bin")
    parser.add_argument("--seconds", type=float, default=0.5, help="per program (default: %(default)s)")
    arguments = parser.parse_args()
    floors = {(mode, program): floor for mode, programs in json.loads((ROOT / "bench/floors.json").read_text()).items()
              for program, floor in programs.items()}
    best, below = {}, list(floors)
    for _ in range(ATTEMPTS):
        for bench, modes in (("wavetrain_step_bench", ("fit",)), ("wavetrain_predict_bench", ("window", "set"))):
            programs = sorted({program for mode, program in below if mode in modes})
            if not programs:
                continue
            for key, share in shares(arguments.programs_folder / bench, programs, arguments.seconds).items():
                best[key] = max(share, best.get(key, 0.0))
        below = [key for key in floors if best.get(key, 0.0) < floors[key]]
        if not below:
            break
    for (mode, program), floor in floors.items():
        verdict = "below the floor" if (mode, program) in below else "ok"
        print(f"{mode:7} {program:12} {100 * best[mode, program]:5.1f} % of the peak, floor {100 * floor:5.1f} %  {verdict}")
    conv1d = arguments.programs_folder / "wavetrain_conv1d_plan_bench"
    conv1d_ok = any(subprocess.run([str(conv1d), "--gate", *CONV1D], check=False).returncode == 0 for _ in range(ATTEMPTS))
    return 0 if conv1d_ok and not below else 1


if __name__ == "__main__":
    sys.exit(main())
