"""Training steps of PyTorch; compare_training.py starts this with the threads already limited.

Modes: "eager-fused" and "eager-foreach" (the two fast forms of Adam), "compile" (torch.compile of forward, loss and
backward, with the fused optimizer).
"""

import argparse

import torch
from torch import nn

from protocol import Clock, batches, data, report


class Recurrent(nn.Module):
    """An LSTM or GRU, (batch, time, features) in; all steps or only the last one (of each direction) out."""

    def __init__(self, kind, features, units, sequences, bidirectional=False):
        super().__init__()
        self.layer = kind(features, units, batch_first=True, bidirectional=bidirectional)
        self.sequences, self.units, self.bidirectional = sequences, units, bidirectional

    def forward(self, x):
        y, _ = self.layer(x)
        if self.sequences:
            return y
        if self.bidirectional:
            return torch.cat([y[:, -1, :self.units], y[:, 0, self.units:]], 1)
        return y[:, -1]


class Transposed(nn.Module):
    """Between (batch, time, features) and PyTorch's (batch, features, time)."""

    def forward(self, x):
        return x.transpose(1, 2)


class MeanOverTime(nn.Module):
    def forward(self, x):
        return x.mean(2)


def norm(filters):
    return nn.BatchNorm1d(filters, eps=1e-3, momentum=0.01)


def build(program):
    """Model and loss. Sigmoid and softmax are in a crossentropy, which is PyTorch's recommended and faster form."""
    relu, sigmoid, turn = nn.ReLU(), nn.Sigmoid(), Transposed()
    mse, softmax = nn.MSELoss(), nn.CrossEntropyLoss()
    if program == "classify":
        return nn.Sequential(turn, nn.Conv1d(1, 32, 3), relu, nn.MaxPool1d(2), nn.Flatten(), nn.Linear(1568, 128), relu,
                             nn.Linear(128, 1)), nn.BCEWithLogitsLoss()
    if program == "channels":
        return nn.Sequential(turn, nn.Conv1d(3, 64, 5), relu, norm(64), nn.Conv1d(64, 128, 3), relu, MeanOverTime(),
                             nn.Linear(128, 10)), softmax
    if program == "recurrent":
        return nn.Sequential(turn, nn.Conv1d(1, 64, 7), relu, nn.MaxPool1d(2), turn, Recurrent(nn.LSTM, 64, 128, True),
                             Recurrent(nn.LSTM, 128, 64, False), nn.Linear(64, 1)), mse
    if program == "fcn":
        return nn.Sequential(turn, nn.ConstantPad1d((3, 4), 0.0), nn.Conv1d(1, 128, 8), norm(128), relu,
                             nn.Conv1d(128, 256, 5, padding=2), norm(256), relu, nn.Conv1d(256, 128, 3, padding=1), norm(128),
                             relu, MeanOverTime(), nn.Linear(128, 6)), softmax
    if program == "time-cnn":
        return nn.Sequential(turn, nn.Conv1d(1, 6, 7), sigmoid, nn.AvgPool1d(3), nn.Conv1d(6, 12, 7), sigmoid, nn.AvgPool1d(3),
                             nn.Flatten(), nn.Linear(12 * 14, 6), sigmoid), mse
    if program == "tcn":
        blocks = []
        for i in range(8):
            blocks += [nn.ConstantPad1d((2 ** (i + 1), 0), 0.0), nn.Conv1d(32 if i else 4, 32, 3, dilation=2 ** i), relu]
        return nn.Sequential(turn, *blocks, turn, nn.Linear(32, 1)), mse
    if program == "gru":
        return nn.Sequential(Recurrent(nn.GRU, 8, 64, True), Recurrent(nn.GRU, 64, 64, False), nn.Linear(64, 1)), mse
    if program == "bilstm":
        return nn.Sequential(Recurrent(nn.LSTM, 12, 64, True, True), Recurrent(nn.LSTM, 128, 32, False, True),
                             nn.Linear(64, 10)), softmax
    if program == "autoencoder":
        half, twice = {"stride": 2, "padding": 3}, {"stride": 2, "padding": 3, "output_padding": 1}
        return nn.Sequential(turn, nn.Conv1d(1, 32, 7, **half), relu, nn.Dropout(0.2), nn.Conv1d(32, 16, 7, **half), relu,
                             nn.ConvTranspose1d(16, 16, 7, **twice), relu, nn.Dropout(0.2),
                             nn.ConvTranspose1d(16, 32, 7, **twice), relu, nn.ConvTranspose1d(32, 1, 7, padding=3), turn), mse
    if program == "tiny":
        return nn.Sequential(turn, nn.Conv1d(8, 16, 3), relu, nn.MaxPool1d(2), nn.Flatten(), nn.Linear(16 * 11, 1)), mse
    return nn.Sequential(turn, nn.Conv1d(16, 16, 51), MeanOverTime(), nn.Linear(16, 1)), mse


def measure(program, mode, clock, seconds):
    torch.manual_seed(1)
    model, loss = build(program)
    adam = torch.optim.Adam(model.parameters(), eps=1e-7, **({"foreach": True} if mode == "eager-foreach" else {"fused": True}))

    def forward(x, y):
        return loss(model(x), y)

    if mode == "compile":
        forward = torch.compile(forward)
    x, y = ([part.contiguous() for part in batches(program, torch.from_numpy(array))] for array in data(program))

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
    parser.add_argument("--modes", nargs="+", default=["eager-fused", "eager-foreach", "compile"])
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    for program in arguments.programs:
        for mode in arguments.modes:
            clock = Clock(program)
            torch.compiler.reset()
            try:
                measure(program, mode, clock, arguments.seconds)
            except Exception as error:  # torch.compile needs a C++ compiler; the other modes do not
                print(f"torch {mode} {program}: {error}", flush=True)
                continue
            report(program, "torch", mode, clock, torch.__version__, threads=arguments.threads)


if __name__ == "__main__":
    main()
