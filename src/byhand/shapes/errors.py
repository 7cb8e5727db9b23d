"""What goes wrong with shapes and files; each message says how to mend it."""


class ShapeError(ValueError):
    """Lengths that cannot go together; the message says which and how to mend it."""


class RankError(ShapeError):
    """An input with another number of axes than a layer takes.

    Attributes
    ----------
    wanted : int
        How many axes it takes, the batch among them.
    shape : tuple
        What it was given.
    """

    def __init__(self, words: str, wanted: int, shape: tuple[object, ...]) -> None:
        super().__init__(words)
        self.wanted = wanted
        self.shape = shape


class ReadError(ValueError):
    """What was given is no network; the message says where it is not."""


class UnsupportedError(TypeError):
    """What cannot be done with shapes alone, such as training.

    The message says what was asked for, why there is no such thing here, and what to do
    instead.
    """
