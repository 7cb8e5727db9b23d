"""What is raised where an answer or a request cannot be read."""


class AnswerError(ValueError):
    """What was typed cannot be read; the message says how to write it."""


class RequestError(ValueError):
    """A request makes no sense; the message says what was wrong and what to send."""
