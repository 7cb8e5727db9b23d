"""Errors of a layer in three lines: the fault and where, the way there, a remedy.

The usual causes of an error stand in two tables, `CAUSES` for a call and
`CONSTRUCTION_CAUSES` for a layer that cannot be made. Each is a function that looks at
the evidence and returns a remedy, or "" where it does not fit; the first that fits is
said.
"""

from __future__ import annotations

from byhand.shapes.errors import RankError, ShapeError
from byhand.shapes.smallest import runs, shapes_for, smallest_shape
from byhand.shapes.tensor import AXES, Tensor, calls_before, show, tensors_in
from byhand.shapes.values import shown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from typing import Any

    from byhand.shapes.tensor import Arguments

# Trying inputs runs every call some dozen times.
MOST_CALLS = 500
MOST_TRIED = 20_000  # calls run in search of an input that works

# First arguments that a layer cannot be made without.
NEEDED = ("filters", "units", "kernel_size", "rate", "target_shape", "dims", "n")


class _Failed:
    """The call that could not be made, as a call for those that try other inputs."""

    outputs: tuple[()] = ()

    def __init__(self, layer: Any, arguments: Arguments) -> None:
        self.layer, self.arguments = layer, arguments
        self.inputs = arguments.tensors


class Evidence:
    """What is known of a call that could not be made.

    Attributes
    ----------
    error : ShapeError
        What the layer said.
    fault : str
        Its words, without the remedy.
    layer : Layer
        The layer that was called.
    inputs : list of Tensor
        What it was called with.
    before : list of Call
        The calls that the inputs come from, each after those it needs.
    failed : object
        The call itself, for trying other inputs.
    """

    def __init__(
        self, error: ShapeError, fault: str, layer: Any, arguments: Arguments
    ) -> None:
        self.error = error
        self.fault = fault
        self.layer = layer
        self.inputs = arguments.tensors
        self.before = calls_before(arguments.tensors)
        self.failed: Any = _Failed(layer, arguments)

    @property
    def shape(self) -> Any:
        """The shape of the first input; () where it is not known."""
        return (self.inputs[0].shape or ()) if self.inputs else ()

    @property
    def start(self) -> Any:
        """The one input of the network; None where there are several, or too far."""
        calls = [*self.before, self.failed]
        starts = {
            id(one): one
            for call in calls
            for one in call.inputs
            if not one.call and not one.weight
        }
        if len(starts) != 1 or len(self.before) >= MOST_CALLS:
            return None
        (start,) = starts.values()
        return start if start.shape else None


def call_error(error: ShapeError, layer: Any, arguments: Arguments) -> ShapeError:
    """Return an error in three lines: the fault and where, how it came about, a remedy.

    An error that says where already is returned as it is.
    """
    if "\n" in str(error):
        return error
    fault, _, remedy = _brief(str(error)).partition("; ")
    evidence = Evidence(error, fault, layer, arguments)
    remedy = _first(CAUSES, evidence) or remedy
    if "does not fit" in fault:
        remedy = _with_smallest(remedy, evidence)
    inputs, before = evidence.inputs, evidence.before
    kind = layer._kind_
    name = f"{layer.name!r} ({kind})" if layer.name else kind
    way = [show(tensor.shape) for tensor in inputs if not tensor.call]
    way += [f"{call.layer._label_} {show(call.outputs[0].shape)}" for call in before]
    if len(way) > 6:
        way = [way[0], f"{len(way) - 5} more", *way[-4:]]
    received = " and ".join(show(tensor.shape) for tensor in inputs[:8])
    # Inputs that no layer made are named already: no way leads to them.
    came = f": {_brief(' -> '.join(way))}" if before else ""
    return ShapeError(
        f"layer {len(before) + 1}, {name}: {fault}\n"
        f"  it received {_brief(received)}{came}\n"
        f"  {remedy or 'change its arguments or its input'}"
    )


