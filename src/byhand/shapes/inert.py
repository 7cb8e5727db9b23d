"""Values of Keras that change no shape: initializers, losses, callbacks and the like.

Each is an object of a class with Keras's name and Keras's arguments, which remembers
what it was made with and does nothing.
"""

from __future__ import annotations

from byhand.shapes.errors import ShapeError, UnsupportedError
from byhand.shapes.values import shown
from byhand.shapes.variables import NO_NUMBERS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Any, ClassVar

# Names of today for spellings of Keras 1 and 2.
SPELLINGS = {
    "lr": "learning_rate",
    "decay": "learning_rate=keras.optimizers.schedules.ExponentialDecay(...)",
    "epsilon_": "epsilon",
    "l": "l2",
    "m": "max_value",
    "scale": "stddev",
    "period": "save_freq",
    "epoch": "save_freq",
}


class Inert:
    """A value of Keras that changes no shape.

    Its arguments become attributes. A reader's own class may extend it as it extends
    Keras's, with an `__init__` and methods of its own.
    """

    # The names of Keras's arguments; a name with "!" must be given, and "**" takes any.
    takes: ClassVar[tuple[str, ...]] = ()
    name: Any = None

    def __init__(self, *given: Any, **named: Any) -> None:
        kind: Any = next(c for c in type(self).__mro__ if "takes" in c.__dict__)
        for key, value in bound(kind.__name__, kind.takes, given, named).items():
            setattr(self, key, value)

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that it was made with."""
        return {key: value for key, value in vars(self).items() if key[0] != "_"}

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Any:
        """Return an object made with the arguments that `get_config` gives."""
        return cls(**config)

    def __call__(self, *given: Any, **named: Any) -> Any:
        """Refuse to compute.

        Raises
        ------
        UnsupportedError
            Always.
        """
        raise UnsupportedError(
            f"{NO_NUMBERS}, so {type(self).__name__} computes nothing: leave the line "
            "out, or use Keras"
        )

    def __repr__(self) -> str:
        parts = [f"{key}={shown(value)}" for key, value in self.get_config().items()]
        return f"{type(self).__name__}({', '.join(parts)})"


def bound(
    kind: str, takes: Iterable[str], given: Iterable[Any], named: Mapping[str, Any]
) -> dict[str, Any]:
    """Return arguments under their names, as a call in Python would bind them.

    Parameters
    ----------
    kind : str
        What is called, for messages.
    takes : iterable of str
        Names of the arguments, in order; "!" behind one that must be given, "**" in
        front of one that stands for any others, "*" in front of one for any by
        position.
    given, named : iterable and mapping
        The arguments.

    Raises
    ------
    TypeError
        If an argument is unknown, with the nearest name, or one is missing.
    """
    names = [name.rstrip("!") for name in takes if not name.startswith("*")]
    needed = [name[:-1] for name in takes if name.endswith("!")]
    stars = [name for name in takes if name.startswith("*")]
    given = list(given)
    anything = any(not name.startswith("**") for name in stars)
    if len(given) > len(names) and not anything:
        raise TypeError(
            f"{kind} takes at most {len(names)} arguments by position, got {len(given)}"
        )
    values = dict(zip(names, given, strict=False))
    for name, value in named.items():
        if name in values:
            raise TypeError(f"{kind} got {name!r} twice: by position and by name")
        if name not in names and not (anything and name in ("name", "dtype")):
            raise TypeError(_unknown(kind, name, names))
        values[name] = value
    for name in needed:
        if name not in values:
            raise TypeError(f"{kind} needs {name!r}: {kind}({name}=...)")
    return values


def _unknown(kind: str, name: str, names: list[str]) -> str:
    """Return the words for an argument that Keras does not have."""
    from difflib import get_close_matches

    today = SPELLINGS.get(name)
    if today and today.partition("=")[0] in names:
        return f"{kind} has no argument {name!r}; write {today}"
    near = get_close_matches(name, names, n=1, cutoff=0.5)
    hint = f"; did you mean {near[0]!r}?" if near else ""
    return f"{kind} has no argument {name!r}{hint}"


def classes(
    module: str, described: Mapping[str, str], base: type[Inert] = Inert
) -> dict[str, Any]:
    """Return a class for each name.

    Parameters
    ----------
    module : str
        The module that they stand in.
    described : mapping of str to str
        Under each name its arguments, as `bound` takes them, with spaces between.
    base : type
        What they extend; itself where its name is among the names.
    """
    made: dict[str, Any] = {}
    for name, takes in described.items():
        doc = f"Keras's {name}, which changes no shape."
        inside = {"takes": tuple(takes.split()), "__module__": module, "__doc__": doc}
        made[name] = type(name, (base,), inside)
    return made


def refusing(module: str, names: Iterable[str], advice: str) -> dict[str, Any]:
    """Return a function for each name that says what to do instead.

    Parameters
    ----------
    module : str
        The module that they stand in.
    names : iterable of str
        Keras's functions that need numbers or files.
    advice : str
        What to do instead.
    """
    return {name: refusal(module, name, advice) for name in names}


def refusal(module: str, name: str, advice: str) -> Any:
    """Return a function, or a method, that says what to do instead of calling it.

    Parameters
    ----------
    module : str
        The module that it stands in.
    name : str
        Keras's name of it.
    advice : str
        What to do instead.
    """

    def refuse(*given: Any, **named: Any) -> Any:
        raise UnsupportedError(f"{NO_NUMBERS}, so {name} does nothing: {advice}")

    refuse.__name__ = refuse.__qualname__ = name
    refuse.__module__ = module
    refuse.__doc__ = f"Refuse: {advice}."
    return refuse


def lookup(module: str, kinds: Mapping[str, Any], known: Iterable[str]) -> Any:
    """Return Keras's `get` for a module: from a name, a dictionary or an object.

    Parameters
    ----------
    module : str
        The module that it stands in.
    kinds : mapping of str to type
        The classes of the module.
    known : iterable of str
        The strings that Keras takes.
    """
    names = list(known)

    def get(identifier: Any) -> Any:
        if identifier is None or callable(identifier) or isinstance(identifier, Inert):
            return identifier() if identifier in kinds.values() else identifier
        if isinstance(identifier, dict):
            made = get(identifier.get("class_name"))
            vars(made).update(identifier.get("config") or {})
            return made
        for name in (identifier, *(n for n in kinds if _same(n, identifier))):
            if name in kinds:
                return kinds[name]()
        if identifier in names:
            return identifier
        from difflib import get_close_matches

        near = get_close_matches(str(identifier), names, n=1, cutoff=0.5)
        hint = f"; did you mean {near[0]!r}?" if near else ""
        raise ShapeError(f"{shown(identifier)} is not known{hint}")

    get.__module__ = module
    get.__doc__ = "Return an object for a name, a dictionary, or an object itself."
    return get


def _same(name: str, other: Any) -> bool:
    """Return whether two names differ in capitals and underscores alone."""
    return name.lower().replace("_", "") == str(other).lower().replace("_", "")


def serialize(value: Any) -> dict[str, Any]:
    """Return an object as a dictionary with its class and its arguments."""
    config = value.get_config() if hasattr(value, "get_config") else {}
    return {"class_name": type(value).__name__, "config": config}
