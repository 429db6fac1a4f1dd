"""Writes type stubs for what is made at run time: ``python -m wavetrain._stubs FOLDER``."""

import inspect
import pathlib
import sys

_TYPES = {"int": "int", "float": "float", "bool": "bool", "str": "str", "tuple": "tuple[int | None, ...]", "None": "None"}
_MODULES = {"layers": "Layer", "losses": "Loss", "metrics": "Metric", "optimizers": "Optimizer",
            "optimizers/schedules": "LearningRateSchedule", "initializers": "Initializer", "regularizers": "Regularizer",
            "constraints": "Constraint", "callbacks": "Callback"}


def annotation(kind):
    """A description's type as Python writes it; anything unknown is Any."""
    parts = []
    for part in kind.split(" or "):
        if part not in _TYPES:
            return "Any"
        parts.append(_TYPES[part])
    return " | ".join(parts)


def class_stub(name, cls, base):
    lines = [f"class {name}({base}):" if base and name != base else f"class {name}:"]
    fields = {field.name: field for field in getattr(cls, "_fields", ())}
    parameters = ["self"]
    for parameter in inspect.signature(cls).parameters.values():
        if parameter.kind == inspect.Parameter.VAR_KEYWORD:
            parameters.append("**kwargs: Any")
        elif parameter.kind == inspect.Parameter.VAR_POSITIONAL:
            parameters.append("*args: Any")
        else:
            kind = annotation(fields[parameter.name].type) if parameter.name in fields else "Any"
            if parameter.default is None and kind != "Any" and "None" not in kind:
                kind += " | None"
            required = parameter.default is inspect.Parameter.empty
            parameters.append(f"{parameter.name}: {kind}" + ("" if required else f" = {parameter.default!r}"))
    lines.append(f"    def __init__({', '.join(parameters)}) -> None: ...")
    return lines


def methods_stub(cls):
    lines = []
    for name, value in sorted(vars(cls).items()):
        if name.startswith("_") and name != "__call__":
            continue
        if isinstance(value, property):
            lines += ["    @property", f"    def {name}(self) -> Any: ..."]
        elif inspect.isfunction(value):
            lines.append(f"    def {name}(self, *args: Any, **kwargs: Any) -> Any: ...")
    return lines


def stub(module_name, base_name):
    import importlib

    module = importlib.import_module("wavetrain.keras." + module_name.replace("/", "."))
    lines = ["# Written by wavetrain._stubs.", "from typing import Any, Callable", ""]
    base = getattr(module, base_name)
    lines += class_stub(base_name, base, None) + methods_stub(base) + [""]
    for name in dir(module):
        value = getattr(module, name)
        if name.startswith("_") or name == base_name or inspect.ismodule(value):
            continue
        if inspect.isclass(value):
            if value.__name__ != name:
                lines += [f"{name} = {value.__name__}", ""]
            else:
                lines += class_stub(name, value, base_name if issubclass(value, base) else None) + [""]
        elif callable(value):
            lines += [f"def {name}(*args: Any, **kwargs: Any) -> Any: ...", ""]
    # Aliases behind what they stand for.
    plain = [line for line in lines if " = " not in line or line.startswith((" ", "def", "class"))]
    aliases = [line for line in lines if line not in plain]
    return "\n".join(plain + aliases) + "\n"


def main(folder):
    for module, base in _MODULES.items():
        place = pathlib.Path(folder) / "keras" / (f"{module}/__init__.pyi" if module == "optimizers" else f"{module}.pyi")
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(stub(module, base))


if __name__ == "__main__":
    main(sys.argv[1])