def construction_error(
    error: Exception, cls: Any, given: tuple[Any, ...], named: Mapping[str, Any]
) -> Exception:
    """Return an error of a layer that could not be made, in three lines."""
    if "\n" in str(error):
        return error
    fault, _, remedy = _brief(str(error)).partition("; ")
    parts = [shown(value) for value in given[:8]]
    parts += [f"{name}={shown(value)}" for name, value in list(named.items())[:16]]
    made = f"{cls.__name__}({', '.join(parts)})"
    if len(made) > 100:
        made = f"{made[:96]}...)"
    cause = _first(CONSTRUCTION_CAUSES, cls, [*given, *named.values()])
    takes = ", ".join(list(cls._arguments_)[:8])
    if takes and not cause:
        first = remedy or "correct it"
        if first.endswith("?"):
            remedy = f"{first} The arguments begin with {takes}"
        else:
            remedy = f"{first}; the arguments begin with {takes}"
    remedy = cause or remedy
    kind = ShapeError if isinstance(error, ShapeError) else TypeError
    return kind(
        f"{cls.__name__}: {fault}\n"
        f"  it was asked for as {made}\n"
        f"  {remedy or 'leave the arguments out: it takes none'}"
    )


def layer_expected(value: Any) -> str:
    """Return the words for something that is no layer where one is expected.

    Parameters
    ----------
    value : object
        What was given: a class, a tensor, or anything else.

    Examples
    --------
    >>> layer_expected(3)
    'got 3 of type int'
    """
    if isinstance(value, type):
        return (
            f"got the class {value.__name__}; make a layer of it with brackets: "
            f"{value.__name__}(...)"
        )
    if isinstance(value, Tensor):
        said = f"got a tensor of shape {show(value.shape)}"
        if value.call is None:
            return f"{said}; give the layer itself, and not what it is called with"
        return (
            f"{said}, which {value.call.layer._label_} made; give the layer itself: "
            "write it without the second brackets"
        )
    return f"got {shown(value)} of type {type(value).__name__}"


def tensor_expected(values: Sequence[Any]) -> str:
    """Return the words for a call with something else than symbolic tensors.

    Parameters
    ----------
    values : sequence
        What the layer was called with.

    Returns
    -------
    str
        "" where there is neither a layer nor a class among it.
    """
    for value in values:
        if isinstance(value, list | tuple):
            words = tensor_expected(value)
            if words:
                return words
        name = value.__name__ if isinstance(value, type) else type(value).__name__
        if isinstance(value, type):
            return f"got the class {name}; call a layer of it on a tensor: {name}()(x)"
        if hasattr(value, "_calls_made_"):
            return (
                f"got the layer {shown(value)}; call it on a tensor first, and pass "
                "on what it gives"
            )
    return ""


def _first(causes: Sequence[Callable[..., str]], *evidence: Any) -> str:
    """Return what the first cause that fits says; "" where none does."""
    for cause in causes:
        words = cause(*evidence)
        if words:
            return words
    return ""


def _brief(words: str, most: int = 600) -> str:
    """Return words with their middle left out where they are many."""
    half = most // 2
    return words if len(words) <= most else f"{words[:half]} ... {words[-half:]}"


def _with_smallest(remedy: str, evidence: Evidence) -> str:
    """Return a remedy with the smallest input for which every window finds room."""
    start = evidence.start
    if start is None or not evidence.before:
        return remedy
    least = smallest_shape(start, [*evidence.before, evidence.failed])
    if least is None or "channels" in remedy:
        return remedy
    first = getattr(evidence.layer, "data_format", None) == "channels_first"
    size = "x".join(map(str, least[2:] if first else least[1:-1]))
    return f"{remedy.partition(', or a length')[0]}, or an input of at least {size}"


# --- causes of a call that cannot be made


def steps_were_dropped(evidence: Evidence) -> str:
    """Recognise a recurrent layer before it that passes on its last step alone."""
    error = evidence.error
    if not isinstance(error, RankError) or len(error.shape) != 2 or error.wanted != 3:
        return ""
    call = evidence.inputs[0].call
    while call is not None and len(call.outputs) == 1:
        inside = getattr(call.layer, "layer", None)  # of a Bidirectional
        recurrent = call.layer if inside is None else inside
        if getattr(recurrent, "return_sequences", None) is not None:
            if recurrent.return_sequences:
                return ""
            name = repr(call.layer._label_)
            if inside is not None:
                name = f"the {inside._kind_} in {name}"
            return (
                f"give {name} return_sequences=True, so that it passes on every step "
                "and not the last one alone"
            )
        shapes = [one.shape for one in call.inputs]
        if len(shapes) != 1 or shapes[0] is None or len(shapes[0]) != 2:
            return ""
        call = call.inputs[0].call
    return ""


