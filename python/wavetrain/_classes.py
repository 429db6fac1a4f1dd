"""Keras' classes, made from the descriptions that the library has of its own.

A description lists a class's arguments in Keras' positional order with their defaults; names, signatures, defaults and
docstrings of everything in ``wavetrain.keras`` come from there.
"""

import inspect
import re

from . import _core

#: The last arguments of every layer; Keras takes them by keyword only.
LAYER_FIELDS = ("name", "trainable", "dtype", "input_shape")


#: Arguments that the library takes as empty when they are not given, where that cannot work.
_NEVER_EMPTY = ("filepath", "filename", "boundaries", "values", "backup_dir")


class Field:
    """One argument."""

    __slots__ = ("name", "type", "required", "default", "stored", "aliases", "needed")

    def __init__(self, name, type, required, default, aliases):
        required = required or (default in ("", []) and name in _NEVER_EMPTY)
        self.name = name
        self.type = type
        self.required = required
        self.stored = default  # as a configuration holds it
        self.default = inspect.Parameter.empty if required else as_argument(default, type, name)
        self.aliases = aliases
        self.needed = False  # although the signature has a default


def as_argument(value, type, name=""):
    """A setting as one would write it in a call: ``"zeros"`` for a serialized initializer, a tuple for a list."""
    if isinstance(value, dict) and "class_name" in value:
        return snake_case(value["class_name"])
    if type.startswith("int or 1-tuple") and isinstance(value, list) and len(value) == 1:
        return value[0]
    if isinstance(value, list):
        return tuple(as_argument(item, "") for item in value)
    if name == "name" and value == "":
        return None
    if name == "dtype" and value == "float32":
        return None
    if type.startswith("activation") and value == "linear":
        return None
    return value


def snake_case(name):
    """Keras' automatic name of a class."""
    name = re.sub(r"(.)([A-Z][a-z0-9]+)", r"\1_\2", name)
    return re.sub(r"([a-z])([A-Z])", r"\1_\2", name).lower()


_descriptions = {}


def fields_of(family, class_name):
    """The fields of a class, or None when there is no such class."""
    key = family, class_name
    if key not in _descriptions:
        found = _core.describe(family, class_name)
        _descriptions[key] = None if found is None else tuple(Field(*field) for field in found["fields"])
    return _descriptions[key]


def signature(fields, keyword_fields=(), variadic=False):
    parameters = []
    for field in fields:
        if field.name not in keyword_fields:
            parameters.append(
                inspect.Parameter(field.name, inspect.Parameter.POSITIONAL_OR_KEYWORD, default=field.default))
    if variadic:
        parameters.append(inspect.Parameter("kwargs", inspect.Parameter.VAR_KEYWORD))
    return inspect.Signature(parameters)


def docstring(family, class_name, fields, text):
    lines = [f"{text}\n\nArguments:"]
    for field in fields:
        default = "required" if field.required else f"default {field.default!r}"
        lines.append(f"    {field.name}: {field.type}, {default}.")
    return "\n".join(lines) + "\n"


def bind(class_name, positional, args, kwargs):
    """Arguments by name, for what a call has given; TypeError as Python's own calls have it."""
    if len(args) > len(positional):
        raise TypeError(f"{class_name}.__init__() takes from 1 to {len(positional) + 1} positional arguments but "
                        f"{len(args) + 1} were given")
    given = dict(zip((field.name for field in positional), args))
    for name, value in kwargs.items():
        if name in given:
            raise TypeError(f"{class_name}.__init__() got multiple values for argument '{name}'")
        given[name] = value
    missing = [field.name for field in positional if field.required and field.name not in given]
    if missing:
        names = " and ".join(f"'{name}'" for name in missing)
        plural = "s" if len(missing) > 1 else ""
        raise TypeError(f"{class_name}.__init__() missing {len(missing)} required positional argument{plural}: {names}")
    return given


