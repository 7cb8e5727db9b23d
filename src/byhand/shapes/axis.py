"""The length that a convolution or pooling leaves along one axis.

Every axis of a layer is computed alone and by the same rule, so this module
knows one axis and nothing of layers. Lengths are counted in elements: pixels
of a row, samples of a signal.

The rules are relationships 1 to 15 of Dumoulin and Visin, "A guide to
convolution arithmetic for deep learning", arXiv:1603.07285, in Keras's spelling.
PyTorch's spelling is taken as well: a number of elements added at each end.
"""

from __future__ import annotations

from byhand.shapes.errors import ShapeError
from byhand.shapes.formula import Formula
from byhand.shapes.size import Number, Size
from byhand.shapes.values import shown, whole_number

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    # A name, the elements added at each end, or those before and after.
    Padding = str | int | tuple[int, int]

PADDINGS = ("valid", "same", "causal")


def _length(value: Number) -> Number:
    """Return a length if it is unknown or a whole number of at least 1."""
    if isinstance(value, Size):
        return value
    return whole_number("length", value, meaning="elements along the axis")


def _checked_padding(padding: Any, allowed: tuple[str, ...]) -> Any:
    """Return `padding` in lower case, or as elements before and after."""
    if isinstance(padding, str):
        if padding.lower() in allowed:
            return padding.lower()
    elif isinstance(padding, tuple | list):
        if len(padding) == 2:
            before, after = padding
            return _ends(before), _ends(after)
    elif hasattr(padding, "__index__"):
        each = _ends(padding)
        return each, each
    names = ", ".join(repr(name) for name in allowed)
    raise ShapeError(
        f"padding must be one of {names}, got {shown(padding)}; or give the elements "
        "added at each end, as a number, or as a pair (before, after)"
    )


def _ends(value: Any) -> int:
    """Return the elements added at one end."""
    return whole_number("padding", value, least=0, meaning="elements added at an end")


def _checked_steps(strides: int, dilation: int) -> tuple[int, int]:
    """Return strides and dilation as whole numbers of at least 1."""
    strides = whole_number(
        "strides", strides, meaning="elements from one place to the next"
    )
    dilation = whole_number(
        "dilation", dilation, meaning="elements from one tap to the next"
    )
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
    kernel = whole_number("kernel", kernel, meaning="number of taps")
    dilation = whole_number(
        "dilation", dilation, meaning="elements from one tap to the next"
    )
    return (kernel - 1) * dilation + 1


