"""The processes that measure: one per program, peer and thread count, pinned to that many processors (taskset) and told so
(OMP_NUM_THREADS and the libraries' own settings), with glibc keeping big blocks instead of returning them to the system.

Peers run one after the other, in rounds, so that a slow minute of the machine does not hit one of them alone.
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


def parser(description, peers, bench, seconds, rounds, timeout):
    """The arguments that all comparisons have; `bench` is the program that measures wavetrain."""
    result = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    result.add_argument("--programs", nargs="+", choices=PROGRAMS, default=list(PROGRAMS))
    result.add_argument("--peers", nargs="+", choices=peers, default=peers)
    result.add_argument("--threads", nargs="+", type=int, default=[1, 2])
    result.add_argument("--seconds", type=float, default=seconds, help="per measurement (default: %(default)s)")
    result.add_argument("--rounds", type=int, default=rounds)
    result.add_argument("--timeout", type=float, default=timeout, help="per process, in seconds (default: %(default)s)")
    result.add_argument("--keras-python", default=os.environ.get("WAVETRAIN_KERAS_PYTHON", "python3"))
    result.add_argument("--torch-python", default=os.environ.get("WAVETRAIN_TORCH_PYTHON", "python3"))
    result.add_argument("--bench", type=Path, default=ROOT / "build/release/bin" / bench)
    result.add_argument("--output", type=Path, help="write everything there as JSON")
    result.add_argument("--launcher", default="", help="command that every measuring process is started with")
    return result


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


def machine():
    names = [line.split(":")[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name")]
    return {"processor": names[0] if names else platform.processor(), "processors": len(os.sched_getaffinity(0)),
            "load": os.getloadavg()[0]}


def measure(arguments, command):
    """Everything that the processes report, and the multiply-add peaks {threads: FLOP/s}. command(peer, program, threads) is
    the command line of one process."""
    if "wavetrain" in arguments.peers and not arguments.bench.exists():
        sys.exit(f"{arguments.bench} is not built (target {arguments.bench.name})")
    measurements, peaks = [], {}
    for _ in range(arguments.rounds):
        for program in arguments.programs:
            for threads in arguments.threads:
                for peer in arguments.peers:
                    for line in run_process(f"{peer} {program}", command(peer, program, threads), threads, arguments):
                        if "peak" in line:
                            peaks[line["threads"]] = max(peaks.get(line["threads"], 0.0), line["peak"])
                        else:
                            measurements.append(line)
    return measurements, peaks


def describe(peaks):
    return "multiply-add peak: " + ", ".join(f"{peak * 1e-9:.1f} GF/s with {n} threads" for n, peak in sorted(peaks.items()))


def write(path, **content):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content, indent=1) + "\n")
