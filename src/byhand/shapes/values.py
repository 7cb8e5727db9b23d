"""What a reader gives as a value: numbers checked, and anything shown in few words."""

from __future__ import annotations

from byhand.shapes.errors import ShapeError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

LONGEST = 2**63  # from here on, no array has as many elements along an axis


def shown(value: Any, *, most: int = 80) -> str:
    """Return a value as Python writes it, cut where it is long; never an error."""
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) >= LONGEST:
        return f"a whole number of {value.bit_length()} bits"
    try:
        from reprlib import Repr

        short = Repr()
        short.maxstring = short.maxother = short.maxlong = most
        short.maxlist = short.maxtuple = short.maxdict = 8
        return short.repr(value)
    except Exception:  # whatever a foreign object does when it is to be written
        return f"a value of type {type(value).__name__}"


def whole_number(
    name: str,
    value: Any,
    *,
    least: int = 1,
    meaning: str = "",
) -> int:
    """Return an argument that must be a whole number.

    Parameters
    ----------
    name : str
        The argument's name.
    value : object
        What was given for it: an int, or what Python takes for one as an index.
    least : int
        The smallest that is allowed.
    meaning : str
        What it counts, for the message.

    Raises
    ------
    TypeError
        If it is no whole number; True and 2.0 are none.
    ShapeError
        If it is smaller than `least`, or no array is as long.
    """
    said = f" ({meaning})" if meaning else ""
    # bool is an int to Python, and no length is True.
    index = None if isinstance(value, bool) else getattr(value, "__index__", None)
    try:
        number = int(index()) if callable(index) else None
    except Exception:  # an array has the method, and refuses unless it is one number
        number = None
    if number is None:
        raise TypeError(
            f"{name} must be a whole number{said}, got {shown(value)} of type "
            f"{type(value).__name__}"
        )
    if number < least:
        raise ShapeError(
            f"{name} must be at least {least}{said}, got {shown(number)}; "
            f"give a whole number from {least} up"
        )
    if number >= LONGEST:
        raise ShapeError(
            f"{name} must be less than 2**63{said}, got {shown(number)}; no array is "
            "as long"
        )
    return number


def real_number(
    name: str,
    value: Any,
    *,
    least: float = float("-inf"),
    most: float = float("inf"),
) -> None:
    """Refuse an argument that is no number from `least` to `most`.

    Raises
    ------
    TypeError
        If it is no number; True is none.
    ShapeError
        If it is out of the range, or not a number (NaN).
    """
    try:
        takes = hasattr(value, "__float__") or hasattr(value, "__index__")
        number = float(value) if takes and not isinstance(value, bool) else None
    except Exception:  # an array, a number that is too large, a foreign object
        number = None
    if number is None:
        raise TypeError(
            f"{name} must be a number, got {shown(value)} of type "
            f"{type(value).__name__}"
        )
    if least <= number <= most:
        return
    bounds = f"from {least:g} to {most:g}" if most < float("inf") else "a number"
    if bounds == "a number" and least > float("-inf"):
        bounds = f"at least {least:g}"
    raise ShapeError(f"{name} must be {bounds}, got {shown(value)}")
