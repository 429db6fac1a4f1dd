"""Training steps: wavetrain, Keras on TensorFlow and on JAX, PyTorch, each in its best mode.

    python compare_training.py --threads 1 2 --output training.json

Every program, peer and thread count is a process of its own, pinned to that many processors (taskset) and told so
(OMP_NUM_THREADS and the libraries' own settings), with glibc keeping big blocks instead of returning them to the system. Peers
run one after the other, in `--rounds` rounds, so that a slow minute of the machine does not hit one of them alone; the fastest
round counts. protocol.py says what is measured. Reported are, besides the times, our share of the bound (operations of a step
over the multiply-add peak of the same run) and the ratio of each peer's best mode to ours.
"""

import argparse
import json
import os
import platform
import shlex
import subprocess
import sys
from pathlib import Path

from protocol import PROGRAMS

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
PEERS = ("wavetrain", "keras-tensorflow", "keras-jax", "torch")
NAMES = {"wavetrain": "wavetrain", "keras-tensorflow": "Keras/TensorFlow", "keras-jax": "Keras/JAX", "torch": "PyTorch"}


def command(peer, program, threads, arguments):
    common = ["--threads", str(threads), "--seconds", str(arguments.seconds), "--programs", program]
    if peer == "wavetrain":
        return [str(arguments.bench), *common]
    if peer == "torch":
        return [arguments.torch_python, str(HERE / "torch_peer.py"), *common]
    return [arguments.keras_python, str(HERE / "keras_peer.py"), "--backend", peer.split("-")[1], *common]


