"""Which gradient belongs to which part of a layer: by name, by step, or by order."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from byhand.gradients.layers.habits import (
    GRADIENT_HOLDERS,
    gradient_names,
    gradient_paths,
    is_exact,
    is_gradient_name,
    is_statistic,
    plain,
)
from byhand.gradients.layers.objects import (
    MISSING,
    equal,
    follow,
    label,
    members,
    numbers,
    owner_of,
    walk,
)
from byhand.gradients.layers.passes import RATES, Run
from byhand.gradients.layers.study import Part, Study
from byhand.gradients.nested import Array, Path


@dataclass(frozen=True)
class Gradient:
    """Where the gradient of a part is after a backward pass.

    Attributes
    ----------
    paths : tuple of tuple
        In `Run.places`; where there are several, their sum is meant.
    function : callable or None
        Instead: takes the layer and returns the gradient.
    rate : float
        Instead: the learning rate by which backward has moved the part.
    """

    paths: tuple[Path, ...] = ()
    function: Callable[[Any], Any] | None = None
    rate: float = 0.0


@dataclass(frozen=True)
class Found:
    """The gradients of a layer, as far as they are found.

    Attributes
    ----------
    inputs : tuple of (tuple or None)
        Where that of each input is, in `Run.places`; None if there is none.
    gradients : dict
        Those of parts, by their place in `Study.parts`.
    """

    inputs: tuple[Path | None, ...]
    gradients: Mapping[int, Gradient]

    def also(self, gradients: Mapping[int, Gradient]) -> Found:
        """Return this with further gradients."""
        return Found(self.inputs, {**self.gradients, **gradients})

    def without(self, places: Iterable[int]) -> Found:
        """Return this without the gradients of some parts."""
        left = {at: one for at, one in self.gradients.items() if at not in places}
        return Found(self.inputs, left)

    @property
    def taken(self) -> frozenset[Path]:
        """Paths of gradients that belong to something."""
        paths = {path for one in self.gradients.values() for path in one.paths}
        return frozenset(paths | {path for path in self.inputs if path is not None})

    def is_taken(self, path: Path) -> bool:
        """Return whether a path is one of gradients, or leads into one."""
        return any(path[: len(other)] == other for other in self.taken)

    def left(self, study: Study) -> set[int]:
        """Return the parts that have no gradient and are none themselves."""
        taken = self.taken
        return {
            at
            for at, part in enumerate(study.parts)
            if at not in self.gradients
            and not any(("layer", *path) in taken for path in part.all_paths)
        }


def read(gradient: Gradient, run: Run, part: Part, before: Array) -> Any:
    """Return the gradient of a part after a backward pass; None if it left none.

    Parameters
    ----------
    gradient : Gradient
        Where it is.
    run : Run
        With the backward pass.
    part : Part
        Of the same layer.
    before : ndarray
        The numbers that the part had before.
    """
    if gradient.function is not None:
        return gradient.function(run.layer)
    if gradient.rate:
        after = np.asarray(numbers(follow(run.layer, part.paths[0])))
        return (before - after) / gradient.rate
    values = [follow(run.places, path) for path in gradient.paths]
    values = [None if value is MISSING else value for value in values]
    if len(values) == 1:
        return values[0]
    return sum(np.asarray(numbers(value)) for value in values)


# Gradients of inputs


def input_gradients(study: Study) -> tuple[Path | None, ...]:
    """Return where the gradient of each input is, in `Run.places`."""
    names, inputs, returned = study.passes.names, study.inputs, study.run.returned
    if returned is None:
        return tuple(_kept_in_layer(study, name) for name in names)
    if isinstance(returned, Mapping):
        return tuple(_key_of(returned, name) for name in names)
    is_list_of_one = len(inputs) == 1 and isinstance(inputs[0], list | tuple)
    is_several = isinstance(returned, tuple) or (
        isinstance(returned, list) and not is_list_of_one
    )
    if not is_several or numbers(returned) is not None:
        if _are_of_parts(study, [returned]):
            return (None,) * len(inputs)
        return (("returned",), *[None] * (len(inputs) - 1))[: len(inputs)]
    if _are_of_parts(study, returned):
        return (None,) * len(inputs)
    start = _place_of_inputs(inputs, returned)
    return tuple(
        ("returned", start + k) if start + k < len(returned) else None
        for k in range(len(inputs))
    )


def _kept_in_layer(study: Study, name: str) -> Path | None:
    """Return where a layer keeps the gradient of an input, such as dinputs."""
    for loosely in (False, True):
        for path in gradient_paths(study.run.layer, (name,), loosely=loosely):
            if path in study.written:
                return ("layer", *path)
    return None


def _key_of(returned: Mapping[Any, Any], name: str) -> Path | None:
    """Return where the gradient of an input is in a dictionary."""
    for loosely in (False, True):
        for key in returned:
            if isinstance(key, str) and is_gradient_name(key, name, loosely=loosely):
                return ("returned", key)
    return None


def _are_of_parts(study: Study, returned: Sequence[Any]) -> bool:
    """Return whether all that backward returns are gradients of parts: (dW, db)."""
    shapes = [_shape(value) for value in returned]
    of_parts = [part.array.shape for part in study.parts if part.is_array]
    of_inputs = [_shape(value) for value in study.inputs]
    return all(shape in of_parts and shape not in of_inputs for shape in shapes)


def _place_of_inputs(inputs: Sequence[Any], returned: Sequence[Any]) -> int:
    """Return where dx begins in what backward returns: at first, or (dW, db, dx)."""
    wanted = [_shape(value) for value in inputs]
    shapes = [_shape(value) for value in returned]
    last = len(shapes) - len(wanted)
    if last > 0 and shapes[: len(wanted)] != wanted and shapes[last:] == wanted:
        return last
    return 0


def _shape(value: Any) -> tuple[int, ...] | None:
    array = numbers(value)
    return None if array is None else array.shape


# Gradients of parts: by name


def by_name(study: Study, places: set[int], found: Found) -> dict[int, Gradient]:
    """Return the gradients of some parts that are found by how they are called.

    Raises
    ------
    ValueError
        If a part has two gradients, and they differ.
    """
    new: dict[int, Gradient] = {}
    claims = _claims(study)
    for way in WAYS:
        now = found.also(new)
        for at in sorted(places & now.left(study)):
            others = {path for path, owner in claims.items() if owner != at}
            taken = now.taken if way.exactly else now.taken | others
            paths = _paths_by_name(study, study.parts[at], taken, way)
            if paths:
                new[at] = Gradient(paths)
    return new


@dataclass(frozen=True)
class _Way:
    """How closely names must agree; `gradient_paths` says what that means.

    Attributes
    ----------
    exactly, loosely : bool
        As of `gradient_paths`.
    fitting : bool
        Whether the shapes must agree, too.
    """

    exactly: bool = False
    loosely: bool = False
    fitting: bool = False


# K and k may be a kernel and its size: dK is then the gradient of K, of any shape.
WAYS = (
    _Way(exactly=True, fitting=True),
    _Way(fitting=True),
    _Way(exactly=True),
    _Way(),
    _Way(loosely=True),
)


def _paths_by_name(
    study: Study, part: Part, taken: frozenset[Path], way: _Way
) -> tuple[Path, ...]:
    """Return where the gradient of a part is, or the shares of it."""
    found = []
    for path in part.all_paths:
        there = _path_by_name(study, part, path, taken, way)
        if there is not None:
            found.append((path, there))
    if found:
        return tuple(("layer", *path) for path in _agreed(study, part, found))
    return _in_returned(study, part, taken, way) or _beside(study, part, taken, way)


def _claims(study: Study) -> dict[Path, int]:
    """Return the gradients that are called after a part in the very same case.

    A plain number is called so by chance where the gradient has another shape.

    Returns
    -------
    dict
        The place of the part in `Study.parts`, by the path in `Run.places`.
    """
    claims: dict[Path, int] = {}
    for at, part in enumerate(study.parts):
        for own in part.all_paths:
            for path in gradient_paths(study.run.layer, own, exactly=True):
                shape = _shape(follow(study.run.layer, path))
                if part.is_array or part.array.shape == shape:
                    claims.setdefault(("layer", *path), at)
    return claims


def _path_by_name(
    study: Study, part: Part, path: Path, taken: frozenset[Path], way: _Way
) -> Path | None:
    """Return the nearest path of a name that fits; one of that shape, if possible.

    What backward does not write is no gradient of a single number (dt beside t), nor
    of a part of another shape.
    """
    spare = None
    candidates = gradient_paths(
        study.run.layer, path, loosely=way.loosely, exactly=way.exactly
    )
    for there in candidates:
        value = follow(study.run.layer, there)
        array = numbers(value)
        is_own = value is follow(study.run.layer, path)
        if array is None or is_own or ("layer", *there) in taken:
            continue
        is_written = there in study.written
        fits = array.shape == part.array.shape
        if fits and (is_written or (part.is_array and part.is_real)):
            return there
        # A number k may be the size of K, whose gradient dK then is.
        may_misfit = way.exactly or (part.is_array and not way.loosely)
        if is_written and may_misfit and not way.fitting and spare is None:
            spare = there
    return spare


def _agreed(study: Study, part: Part, found: Sequence[tuple[Path, Path]]) -> list[Path]:
    """Return which of several gradients make up the gradient of one part.

    Parameters
    ----------
    study : Study
        Of the layer.
    part : Part
        Which stands under several paths.
    found : sequence of (tuple, tuple)
        A path of the part, and one of a gradient of it.

    Returns
    -------
    list of tuple
        One, where all are equal. Two layers that share a parameter have a share of its
        gradient each; whoever holds these layers may have their sum, which counts.
    """
    layer = study.run.layer
    distinct: list[tuple[Path, Path]] = []
    for path, there in found:
        value = follow(layer, there)
        if not any(equal(value, follow(layer, other)) for _, other in distinct):
            distinct.append((path, there))
    owners = [owner_of(layer, path) for path, _ in distinct]
    outermost = min(depth for _, depth in owners)
    holders: dict[int, Path] = {}
    chosen = []
    for (path, there), (owner, depth) in zip(distinct, owners, strict=True):
        if depth > outermost:
            continue
        # A list may hold a parameter twice, with a share of the gradient each time.
        holder = path[:-1] if isinstance(path[-1], int) else path
        if holders.setdefault(id(owner), holder) != holder:
            raise ValueError(
                f"{part.name} has two gradients that differ, {label(distinct[0][1])} "
                f"and {label(there)}; say by gradients= which one is meant"
            )
        chosen.append(there)
    return chosen


def _in_returned(
    study: Study, part: Part, taken: frozenset[Path], way: _Way
) -> tuple[Path, ...]:
    """Return where a dictionary that backward returns has the gradient of a part."""
    names = [key for key in part.paths[0] if isinstance(key, str)]
    for path, value in walk({"returned": study.run.returned}).items():
        key = path[-1]
        if len(path) < 2 or path in taken or not isinstance(key, str) or not names:
            continue
        fits = not way.fitting or _shape(value) == part.array.shape
        if fits and is_gradient_name(
            key, names[-1], loosely=way.loosely, exactly=way.exactly
        ):
            return (path,)
    return ()


def _beside(
    study: Study, part: Part, taken: frozenset[Path], way: _Way
) -> tuple[Path, ...]:
    """Return where a holder of any name has the gradient of a part: p["W"], g["dW"].

    It must be the only one, in the object that the part belongs to.
    """
    name = part.paths[0][-1]
    if not isinstance(name, str) or not part.is_array:
        return ()
    _, depth = owner_of(study.run.layer, part.paths[0])
    spellings = gradient_names(name, loosely=way.loosely)
    found = [
        path
        for path in study.written
        if isinstance(path[-1], str)
        and plain(path[-1]) in spellings
        and (not way.exactly or is_exact(path[-1], name))
        and ("layer", *path) not in taken
        and path[:depth] == part.paths[0][:depth]
        and owner_of(study.run.layer, path)[1] == depth
        and _shape(follow(study.run.layer, path)) == part.array.shape
    ]
    return (("layer", *found[0]),) if len(found) == 1 else ()


# Gradients of parts: by step


def by_step(study: Study, places: Iterable[int]) -> dict[int, Gradient]:
    """Return the gradients of some parts that are the steps of a backward pass."""
    found = {}
    for at in places:
        part = study.parts[at]
        rate = _rate(study, part)
        if rate and part.is_real and is_moved(study, part):
            found[at] = Gradient(rate=rate)
    return found


def is_moved(study: Study, part: Part) -> bool:
    """Return whether the backward pass changes a part."""
    after = follow(study.run.layer, part.paths[0])
    return part.paths[0] in study.written and _shape(after) == part.array.shape


def _rate(study: Study, part: Part) -> float:
    """Return the learning rate by which a backward pass moves a part; 0 if unknown."""
    if study.passes.rate:
        return 1.0
    owner, _ = owner_of(study.layer, part.paths[0])
    for holder in (owner, study.layer):
        for name, value in members(holder):
            rate = numbers(value)
            is_number = rate is not None and rate.ndim == 0
            if is_number and isinstance(name, str) and plain(name) in RATES:
                return float(value)
    return 0.0


# Gradients of parts: by order


def by_order(study: Study, places: Iterable[int], found: Found) -> dict[int, Gradient]:
    """Return the gradients that stand in a row: (dx, dW, db), or grads = [dW, db]."""
    learnt = [at for at in sorted(places) if not is_statistic(study.parts[at].paths[0])]
    new: dict[int, Gradient] = {}
    for start, row in _rows(study, found).items():
        free = [
            at
            for at in learnt
            if at not in new and study.parts[at].paths[0][: len(start)] == start
        ]
        for at, path in _paired(study, free, row).items():
            new[at] = Gradient((path,))
    return new


def _rows(study: Study, found: Found) -> dict[Path, dict[Path, Array]]:
    """Return gradients of unknown owners, by the path of the object whose they are."""
    returned = walk({"returned": study.run.returned})
    rows = {(): {p: _array(v) for p, v in returned.items() if not found.is_taken(p)}}
    holders = set(map(plain, GRADIENT_HOLDERS))
    for path, value in walk(study.run.layer).items():
        if path not in study.written or found.is_taken(("layer", *path)):
            continue
        for k, key in enumerate(path):
            if isinstance(key, str) and plain(key) in holders:
                row = rows.setdefault(path[:k], {})
                row["layer", *path] = _array(value)
                break
    return rows


def _array(value: Any) -> Array:
    return np.asarray(numbers(value))


def _paired(
    study: Study, free: Sequence[int], row: Mapping[Path, Array]
) -> dict[int, Path]:
    """Return which gradient in a row is that of which part, as far as shapes tell.

    Of each shape there must be as many gradients as parts. Where no shape fits and the
    numbers are equal, they are paired all the same: a gradient may be transposed.
    """
    shapes = {at: study.parts[at].array.shape for at in free}
    paired: dict[int, Path] = {}
    for shape in dict.fromkeys(array.shape for array in row.values()):
        paths = [path for path, array in row.items() if array.shape == shape]
        places = [at for at in free if shapes[at] == shape]
        if len(paths) == len(places):
            paired |= dict(zip(places, paths, strict=True))
    left = [at for at in free if at not in paired and study.parts[at].is_array]
    others = [path for path in row if path not in paired.values()]
    shared = {shapes[at] for at in left} & {row[path].shape for path in others}
    if len(left) == len(others) and not shared:
        paired |= dict(zip(left, others, strict=True))
    return paired
