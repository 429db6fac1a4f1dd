"""Prediction by the other libraries; compare_prediction.py starts this with the threads already limited.

    python prediction_peer.py --peer onnxruntime --threads 1 --programs classify --seconds 1

Modes: "window" is one sample per call with what a call can leave out left out (LiteRT: only invoke(), ONNX Runtime: bound memory),
"set-N" the program's samples in batches of N. Times are microseconds per sample, of the fastest slice.

LiteRT runs what TensorFlow's converter makes of the Keras model (XNNPACK is on by default); ONNX Runtime what PyTorch exports, as
that has the recurrent layers as single operators. Both files are made here, in the folder `--models`.
"""

import argparse
import json
import os
import statistics
import time
from pathlib import Path

from protocol import PROGRAMS, data

BATCHES = (32, 256)
RECURRENT = ("recurrent", "gru", "bilstm")


def measure(call, per_call, seconds):
    """Microseconds per sample, the fastest and the median of slices of about five milliseconds."""
    for _ in range(3):
        call()
    started = time.perf_counter()
    call()
    calls = max(1, int(5e-3 / max(time.perf_counter() - started, 1e-7)))
    micros, stop = [], time.perf_counter() + seconds
    while len(micros) < 5 or time.perf_counter() < stop:
        started = time.perf_counter()
        for _ in range(calls):
            call()
        micros.append((time.perf_counter() - started) * 1e6 / (calls * per_call))
    return min(micros), statistics.median(micros)


def in_batches(x, batch):
    """Whole batches only."""
    return [x[i:i + batch] for i in range(0, len(x) - batch + 1, batch)]


def litert(program, threads, folder):
    from ai_edge_litert.interpreter import Interpreter

    path = folder / f"{program}.tflite"
    if not path.exists():
        import tensorflow as tf
        import keras
        from keras_peer import build

        if program in RECURRENT:
            return  # its loops become TensorFlow's own, which the runtime does not have
        path.write_bytes(tf.lite.TFLiteConverter.from_keras_model(build(keras, program)[0]).convert())
    x, _ = data(program)
    for batch in (1, *BATCHES):
        interpreter = Interpreter(model_path=str(path), num_threads=threads)
        inputs = interpreter.get_input_details()[0]["index"]
        output = interpreter.get_output_details()[0]["index"]
        interpreter.resize_tensor_input(inputs, (batch, *PROGRAMS[program].shape))
        interpreter.allocate_tensors()
        parts = in_batches(x, batch)
        if batch == 1:
            interpreter.set_tensor(inputs, parts[0])
            yield "window", interpreter.invoke, 1
            continue

        def run(parts=parts, interpreter=interpreter, inputs=inputs, output=output):
            for part in parts:
                interpreter.set_tensor(inputs, part)
                interpreter.invoke()
                interpreter.get_tensor(output)

        if parts:
            yield f"set-{batch}", run, batch * len(parts)


def onnxruntime(program, threads, folder):
    import numpy as np
    import onnxruntime as ort

    path = folder / f"{program}.onnx"
    if not path.exists():
        import torch
        from torch_peer import build

        model = build(program)[0].eval()
        if program in ("channels", "fcn"):
            model = torch.nn.Sequential(model, torch.nn.Softmax(1))
        sample = torch.zeros(2, *PROGRAMS[program].shape)
        torch.onnx.export(model, (sample,), str(path), input_names=["x"], output_names=["y"], dynamo=False,
                          dynamic_axes={"x": {0: "n"}, "y": {0: "n"}})
    options = ort.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    session = ort.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    x, _ = data(program)
    binding = session.io_binding()
    one = np.ascontiguousarray(x[:1])
    binding.bind_cpu_input("x", one)
    binding.bind_output("y")
    yield "window", lambda: session.run_with_iobinding(binding), 1
    for batch in BATCHES:
        parts = in_batches(x, batch)

        def run(parts=parts):
            for part in parts:
                session.run(None, {"x": part})

        if parts:
            yield f"set-{batch}", run, batch * len(parts)


def keras_tensorflow(program, _, __):
    import tensorflow as tf
    import keras
    from keras_peer import build

    model = build(keras, program)[0]
    x, _ = data(program)
    for suffix, jit in (("", False), ("-xla", True)):
        function = tf.function(lambda part: model(part, training=False), jit_compile=jit)
        for batch in (1, *BATCHES):
            parts = [tf.constant(part) for part in in_batches(x, batch)[: 1 if batch == 1 else None]]

            def run(parts=parts, function=function):
                for part in parts:
                    result = function(part)
                result.numpy()

            if parts:
                yield ("window" if batch == 1 else f"set-{batch}") + suffix, run, batch * len(parts)


def keras_jax(program, _, __):
    import jax
    import keras
    from keras_peer import build

    model = build(keras, program)[0]
    state = ([v.value for v in model.trainable_variables], [v.value for v in model.non_trainable_variables])
    function = jax.jit(lambda state, part: model.stateless_call(*state, part, training=False)[0])
    x, _ = data(program)
    for batch in (1, *BATCHES):
        parts = [jax.device_put(part) for part in in_batches(x, batch)[: 1 if batch == 1 else None]]

        def run(parts=parts):
            for part in parts:
                result = function(state, part)
            result.block_until_ready()

        if parts:
            yield "window" if batch == 1 else f"set-{batch}", run, batch * len(parts)


def pytorch(program, _, __):
    import torch
    from torch_peer import build

    model = build(program)[0].eval()
    x = torch.from_numpy(data(program)[0])
    with torch.inference_mode():
        for batch in (1, *BATCHES):
            parts = in_batches(x, batch)[: 1 if batch == 1 else None]

            def run(parts=parts):
                with torch.inference_mode():
                    for part in parts:
                        model(part)

            if parts:
                yield "window" if batch == 1 else f"set-{batch}", run, batch * len(parts)


PEERS = {"litert": litert, "onnxruntime": onnxruntime, "keras-tensorflow": keras_tensorflow, "keras-jax": keras_jax,
         "torch": pytorch}
PACKAGES = {"litert": "ai-edge-litert", "onnxruntime": "onnxruntime", "keras-tensorflow": "tensorflow-cpu", "keras-jax": "jax",
            "torch": "torch"}


def main():
    from importlib.metadata import version

    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--peer", choices=PEERS, required=True)
    parser.add_argument("--threads", type=int, required=True)
    parser.add_argument("--programs", nargs="+", required=True)
    parser.add_argument("--seconds", type=float, required=True)
    parser.add_argument("--models", type=Path, default=Path("build/bench-models"))
    arguments = parser.parse_args()
    arguments.models.mkdir(parents=True, exist_ok=True)
    os.environ["KERAS_BACKEND"] = "jax" if arguments.peer == "keras-jax" else "tensorflow"
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    if arguments.peer == "keras-tensorflow":
        import tensorflow as tf

        tf.config.threading.set_intra_op_parallelism_threads(arguments.threads)
        tf.config.threading.set_inter_op_parallelism_threads(arguments.threads)
    if arguments.peer == "torch":
        import torch

        torch.set_num_threads(arguments.threads)
    for program in arguments.programs:
        for mode, call, per_call in PEERS[arguments.peer](program, arguments.threads, arguments.models):
            least, median = measure(call, per_call, arguments.seconds)
            print(json.dumps({"program": program, "peer": arguments.peer, "mode": mode, "us_min": round(least, 3),
                              "us_median": round(median, 3), "version": version(PACKAGES[arguments.peer]),
                              "threads": arguments.threads}), flush=True)


if __name__ == "__main__":
    main()
