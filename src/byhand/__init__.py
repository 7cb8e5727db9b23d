"""Check deep learning by hand: layer shapes and gradients, with the reasons."""

from byhand import shapes

TYPE_CHECKING = False
if TYPE_CHECKING:  # importing typing costs more than all of this package
    from byhand.gradients import (
        check_gradients,
        check_layer,
        check_model,
        numerical_gradient,
    )

__all__ = [
    "check_gradients",
    "check_layer",
    "check_model",
    "numerical_gradient",
    "shapes",
]

__version__ = "0.1.0"


def __getattr__(name: str) -> object:
    # NumPy is loaded with the first gradient, so that `import byhand.shapes`
    # stays as light as the standard library.
    if name in __all__:
        from byhand import gradients

        return getattr(gradients, name)
    raise AttributeError(f"module 'byhand' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
