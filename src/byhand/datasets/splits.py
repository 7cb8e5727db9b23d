"""Three parts of a data set: to learn from, to choose on, and to look at once.

A model is trained on the first part. Whatever is chosen, such as a learning rate or
when to stop, is chosen on the validation set. The test set says at the end what is to
be expected of new data, and says it only as long as nothing was chosen on it.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
Inputs = Any  # an array, or a list of arrays

PARTS = ("training", "validation", "test")


class Splits(NamedTuple):
    """Three parts of a data set, in this order, each as inputs and targets.

    `x` and `y_t` are to learn from, `x_val` and `y_val` to choose on, `x_test` and
    `y_test` to look at once. Axis 0 is that of the examples; the inputs are lists of
    arrays if those that were split are.
    """

    x: Inputs
    y_t: Array
    x_val: Inputs
    y_val: Array
    x_test: Inputs
    y_test: Array


def three_way(
    x: Inputs,
    y: Any,
    *,
    validation: float = 0.2,
    test: float = 0.2,
    stratify: bool = True,
    groups: Any = None,
    ordered: bool = False,
    seed: int = 0,
) -> Splits:
    """Split examples into a training, a validation and a test set.

    Each example comes into exactly one part. By default the examples are shuffled, and
    each part holds the classes in the same proportion. Where examples belong together,
    such as images of one patient or spectra of one star, pass `groups`; where a model
    is to foretell, `ordered=True`.

    Parameters
    ----------
    x : array_like, or list of ndarray
        The inputs, with the examples along axis 0. A list of arrays stands for the
        several inputs of a network, of N examples each, and is split alike.
    y : array_like
        The targets, with N examples along axis 0; to stratify, the class of each
        example, with the shape (N,).
    validation, test : float
        The fractions of the examples in these parts, above 0; their sum is below 1.
    stratify : bool
        Whether each part holds each class in the same proportion, to within one
        example. Say False for targets that are no classes. Ignored with `groups` or
        `ordered`.
    groups : array_like
        Shape (N,): a name or number of the group of each example. No group is in two
        parts; the fractions are met as nearly as whole groups allow.
    ordered : bool
        Whether the examples are in the order of time. Then nothing is shuffled: the
        last are the test set, and those before them the validation set.
    seed : int
        Of the shuffling.

    Returns
    -------
    Splits
        x, y_t, x_val, y_val, x_test, y_test.

    Raises
    ------
    TypeError
        If `stratify` is neither True nor False.
    ValueError
        If the fractions leave a part without examples, lengths differ, a class has
        fewer examples than there are parts, there are fewer groups than parts, or both
        `groups` and `ordered` are given.

    References
    ----------
    Kohavi 1995, IJCAI 14, 1137 (stratification).

    Examples
    --------
    >>> x, y = np.arange(20).reshape(10, 2), np.array([0, 1] * 5)
    >>> parts = three_way(x, y)
    >>> parts.x.shape, parts.x_val.shape, parts.x_test.shape
    ((6, 2), (2, 2), (2, 2))
    >>> three_way(x, y, ordered=True).y_test
    array([0, 1])
    """
    if not isinstance(stratify, bool | np.bool_):
        raise TypeError(
            f"stratify must be True or False, got {type(stratify).__name__}: the "
            "classes are those of y"
        )
    targets = np.asarray(y)
    arrays, several = _inputs(x)
    count = _length(arrays, targets)
    _refuse_fractions(validation, test)
    if groups is not None and ordered:
        raise ValueError(
            "groups and ordered=True contradict each other: give groups to keep "
            "examples together, or order for a split in time"
        )
    fractions = (validation, test)
    rng = np.random.default_rng(seed)
    if ordered:
        parts = _in_order(np.arange(count), fractions)
    elif groups is not None:
        parts = _by_group(_labels("groups", groups, count), fractions, rng)
    elif stratify:
        parts = _stratified(_labels("y", targets, count), fractions, rng)
    else:
        parts = _in_order(rng.permutation(count), fractions)

    def taken(places: Array) -> Inputs:
        found = [array[places] for array in arrays]
        return found if several else found[0]

    training, chosen_on, kept_back = parts
    return Splits(
        taken(training),
        targets[training],
        taken(chosen_on),
        targets[chosen_on],
        taken(kept_back),
        targets[kept_back],
    )


def _inputs(x: Inputs) -> tuple[list[Array], bool]:
    """Return the inputs as a list of arrays, and whether they came as one."""
    several = (
        isinstance(x, list | tuple)
        and len(x) > 0
        and all(isinstance(part, np.ndarray) and part.ndim > 0 for part in x)
    )
    return ([np.asarray(part) for part in x] if several else [np.asarray(x)]), several


def _length(arrays: Sequence[Array], targets: Array) -> int:
    """Return how many examples there are, if all agree and there are enough."""
    named = [(f"input {place}", array) for place, array in enumerate(arrays)]
    if len(arrays) == 1:
        named = [("x", arrays[0])]
    for name, array in [*named, ("y", targets)]:
        if array.ndim == 0:
            raise ValueError(f"{name} must hold examples along axis 0, got {array}")
    lengths = {name: len(array) for name, array in [*named, ("y", targets)]}
    if len(set(lengths.values())) > 1:
        raise ValueError(
            "x and y must hold equally many examples along axis 0, got "
            + ", ".join(f"{length} in {name}" for name, length in lengths.items())
        )
    if len(targets) < len(PARTS):
        raise ValueError(f"three parts need at least 3 examples, got {len(targets)}")
    return len(targets)


def _refuse_fractions(validation: float, test: float) -> None:
    """Refuse fractions that leave one of the three parts empty."""
    for name, fraction in [("validation", validation), ("test", test)]:
        if not 0 < fraction < 1:
            raise ValueError(
                f"{name} must be a fraction between 0 and 1, got {fraction}"
            )
    if not validation + test < 1:
        raise ValueError(
            "validation and test must leave examples to learn from: their sum must be "
            f"below 1, got {validation} + {test}"
        )


def _labels(name: str, values: Any, count: int) -> Array:
    """Return one label for each example."""
    labels = np.asarray(values)
    if labels.shape != (count,):
        remedy = " or say stratify=False" if name == "y" else ""
        raise ValueError(
            f"{name} must hold one label for each of the {count} examples, with the "
            f"shape ({count},), got the shape {labels.shape}: give labels{remedy}"
        )
    return labels


def _in_order(places: Array, fractions: tuple[float, float]) -> list[Array]:
    """Return places cut into three: the last for the test, each at least one."""
    validation, test = (max(1, _nearest(len(places) * part)) for part in fractions)
    training = len(places) - validation - test
    if training < 1:
        raise ValueError(
            f"{len(places)} examples are too few to give {fractions[0]} to the "
            f"validation and {fractions[1]} to the test set and learn from the rest: "
            "take smaller fractions"
        )
    return np.split(places, [training, training + validation])


def _nearest(number: float) -> int:
    return int(np.floor(number + 0.5))


def _stratified(
    labels: Array, fractions: tuple[float, float], rng: np.random.Generator
) -> list[Array]:
    """Return the places of three parts that hold each class in proportion."""
    pieces: list[list[Array]] = []
    for kind in np.unique(labels):
        places = rng.permutation(np.flatnonzero(labels == kind))
        if len(places) < len(PARTS):
            raise ValueError(
                f"class {kind!s} has {len(places)} of the {len(labels)} examples, too "
                "few for three parts: leave it out, merge it with another, or say "
                "stratify=False (also for targets that are no classes)"
            )
        try:
            pieces.append(_in_order(places, fractions))
        except ValueError as error:
            raise ValueError(f"class {kind!s}: {error}") from None
    return [rng.permutation(np.concatenate(part)) for part in zip(*pieces, strict=True)]


def _by_group(
    groups: Array, fractions: tuple[float, float], rng: np.random.Generator
) -> list[Array]:
    """Return the places of three parts that share no group."""
    names, number, sizes = np.unique(groups, return_inverse=True, return_counts=True)
    if len(names) < len(PARTS):
        raise ValueError(
            f"three parts need at least 3 groups, got {len(names)}: {names.tolist()}"
        )
    left = rng.permutation(len(names)).tolist()
    validation, test = fractions
    held_back = _near(left, sizes, test * len(groups), leave=2)
    left = [group for group in left if group not in held_back]
    chosen_on = _near(left, sizes, validation * len(groups), leave=1)
    left = [group for group in left if group not in chosen_on]
    return [
        rng.permutation(np.flatnonzero(np.isin(number, part)))
        for part in (left, chosen_on, held_back)
    ]


def _near(left: list[int], sizes: Array, target: float, *, leave: int) -> list[int]:
    """Return groups that together have nearly as many examples as the target.

    In the order given, each is taken that brings the sum nearer; if none does, the
    smallest. Some are left for the other parts.
    """
    taken: list[int] = []
    total = 0
    for group in left:
        nearer = abs(total + sizes[group] - target) < abs(total - target)
        if nearer and len(left) - len(taken) > leave:
            taken.append(group)
            total += sizes[group]
    return taken or [min(left, key=lambda group: sizes[group])]
