"""The length that a convolution or pooling leaves along one axis.

Every axis of a layer is computed alone and by the same rule, so this module
knows one axis and nothing of layers. Lengths are counted in elements: pixels
of a row, samples of a signal.

The rules are relationships 1 to 15 of Dumoulin and Visin, "A guide to
convolution arithmetic for deep learning", arXiv:1603.07285, in Keras's spelling.
"""

from __future__ import annotations

from byhand.shapes.errors import ShapeError
from byhand.shapes.formula import Formula
from byhand.shapes.size import Number, Size

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

PADDINGS = ("valid", "same", "causal")


def _length(value: Number) -> Number:
    """Return a length if it is unknown or a whole number of at least 1."""
    if isinstance(value, Size):
        return value
    return _at_least("length", value, 1, "elements along the axis")


def _at_least(name: str, value: int, least: int, meaning: str) -> int:
    """Return `value` if it is a whole number of at least `least`."""
    # bool is an int to Python, and no length is True.
    if isinstance(value, bool) or not hasattr(value, "__index__"):
        raise TypeError(
            f"{name} must be a whole number ({meaning}), "
            f"got {value!r} of type {type(value).__name__}"
        )
    value = value.__index__()
    if value < least:
        raise ShapeError(
            f"{name} must be at least {least} ({meaning}), got {value}; "
            f"give a whole number from {least} up"
        )
    return value


def _checked_padding(padding: str, allowed: tuple[str, ...]) -> str:
    """Return `padding` in lower case if it is one of `allowed`."""
    if isinstance(padding, str) and padding.lower() in allowed:
        return padding.lower()
    names = ", ".join(repr(name) for name in allowed)
    raise ShapeError(f"padding must be one of {names}, got {padding!r}")


def _checked_steps(strides: int, dilation: int) -> tuple[int, int]:
    """Return strides and dilation as whole numbers of at least 1."""
    strides = _at_least("strides", strides, 1, "elements from one place to the next")
    dilation = _at_least("dilation", dilation, 1, "elements from one tap to the next")
    return strides, dilation


def effective_kernel(kernel: int, *, dilation: int = 1) -> int:
    """Return the length that a dilated kernel spans, from first tap to last.

    Parameters
    ----------
    kernel : int
        Number of taps, at least 1.
    dilation : int
        Distance from one tap to the next, in elements; 1 leaves no gaps.

    Returns
    -------
    int
        e = (k - 1) d + 1, in elements.

    Examples
    --------
    >>> effective_kernel(3)
    3
    >>> effective_kernel(3, dilation=2)
    5
    """
    kernel = _at_least("kernel", kernel, 1, "number of taps")
    dilation = _at_least("dilation", dilation, 1, "elements from one tap to the next")
    return (kernel - 1) * dilation + 1


def conv_output(
    length: Number,
    kernel: int,
    *,
    strides: int = 1,
    padding: str = "valid",
    dilation: int = 1,
) -> Any:
    """Return how many places a kernel takes along one axis: the output length.

    Parameters
    ----------
    length : int or Size
        Input length i, in elements, or a symbol for it.
    kernel : int
        Number of taps k.
    strides : int
        Elements s from one place of the kernel to the next.
    padding : {"valid", "same", "causal"}
        "valid" keeps the kernel inside the input; "same" adds zeros at both
        ends, "causal" before the first element only, so that ceil(i / s)
        places fit.
    dilation : int
        Elements d from one tap to the next.

    Returns
    -------
    int, or Size for an unknown length
        floor((i - e) / s) + 1 for "valid", with e = (k - 1) d + 1;
        ceil(i / s) for "same" and "causal".

    Raises
    ------
    ShapeError
        If the kernel does not fit into an unpadded input, or a number is below 1.
    TypeError
        If a length is not a whole number.

    Examples
    --------
    A 3-tap kernel in a row of 7, and with stride 2 in a padded row of 5:

    >>> conv_output(7, 3)
    5
    >>> conv_output(5, 3, strides=2, padding="same")
    3
    """
    return conv_formula(
        length, kernel, strides=strides, padding=padding, dilation=dilation
    ).value


def conv_formula(
    length: Number,
    kernel: int,
    *,
    strides: int = 1,
    padding: str = "valid",
    dilation: int = 1,
) -> Formula:
    """Return the length of `conv_output` with the arithmetic that gives it."""
    length = _length(length)
    padding = _checked_padding(padding, PADDINGS)
    strides, dilation = _checked_steps(strides, dilation)
    return _places(length, kernel, strides, padding, dilation, "kernel")


def pool_output(
    length: Number,
    pool_size: int,
    *,
    strides: int | None = None,
    padding: str = "valid",
) -> Any:
    """Return the length that max or average pooling leaves along one axis.

    Parameters
    ----------
    length : int or Size
        Input length i, in elements, or a symbol for it.
    pool_size : int
        Elements in a window.
    strides : int, optional
        Elements from one window to the next; by default `pool_size`, so that
        windows do not overlap.
    padding : {"valid", "same"}
        "valid" drops what does not fill a window; "same" keeps it.

    Returns
    -------
    int, or Size for an unknown length
        As `conv_output` with the window for a kernel.

    Raises
    ------
    ShapeError
        If the window does not fit or a number is below 1.
    TypeError
        If a length is not a whole number.

    Examples
    --------
    >>> pool_output(28, 2)
    14
    >>> pool_output(5, 2), pool_output(5, 2, padding="same")
    (2, 3)
    """
    return pool_formula(length, pool_size, strides=strides, padding=padding).value


