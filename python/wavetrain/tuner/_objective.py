"""What a search makes small or large."""

from .. import _core


class Objective:
    """A name in the logs of ``fit`` and the direction, "min" or "max"."""

    def __init__(self, name, direction):
        if direction not in ("min", "max"):
            raise ValueError(f"`direction` should be 'min' or 'max'. Received: direction={direction!r}")
        self.name, self.direction = name, direction

    def best(self, values):
        return min(values) if self.direction == "min" else max(values)

    def cost(self, value):
        """Smaller is better."""
        return float(value) if self.direction == "min" else -float(value)

    def __eq__(self, other):
        return isinstance(other, Objective) and (self.name, self.direction) == (other.name, other.direction)

    def __hash__(self):
        return hash((self.name, self.direction))

    def __str__(self):
        return f'Objective(name="{self.name}", direction="{self.direction}")'

    __repr__ = __str__


def objective_of(given):
    if given is None:
        return Objective("default_objective", "min")
    if isinstance(given, Objective):
        return given
    if isinstance(given, (list, tuple)):
        raise NotImplementedError("A search has one objective here. Return their sum from `run_trial`, or from a metric of your own. "
                                  f"Received: objective={given}")
    if not isinstance(given, str):
        raise TypeError(f"`objective` not understood, expected str or `Objective` object, found: {given}")
    name = given[4:] if given.startswith("val_") else given
    if name == "loss" or name.endswith("_loss"):
        return Objective(given, "min")
    try:
        direction = {"up": "max", "down": "min"}[_core.Metric(name).direction]
    except (KeyError, ValueError):
        raise ValueError(f'Could not infer optimization direction ("min" or "max") for unknown metric "{given}". Please specify the '
                         f'objective as `Objective("{given}", direction="min")`.') from None
    return Objective(given, direction)
