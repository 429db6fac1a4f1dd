"""Runs jobs in Keras: `python keras_worker.py --backend tensorflow|jax`.

One process serves one backend, since loading TensorFlow takes seconds. Requests come as JSON lines on standard input,
answers go as JSON lines to standard output (whatever Keras prints goes to standard error):

    {"do": "prepare", "folder": D, "case": {...}, "model_file": null or NAME, "steps_before": null or N}
        makes a job of a case (see case.py): writes D/data.npz and D/job.json, with "model_file" also that file
    {"do": "run", "folder": D, "who": NAME, "dtype": "float32" | "float64", "nudge": null or N}
        runs D/job.json, writes D/NAME.npz; with "nudge" for weights and inputs that differ by up to half a unit of the last
        float32 place
    {"do": "draw", "kind", "seed", "index", "descriptions": {...}}
        answers {"case": text}, see described_cases.py
    {"do": "quit"}

    {"ok": true, ...} or {"ok": false, "error": TEXT}

Models are trained the way users do, by fit and train_on_batch in compiled mode: TensorFlow graphs without XLA (whose
compilation takes longer than these cases run), JAX jitted. In double precision the same model is built with every dtype
policy "float64"; only the TensorFlow process does that, since JAX would have to be started in another mode.
"""

import argparse
import copy
import json
import os
import sys
import traceback
from pathlib import Path

import numpy as np


