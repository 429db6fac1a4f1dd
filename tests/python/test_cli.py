"""The command line, run as a user runs it: train, evaluate, predict, summary, generate, and everything that is refused.

The program is build/release/bin/wavetrain, or the one that WAVETRAIN_BIN names.
"""

import csv
import json
import os
import random
import resource
import signal
import subprocess
import zipfile
from pathlib import Path
from xml.etree import ElementTree

import pytest

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = Path(os.environ.get("WAVETRAIN_BIN", ROOT / "build/release/bin/wavetrain"))

pytestmark = pytest.mark.skipif(not PROGRAM.exists(), reason=f"{PROGRAM} is not built (target wavetrain_cli)")

SMALL = "Conv1D(4, 3, activation='relu') GlobalAveragePooling1D()"


def run(*arguments, cwd):
    return subprocess.run([PROGRAM, *map(str, arguments)], cwd=cwd, capture_output=True, text=True, timeout=120)


def ok(*arguments, cwd):
    result = run(*arguments, cwd=cwd)
    assert result.returncode == 0, result.stderr
    return result.stdout


def ok_json(*arguments, cwd):
    return json.loads(ok(*arguments, "--json", cwd=cwd))


def rows_of(path):
    with open(path, newline="") as file:
        return list(csv.reader(file))


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """CBF as train.ts and test.ts, a sine as wave.csv, and a model of each."""
    path = tmp_path_factory.mktemp("cli")
    ok("generate", "cbf", "--samples", 90, "--out", "train.ts", cwd=path)
    ok("generate", "cbf", "--samples", 60, "--seed", 2, "--out", "test.ts", cwd=path)
    ok("generate", "sine", "--samples", 400, "--out", "wave.csv", cwd=path)
    ok("train", "--data", "train.ts", "--model", "conv", "--epochs", 15, "--out", "cbf.keras", "--json", cwd=path)
    ok("train", "--data", "wave.csv", "--target", "x", "--window", 24, "--horizon", 3, "--model", "conv", "--epochs", 15,
       "--out", "wave.keras", "--json", cwd=path)
    return path


# --- What works ----------------------------------------------------------------------------------------------------------


def test_help_explains_every_command(folder):
    text = ok("--help", cwd=folder)
    for command in ("train", "evaluate", "predict", "summary", "generate"):
        assert command in text
        assert "--help" in ok(command, "--help", cwd=folder)


def test_a_preset_learns_cbf(folder, tmp_path):
    report = ok_json("evaluate", "cbf.keras", "--data", "test.ts", cwd=folder)
    assert report["samples"] == 60
    assert report["accuracy"] > 0.9


def test_evaluate_says_what_train_said(folder, tmp_path):
    out = tmp_path / "m.keras"
    trained = ok_json("train", "--data", "train.ts", "--test", "test.ts", "--model", SMALL, "--epochs", 2, "--normalize", "global",
                      "--out", out, cwd=folder)
    assert trained["note"].startswith("added a last layer Dense(3, activation='softmax')")
    evaluated = ok_json("evaluate", out, "--data", "test.ts", cwd=folder)
    assert evaluated["loss"] == trained["test"]["loss"]
    assert evaluated["accuracy"] == trained["test"]["accuracy"]


def test_the_same_seed_gives_the_same_model(folder, tmp_path):
    losses = []
    for seed, threads in ((5, 1), (5, 2), (6, 1)):
        report = ok_json("train", "--data", "train.ts", "--validation-split", 0.2, "--model", SMALL, "--epochs", 2, "--seed", seed,
                         "--threads", threads, "--out", tmp_path / "m.keras", cwd=folder)
        losses.append((report["training"]["loss"], report["validation"]["loss"]))
    assert losses[0] == losses[1] != losses[2]


@pytest.mark.parametrize("preset", ["mlp", "fcn", "time-cnn", "conv", "conv-bn", "conv-lstm"])
def test_presets_train(folder, tmp_path, preset):
    report = ok_json("train", "--data", "train.ts", "--model", preset, "--epochs", 1, "--out", tmp_path / "m.keras", cwd=folder)
    assert report["batch_size"] == {"mlp": 9, "fcn": 9, "time-cnn": 16}.get(preset, 32)
    assert "accuracy" in report["training"]