class Described:
    """Base of the classes made here. ``_family`` and ``_description`` (the class name) are set by `make_class`."""

    _family = None
    _description = None
    _fields = ()
    #: Fields that Keras takes by keyword only.
    _keyword_fields = ()
    #: (field, {argument: default}): arguments without a field, in the signature behind that field.
    _unused = None
    #: {argument: default} that Keras writes in another way and that means the same.
    _shown = {}
    #: Names of fields in the order of Keras' signature, behind all others.
    _order = ()
    #: Whether unknown keyword arguments are passed on, for the library to judge.
    _variadic = False
    #: Where a class comes from that Keras does not have.
    _own_module = None

    @classmethod
    def _bind(cls, args, kwargs):
        positional = [field for field in cls._fields if field.name not in cls._keyword_fields]
        given = bind(cls.__name__, positional, args, kwargs)
        if not cls._variadic:
            known = {field.name for field in cls._fields}
            for name in given:
                if name not in known:
                    raise TypeError(f"{cls.__name__}.__init__() got an unexpected keyword argument '{name}'")
        return {name: value for name, value in given.items()
                if not (name in cls._shown and isinstance(value, (str, type(None))) and value == cls._shown[name])}

    def _serialized(self):
        """Module, class and settings, as Keras stores them."""
        name = self._description or type(self).__name__
        return {
            "module": self._own_module or _module_of(self._family),
            "class_name": name,
            "config": self.get_config(),
            "registered_name": f"{self._own_module.split('.')[0]}>{name}" if self._own_module else None,
        }

    def __wavetrain_config__(self):
        return self._serialized()

    @classmethod
    def from_config(cls, config):
        return cls(**config)

    # Copies and pickles of what the library holds: made anew from its settings. A class of one's own is copied as Python does.

    def _state(self):
        """What its settings do not say and a copy has too, for `_restore`."""
        return None

    def _restore(self, state):
        pass

    def __reduce_ex__(self, protocol):
        if self._description is None:
            return super().__reduce_ex__(protocol)
        return _rebuild, (type(self), self.get_config(), self._state())

    def __deepcopy__(self, memo):
        import copy

        if self._description is not None:
            return _rebuild(type(self), self.get_config(), self._state())
        result = type(self).__new__(type(self))
        memo[id(self)] = result
        for name, value in vars(self).items():
            result.__dict__[name] = copy.deepcopy(value, memo)
        return result


def _rebuild(cls, config, state):
    result = cls.from_config(config)
    if state is not None:
        result._restore(state)
    return result


def _module_of(family):
    return "keras.optimizers.schedules" if family == "schedules" else f"keras.{family}"


def _own_module(family, class_name):
    found = _core.describe(family, class_name)
    return None if found is None or found["module"].split(".")[0] == "keras" else found["module"]


def _with_unused(fields, unused):
    if not unused:
        return fields
    behind, arguments = unused
    have = {field.name for field in fields}
    result = []
    for field in fields:
        result.append(field)
        if field.name == behind:
            for name, default in arguments.items():
                if name not in have:
                    result.append(Field(name, "accepted with its default only", False, default, ()))
    return tuple(result)


def _shown(field, shown):
    if field.name not in shown:
        return field
    result = Field(field.name, field.type, False, field.stored, field.aliases)
    result.default = shown[field.name]
    result.required = result.default is inspect.Parameter.empty
    result.needed = field.required and not result.required
    return result


def make_class(family, class_name, base, module, text, **attributes):
    """A class of ``family`` as a subclass of ``base``, or None when the library has no such class."""
    fields = fields_of(family, class_name)
    if fields is None:
        return None
    fields = _with_unused(tuple(_shown(field, base._shown) for field in fields), base._unused)
    fields = tuple(sorted(fields, key=lambda field: base._order.index(field.name) + 1 if field.name in base._order else 0))
    keyword_fields = base._keyword_fields
    cls = type(base)(class_name, (base,), {
        "_family": family,
        "_description": class_name,
        "_fields": fields,
        "__module__": module,
        "__qualname__": class_name,
        "__doc__": docstring(family, class_name, fields, text),
        "__signature__": signature(fields, keyword_fields, base._variadic),
        "_own_module": _own_module(family, class_name),
        **attributes,
    })
    return cls


class Family:
    """The classes of a family, for a module's ``__getattr__``."""

    def __init__(self, family, base, module, text, aliases=None, special=None):
        self.family, self.base, self.module, self.text = family, base, module, text
        self.aliases = aliases or {}
        self.special = special or (lambda name: None)
        self.classes = {}

    def names(self):
        return set(_core.class_names(self.family)) | set(self.aliases)

    def get(self, name):
        """The class called ``name`` or None."""
        name = self.aliases.get(name, name)
        if name not in self.classes:
            found = make_class(self.family, name, self.special(name) or self.base, self.module,
                               self.text.format(name=name))
            if found is None:
                return None
            self.classes[name] = found
        return self.classes[name]
