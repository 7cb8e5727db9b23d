"""Numerical derivatives to hold a hand-written backward pass against: NumPy only."""

from typing import TYPE_CHECKING, Any

from byhand.gradients.checking import check_gradients
from byhand.gradients.layers import check_layer
from byhand.gradients.numerical import numerical_gradient, numerical_jacobian
from byhand.gradients.report import GradientError, GradientReport

if TYPE_CHECKING:
    from byhand.gradients.keras import check_loss as check_loss
    from byhand.gradients.keras import check_model as check_model

__all__ = [
    "GradientError",
    "GradientReport",
    "check_gradients",
    "check_layer",
    "numerical_gradient",
    "numerical_jacobian",
]

# These need Keras, which is loaded when they are asked for; a star does not ask.
WITH_KERAS = ("check_loss", "check_model")


def __getattr__(name: str) -> Any:
    if name in WITH_KERAS:
        from byhand.gradients import keras

        return getattr(keras, name)
    raise AttributeError(f"module 'byhand.gradients' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*globals(), *WITH_KERAS])