def test_predictions_have_names_and_probabilities(folder, tmp_path):
    ok("predict", "cbf.keras", "--data", "test.ts", "--out", tmp_path / "y.csv", cwd=folder)
    rows = rows_of(tmp_path / "y.csv")
    names = [field[2:-1] for field in rows[0][2:]]
    assert len(rows) == 61 and rows[0][:2] == ["sample", "class"] and len(names) == 3
    for row in rows[1:]:
        probabilities = [float(p) for p in row[2:]]
        assert sum(probabilities) == pytest.approx(1, abs=1e-5)
        assert row[1] == names[probabilities.index(max(probabilities))]
    ok("predict", "cbf.keras", "--data", "test.ts", "--out", tmp_path / "y.npy", cwd=folder)
    assert (tmp_path / "y.npy").read_bytes()[:6] == b"\x93NUMPY"


def test_two_classes_need_one_unit(tmp_path):
    rng = random.Random(1)
    lines = [",".join([label] + [str(rng.gauss(mean, 1)) for _ in range(12)]) for label, mean in (("no", -1), ("yes", 1)) for _ in range(30)]
    (tmp_path / "two.csv").write_text("\n".join(lines) + "\n")
    report = ok_json("train", "--data", "two.csv", "--model", "Flatten() Dense(1, activation='sigmoid')", "--epochs", 40,
                     "--learning-rate", 0.02, "--out", "m.keras", cwd=tmp_path)
    assert report["classes"] == ["no", "yes"] and report["training"]["accuracy"] > 0.9
    header, first = ok("predict", "m.keras", "--data", "two.csv", cwd=tmp_path).splitlines()[:2]
    assert header == "sample,class,p(no),p(yes)" and first.split(",")[1] == "no"


def test_regression(folder, tmp_path):
    ok("generate", "adding-problem", "--samples", 80, "--steps", 10, "--out", tmp_path / "a.ts", cwd=folder)
    report = ok_json("train", "--data", tmp_path / "a.ts", "--model", SMALL, "--epochs", 2, "--loss", "Huber(delta=0.5)",
                     "--metrics", "mse,mae", "--optimizer", "SGD(0.01, momentum=0.9)", "--out", tmp_path / "m.keras", cwd=folder)
    assert {"loss", "mse", "mae"} <= report["training"].keys()
    assert ok("predict", tmp_path / "m.keras", "--data", tmp_path / "a.ts", cwd=folder).startswith("sample,y0\n")


def test_a_table_beats_the_last_value(folder, tmp_path):
    score = ok_json("evaluate", "wave.keras", "--data", "wave.csv", cwd=folder)
    assert score["mse"] < score["naive_mse"] and score["mae"] < score["naive_mae"]
    ok("predict", "wave.keras", "--data", "wave.csv", "--out", tmp_path / "y.csv", cwd=folder)
    rows = rows_of(tmp_path / "y.csv")
    assert rows[0] == ["row", "x+1", "x+2", "x+3"]
    assert rows[1][0] == "24" and rows[-1][0] == "400"  # the last forecast lies behind the table


def test_table_units_do_not_depend_on_scaling(folder, tmp_path):
    values = [float(line) for line in (folder / "wave.csv").read_text().split()[1:]]
    (tmp_path / "big.csv").write_text("x\n" + "\n".join(str(1000 + 50 * v) for v in values) + "\n")
    report = ok_json("train", "--data", tmp_path / "big.csv", "--target", "x", "--window", 24, "--epochs", 10, "--out",
                     tmp_path / "m.keras", cwd=folder)
    forecast = report["forecast"]
    assert forecast["mae"] < forecast["naive_mae"] < 50
    last = ok("predict", tmp_path / "m.keras", "--data", tmp_path / "big.csv", cwd=folder).splitlines()[-1]
    assert 900 < float(last.split(",")[1]) < 1100


