"""What runs of the comparison have covered: layer by argument, and how. Only cases that passed count.

A tally is a JSON file that grows from run to run; several, of runs side by side, are added up.
"""

import json

from parity.described_cases import DRAWS, NO_GRADIENT, NO_MASK, NOT_DRAWN, NOT_DRAWN_IN, RANDOM_ARGUMENTS, is_drawn

ASPECTS = ("forward", "train", "mask", "save", "load")
FAMILIES = ("optimizers", "losses", "metrics", "initializers", "regularizers", "constraints")
# Members that have no cases of their own, and why.
NOT_COMPARED = {
    "CompiledAccuracy": "what the string \"accuracy\" is", "CompiledCrossentropy": "what the string \"crossentropy\" is",
    "MeanMetricWrapper": "a function as a metric", "Mean": "not for compile", "Sum": "not for compile", "Accuracy": "unit tests",
    "CTC": "unit tests against Keras' numbers", "IoU": "unit tests", "MeanIoU": "unit tests",
}
# Where we do not do what Keras 3.15.1 does with a Sequential of series, and why.
DIFFERENCES = (
    ("a last layer of several outputs (`return_state=True`, `Bidirectional(merge_mode=None)`)",
     "predicts (a tuple in Python, `predict_outputs` in C++), saves and loads; `fit` and `evaluate` refuse it. Keras trains such a "
     "model against a list of targets, but reports the losses of all outputs under one name. Train it without that option: the "
     "weights are the same"),
    ("a layer behind several outputs", "refused; Keras does so, too, for all but Dropout, Identity and layers that merge, for which "
     "`merge_mode` says the same"),
    ("`return_state` of StackedRNNCells with an LSTMCell in it", "refused; Keras builds such a model and cannot run it"),
    ("`BackupAndRestore`", "begins later calls of `fit` where they are told to; Keras keeps the epoch that was restored for all of them. A "
     "backup within an epoch after a restored one names that epoch; in Keras it names epoch 0"),
    ("`TimeDistributed` over a layer that does not take such steps", "refused as the layer by itself refuses them; Keras does not check"),
    ("`RMSNormalization` over another axis than the last", "refused where the scale does not fit the last axis; Keras multiplies it into "
     "an array of another shape than its model says"),
    ("normalisation over axis 0, the batch", "refused: what comes out of a sample would depend on the others"),
    ("`RNN` over samples that are not (time, channels)", "refused; Keras adds the states of samples to inputs of steps, which works for one "
     "size of the batch"),
    ("`SwapEMAWeights`", "puts the weights back after `predict`; Keras leaves the averages in the model"),
)


