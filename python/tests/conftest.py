"""Tests of the module, in a Python that has numpy and pytest; where Keras can be imported too, it is the judge."""

import os
import pathlib
import signal

os.environ["KERAS_BACKEND"] = os.environ.get("WAVETRAIN_KERAS_JUDGE", "numpy")  # see both.py
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np
import pytest
from both import Trainer

import wavetrain
from wavetrain import keras as own

# A shell that starts the tests in the background has Ctrl-C ignored, and programs inherit that; it is tested here.
signal.signal(signal.SIGINT, signal.default_int_handler)

# Programs that tests start find the same module, wherever they run.
os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, (str(pathlib.Path(wavetrain.__file__).parents[1]),
                                                         os.environ.get("PYTHONPATH"))))


def pytest_addoption(parser):
    parser.addoption("--against-keras", action="store_true", help="only what is compared with Keras itself")


def pytest_collection_modifyitems(config, items):
    if config.getoption("--against-keras"):
        left_out = [item for item in items if not {"real", "trainer"} & set(item.fixturenames)]
        items[:] = [item for item in items if item not in left_out]
        config.hook.pytest_deselected(items=left_out)


def pytest_configure(config):
    config.addinivalue_line("filterwarnings", "ignore:Do not pass an `input_shape`")
    config.addinivalue_line("filterwarnings", "ignore::DeprecationWarning")


@pytest.fixture(autouse=True)
def fresh_names():
    own.utils.set_random_seed(7)
    own.backend.clear_session()


@pytest.fixture(scope="session")
def real():
    return pytest.importorskip("keras", reason="Keras is not installed")


@pytest.fixture(scope="session")
def trainer(real):
    """Keras where it can train; give it to `check`."""
    pytest.importorskip("jax", reason="Keras has nothing to train with")
    trainer = Trainer()
    yield trainer
    trainer.close()


@pytest.fixture
def rng():
    return np.random.default_rng(3)
