"""The tasks of the command line, run as a user runs them: classify, regress, forecast, detect, tune, and their messages.

The program is build/release/bin/wavetrain, or the one that WAVETRAIN_BIN names.
"""

import csv
import json
import math
import os
import random
import re
import subprocess
from html.parser import HTMLParser
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = Path(os.environ.get("WAVETRAIN_BIN", ROOT / "build/release/bin/wavetrain"))

pytestmark = pytest.mark.skipif(not PROGRAM.exists(), reason=f"{PROGRAM} is not built (target wavetrain_cli)")

SMALL = "Conv1D(4, 3, activation='relu') GlobalAveragePooling1D()"


def run(*arguments, cwd, text=None):
    return subprocess.run([PROGRAM, *map(str, arguments)], cwd=cwd, capture_output=True, text=True, timeout=300, input=text)


def ok(*arguments, cwd, text=None):
    result = run(*arguments, cwd=cwd, text=text)
    assert result.returncode == 0, result.stderr
    return result.stdout


def ok_json(*arguments, cwd, text=None):
    return json.loads(ok(*arguments, "--json", cwd=cwd, text=text))


def message(*arguments, cwd, text=None):
    result = run(*arguments, cwd=cwd, text=text)
    assert result.returncode == 2, result.stdout + result.stderr
    return result.stderr


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    path = tmp_path_factory.mktemp("tasks")
    ok("generate", "cbf", "--samples", 60, "--out", "train.ts", cwd=path)
    ok("generate", "cbf", "--samples", 60, "--seed", 2, "--out", "test.ts", cwd=path)
    numbers = random.Random(1)
    with open(path / "wave.csv", "w") as file:
        print("time,load,other", file=file)
        for i in range(600):
            stamp = f"2020-01-{1 + i // 24:02d} {i % 24:02d}:00:00"
            print(f"{stamp},{100 + i / 50 + 10 * math.sin(2 * math.pi * i / 24) + numbers.gauss(0, 0.5):.4f},{numbers.random():.3f}", file=file)
    with open(path / "spike.csv", "w") as file:
        print("time,load,anomaly", file=file)
        for i in range(600):
            odd = 400 <= i < 412
            stamp = f"2020-02-{1 + i // 24:02d} {i % 24:02d}:00:00"
            print(f"{stamp},{100 + 10 * math.sin(2 * math.pi * i / 24) + numbers.gauss(0, 0.5) + 25 * odd:.4f},{int(odd)}", file=file)
    return path


class WellFormed(HTMLParser):
    """Checks that tags close in order, and that nothing comes from elsewhere."""

    def __init__(self):
        super().__init__()
        self.open, self.wrong = [], []

    def handle_starttag(self, tag, attributes):
        if tag not in ("meta", "br", "path", "rect", "line"):
            self.open.append(tag)
        for name, value in attributes:
            if name in ("src", "href") or "http" in (value or ""):
                self.wrong.append((tag, name, value))

    def handle_endtag(self, tag):
        if tag in ("path", "rect", "line"):
            return
        if not self.open or self.open.pop() != tag:
            self.wrong.append(tag)


def check_report(path):
    text = path.read_text()
    parser = WellFormed()
    parser.feed(text)
    assert parser.open == [] and parser.wrong == []
    assert "nan" not in re.sub(r"[A-Za-z]*nan[A-Za-z]+", "", text.lower().split("<script>")[0])
    return text


# --- classify, regress ---------------------------------------------------------------------------------------------------


def test_classify_is_beside_its_baselines(folder):
    report = ok_json("classify", "--train", "train.ts", "--test", "test.ts", "--model",
                     "Conv1D(16, 9, activation='relu') GlobalAveragePooling1D()", "--epochs", 150, "--learning-rate", 0.01,
                     "--seeds", 2, "--out", "c.keras", "--predictions", "c.csv", "--report", "c.html", cwd=folder)
    scores = report["scores"]
    assert set(scores) >= {"most frequent class", "1-NN, Euclidean", "1-NN, DTW (band 12)", "mean of 2 networks"}
    assert scores["most frequent class"]["accuracy"] == pytest.approx(1 / 3)
    assert scores["1-NN, DTW (band 12)"]["accuracy"] > 0.8
    network = next(iter(scores.values()))
    assert network["accuracy"] > 0.5 and network["accuracy_std"] is not None
    assert sum(map(sum, report["confusion"])) == 60
    assert report["verdict"].startswith("The network")
    rows = list(csv.DictReader(open(folder / "c.csv")))
    assert len(rows) == 60
    right = sum(row["expected"] == row["received"] for row in rows) / 60
    assert right == pytest.approx(sum(report["confusion"][i][i] for i in range(3)) / 60)
    text = check_report(folder / "c.html")
    assert "Worst mistakes" in text and "class activation map" in text
    # The model file gives the same answers.
    again = ok_json("classify", "--model", "c.keras", "--test", "test.ts", cwd=folder)
    assert next(iter(again["scores"].values()))["accuracy"] == pytest.approx(right)


