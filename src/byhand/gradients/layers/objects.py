"""Numbers inside an object: found, read and replaced under the path to them.

A path is a tuple of keys. A string is an attribute of an object or a key of a
dictionary; anything else is an index, or a key of another kind. So the path
``("layers", 1, "W")`` stands for ``layers[1].W`` and for ``layers[1]["W"]``.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Hashable, Iterator, Mapping, MutableMapping
from functools import partial
from types import BuiltinFunctionType, FunctionType, MethodType, ModuleType
from typing import Any

import numpy as np

from byhand.gradients import frameworks
from byhand.gradients.nested import Array, Path, visible

MISSING = object()
"""What stands at the end of a path that leads nowhere."""

CONTAINERS = (Mapping, list, tuple, deque, np.ndarray)

# Insides of these are no part of a layer.
CLOSED = (type, ModuleType, FunctionType, BuiltinFunctionType, str, bytes, np.generic)
CLOSED_PACKAGES = frozenset(
    {
        "jax",
        "jaxlib",
        "keras",
        "logging",
        "numpy",
        "pathlib",
        "random",
        "re",
        "tensorflow",
        "threading",
        "torch",
    }
)

# Methods and properties by which an object lists parameters, or their gradients.
LISTINGS = (
    "parameters",
    "params",
    "weights",
    "trainable_weights",
    "get_parameters",
    "get_params",
    "getParameters",
    "gradients",
    "grads",
    "get_gradients",
    "get_grads",
    "getGradParameters",
)

KEY = re.compile(
    r"""
    \.?([^\W\d]\w*)      # an attribute, or a key of a dictionary
    | \[(\d+)\]          # an index
    | \['([^']*)'\]      # a key in quotes
    | \["([^"]*)"\]
    """,
    re.VERBOSE,
)


def numbers(value: Any) -> Array | None:
    """Return the numbers that a value holds as an array; None if it holds none.

    Parameters
    ----------
    value : object
        An array, a tensor, a number, or a list or tuple of numbers in any nesting.

    Returns
    -------
    ndarray or None
        Of any shape, of integers, floating or complex numbers; an array is returned
        as it is.

    Examples
    --------
    >>> numbers([[1.0, 2.0], [3.0, 4.0]]).shape
    (2, 2)
    >>> print(numbers("no number"))
    None
    """
    if isinstance(value, np.ndarray):
        return value if value.dtype.kind in "fciu" else None
    if _is_number(value):
        return np.asarray(value)
    if isinstance(value, list | tuple):
        return _numbers_of_list(value)
    if frameworks.framework(value) is not None and frameworks.is_real(value):
        return frameworks.to_numpy(value)
    return None


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float | complex | np.number) and not isinstance(
        value, bool
    )


def _numbers_of_list(values: list[Any] | tuple[Any, ...]) -> Array | None:
    """Return nested lists of numbers of Python or NumPy as one array."""

    def are_numbers(part: Any) -> bool:
        if isinstance(part, list | tuple):
            return bool(part) and all(map(are_numbers, part))
        return _is_number(part)

    if not are_numbers(values):
        return None
    try:
        array = np.asarray(values)
    except (ValueError, OverflowError):  # rows of different lengths
        return None
    return array if array.dtype.kind in "fciu" else None


def like(value: Any, array: Array) -> Any:
    """Return numbers as the kind of thing that a value is.

    Parameters
    ----------
    value : object
        What `numbers` takes.
    array : ndarray
        Of the shape of its numbers.

    Returns
    -------
    object
        Where an array is asked for, the same memory.

    Examples
    --------
    >>> like(2.0, np.array(3.0)), like((1, 2.0), np.array([4.0, 5.0]))
    (3.0, (4.0, 5.0))
    """
    if isinstance(value, np.ndarray):
        return array if type(value) is np.ndarray else array.view(type(value))
    if isinstance(value, np.generic):
        return array[()]
    if isinstance(value, list | tuple):
        parts = [like(part, array[k]) for k, part in enumerate(value)]
        return type(value)(*parts) if _is_named_tuple(value) else type(value)(parts)
    if frameworks.framework(value) is not None:
        return frameworks.from_numpy(array, value)
    return array.item()


def is_shared(value: Any) -> bool:
    """Return whether numbers that are held in two places change in both."""
    is_tensor = frameworks.framework(value) is not None
    return is_tensor or isinstance(value, np.ndarray | list)


def equal(one: Any, other: Any) -> bool:
    """Return whether two things hold the same numbers."""
    first, second = numbers(one), numbers(other)
    if first is None or second is None or first.shape != second.shape:
        return False
    same = first == second
    if same.all():
        return True
    return bool(np.all(same | ((first != first) & (second != second))))  # NaN


# Members and paths


def members(node: Any, *, listings: bool = False) -> Iterator[tuple[Hashable, Any]]:
    """Yield what an object or a container holds, each under its key.

    Parameters
    ----------
    node : object
        Anything; a number or a string holds nothing.
    listings : bool
        Whether what properties and methods such as ``parameters()`` return is meant,
        too.
    """
    if isinstance(node, Mapping):
        yield from node.items()
    elif _is_named_tuple(node):
        yield from zip(node._fields, node, strict=True)
    elif isinstance(node, list | tuple | deque):
        yield from enumerate(node)
    elif isinstance(node, np.ndarray):
        if node.dtype.kind == "O":
            yield from np.ndenumerate(node)
    elif isinstance(node, MethodType):
        yield "__self__", node.__self__
    elif isinstance(node, partial):
        yield from (
            ("func", node.func),
            ("args", node.args),
            ("keywords", node.keywords),
        )
    elif _is_open(node):
        yield from _attributes(node)
        if listings:
            yield from _listings(node)


def child(node: Any, key: Any) -> Any:
    """Return what stands under a key; `MISSING` if nothing does."""
    try:
        if isinstance(node, Mapping):
            return node.get(key, MISSING)
        if isinstance(key, str) and not isinstance(node, CLOSED):
            value = getattr(node, key)
            is_listing = key in LISTINGS and isinstance(value, MethodType)
            return value() if is_listing else value
        if isinstance(node, list | tuple | deque | np.ndarray):
            return node[key]
    except Exception:  # a property may raise whatever it likes
        return MISSING
    return MISSING


def follow(root: Any, path: Path) -> Any:
    """Return what stands at the end of a path; `MISSING` if it leads nowhere."""
    node = root
    for key in path:
        node = child(node, key)
        if node is MISSING:
            return MISSING
    return node


def put(root: Any, path: Path, value: Any) -> None:
    """Set what stands at the end of a path; a tuple on the way is made anew."""
    owner = follow(root, path[:-1])
    key = path[-1]
    if _is_named_tuple(owner):
        put(root, path[:-1], owner._replace(**{key: value}))
    elif isinstance(owner, tuple):
        parts = [value if k == key else part for k, part in enumerate(owner)]
        put(root, path[:-1], type(owner)(parts))
    elif isinstance(owner, MutableMapping | list | deque | np.ndarray):
        owner[key] = value
    else:
        try:
            setattr(owner, key, value)
        except AttributeError:  # a frozen dataclass
            object.__setattr__(owner, key, value)


def walk(root: Any, *, listings: bool = False) -> dict[Path, Any]:
    """Return everything in an object that holds numbers, by its path.

    Parameters
    ----------
    root : object
        Its attributes (also those of its class), what they hold, and so on. An object
        that is reached twice is looked into once; an array that is reached twice is
        returned under both paths.
    listings : bool
        As of `members`.

    Returns
    -------
    dict
        Shortest paths first: what `numbers` takes, as it stands there.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> inner = SimpleNamespace(W=np.ones((2, 2)))
    >>> net = SimpleNamespace(rate=0.1, layers=[inner])
    >>> list(walk(net))
    [('rate',), ('layers', 0, 'W')]
    """
    found: dict[Path, Any] = {}
    visited = set()
    alive = []  # what properties return, so that no identity is given twice
    queue: deque[tuple[Path, Any, int]] = deque([((), root, id(root))])
    while queue:
        path, node, owner = queue.popleft()
        if path and numbers(node) is not None:
            found[path] = node
            continue
        # Each owner's containers are looked into, even if two owners share one.
        is_container = isinstance(node, CONTAINERS)
        mark = (id(node), owner if is_container else 0)
        if mark in visited:
            continue
        visited.add(mark)
        alive.append(node)
        inside = owner if is_container else id(node)
        for key, part in members(node, listings=listings):
            queue.append(((*path, key), part, inside))
    return found


def owner_of(root: Any, path: Path) -> tuple[Any, int]:
    """Return the innermost object on the way to something, and how deep it lies."""
    owner, depth = root, 0
    node = root
    for k, key in enumerate(path[:-1]):
        node = child(node, key)
        if not isinstance(node, CONTAINERS):
            owner, depth = node, k + 1
    return owner, depth


def label(path: Path) -> str:
    """Return a path as it is written in code.

    Examples
    --------
    >>> label(("layers", 1, "W")), label(("params", "0.kernel"))
    ('layers[1].W', "params['0.kernel']")
    """
    text = ""
    for key in path:
        if isinstance(key, str) and key.isidentifier():
            text += f".{key}" if text else key
        else:
            text += f"[{key!r}]"
    return visible(text)


def parse(text: str) -> Path:
    """Return the path that is written as in code: the reverse of `label`.

    Raises
    ------
    ValueError
        If it is not written so.

    Examples
    --------
    >>> parse("layers[1].params['W']")
    ('layers', 1, 'params', 'W')
    """
    path: list[Hashable] = []
    at = 0
    while match := KEY.match(text, at):
        name, index, *quoted = match.groups()
        if index is not None:
            path.append(int(index))
        else:
            path.append(next(key for key in (name, *quoted) if key is not None))
        at = match.end()
    if at < len(text) or not path:
        raise ValueError(
            f"{text!r} is no path into a layer; write it as in code, such as "
            "'linear.W', 'layers[1].W' or \"params['W']\""
        )
    return tuple(path)


def _is_named_tuple(value: Any) -> bool:
    return isinstance(value, tuple) and hasattr(value, "_fields")


def _is_open(node: Any) -> bool:
    """Return whether an object's attributes may be part of a layer."""
    if node is None or isinstance(node, CLOSED):
        return False
    return type(node).__module__.partition(".")[0] not in CLOSED_PACKAGES


def _attributes(node: Any) -> Iterator[tuple[str, Any]]:
    """Yield the attributes of an object: its own, and numbers of its class."""
    seen = set()
    for name in [*getattr(node, "__dict__", {}), *_slot_names(type(node))]:
        value = getattr(node, name, MISSING)
        if name not in seen and value is not MISSING:
            seen.add(name)
            yield name, value
    for kind in type(node).__mro__:
        for name, value in vars(kind).items():
            array = None if name in seen else numbers(value)
            if array is not None and array.dtype.kind in "fc":
                seen.add(name)
                yield name, value


def _slot_names(kind: type) -> Iterator[str]:
    for base in kind.__mro__:
        names = vars(base).get("__slots__", ())
        yield from [names] if isinstance(names, str) else names


def _listings(node: Any) -> Iterator[tuple[str, Any]]:
    """Yield what properties and methods list that are known by their names."""
    own = getattr(node, "__dict__", {})
    for name in LISTINGS:
        if name not in own and hasattr(type(node), name):
            value = child(node, name)
            if isinstance(value, Mapping | list | tuple):
                yield name, value
