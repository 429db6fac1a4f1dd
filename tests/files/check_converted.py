"""Whether a version of Keras reads what wavetrain writes: `python check_converted.py keras|tf.keras|tf_keras FOLDER`.

FOLDER has model files NAME.keras and NAME.h5 and weights NAME.weights.h5 and NAME_weights.h5, written by `wavetrain convert`
from those that make_version_fixtures.py makes, and beside them its NAME.x.npy, NAME.y.npy, NAME.t.npy and NAME.next.npy. Each
must load and predict y and, in a .keras file and where there is next, predict that after one more step of training. Prints a line per file; the exit
status is the number of those that failed.
"""

import pathlib
import sys

import numpy as np

package, folder = sys.argv[1], pathlib.Path(sys.argv[2])
if package == "keras":
    import keras
elif package == "tf_keras":
    import tf_keras as keras
else:
    import tensorflow as tf

    keras = tf.keras
load_model = keras.models.load_model


def check(path):
    name = path.name.split(".")[0]
    name = name[:-8] if name.endswith("_weights") else name
    x, y = np.load(str(folder / (name + ".x.npy"))), np.load(str(folder / (name + ".y.npy")))
    weights_alone = path.name.endswith("weights.h5")
    if weights_alone:
        model = load_model(str(folder / (name + ".h5")), compile=False)
        model.set_weights([w * 0 for w in model.get_weights()])
        model.load_weights(str(path))
    else:
        model = load_model(str(path))
    np.testing.assert_allclose(model.predict(x, verbose=0), y, rtol=1e-5, atol=2e-6)
    following = folder / (name + ".next.npy")
    # Keras 3 refuses to go on with training from any .h5 file, its own ones included; Keras 2 starts the optimizer anew, as it
    # stores no learning rate.
    if following.exists() and path.suffix == ".keras" and name not in ("chain", "masked"):
        model.train_on_batch(x, np.load(str(folder / (name + ".t.npy"))))
        np.testing.assert_allclose(model.predict(x, verbose=0), np.load(str(following)), rtol=1e-5, atol=1e-5)
        return "predicts and trains on"
    return "predicts"


failed = 0
for path in sorted(folder.iterdir()):
    if path.suffix not in (".keras", ".h5"):
        continue
    try:
        print(path.name, check(path))
    except Exception as error:
        failed += 1
        print(path.name, "FAILED:", type(error).__name__, " ".join(str(error).split())[:300])
sys.exit(min(failed, 100))