def steps_were_kept(evidence: Evidence) -> str:
    """Recognise a recurrent layer before it that passes on every step."""
    error = evidence.error
    if not isinstance(error, RankError) or (len(error.shape), error.wanted) != (3, 2):
        return ""
    call = evidence.inputs[0].call
    if call is None:
        return ""
    inside = getattr(call.layer, "layer", call.layer)
    if getattr(inside, "return_sequences", False):
        return f"leave return_sequences=True out of {call.layer._label_!r}"
    return ""


def places_were_flattened(evidence: Evidence) -> str:
    """Recognise a layer that needs places behind one that gave them up."""
    error = evidence.error
    if not isinstance(error, RankError) or len(error.shape) != 2 or error.wanted < 3:
        return ""
    call = evidence.inputs[0].call
    while call is not None and len(call.inputs) == 1:
        before = call.inputs[0].shape
        if before is not None and len(before) == error.wanted:
            return (
                f"{call.layer._label_!r} before it left no places; put this layer "
                f"before {call.layer._label_!r}, where the shape is still "
                f"{show(before)}"
            )
        call = call.inputs[0].call
    return ""


def channel_axis_is_missing(evidence: Evidence) -> str:
    """Recognise images or series of numbers without an axis of channels."""
    error = evidence.error
    if not isinstance(error, RankError) or len(error.shape) != error.wanted - 1:
        return ""
    if getattr(evidence.layer, "data_format", None) == "channels_first":
        with_channels = (1, *error.shape[1:])
    else:
        with_channels = (*error.shape[1:], 1)
    if error.wanted == 3 and not hasattr(evidence.layer, "data_format"):
        if evidence.inputs[0].call is not None:
            return ""
        # One row for each example: steps of one number, or one step of many.
        (length,) = error.shape[1:]
        return (
            f"give it an axis of steps: Input(({length}, 1)) for a series of "
            f"{length} numbers, or Input((steps, {length})) for steps of {length}"
        )
    size = _lengths(with_channels)
    if evidence.inputs[0].call is None:
        return (
            f"add the axis of channels: write Input({size}), and give the data the "
            "same axis with expand_dims(x, -1)"
        )
    return f"add the axis of channels with Reshape({size}) before it"


def batch_is_in_the_input(evidence: Evidence) -> str:
    """Recognise an Input that was given the number of examples as well."""
    error = evidence.error
    if not isinstance(error, RankError) or len(error.shape) != error.wanted + 1:
        return ""
    if evidence.inputs[0].call is not None or not hasattr(evidence.layer, "_rank_"):
        return ""
    return (
        "Input takes the shape of one example, without the batch: write "
        f"Input({_lengths(error.shape[2:])})"
    )


