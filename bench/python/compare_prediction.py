"""Prediction: wavetrain, LiteRT, ONNX Runtime, Keras on TensorFlow and on JAX, PyTorch, each in its best mode.

    python compare_prediction.py --threads 1 2 --output prediction.json

One window per call (on one thread), and whole sets. processes.py says how processes are started; what is measured
is in wavetrain_predict_bench (bench/predict_bench.cpp) and prediction_peer.py. Times are microseconds per sample.
"""

from pathlib import Path

from processes import HERE, ROOT, describe, machine, measure, parser, write
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
    lines, title, peers = [], None, []
    for (program, task, threads), row in table.items():
        if "wavetrain" not in row:
            continue
        heading = "One window, 1 thread" if task == "window" else f"A whole set, threads: {threads}"
        if heading != title:
            title = heading
            measured = {peer for key, one in table.items() if key[1:] == (task, threads) for peer in one}
            peers = [peer for peer in PEERS[1:] if peer in measured]
            columns = ["model", "wavetrain, µs", "share of the bound", *(f"{NAMES[peer]}, µs" for peer in peers)]
            columns += ["best peer / wavetrain"] if peers else []
            lines += ["", f"### {heading}", "", "| " + " | ".join(columns) + " |", "|---" * len(columns) + "|"]
        ours = row["wavetrain"]
        others = [row[peer]["us_min"] if peer in row else None for peer in peers]
        cells = [program, figure(ours["us_min"]), f"{100 * ours['share']:.0f} %"]
        cells += [figure(micros) if micros else "" for micros in others]
        if any(others):
            cells.append(f"{min(micros for micros in others if micros) / ours['us_min']:.2f}")
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines).strip()


def main():
    options = parser(__doc__, PEERS, "wavetrain_predict_bench", seconds=1.0, rounds=1, timeout=300.0)
    options.add_argument("--models", type=Path, default=ROOT / "build/bench-models", help="folder for exported models")
    arguments = options.parse_args()
    before = machine()
    measurements, peaks = measure(arguments, lambda *one: command(*one, arguments))
    print(markdown(fastest(measurements)))
    if peaks:
        print("\n" + describe(peaks))
    if arguments.output:
        write(arguments.output, machine=before, peaks=peaks, results=measurements)


if __name__ == "__main__":
    main()
