"""LTSF-Linear on exchange rates, by PyTorch and by wavetrain with the same recipe, and by wavetrain with averaged weights:
the rows of docs/results.md.

    python bench/real_data/linear_forecast.py --data exchange_rate.csv --results FILE [--seeds 20] [--horizons 96 192]

FILE gets a line of JSON for each horizon and way: the errors of every seed, and those of the mean forecast of the seeds
0 to 4, 5 to 9 and so on. What is in it is not run again; the table is printed at the end. PyTorch is needed for its own
side only (--only wavetrain and --only averaged leave it out).

The recipe is that of the code that belongs to Zeng et al. 2023 (cure-lab/LTSF-Linear), written again here: rows in parts of
0.7, 0.1 and 0.2, columns scaled by their mean and deviation over the first part; one dense layer from 336 steps to the
horizon, shared by the eight columns, weights and biases uniform within 1/sqrt(336); mean squared error, Adam, batches of 8,
at most 10 epochs. The rate is 0.0005 in the first two epochs and half of the previous one in every later epoch. The epoch
with the smallest validation error counts, and three without a better one end the training. Errors are those of the scaled
values. The published code scores test windows in whole batches of 8 and so leaves the last few out; here all are scored.

Where such a run ends is a matter of chance: the last steps of Adam with batches of 8, and the epoch that is best on
validation rows. "averaged" takes the chance out: Adam with the rate 0.005 for all of 10 epochs, and at their end the
exponential moving average of the weights (use_ema=True, ema_momentum=0.999); no validation row has a say.
"""

import argparse
import csv
import json
import math
import statistics
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PUBLISHED = {96: (0.082, 0.207), 192: (0.167, 0.304)}  # one run each: mse, mae
WINDOW, BATCH, EPOCHS, PATIENCE, RATE, TOGETHER = 336, 8, 10, 3, 0.0005, 5


def read(path):
    with open(path, newline="") as file:
        return [[float(field) for field in row] for row in list(csv.reader(file))[1:]]


class Torch:
    def __init__(self, path, horizon):
        import torch

        torch.set_num_threads(1)
        rows = torch.tensor(read(path), dtype=torch.float64)
        n = len(rows)
        train, test = int(n * 0.7), int(n * 0.2)
        rows = ((rows - rows[:train].mean(0)) / rows[:train].std(0, correction=0)).float()

        def windows(first, last):
            starts = range(first, last - WINDOW - horizon + 1)
            return (torch.stack([rows[i:i + WINDOW] for i in starts]),
                    torch.stack([rows[i + WINDOW:i + WINDOW + horizon] for i in starts]))

        self.torch, self.horizon = torch, horizon
        self.train = windows(0, train)
        self.validation = windows(train - WINDOW, n - test)
        self.test = windows(n - test - WINDOW, n)

    def errors(self, predicted):
        difference = predicted - self.test[1]
        return difference.square().mean().item(), difference.abs().mean().item()

    def forecast(self, seed):
        torch = self.torch
        torch.manual_seed(seed)
        dense = torch.nn.Linear(WINDOW, self.horizon)
        optimizer = torch.optim.Adam(dense.parameters(), lr=RATE)

        def predict(x):
            return dense(x.transpose(1, 2)).transpose(1, 2)

        best, waited, kept = math.inf, 0, None
        for epoch in range(EPOCHS):
            optimizer.param_groups[0]["lr"] = RATE * 0.5 ** max(0, epoch - 1)
            for rows in torch.randperm(len(self.train[0])).split(BATCH):
                optimizer.zero_grad()
                torch.nn.functional.mse_loss(predict(self.train[0][rows]), self.train[1][rows]).backward()
                optimizer.step()
            with torch.no_grad():
                loss = torch.nn.functional.mse_loss(predict(self.validation[0]), self.validation[1]).item()
            if loss < best:
                best, waited = loss, 0
                kept = {name: value.clone() for name, value in dense.state_dict().items()}
            else:
                waited += 1
                if waited >= PATIENCE:
                    break
        dense.load_state_dict(kept)
        with torch.no_grad():
            return predict(self.test[0])

    def run(self, seeds):
        forecasts = [self.forecast(seed) for seed in range(seeds)]
        groups = [forecasts[i:i + TOGETHER] for i in range(0, seeds - TOGETHER + 1, TOGETHER)]
        return ([self.errors(forecast) for forecast in forecasts],
                [self.errors(sum(group) / TOGETHER) for group in groups])


