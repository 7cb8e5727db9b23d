"""What a reader's own layer or model makes of shapes, by running its `call`.

The method is run on symbolic tensors, as Keras runs it to find a shape. Where it uses
what is not known here, the layer is opaque: its output is what its
`compute_output_shape` says, or unknown, and a note says why.
"""

from __future__ import annotations

from byhand.shapes.errors import ShapeError
from byhand.shapes.naming import Names
from byhand.shapes.outcome import UNKNOWN, Inner, Outcome, inside
from byhand.shapes.tensor import Tensor, calls_before, tensors_in

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from byhand.shapes.tensor import Arguments, Shape


def trace(layer: Any, shapes: Sequence[Shape], arguments: Arguments) -> Outcome:
    """Return what a reader's own layer makes of its arguments.

    Parameters
    ----------
    layer : Layer
        A layer with a `call` or a `compute_output_shape` of its own.
    shapes : list of tuple
        Shapes of its inputs.
    arguments : Arguments
        What it is called with.

    Returns
    -------
    Outcome
        With the calls inside; an opaque one where `call` cannot be run.

    Raises
    ------
    ShapeError
        If shapes inside do not go together.
    """
    if not layer.own("call"):
        return _opaque(layer, shapes, "it has no method call")
    starts = [Tensor(one.shape, dtype=one.dtype) for one in arguments.tensors]
    given = arguments.replaced(starts)
    try:
        result = layer.call(*given.given, **given.named)
    except ShapeError:
        raise
    except Exception as error:
        # Whatever a reader's own code meets: the rest of the network is still said.
        words = " ".join(str(error).split())[:200]
        return _opaque(
            layer, shapes, f"its call stopped with {type(error).__name__}: {words}"
        )
    outputs = list(tensors_in(result))
    if not outputs:
        return _opaque(
            layer, shapes, f"its call gives {type(result).__name__} and no tensor"
        )
    calls = calls_before(outputs)
    names = Names()
    for call in calls:
        names.give(call.layer)
    outcome = inside(Inner(starts, calls, outputs))
    outcome.structure = result
    return outcome


def _opaque(layer: Any, shapes: Sequence[Shape], why: str) -> Outcome:
    """Return what is known of a layer whose `call` cannot be run."""
    shape: Any = None
    if layer.own("compute_output_shape"):
        try:
            shape = layer.compute_output_shape(
                shapes[0] if len(shapes) == 1 else list(shapes)
            )
        except ShapeError:
            raise
        except Exception as error:
            words = " ".join(str(error).split())[:200]
            why += f"; compute_output_shape with {type(error).__name__}: {words}"
    outs = [None] if shape is None else _as_shapes(shape)
    return Outcome(outs, macs=None, field=UNKNOWN, note=why)


def _as_shapes(shape: Any) -> list[Any]:
    """Return the shapes that a `compute_output_shape` gives, one or a list."""
    parts = list(shape)
    if parts and all(isinstance(part, tuple | list) for part in parts):
        return [tuple(part) for part in parts]
    return [tuple(parts)]