def conv_output(
    length: Number,
    kernel: int,
    *,
    strides: int = 1,
    padding: Padding = "valid",
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
    padding : {"valid", "same", "causal"}, int or (int, int)
        "valid" keeps the kernel inside the input; "same" adds zeros at both
        ends, "causal" before the first element only, so that ceil(i / s)
        places fit. A number is added at each end, as in PyTorch; a pair before
        the first element and after the last.
    dilation : int
        Elements d from one tap to the next.

    Returns
    -------
    int, or Size for an unknown length
        floor((i - e) / s) + 1 for "valid", with e = (k - 1) d + 1;
        ceil(i / s) for "same" and "causal"; floor((i + p - e) / s) + 1 for p
        elements added in all.

    Raises
    ------
    ShapeError
        If the kernel does not fit into the input with what is added, or a number is
        below 1.
    TypeError
        If a length is not a whole number.

    Examples
    --------
    A 3-tap kernel in a row of 7, and with stride 2 in a padded row of 5:

    >>> conv_output(7, 3)
    5
    >>> conv_output(5, 3, strides=2, padding="same")
    3

    The first convolution of ResNet, as PyTorch writes it:

    >>> conv_output(224, 7, strides=2, padding=3)
    112
    """
    return conv_formula(
        length, kernel, strides=strides, padding=padding, dilation=dilation
    ).value


def conv_formula(
    length: Number,
    kernel: int,
    *,
    strides: int = 1,
    padding: Padding = "valid",
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
    padding: Padding = "valid",
    dilation: int = 1,
    ceil_mode: bool = False,
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
    padding : {"valid", "same"}, int or (int, int)
        "valid" drops what does not fill a window; "same" keeps it. A number is
        added at each end, at most half a window, as in PyTorch; a pair before the
        first element and after the last.
    dilation : int
        Distance from one element of a window to the next.
    ceil_mode : bool
        Whether a window that runs over the end counts if it begins before the end,
        as PyTorch's `ceil_mode`; not with "same", which keeps the end anyway.

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
    >>> pool_output(112, 3, strides=2, padding=1)
    56
    >>> pool_output(13, 2, ceil_mode=True)
    7
    """
    return pool_formula(
        length,
        pool_size,
        strides=strides,
        padding=padding,
        dilation=dilation,
        ceil_mode=ceil_mode,
    ).value


def pool_formula(
    length: Number,
    pool_size: int,
    *,
    strides: int | None = None,
    padding: Padding = "valid",
    dilation: int = 1,
    ceil_mode: bool = False,
) -> Formula:
    """Return the length of `pool_output` with the arithmetic that gives it."""
    length = _length(length)
    pool_size = whole_number("pool_size", pool_size, meaning="elements in a window")
    padding = _checked_padding(padding, ("valid", "same"))
    strides, dilation = _checked_steps(
        pool_size if strides is None else strides, dilation
    )
    span = effective_kernel(pool_size, dilation=dilation)
    if isinstance(padding, tuple) and 2 * max(padding) > span:
        raise ShapeError(
            f"padding must be at most half a window, got {max(padding)} with a window "
            f"that spans {span}; give at most {span // 2}"
        )
    if not ceil_mode:
        return _places(length, pool_size, strides, padding, dilation, "window")
    if padding == "same":
        raise ShapeError(
            "ceil_mode=True goes with a number for padding, got 'same'; leave it out: "
            "'same' keeps the end anyway"
        )
    before, after = padding if isinstance(padding, tuple) else (0, 0)
    return _places_over_the_end(length, pool_size, strides, dilation, before, after)


def _places(
    length: Number, kernel: int, strides: int, padding: Any, dilation: int, what: str
) -> Formula:
    """Count the places of a kernel or window whose arguments are checked."""
    span = effective_kernel(kernel, dilation=dilation)
    if isinstance(padding, str) and padding != "valid":
        return Formula("(i + s - 1) // s", i=length, s=strides)
    added = 0 if padding == "valid" else sum(padding)
    if not isinstance(length, Size) and span > length + added:
        spread = f" ({kernel} taps, dilation {dilation})" if dilation > 1 else ""
        fits = (length + added - 1) // dilation + 1
        said = f"{padding}" if isinstance(padding, tuple) else f"{padding!r}"
        raise ShapeError(
            f"a {what} that spans {span}{spread} does not fit into a length of "
            f"{length} with padding={said}; use padding='same', "
            f"a {what} of at most {fits}, or a length of at least {span - added}"
        )
    values: dict[str, Any] = {"i": length, "k": kernel, "s": strides}
    room, taps = "i", "k"
    if added:
        room, values["p"] = "i + p", added
    if dilation > 1:
        taps, values["d"] = "(k - 1) * d - 1", dilation
    return Formula(f"({room} - {taps}) // s + 1", **values)


def _places_over_the_end(
    length: Number, window: int, strides: int, dilation: int, before: int, after: int
) -> Formula:
    """Count windows that begin before the end, those that run over it as well."""
    span = effective_kernel(window, dilation=dilation)
    added = before + after
    values: dict[str, Any] = {"i": length, "e": span, "s": strides}
    room = "i"
    if added:
        room, values["p"] = "i + p", added
    if not isinstance(length, Size) and span > length + added:
        return _places(length, window, strides, (before, after), dilation, "window")
    places = f"({room} - e + s - 1) // s + 1"
    # A window that would begin in what is added at the end is left out.
    if strides - 1 + after < span:
        return Formula(places, **values)
    start = "i"
    if before:
        start, values["p_1"] = "i + p_1", before
    return Formula(f"min({places}, ({start} + s - 1) // s)", **values)


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
    length = whole_number("length", length, meaning="elements along the axis")
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
    padding: Padding = "valid",
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
    padding : {"valid", "same"}, int or (int, int)
        "valid" keeps every contribution, "same" crops to i s. A number is taken
        off each end, as PyTorch does; a pair at the beginning and at the end.
    output_padding : int, optional
        Elements a added at the end, less than `strides`; settles which of the
        input lengths of a strided convolution to return to. By default Keras's
        choice, and 0 where `padding` is a number.
    dilation : int
        Elements d from one tap to the next.

    Returns
    -------
    int, or Size for an unknown length
        With e = (k - 1) d + 1: (i - 1) s + max(e, s) for "valid" and i s for
        "same"; with a given, (i - 1) s + e + a and (i - 1) s + (e mod 2) + a; and
        (i - 1) s + e - p + a where p elements are taken off.

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
    >>> conv_transpose_output(14, 4, strides=2, padding=1)
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
    padding: Padding = "valid",
    output_padding: int | None = None,
    dilation: int = 1,
) -> Formula:
    """Return the length of `conv_transpose_output` with its arithmetic."""
    length = _length(length)
    padding = _checked_padding(padding, ("valid", "same"))
    strides, dilation = _checked_steps(strides, dilation)
    span = effective_kernel(kernel, dilation=dilation)
    if output_padding is None and isinstance(padding, str):
        if padding == "same":
            return Formula("i * s", i=length, s=strides)
        return Formula("(i - 1) * s + max(e, s)", i=length, s=strides, e=span)
    extra = 0
    if output_padding is not None:
        extra = whole_number(
            "output_padding", output_padding, least=0, meaning="added at the end"
        )
    # PyTorch allows as much as the taps are apart.
    allowed = strides if isinstance(padding, str) else max(strides, dilation)
    if extra >= allowed:
        raise ShapeError(
            f"output_padding must be less than strides, got {extra} with "
            f"strides={strides}; give at most {allowed - 1}"
        )
    values = {"i": length, "s": strides, "e": span, "a": extra}
    if padding == "same":
        return Formula("(i - 1) * s + e % 2 + a", **values)
    if not isinstance(padding, tuple):
        return Formula("(i - 1) * s + e + a", **values)
    off = sum(padding)
    formula = Formula("(i - 1) * s + e - p + a", **values, p=off)
    if isinstance(formula.value, int) and formula.value < 1:
        raise ShapeError(
            f"nothing is left of {formula.value + off} elements when {off} are taken "
            f"off; give a smaller padding than {padding}"
        )
    return formula
