"""The inverse problems: the settings that lead from one length to another.

Nothing is inverted. The settings are tried one by one with the same arithmetic that
computes shapes forwards, so an answer is right by construction.
"""

from __future__ import annotations

from byhand.shapes.axis import conv_output, conv_transpose_output
from byhand.shapes.errors import ShapeError
from byhand.shapes.smallest import smallest_shape
from byhand.shapes.values import shown, whole_number

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

MOST = 1_000_000  # settings to try


class Setting:
    """Arguments of a layer along one axis that give what was asked for.

    Attributes
    ----------
    kernel, strides, dilation, depth : int
        Taps, steps and, for a receptive field, layers one behind another.
    padding : str
        "valid" or "same".
    output_padding : int or None
        Only of transposed convolutions.
    """

    __slots__ = (
        "depth",
        "dilation",
        "kernel",
        "output_padding",
        "padding",
        "strides",
    )

    def __init__(
        self,
        kernel: int,
        *,
        strides: int = 1,
        dilation: int = 1,
        padding: str = "valid",
        output_padding: int | None = None,
        depth: int = 1,
    ) -> None:
        self.kernel, self.strides, self.dilation = kernel, strides, dilation
        self.padding, self.output_padding, self.depth = padding, output_padding, depth

    def _rank(self) -> tuple[Any, ...]:
        """Return what orders settings: the simplest first."""
        return (
            self.output_padding is not None,
            self.output_padding or 0,
            self.dilation,
            self.depth,
            self.padding != "valid",
            self.kernel,
            self.strides,
        )

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Setting) and self._rank() == other._rank()

    def __hash__(self) -> int:
        return hash(self._rank())

    def __repr__(self) -> str:
        parts = [f"kernel={self.kernel}"]
        if self.strides != 1:
            parts.append(f"strides={self.strides}")
        if self.dilation != 1:
            parts.append(f"dilation={self.dilation}")
        if self.depth != 1:
            parts.append(f"depth={self.depth}")
        if self.padding != "valid":
            parts.append(f"padding={self.padding!r}")
        if self.output_padding is not None:
            parts.append(f"output_padding={self.output_padding}")
        return f"Setting({', '.join(parts)})"


def _several(name: str, value: Any, *, least: int = 1) -> list[Any]:
    """Return the values to try of one argument that counts something."""
    values = [value] if hasattr(value, "__index__") else _listed(name, value)
    return [
        None
        if one is None and least == 0
        else whole_number(f"{name}, or each of its values,", one, least=least)
        for one in values
    ]


def _listed(name: str, value: Any) -> list[Any]:
    """Return the values of an argument, if they are not too many to try."""
    if isinstance(value, str) or value is None:
        return [value]
    from itertools import islice

    try:
        values = list(islice(value, MOST + 1))
    except TypeError:
        raise TypeError(
            f"{name} must be a value or several, got {shown(value)} of type "
            f"{type(value).__name__}"
        ) from None
    if not values:
        raise ValueError(f"{name} names no value to try; give a number or a range")
    if len(values) > MOST:
        raise ValueError(
            f"{name} has more than {MOST:,} values, which are too many to try"
        )
    return values


