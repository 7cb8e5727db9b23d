"""Numerical derivatives to hold a hand-written backward pass against: NumPy only."""

from typing import TYPE_CHECKING, Any

from byhand.gradients.checking import check_gradients
from byhand.gradients.differences import numerical_gradient
from byhand.gradients.jacobian import numerical_jacobian
from byhand.gradients.layers import check_layer
from byhand.gradients.report import GradientError, GradientReport

if TYPE_CHECKING:
    from byhand.gradients.keras import check_loss, check_model

__all__ = [
    "GradientError",
    "GradientReport",
    "check_gradients",
    "check_layer",
    "check_loss",
    "check_model",
    "numerical_gradient",
    "numerical_jacobian",
]


def __getattr__(name: str) -> Any:
    # These two need Keras, which is loaded when they are asked for.
    if name in ("check_loss", "check_model"):
        from byhand.gradients import keras

        return getattr(keras, name)
    raise AttributeError(f"module 'byhand.gradients' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