def test_classify_by_folds_is_repeatable(folder):
    arguments = ["classify", "--train", "train.ts", "--folds", 3, "--model", SMALL, "--epochs", 5, "--seed", 4]
    first, second = (ok_json(*arguments, "--threads", threads, cwd=folder) for threads in (1, 2))
    assert first["scores"] == second["scores"]
    assert first["folds"] == 3 and first["test_samples"] == 60


def test_classify_says_when_the_network_loses(folder):
    text = ok("classify", "--train", "train.ts", "--test", "test.ts", "--model", "Flatten()", "--epochs", 1, cwd=folder)
    assert "LOSES to 1-NN" in text


def test_regress(folder):
    with open(folder / "sums.csv", "w") as file:
        numbers = random.Random(3)
        for _ in range(80):
            values = [numbers.random() for _ in range(8)]
            print(",".join(f"{v:.4f}" for v in [sum(values), *values]), file=file)
    report = ok_json("regress", "--train", "sums.csv", "--labels", "targets", "--folds", 4, "--model", "Flatten() Dense(1)",
                     "--epochs", 300, "--learning-rate", 0.02, "--report", "r.html", cwd=folder)
    network = next(iter(report["scores"].values()))
    assert network["rmse"] < 0.2 < report["scores"]["mean of the training set"]["rmse"]
    check_report(folder / "r.html")
    assert "expected `regress`" in message("classify", "--train", "sums.csv", "--labels", "targets", cwd=folder)


def test_unequal_lengths_and_missing_values_are_masked(folder):
    numbers = random.Random(5)
    with open(folder / "masked.ts", "w") as file:
        print("@problemName m\n@univariate true\n@classLabel true a b\n@data", file=file)
        for i in range(60):
            length = numbers.randint(5, 20)
            values = [f"{numbers.gauss(i % 2, 0.3):.3f}" for _ in range(length)]
            values[numbers.randrange(length)] = "?"
            print(",".join(values) + ":" + "ab"[i % 2], file=file)
    report = ok_json("classify", "--train", "masked.ts", "--folds", 2, "--nan", "mask", "--padding", "mask", "--model",
                     "GRU(8)", "--epochs", 30, "--out", "m.keras", cwd=folder)
    assert next(iter(report["scores"].values()))["accuracy"] > 0.9
    ok("predict", "m.keras", "--data", "masked.ts", "--out", "m.csv", cwd=folder)


# --- forecast ------------------------------------------------------------------------------------------------------------


def test_forecast_is_beside_its_baselines(folder):
    report = ok_json("forecast", "--data", "wave.csv", "--target", "load", "--columns", "load", "--window", 48, "--horizon", 6,
                     "--season", 24, "--difference", 24, "--calendar", "hour", "--model", "linear", "--out", "f.keras",
                     "--predictions", "f.csv", "--report", "f.html", cwd=folder)
    scores = report["scores"]
    assert set(scores) == {"linear", "repeat", "seasonal", "drift", "mean", "smoothing"}
    assert scores["linear"]["mae"] < scores["repeat"]["mae"]
    assert len(report["mae_by_step"]) == 6
    assert 0.7 < report["interval"]["coverage"] <= 1
    rows = list(csv.DictReader(open(folder / "f.csv")))
    assert {"row", "step", "time", "load", "load forecast", "load low", "load high"} == set(rows[0])
    errors = [abs(float(row["load"]) - float(row["load forecast"])) for row in rows]
    assert sum(errors) / len(errors) == pytest.approx(scores["linear"]["mae"], rel=1e-3)
    check_report(folder / "f.html")
    # What is learnt is in the file: differences, calendar and intervals.
    predicted = list(csv.DictReader(ok("predict", "f.keras", "--data", "wave.csv", cwd=folder).splitlines()))
    last = predicted[-1]
    assert last["row"] == "600" and last["time"] == "2020-01-26"
    assert 85 < float(last["load+1"]) < 130 and float(last["load+1 low"]) < float(last["load+1"]) < float(last["load+1 high"])


