"""Event files, read by TensorBoard itself.

Needs the package `tensorboard` and the test program `wavetrain_event_files` (named by $WAVETRAIN_EVENT_FILES, or found in
build/*/bin).
"""

import collections
import io
import json
import os
import pathlib
import subprocess

import numpy as np
import pytest

pytest.importorskip("tensorboard")
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator  # noqa: E402
from tensorboard.compat.tensorflow_stub.pywrap_tensorflow import PyRecordReader_New  # noqa: E402
from tensorboard.util import tensor_util  # noqa: E402

ROOT = pathlib.Path(__file__).resolve().parents[2]


def find_tool():
    named = os.environ.get("WAVETRAIN_EVENT_FILES")
    candidates = [pathlib.Path(named)] if named else sorted(ROOT.glob("build/*/bin/wavetrain_event_files"))
    return next((str(path) for path in candidates if path.exists()), None)


TOOL = find_tool()
pytestmark = pytest.mark.skipif(TOOL is None, reason="wavetrain_event_files is not built")
SIZES = {"tensors": 0, "scalars": 0, "histograms": 0, "images": 0}


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """The two folders as TensorBoard reads them, and what the program says it has logged."""
    folder = tmp_path_factory.mktemp("logs")
    said = subprocess.run([TOOL, str(folder)], check=True, capture_output=True, text=True).stdout
    values = collections.defaultdict(list)
    for line in said.splitlines():
        name, value = line.rsplit(" ", 1)
        values[name].append(float(value))
    read = {}
    for name in ("train", "validation"):
        read[name] = EventAccumulator(str(folder / name), size_guidance=SIZES)
        read[name].Reload()
    return folder, read, values


def scalars(accumulator, tag):
    return [(event.step, float(tensor_util.make_ndarray(event.tensor_proto))) for event in accumulator.Tensors(tag)]


def test_checksums(run):
    folder, _, _ = run
    files = sorted(folder.glob("*/events.out.tfevents.*.v2"))
    assert len(files) == 2
    for path in files:
        reader = PyRecordReader_New(str(path))
        count = 0
        while True:
            try:
                reader.GetNext()  # throws for a wrong checksum
            except Exception as error:
                assert "No more events" in str(error) or type(error).__name__ == "OutOfRangeError", error
                break
            count += 1
        assert count > 3


def test_scalars_of_epochs(run):
    _, read, values = run
    for name in ("loss", "mae"):
        expected = list(enumerate(np.float32(values[name])))
        assert scalars(read["train"], f"epoch_{name}") == expected
        expected = list(enumerate(np.float32(values[f"val_{name}"])))
        assert scalars(read["validation"], f"epoch_{name}") == expected
    assert scalars(read["train"], "epoch_learning_rate") == [(0, 0.125), (1, 0.125), (2, 0.125)]
    assert [step for step, _ in scalars(read["train"], "epoch_steps_per_second")] == [0, 1, 2]
    # Three batches an epoch.
    found = scalars(read["validation"], "evaluation_loss_vs_iterations")
    assert found == list(zip((3, 6, 9), np.float32(values["val_loss"])))
    metadata = read["train"].SummaryMetadata("epoch_loss")
    assert metadata.plugin_data.plugin_name == "scalars"


def test_scalars_of_batches(run):
    _, read, _ = run
    assert [step for step, _ in scalars(read["train"], "batch_loss")] == [2, 4, 6, 8]
    assert all(value > 0 for _, value in scalars(read["train"], "batch_steps_per_second"))


def test_histograms(run):
    _, read, values = run
    paths = [path for path in values if path.endswith(("kernel", "bias"))]
    assert len(paths) == 4
    for path in paths:
        events = read["train"].Tensors(f"{path}/histogram")
        assert [event.step for event in events] == [0, 2]
        rows = tensor_util.make_ndarray(events[-1].tensor_proto)
        weights = np.float32(values[path])  # after the last epoch
        counts, edges = np.histogram(np.float64(weights), bins=30)
        assert rows.shape == (30, 3)
        assert rows[:, 2].sum() == weights.size
        if weights.size > 1:
            np.testing.assert_allclose(rows[:, 0], edges[:-1], atol=1e-7)
            np.testing.assert_allclose(rows[:, 1], edges[1:], atol=1e-7)
            np.testing.assert_array_equal(rows[:, 2], counts)


def test_pictures(run):
    image_module = pytest.importorskip("PIL.Image")
    _, read, values = run
    path = next(path for path in values if path.endswith("conv/kernel"))
    parts = tensor_util.make_ndarray(read["train"].Tensors(f"{path}/image")[-1].tensor_proto)
    assert [int(part) for part in parts[:2]] == [2, 2]
    kernel = np.reshape(np.float32(values[path]), (2, 2, 3))
    for filter_number, png in enumerate(parts[2:]):
        pixels = np.asarray(image_module.open(io.BytesIO(png)))
        expected = np.uint8(np.clip(kernel[:, :, filter_number] * np.float32(255.5), 0, 255))
        np.testing.assert_array_equal(pixels, expected)


def test_model_graph(run):
    _, read, _ = run
    event = read["train"].Tensors("keras")[0]
    model = json.loads(tensor_util.make_ndarray(event.tensor_proto).item())
    assert model["class_name"] == "Sequential"
    assert [layer["class_name"] for layer in model["config"]["layers"]] == ["InputLayer", "Conv1D", "Flatten", "Dense"]
    assert read["train"].SummaryMetadata("keras").plugin_data.plugin_name == "graph_keras_model"
    # The dashboard of graphs turns this JSON into a graph.
    from tensorboard.plugins.graph import keras_util

    graph = keras_util.keras_model_to_graph_def(model)
    assert any("conv" in node.name for node in graph.node)
