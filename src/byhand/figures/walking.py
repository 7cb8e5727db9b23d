"""Where a kernel goes along one axis, ordinary, dilated or transposed.

The lengths are those of `byhand.shapes.axis`; after Dumoulin and Visin,
arXiv:1603.07285.
"""

from dataclasses import dataclass

from byhand.shapes.axis import (
    conv_output,
    conv_transpose_output,
    effective_kernel,
    same_padding,
)


@dataclass(frozen=True)
class Walk:
    """The places of a kernel along one axis.

    Attributes
    ----------
    length : int
        Elements of the input.
    spread : int
        Elements from one element of the input to the next: 1, or the strides of a
        transposed convolution, which has zeros between them.
    before, padded : int
        Zeros before the first element, and the length with all zeros.
    starts : tuple of int
        Where the first tap lies at each place, in the padded axis, from 0.
    taps : tuple of int
        Where the taps lie, seen from the first.
    """

    length: int
    spread: int
    before: int
    padded: int
    starts: tuple[int, ...]
    taps: tuple[int, ...]

    def element(self, at: int) -> int | None:
        """Return the input element at a place of the padded axis, None for a zero."""
        element, between = divmod(at - self.before, self.spread)
        return None if between or not 0 <= element < self.length else element


def walk(
    length: int,
    kernel: int,
    *,
    strides: int = 1,
    padding: str = "valid",
    dilation: int = 1,
    transposed: bool = False,
) -> Walk:
    """Return where a kernel goes along one axis.

    Parameters
    ----------
    length, kernel, strides, padding, dilation
        As of `byhand.shapes.conv_output`, with padding "valid" or "same".
    transposed : bool
        Whether the kernel moves over the input with strides - 1 zeros in between.

    Returns
    -------
    Walk
        The places, of which there are as many as elements of the output.

    Raises
    ------
    ShapeError
        If the kernel does not fit or a number is below 1.

    Examples
    --------
    >>> walk(5, 3, strides=2, padding="same").starts
    (0, 2, 4)
    >>> walk(2, 3, strides=2, transposed=True).padded
    7
    """
    if padding not in ("valid", "same"):
        raise ValueError(f"padding must be 'valid' or 'same', got {padding!r}")
    span = effective_kernel(kernel, dilation=dilation)
    taps = tuple(range(0, span, dilation))
    if transposed:
        # Of what the kernel would reach, "same" crops as much as it once added.
        crop = max(span - strides, 0) // 2 if padding == "same" else 0
        places = conv_transpose_output(
            length, kernel, strides=strides, padding=padding, dilation=dilation
        )
        starts = range(places)
        before, spread = span - 1 - crop, strides
        padded = places + span - 1
    else:
        places = conv_output(
            length, kernel, strides=strides, padding=padding, dilation=dilation
        )
        before = after = 0
        if padding == "same":
            before, after = same_padding(
                length, kernel, strides=strides, dilation=dilation
            )
        starts = range(0, places * strides, strides)
        spread, padded = 1, before + length + after
    return Walk(length, spread, before, padded, tuple(starts), taps)
