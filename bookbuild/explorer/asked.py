"""Values out of a request, checked, with sentences for those that will not do."""

from __future__ import annotations

from typing import Any

from bookbuild.explorer.errors import AskedError

LARGEST = 100_000  # of a length; more than any image has


def whole(
    request: dict[str, Any], name: str, *, least: int = 1, most: int = LARGEST
) -> int:
    """Return a whole number of a request.

    Parameters
    ----------
    request : dict
        What was asked.
    name : str
        The key.
    least, most : int
        The bounds.

    Raises
    ------
    AskedError
        If there is no such number.

    Examples
    --------
    >>> whole({"kernel": 3}, "kernel")
    3
    """
    value = request.get(name)
    if isinstance(value, bool) or not isinstance(value, int):
        raise AskedError(f"{name} must be a whole number, got {value!r:.60}.")
    if not least <= value <= most:
        raise AskedError(f"{name} must be from {least} to {most:,}, got {value!r:.60}.")
    return value


def span(request: dict[str, Any], name: str, *, most: int) -> range:
    """Return the numbers from the first to the last of a pair.

    Parameters
    ----------
    request : dict
        What was asked.
    name : str
        The key of a pair such as [1, 7].
    most : int
        The largest number.

    Raises
    ------
    AskedError
        If there is no such pair.

    Examples
    --------
    >>> span({"kernel": [1, 7]}, "kernel", most=32)
    range(1, 8)
    """
    pair = request.get(name)
    if not isinstance(pair, list) or len(pair) != 2:
        raise AskedError(f"{name} must be two numbers, the least and the most.")
    first = whole({name: pair[0]}, name, most=most)
    last = whole({name: pair[1]}, name, most=most)
    if first > last:
        raise AskedError(f"{name} goes from {first} to {last}; give the smaller first.")
    return range(first, last + 1)


def one_of(request: dict[str, Any], name: str, allowed: tuple[str, ...]) -> str:
    """Return a word of a request that is one of those allowed.

    Parameters
    ----------
    request : dict
        What was asked.
    name : str
        The key.
    allowed : tuple of str
        The words.

    Raises
    ------
    AskedError
        If it is none of them.
    """
    value = request.get(name)
    if value not in allowed:
        raise AskedError(f"{name} must be {' or '.join(allowed)}, got {value!r:.60}.")
    return str(value)
