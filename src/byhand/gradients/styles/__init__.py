"""However a gradient is written: read as values and gradients at given arrays.

A gradient may be a function of its own, a backward pass with or without a cache, part
of what the function returns, or the automatic differentiation of a framework; inputs
may come one after another, in one container, or by name. `written` makes one thing of
all these.
"""

from byhand.gradients.styles.reading import Written, written

__all__ = ["Written", "written"]
