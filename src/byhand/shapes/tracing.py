"""What a reader's own layer or model makes of shapes, by running its `call`.

The method is run on symbolic tensors, as Keras runs it to find a shape. Where it uses
what is not known here, the layer is opaque: its output is what its
`compute_output_shape` says, or unknown, and a note says why.
"""

from __future__ import annotations

from byhand.shapes.errors import ShapeError
from byhand.shapes.naming import Names
from byhand.shapes.outcome import UNKNOWN, Inner, Outcome, inside
from byhand.shapes.size import Size
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
    TypeError
        If a layer inside cannot be made with its arguments.
    """
    if not layer._own_("call"):
        return _opaque(layer, shapes, "it has no method call")
    starts = [Tensor(one.shape, dtype=one.dtype) for one in arguments.tensors]
    given = arguments.replaced(starts)
    # Calls made from here on show how far `call` got, if it stops.
    reached = {id(one): len(one._calls_made_) for one in layer._inner_layers_}
    try:
        result = layer.call(*given.given, **given.named)
    except Exception as error:
        # Whatever a reader's own code meets: the rest of the network is still said.
        if is_refusal(error):
            raise
        return _partly(
            layer, shapes, starts, reached, f"its call stopped with {in_words(error)}"
        )
    outputs = list(tensors_in(result))
    if not outputs:
        why = f"its call gives {type(result).__name__} and no tensor"
        return _partly(layer, shapes, starts, reached, why)
    outcome = inside(_named(Inner(starts, calls_before(outputs), outputs), layer))
    outcome.structure = result
    return outcome


def _named(inner: Inner, layer: Any) -> Inner:
    """Return calls whose layers have names, those of a layer's `call`."""
    names = Names()
    for call in inner.calls:
        if call.layer is not layer:
            names.give(call.layer)
    return inner


def _partly(
    layer: Any,
    shapes: Sequence[Shape],
    starts: Sequence[Tensor],
    reached: dict[int, int],
    why: str,
) -> Outcome:
    """Return what is known of a layer whose `call` stops on the way.

    The calls of layers inside that it got to are kept, and what follows them is one
    more call, of which little is known.
    """
    done = [
        tensor
        for one in layer._inner_layers_
        for call in one._calls_made_[reached.get(id(one), 0) :]
        for tensor in call.outputs
    ]
    calls = calls_before(done)
    used = {id(tensor) for call in calls for tensor in call.inputs}
    ends = [tensor for tensor in done if id(tensor) not in used]
    rest = layer._rest_of_call_(ends or starts, _opaque(layer, shapes, why))
    inner = _named(Inner(starts, [*calls, rest], rest.outputs), layer)
    outs = [tensor.shape for tensor in rest.outputs]
    return Outcome(outs, macs=None, field=UNKNOWN, inner=inner, note=why)


def build_own(layer: Any, arguments: Arguments) -> str:
    """Run a reader's own `build`, with shapes as Keras gives them.

    A `build` with one argument gets the shape of the first argument of the call; one
    with several gets a shape for each.

    Returns
    -------
    str
        Why it could not be run; "" where it could.

    Raises
    ------
    ShapeError
        If shapes inside do not go together.
    """
    given = list(zip(arguments.names(), arguments.values(), strict=True))
    shapes = {name: shape_of(value) for name, value in given}
    shapes = {name: shape for name, shape in shapes.items() if shape is not None}
    code = getattr(layer._own_("build"), "__code__", None)
    wanted = code.co_varnames[1 : code.co_argcount] if code else ()
    by_name = {f"{name}_shape": shape for name, shape in shapes.items()}
    try:
        if len(wanted) > 1 and by_name.keys() <= set(wanted):
            layer.build(**by_name)
        else:
            several = code is None or bool(code.co_flags & 4)  # it takes *shapes
            layer.build(*list(shapes.values())[: None if several else len(wanted)])
    except Exception as error:
        if is_refusal(error):
            raise
        return f"its build stopped with {in_words(error)}"
    if layer._built_from_ is None:
        layer._built_from_ = [tensor.shape for tensor in arguments.tensors]
    return ""


def shape_of(value: Any) -> Any:
    """Return the shapes of the tensors of a structure, in the same structure."""
    if isinstance(value, Tensor):
        return value.shape
    if isinstance(value, list | tuple):
        shapes = [shape_of(part) for part in value]
        return [shape for shape in shapes if shape is not None] or None
    if isinstance(value, dict):
        return {name: shape_of(part) for name, part in value.items()} or None
    return None


def is_refusal(error: Exception) -> bool:
    """Return whether an error is one of this package about shapes or arguments.

    Such an error is a mistake of the reader's that Keras refuses as well. Its text
    has three lines; what else stops a reader's code is only not known here.
    """
    ours = isinstance(error, ShapeError | TypeError) and "\n" in str(error)
    return isinstance(error, ShapeError) or ours


def in_words(error: Exception) -> str:
    """Return an error on one line."""
    words = " ".join(str(error).split())[:200]
    if "__array_ufunc__" in words:
        words = "NumPy computes with numbers, of which there are none; use keras.ops"
    return f"{type(error).__name__}: {words}"


def _opaque(layer: Any, shapes: Sequence[Shape], why: str) -> Outcome:
    """Return what is known of a layer whose `call` cannot be run."""
    # Layers inside that were not reached have weights that nobody knows.
    if any(map(_is_unbuilt, layer._inner_layers_)):
        layer._unknown_weights_ = True
    outs, more = compute_output_shape(layer, shapes)
    return Outcome(outs, macs=None, field=UNKNOWN, note=why + more)


def _is_unbuilt(layer: Any) -> bool:
    """Return whether a layer has weights that are not made yet."""
    if layer.built:
        return any(map(_is_unbuilt, layer._inner_layers_))
    makes = layer._has_rule_for_weights_ or layer._own_("build") or layer._own_("call")
    return bool(makes) or any(map(_is_unbuilt, layer._inner_layers_))


def compute_output_shape(layer: Any, shapes: Sequence[Shape]) -> tuple[list[Any], str]:
    """Return what a reader's own `compute_output_shape` says, and why it does not.

    Returns
    -------
    list of tuple or None
        The shapes; [None] where it says nothing.
    str
        Words for a note, with "; " in front; "" where it speaks or there is none.

    Raises
    ------
    ShapeError
        If shapes inside do not go together.
    """
    if not layer._own_("compute_output_shape"):
        return [None], ""
    try:
        shape = layer.compute_output_shape(
            shapes[0] if len(shapes) == 1 else list(shapes)
        )
        return _as_shapes(shape), ""
    except Exception as error:
        if is_refusal(error):
            raise
        return [None], f"; compute_output_shape with {in_words(error)}"


def _as_shapes(shape: Any) -> list[Any]:
    """Return the shapes that a `compute_output_shape` gives: one, or several."""
    parts = list(shape.values() if isinstance(shape, dict) else shape)
    if parts and all(isinstance(part, tuple | list) for part in parts):
        return [_lettered(part) for part in parts]
    return [_lettered(parts)]


def _lettered(shape: Sequence[Any]) -> Shape:
    """Return a shape with a letter for each axis that is left open, but the batch."""
    return tuple(
        Size.symbol(f"N{axis}") if axis and length is None else length
        for axis, length in enumerate(shape)
    )
