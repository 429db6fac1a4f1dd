"""The HDF5 and .keras files of the C++ side, judged by h5py and Keras.

Needs the test program `wavetrain_hdf5_tool`: named by $WAVETRAIN_HDF5_TOOL, or found in build/*/bin.
"""

import importlib.util
import os
import pathlib
import subprocess
import sys

import numpy as np
import pytest

h5py = pytest.importorskip("h5py")

ROOT = pathlib.Path(__file__).resolve().parents[2]
DATA = ROOT / "tests" / "files" / "data"


def find_tool():
    named = os.environ.get("WAVETRAIN_HDF5_TOOL")
    candidates = [pathlib.Path(named)] if named else sorted(ROOT.glob("build/*/bin/wavetrain_hdf5_tool"))
    return next((str(path) for path in candidates if path.exists()), None)


TOOL = find_tool()
pytestmark = pytest.mark.skipif(TOOL is None, reason="wavetrain_hdf5_tool is not built")


def run(*arguments):
    return subprocess.run([TOOL, *map(str, arguments)], check=True, capture_output=True, text=True).stdout


def shape_text(shape):
    return "(" + ", ".join(map(str, shape)) + ("," if len(shape) == 1 else "") + ")"


def describe_values(value, dtype, shape, bfloat16=False):
    """As the tool prints them."""
    if bfloat16:
        import ml_dtypes

        kind, texts = "bfloat16", map(repr, np.asarray(value).view(ml_dtypes.bfloat16).astype(float).ravel().tolist())
    elif h5py.check_string_dtype(dtype) is not None or dtype.kind in "SU":
        items = [] if value is None else np.asarray(value, dtype=object).ravel()
        items = [item.decode() if isinstance(item, bytes) else item for item in items]
        kind, texts = "str", (item or "''" for item in items)
    elif dtype.kind == "c":
        kind, texts = "other", ["compound"]
    else:
        items = [] if value is None else np.asarray(value).ravel()
        kind = dtype.newbyteorder("=").name
        texts = (repr(float(item)) if dtype.kind == "f" else str(int(item)) for item in items)
    return f"{kind} {shape_text(shape)}" + "".join(" " + text for text in texts)


def describe(path):
    lines = set()

    def attributes(name, attrs):
        for key in attrs:
            attribute = attrs.get_id(key)
            value = attrs[key]
            if isinstance(value, h5py.Empty):
                lines.add(f"{name} @{key} {describe_values(None, attribute.dtype, (0,))}")
            else:
                lines.add(f"{name} @{key} {describe_values(value, attribute.dtype, attribute.shape)}")

    def visit(name, item):
        if isinstance(item, h5py.Group):
            lines.add(f"{name}/ group")
            attributes(name + "/", item.attrs)
            for key in item:
                visit(f"{name}/{key}", item[key])
            return
        bfloat16 = item.attrs.get("dtype") == "bfloat16"
        null = item.shape is None
        shape = (0,) if null else item.shape
        lines.add(f"{name} {describe_values(None if null else item[()], item.dtype, shape, bfloat16)}")
        attributes(name, item.attrs)

    with h5py.File(path) as file:
        visit("", file)
    return lines


def assert_read_equally(path):
    assert set(run("dump", path).splitlines()) == describe(path)


@pytest.fixture(scope="session")
def generated(tmp_path_factory):
    """The fixtures made afresh with the installed h5py, the large ones included."""
    folder = tmp_path_factory.mktemp("fixtures")
    subprocess.run([sys.executable, ROOT / "tests/files/make_fixtures.py", folder], check=True)
    return folder


KEPT = sorted(path.name for path in DATA.glob("*.h5") if not path.name.startswith("refused_"))


@pytest.mark.parametrize("name", KEPT)
def test_reads_what_h5py_reads(name):
    assert_read_equally(DATA / name)


def test_reads_files_of_the_installed_h5py(generated):
    names = [path for path in sorted(generated.glob("*.h5")) if not path.name.startswith("refused_")]
    assert len(names) >= 12
    for path in names:
        assert_read_equally(path)


def write_random(path, random):
    """A file with a bit of everything that h5py can be asked for."""
    libver = str(random.choice(["earliest", "v108", "v110", "v112", "latest"]))
    kinds = ["<f4", ">f4", "<f8", "<f2", "i1", "<i2", ">i8", "u1", "<u4"]

    def values(shape):
        return np.asarray(random.integers(0, 100, shape), str(random.choice(kinds)))

    def attributes(target):
        for i in range(random.integers(0, 14)):
            target.attrs[f"a{i}"] = str(random.choice(["text", "z" * 300, "ä"])) if i % 2 else values((i,))

    def dataset(group, name):
        shape = tuple(int(n) for n in random.integers(0, 12, random.integers(0, 4)))
        options = {}
        if shape and 0 not in shape and random.random() < 0.7:
            options["chunks"] = tuple(int(random.integers(1, n + 1)) for n in shape)
            if random.random() < 0.4:
                options["maxshape"] = tuple(None if random.random() < 0.5 else n + int(random.integers(0, 9)) for n in shape)
            if random.random() < 0.6:
                options["compression"], options["compression_opts"] = "gzip", int(random.integers(0, 10))
            options["shuffle"] = bool(random.random() < 0.5)
            options["fletcher32"] = bool(random.random() < 0.3)
        if random.random() < 0.15:
            text = np.array([b"a" * int(n) for n in random.integers(0, 9, shape).ravel()] or [b""], "S8")
            group[name] = text.reshape(shape) if text.size == np.prod(shape) else text
            return
        data = values(shape)
        target = group.create_dataset(name, data=data, fillvalue=None if random.random() < 0.5 else 3, **options)
        attributes(target)

    def fill(group, depth):
        attributes(group)
        for i in range(random.integers(0, 24 if depth == 0 else 7)):
            if depth < 3 and random.random() < 0.3:
                fill(group.create_group(f"g{i}", track_order=bool(random.random() < 0.3)), depth + 1)
            else:
                dataset(group, f"d{i}")

    with h5py.File(path, "w", libver=libver, userblock_size=int(random.choice([0, 0, 512, 1024])),
                   track_order=bool(random.random() < 0.3)) as file:
        fill(file, 0)