def test_forecast_from_rolling_origins(folder):
    report = ok_json("forecast", "--data", "wave.csv", "--target", "all", "--window", 24, "--horizon", 3, "--origins", 3,
                     "--test-rows", 30, "--seeds", 2, "--epochs", 2, cwd=folder)
    assert report["origins"] == 3 and "mean of 2 networks" in report["scores"]
    assert report["scores"]["linear"]["mae_std"] is not None


@pytest.fixture(scope="module")
def noise(folder):
    """y is normal noise whose deviation, 1 or 4, stands in the row before: its quantiles are known."""
    numbers = random.Random(8)
    with open(folder / "noise.csv", "w") as file:
        print("deviation,y", file=file)
        before = 1
        for _ in range(5000):
            deviation = numbers.choice((1, 4))
            print(f"{deviation},{numbers.gauss(0, before):.4f}", file=file)
            before = deviation
    return "noise.csv"


def test_quantiles_of_a_series_that_has_known_ones(folder, noise):
    report = ok_json("forecast", "--data", noise, "--target", "y", "--window", 1, "--interval-method", "quantile", "--model",
                     "Flatten() Dense(16, activation='relu') Dense(3)", "--epochs", 30, "--out", "q.keras", "--predictions",
                     "q.csv", "--report", "q.html", cwd=folder)
    interval = report["interval"]
    assert interval["method"] == "quantile" and interval["level"] == 0.9
    for name in ("coverage", "adaptive_coverage", "uncorrected_coverage", "symmetric_coverage", "symmetric_adaptive_coverage"):
        assert interval[name] == pytest.approx(0.9, abs=0.04), name
    # A width that follows the noise is smaller in the mean than one for all rows, at the same coverage.
    assert interval["width"] < 0.93 * interval["symmetric_width"]
    check_report(folder / "q.html")
    rows = list(csv.DictReader(open(folder / "q.csv")))
    assert all(float(row["y low"]) <= float(row["y forecast"]) <= float(row["y high"]) for row in rows)
    # The file gives the same forecasts, and bounds that were corrected by all rows it was not trained on.
    predicted = list(csv.DictReader(ok("predict", "q.keras", "--data", noise, cwd=folder).splitlines()))
    given = {int(row["row"]): row for row in predicted}
    for row in rows[:50]:
        assert float(given[int(row["row"])]["y+1"]) == pytest.approx(float(row["y forecast"]), rel=1e-5, abs=1e-5)
    deviations = [int(row["deviation"]) for row in csv.DictReader(open(folder / noise))]
    for deviation in (1, 4):
        seen = [row for i, row in enumerate(predicted) if deviations[i] == deviation]
        for column, quantile in (("y+1 low", -1.645), ("y+1", 0), ("y+1 high", 1.645)):
            mean = sum(float(row[column]) for row in seen) / len(seen)
            assert mean == pytest.approx(quantile * deviation, abs=0.15 * 1.645 * deviation), (column, deviation)
    scores = ok_json("evaluate", "q.keras", "--data", noise, cwd=folder)
    inside = [float(row["y+1 low"]) <= float(truth) <= float(row["y+1 high"]) for row, truth in zip(
        predicted, [row["y"] for row in csv.DictReader(open(folder / noise))][1:])]
    assert scores["interval"]["coverage"] == pytest.approx(sum(inside) / len(inside), abs=1e-9)


