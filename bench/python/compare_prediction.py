"""Prediction: wavetrain, LiteRT, ONNX Runtime, Keras on TensorFlow and on JAX, PyTorch, each in its best mode.

    python compare_prediction.py --threads 1 2 --output prediction.json

One window per call (on one thread), and whole sets. Processes are started as in compare_training.py, which says how; what is
measured is in wavetrain_predict_bench (bench/predict_bench.cpp) and prediction_peer.py. Times are microseconds per sample.
"""

import argparse
import json
import os
import sys
from pathlib import Path

from compare_training import HERE, ROOT, machine, run_process
from protocol import PROGRAMS

PEERS = ("wavetrain", "litert", "onnxruntime", "keras-tensorflow", "keras-jax", "torch")
NAMES = {"wavetrain": "wavetrain", "litert": "LiteRT", "onnxruntime": "ONNX Runtime", "keras-tensorflow": "Keras/TensorFlow",
         "keras-jax": "Keras/JAX", "torch": "PyTorch"}


def command(peer, program, threads, arguments):
    common = ["--threads", str(threads), "--seconds", str(arguments.seconds), "--programs", program]
    if peer == "wavetrain":
        return [str(arguments.bench), *common]
    python = arguments.torch_python if peer == "torch" else arguments.keras_python
    return [python, str(HERE / "prediction_peer.py"), "--peer", peer, "--models", str(arguments.models), *common]


def fastest(measurements):
    """{(program, task, threads): {peer: its fastest measurement}}, with the task "window" or "set"."""
    table = {}
    for one in measurements:
        task = one["mode"].split("-", maxsplit=1)[0]
        if task == "window" and one["threads"] != 1:
            continue
        row = table.setdefault((one["program"], task, one["threads"]), {})
        if one["peer"] not in row or one["us_min"] < row[one["peer"]]["us_min"]:
            row[one["peer"]] = one
    order = list(PROGRAMS)
    return dict(sorted(table.items(), key=lambda item: (item[0][1] != "window", item[0][2], order.index(item[0][0]))))


def figure(micros):
    return f"{micros:,.0f}" if micros >= 100 else f"{micros:,.1f}" if micros >= 10 else f"{micros:.2f}"


def markdown(table):
    lines, title = [], None
    for (program, task, threads), row in table.items():
        if "wavetrain" not in row:
            continue
        heading = "One window, 1 thread" if task == "window" else f"A whole set, threads: {threads}"
        if heading != title:
            title = heading
            lines += ["", f"### {heading}", "", "| model | wavetrain, µs | share of the bound | "
                      + " | ".join(f"{NAMES[peer]}, µs" for peer in PEERS[1:]) + " | best peer / wavetrain |",
                      "|---|---|---|" + "---|" * len(PEERS)]
        ours = row["wavetrain"]
        others = [row.get(peer) for peer in PEERS[1:]]
        best = min((one["us_min"] for one in others if one), default=float("nan"))
        lines.append(f"| {program} | {figure(ours['us_min'])} | {100 * ours['share']:.0f} % | "
                     + " | ".join(figure(one["us_min"]) if one else "" for one in others)
                     + f" | {best / ours['us_min']:.2f} |")
    return "\n".join(lines).strip()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--programs", nargs="+", choices=PROGRAMS, default=list(PROGRAMS))
    parser.add_argument("--peers", nargs="+", choices=PEERS, default=PEERS)
    parser.add_argument("--threads", nargs="+", type=int, default=[1, 2])
    parser.add_argument("--seconds", type=float, default=1.0, help="per measurement (default: %(default)s)")
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--timeout", type=float, default=300.0, help="per process, in seconds (default: %(default)s)")
    parser.add_argument("--keras-python", default=os.environ.get("WAVETRAIN_KERAS_PYTHON", "python3"))
    parser.add_argument("--torch-python", default=os.environ.get("WAVETRAIN_TORCH_PYTHON", "python3"))
    parser.add_argument("--bench", type=Path, default=ROOT / "build/release/bin/wavetrain_predict_bench")
    parser.add_argument("--models", type=Path, default=ROOT / "build/bench-models", help="folder for exported models")
    parser.add_argument("--output", type=Path, help="write everything there as JSON")
    parser.add_argument("--launcher", default="", help="command that every measuring process is started with")
    arguments = parser.parse_args()
    if "wavetrain" in arguments.peers and not arguments.bench.exists():
        sys.exit(f"{arguments.bench} is not built (target wavetrain_predict_bench)")
    measurements, peaks, before = [], {}, machine()
    for _ in range(arguments.rounds):
        for program in arguments.programs:
            for threads in arguments.threads:
                for peer in arguments.peers:
                    for line in run_process(f"{peer} {program}", command(peer, program, threads, arguments), threads, arguments):
                        if "peak" in line:
                            peaks[line["threads"]] = max(peaks.get(line["threads"], 0.0), line["peak"])
                        else:
                            measurements.append(line)
    table = fastest(measurements)
    print(markdown(table))
    if peaks:
        print("\nmultiply-add peak: " + ", ".join(f"{peak * 1e-9:.1f} GF/s with {n} threads" for n, peak in sorted(peaks.items())))
    if arguments.output:
        arguments.output.parent.mkdir(parents=True, exist_ok=True)
        arguments.output.write_text(json.dumps({"machine": before, "peaks": peaks, "results": measurements}, indent=1) + "\n")


if __name__ == "__main__":
    main()
