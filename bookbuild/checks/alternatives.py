"""The rule for texts that stand in for figures."""

LEAST_ALTERNATIVE = 30  # characters; what is shorter names a figure at best