def pool_formula(
    length: Number,
    pool_size: int,
    *,
    strides: int | None = None,
    padding: str = "valid",
) -> Formula:
    """Return the length of `pool_output` with the arithmetic that gives it."""
    length = _length(length)
    pool_size = _at_least("pool_size", pool_size, 1, "elements in a window")
    padding = _checked_padding(padding, ("valid", "same"))
    strides, _ = _checked_steps(pool_size if strides is None else strides, 1)
    return _places(length, pool_size, strides, padding, 1, "window")


def _places(
    length: Number, kernel: int, strides: int, padding: str, dilation: int, what: str
) -> Formula:
    """Count the places of a kernel or window whose arguments are checked."""
    span = effective_kernel(kernel, dilation=dilation)
    if padding != "valid":
        return Formula("(i + s - 1) // s", i=length, s=strides)
    if not isinstance(length, Size) and span > length:
        spread = f" ({kernel} taps, dilation {dilation})" if dilation > 1 else ""
        fits = (length - 1) // dilation + 1
        raise ShapeError(
            f"a {what} that spans {span}{spread} does not fit into a length of "
            f"{length} with padding='valid'; use padding='same', "
            f"a {what} of at most {fits}, or a length of at least {span}"
        )
    if dilation > 1:
        return Formula(
            "(i - (k - 1) * d - 1) // s + 1", i=length, k=kernel, d=dilation, s=strides
        )
    return Formula("(i - k) // s + 1", i=length, k=kernel, s=strides)


def same_padding(
    length: int, kernel: int, *, strides: int = 1, dilation: int = 1
) -> tuple[int, int]:
    """Return how many zeros padding="same" adds before and after the axis.

    Parameters
    ----------
    length, kernel, strides, dilation : int
        As for `conv_output`.

    Returns
    -------
    tuple of int
        (before, after): max((ceil(i / s) - 1) s + e - i, 0) zeros in all, the
        smaller half first, as TensorFlow and Keras place them.

    Raises
    ------
    ShapeError
        If a number is below 1.
    TypeError
        If a length is not a whole number.

    Examples
    --------
    >>> same_padding(5, 3)
    (1, 1)
    >>> same_padding(6, 3, strides=2)
    (0, 1)
    """
    length = _at_least("length", length, 1, "elements along the axis")
    strides, dilation = _checked_steps(strides, dilation)
    places = -(-length // strides)
    span = effective_kernel(kernel, dilation=dilation)
    total = max((places - 1) * strides + span - length, 0)
    return total // 2, total - total // 2


def conv_transpose_output(
    length: Number,
    kernel: int,
    *,
    strides: int = 1,
    padding: str = "valid",
    output_padding: int | None = None,
    dilation: int = 1,
) -> Any:
    """Return the length that a transposed convolution makes along one axis.

    Parameters
    ----------
    length : int or Size
        Input length i, in elements, or a symbol for it.
    kernel : int
        Number of taps k.
    strides : int
        Output elements s from one input element's contribution to the next's.
    padding : {"valid", "same"}
        "valid" keeps every contribution, "same" crops to i s.
    output_padding : int, optional
        Elements p added at the end, less than `strides`; settles which of the
        input lengths of a strided convolution to return to. By default Keras's
        choice.
    dilation : int
        Elements d from one tap to the next.

    Returns
    -------
    int, or Size for an unknown length
        With e = (k - 1) d + 1: (i - 1) s + max(e, s) for "valid" and i s for
        "same"; with p given, (i - 1) s + e + p and (i - 1) s + (e mod 2) + p.

    Raises
    ------
    ShapeError
        If a number is out of range.
    TypeError
        If a length is not a whole number.

    Examples
    --------
    A 3-tap kernel brings the 5 places of a row of 7 back to 7:

    >>> conv_transpose_output(5, 3)
    7
    >>> conv_transpose_output(14, 3, strides=2, padding="same")
    28
    """
    return conv_transpose_formula(
        length,
        kernel,
        strides=strides,
        padding=padding,
        output_padding=output_padding,
        dilation=dilation,
    ).value


def conv_transpose_formula(
    length: Number,
    kernel: int,
    *,
    strides: int = 1,
    padding: str = "valid",
    output_padding: int | None = None,
    dilation: int = 1,
) -> Formula:
    """Return the length of `conv_transpose_output` with its arithmetic."""
    length = _length(length)
    padding = _checked_padding(padding, ("valid", "same"))
    strides, dilation = _checked_steps(strides, dilation)
    span = effective_kernel(kernel, dilation=dilation)
    if output_padding is None:
        if padding == "same":
            return Formula("i * s", i=length, s=strides)
        return Formula("(i - 1) * s + max(e, s)", i=length, s=strides, e=span)
    extra = _at_least("output_padding", output_padding, 0, "elements added at the end")
    if extra >= strides:
        raise ShapeError(
            f"output_padding must be less than strides, got {extra} with "
            f"strides={strides}; give at most {strides - 1}"
        )
    if padding == "same":
        expression = "(i - 1) * s + e % 2 + p"
    else:
        expression = "(i - 1) * s + e + p"
    return Formula(expression, i=length, s=strides, e=span, p=extra)
