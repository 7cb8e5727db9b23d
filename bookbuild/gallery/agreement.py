"""Hold what a script found on several backends together.

gallery/bands.toml says how far the facts of each script may lie apart: the largest
difference, or the largest ratio, between any two backends. Without a band,
floating-point facts agree to one per cent and all others are equal.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from bookbuild.checks import finite
from bookbuild.gallery import tables
from bookbuild.gallery.tables import TableError

RELATIVE = 0.01
FILE = "bands.toml"


@dataclass(frozen=True)
class Band:
    """How far the facts that a pattern names may lie apart.

    Parameters
    ----------
    pattern : str
        A fact, a group of facts, or a pattern in the manner of the shell.
    difference : float
        The largest difference between two backends.
    times : float or None
        The largest ratio between two backends, in place of a difference.
    """

    pattern: str
    difference: float = 0.0
    times: float | None = None

    def fits(self, place: str) -> bool:
        """Return whether the band is for a fact, or for a group that it belongs to."""
        parts = place.split(" / ")
        groups = (" / ".join(parts[:count]) for count in range(len(parts), 0, -1))
        return any(fnmatchcase(group, self.pattern) for group in groups)

    def fault(self, values: list[float]) -> str:
        """Return how values lie too far apart, or an empty text."""
        low, high = min(values), max(values)
        if self.times is None:
            gap = high - low
            return (
                f"{gap:.3g} apart, the band is {self.difference:g}"
                if gap > self.difference
                else ""
            )
        if low > 0 and high <= self.times * low:
            return ""
        return f"{low:.3g} and {high:.3g}, the band is a ratio of {self.times:g}"


def read(gallery: Path) -> dict[str, list[Band]]:
    """Return the bands of a gallery's scripts, by the name of the script.

    Parameters
    ----------
    gallery : Path
        The folder of the examples, which holds the file of bands.

    Raises
    ------
    TableError
        If the file cannot be read, or a band is neither a number nor a ratio.
    """
    found = {}
    for script, table in tables.read(gallery, FILE).items():
        if not isinstance(table, dict):
            raise TableError(
                f"{FILE}: {script!r} is no table; write the bands of a script "
                'behind a line like ["theme/plot_question"]'
            )
        found[script] = [
            band_of(script, pattern, value) for pattern, value in table.items()
        ]
    return found


def band_of(script: str, pattern: str, value: Any) -> Band:
    """Return a band from what the file says of it."""
    match value:
        case bool():
            pass
        case int() | float() if value >= 0:
            return Band(pattern=pattern, difference=float(value))
        case {"times": int() | float() as times, **rest} if not rest and times >= 1:
            return Band(pattern=pattern, times=float(times))
    raise TableError(
        f"{FILE}: the band {pattern!r} of {script} is {value!r}; it may be the largest "
        "difference, such as 0.03, or the largest ratio, such as { times = 3 }"
    )


def disagreements(
    found: Mapping[str, Mapping[str, Any]], bands: list[Band]
) -> Iterator[str]:
    """Yield what backends do not agree on.

    Parameters
    ----------
    found : mapping
        The facts of one script, by backend.
    bands : list of Band
        The bands of the script; the first that fits a fact counts.
    """
    flat = {backend: dict(finite.flattened(facts)) for backend, facts in found.items()}
    places = list(dict.fromkeys(place for facts in flat.values() for place in facts))
    for band in bands:
        if not any(band.fits(place) for place in places):
            yield f"{FILE} names {band.pattern!r}, which is no fact"
    for place in places:
        values = {backend: facts.get(place) for backend, facts in flat.items()}
        said = ", ".join(f"{value} on {backend}" for backend, value in values.items())
        if any(place not in facts for facts in flat.values()):
            yield f"{place}: not on every backend ({said})"
            continue
        band = next((band for band in bands if band.fits(place)), None)
        if what := apart(list(values.values()), band):
            yield f"{place}: {said}: {what}"


def apart(values: list[Any], band: Band | None) -> str:
    """Return how values lie too far apart, or an empty text."""
    numbers = all(
        isinstance(value, int | float) and not isinstance(value, bool)
        for value in values
    )
    if numbers and band is not None:
        return band.fault(values)
    if numbers and any(isinstance(value, float) for value in values):
        gap, size = max(values) - min(values), max(map(abs, values))
        if gap > RELATIVE * size:
            return f"{gap / size:.1%} apart without a band; state one in {FILE}"
        return ""
    return "" if all(value == values[0] for value in values) else "not equal"
