"""The one exception that ends a command, with a message for whoever called it."""


class CommandError(Exception):
    """A command cannot go on; the message says what was wrong and how to mend it."""