class Worker:
    def __init__(self, backend):
        os.environ["KERAS_BACKEND"] = backend
        os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
        os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")
        os.environ.setdefault("JAX_PLATFORMS", "cpu")
        if backend == "tensorflow":
            import tensorflow

            tensorflow.config.threading.set_inter_op_parallelism_threads(1)
            in_top_k = tensorflow.math.in_top_k  # exists for float32 only, so the double run needs a cast
            tensorflow.math.in_top_k = lambda targets, predictions, k: in_top_k(
                targets, tensorflow.cast(predictions, "float32"), k)
        import keras

        self.keras, self.backend = keras, backend
        if backend == "tensorflow":
            _mend_schedule_free(keras)
            _add_up_sparse_gradients(keras)

    def answer(self, request):
        return {"prepare": self.prepare, "run": self.run, "draw": self.draw}[request["do"]](request)

    def draw(self, request):
        from parity.described_cases import described_case

        self._use("float32")
        case = described_case(self.keras, request["kind"], request["seed"], request["index"], request["descriptions"])
        return {"case": case.to_json()}

    def prepare(self, request):
        from parity.case import Case, build_layer, draw_data, draw_weights

        keras, folder = self.keras, Path(request["folder"])
        case = Case.from_json(json.dumps(request["case"]))
        self._use("float32")
        model = keras.Sequential([keras.Input(case.input_shape, batch_size=case.batch_size)])
        for name, arguments in case.layers:
            model.add(build_layer(keras, name, arguments))
        weights = draw_weights([(weight.name, tuple(weight.shape)) for weight in model.weights], case.seed)
        _set_weights(model, weights)
        data = draw_data(case, model.output_shape)
        job = {"name": case.name, "actions": case.actions}
        if request.get("model_file"):
            if case.compile:
                model.compile_from_config(self._for_backend(case.compile))
            if request.get("steps_before") and case.compile:
                first = dict(next(action for action in case.actions if action["op"] in ("fit", "train_on_batch")))
                self._train_on_batch(model, data, {**first, "op": "train_on_batch", "steps": request["steps_before"]})
            model.save(folder / request["model_file"])
            job["model_file"] = request["model_file"]
        else:
            job["model"] = json.loads(model.to_json())
            job["model"].pop("compile_config", None)
            job["compile"] = case.compile
            data.update({f"weights/{i}": weight for i, weight in enumerate(weights)})
        np.savez(folder / "data.npz", **data)
        (folder / "job.json").write_text(json.dumps(job))
        return {"output_shape": model.output_shape, "weights": _paths(model)}

    def run(self, request):
        folder, who = Path(request["folder"]), request["who"]
        job = json.loads((folder / "job.json").read_text())
        with np.load(folder / "data.npz") as archive:
            data = {key: archive[key] for key in archive.files}
        self._use(request["dtype"])
        model = self._model(job, folder, data, request["dtype"])
        if request.get("nudge"):
            random = np.random.default_rng(request["nudge"])

            def moved(values):
                return values * (1 + 2.0**-24 * random.uniform(-1, 1, values.shape))

            _set_weights(model, [moved(weight) for weight in model.get_weights()])
            if np.any(data["x"] % 1):  # no numbers of an embedding's rows
                data["x"] = moved(data["x"].astype(np.float64))
        results = {}
        for action in job["actions"]:
            results.update(getattr(self, "_" + action["op"])(model, data, {**action, "folder": folder, "who": who}))
        np.savez(folder / f"{who}.npz", **results)
        return {"weights": _paths(model)}

    def _use(self, dtype):
        self.keras.utils.clear_session(free_memory=False)
        self.keras.config.set_floatx(dtype)
        self.keras.config.set_dtype_policy(dtype)
        self.dtype = dtype

    def _for_backend(self, compile):
        # Without jit, Keras runs JAX one operation at a time. The judge in double precision need not be compiled, which takes
        # longer than to run these cases.
        return {**copy.deepcopy(compile), "jit_compile": self.backend == "jax", "run_eagerly": self.dtype == "float64"}

    def _model(self, job, folder, data, dtype):
        keras = self.keras
        if "model_file" in job:
            path = folder / job["model_file"]
            if dtype == "float32":
                model = keras.models.load_model(path)
                if getattr(model, "compiled", False) and self.backend == "jax":
                    model.jit_compile = True
                return model
            return self._load_double(path)
        model = keras.saving.deserialize_keras_object(_with_dtype(job["model"], dtype))
        _set_weights(model, [data[f"weights/{i}"] for i in range(len(model.weights))])
        if job.get("compile"):
            model.compile_from_config(self._for_backend(job["compile"]))
        else:
            model.run_eagerly = dtype == "float64"
        return model

    def _load_double(self, path):
        """A file in another precision: the same model and compile config, weights and optimizer state copied over."""
        import zipfile

        single = self._float32_twin(path)
        with zipfile.ZipFile(path) as archive:
            config = json.loads(archive.read("config.json"))
        compile = config.pop("compile_config", None)
        config.pop("build_config", None)
        model = self.keras.saving.deserialize_keras_object(_with_dtype(config, "float64"))
        model.run_eagerly = True
        _set_weights(model, single.get_weights())
        if compile:
            model.compile_from_config(self._for_backend(compile))
            for variable, source in zip(model.optimizer.variables, single.optimizer.variables):
                variable.assign(np.asarray(source))
        return model

    def _float32_twin(self, path):
        self._use("float32")
        single = self.keras.models.load_model(path)
        self._use("float64")
        return single

    # One method per action; `data` has the arrays, the result goes to the output.

    def _predict(self, model, data, action):
        y = model.predict(data[action["x"]], batch_size=action["batch_size"], verbose=0)
        if isinstance(y, (list, tuple)):
            return {f"{action['out']}/{i}": output for i, output in enumerate(y)}
        return {action["out"]: y}

    def _evaluate(self, model, data, action):
        weight = action.get("sample_weight")
        logs = model.evaluate(data[action["x"]], data[action["y"]], batch_size=action["batch_size"], verbose=0,
                              sample_weight=data[weight] if weight else None, return_dict=True)
        return {f"{action['out']}/{key}": np.asarray(value, np.float64) for key, value in logs.items()}

    def _fit(self, model, data, action):
        weight = action.get("sample_weight")
        history = model.fit(
            data[action["x"]], data[action["y"]], sample_weight=data[weight] if weight else None,
            class_weight=_class_weight(action), batch_size=action["batch_size"], epochs=action["epochs"],
            validation_split=action.get("validation_split", 0.0), shuffle=False, verbose=0)
        return {f"{action['out']}/{key}": np.asarray(value, np.float64) for key, value in history.history.items()}

    def _train_on_batch(self, model, data, action):
        x, y = data[action["x"]], data[action["y"]]
        weight = action.get("sample_weight")
        logs, begin = [], 0
        for _ in range(action["steps"]):
            rows = slice(begin, min(begin + action["batch_size"], len(x)))
            logs.append(model.train_on_batch(x[rows], y[rows], sample_weight=data[weight][rows] if weight else None,
                                             class_weight=_class_weight(action), return_dict=True))
            begin = 0 if rows.stop == len(x) else rows.stop
        return {f"{action['out']}/{key}": np.asarray([np.asarray(log[key], np.float64) for log in logs]) for key in logs[0]}

    def _weights(self, model, data, action):
        return {f"{action['out']}/{i}": weight for i, weight in enumerate(model.get_weights())}

    def _save(self, model, data, action):
        model.save(action["folder"] / f"{action['who']}.{action['file']}")
        return {}


