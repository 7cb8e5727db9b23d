"""The names that people give to gradients: ``dW`` for ``W``, ``grads`` for ``params``.

Names are compared without case and underscores, so that "dW", "d_w" and "_dW" are one.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from byhand.gradients.layers.objects import MISSING, child, label, members
from byhand.gradients.nested import Path, visible

# What stands before or behind the name of a parameter. The commonest come first, for
# the first that is there is taken.
BEFORE = (
    "d",
    "grad",
    "gradient",
    "grads",
    "gradients",
    "dL_d",
    "dloss_d",
    "dJ_d",
    "dC_d",
    "dE_d",
    "grad_of",
    "gradient_of",
    "grad_wrt",
    "gradient_wrt",
    "derivative",
    "derivative_of",
    "deriv",
    "partial",
    "nabla",
    "delta",
    "g",
)
BEHIND = (
    "grad",
    "gradient",
    "grads",
    "gradients",
    "derivative",
    "deriv",
    "delta",
    "diff",
)

# Whoever holds parameters under one of these names may hold their gradients, in the
# same order or under the same keys, as GRADIENT_HOLDERS. What a layer keeps in LISTS is
# all that it learns; VALUES are those of a single parameter.
LISTS = (
    "parameters",
    "params",
    "trainable_weights",
    "get_parameters",
    "get_params",
)
VALUES = ("data", "value", "val")
HOLDERS = (*LISTS, "param", "weights", "variables", "values", *VALUES)
GRADIENT_HOLDERS = (
    "gradients",
    "grads",
    "gradient",
    "grad",
    "get_gradients",
    "get_grads",
    "get_grad_parameters",
    "derivatives",
    "derivative",
    "diff",
)

# Different names of one thing: ``weights`` and ``dW``.
SYNONYMS = (
    frozenset({"w", "weight", "weights", "kernel", "kernels"}),
    frozenset({"b", "bias", "biases"}),
    frozenset({"x", "input", "inputs", "data"}),
)

# A name that begins so is a statistic of past batches, and not learnt.
STATISTICS = ("running", "moving")


def plain(name: str) -> str:
    """Return a name without case and underscores."""
    return name.replace("_", "").lower()


def gradient_names(name: str, *, loosely: bool = False) -> tuple[str, ...]:
    """Return the plain names that the gradient of something may have.

    Parameters
    ----------
    name : str
        Of a parameter, or of what holds parameters.
    loosely : bool
        Whether synonyms are meant, too, such as "weights" for "W".

    Returns
    -------
    tuple of str
        The commonest first.

    Examples
    --------
    >>> "dloss_dW" in gradient_names("W"), "dlossdw" in gradient_names("W")
    (False, True)
    >>> "grads" in gradient_names("params"), "db" in gradient_names("bias")
    (True, False)
    >>> "db" in gradient_names("bias", loosely=True)
    True
    """
    stems = _stems(plain(name), loosely=loosely)
    found = [plain(word) + stem for word in BEFORE for stem in stems]
    found += [stem + plain(word) for word in BEHIND for stem in stems]
    if plain(name) in map(plain, HOLDERS):
        found += map(plain, GRADIENT_HOLDERS)
    return tuple(found)


def is_exact(name: str, of: str) -> bool:
    """Return whether a gradient is called after something in the very same case.

    Examples
    --------
    >>> is_exact("dW", of="W"), is_exact("d_W", of="W"), is_exact("dW", of="w")
    (True, True, False)
    """
    if plain(of) in map(plain, HOLDERS) and plain(name) in map(plain, GRADIENT_HOLDERS):
        return True
    whole, part = name.replace("_", ""), of.replace("_", "")
    before, behind = whole.removesuffix(part), whole.removeprefix(part)
    return (before != whole and before.lower() in map(plain, BEFORE)) or (
        behind != whole and behind.lower() in map(plain, BEHIND)
    )


def _stems(name: str, *, loosely: bool) -> list[str]:
    """Return a name in singular and plural, and its synonyms."""
    singular = name.removesuffix("s")
    stems = [name, singular, f"{name}s"]
    if loosely:
        stems += sorted(s for group in SYNONYMS if name in group for s in group)
    return [stem for stem in dict.fromkeys(stems) if stem]


def gradient_paths(
    node: object,
    path: Path,
    *,
    loosely: bool = False,
    exactly: bool = False,
    renamed: bool = False,
) -> Iterator[Path]:
    """Yield where the gradient of something may be, if the names are to be believed.

    Parameters
    ----------
    node : object
        A layer after its backward pass.
    path : tuple
        Where a parameter is in it.
    loosely : bool
        As of `gradient_names`.
    exactly : bool
        Whether upper and lower case count, and singular and plural are two names.
    renamed : bool
        Whether the path so far is already one of gradients.

    Yields
    ------
    tuple
        A path that is there; the nearest to the parameter first.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> layer = SimpleNamespace(params={"W": 1.0}, grads={"W": 2.0, "dW": 3.0})
    >>> list(gradient_paths(layer, ("params", "W")))
    [('grads', 'W'), ('grads', 'dW')]
    """
    if not path:
        if renamed:
            yield ()
        return
    key, rest = path[0], path[1:]
    paths = partial(gradient_paths, loosely=loosely, exactly=exactly)
    same = child(node, key)
    if same is not MISSING:
        for tail in paths(same, rest, renamed=renamed):
            yield (key, *tail)
    if not isinstance(key, str):
        return
    names: dict[str, list[str]] = {}
    for name, _ in members(node, listings=True):
        if isinstance(name, str) and name != key:
            names.setdefault(plain(name), []).append(name)
    for spelling in gradient_names(key, loosely=loosely):
        for name in names.get(spelling, []):
            if exactly and not is_exact(name, key):
                continue
            for tail in paths(child(node, name), rest, renamed=True):
                yield (name, *tail)
    if renamed:
        return
    for spelling in map(plain, GRADIENT_HOLDERS):  # W beside grads["W"]
        for name in names.get(spelling, []):
            for tail in paths(child(node, name), path, renamed=True):
                yield (name, *tail)


def is_gradient_name(
    name: str, of: str, *, loosely: bool = False, exactly: bool = False
) -> bool:
    """Return whether a key may be that of something's gradient: its own name, too."""
    if exactly:
        return name == of or is_exact(name, of)
    return plain(name) in (plain(of), *gradient_names(of, loosely=loosely))


def is_statistic(path: Path) -> bool:
    """Return whether a name says that something is gathered, and not learnt."""
    names = [key for key in path if isinstance(key, str)]
    return bool(names) and plain(names[-1]).startswith(STATISTICS)


def short(path: Path) -> str:
    """Return a path as reports print it, without the words that say "parameter".

    Examples
    --------
    >>> short(("parameters", "0.kernel")), short(("layers", 1, "params", "W"))
    ('0.kernel', 'layers[1].W')
    >>> short(("params", 0)), short(("W", "data"))
    ('params[0]', 'W')
    """
    keys = list(path)
    if len(keys) > 1 and keys[-1] in VALUES:  # of an object for each parameter
        keys.pop()
    named = [
        key
        for key, after in zip(keys, [*keys[1:], None], strict=True)
        if not (_holds(key) and isinstance(after, str))
    ]
    if len(named) == 1 and isinstance(named[0], str):
        return visible(named[0])  # such as "0.kernel", without quotes
    return label(tuple(named)) if named else label(path)


def _holds(key: object) -> bool:
    return isinstance(key, str) and plain(key) in map(plain, HOLDERS)