def test_quantiles_of_several_columns_and_presets(folder):
    plain = ["forecast", "--data", "wave.csv", "--window", 24, "--horizon", 3, "--epochs", 2, "--interval-method", "quantile"]
    arguments = [*plain, "--interval", 0.8]
    for model in ("linear", "lstm", SMALL, "Permute((2, 1)) Dense(9) Reshape((2, 3, 3)) Permute((2, 1, 3))"):
        report = ok_json(*arguments, "--target", "all", "--model", model, "--out", "several.keras", cwd=folder)
        assert report["interval"]["level"] == 0.8 and 0 < report["interval"]["uncorrected_coverage"] <= 1
        header = ok("predict", "several.keras", "--data", "wave.csv", cwd=folder).split("\n")[0]
        assert header.split(",")[2:8] == ["load+1", "load+1 low", "load+1 high", "other+1", "other+1 low", "other+1 high"]
    # A difference as long as the horizon is undone exactly; shorter ones would have to be added up.
    report = ok_json(*arguments, "--target", "load", "--difference", 24, "--validation-part", 0, cwd=folder)
    assert set(report["interval"]) == {"level", "method", "uncorrected_coverage", "uncorrected_width"}
    for wrong, said in ((["--difference", 1], "at least the horizon"), (["--loss", "mae"], "no --loss"), (["--interval", 0], "above 0"),
                        (["--model", "Flatten() Dense(3)"], "Dense(9)")):
        assert said in message(*plain, "--target", "load", *wrong, cwd=folder)


def test_forecast_leaves_out_what_is_missing(folder):
    numbers = random.Random(9)
    with open(folder / "gaps.csv", "w") as file:
        print("load,other", file=file)
        for i in range(900):
            load = f"{100 + 10 * math.sin(2 * math.pi * i / 24) + numbers.gauss(0, 0.5):.4f}"
            print(f"{load if numbers.random() > 0.1 else ''},{numbers.random():.3f}", file=file)
    arguments = ["forecast", "--data", "gaps.csv", "--target", "load", "--columns", "load", "--window", 24, "--horizon", 2]
    assert "mask" in message(*arguments, cwd=folder)
    report = ok_json(*arguments, "--nan", "mask", "--model", "GRU(16)", "--epochs", 20, "--out", "gaps.keras", "--predictions",
                     "gaps-out.csv", cwd=folder)
    scores = report["scores"]
    assert scores["the layers given" if "the layers given" in scores else "GRU(16)"]["mae"] < scores["repeat"]["mae"]
    # Windows without all targets are not trained on: about 0.9 squared of them are.
    assert 0.72 * 605 < report["windows"] < 0.9 * 605
    rows = list(csv.DictReader(open(folder / "gaps-out.csv")))
    assert any(row["load"] == "nan" for row in rows) and all(math.isfinite(float(row["load forecast"])) for row in rows)
    assert 0.75 < report["interval"]["coverage"] <= 1
    # The file masks again; a window without any value has no forecast.
    predicted = ok("predict", "gaps.keras", "--data", "gaps.csv", cwd=folder).splitlines()
    assert len(predicted) == 900 - 24 + 2 and "nan" not in predicted[-1]
    empty = "load,other\n" + "".join(f"{'' if i < 24 else i},1\n" for i in range(26))
    first = ok("predict", "gaps.keras", "--data", "-", cwd=folder, text=empty).splitlines()[1:]
    assert first[0].split(",")[1:3] == ["nan", "nan"] and "nan" not in first[1]
    assert "mae" in ok_json("evaluate", "gaps.keras", "--data", "gaps.csv", cwd=folder)
    ok("train", "--data", "gaps.csv", "--target", "load", "--window", 12, "--model", "lstm", "--epochs", 1, "--nan", "mask", "--out",
       "gaps2.keras", cwd=folder)
    assert "no differences" in message(*arguments, "--nan", "mask", "--difference", 24, cwd=folder)
    assert "detector" in message("detect", "--train", "gaps.csv", "--window", 12, "--nan", "mask", cwd=folder)


# --- detect --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("model", ["conv-autoencoder", "linear"])
def test_detect_finds_the_spike(folder, model):
    report = ok_json("detect", "--train", "spike.csv", "--train-rows", 350, "--label", "anomaly", "--model", model, "--window", 24,
                     "--threshold", "quantile:0.999:1.2", "--epochs", 40, "--scores", "d.csv", "--out", "d.keras", "--report",
                     "d.html", "--cover", "any", cwd=folder)
    assert any(a["first"] <= 411 and a["last"] >= 400 for a in report["anomalies"])
    assert report["anomalies"][0]["from"].startswith("2020-02-1")
    assert set(report["scores"]) == {model, "windowed Gaussian", "z-score"}
    assert report["scores"][model]["auc_pr"] > 0.2
    rows = list(csv.DictReader(open(folder / "d.csv")))
    assert len(rows) == 600 and sum(int(row["anomaly"]) for row in rows) == sum(a["last"] - a["first"] + 1 for a in report["anomalies"])
    check_report(folder / "d.html")
    again = ok_json("detect", "--model", "d.keras", "--test", "spike.csv", cwd=folder)
    assert [(a["first"], a["last"]) for a in again["anomalies"]] == [(a["first"], a["last"]) for a in report["anomalies"]]


