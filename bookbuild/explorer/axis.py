"""One axis: the length that a kernel leaves, its formula, and the zeros around."""

from __future__ import annotations

from typing import Any

from bookbuild.explorer.asked import one_of, whole
from bookbuild.explorer.errors import AskedError
from byhand.shapes import ShapeError, same_padding
from byhand.shapes.axis import conv_formula, conv_transpose_formula
from byhand.shapes.formula import Formula

PADDINGS = ("valid", "same")


def formula_of(
    length: int,
    *,
    kernel: int,
    strides: int,
    padding: str,
    dilation: int,
    transposed: bool,
) -> Formula:
    """Return the length that a layer makes of a length, with its arithmetic.

    Parameters
    ----------
    length : int
        Elements along the axis.
    kernel, strides, dilation : int
        Taps, and the steps of the kernel and between its taps.
    padding : str
        "valid" or "same".
    transposed : bool
        Whether it is a transposed convolution.

    Raises
    ------
    ShapeError
        If the kernel does not fit.

    Examples
    --------
    >>> print(formula_of(7, kernel=3, strides=2, padding="valid", dilation=1,
    ...                  transposed=False))
    (i - k) // s + 1 = (7 - 3) // 2 + 1 = 3
    """
    rule = conv_transpose_formula if transposed else conv_formula
    return rule(length, kernel, strides=strides, padding=padding, dilation=dilation)


def zeros_before(
    length: int,
    *,
    kernel: int,
    strides: int,
    padding: str,
    dilation: int,
    transposed: bool,
) -> int:
    """Return how many zeros stand before the input, or are cropped from the output.

    A transposed convolution with "same" crops where the convolution that it turns
    round would have padded: an input of `length` times `strides`.

    Parameters
    ----------
    length, kernel, strides, padding, dilation, transposed
        As for `formula_of`.

    Examples
    --------
    >>> zeros_before(5, kernel=3, strides=1, padding="same", dilation=1,
    ...              transposed=False)
    1
    """
    if padding == "valid":
        return 0
    padded = length * strides if transposed else length
    return same_padding(padded, kernel, strides=strides, dilation=dilation)[0]


def answer(request: dict[str, Any]) -> dict[str, Any]:
    """Return what becomes of one axis.

    Parameters
    ----------
    request : dict
        `input`, `kernel`, `strides`, `dilation`, `padding` and `transposed`.

    Returns
    -------
    dict
        `output`, `formula` as text, and `before`, the zeros before the input.

    Raises
    ------
    AskedError
        If the request or the layer is impossible.
    """
    asked: dict[str, Any] = {
        "kernel": whole(request, "kernel"),
        "strides": whole(request, "strides"),
        "padding": one_of(request, "padding", PADDINGS),
        "dilation": whole(request, "dilation"),
        "transposed": bool(request.get("transposed")),
    }
    length = whole(request, "input")
    try:
        formula = formula_of(length, **asked)
    except ShapeError as error:
        raise AskedError(str(error)) from None
    before = zeros_before(length, **asked)
    return {"output": formula.value, "formula": str(formula), "before": before}


# How far the sliders of the page go: input, kernel, strides, dilation.
LENGTHS, KERNELS, STRIDES, DILATIONS = 24, 7, 4, 4
DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
NO_PLACE = "-"


def table() -> dict[str, Any]:
    """Return every answer that the sliders can ask for, so that they need no Python.

    Returns
    -------
    dict
        `most`, the ends of the sliders; `cases`, by a name such as "same, transposed",
        each with `outputs` and `before`, a text for each stride and dilation with a
        pair of digits for each kernel and input in turn ("--" where the kernel does
        not fit), and `formulas`, the arithmetic in letters without and with dilation.

    Examples
    --------
    >>> found = table()
    >>> found["cases"]["valid"]["formulas"][0]
    '(i - k) // s + 1'
    """
    cases = {}
    for padding in PADDINGS:
        for transposed in (False, True):
            name = f"{padding}, transposed" if transposed else padding
            cases[name] = _case(padding=padding, transposed=transposed)
    return {
        "most": {
            "input": LENGTHS,
            "kernel": KERNELS,
            "strides": STRIDES,
            "dilation": DILATIONS,
        },
        "cases": cases,
    }


def _case(*, padding: str, transposed: bool) -> dict[str, Any]:
    """Return the answers for one padding, transposed or not."""
    outputs, before = {}, {}
    kind: dict[str, Any] = {"padding": padding, "transposed": transposed}
    for strides in range(1, STRIDES + 1):
        for dilation in range(1, DILATIONS + 1):
            steps = {"strides": strides, "dilation": dilation, **kind}
            grid = [
                (length, kernel)
                for kernel in range(1, KERNELS + 1)
                for length in range(1, LENGTHS + 1)
            ]
            key = f"{strides},{dilation}"
            outputs[key] = "".join(
                _digits(_length(length, kernel=kernel, **steps))
                for length, kernel in grid
            )
            before[key] = "".join(
                _digits(zeros_before(length, kernel=kernel, **steps))
                for length, kernel in grid
            )
    formulas = [
        formula_of(LENGTHS, kernel=3, strides=1, dilation=dilation, **kind).expression
        for dilation in (1, 2)
    ]
    return {"outputs": outputs, "before": before, "formulas": formulas}


def _length(length: int, **asked: Any) -> int | None:
    """Return the length that is left, None where the kernel does not fit."""
    try:
        value = formula_of(length, **asked).value
    except ShapeError:
        return None
    return int(value)  # type: ignore[call-overload, no-any-return]


def _digits(value: int | None) -> str:
    """Return a number as two digits to the base of 36."""
    if value is None:
        return NO_PLACE * 2
    return DIGITS[value // 36] + DIGITS[value % 36]
