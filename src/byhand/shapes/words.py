"""A stack of layers in Keras's words, such as "Conv2D(10, 5) Flatten() Dense(10)".

The words are read, never run: a class of `byhand.shapes.layers`, and plain values or
further layers as its arguments.
"""

from __future__ import annotations

from byhand.shapes import layers
from byhand.shapes.graph import Input, Sequential
from byhand.shapes.layers.base import Layer

TYPE_CHECKING = False
if TYPE_CHECKING:
    import ast
    from collections.abc import Iterator
    from typing import Any

EXAMPLE = "Conv2D(10, 5) MaxPooling2D(2) Flatten() Dense(10)"
BETWEEN = " ,;|->\n\t\r"

# What PyTorch calls the layers that Keras has under other names.
OF_TORCH = {
    "AdaptiveAvgPool1d": "AdaptiveAveragePooling1D",
    "AdaptiveAvgPool2d": "AdaptiveAveragePooling2D",
    "AvgPool1d": "AveragePooling1D",
    "AvgPool2d": "AveragePooling2D",
    "BatchNorm1d": "BatchNormalization",
    "BatchNorm2d": "BatchNormalization",
    "BatchNorm3d": "BatchNormalization",
    "ConvTranspose1d": "Conv1DTranspose",
    "ConvTranspose2d": "Conv2DTranspose",
    "ConvTranspose3d": "Conv3DTranspose",
    "Dropout2d": "SpatialDropout2D",
    "GroupNorm": "GroupNormalization",
    "LayerNorm": "LayerNormalization",
    "Linear": "Dense",
    "MaxPool1d": "MaxPooling1D",
    "MaxPool2d": "MaxPooling2D",
    "MaxPool3d": "MaxPooling3D",
    "MultiheadAttention": "MultiHeadAttention",
    "RMSNorm": "RMSNormalization",
    "Upsample": "UpSampling2D",
    "ZeroPad2d": "ZeroPadding2D",
}


class UsageError(ValueError):
    """What was asked for cannot be understood."""


def stack_from(text: str, start: Any = None) -> Sequential:
    """Return the stack that a text describes.

    Parameters
    ----------
    text : str
        Calls one behind another; `Input((32, 32, 1))` may come first.
    start : sequence of int or None, optional
        Shape of the input without the batch.

    Raises
    ------
    UsageError
        If the text is no such stack, or nobody says what comes in.
    ShapeError
        If the layers do not fit together.
    """
    parts = [layer_from(call) for call in calls_in(text)]
    if not parts:
        raise UsageError(f"no layer in {text!r}; write for instance {EXAMPLE!r}")
    if start is not None:
        parts.insert(0, Input(start))
    stack = Sequential(parts)
    if not stack._outputs_:
        raise UsageError("a stack of layers needs --input, such as --input 32,32,1")
    return stack


def calls_in(text: str) -> Iterator[str]:
    """Yield each call of a text such as "Conv2D(10, 5) Dense(10)".

    Parameters
    ----------
    text : str
        Calls one behind another, with spaces, commas or arrows between them.

    Raises
    ------
    UsageError
        If a bracket is left open or closes nothing.
    """
    depth, start, quote = 0, 0, ""
    for at, letter in enumerate(text):
        if quote:
            quote = "" if letter == quote else quote
        elif letter in "'\"":
            quote = letter
        elif letter in "([{":
            depth += 1
        elif letter in ")]}":
            depth -= 1
            if depth < 0:
                raise UsageError(f"a bracket closes nothing: {text[: at + 1]!r}")
            if depth == 0:
                yield text[start : at + 1].strip(BETWEEN)
                start = at + 1
    rest = text[start:].strip(BETWEEN)
    if depth or quote:
        raise UsageError(f"a bracket or quote is left open: {rest!r}")
    if rest:
        raise UsageError(_no_call(rest))


def layer_from(text: str) -> Any:
    """Return the layer that a call describes; the call is read, never run.

    Parameters
    ----------
    text : str
        A class of `byhand.shapes.layers` with literal arguments, or layers as such.

    Raises
    ------
    UsageError
        If it is no such call.
    """
    import ast

    try:
        node = ast.parse(text, mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise UsageError(f"{text!r} is no Python") from None
    return _layer(node, text)


def _layer(node: ast.expr, text: str) -> Any:
    """Return the layer of a call that has been parsed."""
    import ast

    if not isinstance(node, ast.Call):
        raise UsageError(_no_call(text))
    name = node.func
    while isinstance(name, ast.Attribute):  # layers.Dense and keras.layers.Dense
        name = ast.Name(name.attr)
    kind = name.id if isinstance(name, ast.Name) else ""
    cls = Input if kind == "Input" else getattr(layers, kind, None)
    is_layer = isinstance(cls, type) and issubclass(cls, Layer) and cls is not Layer
    if kind.startswith("_") or not (is_layer or cls is Input):
        raise UsageError(_no_layer(kind or text))
    given = [_value(part, text) for part in node.args]
    named = {part.arg: _value(part.value, text) for part in node.keywords}
    options = {name: value for name, value in named.items() if name is not None}
    if len(options) < len(named):
        raise UsageError(f"{text!r} unpacks arguments; write them out")
    return cls(*given, **options)  # type: ignore[misc]


def _value(node: ast.expr, text: str) -> Any:
    """Return the value of an argument: a literal, or a layer."""
    import ast

    if isinstance(node, ast.Call):
        return _layer(node, text)
    try:
        return ast.literal_eval(node)
    except (ValueError, RecursionError, MemoryError, TypeError):
        pass
    bare = [part.id for part in ast.walk(node) if isinstance(part, ast.Name)]
    if not bare:
        raise UsageError(f"{text!r} has an argument that is no plain value")
    quoted = ast.parse(text, mode="eval")
    parts = list(ast.walk(quoted))
    called = {id(part.func) for part in parts if isinstance(part, ast.Call)}
    for part in parts:
        if isinstance(part, ast.Name) and id(part) not in called and part.id in bare:
            part.id = repr(part.id)
    raise UsageError(
        f"{bare[0]!r} is no plain value in {text!r}; a word stands in quotes, which "
        "the shell takes away unless others stand round the whole: "
        f'"{ast.unparse(quoted)}"'
    )


def _no_call(text: str) -> str:
    """Return the words for what is no call of a layer."""
    if text in layers.__all__:
        return f"expected a layer with its brackets, such as {text}(), got {text!r}"
    return f"expected a layer such as Dense(10), got {text!r}"


def _no_layer(kind: str) -> str:
    """Return the words for a layer that is not there."""
    if kind in OF_TORCH:
        return f"there is no layer {kind!r}; Keras's name for it is {OF_TORCH[kind]}"
    from difflib import get_close_matches

    names = [name for name in layers.__all__ if name[:1].isupper()]
    near = get_close_matches(kind, names, n=1)
    return f"there is no layer {kind!r}" + (
        f"; did you mean {near[0]}?" if near else ""
    )
