"""What a function raises where it has no value, and what it raises otherwise."""

# What a function raises for reasons other than the point that it is called at.
FAULTS = (
    AttributeError,
    ImportError,
    MemoryError,
    NameError,
    NotImplementedError,
    OSError,
    RecursionError,
    SyntaxError,
    TypeError,
)


class OutputError(ValueError):
    """What the function returns cannot be differentiated."""