def solve(
    *,
    input: int | None = None,
    output: int | None = None,
    kernel: Iterable[int] | int = range(1, 8),
    strides: Iterable[int] | int = range(1, 4),
    dilation: Iterable[int] | int = 1,
    padding: Iterable[str] | str = ("valid", "same"),
    transposed: bool = False,
    output_padding: Iterable[int | None] | int | None = None,
    receptive_field: int | None = None,
    depth: Iterable[int] | int = range(1, 33),
) -> list[Setting]:
    """Return every setting that leads from one length to another, simplest first.

    Parameters
    ----------
    input, output : int
        Lengths along one axis, in elements.
    kernel, strides, dilation : int or iterable of int
        Values to try; strides and dilation never both exceed 1, as in Keras.
    padding : str or iterable of str
        "valid" and "same", or one of them.
    transposed : bool
        Whether to look for transposed convolutions.
    output_padding : int, None or iterable of these
        Values to try for transposed convolutions.
    receptive_field : int
        Instead of the lengths: how many input elements an output element is to see
        through a stack of equal layers of stride 1.
    depth : int or iterable of int
        Numbers of layers to try for a receptive field.

    Returns
    -------
    list of Setting
        Empty where none fits.

    Raises
    ------
    ValueError
        If the question is incomplete, or has more than a million settings to try.
    TypeError
        If a length or a value to try is no whole number.

    Examples
    --------
    >>> solve(input=28, output=14, kernel=range(1, 4), strides=2)[:2]
    [Setting(kernel=1, strides=2), Setting(kernel=2, strides=2)]
    >>> solve(receptive_field=7, kernel=3)
    [Setting(kernel=3, depth=3)]
    """
    kernels = _several("kernel", kernel)
    dilations = _several("dilation", dilation)
    if receptive_field is not None:
        if input is not None or output is not None:
            raise ValueError("give either receptive_field, or input and output")
        whole_number("receptive_field", receptive_field)
        depths = _several("depth", depth)
        _bounded(kernels, dilations, depths)
        return sorted(
            {
                Setting(k, dilation=d if k > 1 else 1, depth=n)
                for k in kernels
                for d in dilations
                for n in depths
                if 1 + n * (k - 1) * d == receptive_field
            },
            key=Setting._rank,
        )
    if input is None or output is None:
        raise ValueError(
            "solve needs input and output, or receptive_field: "
            "solve(input=28, output=14)"
        )
    whole_number("input", input)
    whole_number("output", output)
    steps = _several("strides", strides)
    paddings = _listed("padding", padding)
    for one in paddings:
        if one not in ("valid", "same"):
            raise ValueError(f"padding must be 'valid' or 'same', got {shown(one)}")
    extras = _several("output_padding", output_padding, least=0)
    extras = extras if transposed else [None]
    _bounded(kernels, dilations, steps, paddings, extras)
    found = []
    for k in kernels:
        for d in dilations:
            for s in steps:
                if s > 1 and d > 1:
                    continue
                for p in paddings:
                    for extra in extras:
                        setting = Setting(
                            k, strides=s, dilation=d, padding=p, output_padding=extra
                        )
                        if _length(input, setting, transposed) == output:
                            found.append(setting)
    return sorted(found, key=Setting._rank)


def _bounded(*choices: list[Any]) -> None:
    """Refuse more settings than can be tried in a moment."""
    total = 1
    for values in choices:
        total *= len(values)
    if total > MOST:
        raise ValueError(f"{total:,} settings are too many to try; at most {MOST:,}")


def _length(length: int, setting: Setting, transposed: bool) -> Any:
    """Return what a setting makes of a length, or None where it does not fit."""
    options: dict[str, Any] = {
        "strides": setting.strides,
        "padding": setting.padding,
        "dilation": setting.dilation,
    }
    try:
        if transposed:
            extra = setting.output_padding
            return conv_transpose_output(
                length, setting.kernel, output_padding=extra, **options
            )
        return conv_output(length, setting.kernel, **options)
    except ShapeError:
        return None


def smallest_input(network: Any, *, most: int = 4096) -> tuple[Any, ...]:
    """Return the smallest shape, batch first, that a network's windows fit into.

    Dense layers, whose weights fix the input they were built for, are not asked: only
    whether every window finds room.

    Parameters
    ----------
    network : Sequential or Model
        A network of one input.
    most : int
        Length to give up at.

    Returns
    -------
    tuple
        The shape, with the channels of the network's own input.

    Raises
    ------
    ValueError
        If the network has several inputs, or no length up to `most` fits.

    Examples
    --------
    >>> from byhand.shapes import Input, Sequential, layers
    >>> net = Sequential([Input((32, 32, 1)), layers.Conv2D(4, 5), layers.Conv2D(4, 5)])
    >>> smallest_input(net)
    (None, 9, 9, 1)
    """
    most = whole_number("most", most)
    if not hasattr(network, "calls"):
        raise TypeError(f"it takes a network, got {shown(network)}")
    if len(network._inputs_) != 1:
        raise ValueError(f"it takes one input, got {len(network._inputs_)}")
    shape = smallest_shape(network._inputs_[0], network._calls_, most=most)
    if shape is None:
        raise ValueError(f"no input up to {most} fits; raise most=...")
    return shape
