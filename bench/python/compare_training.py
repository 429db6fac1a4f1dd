"""Training steps: wavetrain, Keras on TensorFlow and on JAX, PyTorch, each in its best mode.

    python compare_training.py --threads 1 2 --output training.json

processes.py says how processes are started; the fastest round counts. protocol.py says what is measured. Reported are, besides
the times, our share of the bound (operations of a step over the multiply-add peak of the same run) and the ratio of each peer's
best mode to ours.
"""

from processes import HERE, describe, machine, measure, parser, write
from protocol import PROGRAMS

PEERS = ("wavetrain", "keras-tensorflow", "keras-jax", "torch")
NAMES = {"wavetrain": "wavetrain", "keras-tensorflow": "Keras/TensorFlow", "keras-jax": "Keras/JAX", "torch": "PyTorch"}
MODES = {"keras-tensorflow": ("fit", "fit-xla", "loop", "loop-xla"), "keras-jax": ("fit", "loop"),
         "torch": ("eager-fused", "eager-foreach", "compile")}


def command(peer, program, threads, arguments):
    common = ["--threads", str(threads), "--seconds", str(arguments.seconds), "--programs", program]
    if peer == "wavetrain":
        return [str(arguments.bench), *common]
    modes = [mode for mode in arguments.modes or () if mode in MODES[peer]]
    if modes:
        common += ["--modes", *modes]
    if peer == "torch":
        return [arguments.torch_python, str(HERE / "torch_peer.py"), *common]
    return [arguments.keras_python, str(HERE / "keras_peer.py"), "--backend", peer.split("-")[1], *common]


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


def main():
    options = parser(__doc__, PEERS, "wavetrain_step_bench", seconds=3.0, rounds=2, timeout=900.0)
    options.add_argument("--modes", nargs="+", help="of the peers (default: all), e.g. loop loop-xla eager-fused")
    arguments = options.parse_args()
    before = machine()
    measurements, peaks = measure(arguments, lambda *one: command(*one, arguments))
    results = fastest(measurements)
    for one in results:
        print(f"{one['program']:11} {one['threads']} threads  {one['peer']:17} {one['mode']:14} "
              f"{one['us_min']:10.1f} us min {one['us_median']:10.1f} us median")
    if peaks:
        print("\n" + markdown(results, peaks) + "\n")
        print(describe(peaks))
    if arguments.output:
        write(arguments.output, machine=before, peaks=peaks, results=results, ratios=ratios(results))


if __name__ == "__main__":
    main()
