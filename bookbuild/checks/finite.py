"""Find what is no number, NaN or infinity, in what a script of the gallery found.

The standard library only: the build of the book and the runs of examples both ask.
"""

import math
import re
from collections.abc import Iterator
from typing import Any

PRINTED = re.compile(r"(?<![\w.])[-+]?(nan|inf|infinity)(?!\w)", re.IGNORECASE)


def plain(value: Any) -> Any:
    """Return a fact as JSON can keep it: NumPy's numbers and arrays as Python's."""
    return value.tolist() if hasattr(value, "tolist") else str(value)


def flattened(value: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    """Yield each single fact with its place, such as "sigmoid / steepest"."""
    value = value.tolist() if hasattr(value, "tolist") else value
    if isinstance(value, dict):
        items: Any = value.items()
    elif isinstance(value, list | tuple):
        items = enumerate(value)
    else:
        yield name, value
        return
    for key, inner in items:
        yield from flattened(inner, f"{name} / {key}" if name else str(key))


def faults(facts: Any) -> Iterator[str]:
    """Yield what is wrong with the facts of a script: none at all, or no numbers."""
    if not isinstance(facts, dict) or not facts:
        yield f"the script has no dict `facts` with its results, but {facts!r}"
        return
    for place, value in flattened(facts):
        if isinstance(value, complex):
            finite = math.isfinite(value.real) and math.isfinite(value.imag)
        else:
            finite = not isinstance(value, float) or math.isfinite(value)
        if not finite:
            yield f"the fact {place!r} is {value}; mend what computes it"


def printed(text: str) -> str:
    """Return the first line that shows NaN or infinity, or an empty text."""
    return next((line for line in text.splitlines() if PRINTED.search(line)), "")
