"""How long a chapter takes: to read, and to work through its exercises.

Both are computed from the source of the page, so that they change with it. The rates
are those of a reader who follows: a formula is looked at term by term, a line of code
is read, a figure is taken in.
"""

import re

from bookbuild.checks import prose, reading
from bookbuild.checks.chapters import FIGURE_NAMED
from bookbuild.checks.sources import without

WORDS_A_MINUTE = 180
SECONDS_A_DISPLAY = 45
SECONDS_A_LINE = 5  # of code that is shown
SECONDS_A_FIGURE = 30
MINUTES = {"routine": 5, "deeper": 12, "project": 50}  # an exercise of a level
HIDDEN = {"hide-cell", "hide-input", "remove-cell", "remove-input"}
FORMULA = re.compile(r"\$[^$]+\$")
CODE = re.compile(
    r"^`{3}(?:python|\{shapes\})\n(?P<body>.*?)^`{3}$", re.MULTILINE | re.DOTALL
)
NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


def minutes_to_read(text: str) -> float:
    """Return the minutes that a page takes to read, without its exercises."""
    text = without(reading.SOLUTION, without(reading.EXERCISE, text))
    words = sum(
        len(re.findall(r"\S*\w\S*", FORMULA.sub("formula", line)))
        for _, line in prose.lines_of(text)
        if not line.startswith(":alt:")
    )
    displays = len(reading.EQUATION.findall(text))
    figures = len(FIGURE_NAMED.findall(text))
    seconds = (
        SECONDS_A_DISPLAY * displays
        + SECONDS_A_LINE * lines_of_code(text)
        + SECONDS_A_FIGURE * figures
    )
    return words / WORDS_A_MINUTE + seconds / 60


def lines_of_code(text: str) -> int:
    """Return how many lines of code a page shows unfolded."""
    shown = [
        cell.code for cell in reading.cells_of(text) if not HIDDEN & set(cell.tags)
    ]
    for block in CODE.finditer(text):
        options = reading.options_of(block["body"])
        if "hide-code" not in options.values:
            lines = block["body"].splitlines()[options.lines :]
            shown.append("\n".join(lines))
    return sum(bool(line.strip()) for code in shown for line in code.splitlines())


def minutes_to_solve(text: str) -> int:
    """Return the minutes that the exercises of a page take."""
    levels = [exercise.level for exercise in reading.exercises_of(text)]
    return sum(MINUTES.get(level, 0) for level in levels)


def in_words(minutes: float) -> str:
    """Return a time as one would say it.

    Below an hour it is rounded to five minutes, below two hours to a quarter of an
    hour, and above that to half an hour.

    Examples
    --------
    >>> [in_words(minutes) for minutes in (2, 33, 76, 140)]
    ['5 minutes', '35 minutes', 'an hour and a quarter', 'two and a half hours']
    """
    if minutes < 57.5:
        return f"{max(5, round_half_up(minutes, 5))} minutes"
    quarters = round_half_up(minutes, 15) // 15
    if quarters < 8:
        rest = ("", " and a quarter", " and a half", " and three quarters")
        return f"an hour{rest[quarters - 4]}"
    hours, half = divmod(round_half_up(minutes, 30) // 30, 2)
    number = NUMBERS[hours] if hours < len(NUMBERS) else str(hours)
    return f"{number} and a half hours" if half else f"{number} hours"


def round_half_up(minutes: float, step: int) -> int:
    """Return a time rounded to a multiple of some minutes."""
    return step * int(minutes / step + 0.5)


def times_of(text: str) -> str:
    """Return how long a page takes, in words that go on behind "It takes"."""
    read = f"about {in_words(minutes_to_read(text))} to read"
    to_solve = minutes_to_solve(text)
    if not to_solve:
        return f"{read}."
    return f"{read}, and {in_words(to_solve)} for the exercises."
