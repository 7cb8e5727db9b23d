"""Check deep learning by hand: layer shapes and gradients, with the reasons."""

from byhand import shapes

__all__ = ["numerical_gradient", "shapes"]

__version__ = "0.1.0"


def __getattr__(name: str) -> object:
    # NumPy is loaded with the first gradient, so that `import byhand.shapes`
    # stays as light as the standard library.
    if name == "numerical_gradient":
        from byhand.gradients import numerical_gradient

        return numerical_gradient
    raise AttributeError(f"module 'byhand' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
