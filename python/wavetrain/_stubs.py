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


def parameters_stub(function, fields, first=()):
    parts = list(first)
    keyword_only = False
    for parameter in inspect.signature(function).parameters.values():
        if first and parameter.name == "self":
            continue
        if parameter.kind == inspect.Parameter.VAR_KEYWORD:
            parts.append(f"**{parameter.name}: Any")
            continue
        if parameter.kind == inspect.Parameter.VAR_POSITIONAL:
            parts.append(f"*{parameter.name}: Any")
            keyword_only = True
            continue
        if parameter.kind == inspect.Parameter.KEYWORD_ONLY and not keyword_only:
            parts.append("*")
            keyword_only = True
        kind = annotation(fields[parameter.name].type) if parameter.name in fields else "Any"
        default = parameter.default
        if default is inspect.Parameter.empty:
            parts.append(f"{parameter.name}: {kind}")
            continue
        if default is None and kind != "Any" and "None" not in kind:
            kind += " | None"
        plain = isinstance(default, (bool, int, float, str, tuple, type(None)))
        parts.append(f"{parameter.name}: {kind} = {repr(default) if plain else '...'}")
    return ", ".join(parts)


def class_stub(name, cls, base):
    fields = {field.name: field for field in getattr(cls, "_fields", ())}
    head = f"class {name}({base}):" if base and name != base else f"class {name}:"
    return [head, f"    def __init__({parameters_stub(cls, fields, ('self',))}) -> None: ..."]


def methods_stub(cls):
    lines = []
    for name, value in sorted(vars(cls).items()):
        if name.startswith("_") and name != "__call__":
            continue
        if isinstance(value, property):
            lines += ["    @property", f"    def {name}(self) -> Any: ..."]
            if value.fset:
                lines += [f"    @{name}.setter", f"    def {name}(self, value: Any) -> None: ..."]
        elif isinstance(value, classmethod):
            lines += ["    @classmethod", f"    def {name}({parameters_stub(getattr(cls, name), {}, ('cls',))}) -> Any: ..."]
        elif inspect.isfunction(value):
            lines.append(f"    def {name}({parameters_stub(value, {}, ('self',))}) -> Any: ...")
        elif type(value).__name__ == "nb_method":
            lines.append("    " + " ".join(value.__nb_signature__[0][0].split()) + ": ...")
    return lines


def stub(module_name, base_name):
    """The stub of a module of `keras` whose classes are made at run time."""
    import importlib

    module = importlib.import_module("wavetrain.keras." + module_name.replace("/", "."))
    lines = ["# Written by wavetrain._stubs.", "from typing import Any, Callable", ""]
    base = getattr(module, base_name)
    lines += class_stub(base_name, base, None) + methods_stub(base) + [""]
    aliases = []
    for name in dir(module):
        value = getattr(module, name)
        if name.startswith("_") or name == base_name:
            continue
        if inspect.ismodule(value):
            if value.__name__ == f"{module.__name__}.{name}":
                aliases.append(f"from . import {name} as {name}")
        elif inspect.isclass(value):
            if value.__name__ != name:
                aliases.append(f"{name} = {value.__name__}")
            else:
                lines += class_stub(name, value, base_name if issubclass(value, base) else None)
                if not getattr(value, "_description", None):
                    lines += methods_stub(value)
                lines.append("")
        elif callable(value):
            lines += [f"def {name}({parameters_stub(value, {})}) -> Any: ...", ""]
    return "\n".join(lines + aliases) + "\n"


def package_stub():
    """The stub of `wavetrain` itself."""
    import wavetrain

    lines = ["# Written by wavetrain._stubs.", "from typing import Any", ""]
    functions = []
    for name in dir(wavetrain):
        if name in wavetrain._MODULES:
            lines.append(f"from . import {name} as {name}")
            continue
        value = getattr(wavetrain, name)
        if inspect.isclass(value) and value.__base__.__module__ == "wavetrain._core":
            functions += class_stub(name, value, None) + methods_stub(value) + methods_stub(value.__base__)
        elif inspect.isfunction(value):
            functions.append(f"def {name}({parameters_stub(value, {})}) -> Any: ...")
        else:
            functions.append(f"{name}: Any")
    return "\n".join([*lines, "", "__version__: str", *functions]) + "\n"


def keras_stub():
    """The stub of `wavetrain.keras`."""
    from wavetrain import keras

    lines = ["# Written by wavetrain._stubs.", "from typing import Callable", ""]
    lines += [f"from . import {name} as {name}" for name in keras._MODULES]
    lines += [f"from .{module} import {name} as {name}" for name, module in sorted(keras._FROM.items())]
    return "\n".join([*lines, "", "__version__: str", "version: Callable[[], str]"]) + "\n"


def main(folder):
    folder = pathlib.Path(folder)
    (folder / "keras").mkdir(parents=True, exist_ok=True)
    (folder / "__init__.pyi").write_text(package_stub())
    (folder / "keras" / "__init__.pyi").write_text(keras_stub())
    for module, base in _MODULES.items():
        place = folder / "keras" / (f"{module}/__init__.pyi" if module == "optimizers" else f"{module}.pyi")
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(stub(module, base))


if __name__ == "__main__":
    main(sys.argv[1])
