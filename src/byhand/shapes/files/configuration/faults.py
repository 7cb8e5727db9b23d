"""What is wrong with an entry, as an error that says where."""

from __future__ import annotations

from byhand.shapes.errors import ReadError, ShapeError
from byhand.shapes.values import shown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


# What a layer may do when arguments are not what it expects; each becomes a ReadError
# that names the layer.
FAULTS = (
    ArithmeticError,
    AttributeError,
    LookupError,
    MemoryError,
    RecursionError,
    TypeError,
)


def calling(where: str, function: Any, /, *args: Any, **kwargs: Any) -> Any:
    """Return what a function gives; what it stumbles over becomes a ReadError.

    What a layer says of shapes passes as it is.
    """
    try:
        return function(*args, **kwargs)
    except ReadError:
        raise
    except ShapeError as error:
        if isinstance(function, type):  # refused before it saw a shape
            raise ReadError(cannot_be_made(where, error)) from None
        raise
    except FAULTS as error:
        raise ReadError(cannot_be_made(where, error)) from None


def cannot_be_made(where: str, error: BaseException) -> str:
    """Return the words for a layer that cannot be made."""
    words = " ".join(str(error).split())[:600]
    if isinstance(error, MemoryError):
        words = "it takes more memory than there is"
    elif isinstance(error, RecursionError):
        words = "it is nested too deeply"
    elif "unexpected keyword argument" in words:
        words = f"it has no argument {words.rpartition('argument ')[2]}"
    elif "required positional argument" in words:
        words = f"it is called without {words.rpartition(': ')[2]}"
    elif not isinstance(error, ShapeError | TypeError):
        words = f"its arguments do not go together ({type(error).__name__}: {words})"
    return f"{where} cannot be made: {words}"


def field_of(config: Any, name: str, kind: Any, where: str) -> Any:
    """Return an entry of a dictionary, or say what is wrong with it."""
    if not isinstance(config, dict):
        raise ReadError(f"{where} is {shown(config)} where a dictionary is expected")
    value = config.get(name)
    if kind is list and isinstance(value, tuple):
        value = list(value)
    if not isinstance(value, kind):
        raise ReadError(
            f"{where} has {name}={shown(value)} where "
            f"{getattr(kind, '__name__', kind)} is expected"
        )
    return value
