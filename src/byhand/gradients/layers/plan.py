"""What is checked of a layer, and of everything else why it is not."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from byhand.gradients.layers.habits import (
    GRADIENT_HOLDERS,
    LISTS,
    is_gradient_name,
    is_statistic,
    plain,
)
from byhand.gradients.layers.matching import (
    Found,
    Gradient,
    by_name,
    by_order,
    by_step,
    input_gradients,
    is_moved,
)
from byhand.gradients.layers.objects import (
    MISSING,
    equal,
    follow,
    is_shared,
    label,
    numbers,
    owner_of,
    parse,
    walk,
)
from byhand.gradients.layers.study import Part, Study, dependences
from byhand.gradients.nested import (
    Array,
    Leaf,
    Path,
    is_between,
    is_learnt,
    leaves,
    of_what,
)
from byhand.gradients.report import Unchecked

Named = str | Sequence[str] | Mapping[str, Any]
"""What a user names: paths, or paths and functions of the layer under names."""

UNSEEN = (
    "forward depends on it, and backward leaves no gradient of it that can be found: "
    "name it by parameters= and gradients=, or by constants="
)
STEPPED = (
    "backward changes it, by a step of unknown size: let backward keep the gradient, "
    "as in self.dW = ..., or take an argument learning_rate"
)
OF_CLASS = (
    "an attribute of the class, and forward does not read it from self: read self.W, "
    "and not Layer.W, so that it can be moved"
)
ORPHAN = (
    "backward leaves it, and the layer holds {held} the gradient of: let the layer "
    "hold what it learns, or name this by gradients= or constants="
)
NOT_FINITE = "holds inf or NaN, as a mask does, and backward leaves no gradient of it"
WITHOUT = "the layer lists it as a parameter, and backward leaves no gradient of it"
SETTING = "a plain number, and backward leaves no gradient of it"
WHOLE = "whole numbers, and backward leaves no gradient of them"
STATISTIC = "a statistic of past batches, by its name"
STATE = "a state that forward itself changes"
UNLISTED = "the layer lists its parameters, and this is not among them"
DECLARED = "declared by constants="
UNNAMED = "not named by parameters="


@dataclass(frozen=True)
class Plan:
    """What is checked of a layer, and what is not.

    Attributes
    ----------
    study : Study
        Of the layer.
    leaves : tuple of Leaf
        The inputs that may be differentiated with respect to.
    inputs : tuple of (tuple or None)
        Where the gradient of each input is, in `Run.places`.
    names : dict
        What the parameters are called, by the place of their part in `Study.parts`.
    gradients : dict
        Their gradients, likewise.
    skipped, constants : tuple of Unchecked
        What is not checked although it has a gradient; what has none.
    """

    study: Study
    leaves: tuple[Leaf, ...]
    inputs: tuple[Path | None, ...]
    names: Mapping[int, str]
    gradients: Mapping[int, Gradient]
    skipped: tuple[Unchecked, ...]
    constants: tuple[Unchecked, ...]


@dataclass(frozen=True)
class Requests:
    """What a user says of a layer.

    Attributes
    ----------
    names : dict
        What the parameters are called that were named, by the place of their part.
    gradients : dict
        The gradients that were named, likewise.
    constants : frozenset of int
        The parts that are not learnt.
    all_named : bool
        Whether there are no parameters but those named.
    """

    names: Mapping[int, str]
    gradients: Mapping[int, Gradient]
    constants: frozenset[int]
    all_named: bool


def plan_of(
    study: Study,
    parameters: Named | None,
    gradients: Named | None,
    constants: Iterable[str],
) -> Plan:
    """Find the gradient of each part of a layer, and say of the others why not.

    Parameters
    ----------
    study : Study
        Of the layer.
    parameters, gradients, constants
        As of `check_layer`.

    Raises
    ------
    ValueError
        If they name what is not there, or a part has two gradients that differ.
    """
    given = leaves(study.inputs, study.passes.names)
    input_names = {leaf.name for leaf in given}
    fixed = {constants} if isinstance(constants, str) else set(constants)
    left_behind = {_label(path) for path in _leavings(study)}
    left_behind -= {part.name for part in study.parts}
    requests = _requests(
        study, parameters, gradients, fixed - input_names - left_behind
    )
    found, depends = _search(study, requests)
    unread = _unread_of_class(study, found)
    found = found.without(unread)
    names = {
        at: requests.names.get(at, study.parts[at].name)
        for at in sorted(found.gradients)
    }
    skipped: list[Unchecked] = []
    unlearnt = [
        Unchecked(leaf.name, None if leaf.array is None else leaf.array.shape, DECLARED)
        for leaf in given
        if leaf.name in fixed
    ]
    for at in sorted(found.left(study)):
        reason = _reason(study, at, found, requests, is_read=at in depends)
        if at in unread:
            reason = OF_CLASS
        if reason:
            part = study.parts[at]
            is_skipped = reason in (UNSEEN, STEPPED, WITHOUT, OF_CLASS)
            (skipped if is_skipped else unlearnt).append(
                Unchecked(part.name, part.array.shape, reason)
            )
    for one in [] if requests.all_named else _orphans(study, found, requests):
        if one.name in fixed:
            unlearnt.append(replace(one, reason=DECLARED))
        else:
            skipped.append(one)
    return Plan(
        study=study,
        leaves=tuple(leaf for leaf in given if leaf.name not in fixed),
        inputs=found.inputs,
        names={at: f"layer.{n}" if n in input_names else n for at, n in names.items()},
        gradients=found.gradients,
        skipped=tuple(skipped),
        constants=tuple(unlearnt),
    )


def _search(study: Study, requests: Requests) -> tuple[Found, set[int]]:
    """Return the gradients of a layer, and what else its output depends on."""
    found = Found(input_gradients(study), requests.gradients)
    count = len(study.parts)
    sought = set(requests.names) if requests.all_named else set(range(count))
    sought -= requests.constants
    kept = {at for at in sought if study.parts[at].kept}
    found = found.also(by_name(study, kept, found))
    depends = dependences(study, sorted(found.left(study) - requests.constants))
    # What forward itself changes is a parameter only if it is read before.
    sought &= depends
    found = found.also(by_name(study, sought, found))
    found = found.also(by_step(study, sought & found.left(study)))
    found = found.also(by_order(study, sought & found.left(study), found))
    return found, depends


# What a user names


def _requests(
    study: Study, parameters: Named | None, gradients: Named | None, fixed: set[str]
) -> Requests:
    """Return what was named, found in the layer."""
    constants = {at for name in fixed for at in _located(study, name, "constants")}
    names: dict[int, str] = {}
    found: dict[int, Gradient] = {}
    for name, target, source in _pairs(parameters, gradients):
        for at, tail in _located(study, target, "parameters").items():
            names[at] = label((name, *tail)) if name else study.parts[at].name
            if source is not None:
                found[at] = _gradient(study, source, tail)
    return Requests(names, found, frozenset(constants), parameters is not None)


def _pairs(
    parameters: Named | None, gradients: Named | None
) -> list[tuple[str, Any, Any]]:
    """Return name, parameter and gradient of whatever was named."""
    if parameters is None:
        if gradients is not None and not isinstance(gradients, Mapping):
            raise ValueError(
                "gradients= is a list: give parameters= in the same order, or "
                "gradients= as a dictionary with the names of parameters"
            )
        return [("", name, source) for name, source in (gradients or {}).items()]
    if isinstance(parameters, Mapping):
        targets = list(parameters.items())
    else:
        names = [parameters] if isinstance(parameters, str) else parameters
        targets = [("", name) for name in names]
    if gradients is None:
        return [(name, target, None) for name, target in targets]
    if isinstance(gradients, Mapping):
        return [(name, t, gradients.get(name or t)) for name, t in targets]
    sources = [gradients] if isinstance(gradients, str) else gradients
    if len(sources) != len(targets):
        raise ValueError(
            f"parameters= names {len(targets)} and gradients= {len(sources)}; name the "
            "gradients in the order of the parameters"
        )
    return [(*pair, source) for pair, source in zip(targets, sources, strict=True)]


def _located(study: Study, target: Any, option: str) -> dict[int, Path]:
    """Return the parts that a name, a path or a function stands for.

    Returns
    -------
    dict
        By the place of each part in `Study.parts`, what its path has behind the path
        that was asked for: () where it is the part itself.
    """
    names = [part.name for part in study.parts]
    found: dict[int, Path] = {}
    if callable(target):
        value = target(study.layer)
        found = {at: () for at, p in enumerate(study.parts) if p.value is value}
    elif target in names:
        found = {names.index(target): ()}
    else:
        start = parse(target)
        for at, part in enumerate(study.parts):
            for path in part.all_paths:
                if path[: len(start)] == start:
                    found.setdefault(at, path[len(start) :])
    if not found:
        held = ", ".join(part.name for part in study.parts if part.is_real) or "none"
        raise ValueError(
            f"{option}= names {target!r}, and {type(study.layer).__name__} holds no "
            f"such numbers; those that it holds: {held}"
        )
    return found


def _gradient(study: Study, source: Any, tail: Path) -> Gradient:
    """Return the gradient that a path or a function stands for."""
    if callable(source):
        return Gradient(function=source)
    path = (*parse(source), *tail)
    for whole in (("layer", *path), path):
        if follow(study.run.places, whole) is not MISSING:
            return Gradient(paths=(whole,))
    raise ValueError(
        f"gradients= names {source!r}, and after {study.passes.backward} "
        f"{type(study.layer).__name__} has no {label(path)}"
    )


# Why a part is not checked


def _reason(
    study: Study, at: int, found: Found, requests: Requests, *, is_read: bool
) -> str:
    """Return why a part is not checked; "" if nobody would expect it to be."""
    part = study.parts[at]
    if at in requests.constants:
        return DECLARED
    if at in requests.names:
        return STEPPED if is_moved(study, part) else UNSEEN
    if requests.all_named:
        return UNNAMED if is_read else ""
    if is_read or _is_listed(part):
        return _reason_of(study, part, found)
    return ""


def _reason_of(study: Study, part: Part, found: Found) -> str:
    """Return why a part has no gradient that could be found.

    It is a constant only if backward leaves nothing that might be its gradient.
    """
    unexplained = _unexplained(study, found)
    has_its_shape = any(array.shape == part.array.shape for array in unexplained)
    if is_moved(study, part):
        return STEPPED
    if not part.is_array:
        return UNSEEN if unexplained else SETTING
    if has_its_shape:
        return UNSEEN
    if not part.is_real:
        return WHOLE
    if not np.isfinite(part.array).all():
        return NOT_FINITE
    if is_statistic(part.paths[0]):
        return STATISTIC
    if not part.kept:
        return STATE
    if _is_listed(part):
        return WITHOUT
    return UNLISTED if _owner_lists(study, part, found) else UNSEEN


def _unexplained(study: Study, found: Found) -> list[Array]:
    """Return what backward leaves that might be the gradient of anything.

    It is none of a part or input that is known, nor equal to one of these, nor has it
    the shape of what flows through the layer.
    """
    learnt = {path for at in found.gradients for path in study.parts[at].paths}
    known = [follow(study.run.places, path) for path in found.taken]
    left = []
    for (place, *rest), value in walk(study.run.places).items():
        path = tuple(rest)
        array = np.asarray(numbers(value))
        if place == "layer" and (path not in study.written or path in learnt):
            continue
        if found.is_taken((place, *path)) or array.shape in study.flowing:
            continue
        is_known = any(value is other or equal(value, other) for other in known)
        if array.dtype.kind in "fc" and not is_known:
            left.append(array)
    return left


# Gradients of what a layer does not hold


def _leavings(study: Study) -> dict[Path, Any]:
    """Return the floating numbers that backward leaves, by path in `Run.places`."""
    left = {}
    for path, value in walk(study.run.places).items():
        is_left = path[0] == "returned" or path[1:] in study.written
        if is_left and np.asarray(numbers(value)).dtype.kind in "fc":
            left[path] = value
    return left


def _label(path: Path) -> str:
    """Return what to call a path in `Run.places`: dW, or returned[1]."""
    return label(path if path[0] == "returned" else path[1:])


def _orphans(study: Study, found: Found, requests: Requests) -> list[Unchecked]:
    """Return the gradients of what a layer does not hold: W may be a global.

    These are what backward leaves under the name of a gradient, and what it returns
    beside dx; not what is known, nor a copy of it, nor what flows between layers,
    going by its name or its shape.
    """
    known = [follow(study.run.places, path) for path in found.taken]
    # In a row without names, these are perhaps what the user has named elsewhere.
    named = [study.parts[at].array.shape for at in requests.gradients]
    orphans = []
    for path, value in _leavings(study).items():
        if found.is_taken(path) or any(equal(value, one) for one in known):
            continue
        array = _array_at(study, path)
        name = _named_after(path)
        if not name and array.shape in named:
            continue
        is_flowing = array.shape in study.flowing and not is_learnt(name)
        is_row = path[0] == "returned" and not _named_last(path)  # (dx, dW)
        if is_row or _is_orphan(study, path, name, is_flowing=is_flowing):
            held = f"no {name} that it could be" if name else "nothing that it could be"
            orphans.append(
                Unchecked(_label(path), array.shape, ORPHAN.format(held=held))
            )
    return orphans


def _array_at(study: Study, path: Path) -> Array:
    """Return the numbers at a path in `Run.places`."""
    return np.asarray(numbers(follow(study.run.places, path)))


def _named_after(path: Path) -> str:
    """Return the name of what a gradient is that of; "" if its path does not say."""
    if not _named_last(path):
        return ""
    key = path[-1]
    name = of_what(key).lstrip("_")
    if not name and (path[0] == "returned" or _gradient_holder(path[:-1])):
        name = key  # as in grads["W"]
    return name


def _named_last(path: Path) -> bool:
    """Return whether a path in `Run.places` ends in a name, and no index."""
    return isinstance(path[-1], str) and len(path) > 1


def _gradient_holder(path: Path) -> bool:
    """Return whether a path leads through what holds gradients, such as grads."""
    names = {plain(key) for key in path if isinstance(key, str)}
    # "diff" and "derivative" are names of much else.
    return any("grad" in name for name in names & {*map(plain, GRADIENT_HOLDERS)})


def _is_orphan(study: Study, path: Path, name: str, *, is_flowing: bool) -> bool:
    """Return whether an attribute or entry is a gradient of nothing that is held."""
    if is_flowing or is_between(name):
        return False
    if not name:
        return _gradient_holder(path)
    inputs = map(plain, study.passes.names)
    if plain(name) in inputs:
        return False
    inner = () if path[0] == "returned" else path[1:]
    owner = inner[: owner_of(study.run.layer, inner)[1]]
    shape = _array_at(study, path).shape
    for other, value in _held(study, learnt=is_learnt(name)).items():
        names = [key for key in other if isinstance(key, str)]
        is_inside = other[: len(owner)] == owner and bool(names)
        # dK is not the gradient of a number k, which may be its size.
        has_its_shape = np.shape(value) == shape
        fits = is_shared(value) or has_its_shape
        if is_inside and fits and _is_after(path[-1], name, names[-1]):
            return False
        # Beside dW there may be dW_prev, or dW_norm, which is one number.
        stem = name.partition("_")[0]
        is_kin = has_its_shape or shape == ()
        if is_inside and is_kin and plain(stem) == plain(names[-1]):
            return False
    return True


def _held(study: Study, *, learnt: bool) -> dict[Path, Any]:
    """Return the numbers of a layer that a gradient may be that of, by their path.

    What forward writes may be anything that flows, but nothing that is learnt: such
    as self.W = W, of a global W.
    """
    if learnt:
        parts = [part for part in study.parts if part.kept]
        return {path: part.value for part in parts for path in part.all_paths}
    after = walk(study.run.layer, listings=True)
    ahead = {p: value for p, value in after.items() if p not in study.written}
    return walk(study.layer) | ahead


def _is_after(key: str, name: str, other: str) -> bool:
    """Return whether a gradient may be called after something that is held."""
    return plain(name) == plain(other) or is_gradient_name(key, other, loosely=True)


# Parameters of classes


def _unread_of_class(study: Study, found: Found) -> list[int]:
    """Return the parts that a class holds, and forward does not read from self.

    It may read them as Layer.W, which no copy of a layer can change.
    """
    of_class = [at for at in sorted(found.gradients) if _is_of_class(study, at)]
    return [at for at in of_class if not dependences(study, [at])]


def _is_of_class(study: Study, at: int) -> bool:
    """Return whether a part is an attribute of a class."""
    path = study.parts[at].paths[0]
    owner = follow(study.layer, path[:-1])
    return path[-1] not in getattr(owner, "__dict__", {}) and any(
        vars(kind).get(path[-1]) is study.parts[at].value
        for kind in type(owner).__mro__
    )


def _is_listed(part: Part) -> bool:
    """Return whether a part stands in what its owner calls parameters."""
    return any(_lister(path) is not None for path in part.all_paths)


def _lister(path: Path) -> Path | None:
    """Return the path of the object that lists what stands under a path."""
    for k, key in enumerate(path[:-1]):
        if isinstance(key, str) and plain(key) in map(plain, LISTS):
            return path[:k]
    return None


def _owner_lists(study: Study, part: Part, found: Found) -> bool:
    """Return whether an owner of a part lists parameters that have gradients."""
    listers = {
        _lister(path) for at in found.gradients for path in study.parts[at].all_paths
    }
    return any(
        lister is not None and path[: len(lister)] == lister
        for lister in listers
        for path in part.paths
    )
