"""Hold what a script found on several backends together.

A script says in a dict `bands` how far a fact may lie apart: the largest difference
between any two backends. Without a band, floating-point facts agree to one per cent
and all others are equal.
"""

from collections.abc import Iterator
from typing import Any

from bookbuild.checks import finite

RELATIVE = 0.01


def band_of(place: str, bands: dict[str, float]) -> float | None:
    """Return the band of a fact, or of the group that it belongs to."""
    while place not in bands:
        place, parted, _ = place.rpartition(" / ")
        if not parted:
            return None
    return float(bands[place])


def disagreements(
    found: dict[str, dict[str, Any]], bands: dict[str, Any]
) -> Iterator[str]:
    """Yield what backends do not agree on.

    Parameters
    ----------
    found : dict
        The facts of one script, by backend.
    bands : dict
        By fact, or by group of facts, the largest difference that is expected.
    """
    flat = {backend: dict(finite.flattened(facts)) for backend, facts in found.items()}
    limits = dict(finite.flattened(bands))
    places = list(dict.fromkeys(place for facts in flat.values() for place in facts))
    for limit in limits:
        if not any(p == limit or p.startswith(f"{limit} / ") for p in places):
            yield f"bands names {limit!r}, which is no fact"
    for place in places:
        values = {backend: facts.get(place) for backend, facts in flat.items()}
        said = ", ".join(f"{value} on {backend}" for backend, value in values.items())
        if any(place not in facts for facts in flat.values()):
            yield f"{place}: not on every backend ({said})"
            continue
        if what := apart(list(values.values()), band_of(place, limits)):
            yield f"{place}: {said}: {what}"


def apart(values: list[Any], band: float | None) -> str:
    """Return how values lie too far apart, or an empty text."""
    numbers = all(
        isinstance(value, int | float) and not isinstance(value, bool)
        for value in values
    )
    if numbers and band is not None:
        gap = max(values) - min(values)
        return f"{gap:.3g} apart, the band is {band:g}" if gap > band else ""
    if numbers and any(isinstance(value, float) for value in values):
        gap, size = max(values) - min(values), max(map(abs, values))
        if gap > RELATIVE * size:
            return f"{gap / size:.1%} apart without a band; state one in `bands`"
        return ""
    return "" if all(value == values[0] for value in values) else "not equal"