# --- tune ----------------------------------------------------------------------------------------------------------------


def test_tune_goes_on_where_it_was_ended(folder):
    (folder / "space.json").write_text(json.dumps({
        "model": "Conv1D({filters}, {width}, activation='relu') GlobalAveragePooling1D()", "epochs": 3,
        "learning_rate": "{rate}",
        "parameters": {"filters": {"type": "int", "min": 2, "max": 8, "step": 2}, "width": {"type": "choice", "values": [3, 5]},
                       "rate": {"type": "float", "min": 1e-3, "max": 1e-1, "sampling": "log"}}}))
    arguments = ["tune", "--space", "space.json", "--train", "train.ts", "--folds", 2, "--seed", 7]
    whole = ok_json(*arguments, "--trials", 6, "--parallel", 2, "--report", "t.html", cwd=folder)
    ok(*arguments, "--trials", 3, "--journal", "t.jsonl", "--parallel", 1, cwd=folder)
    assert len((folder / "t.jsonl").read_text().splitlines()) == 3
    resumed = ok_json(*arguments, "--trials", 6, "--journal", "t.jsonl", cwd=folder)
    assert len((folder / "t.jsonl").read_text().splitlines()) == 6
    assert {k: v for k, v in whole.items() if k != "seconds"} == {k: v for k, v in resumed.items() if k != "seconds"}
    check_report(folder / "t.html")
    assert "of another search" in message(*arguments[:-1], 8, "--trials", 6, "--journal", "t.jsonl", cwd=folder)


@pytest.mark.parametrize("strategy", ["grid", "hyperband", "bayesian"])
def test_tune_strategies(folder, strategy):
    (folder / "few.json").write_text(json.dumps({
        "model": "Dense({units}, activation='relu') Flatten()", "epochs": 2,
        "parameters": {"units": {"type": "choice", "values": [2, 4, 8, 16]}}}))
    report = ok_json("tune", "--space", "few.json", "--train", "train.ts", "--folds", 2, "--strategy", strategy, "--trials", 4,
                     "--max-epochs", 3, cwd=folder)
    assert report["objective"] == "accuracy" and 0 <= report["score"] <= 1


# --- Data of one's own ---------------------------------------------------------------------------------------------------


def test_a_table_with_a_gap_a_decimal_comma_and_words(folder):
    lines = ["Zeit;Temperatur;Zustand;Druck"]
    for i in range(200):
        if i in (50, 51):
            continue
        temperature = "" if i == 20 else f"{10 + 5 * math.sin(i / 4):.2f}".replace(".", ",")
        pressure = f"{i / 10:.1f}".replace(".", ",")
        lines.append(f"{1 + i // 24:02d}.03.2021 {i % 24:02d}:00;{temperature};{'an' if i % 2 else 'aus'};{pressure}")
    text = "\n".join(lines) + "\n"
    (folder / "own.csv").write_text(text)
    arguments = ["forecast", "--target", "Temperatur", "--window", 12, "--horizon", 2, "--epochs", 2, "--interval", 0]
    assert "interpolate" in message(*arguments, "--data", "own.csv", cwd=folder)
    result = run(*arguments, "--data", "own.csv", "--nan", "interpolate", "--regular", "--explain", cwd=folder)
    assert result.returncode == 0, result.stderr
    for note in ("numbers have decimal commas", "separated by ';'", "text, left out: 'Zustand'", "rows that seem to be missing: 2",
                 "2 missing rows were put in"):
        assert note in result.stderr
    # From standard input the same.
    assert run(*arguments, "--data", "-", "--nan", "interpolate", cwd=folder, text=text).returncode == 0


