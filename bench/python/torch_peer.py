"""Training steps of PyTorch; compare_training.py starts this with the threads already limited.

Modes: "eager-fused" and "eager-foreach" (the two fast forms of Adam), "compile" (torch.compile of forward, loss and
backward, with the fused optimizer).
"""

import argparse

import torch
from torch import nn

from protocol import BATCH, PROGRAMS, Clock, batches, data, report


class LastStep(nn.Module):
    """An LSTM, (batch, time, features) in; all steps or only the last one out."""

    def __init__(self, features, units, sequences):
        super().__init__()
        self.lstm, self.sequences = nn.LSTM(features, units, batch_first=True), sequences

    def forward(self, x):
        y, _ = self.lstm(x)
        return y if self.sequences else y[:, -1]


class Transposed(nn.Module):
    """Between (batch, time, features) and PyTorch's (batch, features, time)."""

    def forward(self, x):
        return x.transpose(1, 2)


class MeanOverTime(nn.Module):
    def forward(self, x):
        return x.mean(2)


def build(program):
    """Model and loss. Sigmoid and softmax are in the loss, which is PyTorch's recommended and faster form."""
    relu = nn.ReLU()
    if program == "classify":
        return nn.Sequential(Transposed(), nn.Conv1d(1, 32, 3), relu, nn.MaxPool1d(2), nn.Flatten(), nn.Linear(1568, 128), relu,
                             nn.Linear(128, 1)), nn.BCEWithLogitsLoss()
    if program == "channels":
        return nn.Sequential(Transposed(), nn.Conv1d(3, 64, 5), relu, nn.BatchNorm1d(64, eps=1e-3, momentum=0.01),
                             nn.Conv1d(64, 128, 3), relu, MeanOverTime(), nn.Linear(128, 10)), nn.CrossEntropyLoss()
    return nn.Sequential(Transposed(), nn.Conv1d(1, 64, 7), relu, nn.MaxPool1d(2), Transposed(), LastStep(64, 128, True),
                         LastStep(128, 64, False), nn.Linear(64, 1)), nn.MSELoss()


def measure(program, mode, clock, seconds):
    torch.manual_seed(1)
    model, loss = build(program)
    adam = torch.optim.Adam(model.parameters(), eps=1e-7, **({"foreach": True} if mode == "eager-foreach" else {"fused": True}))

    def forward(x, y):
        return loss(model(x), y)

    if mode == "compile":
        forward = torch.compile(forward)
    x, y = ([part.contiguous() for part in batches(torch.from_numpy(array))] for array in data(program))

    def epoch():
        for xs, ys in zip(x, y):
            adam.zero_grad(set_to_none=True)
            forward(xs, ys).backward()
            adam.step()

    clock.measure(epoch, seconds)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--threads", type=int, required=True)
    parser.add_argument("--programs", nargs="+", required=True)
    parser.add_argument("--seconds", type=float, required=True)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    for program in arguments.programs:
        for mode in ("eager-fused", "eager-foreach", "compile"):
            clock = Clock(PROGRAMS[program][0] // BATCH)
            torch.compiler.reset()
            try:
                measure(program, mode, clock, arguments.seconds)
            except Exception as error:  # torch.compile needs a C++ compiler; the other modes do not
                print(f"torch {mode} {program}: {error}", flush=True)
                continue
            report(program, "torch", mode, clock, torch.__version__, threads=arguments.threads)


if __name__ == "__main__":
    main()
