"""Check deep learning by hand: layer shapes and gradients, with the reasons."""

from byhand import shapes

TYPE_CHECKING = False
if TYPE_CHECKING:  # importing typing costs more than all of this package
    from byhand.gradients import check_gradients, check_layer, numerical_gradient
    from byhand.gradients import check_model as check_model

__all__ = [
    "check_gradients",
    "check_layer",
    "numerical_gradient",
    "shapes",
]

__version__ = "0.1.0"


def __getattr__(name: str) -> object:
    # NumPy is loaded with the first gradient, so that `import byhand.shapes`
    # stays as light as the standard library.
    # check_model needs Keras as well, so that a star does not ask for it.
    if name in (*__all__, "check_model"):
        from byhand import gradients

        return getattr(gradients, name)
    raise AttributeError(f"module 'byhand' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__, "check_model"])