class Wavetrain:
    def __init__(self, path, horizon, program, averaged=False):
        rows = len(read(path))
        steps = math.ceil((int(rows * 0.7) - WINDOW - horizon + 1) / BATCH)
        bounds = ",".join(str(epoch * steps - 1) for epoch in range(2, EPOCHS))
        rates = ",".join(repr(RATE * 0.5 ** epoch) for epoch in range(EPOCHS - 1))
        # scale/fan_in is the variance of numbers within ±limit: limit²/3.
        start = f"VarianceScaling(scale={1 / 3!r}, mode='fan_in', distribution='uniform')"
        bias = f"RandomUniform(-{1 / math.sqrt(WINDOW)!r}, {1 / math.sqrt(WINDOW)!r})"
        how = (["--optimizer", "Adam(0.005, use_ema=True, ema_momentum=0.999)"] if averaged else
               ["--patience", str(PATIENCE), "--optimizer", f"Adam(PiecewiseConstantDecay([{bounds}], [{rates}]))"])
        self.command = [
            str(program), "forecast", "--data", str(path), "--target", "all", "--window", str(WINDOW), "--horizon",
            str(horizon), "--score-scaled", "--validation-part", "0.1", "--test-part", "0.2", "--epochs", str(EPOCHS),
            "--batch-size", str(BATCH), "--interval", "0", "--threads", "1", "--json", "--loss", "mse", "--model",
            f"Permute((2, 1)) Dense({horizon}, kernel_initializer={start}, bias_initializer={bias}) Permute((2, 1))", *how]

    def errors(self, name, *more):
        done = subprocess.run(self.command + list(more), capture_output=True, text=True, check=True)
        scores = json.loads(done.stdout)["scores"][name]
        return scores["mse"], scores["mae"]

    def run(self, seeds):
        return ([self.errors("the layers given", "--seed", str(seed)) for seed in range(seeds)],
                [self.errors(f"mean of {TOGETHER} networks", "--seeds", str(TOGETHER), "--seed", str(first))
                 for first in range(0, seeds - TOGETHER + 1, TOGETHER)])


def table(results):
    print("| steps | side | error | mean ± deviation | lowest to highest | means of five | published | seeds at or below it |")
    print("|---|---|---|---|---|---|---|---|")
    for result in results:
        for k, error in enumerate(("mse", "mae")):
            values = [seed[k] for seed in result["seeds"]]
            together = ", ".join(f"{group[k]:.4f}" for group in result["means"])
            published = PUBLISHED[result["horizon"]][k]
            # Published values are rounded to three digits.
            below = sum(value < published + 0.0005 for value in values)
            print(f"| {result['horizon']} | {result['side']} | {error} | {statistics.mean(values):.4f} ± "
                  f"{statistics.stdev(values):.4f} | {min(values):.4f} to {max(values):.4f} | {together} | {published} | "
                  f"{below} of {len(values)} |")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--results", type=Path, required=True)
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--horizons", type=int, nargs="+", default=sorted(PUBLISHED), choices=sorted(PUBLISHED))
    parser.add_argument("--only", choices=["torch", "wavetrain", "averaged"])
    parser.add_argument("--program", type=Path, default=ROOT / "build/release/bin/wavetrain")
    arguments = parser.parse_args()
    lines = arguments.results.read_text().splitlines() if arguments.results.exists() else []
    results = [json.loads(line) for line in lines]
    for horizon in arguments.horizons:
        for side in ("wavetrain", "averaged", "torch"):
            known = any((r["horizon"], r["side"]) == (horizon, side) for r in results)
            if known or arguments.only not in (None, side):
                continue
            runner = (Torch(arguments.data, horizon) if side == "torch"
                      else Wavetrain(arguments.data, horizon, arguments.program, side == "averaged"))
            seeds, means = runner.run(arguments.seeds)
            results.append({"horizon": horizon, "side": side, "seeds": seeds, "means": means})
            with arguments.results.open("a") as file:
                print(json.dumps(results[-1]), file=file)
    table(results)


if __name__ == "__main__":
    main()