def test_history_and_curves(folder, tmp_path):
    ok("train", "--data", "train.ts", "--test", "test.ts", "--model", SMALL, "--epochs", 3, "--out", tmp_path / "m.keras", "--history",
       tmp_path / "h.csv", "--curves", tmp_path / "c.svg", "--json", cwd=folder)
    rows = rows_of(tmp_path / "h.csv")
    assert rows[0][0] == "epoch" and {"loss", "accuracy", "val_loss", "val_accuracy"} <= set(rows[0]) and len(rows) == 4
    svg = ElementTree.parse(tmp_path / "c.svg").getroot()
    assert len(svg.findall("{http://www.w3.org/2000/svg}path")) == 4


def test_training_goes_on_from_a_file(folder, tmp_path):
    report = ok_json("train", "--data", "train.ts", "--model", "cbf.keras", "--epochs", 1, "--out", tmp_path / "m.keras", cwd=folder)
    assert report["training"]["accuracy"] > 0.9


def test_summary(folder):
    assert "conv1d" in ok("summary", "cbf.keras", cwd=folder)
    text = ok("summary", "--model", "[layers.Conv1D(8, 3), keras.layers.Flatten(),\n Dense(units=2)]", "--input-shape", "100,1", cwd=folder)
    assert "(None, 98, 8)" in text and "1,602" in text
    assert ok_json("summary", "--model", "fcn", "--input-shape", "50,2", "--outputs", 4, cwd=folder)["layers"]


# --- What is refused: one line on standard error, exit code 2, no file -------------------------------------------------------

CSV = "1,0.5,0.25,0.75,1\n2,1,2,3,4\n" * 10


def train(*more, data="d.csv", model="Flatten() Dense(2)", out="m.keras"):
    return ("train", "--data", data, "--model", model, "--out", out, *(more if "--epochs" in more else ("--epochs", "1", *more)))


