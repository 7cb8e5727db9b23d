"""Errors of a layer in three lines: the fault and where, the way there, a remedy."""

from __future__ import annotations

from byhand.shapes.errors import ShapeError
from byhand.shapes.smallest import smallest_shape
from byhand.shapes.tensor import calls_before, show

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from byhand.shapes.tensor import Arguments


class _Failed:
    """The call that could not be made, as a call for those that try other inputs."""

    outputs: tuple[()] = ()

    def __init__(self, layer: Any, arguments: Arguments) -> None:
        self.layer, self.arguments = layer, arguments
        self.inputs = arguments.tensors


def call_error(error: ShapeError, layer: Any, arguments: Arguments) -> ShapeError:
    """Return an error in three lines: the fault and where, how it came about, a remedy.

    An error that says where already is returned as it is.
    """
    if "\n" in str(error):
        return error
    fault, _, remedy = _brief(str(error)).partition("; ")
    inputs = arguments.tensors
    before = calls_before(inputs)
    kind = layer.kind
    name = f"{layer.name!r} ({kind})" if layer.name else kind
    way = [show(tensor.shape) for tensor in inputs if not tensor.call]
    way += [f"{call.layer.label} {show(call.outputs[0].shape)}" for call in before]
    starts = {id(t): t for call in before for t in call.inputs if not t.call}
    # Trying inputs runs every call some dozen times.
    if "does not fit" in fault and len(starts) == 1 and len(before) < 500:
        (start,) = starts.values()
        failed = _Failed(layer, arguments)
        least = smallest_shape(start, [*before, failed])
        if least is not None:
            remedy = remedy.partition(", or a length")[0]
            size = "x".join(str(length) for length in least[1:-1])
            remedy += f", or an input of at least {size}"
    if len(way) > 6:
        way = [way[0], f"{len(way) - 5} more", *way[-4:]]
    return ShapeError(
        f"layer {len(before) + 1}, {name}: {fault}\n"
        f"  it received {', '.join(show(tensor.shape) for tensor in inputs)}: "
        f"{' -> '.join(way)}\n"
        f"  {remedy or 'change its arguments or its input'}"
    )


def _brief(words: str, most: int = 600) -> str:
    """Return words with their middle left out where they are many."""
    half = most // 2
    return words if len(words) <= most else f"{words[:half]} ... {words[-half:]}"


def construction_error(
    error: Exception, cls: Any, given: tuple[Any, ...], named: Mapping[str, Any]
) -> Exception:
    """Return an error of a layer that could not be made, in three lines."""
    if "\n" in str(error):
        return error
    fault, _, remedy = _brief(str(error)).partition("; ")
    parts = [repr(value) for value in given]
    parts += [f"{name}={value!r}" for name, value in named.items()]
    made = f"{cls.__name__}({', '.join(parts)})"
    if len(made) > 100:
        made = f"{made[:96]}...)"
    takes = ", ".join(list(cls.arguments)[:8])
    kind = ShapeError if isinstance(error, ShapeError) else TypeError
    return kind(
        f"{cls.__name__}: {fault}\n"
        f"  it was asked for as {made}\n"
        f"  {remedy or f'correct it; the arguments begin with {takes}'}"
    )