class Coverage:
    """layers[layer][argument][aspect] and members[family][name] are numbers of cases; the argument "" is the layer itself."""

    def __init__(self, descriptions, paths=()):
        self.descriptions, self.path = descriptions, paths[0] if paths else None
        self.layers, self.members, self.runs = {}, {}, {"compared": 0, "failed": 0, "skipped": 0}
        self.others = [tally for path in paths[1:] if (tally := _read(path))]
        if self.path and (tally := _read(self.path)):
            self._add(tally)

    def count(self, outcome):
        self.runs[outcome] += 1

    def add(self, case, kind):
        files = kind in ("files", "described-files")
        aspects = ["forward", *(["train"] if case.compile else []), *(["save", "load"] if files else [])]
        for i, (name, arguments) in enumerate(case.layers):
            self._layer(name, arguments, aspects, i in case.masked)
        if case.compile:
            self._members(case.compile)

    def _layer(self, name, arguments, aspects, masked):
        masked = masked or name == "Masking" or bool(arguments.get("mask_zero"))
        known = self.descriptions["layers"].get(name, {})
        for argument in ("", *arguments):
            if argument and argument in known and not known[argument]["required"] and arguments[argument] == known[argument]["default"]:
                continue
            cell = self.layers.setdefault(name, {}).setdefault(argument, {})
            for aspect in (*aspects, *(["mask"] if masked else [])):
                cell[aspect] = cell.get(aspect, 0) + 1
        for value in arguments.values():
            for item in value if isinstance(value, list) else [value]:
                if isinstance(item, dict) and item.get("module") in ("keras", "keras.layers"):
                    self._layer(item["class_name"], item["config"], aspects, masked)
                else:
                    self._members(item)

    def _members(self, config):
        """Counts every serialised object inside."""
        if isinstance(config, dict):
            if "class_name" in config and "module" in config:
                family = self.members.setdefault(config["module"].split(".", 1)[1], {})
                family[config["class_name"]] = family.get(config["class_name"], 0) + 1
            for value in config.values():
                self._members(value)
        elif isinstance(config, list):
            for value in config:
                self._members(value)

    def _add(self, tally):
        for mine, theirs in ((self.runs, tally["runs"]), *((self.members.setdefault(key, {}), value) for key, value in tally["members"].items())):
            for key, count in theirs.items():
                mine[key] = mine.get(key, 0) + count
        for layer, arguments in tally["layers"].items():
            for argument, cell in arguments.items():
                mine = self.layers.setdefault(layer, {}).setdefault(argument, {})
                for aspect, count in cell.items():
                    mine[aspect] = mine.get(aspect, 0) + count

    def save(self):
        if self.path:
            self.path.write_text(json.dumps({"runs": self.runs, "members": self.members, "layers": self.layers}))

    def empty_cells(self):
        """(layer, argument, aspect) of what should have been covered and is not."""
        return [(layer, argument, aspect) for layer, argument in self._rows() for aspect in ASPECTS
                if self._cell(layer, argument, aspect) == "-"]

    def _rows(self):
        for layer, arguments in sorted(self.descriptions["layers"].items()):
            yield layer, ""
            yield from ((layer, argument) for argument in arguments if is_drawn(layer, argument))

    def _cell(self, layer, argument, aspect):
        count = self.layers.get(layer, {}).get(argument, {}).get(aspect, 0)
        if count:
            return str(count)
        if aspect == "train" and layer in NO_GRADIENT:
            return "n/a: no gradient"
        if aspect == "train" and (layer in DRAWS or argument in RANDOM_ARGUMENTS):
            return "n/a: draws"
        if aspect == "mask" and layer in NO_MASK:
            return f"n/a: {NO_MASK[layer]}"
        if aspect == "mask" and (layer, argument) in NO_MASK:
            return f"n/a: {NO_MASK[layer, argument]}"
        return "-"

    def table(self):
        for tally in self.others:
            self._add(tally)
        self.others = []
        lines = ["# What was compared with Keras", "",
                 "Written by `scripts/compare-with-keras --coverage`: random models over everything that the library describes, "
                 f"{self.runs['compared']} of them compared, {self.runs['failed']} mismatches. (Keras itself could not run "
                 f"{self.runs['skipped']} more.) A number says in how many cases that passed a layer had this argument away from its "
                 "default, and whether the case compared the outputs (forward), epochs of training with evaluation, weights and the "
                 "optimizer's state (train), a layer that a mask reaches or that makes one (mask), our file in Keras (save) and Keras' "
                 "file here (load). *n/a: draws*: random numbers differ by design while training.", "",
                 "| layer | argument | " + " | ".join(ASPECTS) + " |", "|---|---|" + "---|" * len(ASPECTS)]
        for layer, argument in self._rows():
            cells = " | ".join(self._cell(layer, argument, aspect) for aspect in ASPECTS)
            lines.append(f"| {layer if not argument else ''} | {argument or '(all)'} | {cells} |")
        lines += ["", "Arguments that are not drawn:", ""]
        lines += [f"* `{name}`: {why}" for name, why in sorted(NOT_DRAWN.items())]
        lines += [f"* `{name}` of {layer}: {why}" for (layer, name), why in sorted(NOT_DRAWN_IN.items())]
        lines += ["", "## What differs, and why", ""]
        lines += [f"* {what}: {why}." for what, why in DIFFERENCES]
        lines += ["", "## Optimizers, losses, metrics ...", ""]
        for family in (*FAMILIES, "optimizers.schedules"):
            counts = self.members.get(family, {})
            names = sorted({*self.descriptions.get(family, {}), *counts})
            lines.append(f"* {family}: " + ", ".join(
                f"{name} {counts[name]}" if name in counts else f"{name} ({NOT_COMPARED.get(name, 'listed cases and unit tests')})" for name in names))
        return "\n".join(lines) + "\n"


def _read(path):
    return json.loads(path.read_text()) if path.exists() else None
