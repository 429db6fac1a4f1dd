"""Tables (Markdown) and pictures (SVG) of what compare_training.py, compare_prediction.py and wavetrain_growth_bench have measured.

    python report.py            bench/results/{training,prediction}.json and growth.jsonl -> .md and .svg beside them
"""

import json
import math
from pathlib import Path

import compare_prediction
import compare_training
from protocol import PROGRAMS

RESULTS = Path(__file__).resolve().parents[1] / "results"
WIDTH, LEFT, ROW, BAR = 760, 110, 26, 16
COLORS = {"wavetrain": "#0b6e99", "peer": "#b9c4cc"}


def bars(title, rows):
    """An SVG: for each (name, ours, theirs, label) two bars; `theirs` is the time of the best peer in units of ours."""
    most = max([2.0, *(theirs for _, _, theirs, _ in rows)])
    scale = (WIDTH - LEFT - 150) / most
    height = 58 + 2 * ROW * len(rows)
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" font-family="sans-serif" font-size="13">',
             f'<rect width="{WIDTH}" height="{height}" fill="white"/>',
             f'<text x="{LEFT}" y="24" font-size="15" font-weight="bold">{title}</text>']
    y = 42
    for name, ours, theirs, label in rows:
        parts.append(f'<text x="{LEFT - 8}" y="{y + 13}" text-anchor="end">{name}</text>')
        parts.append(f'<rect x="{LEFT}" y="{y}" width="{scale:.1f}" height="{BAR}" fill="{COLORS["wavetrain"]}"/>')
        parts.append(f'<text x="{LEFT + scale + 6:.1f}" y="{y + 13}">wavetrain {ours}</text>')
        parts.append(f'<rect x="{LEFT}" y="{y + BAR + 2}" width="{scale * theirs:.1f}" height="{BAR}" fill="{COLORS["peer"]}"/>')
        parts.append(f'<text x="{LEFT + scale * theirs + 6:.1f}" y="{y + BAR + 15}">{label}: {theirs:.2f} ×</text>')
        y += 2 * ROW
    return "\n".join([*parts, "</svg>"]) + "\n"


def exponent(points):
    """Of size in time, by least squares over the logarithms."""
    x, y = [math.log(size) for size, _ in points], [math.log(seconds) for _, seconds in points]
    mean_x, mean_y = sum(x) / len(x), sum(y) / len(y)
    return sum((a - mean_x) * (b - mean_y) for a, b in zip(x, y)) / sum((a - mean_x) ** 2 for a in x)


def curves(groups):
    """An SVG with one panel per group: seconds per epoch over size, both logarithmic."""
    width, height, margin = 250, 230, 46
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width * len(groups)} {height}" font-family="sans-serif" '
             'font-size="11">', f'<rect width="{width * len(groups)}" height="{height}" fill="white"/>']
    for panel, (name, points) in enumerate(groups.items()):
        left, right = panel * width + margin, (panel + 1) * width - 16
        sizes, times = [size for size, _ in points], [seconds for _, seconds in points]

        def at(size, seconds, left=left, right=right, sizes=sizes, times=times):
            x = left + (right - left) * math.log(size / sizes[0]) / math.log(sizes[-1] / sizes[0])
            y = height - margin - (height - 2 * margin) * math.log(seconds / min(times)) / math.log(max(times) / min(times))
            return x, y

        parts.append(f'<text x="{left}" y="20" font-size="13" font-weight="bold">{name}: exponent {exponent(points):.2f}</text>')
        parts.append(f'<polyline fill="none" stroke="{COLORS["wavetrain"]}" stroke-width="2" points="'
                     + " ".join("{:.1f},{:.1f}".format(*at(*point)) for point in points) + '"/>')
        for size, seconds in (points[0], points[-1]):
            x, y = at(size, seconds)
            parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{COLORS["wavetrain"]}"/>')
            parts.append(f'<text x="{x:.1f}" y="{height - 26}" text-anchor="middle">{size:,}</text>')
            parts.append(f'<text x="{max(x, left):.1f}" y="{y - 8:.1f}" text-anchor="{"start" if x == left else "end"}">'
                         f'{micros(seconds * 1e6)}</text>')
    return "\n".join([*parts, "</svg>"]) + "\n"


def growth_table(groups, others):
    lines = ["| grows | from | to | time per epoch, from | to | exponent |", "|---|---|---|---|---|---|"]
    for name, points in groups.items():
        lines.append(f"| {name} | {points[0][0]:,} | {points[-1][0]:,} | {micros(points[0][1] * 1e6)} | "
                     f"{micros(points[-1][1] * 1e6)} | {exponent(points):.2f} |")
    for one in others:
        lines += ["", f"{one['windows']:,} windows of 100 steps of a memory map (classify, one thread): {one['seconds']:.1f} s, peak "
                      f"memory of the process {one['megabytes']:.0f} MB."]
    return "\n".join(lines) + "\n"


def micros(value):
    return f"{value / 1000:,.1f} ms" if value >= 1000 else f"{compare_prediction.figure(value)} µs"


def rows_of(table, names):
    """table: [(program, {peer: measurement})]"""
    rows = []
    for program, row in table:
        others = [one for peer, one in row.items() if peer != "wavetrain"]
        if "wavetrain" not in row or not others:
            continue
        best = min(others, key=lambda one: one["us_min"])
        ours = row["wavetrain"]["us_min"]
        rows.append((program, micros(ours), best["us_min"] / ours, names[best["peer"]]))
    return rows


def write(name, text):
    (RESULTS / name).write_text(text)
    print(RESULTS / name)


def main():
    training = RESULTS / "training.json"
    if training.exists():
        measured = json.loads(training.read_text())
        peaks = {int(threads): peak for threads, peak in measured["peaks"].items()}
        results = compare_training.fastest(measured["results"])
        write("training.md", compare_training.markdown(results, peaks) + "\n")
        best = compare_training.best_modes(results)
        one = [(program, best[program, 1]) for program in PROGRAMS if (program, 1) in best]
        write("training.svg", bars("A training step, one thread: the best peer against wavetrain",
                                   rows_of(one, compare_training.NAMES)))
    growth = RESULTS / "growth.jsonl"
    if growth.exists():
        groups, others = {}, []
        for one in map(json.loads, growth.read_text().splitlines()):
            if "grows" in one:
                groups.setdefault(one["grows"], []).append((one["size"], one["seconds"]))
            else:
                others.append(one)
        write("growth.md", growth_table(groups, others))
        write("growth.svg", curves(groups))
    prediction = RESULTS / "prediction.json"
    if prediction.exists():
        table = compare_prediction.fastest(json.loads(prediction.read_text())["results"])
        write("prediction.md", compare_prediction.markdown(table) + "\n")
        for task, title in (("window", "One window"), ("set", "A whole set")):
            one = [(program, table[program, task, 1]) for program in PROGRAMS if (program, task, 1) in table]
            write(f"prediction-{task}.svg", bars(f"{title}, one thread: the best peer against wavetrain",
                                                 rows_of(one, compare_prediction.NAMES)))


if __name__ == "__main__":
    main()
