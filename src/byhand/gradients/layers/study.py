"""What a layer holds, reads and writes, seen from outside by running copies of it."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from threading import Lock, RLock
from types import CellType, FunctionType, ModuleType
from typing import Any

import numpy as np

from byhand.gradients.function import random_signs
from byhand.gradients.layers.habits import short
from byhand.gradients.layers.objects import (
    MISSING,
    equal,
    follow,
    is_shared,
    label,
    like,
    members,
    numbers,
    put,
    walk,
)
from byhand.gradients.layers.passes import (
    Passes,
    Run,
    joined,
    run_backward,
    run_forward,
)
from byhand.gradients.nested import Array, Path, leaves

LARGE = 2**13  # elements from which an array is not copied for each evaluation
SIZES = (1e-3, 1.0)  # by which numbers are moved to see what an output depends on
SHARED = (ModuleType, type(Lock()), type(RLock()))
ROUNDINGS = 100  # differences of two outputs up to which they count as equal


@dataclass(frozen=True)
class Part:
    """Numbers that a layer holds.

    Attributes
    ----------
    name : str
        As reports print it.
    paths : tuple of tuple
        Where they stand; the shortest first.
    listed : tuple of tuple
        Where properties and methods list them, too.
    value : object
        What stands there.
    kept : bool
        Whether the forward pass leaves them as they are.
    """

    name: str
    paths: tuple[Path, ...]
    listed: tuple[Path, ...]
    value: Any
    kept: bool

    @property
    def array(self) -> Array:
        """Its numbers."""
        return np.asarray(numbers(self.value))

    @property
    def is_real(self) -> bool:
        """Whether they are floating or complex numbers."""
        return self.array.dtype.kind in "fc"

    @property
    def is_array(self) -> bool:
        """Whether it is an array or a tensor, and no plain number or list."""
        return is_shared(self.value) and not isinstance(self.value, list)

    @property
    def all_paths(self) -> tuple[Path, ...]:
        """Where it stands, and where it is listed."""
        return self.paths + self.listed


@dataclass(frozen=True)
class Study:
    """A layer, and what one run of it shows.

    Attributes
    ----------
    layer : object
        A copy of the one that was given, with all that it builds when it runs.
    passes : Passes
        How it is called.
    inputs : tuple
        What it is called with.
    parts : tuple of Part
        All numbers that it holds.
    run : Run
        Both passes, on another copy.
    output : ndarray
        What the forward pass returns.
    noise : float
        By how much two outputs for the same inputs differ.
    written : frozenset of tuple
        Paths of what the backward pass writes.
    flowing : frozenset of tuple of int
        Shapes of the inputs, the output, and what the forward pass writes.
    untouched : dict
        Copies of large arrays that neither pass writes to, by the identity of what
        they are copies of; and what all copies share, by its own.
    """

    layer: Any
    passes: Passes
    inputs: tuple[Any, ...]
    parts: tuple[Part, ...]
    run: Run
    output: Array
    noise: float
    written: frozenset[Path]
    flowing: frozenset[tuple[int, ...]]
    untouched: Mapping[int, Any]


def study_of(layer: Any, passes: Passes, inputs: tuple[Any, ...]) -> Study:
    """Run copies of a layer, and see what it holds, reads and writes.

    Raises
    ------
    TypeError
        If it cannot be copied, or needs a dout that its backward pass does not take.
    """
    shared = shared_by_copies(layer)
    base, forwarded = _built(layer, passes, inputs, shared)
    output = joined(forwarded.output).copy()
    if not passes.takes_dout and output.size != 1:
        raise TypeError(
            f"{type(layer).__name__}.{passes.backward} takes no dout, and the output "
            f"has shape {output.shape}; only the gradient of one number needs none"
        )
    copies: dict[int, Any] = dict(shared)
    copied = copy_of(base, copies)
    before = walk(copied)
    run = run_forward(passes, copied, inputs)
    between = walk(copied)
    parts = _parts(base, before, between)
    noise = _gap(joined(run.output), output)
    written_by_forward = [v for path, v in between.items() if v is not before.get(path)]
    dout = _random_like(output) if passes.takes_dout else None
    run = run_backward(passes, run, dout)
    return Study(
        layer=base,
        passes=passes,
        inputs=inputs,
        parts=parts,
        run=run,
        output=output,
        noise=noise,
        written=_written(between, walk(copied), walk(forwarded.layer)),
        flowing=_flowing(inputs, output, written_by_forward),
        untouched=shared | _untouched(parts, copies),
    )


def copy_of(layer: Any, instead: dict[int, Any] | None = None) -> Any:
    """Return a copy of a layer, with other things in place of some of its own.

    Parameters
    ----------
    layer : object
        Not changed.
    instead : dict, optional
        What to put in place of things, by their identity; the copies that are made
        are added to it.

    Raises
    ------
    TypeError
        If it holds what cannot be copied.
    """
    memo = {} if instead is None else instead
    try:
        made = copy.deepcopy(layer, memo)
        _enclose_copies(layer, made, memo)
        return made
    except Exception as error:  # whatever a part of it raises
        raise TypeError(
            f"{type(layer).__name__} cannot be copied ({error}); a layer must hold "
            "arrays and plain values only"
        ) from error


def shared_by_copies(layer: Any) -> dict[int, Any]:
    """Return the modules and locks in a layer, which cannot be copied, by identity."""
    found: dict[int, Any] = {}
    visited: dict[int, Any] = {}
    nodes = [layer]
    while nodes:
        node = nodes.pop()
        if isinstance(node, SHARED):
            found[id(node)] = node
        elif id(node) not in visited and numbers(node) is None:
            visited[id(node)] = node
            nodes += [part for _, part in members(node)]
    return found


def _enclose_copies(layer: Any, made: Any, memo: dict[int, Any]) -> None:
    """Let functions in the attributes of a copy enclose copies, too.

    Such as ``self.forward = forward``, a function within ``__init__`` that writes to
    self: `copy.deepcopy` takes functions for constants.
    """
    cells: dict[int, CellType] = {}
    for name, function in list(getattr(layer, "__dict__", {}).items()):
        if not isinstance(function, FunctionType) or not function.__closure__:
            continue
        for cell in function.__closure__:
            if id(cell) not in cells:
                cells[id(cell)] = _cell_of_copy(cell, memo)
        new = FunctionType(
            function.__code__,
            function.__globals__,
            function.__name__,
            function.__defaults__,
            tuple(cells[id(cell)] for cell in function.__closure__),
        )
        new.__kwdefaults__ = function.__kwdefaults__
        setattr(made, name, new)


def _cell_of_copy(cell: CellType, memo: dict[int, Any]) -> CellType:
    """Return what a function encloses, copied."""
    try:
        return CellType(copy.deepcopy(cell.cell_contents, memo))
    except Exception:  # it has no value yet, or one that cannot be copied
        return cell


def with_numbers(
    study: Study, values: Mapping[int, Array], zeros: Mapping[Path, Array] | None = None
) -> Any:
    """Return a copy of a layer with other numbers in some of its parts.

    Parameters
    ----------
    study : Study
        Of the layer.
    values : dict
        Numbers, by the place of their part in `Study.parts`; not copied.
    zeros : dict, optional
        What gradients begin with, by their path in the layer; copied.
    """
    instead = dict(study.untouched)
    fresh: list[tuple[Any, tuple[Path, ...], Any]] = []
    for path, array in (zeros or {}).items():
        held = follow(study.layer, path)
        fresh.append((held, (path,), like(held, array.copy())))
    for at, array in values.items():
        part = study.parts[at]
        fresh.append((part.value, part.paths, like(part.value, array)))
    for held, _, value in fresh:
        if is_shared(held):
            instead[id(held)] = value
    made = copy_of(study.layer, instead)
    # What is not shared, or belongs to a class, is not replaced by copying.
    for _, paths, value in fresh:
        for path in paths:
            if follow(made, path) is not value:
                put(made, path, value)
    return made


@dataclass(frozen=True)
class _Start:
    """Numbers of parts that others are moved from, and the output there."""

    numbers: Mapping[int, Array]
    output: Array


def dependences(study: Study, places: Sequence[int]) -> set[int]:
    """Return which parts of a layer its output depends on.

    Parameters
    ----------
    study : Study
        Of the layer.
    places : sequence of int
        Of parts in `Study.parts`.

    Notes
    -----
    Parts are moved together, and then halves of them where the output changes: most
    layers hold nothing that matters besides what they learn. This is done at the layer
    as it is, and close to it, for what is multiplied by a weight of 0 matters, too.
    """
    if not places:
        return set()
    starts = [_Start({}, study.output)]
    real = [at for at, part in enumerate(study.parts) if part.is_real]
    near = _moved(study, real, {}, SIZES[0])
    output = _output_with(study, near)
    if output is not None:
        starts.append(_Start(near, output))
    return _reached(study, places, starts)


def _reached(study: Study, places: Sequence[int], starts: Sequence[_Start]) -> set[int]:
    """Return which parts change the output where they are moved from some start."""
    if not any(_changes(study, places, start) for start in starts):
        return set()
    if len(places) == 1:
        return set(places)
    half = len(places) // 2
    first = _reached(study, places[:half], starts)
    return first | _reached(study, places[half:], starts)


def _changes(study: Study, places: Sequence[int], start: _Start) -> bool:
    """Return whether the output changes where some parts are moved, all together."""
    for size in SIZES:
        moved = {**start.numbers, **_moved(study, places, start.numbers, size)}
        output = _output_with(study, moved)
        if output is None:
            # Such as a rate that must be below 1; what must be a whole number, as an
            # index, is no parameter.
            return any(study.parts[at].is_real for at in places)
        if _gap(output, start.output) > ROUNDINGS * study.noise:
            return True
    return False


def _moved(
    study: Study, places: Sequence[int], numbers: Mapping[int, Array], size: float
) -> dict[int, Array]:
    """Return other numbers for some parts: all of them moved by about a size."""
    rng = np.random.default_rng(1)
    moved = {}
    for at in places:
        array = numbers.get(at, study.parts[at].array)
        share = rng.uniform(0.5, 1.0, array.shape)
        # What masks with -inf must stay as it is, or the output is NaN.
        finite = np.where(np.isfinite(array), array, 0)
        step = size * (np.abs(finite) + 1) * share
        moved[at] = np.asarray(np.where(np.isfinite(array), finite + step, array))
    return moved


def _output_with(study: Study, numbers: Mapping[int, Array]) -> Array | None:
    """Return the output with other numbers in some parts; None if there is none."""
    try:
        with np.errstate(all="ignore"):
            run = run_forward(study.passes, with_numbers(study, numbers), study.inputs)
            return joined(run.output)
    except Exception:  # whatever a layer raises that was not made for such numbers
        return None


def _built(
    layer: Any, passes: Passes, inputs: tuple[Any, ...], shared: Mapping[int, Any]
) -> tuple[Any, Run]:
    """Return a copy of a layer, and a forward pass on another copy.

    Where the first forward pass makes arrays that a second one keeps, parameters whose
    shape depends on the inputs, the copy is one after a first pass.
    """
    base = copy_of(layer, dict(shared))
    first = run_forward(passes, copy_of(base, dict(shared)), inputs)
    known = walk(base)
    made = {
        path
        for path, value in walk(first.layer).items()
        if path not in known and is_shared(value)
    }
    if not made:
        return base, first
    again = copy_of(first.layer, dict(shared))
    before = walk(again)
    second = run_forward(passes, again, inputs)
    after = walk(again)
    if any(after.get(path, MISSING) is before[path] for path in made):
        return first.layer, second
    return base, first


def _parts(
    base: Any, before: Mapping[Path, Any], between: Mapping[Path, Any]
) -> tuple[Part, ...]:
    """Return all numbers that a layer holds; what it holds twice is one part.

    Parameters
    ----------
    base : object
        The layer.
    before, between : dict
        What a copy of it holds before and after a forward pass.
    """
    held = walk(base)
    grouped: dict[Any, list[Path]] = {}
    for path, value in held.items():
        grouped.setdefault(id(value) if is_shared(value) else path, []).append(path)
    listed: dict[int, list[Path]] = {}
    for path, value in walk(base, listings=True).items():
        if path not in held:
            listed.setdefault(id(value), []).append(path)
    names = [short(paths[0]) for paths in grouped.values()]
    parts = []
    for name, paths in zip(names, grouped.values(), strict=True):
        first = paths[0]
        value, after = held[first], between.get(first, MISSING)
        parts.append(
            Part(
                name=name if names.count(name) == 1 else label(first),
                paths=tuple(paths),
                listed=tuple(listed.get(id(value), ())) if is_shared(value) else (),
                value=value,
                kept=after is before[first] and equal(after, value),
            )
        )
    return tuple(parts)


def _written(
    between: Mapping[Path, Any], after: Mapping[Path, Any], without: Mapping[Path, Any]
) -> frozenset[Path]:
    """Return the paths of what a backward pass writes.

    Parameters
    ----------
    between, after : dict
        What the layer holds before it, and behind it.
    without : dict
        What another copy holds, of which the forward pass alone has run.
    """
    return frozenset(
        path
        for path, value in after.items()
        if value is not between.get(path, MISSING)
        or not equal(value, without.get(path, MISSING))
    )


def _flowing(
    inputs: tuple[Any, ...], output: Array, written: Sequence[Any]
) -> frozenset[tuple[int, ...]]:
    """Return the shapes of what flows through a layer."""
    shapes = {np.asarray(numbers(value)).shape for value in written}
    shapes |= {leaf.array.shape for leaf in leaves(inputs) if leaf.array is not None}
    shapes.add(output.shape)
    return frozenset(shape for shape in shapes if np.prod(shape) > 1)


def _untouched(parts: Sequence[Part], copies: Mapping[int, Any]) -> dict[int, Any]:
    """Return the copies of large arrays that a run has not written to."""
    large = [part.value for part in parts if part.is_array and part.array.size >= LARGE]
    return {
        id(value): copies[id(value)]
        for value in large
        if id(value) in copies and equal(value, copies[id(value)])
    }


def _gap(one: Array, other: Array) -> float:
    """Return the largest difference of two outputs; inf if they cannot be compared."""
    if one.shape != other.shape:
        return np.inf
    with np.errstate(all="ignore"):
        gaps = np.abs(np.where(one == other, 0, one - other))
    both_missing = np.isnan(one) & np.isnan(other)
    largest = np.max(np.where(both_missing, 0, gaps), initial=0.0)
    return float(np.inf if np.isnan(largest) else largest)


def _random_like(output: Array) -> Array:
    """Return random numbers in the shape of an output, complex if it is."""
    rng = np.random.default_rng(0)
    dout = random_signs(rng, output.shape)
    if output.dtype.kind == "c":
        dout = dout + 1j * random_signs(rng, output.shape)
    return np.asarray(dout)
