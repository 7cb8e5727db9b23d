"""Shapes that a configuration says, and those that a reader gives instead."""

from __future__ import annotations

from byhand.shapes.errors import ReadError, ShapeError
from byhand.shapes.files import keras2
from byhand.shapes.files.configuration.faults import calling
from byhand.shapes.graph import Input
from byhand.shapes.layers.base import MOST_AXES
from byhand.shapes.size import Size
from byhand.shapes.tensor import Tensor
from byhand.shapes.values import shown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any


LONGEST = 1000  # letters of a name


def batch_shape_in(
    config: Mapping[str, Any], where: str = "an InputLayer"
) -> list[Any]:
    """Return the shape of an input, batch first."""
    shape = keras2.plain(config.get("batch_shape"))
    if shape is None:
        shape = keras2.plain(config.get("batch_input_shape"))
    if isinstance(shape, dict):
        raise ReadError(f"{where} has several shapes, {shown(shape)}; one is expected")
    if not _is_shape(shape) or not shape:
        raise ReadError(f"{where} has batch_shape={shown(shape)}; numbers are expected")
    if len(shape) > MOST_AXES:
        raise ReadError(f"{where} has {len(shape)} axes; at most {MOST_AXES} are read")
    return list(shape)


def _is_shape(shape: Any) -> bool:
    """Return whether something is a list of lengths, None for open ones."""
    return isinstance(shape, list | tuple) and all(
        length is None or (isinstance(length, int) and not isinstance(length, bool))
        for length in shape
    )


def tensor_for(shape: Any, where: str, name: str | None, *, check: bool) -> Tensor:
    """Return an input of a shape, batch first; its lengths may be letters."""
    if not check and any(isinstance(length, Size) for length in shape):
        return Tensor(tuple(shape), name=name)
    tensor: Tensor = calling(where, Input, batch_shape=list(shape), name=name)
    return tensor


def first_shape(specs: Sequence[Any]) -> list[Any] | None:
    """Return the input shape that the first layer of a stack says, batch first."""
    spec = specs[0] if specs else None
    config = spec.get("config") if isinstance(spec, dict) else None
    if not isinstance(spec, dict) or not isinstance(config, dict):
        return None
    kind = spec.get("class_name")
    if kind == "InputLayer":
        return batch_shape_in(config)
    wrapped = config.get("layer")
    if kind == "Bidirectional" and isinstance(wrapped, dict):
        inner = wrapped.get("config")
        config = {**inner, **config} if isinstance(inner, dict) else config
    if config.get("batch_input_shape") is not None:
        return batch_shape_in(config, f"{str(kind)[:60]}")
    shape = keras2.plain(config.get("input_shape"))
    if _is_shape(shape):
        return [None, *shape]
    length = config.get("input_dim")
    return [None, length] if kind != "Embedding" and type(length) is int else None


def input_name(specs: Sequence[Any]) -> str | None:
    """Return the name of the input that a stack begins with, as Keras gives it."""
    spec = specs[0] if specs else None
    config = spec.get("config") if isinstance(spec, dict) else None
    name = config.get("name") if isinstance(config, dict) else None
    if not isinstance(spec, dict) or not isinstance(name, str) or len(name) > LONGEST:
        return None
    return name if spec.get("class_name") == "InputLayer" else f"{name}_input"


def build_shape(spec: Any) -> Any:
    """Return the shape that an entry says it was built for."""
    build = spec.get("build_config") if isinstance(spec, dict) else None
    return keras2.plain(build.get("input_shape")) if isinstance(build, dict) else None


def as_shape(shape: Any) -> tuple[Any, ...] | None:
    """Return a shape that somebody else computed, with letters for open lengths."""
    shape = keras2.plain(shape)
    if not _is_shape(shape) or not 0 < len(shape) <= MOST_AXES:
        return None
    if any(length is not None and length < 0 for length in shape):
        return None
    return tuple(
        Size.symbol(f"N{axis}") if axis and length is None else length
        for axis, length in enumerate(shape)
    )


def own_output_shapes(
    kind: str, config: Mapping[str, Any], hints: Sequence[Any]
) -> list[Any] | None:
    """Return the shapes of each call of a layer without a rule, as the file says."""
    shape = keras2.plain(config.get("output_shape"))
    said = None
    if kind == "Lambda" and _is_shape(shape) and shape:
        said = as_shape([None, *shape])
    calls = [list(outs) for outs in hints] or [[None]]
    return [[shape or said for shape in outs] for outs in calls]


def given_shapes(shape: Any) -> Any:
    """Return what a reader gives as shapes, batch first: a list, or a dict by name."""
    if isinstance(shape, dict):
        return {str(name): [None, *_lengths(part)] for name, part in shape.items()}
    nested = isinstance(shape, list | tuple) and any(
        isinstance(part, list | tuple) for part in shape
    )
    parts = shape if nested else [shape]
    return [[None, *_lengths(part)] for part in parts]


def _lengths(shape: Any) -> list[Any]:
    """Return the lengths of a shape that a reader gives."""
    lengths = [shape] if hasattr(shape, "__index__") else shape
    if not isinstance(lengths, list | tuple):
        raise TypeError(
            "input_shape must be the lengths without the batch, such as (32, 32, 3), "
            f"got {shown(shape)}"
        )
    if len(lengths) >= MOST_AXES:
        raise ShapeError(
            f"input_shape has {len(lengths)} axes; at most {MOST_AXES - 1} are handled"
        )
    return list(lengths)


def only_shape(shapes: Any, where: str) -> Any:
    """Return the one shape for a network with one input."""
    parts = list(shapes.values()) if isinstance(shapes, dict) else list(shapes)
    if len(parts) != 1:
        raise ShapeError(f"{where} has one input, and {len(parts)} shapes are given")
    return parts[0]


def shapes_by_name(shapes: Any, names: Sequence[str], where: str) -> dict[str, Any]:
    """Return the shape for each input of a network under its name."""
    said = ", ".join(repr(name[:60]) for name in names[:8])
    if isinstance(shapes, dict):
        strange = [name for name in shapes if name not in names]
        if strange:
            raise ShapeError(
                f"{where} has no input {strange[0]!r}; its inputs are {said}"
            )
        return shapes
    if len(shapes) != len(names):
        raise ShapeError(
            f"{where} has {len(names)} inputs, {said}, and {len(shapes)} shapes are "
            "given; give one for each, in this order, or a dictionary by name"
        )
    return dict(zip(names, shapes, strict=True))