def row_of_pixels(evidence: Evidence) -> str:
    """Recognise an image that came as one row of numbers."""
    error = evidence.error
    if not isinstance(error, RankError) or error.wanted != 4 or len(error.shape) != 2:
        return ""
    length = error.shape[1]
    for channels in (1, 3):
        if not isinstance(length, int) or length % channels:
            continue
        side = _root(length // channels)
        if side > 1 and side * side * channels == length:
            return (
                f"put the {length} numbers into rows first: "
                f"Reshape(({side}, {side}, {channels}))"
            )
    return ""


def places_for_steps(evidence: Evidence) -> str:
    """Recognise a layer that goes along steps and received the places of an image."""
    error = evidence.error
    if not isinstance(error, RankError) or (error.wanted, len(error.shape)) != (3, 4):
        return ""
    if hasattr(evidence.layer, "data_format"):
        return ""
    lengths: Any = error.shape[1:]
    height, width, c = lengths
    if not isinstance(height, int) or not isinstance(width, int):
        return ""
    return (
        f"put the places into one row of steps first: Reshape(({height * width}, {c})"
        f"), or each row of places into one step: Reshape(({height}, {width * c}))"
    )


def channels_are_first(evidence: Evidence) -> str:
    """Recognise channels where the layer looks for places."""
    layer, shape = evidence.layer, evidence.shape
    rank = getattr(layer, "_rank_", None)
    tells = "does not fit" in evidence.fault or "into groups" in evidence.fault
    if not tells or rank is None or len(shape) != rank + 2 or rank < 2:
        return ""
    first, last = shape[1], shape[-1]
    if layer.data_format == "channels_first":
        if last in (1, 3, 4) and _is_longer(first, last):
            return (
                "the channels seem to be last here: leave "
                "data_format='channels_first' out"
            )
        return ""
    if first in (1, 3, 4) and _is_longer(last, first):
        moved = _lengths((*shape[2:], first))
        return (
            "the channels seem to be first, as in PyTorch, and Keras has them last: "
            f"write Input({moved}), or data_format='channels_first' in every layer"
        )
    return ""


def channels_are_given(evidence: Evidence) -> str:
    """Recognise PyTorch's order, where the channels of the input are said first."""
    layer, shape = evidence.layer, evidence.shape
    filters, kernel = getattr(layer, "filters", None), getattr(layer, "kernel_size", ())
    if "does not fit" in evidence.fault and shape and filters == shape[-1] and kernel:
        if kernel[0] < 16 or len({*kernel}) > 1 or len({*layer.strides}) > 1:
            return ""
        return (
            f"Keras reads the channels of the input off it: write {layer._kind_}"
            f"({kernel[0]}, {layer.strides[0]}) for {kernel[0]} filters of "
            f"{layer.strides[0]}"
        )
    if evidence.fault.startswith("axis ") and shape:
        axis = getattr(layer, "axis", None)
        if axis == shape[-1] and isinstance(axis, int):
            return (
                "Keras reads the number of channels off the input: write "
                f"{layer._kind_}()"
            )
    return ""


def lengths_part(evidence: Evidence) -> str:
    """Recognise branches whose lengths differ, for one did not divide evenly."""
    if "cannot be combined" not in evidence.fault and "differs" not in evidence.fault:
        return ""
    start: Any = evidence.start
    shapes: list[Any] = [one.shape for one in evidence.inputs]
    if start is None or len(shapes) < 2:
        return ""
    rank = len(start.shape)
    if rank < 3 or any(len(shape or ()) != rank for shape in shapes):
        return ""
    below, above = list(start.shape), list(start.shape)
    parted = ""
    for axis in range(1, rank - 1):
        lengths = [shape[axis] for shape in shapes]
        if len(set(lengths)) == 1 or not all(isinstance(n, int) for n in lengths):
            continue
        parted = parted or _where_it_parts(evidence, axis)
        below[axis], above[axis] = _working_lengths(evidence, start, axis)
    if not parted:
        return ""
    calls = [*evidence.before, evidence.failed]
    fits = [
        shape
        for shape in (below, above)
        if None not in shape[1:] and runs(start, calls, tuple(shape))
    ]
    sizes = " or ".join("x".join(map(str, shape[1:-1])) for shape in fits)
    if not sizes:
        return parted
    return f"{parted}; use an input of {sizes}, or crop or pad one of the two"


def places_are_open(evidence: Evidence) -> str:
    """Recognise a dense layer behind a Flatten of places whose number is open."""
    if "is unknown" not in evidence.fault:
        return ""
    call = evidence.inputs[0].call if evidence.inputs else None
    while call is not None and len(call.inputs) == 1:
        if call.layer._kind_ == "Flatten":
            rank = len(call.inputs[0].shape or ()) - 2
            pooled = f"GlobalAveragePooling{rank}D()" if 1 <= rank <= 3 else "a mean"
            return (
                f"use {pooled} in place of {call.layer._label_!r}, which gives as many "
                "numbers for every size, or give the open axes numbers in Input"
            )
        call = call.inputs[0].call
    return ""


CAUSES: tuple[Callable[[Evidence], str], ...] = (
    steps_were_dropped,
    steps_were_kept,
    places_were_flattened,
    row_of_pixels,
    channel_axis_is_missing,
    batch_is_in_the_input,
    places_for_steps,
    channels_are_first,
    channels_are_given,
    lengths_part,
    places_are_open,
)


def _lengths(lengths: Sequence[Any]) -> str:
    """Return lengths as Input takes them: None for an open one."""
    return show(tuple(n if isinstance(n, int) else None for n in lengths))


def _is_longer(length: Any, than: int) -> bool:
    """Return whether a length looks like places beside so many channels."""
    return isinstance(length, int) and length > 4 * than


def _root(number: int) -> int:
    """Return the whole part of a square root."""
    from math import isqrt

    return isqrt(number)


def _where_it_parts(evidence: Evidence, axis: int) -> str:
    """Return how the lengths along an axis come to differ."""
    one, other = _two_that_differ(evidence.inputs, axis)
    said = []
    for tensor in (one, other):
        name = tensor.call.layer._label_ if tensor.call else tensor.name or "the input"
        said.append(f"{tensor.shape[axis]} of {name!r}")
    lost = next((one for _, one in _losses(evidence.before, {}, axis)), "")
    names = AXES.get(len(one.shape) - 2, ())
    name = f" ({names[axis - 1]})" if axis <= len(names) else ""
    words = f"along axis {axis}{name} the {said[0]} meets the {said[1]}"
    return f"{words}, for {lost}" if lost else words


def _two_that_differ(tensors: Sequence[Any], axis: int) -> tuple[Any, Any]:
    """Return the first tensor, and the first that differs from it along an axis."""
    first = tensors[0]
    return first, next(one for one in tensors if one.shape[axis] != first.shape[axis])


def _losses(
    calls: Sequence[Any], shapes: Mapping[int, Any], axis: int
) -> Iterator[tuple[Any, str]]:
    """Yield each call that divides a length and leaves a rest, and what it does.

    Parameters
    ----------
    calls : sequence of Call
        In order.
    shapes : mapping of int to tuple
        Other shapes of the tensors than they have, under their ids.
    axis : int
        The axis, the batch being 0.
    """
    for call in calls:
        strides = getattr(call.layer, "strides", None)
        if not isinstance(strides, tuple) or len(call.inputs) != 1:
            continue
        first = getattr(call.layer, "data_format", None) == "channels_first"
        at = axis - (2 if first else 1)
        into, out = call.inputs[0], call.outputs[0]
        before = shapes.get(id(into), into.shape)
        after = shapes.get(id(out), out.shape)
        if before is None or after is None or not 0 <= at < len(strides):
            continue
        i, o, s = before[axis], after[axis], strides[at]
        if isinstance(i, int) and isinstance(o, int) and o < i and i % s:
            words = (
                f"{call.layer._label_!r} makes {o} of {i}, which {s} does not divide"
            )
            yield call, words


def _working_lengths(evidence: Evidence, start: Any, axis: int) -> tuple[Any, Any]:
    """Return the nearest lengths of an input axis, below and above, that go together.

    Those that no layer leaves a rest of come first, for what follows goes together
    then as well. None where none is near.
    """
    given = start.shape[axis]
    if not isinstance(given, int):
        return None, None
    near = min(MOST_TRIED // (len(evidence.before) + 1), 256)

    def goes(length: int, *, evenly: bool) -> bool:
        shape = list(start.shape)
        shape[axis] = length
        at = shapes_for(start, evidence.before, tuple(shape))
        if at is None:
            return False
        shapes: list[Any] = [at.get(id(one), one.shape) for one in evidence.inputs]
        meeting = {one[axis] for one in shapes}
        rest = evenly and any(True for _ in _losses(evidence.before, at, axis))
        return len(meeting) == 1 and not rest

    found = []
    for lengths in (
        range(given - 1, max(given - near, 0), -1),
        range(given + 1, given + near),
    ):
        evenly = next((n for n in lengths if goes(n, evenly=True)), None)
        found.append(
            evenly or next((n for n in lengths if goes(n, evenly=False)), None)
        )
    return found[0], found[1]


# --- causes of a layer that cannot be made


def tensor_for_arguments(cls: Any, values: list[Any]) -> str:
    """Recognise a tensor where the arguments of a layer are expected."""
    if {"layer", "layers", "cell", "cells", "inputs"} & set(cls._arguments_):
        return ""
    if not any(True for value in values for _ in tensors_in(value)):
        return ""
    several = any(isinstance(value, list | tuple) for value in values)
    called = "[...]" if several else "x"
    first = next(iter(cls._arguments_), "")
    given = "..." if first in NEEDED else ""
    return (
        "make the layer first and then call it on the tensor: "
        f"{cls.__name__}({given})({called})"
    )


def layer_for_arguments(cls: Any, values: list[Any]) -> str:
    """Recognise a layer where the arguments of another are expected."""
    if {"layer", "layers", "cell", "cells"} & set(cls._arguments_) or not values:
        return ""
    first = values[0]
    if not hasattr(first, "_calls_made_"):
        return ""
    return (
        f"{cls.__name__} takes no layer; put both into a Sequential, or call one on "
        "what the other gives"
    )


CONSTRUCTION_CAUSES: tuple[Callable[[Any, list[Any]], str], ...] = (
    tensor_for_arguments,
    layer_for_arguments,
)