@pytest.mark.parametrize("seed", range(15))
def test_reads_random_files(seed, tmp_path):
    write_random(tmp_path / "random.h5", np.random.default_rng(seed))
    assert_read_equally(tmp_path / "random.h5")


@pytest.mark.parametrize("name", KEPT)
def test_copies_exactly(name, tmp_path):
    if name.startswith(("types_", "huge_")):
        pytest.skip("holds types or attributes that are read but not written")
    run("copy", DATA / name, tmp_path / "copy.h5")
    assert describe(tmp_path / "copy.h5") == describe(DATA / name)


def test_h5py_reads_the_canned_tree(tmp_path):
    path = tmp_path / "canned.h5"
    run("write", path)
    assert_read_equally(path)
    with h5py.File(path) as file:
        assert file.attrs["text"] == "grüße" and file.attrs["empty"] == "" and file.attrs["long"] == "x" * 30000
        assert list(file.attrs["list"]) == ["a", "bb", "", "a"]
        assert file.attrs["fixed"].tolist() == [b"conv1d", b"lstm"]
        names = [name for i in range(3) if f"names{i}" in file.attrs for name in file.attrs[f"names{i}"]]
        assert names == [f"layer_{i}".encode() for i in range(9000)]
        assert file.attrs["nothing"].shape == (0,)
        assert file["bool"][()].tolist() == [False, True]
        for count in [1, 8, 9, 256, 257, 600]:
            group = file["many"][str(count)]
            assert sorted(group) == sorted(map(str, range(count)))
            assert all(str(i) in group for i in range(count)) and str(count) not in group
    second = tmp_path / "again.h5"
    run("write", second)
    assert path.read_bytes() == second.read_bytes()


def test_h5py_can_extend_our_files(tmp_path):
    path = tmp_path / "canned.h5"
    run("write", path)
    with h5py.File(path, "a") as file:
        for i in range(50):
            file["many/9"].create_group(f"new_{i}")
        file["added"] = np.arange(5.0)
        file["many/8/3/x"].attrs["more"] = "text"
        del file["many/600/17"]
    assert_read_equally(path)


@pytest.mark.skipif(importlib.util.find_spec("keras") is None, reason="Keras is not installed")
def test_keras_loads_our_files(tmp_path):
    keras = pytest.importorskip("keras")
    keras.utils.set_random_seed(1)
    model = keras.Sequential([
        keras.Input((12, 3)), keras.layers.Conv1D(4, 3, activation="relu"), keras.layers.BatchNormalization(),
        keras.layers.Bidirectional(keras.layers.LSTM(5)), keras.layers.Dense(2)])
    model.compile("adam", "mse")
    x = np.random.default_rng(1).normal(size=(8, 12, 3)).astype("float32")
    model.fit(x, np.zeros((8, 2)), verbose=0)
    expected = model.predict(x, verbose=0)

    model.save(tmp_path / "model.keras")
    run("archive", tmp_path / "model.keras", tmp_path / "ours.keras")
    loaded = keras.saving.load_model(tmp_path / "ours.keras")
    np.testing.assert_array_equal(loaded.predict(x, verbose=0), expected)
    for ours, theirs in zip(loaded.optimizer.variables, model.optimizer.variables, strict=True):
        np.testing.assert_array_equal(np.asarray(ours), np.asarray(theirs))

    model.save_weights(tmp_path / "model.weights.h5")
    assert_read_equally(tmp_path / "model.weights.h5")
    run("copy", tmp_path / "model.weights.h5", tmp_path / "ours.weights.h5")
    fresh = keras.models.clone_model(model)
    fresh.load_weights(tmp_path / "ours.weights.h5")
    np.testing.assert_array_equal(fresh.predict(x, verbose=0), expected)

    model.save(tmp_path / "model.h5")
    assert_read_equally(tmp_path / "model.h5")
    run("copy", tmp_path / "model.h5", tmp_path / "ours.h5")
    np.testing.assert_array_equal(keras.saving.load_model(tmp_path / "ours.h5", compile=False).predict(x, verbose=0), expected)
