"""What a reader asked cannot be answered, and why."""


class AskedError(ValueError):
    """A request or a reader's lines are not what can be answered.

    The message is a sentence for the reader.
    """
