"""keras.datasets: they are downloaded from the internet, which this module never does."""


def __getattr__(name):
    raise AttributeError(f"keras.datasets.{name}: data is not downloaded here; read files with numpy, pandas or "
                         "wavetrain's own readers")
