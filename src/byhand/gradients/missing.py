"""What a function raises where it has no value, and what it raises otherwise."""

# What a function raises for reasons other than the point that it is called at.
FAULTS = (MemoryError, OSError, RecursionError)


class OutputError(ValueError):
    """What the function returns cannot be differentiated."""


# What a mistake in a function raises: at every point, and not beside some alone.
MISTAKES = (
    AttributeError,
    ImportError,
    NameError,
    NotImplementedError,
    OutputError,
    TypeError,
)