REFUSED = {
    "ragged row": ({"d.csv": CSV + "1,2,3\n"}, train(), ["d.csv", "21"]),
    "wrong separator": ({"d.csv": CSV}, train("--separator", ";"), ["d.csv", "1,0.5"]),
    "a word among numbers": ({"d.csv": CSV + "1,2,x,3,4\n"}, train(), ["d.csv", "21", "x"]),
    "label missing": ({"d.ts": "@univariate true\n@classLabel true a b\n@data\n1,2,3:a\n1,2,3:\n"}, train(data="d.ts"), ["d.ts", "5"]),
    "no labels": ({"d.csv": CSV}, train("--labels", "none"), ["d.csv", "class"]),
    "one class": ({"d.csv": "1,2,3,4\n1,3,4,5\n"}, train(), ["two classes"]),
    "NaN in data": ({"d.csv": CSV + "1,NaN,2,3,4\n"}, train(), ["d.csv", "missing"]),
    "infinity in data": ({"d.csv": CSV + "1,inf,2,3,4\n"}, train(), ["d.csv", "series 20", "step 0"]),
    "infinity in a table": ({"t.csv": "a,b\n" + "1,2\n" * 50 + "inf,2\n" * 3}, train("--target", "a", "--window", "4", data="t.csv"),
                            ["t.csv", "row 50", "`a`"]),
    "empty file": ({"d.csv": ""}, train(), ["d.csv", "empty"]),
    "only blank lines": ({"d.csv": "\n\n"}, train(), ["d.csv"]),
    "a picture as data": ({"d.csv": "\x89PNG\r\n\x1a\n\0\0"}, train(), ["d.csv"]),
    "missing file": ({}, train(), ["d.csv"]),
    "directory as file": ({}, train(data="."), ["."]),
    "pool longer than the series": ({"d.csv": CSV}, train(model="MaxPooling1D(9) Flatten() Dense(2)"), ["max_pooling1d"]),
    "kernel longer than the series": ({"d.csv": CSV}, train(model="Conv1D(2, 9) Flatten() Dense(2)"), ["conv1d"]),
    "unknown layer": ({"d.csv": CSV}, train(model="Conv1(2, 3)"), ["column 1", "Conv1D"]),
    "unknown argument": ({"d.csv": CSV}, train(model="Flatten() Dense(unit=2)"), ["column 17", "units"]),
    "unknown layer with arguments in words": ({"d.csv": CSV}, train(model="Flatten() Lstm(units=3) Dense(2)"), ["column 11", "LSTM"]),
    "unknown initializer": ({"d.csv": CSV}, train(model="Flatten() Dense(2, kernel_initializer='glorot')"), ["Dense", "glorot"]),
    "unknown optimizer argument": ({"d.csv": CSV}, train("--optimizer", "Adam(learning_rat=1)"), ["learning_rate"]),
    "average pool longer than the series": ({"d.csv": CSV}, train(model="AveragePooling1D(9) Flatten() Dense(2)"), ["average_pooling1d"]),
    "unknown activation": ({"d.csv": CSV}, train(model="Flatten() Dense(2, activation='rleu')"), ["Dense", "rleu"]),
    "unquoted text": ({"d.csv": CSV}, train(model="Dense(2, activation=relu)"), ["'relu'"]),
    "open parenthesis": ({"d.csv": CSV}, train(model="Dense(2"), [")"]),
    "wrong value": ({"d.csv": CSV}, train(model="Dense(-2)"), ["units", "-2"]),
    "unknown preset": ({"d.csv": CSV}, train(model="fnc"), ["fcn"]),
    "unknown optimizer": ({"d.csv": CSV}, train("--optimizer", "adm"), ["adm"]),
    "unknown loss": ({"d.csv": CSV}, train("--loss", "msee"), ["msee"]),
    "unknown metric": ({"d.csv": CSV}, train("--metrics", "acuracy"), ["acuracy"]),
    "unknown option": ({"d.csv": CSV}, train("--epoch", "3"), ["--epoch"]),
    "zero epochs": ({"d.csv": CSV}, train("--epochs", "0"), ["--epochs"]),
    "too few units": ({"d.csv": CSV}, train(model="Flatten() Dense(7)"), ["Dense(2"]),
    "output with a time axis": ({"d.csv": CSV}, train(model="Conv1D(2, 3)"), ["Flatten()"]),
    "split of nothing": ({"d.csv": CSV}, train("--validation-split", "0.001"), ["--validation-split"]),
    "unwritable out": ({"d.csv": CSV}, train(out="no/such/m.keras"), ["no/such"]),
    "out is no .keras file": ({"d.csv": CSV}, train(out="m.txt"), [".keras"]),
    "unknown column": ({"t.csv": "a,b\n" + "1,2\n" * 50}, train("--target", "c", "--window", "4", data="t.csv"), ["c", "a", "b"]),
    "window longer than the table": ({"t.csv": "a,b\n" + "1,2\n" * 50}, train("--target", "a", "--window", "99", data="t.csv"), ["window"]),
    "no window": ({"t.csv": "a,b\n" + "1,2\n" * 50}, train("--target", "a", data="t.csv"), ["--window"]),
    "NaN in a table": ({"t.csv": "a,b\n" + "1,2\n" * 50 + "NaN,2\n" * 3}, train("--target", "a", "--window", "4", data="t.csv"), ["t.csv"]),
    "no command": ({}, (), ["subcommand"]),
    "unknown command": ({}, ("tain",), ["tain"]),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refused(name, tmp_path):
    files, arguments, words = REFUSED[name]
    for path, text in files.items():
        (tmp_path / path).write_text(text)
    check_refused(run(*arguments, cwd=tmp_path), words)
    assert sorted(p.name for p in tmp_path.iterdir()) == sorted(files), "a file was left behind"


def check_refused(result, words):
    assert result.returncode == 2, (result.returncode, result.stderr)
    assert result.stderr.startswith("wavetrain: ") and result.stderr.count("\n") == 1, result.stderr
    for word in words:
        assert word in result.stderr


def test_a_class_that_training_has_not_seen(folder, tmp_path):
    text = (folder / "test.ts").read_text().rstrip("\n")
    names = text.split("@classLabel true ")[1].split("\n")[0].split()
    text = text.replace("@classLabel true", "@classLabel true spike")
    lines = text.split("\n")
    lines[-1] = lines[-1].rsplit(":", 1)[0] + ":spike"
    (tmp_path / "new.ts").write_text("\n".join(lines) + "\n")
    assert "spike" not in names
    check_refused(run("evaluate", folder / "cbf.keras", "--data", "new.ts", cwd=tmp_path), ["spike", "new.ts"])


@pytest.mark.parametrize("command", ["evaluate", "predict"])
def test_wrong_input_shapes(folder, tmp_path, command):
    ok("generate", "waveform", "--samples", 6, "--out", "short.ts", cwd=tmp_path)
    ok("generate", "adding-problem", "--samples", 6, "--steps", 128, "--out", "channels.ts", cwd=tmp_path)
    more = ["--out", "y.csv"] if command == "predict" else []
    words = ["128 time steps", "21"]
    if command == "evaluate":
        lines = (tmp_path / "short.ts").read_text().replace("@classLabel true 1 2 3", "@classLabel true Cylinder Bell Funnel")
        (tmp_path / "short.ts").write_text(lines)
        words = []
    check_refused(run(command, folder / "cbf.keras", "--data", "short.ts", *more, cwd=tmp_path), words)
    check_refused(run(command, folder / "cbf.keras", "--data", "channels.ts", *more, cwd=tmp_path), [] if command == "evaluate" else ["1 channels"])
    assert not (tmp_path / "y.csv").exists()


@pytest.mark.parametrize("length", [0, 100, -40])
def test_truncated_model_files(folder, tmp_path, length):
    (tmp_path / "cut.keras").write_bytes((folder / "cbf.keras").read_bytes()[:length])
    check_refused(run("evaluate", "cut.keras", "--data", folder / "test.ts", cwd=tmp_path), ["cut.keras"])
    check_refused(run("summary", "cut.keras", cwd=tmp_path), ["cut.keras"])


def test_settings_that_were_changed_by_hand(folder, tmp_path):
    with zipfile.ZipFile(folder / "cbf.keras") as old, zipfile.ZipFile(tmp_path / "m.keras", "w") as new:
        for name in old.namelist():
            content = old.read(name)
            new.writestr(name, content.replace(b'"classification"', b'"clairvoyance"') if name == "wavetrain.json" else content)
    check_refused(run("evaluate", "m.keras", "--data", folder / "test.ts", cwd=tmp_path), ["m.keras", "wavetrain.json", "clairvoyance"])


@pytest.mark.parametrize("data, more", [("test.ts", ()), ("wave.csv", ()), ("two.csv", ("--columns", "a"))])
def test_settings_of_version_1(folder, tmp_path, data, more):
    """What files held before tables had recipes: one target, scaling in one piece, no masks."""
    model = folder / ("cbf.keras" if data == "test.ts" else "wave.keras")
    path = folder / data
    if more:  # the target is no input: its scaling stands behind that of the inputs
        path = tmp_path / data
        path.write_text("a,b\n" + "".join(f"{i % 7},{10 * (i % 5)}\n" for i in range(80)))
        model = tmp_path / "two.keras"
        ok("train", "--data", data, "--target", "b", *more, "--window", 8, "--horizon", 2, "--model", "Flatten()", "--epochs", 2,
           "--out", model, cwd=tmp_path)
    with zipfile.ZipFile(model) as new, zipfile.ZipFile(tmp_path / "old.keras", "w") as old:
        for name in new.namelist():
            content = new.read(name)
            if name == "wavetrain.json":
                settings = json.loads(content)
                table = settings.pop("table")
                settings.pop("masked")
                settings |= {"version": 1, "forecast": None}
                if table:
                    recipe = table["preparation"]
                    settings["normalizer"] = recipe["normalizer"]
                    settings["forecast"] = {"columns": recipe["columns"], "target": recipe["targets"][0], "window": table["window"],
                                            "horizon": table["horizon"]}
                content = json.dumps(settings)
            old.writestr(name, content)
    assert ok("evaluate", "old.keras", "--data", path, cwd=tmp_path) == ok("evaluate", model, "--data", path, cwd=tmp_path)
    for source, out in ((tmp_path / "old.keras", "old.csv"), (model, "new.csv")):
        ok("predict", source, "--data", path, "--out", out, cwd=tmp_path)
    assert (tmp_path / "old.csv").read_text() == (tmp_path / "new.csv").read_text()
    assert ok_json("summary", "old.keras", cwd=tmp_path) is not None


def test_a_failed_run_keeps_the_old_file(folder, tmp_path):
    (tmp_path / "m.keras").write_text("precious")
    (tmp_path / "d.csv").write_text(CSV)
    check_refused(run(*train(model="Dense(-1)"), cwd=tmp_path), ["units"])
    assert (tmp_path / "m.keras").read_text() == "precious"


# --- What goes wrong on the way: whatever was there before stays as it was ---------------------------------------------------


def left_behind(path):
    return sorted(p.name for p in path.iterdir() if p.name not in ("d.csv", "train.ts"))


def test_training_that_fails_keeps_the_old_files(tmp_path):
    (tmp_path / "d.csv").write_text(CSV)
    outputs = ("m.keras", "h.csv", "c.svg")
    for name in outputs:
        (tmp_path / name).write_text("precious")
    result = run(*train("--learning-rate", "1e38", "--optimizer", "sgd", "--loss", "mse", "--epochs", "20", "--history", "h.csv", "--curves", "c.svg",
                        "--json"), cwd=tmp_path)
    check_refused(result, ["loss became", "--learning-rate"])
    assert [(tmp_path / name).read_text() for name in outputs] == ["precious"] * 3
    assert left_behind(tmp_path) == sorted(outputs)


def without_room():
    """In the child: no file may grow beyond 1000 bytes, and writing more is an error instead of a signal."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))


@pytest.mark.parametrize("command", ["train", "predict", "generate"])
@pytest.mark.parametrize("before", [None, "precious"])
def test_no_room_for_the_output(folder, tmp_path, command, before):
    arguments, out = {
        "train": (("train", "--data", folder / "train.ts", "--model", SMALL, "--epochs", 1, "--out", "m.keras", "--json"), "m.keras"),
        "predict": (("predict", folder / "cbf.keras", "--data", folder / "test.ts", "--out", "y.csv"), "y.csv"),
        "generate": (("generate", "cbf", "--out", "big.ts"), "big.ts"),
    }[command]
    if before:
        (tmp_path / out).write_text(before)
    result = subprocess.run([PROGRAM, *map(str, arguments)], cwd=tmp_path, capture_output=True, text=True, timeout=120,
                            preexec_fn=without_room, restore_signals=False)
    check_refused(result, [out, "too large"])
    assert left_behind(tmp_path) == ([out] if before else [])
    if before:
        assert (tmp_path / out).read_text() == before


@pytest.mark.parametrize("out", ["/dev/full", "/proc/y.csv", "d.csv/y.csv"])
def test_places_that_cannot_be_written(folder, tmp_path, out):
    (tmp_path / "d.csv").write_text(CSV)
    name = out
    if out == "/dev/full":  # by a name that ends as it has to
        name = "full.csv"
        (tmp_path / name).symlink_to(out)
    check_refused(run("predict", folder / "cbf.keras", "--data", folder / "test.ts", "--out", name, cwd=tmp_path), [name])
    assert left_behind(tmp_path) == ([name] if out == "/dev/full" else [])


@pytest.mark.parametrize("arguments", [("summary", "cbf.keras"), ("predict", "cbf.keras", "--data", "test.ts"), ("--help",)])
def test_standard_output_without_room(folder, arguments):
    with open("/dev/full", "w") as full:
        result = subprocess.run([PROGRAM, *arguments], cwd=folder, stdout=full, stderr=subprocess.PIPE, text=True, timeout=120)
    assert result.returncode == 1 and "No space left" in result.stderr, (result.returncode, result.stderr)


@pytest.mark.parametrize("number, code", [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_interrupted_training_writes_nothing(folder, tmp_path, number, code):
    (tmp_path / "m.keras").write_text("precious")
    arguments = ("train", "--data", folder / "train.ts", "--model", SMALL, "--epochs", 10**6, "--verbose", 2, "--out", "m.keras",
                 "--history", "h.csv", "--curves", "c.svg")
    program = subprocess.Popen([PROGRAM, *map(str, arguments)], cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    while "loss" not in program.stdout.readline():  # training is on its way
        assert program.poll() is None, program.stderr.read()
    program.send_signal(number)
    _, errors = program.communicate(timeout=60)
    assert program.returncode == code
    assert errors.startswith("wavetrain: Training was interrupted") and errors.count("\n") == 1, errors
    assert left_behind(tmp_path) == ["m.keras"] and (tmp_path / "m.keras").read_text() == "precious"