def test_one_series_per_row_with_the_label_in_the_middle(folder):
    numbers = random.Random(2)
    lines = ["t0;t1;kind;t2;t3"]
    for i in range(40):
        values = [str(round(numbers.gauss(i % 2, 0.3), 2)).replace(".", ",") for _ in range(4)]
        lines.append(";".join([*values[:2], "ja" if i % 2 else "nein", *values[2:]]))
    text = "\n".join(lines) + "\n"
    report = ok_json("classify", "--train", "-", "--label-name", "kind", "--folds", 2, "--model", "Flatten()", "--epochs",
                     60, cwd=folder, text=text)
    assert report["classes"] == ["ja", "nein"]
    assert "a number" in message("classify", "--train", "-", "--folds", 2, cwd=folder, text=text)


def test_many_series_below_each_other(folder):
    numbers = random.Random(6)
    lines = ["machine,time,flow,state"]
    for t in range(10):
        for machine in range(20):
            lines.append(f"{machine},{t},{numbers.gauss(machine % 2, 0.3):.3f},{'bad' if machine % 2 else 'good'}")
    report = ok_json("classify", "--train", "-", "--id-column", "machine", "--time-column", "time", "--label-name", "state", "--folds",
                     2, "--model", SMALL, "--epochs", 3, cwd=folder, text="\n".join(lines))
    assert report["train_samples"] == 10 and report["classes"] == ["bad", "good"]


def test_many_series_of_any_length_with_gaps(folder):
    numbers = random.Random(7)
    lines = ["run,a,b,state"]
    for series in range(40):
        for t in range(numbers.randint(8, 20)):
            rise = (1 if series % 2 else -1) * t * 0.2 + numbers.gauss(0, 0.3)
            values = [value if numbers.random() > 0.1 else "" for value in (f"{rise:.3f}", f"{numbers.random():.3f}")]
            lines.append(f"run {series},{','.join(values)},{'up' if series % 2 else 'down'}")
    (folder / "runs.csv").write_text("\n".join(lines))
    columns = ["--id-column", "run", "--label-name", "state"]
    arguments = ["classify", "--train", "runs.csv", *columns, "--folds", 2, "--model", "LSTM(8)", "--epochs", 15]
    assert "a value is missing" in message(*arguments, cwd=folder)
    report = ok_json(*arguments, "--nan", "mask", "--padding", "mask", "--out", "runs.keras", cwd=folder)
    assert report["scores"]["LSTM(8)"]["accuracy"] > 0.8
    predicted = ok("predict", "runs.keras", "--data", "runs.csv", *columns, cwd=folder).splitlines()
    assert len(predicted) == 41 and "nan" not in "".join(predicted)
    # Without the column of ids it is said what to do.
    assert "--id-column run" in message("classify", "--train", "runs.csv", "--label-name", "state", "--folds", 2, cwd=folder)


# --- The mistakes that people make ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("text, arguments, said", [
    ("1,2,3\n2,4,5,6\n1,2,3\n", [], ":2: the row has 4 columns, expected 3 as in line 1"),
    ("0.11,2.3,1\n0.12,2.5,2\n0.15,2.7,1\n0.17,2.5,2\n", [], "is the label in another column (first 0, last -1)"),
    ("1;0,5;3\n2;0,7;4\n", ["--decimal", "point"], "a decimal comma?"),
    ("1;2;3\n2;3;4\n", ["--separator", ","], "values separated by ';'?"),
    ("1,2,nan,3\n2,4,5,6\n", [], "series 0, channel 0, step 1 (counted from 0); fill missing values with zero, mean or interp"),
    ("@problemName p\n@univariate true\n@equalLength true\n@seriesLength 3\n@classLabel true 1 2\n@data\n1,2,3:1\n1,2:2\n", [],
     ":8: the series has 2 values, expected 3 as in line 7 (@equalLength true)"),
    ("@problemName p\n@univariate true\n@classLabel true 1 2\n@data\n1,2:3,4:1\n", [], "univariate"),
    ("@problemName p\n@univariate true\n@classLabel true 1 2\n@data\n1,2:1\n3,4\n", [], ":6:"),
])
def test_mistakes_in_files(folder, text, arguments, said):
    error = message("classify", "--train", "-", "--folds", 2, "--model", SMALL, "--epochs", 1, *arguments, cwd=folder, text=text)
    assert said in error


def test_a_class_that_training_has_not_seen(folder):
    (folder / "a.csv").write_text("1,2,3\n2,3,4\n1,2,4\n2,4,4\n")
    (folder / "b.csv").write_text("1,2,3\n3,3,4\n")
    error = message("classify", "--train", "a.csv", "--test", "b.csv", "--model", "Flatten()", "--epochs", 1, cwd=folder)
    assert "class '3'" in error and "'1', '2'" in error


