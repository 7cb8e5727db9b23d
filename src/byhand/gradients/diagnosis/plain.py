"""Patterns that need no comparison of patterns, and what to say where none fits."""

from __future__ import annotations

import numpy as np

from byhand.gradients.diagnosis.evidence import (
    CLOSE,
    Evidence,
    element_of,
    number,
    times,
)

SHOWN = 4  # elements at most that are printed where no pattern fits
LINE = 178  # characters of the line that they make: other tensors may join it


def not_finite(e: Evidence) -> str | None:
    """Name a gradient that holds NaN or infinity."""
    bad = int(np.count_nonzero(~np.isfinite(e.gradient)))
    if not bad:
        return None
    return (
        f"the gradient of {e.name} is not finite at {bad} of {e.gradient.size} elements"
    )


def without_values(e: Evidence) -> str | None:
    """Name a failure beside points where the function has no value."""
    if np.isfinite(e.numerical).any():
        return None
    return f"{e.name} differs beside points where fn has no value"


def untouched(e: Evidence) -> str | None:
    """Name an argument that the function does not use."""
    if np.any(e.numerical) or not np.any(np.abs(e.analytic) > 4 * e.error):
        return None
    return (
        f"fn does not change with {e.name}: does it use its argument, or an array from "
        "elsewhere?"
    )


def zero_everywhere(e: Evidence) -> str | None:
    """Name a gradient that is zero where the function does change."""
    if np.any(e.gradient) or not np.any(e.numerical):
        return None
    return f"the gradient of {e.name} is zero everywhere, and should not be"


def at_kinks(e: Evidence) -> str | None:
    """Name a value at a kink that lies outside the slopes of both sides."""
    kinks = {kink.index: kink for kink in e.kinks if kink.tensor == e.name}
    if e.worst is None or e.worst.index is None or e.worst.index not in kinks:
        return None
    wrong = {e.element(int(k)) for k in np.flatnonzero(e.faults)}
    if not wrong <= set(kinks):
        return None
    kink = kinks[e.worst.index]
    return (
        f"{e.name} is wrong where fn has a kink: the derivative must lie between those "
        f"of the two sides, {number(kink.left)} and {number(kink.right)}"
    )


def one_element(e: Evidence) -> str | None:
    """Name one wrong element."""
    wrong = np.flatnonzero(e.faults)
    if wrong.size > 1 or e.tensor.base.size < 2 * e.tensor.parts:
        return None
    if wrong.size:
        k = int(wrong[0])
        index = e.element(k)
        analytic, numerical = float(e.analytic[k]), float(e.numerical[k])
        error = e.error_of_ratio(wrong)
    elif e.worst is not None and e.worst.index is not None:
        index = e.worst.index
        analytic, numerical = e.worst.analytic, e.worst.numerical
        error = e.worst.bound / abs(numerical) if numerical else 0.0
    else:
        return None
    value = f"{number(analytic)} where 0 is right"
    if numerical:
        ratio = analytic / numerical
        value = times(ratio, error=error) + _itself(e, index, ratio)
    others = "the others are right"
    if not e.whole:
        others = f"none of {e.index.size - wrong.size} others looked at is wrong"
    return f"one element of {e.name} is wrong, {element_of(index)}: {value}; {others}"


def _itself(e: Evidence, index: tuple[int, ...], ratio: float) -> str:
    """Return the words for a ratio that is the element itself, or one over it."""
    if e.complex:
        return ""
    x = float(np.reshape(e.tensor.base, e.shape)[index])
    if x == 0 or abs(abs(x) - 1) <= CLOSE:
        return ""
    name = f"{e.name}{element_of(index)}"
    if abs(ratio / x - 1) <= CLOSE:
        return f", which is {name} itself: the gradient by its logarithm?"
    if abs(ratio * x - 1) <= CLOSE:
        return f", which is 1/{name}: a factor of that is missing?"
    return ""


def in_sum_only(e: Evidence) -> str | None:
    """Say that no element looked at is wrong by itself."""
    if e.faults.any():
        return None
    return f"{e.name} is wrong in sum, by little in each element"


def no_pattern(e: Evidence) -> str:
    """Return the worst elements with their two values, where no pattern fits."""
    count = np.count_nonzero(e.faults)
    says = (
        f"{count} of {e.index.size} elements looked at in {e.name} are wrong, in no "
        "known way, worst "
    )
    shown: list[str] = []
    for k in e.worst_first()[:SHOWN]:
        values = f"{number(float(e.analytic[k]))} for {number(float(e.numerical[k]))}"
        shown.append(f"{element_of(e.element(int(k)))} {values}")
        if shown[1:] and len(says + ", ".join(shown) + e.by_little) > LINE:
            shown.pop()
            break
    return says + ", ".join(shown) + e.by_little
