"""What the definitions of several chapters work out: tables, layers and sums."""

from collections.abc import Callable, Sequence
from math import ceil, exp, floor, log

from byhand import shapes

Table = Sequence[Sequence[float]]


def length(
    i: int, kernel: int, strides: int = 1, padding: str = "valid", dilation: int = 1
) -> int:
    """Return the length of the output of a convolution or of pooling."""
    return int(
        shapes.conv_output(
            i, kernel, strides=strides, padding=padding, dilation=dilation
        )
    )


def model(shape: Sequence[int], *layers: shapes.Layer) -> shapes.Sequential:
    """Return a network of some layers, one after another."""
    return shapes.Sequential([shapes.Input(tuple(shape)), *layers])


def zeros_of_same(i: int, kernel: int, strides: int = 1) -> tuple[int, int]:
    """Return how many zeros `same` padding adds before and after."""
    total = max((ceil(i / strides) - 1) * strides + kernel - i, 0)
    return total // 2, total - total // 2


def correlate(x: Table, kernel: Table, bias: float = 0) -> list[list[float]]:
    """Return the feature map of a kernel on a table of numbers.

    Examples
    --------
    >>> correlate([[1, 2], [3, 4]], [[1, 0], [0, 1]])
    [[5]]
    """
    height, width = len(kernel), len(kernel[0])
    return [
        [
            sum(
                x[u + a][v + b] * kernel[a][b]
                for a in range(height)
                for b in range(width)
            )
            + bias
            for v in range(len(x[0]) - width + 1)
        ]
        for u in range(len(x) - height + 1)
    ]


def flipped(kernel: Table) -> list[list[float]]:
    """Return a kernel turned by half a turn."""
    return [list(row[::-1]) for row in kernel[::-1]]


def pooled(
    x: Table, window: int, strides: int, of: Callable[[Sequence[float]], float] = max
) -> list[list[float]]:
    """Return the maxima, or something else, of square windows of a table."""
    last = len(x) - window
    return [
        [
            of([x[u + a][v + b] for a in range(window) for b in range(window)])
            for v in range(0, last + 1, strides)
        ]
        for u in range(0, last + 1, strides)
    ]


def flat(table: Table) -> list[float]:
    """Return the rows of a table, one after another."""
    return [value for row in table for value in row]


def mean(values: Sequence[float]) -> float:
    """Return the mean."""
    return sum(values) / len(values)


def softmax(values: Sequence[float]) -> list[float]:
    """Return the softmax."""
    powers = [exp(value - max(values)) for value in values]
    return [power / sum(powers) for power in powers]


def entropy(probabilities: Sequence[float]) -> float:
    """Return the entropy, which is the smallest cross-entropy."""
    return -sum(p * log(p) for p in probabilities if p)


def first_whole_above(value: float) -> int:
    """Return the smallest whole number that is not below a value."""
    return ceil(value - 1e-9)


def last_whole_below(value: float) -> int:
    """Return the largest whole number that is not above a value."""
    return floor(value + 1e-9)