def test_series_shorter_than_the_kernel(folder):
    error = message("classify", "--train", "-", "--folds", 2, "--model", "Conv1D(4, 9) GlobalAveragePooling1D()", "--epochs", 1,
                    cwd=folder, text="1,2,3\n2,3,4\n1,2,4\n2,4,4\n")
    assert "conv1d" in error.lower() and "2" in error


def test_constant_series_and_labels_from_minus_one(folder):
    text = "-1,5,5,5\n1,2,3,4\n-1,5,5,5\n1,3,4,5\n"
    report = ok_json("classify", "--train", "-", "--folds", 2, "--normalize", "series", "--model",
                     "Flatten() Dense(2, activation='softmax')", "--loss", "sparse_categorical_crossentropy", "--epochs", 40,
                     "--learning-rate", 0.1, cwd=folder, text=text)
    assert report["classes"] == ["-1", "1"]
    assert next(iter(report["scores"].values()))["accuracy"] == 1.0


def test_steps_and_channels_exchanged(folder):
    numpy = pytest.importorskip("numpy")
    x = numpy.random.default_rng(0).normal(size=(12, 20, 3)).astype("float32")
    y = numpy.arange(12) % 2
    numpy.savez(folder / "last.npz", x=x, y=y)
    numpy.savez(folder / "first.npz", x=x.transpose(0, 2, 1), y=y)
    ok("train", "--data", "last.npz", "--model", SMALL, "--epochs", 1, "--out", "o.keras", cwd=folder)
    error = message("evaluate", "o.keras", "--data", "first.npz", cwd=folder)
    assert "exchanged" in error and "--channels-first" in error
    assert ok("evaluate", "o.keras", "--data", "first.npz", "--channels-first", cwd=folder) == ok("evaluate", "o.keras", "--data", "last.npz", cwd=folder)


# --- A corpus that was rated before ----------------------------------------------------------------------------------------


def test_a_corpus_is_scored_with_one_threshold(folder):
    results = folder / "results"
    for name, peak in (("mine_a.csv", 60), ("b.csv", 90)):
        (results / "real").mkdir(parents=True, exist_ok=True)
        rows = [f"2020-01-01 {i // 60:02d}:{i % 60:02d}:00,{i},{0.999999999999 if i == peak else 0.1},0" for i in range(100)]
        (results / "real" / name).write_text("timestamp,value,anomaly_score,label\n" + "\n".join(rows) + "\n")
    windows = {"real/a.csv": [["2020-01-01 01:00:00.000000", "2020-01-01 01:10:00.000000"]],
               "real/b.csv": [["2020-01-01 01:20:00.000000", "2020-01-01 01:25:00.000000"]], "real/c.csv": []}
    (folder / "windows.json").write_text(json.dumps(windows))
    report = ok_json("detect", "--rated", "results", "--windows", "windows.json", cwd=folder)
    assert (report["files"], report["rows"], report["windows"]) == (2, 200, 2)
    standard = report["profiles"]["standard"]
    # a: found on its first row, 1. b: missed, -1, and one false alarm behind the window.
    assert standard["threshold"] == 0.999999999999
    assert standard["score_by_file"]["real/a.csv"] == pytest.approx(1.0)
    late = 2 / (1 + math.exp(5 * 5 / 5)) - 1  # 5 rows behind a window of 6
    assert standard["score_by_file"]["real/b.csv"] == pytest.approx(-1 + 0.11 * late)
    assert standard["normalized"] == pytest.approx(100 * (1 - 1 + 0.11 * late + 2) / 4)
    assert (standard["true_positives"], standard["false_positives"]) == (1, 1)
    (results / "real" / "other_b.csv").write_text((results / "real" / "b.csv").read_text())
    assert "a second time" in message("detect", "--rated", "results", "--windows", "windows.json", cwd=folder)
    assert "--windows" in message("detect", "--rated", "results", cwd=folder)
    (results / "real" / "other_b.csv").unlink()
    (results / "real" / "b.csv").write_text("timestamp,value\n1,2\n")
    assert "anomaly_score" in message("detect", "--rated", "results", "--windows", "windows.json", cwd=folder)
