"""One training step of the three seed programs: wavetrain, Keras on TensorFlow and on JAX, PyTorch, each in its best mode.

    python compare_training.py --threads 1 2 --output training.json

Every peer and thread count is a process of its own, pinned to that many processors (taskset) and told so (OMP_NUM_THREADS
and the libraries' own settings). Peers run one after the other, in `--rounds` rounds, so that a slow minute of the machine
does not hit one of them alone; the fastest round counts. protocol.py says what is measured. Reported is, besides the
times, the ratio of each program's best peer mode to ours.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
PEERS = ("wavetrain", "keras-tensorflow", "keras-jax", "torch")


def command(peer, threads, arguments):
    common = ["--threads", str(threads), "--seconds", str(arguments.seconds), "--programs", *arguments.programs]
    if peer == "wavetrain":
        return [str(arguments.bench), *common]
    if peer == "torch":
        return [arguments.torch_python, str(HERE / "torch_peer.py"), *common]
    return [arguments.keras_python, str(HERE / "keras_peer.py"), "--backend", peer.split("-")[1], *common]


def environment(threads):
    names = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "WAVETRAIN_NUM_THREADS")
    settings = {**os.environ, **{name: str(threads) for name in names}}
    settings.update(TF_CPP_MIN_LOG_LEVEL="3", CUDA_VISIBLE_DEVICES="-1", JAX_PLATFORMS="cpu")
    if threads == 1:
        settings["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false"
    return settings


def run(peer, threads, arguments):
    """What one process reports, with a word on standard error when it did not come to its end."""
    processors = sorted(os.sched_getaffinity(0))[:threads]
    pinned = ["taskset", "-c", ",".join(map(str, processors)), *command(peer, threads, arguments)]
    try:
        done = subprocess.run(pinned, env=environment(threads), stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False,
                              timeout=arguments.timeout)
        output = done.stdout
        if done.returncode != 0:
            print(f"{peer}: exit code {done.returncode}: {done.stderr.decode().strip()[-300:]}", file=sys.stderr)
    except subprocess.TimeoutExpired as late:  # what it has measured so far counts
        output = late.stdout or b""
        print(f"{peer}: not finished within {arguments.timeout} s", file=sys.stderr)
    return [json.loads(line) for line in output.decode().splitlines() if line.startswith("{")]


def fastest(measurements):
    best = {}
    for one in measurements:
        key = (one["program"], one["threads"], one["peer"], one["mode"])
        if key not in best or one["us_min"] < best[key]["us_min"]:
            best[key] = one
    return [best[key] for key in sorted(best)]


def ratios(results):
    """{program: {threads: {peer: how many times longer the peer's best mode takes}}}"""
    table = {}
    for program, threads in sorted({(one["program"], one["threads"]) for one in results}):
        best = {}
        for one in results:
            if (one["program"], one["threads"]) == (program, threads):
                best[one["peer"]] = min(best.get(one["peer"], float("inf")), one["us_min"])
        if "wavetrain" in best:
            table.setdefault(program, {})[threads] = {peer: round(time / best["wavetrain"], 2) for peer, time in best.items()}
    return table


def machine():
    names = [line.split(":")[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name")]
    return {"processor": names[0] if names else platform.processor(), "processors": len(os.sched_getaffinity(0)),
            "load": os.getloadavg()[0]}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--programs", nargs="+", default=["classify", "channels", "recurrent"])
    parser.add_argument("--peers", nargs="+", choices=PEERS, default=PEERS)
    parser.add_argument("--threads", nargs="+", type=int, default=[1, 2])
    parser.add_argument("--seconds", type=float, default=3.0, help="per measurement (default: %(default)s)")
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--timeout", type=float, default=900.0, help="per process, in seconds (default: %(default)s)")
    parser.add_argument("--keras-python", default=os.environ.get("WAVETRAIN_KERAS_PYTHON", "python3"))
    parser.add_argument("--torch-python", default=os.environ.get("WAVETRAIN_TORCH_PYTHON", "python3"))
    parser.add_argument("--bench", type=Path, default=ROOT / "build/release/bin/wavetrain_step_bench")
    parser.add_argument("--output", type=Path, help="write everything there as JSON")
    arguments = parser.parse_args()
    measurements, before = [], machine()
    for _ in range(arguments.rounds):
        for threads in arguments.threads:
            for peer in arguments.peers:
                if peer == "wavetrain" and not arguments.bench.exists():
                    print(f"{arguments.bench} is not built (target wavetrain_step_bench)", file=sys.stderr)
                    continue
                measurements += run(peer, threads, arguments)
    results = fastest(measurements)
    table = ratios(results)
    for one in results:
        print(f"{one['program']:10} {one['threads']} threads  {one['peer']:17} {one['mode']:14} "
              f"{one['us_min']:10.1f} us min {one['us_median']:10.1f} us median")
    print(json.dumps(table))
    if arguments.output:
        arguments.output.write_text(json.dumps({"machine": before, "results": results, "ratios": table}, indent=1) + "\n")


if __name__ == "__main__":
    main()
