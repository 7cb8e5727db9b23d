"""Numerical derivatives to hold a hand-written backward pass against: NumPy only."""

from byhand.gradients.differences import numerical_gradient

__all__ = ["numerical_gradient"]
