"""What a run of the comparison has covered: layer by argument, and how. Only cases that passed count."""

from parity.described_cases import NOT_DRAWN

ASPECTS = ("forward", "train", "mask", "save", "load")
FAMILIES = ("optimizers", "losses", "metrics", "regularizers", "constraints")


class Coverage:
    """counts[layer][argument][aspect]; the argument "" stands for the layer with its defaults."""

    def __init__(self):
        self.counts, self.members = {}, {}

    def add(self, case, kind):
        aspects = ["forward"]
        if case.compile:
            aspects += ["train", "save"]
        if kind in ("files", "described-files"):
            aspects.append("load")
        if case.x == "padded" or any(name == "Masking" or arguments.get("mask_zero") for name, arguments in case.layers):
            aspects.append("mask")
        for name, arguments in case.layers:
            for argument in ("", *arguments):
                cell = self.counts.setdefault(name, {}).setdefault(argument, dict.fromkeys(ASPECTS, 0))
                for aspect in aspects:
                    cell[aspect] += 1
            self._nested(arguments)
        if case.compile:
            self._nested(case.compile)

    def _nested(self, config):
        """Counts every serialised object inside."""
        if isinstance(config, dict):
            if "class_name" in config:
                key = (config["module"].split(".")[1], config["class_name"])
                self.members[key] = self.members.get(key, 0) + 1
            for value in config.values():
                self._nested(value)
        elif isinstance(config, list):
            for value in config:
                self._nested(value)

    def table(self, descriptions, cases, failed, seed):
        lines = ["# What was compared with Keras", "",
                 f"Written by `scripts/compare-with-keras --cases {cases} --seed {seed} --coverage`: random models over everything that the",
                 f"library describes, {cases} cases, {failed} mismatches. A number says in how many cases that passed a layer had this argument",
                 "away from being left out, and whether the case compared the outputs (forward), three epochs of training with evaluation",
                 "and weights (train), series with masked steps (mask), our file in Keras (save) and Keras' file here (load).", "",
                 "| layer | argument | " + " | ".join(ASPECTS) + " |", "|---|---|" + "---|" * len(ASPECTS)]
        for layer, arguments in sorted(descriptions["layers"].items()):
            for argument in ("", *arguments):
                if argument in NOT_DRAWN:
                    continue
                cell = self.counts.get(layer, {}).get(argument, {})
                lines.append(f"| {layer} | {argument or '(all)'} | " + " | ".join(str(cell.get(aspect, 0) or "-") for aspect in ASPECTS) + " |")
        lines += ["", "Arguments that are not drawn: " + "; ".join(f"`{name}`: {why}" for name, why in sorted(NOT_DRAWN.items())) + ".", ""]
        for family in FAMILIES:
            counts = ", ".join(f"{name} {self.members.get((family, name), 0) or '-'}" for name in sorted(descriptions[family]))
            lines.append(f"* {family}: {counts}")
        return "\n".join(lines) + "\n"
