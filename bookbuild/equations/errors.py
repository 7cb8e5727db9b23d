"""What is raised where an equation cannot be read or evaluated."""


class EquationError(ValueError):
    """An equation cannot be read, or has no value.

    Parameters
    ----------
    message : str
        What is wrong, and how to write it.
    position : int, optional
        The character of the LaTeX at which it was noticed, from 0.
    """

    def __init__(self, message: str, position: int | None = None) -> None:
        super().__init__(message)
        self.position = position


class ShapeMismatchError(EquationError):
    """Two arrays that are combined do not have shapes that fit."""


class OutsideArrayError(EquationError):
    """An index points outside its axis."""
