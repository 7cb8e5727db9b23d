"""Answers found the stupid way: slow, obvious, and independent of the package."""


def places(length, kernel, strides, dilation):
    """Return the start of every place where a kernel fits, by trying each."""
    taps = [tap * dilation for tap in range(kernel)]
    return [
        start
        for start in range(0, length, strides)
        if all(start + tap < length for tap in taps)
    ]


def padded_places(length, kernel, strides, dilation, before, after):
    """Return how many places fit once zeros are added at both ends."""
    return len(places(before + length + after, kernel, strides, dilation))


def spread(length, kernel, strides, dilation):
    """Return the length that stamping a kernel at every input element covers."""
    touched = {
        element * strides + tap * dilation
        for element in range(length)
        for tap in range(kernel)
    }
    return max(touched) + 1


def slope(fn, x, index, h=1e-6):
    """Return one partial derivative by one central quotient, on nested lists."""
    above, below = list(x), list(x)
    above[index] += h
    below[index] -= h
    return (fn(above) - fn(below)) / (2 * h)
