"""The processes that run jobs: one Keras per backend, kept alive, and our own tool, started per job."""

import json
import os
import subprocess
import sys
from pathlib import Path

from parity.case import Case

ROOT = Path(__file__).resolve().parents[3]
TOOL = Path(os.environ.get("WAVETRAIN_PARITY_TOOL", ROOT / "build/release/bin/wavetrain_parity"))


class JobFailed(Exception):
    """A side could not run a job; the message is its own."""


class KerasWorker:
    """One process of keras_worker.py. `ask` waits; `send` and `receive` let two backends work at the same time."""

    def __init__(self, backend, log=subprocess.DEVNULL):
        script = Path(__file__).with_name("keras_worker.py")
        self.backend = backend
        self.process = subprocess.Popen([sys.executable, str(script), "--backend", backend], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, stderr=log, text=True)

    def wait_until_ready(self):
        self.version = self.receive()["keras"]

    def send(self, **request):
        self.process.stdin.write(json.dumps(request) + "\n")
        self.process.stdin.flush()

    def receive(self):
        line = self.process.stdout.readline()
        if not line:
            raise JobFailed(f"Keras/{self.backend} ended with exit code {self.process.wait()}")
        answer = json.loads(line)
        if not answer["ok"]:
            raise JobFailed(f"Keras/{self.backend}: {answer['error']}\n{answer.get('trace', '')}")
        return answer

    def ask(self, **request):
        self.send(**request)
        return self.receive()

    def close(self):
        if self.process.poll() is None:
            self.process.stdin.close()
            self.process.wait()


class Sides:
    """Everybody who can run a job. Use as a context manager."""

    def __init__(self, tool=TOOL, log=subprocess.DEVNULL):
        self.tool = Path(tool) if tool else None
        self.tensorflow = KerasWorker("tensorflow", log)
        self.jax = KerasWorker("jax", log)

    def __enter__(self):
        for worker in (self.tensorflow, self.jax):
            worker.wait_until_ready()
        return self

    def __exit__(self, *_):
        self.tensorflow.close()
        self.jax.close()

    def prepare(self, folder, case, model_file=None, steps_before=None):
        """Makes `folder` a job; returns {"weights": paths, "output_shape": ...}."""
        folder.mkdir(parents=True, exist_ok=True)
        return self.tensorflow.ask(do="prepare", folder=str(folder), case=json.loads(case.to_json()),
                                   model_file=model_file, steps_before=steps_before)

    def describe(self):
        """Everything that our program describes: {"layers": {class: {argument: {"type", "required", "default"}}}, ...}."""
        done = subprocess.run([str(self.tool), "--describe"], capture_output=True, text=True, check=True)
        return json.loads(done.stdout)

    def draw(self, kind, seed, index, descriptions):
        """A case of described_cases.py."""
        return Case.from_json(self.tensorflow.ask(do="draw", kind=kind, seed=seed, index=index, descriptions=descriptions)["case"])

    def run_keras(self, folder, sides=("tensorflow", "jax", "double")):
        """Leaves tensorflow.npz, double.npz and jax.npz in `folder`, or those of `sides`."""
        jobs = [(self.tensorflow, "tensorflow", "float32"), (self.jax, "jax", "float32"), (self.tensorflow, "double", "float64")]
        jobs = [job for job in jobs if job[1] in sides]
        for worker, who, dtype in jobs:
            worker.send(do="run", folder=str(folder), who=who, dtype=dtype)
        answers, failures = [], []
        for worker, _, _ in jobs:  # all of them, so that no answer is left over for the next job
            try:
                answers.append(worker.receive())
            except JobFailed as failure:
                failures.append(failure)
        if failures:
            raise failures[0]
        return answers[0]

    def run_nudged(self, folder, seed, dtype):
        """Leaves nudgedSEED-DTYPE.npz: with weights and inputs that differ by a rounding. Returns who that is."""
        who = f"nudged{seed}-{dtype}"
        self.tensorflow.ask(do="run", folder=str(folder), who=who, dtype=dtype, nudge=seed)
        return who

    def run_opponent(self, folder, who):
        if who == "wavetrain":
            self.run_ours(folder)
        else:
            self.run_keras(folder, (who,))

    def run_ours(self, folder):
        """Leaves wavetrain.npz in `folder`."""
        done = subprocess.run([str(self.tool), str(folder)], capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise JobFailed(f"wavetrain (exit code {done.returncode}): {done.stderr.strip() or done.stdout.strip()}")
