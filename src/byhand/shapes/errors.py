"""What goes wrong with shapes and files; each message says how to mend it."""


class ShapeError(ValueError):
    """Lengths that cannot go together; the message says which and how to mend it."""


class ReadError(ValueError):
    """What was given is no network; the message says where it is not."""
