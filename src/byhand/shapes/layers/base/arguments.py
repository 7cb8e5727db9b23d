"""The arguments of a layer: those of every layer, and what an editor shows."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

REQUIRED = object()

# Accepted by every layer of Keras; none of them changes a shape.
COMMON = {
    "name": None,
    "trainable": True,
    "dtype": None,
    "autocast": True,
    "activity_regularizer": None,
    "input_shape": None,
    "input_dim": None,
}

# Of these, what the first layer of a stack says of the stack's input.
STARTS = ("input_shape", "input_dim")


class ShownSignature:
    """What `help` and an editor show: the arguments under Keras's names."""

    def __get__(self, instance: Any, owner: Any) -> Any:
        if instance is not None:
            raise AttributeError("__signature__")
        from inspect import Parameter, Signature

        kind = Parameter.POSITIONAL_OR_KEYWORD
        shown = [
            Parameter(
                name, kind, default=Parameter.empty if default is REQUIRED else default
            )
            for name, default in owner._arguments_.items()
            if name.isidentifier() and not name.startswith("_")
        ]
        more = Parameter("common", Parameter.VAR_KEYWORD)
        return Signature([*shown, more])


def is_fixed(cls: Any, name: str, base: Any) -> bool:
    """Return whether an argument would hide what every layer, `base`, has so called."""
    held = getattr(cls, name, None)
    if isinstance(held, property):
        return held.fset is None
    return callable(held) and not isinstance(held, type) and hasattr(base, name)


def differs(value: Any, default: Any) -> bool:
    """Return whether an argument is to be shown: it is not the default."""
    if value is default:
        return False
    try:
        return bool(value != default)
    except Exception:  # an array, or a symbolic tensor, which compare to more of them
        return True