def _mend_schedule_free(keras):
    """Keras' ScheduleFreeAdamW keeps the momentum before its update, but on TensorFlow that is the variable, which is read
    after the update; on JAX it is the value that the method means. Puts the difference right."""
    import tensorflow as tf

    update = keras.optimizers.ScheduleFreeAdamW.update_step

    def mended(self, gradient, variable, learning_rate):
        momentum = self._momentums[self._get_variable_index(variable)].value
        before = tf.identity(momentum)
        update(self, gradient, variable, learning_rate)
        share = (1 - 1 / tf.cast(self.iterations + 1, variable.dtype)) * (1 - self.beta_1)
        self.assign_add(variable, share * (momentum - before))

    keras.optimizers.ScheduleFreeAdamW.update_step = mended


def _add_up_sparse_gradients(keras):
    """An embedding's gradient has a part for each place where a row is read. Keras on TensorFlow squares these parts by
    themselves and adds the squares; on JAX, and by the optimizers' formulas, it is their sum that is squared. Adds them up."""
    import tensorflow as tf

    apply = keras.optimizers.Optimizer.apply

    def mended(self, grads, trainable_variables=None):
        grads = [tf.convert_to_tensor(grad) if isinstance(grad, tf.IndexedSlices) else grad for grad in grads]
        return apply(self, grads, trainable_variables)

    keras.optimizers.Optimizer.apply = mended


def _set_weights(model, weights):
    """As loading a file does it: Normalization computes with copies of its weights."""
    model.set_weights(weights)
    for layer in model.layers:
        if hasattr(layer, "finalize_state"):
            layer.finalize_state()


def _class_weight(action):
    weights = action.get("class_weight")
    return {int(key): value for key, value in weights.items()} if weights else None


def _paths(model):
    """The names of the weights in the order of `get_weights()`, "frozen:" in front of those that are not trained."""
    trained = {id(weight) for weight in model.trainable_weights}
    return [("" if id(weight) in trained else "frozen:") + weight.path for weight in model.weights]


def _with_dtype(config, dtype):
    """A serialised model with every float32 policy replaced."""
    if isinstance(config, dict):
        if config.get("class_name") == "DTypePolicy":
            return {**config, "config": {"name": dtype}}
        return {key: dtype if key == "dtype" and value == "float32" else _with_dtype(value, dtype)
                for key, value in config.items()}
    if isinstance(config, list):
        return [_with_dtype(item, dtype) for item in config]
    return config


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--backend", choices=("tensorflow", "jax"), required=True)
    arguments = parser.parse_args()
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # prints of the libraries must not end up among the answers
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
    worker = Worker(arguments.backend)
    print(json.dumps({"ok": True, "keras": worker.keras.__version__, "backend": arguments.backend}), file=answers, flush=True)
    for line in sys.stdin:
        request = json.loads(line)
        if request["do"] == "quit":
            break
        try:
            answer = {"ok": True, **worker.answer(request)}
        except Exception as error:  # the next job is none the worse for it
            answer = {"ok": False, "error": f"{type(error).__name__}: {error}", "trace": traceback.format_exc()}
        print(json.dumps(answer), file=answers, flush=True)


if __name__ == "__main__":
    main()
