"""Hyper-parameters: what a function that builds a model asks for, and the values that it gets."""

import contextlib
import copy

from .. import _core


class _Entry:
    """One parameter as it was asked for: its settings for the engine, and the conditions under which it counts."""

    def __init__(self, key, name, settings, default, conditions):
        self.key, self.name, self.settings, self.default, self.conditions = key, name, settings, default, conditions


class HyperParameters:
    """keras_tuner.HyperParameters: values by name, and the space that they come from.

    A name that is asked for the first time is entered in the space with its default.
    """

    def __init__(self):
        self.values = {}
        self._entries = []
        self._conditions = []
        self._name_scopes = []
        self._unmet = []  # conditions that were not met, for the search to meet once

    # --- What a build function calls ----------------------------------------------------------------------------------

    def Choice(self, name, values, ordered=None, default=None, parent_name=None, parent_values=None):
        values = list(values)
        if not values:
            raise ValueError("`values` must be provided for `Choice`.")
        if len({type(value) for value in values if value is not None}) > 1:
            raise TypeError(f"A `Choice` can contain only one type of value, found values: {values}")
        if default is not None and default not in values:
            raise ValueError(f"The default value should be one of the choices. You passed: values={values}, default={default}")
        settings = {"type": "choice", "values": values}
        if ordered is not None:
            if ordered and isinstance(values[0], str):
                raise ValueError("`ordered` must be `False` for `Choice` with string values.")
            settings["ordered"] = bool(ordered)
        first = None if None in values else values[0]
        return self._ask(name, settings, first if default is None else default, parent_name, parent_values)

    def Int(self, name, min_value, max_value, step=None, sampling="linear", default=None, parent_name=None, parent_values=None):
        for argument, value in (("min_value", min_value), ("max_value", max_value)):
            if int(value) != value:
                raise ValueError(f"`{argument}` must be an int. Received: {argument}={value}")
        return self._number("int", int, name, min_value, max_value, step, sampling, default, parent_name, parent_values)

    def Float(self, name, min_value, max_value, step=None, sampling="linear", default=None, parent_name=None, parent_values=None):
        return self._number("float", float, name, min_value, max_value, step, sampling, default, parent_name, parent_values)

    def Boolean(self, name, default=False, parent_name=None, parent_values=None):
        if not isinstance(default, bool):
            raise ValueError(f"`default` must be a Python boolean. Received: default={default!r}")
        return self._ask(name, {"type": "boolean"}, default, parent_name, parent_values)

    def Fixed(self, name, value, parent_name=None, parent_values=None):
        return self._ask(name, {"type": "choice", "values": [value]}, value, parent_name, parent_values)

    @contextlib.contextmanager
    def name_scope(self, name):
        """Names that are asked for inside begin with ``name/``."""
        self._name_scopes.append(name)
        try:
            yield
        finally:
            self._name_scopes.pop()

    @contextlib.contextmanager
    def conditional_scope(self, parent_name, parent_values):
        """What is asked for inside counts only while the parent has one of these values, and is None otherwise."""
        parent = self._full(parent_name)
        if not any(entry.name == parent for entry in self._entries):
            raise ValueError(f"`HyperParameter` named: {parent} not defined.")
        values = list(parent_values) if isinstance(parent_values, (list, tuple)) else [parent_values]
        self._conditions.append((parent, values))
        if not self._met(self._conditions):
            self._unmet.append(list(self._conditions))
        try:
            yield
        finally:
            self._conditions.pop()

    def get(self, name):
        """The value of a parameter that counts."""
        name = self._full(name)
        if name in self.values:
            return self.values[name]
        if any(entry.name == name for entry in self._entries):
            raise ValueError(f"{name} is currently inactive.")
        raise KeyError(f"{name} does not exist.")

    __getitem__ = get

    def __contains__(self, name):
        return self._full(name) in self.values

    def is_active(self, name):
        return any(self._met(entry.conditions) for entry in self._entries if entry.name == name)

    def copy(self):
        return copy.deepcopy(self)

    def get_config(self):
        return {"space": self.space(), "values": dict(self.values)}

    # --- For the search -----------------------------------------------------------------------------------------------

    def space(self):
        """The settings that the engine takes."""
        result = {}
        for entry in self._entries:
            settings = dict(entry.settings)
            if entry.conditions:
                settings["parent"], settings["parent_values"] = entry.conditions[-1]
            result[entry.key] = settings
        return result

    def at(self, values, forced=None):
        """A copy with the engine's values, or with the defaults where it gives none; `forced` values go by name."""
        result = self.copy()
        result.values, result._unmet = {}, []
        for entry in result._entries:  # parents come before what depends on them
            if result._met(entry.conditions):
                result.values[entry.name] = (forced or {}).get(entry.name, values.get(entry.key, entry.default))
        return result

    def _number(self, kind, number, name, min_value, max_value, step, sampling, default, parent_name, parent_values):
        settings = {"type": kind, "min": number(min_value), "max": number(max_value), "sampling": (sampling or "linear").lower()}
        if step is not None:
            settings["step"] = step
        value = number(min_value if default is None else default)
        if not min_value <= value <= max_value:
            raise ValueError(f"`default` must lie between min_value and max_value. Received: {name}, default={default}")
        return self._ask(name, settings, value, parent_name, parent_values)

    def _ask(self, name, settings, default, parent_name, parent_values):
        if parent_name is not None:
            with self.conditional_scope(parent_name, parent_values):
                return self._ask(name, settings, default, None, None)
        name = self._full(name)
        for entry in self._entries:
            if entry.name == name and entry.conditions == self._conditions:
                break
        else:
            _core.check_search_space({name: settings})
            key = name if all(entry.key != name for entry in self._entries) else f"{name} {self._conditions}"
            entry = _Entry(key, name, settings, default, list(self._conditions))
            self._entries.append(entry)
        if not self._met(entry.conditions):
            return None
        return self.values.setdefault(name, entry.default)

    def _full(self, name):
        return "/".join([*self._name_scopes, name])

    def _met(self, conditions):
        return all(parent in self.values and self.values[parent] in values for parent, values in conditions)


def explore(build, hp=None):
    """The whole space of a function: it is called until every condition that it has was met once."""
    hp = hp or HyperParameters()
    tried = []
    build(hp)
    while True:
        unmet = [conditions for conditions in hp._unmet if conditions not in tried]
        if not unmet:
            return hp
        tried.append(unmet[0])
        met = hp.at({}, dict((parent, values[0]) for parent, values in unmet[0]))
        build(met)
        hp._entries = met._entries
        hp._unmet += met._unmet
