"""The colours that every drawing shares: the same thing looks the same everywhere.

Each constant is a colour on a light page; `DARK` holds its partner on a dark one, and
`dark` finds a partner for any other colour.

A line is seen if its contrast with the page is at least 3:1, and letters are read from
4.5:1 on (Web Content Accessibility Guidelines 2.2, criteria 1.4.3 and 1.4.11). The
colours of lines differ in lightness as well as in hue, so that readers who see hues
differently tell them apart too. `tests/figures/test_colours.py` measures both.
"""

import colorsys
from functools import cache

INK = "#24292f"  # lines and letters
MUTED = "#57606a"  # what matters less: reference lines, what is not in use
PAPER = "#ffffff"  # the page itself

# Fills, behind letters in ink.
INPUT = "#f6d7a7"  # what is given
UNIT = "#a9c9e8"  # what computes: a neuron, a kernel
OUTPUT = "#b5dfcf"  # what comes out
REST = "#e6e8eb"  # everything else

# Lines and letters with a meaning of their own.
VALUE = "#0f4c8f"  # values going forward; learning examples
GRADIENT = "#c94100"  # gradients going back; validation examples
PARAMETER = "#0a815e"  # parameters; test examples
CONTRAST = "#af3cbb"  # what is compared with

# Lines without one. They are no colours for letters.
GOLD = "#a38a10"
CYAN = "#4299b8"
VIOLET = "#8a62e8"

CYCLE = (VALUE, GRADIENT, PARAMETER, CONTRAST, GOLD, CYAN, VIOLET, MUTED)

DARK = {
    INK: "#e6edf3",
    MUTED: "#a0a8b2",
    PAPER: "#121212",  # the dark page of the book
    INPUT: "#6b4a14",
    UNIT: "#23496b",
    OUTPUT: "#1d5543",
    REST: "#343b43",
    VALUE: "#56a6e7",
    GRADIENT: "#f08a3c",
    PARAMETER: "#33dea1",
    CONTRAST: "#f6caff",
    GOLD: "#d9c24a",
    CYAN: "#8fc4db",
    VIOLET: "#8d7cff",
}


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of two colours, from 1 (equal) to 21.

    Parameters
    ----------
    one, other : str
        Colours, as `"#rrggbb"`.

    Returns
    -------
    float
        The ratio of the Web Content Accessibility Guidelines.

    Examples
    --------
    >>> contrast("#000000", "#ffffff")
    21.0
    """
    darker, lighter = sorted(_luminance(_channels(colour)) for colour in (one, other))
    return (lighter + 0.05) / (darker + 0.05)


@cache
def dark(colour: str) -> str:
    """Return what a colour of a light page becomes on a dark one.

    A colour that is not in `DARK` keeps its hue, and stands out from the dark page as
    much as it did from the light one: what was pale becomes deep, and black white.

    Parameters
    ----------
    colour : str
        A colour, as `"#rrggbb"`.

    Returns
    -------
    str
        Its partner, in the same form.

    Examples
    --------
    >>> dark(INK)
    '#e6edf3'
    >>> dark("#ff0000")
    '#ea0000'
    """
    colour = colour.lower()
    if colour in DARK:
        return DARK[colour]
    wanted = contrast(colour, PAPER)
    hue, _, saturation = colorsys.rgb_to_hls(*_channels(colour))
    # The contrast with the dark page grows with the lightness, once it is lighter.
    low, high = 0.0, 1.0
    page = _luminance(_channels(DARK[PAPER]))
    for _ in range(12):
        middle = (low + high) / 2
        found = _luminance(colorsys.hls_to_rgb(hue, middle, saturation))
        if (found + 0.05) / (page + 0.05) < wanted:
            low = middle
        else:
            high = middle
    made = colorsys.hls_to_rgb(hue, high, saturation)
    return "#" + "".join(f"{round(255 * channel):02x}" for channel in made)


def _channels(colour: str) -> tuple[float, float, float]:
    """Return red, green and blue of "#rrggbb", each from 0 to 1."""
    red, green, blue = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    return red, green, blue


def _luminance(channels: tuple[float, float, float]) -> float:
    """Return the relative luminance of a colour of sRGB."""
    linear = [
        channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4
        for channel in channels
    ]
    weights = (0.2126, 0.7152, 0.0722)
    return sum(
        weight * channel for weight, channel in zip(weights, linear, strict=True)
    )