def environment(threads):
    names = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "WAVETRAIN_NUM_THREADS")
    settings = {**os.environ, **{name: str(threads) for name in names}}
    # Blocks of a step are used again in the next one; by default glibc would map and unmap them.
    settings.update(MALLOC_MMAP_THRESHOLD_=str(32 << 20), MALLOC_TRIM_THRESHOLD_=str(1 << 32), MALLOC_TOP_PAD_=str(64 << 20))
    settings.update(TF_CPP_MIN_LOG_LEVEL="3", CUDA_VISIBLE_DEVICES="-1", JAX_PLATFORMS="cpu")
    if threads == 1:
        settings["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false"
    return settings


def run_process(name, command_line, threads, arguments):
    """What one process reports, with a word on standard error when it did not come to its end."""
    processors = sorted(os.sched_getaffinity(0))[:threads]
    pinned = [*shlex.split(arguments.launcher), "taskset", "-c", ",".join(map(str, processors)), *command_line]
    try:
        done = subprocess.run(pinned, env=environment(threads), stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False,
                              timeout=arguments.timeout)
        output = done.stdout
        if done.returncode != 0:
            print(f"{name}: exit code {done.returncode}: {done.stderr.decode().strip()[-300:]}", file=sys.stderr)
    except subprocess.TimeoutExpired as late:  # what it has measured so far counts
        output = late.stdout or b""
        print(f"{name}: not finished within {arguments.timeout} s", file=sys.stderr)
    return [json.loads(line) for line in output.decode().splitlines() if line.startswith("{")]


def fastest(measurements):
    best = {}
    for one in measurements:
        key = (list(PROGRAMS).index(one["program"]), one["threads"], PEERS.index(one["peer"]), one["mode"])
        if key not in best or one["us_min"] < best[key]["us_min"]:
            best[key] = one
    return [best[key] for key in sorted(best)]


def best_modes(results):
    """{(program, threads): {peer: its fastest mode's measurement}}"""
    table = {}
    for one in results:
        row = table.setdefault((one["program"], one["threads"]), {})
        if one["peer"] not in row or one["us_min"] < row[one["peer"]]["us_min"]:
            row[one["peer"]] = one
    return table


def ratios(results):
    """{program: {threads: {peer: how many times longer the peer's best mode takes}}}"""
    table = {}
    for (program, threads), row in best_modes(results).items():
        if "wavetrain" in row:
            ours = row["wavetrain"]["us_min"]
            table.setdefault(program, {})[threads] = {peer: round(one["us_min"] / ours, 2) for peer, one in row.items()}
    return table


def share(row, program, peaks):
    """How much of the multiply-add peak our step uses, in percent."""
    ours = row["wavetrain"]
    return 100 * PROGRAMS[program].mflop * 1e6 / (ours["us_min"] * 1e-6) / peaks[ours["threads"]]


def markdown(results, peaks):
    lines = ["| model | threads | wavetrain, µs a step | share of the bound | " +
             " | ".join(f"{NAMES[peer]}, µs (mode)" for peer in PEERS[1:]) + " | best peer / wavetrain |",
             "|---|---|---|---|" + "---|" * len(PEERS)]
    for (program, threads), row in best_modes(results).items():
        if "wavetrain" not in row:
            continue
        others = [row.get(peer) for peer in PEERS[1:]]
        cells = [f"{one['us_min']:,.0f} ({one['mode']})" if one else "" for one in others]
        ratio = min((one["us_min"] for one in others if one), default=float("nan")) / row["wavetrain"]["us_min"]
        ours = f"{row['wavetrain']['us_min']:,.{1 if row['wavetrain']['us_min'] < 100 else 0}f}"
        lines.append(f"| {program} | {threads} | {ours} | {share(row, program, peaks):.0f} % | "
                     + " | ".join(cells) + f" | {ratio:.2f} |")
    return "\n".join(lines)


def machine():
    names = [line.split(":")[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name")]
    return {"processor": names[0] if names else platform.processor(), "processors": len(os.sched_getaffinity(0)),
            "load": os.getloadavg()[0]}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--programs", nargs="+", choices=PROGRAMS, default=list(PROGRAMS))
    parser.add_argument("--peers", nargs="+", choices=PEERS, default=PEERS)
    parser.add_argument("--threads", nargs="+", type=int, default=[1, 2])
    parser.add_argument("--seconds", type=float, default=3.0, help="per measurement (default: %(default)s)")
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--timeout", type=float, default=900.0, help="per process, in seconds (default: %(default)s)")
    parser.add_argument("--keras-python", default=os.environ.get("WAVETRAIN_KERAS_PYTHON", "python3"))
    parser.add_argument("--torch-python", default=os.environ.get("WAVETRAIN_TORCH_PYTHON", "python3"))
    parser.add_argument("--bench", type=Path, default=ROOT / "build/release/bin/wavetrain_step_bench")
    parser.add_argument("--output", type=Path, help="write everything there as JSON")
    parser.add_argument("--launcher", default="", help="command that every measuring process is started with")
    arguments = parser.parse_args()
    measurements, peaks, before = [], {}, machine()
    if "wavetrain" in arguments.peers and not arguments.bench.exists():
        sys.exit(f"{arguments.bench} is not built (target wavetrain_step_bench)")
    for _ in range(arguments.rounds):
        for program in arguments.programs:
            for threads in arguments.threads:
                for peer in arguments.peers:
                    for line in run_process(f"{peer} {program}", command(peer, program, threads, arguments), threads, arguments):
                        if "peak" in line:
                            peaks[line["threads"]] = max(peaks.get(line["threads"], 0.0), line["peak"])
                        else:
                            measurements.append(line)
    results = fastest(measurements)
    for one in results:
        print(f"{one['program']:11} {one['threads']} threads  {one['peer']:17} {one['mode']:14} "
              f"{one['us_min']:10.1f} us min {one['us_median']:10.1f} us median")
    if peaks:
        print("\n" + markdown(results, peaks) + "\n")
        print("multiply-add peak: " + ", ".join(f"{peak * 1e-9:.1f} GF/s with {n} threads" for n, peak in sorted(peaks.items())))
    if arguments.output:
        arguments.output.parent.mkdir(parents=True, exist_ok=True)
        arguments.output.write_text(json.dumps({"machine": before, "peaks": peaks, "results": results,
                                                "ratios": ratios(results)}, indent=1) + "\n")


if __name__ == "__main__":
    main()
