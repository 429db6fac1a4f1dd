"""Modules whose names come into being when they are first asked for."""

import importlib
import sys


def attach(module_name, *, submodules=(), make=None, names=None):
    """Returns ``__getattr__`` and ``__dir__`` for a module.

    ``make(name)`` returns the object called ``name`` or None; what it returns is kept in the module. ``names()`` lists
    what it can make.
    """
    module = sys.modules[module_name]

    def public():
        known = {name for name in vars(module) if not name.startswith("_")} - vars(module).get("_hidden", frozenset())
        return sorted(known | set(submodules) | set(names() if names else ()))

    def __getattr__(name):
        if name == "__all__":
            return public()
        if name in submodules:
            return importlib.import_module(f"{module_name}.{name}")
        if name.startswith("_"):
            raise AttributeError(f"module '{module_name}' has no attribute '{name}'")
        value = make(name) if make else None
        if value is None:
            raise AttributeError(_message(module_name, name, public()))
        setattr(module, name, value)
        return value

    return __getattr__, public


def _message(module_name, name, offered):
    import difflib

    text = f"module '{module_name}' has no attribute '{name}'."
    near = difflib.get_close_matches(name, offered, 1)
    if near:
        text += f" Did you mean '{near[0]}'?"
    return f"{text} It offers: {', '.join(offered)}."
