import re
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest

from bookbuild import places
from bookbuild.extensions import site
from byhand import figures
from byhand.figures import colours
from byhand.figures.colours import CYCLE, DARK, INK, MUTED, PAPER, contrast, dark
from byhand.shapes.drawing import svg, volumes

FILLS = (colours.INPUT, colours.UNIT, colours.OUTPUT, colours.REST)
OF_SHAPES = (*svg.PALETTE.values(), svg.OTHER)
LETTERS = (INK, MUTED, *CYCLE[:4])
SHEET = places.ROOT / "bookbuild" / "theme" / "site.css"

# How a colour is seen by whom a kind of cone fails: Machado, Oliveira and Fernandes
# 2009, doi:10.1109/TVCG.2009.113, at full severity, for linear channels.
SIGHT = {
    "with three kinds of cones": np.eye(3),
    "without long waves": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "without middle waves": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
    "without short waves": [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ],
}


def seen(colour, sight):
    """Return a colour in the space Oklab, in hundredths, as somebody sees it."""
    channels = np.array([int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)])
    linear = np.where(
        channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4
    )
    cones = np.cbrt(
        [
            [0.4122214708, 0.5363325363, 0.0514459929],
            [0.2119034982, 0.6806995451, 0.1073969566],
            [0.0883024619, 0.2817188376, 0.6299787005],
        ]
        @ np.clip(np.asarray(SIGHT[sight]) @ linear, 0, 1)
    )
    return 100 * np.array(
        [
            [0.2104542553, 0.7936177850, -0.0040720468],
            [1.9779984951, -2.4285922050, 0.4505937099],
            [0.0259040371, 0.7827717662, -0.8086757660],
        ]
        @ cones
    )


def in_both_themes(colour):
    return [(colour, PAPER), (dark(colour), DARK[PAPER])]


@pytest.mark.parametrize("colour", CYCLE)
def test_lines_stand_out_from_the_page(colour):
    for line, page in in_both_themes(colour):
        assert contrast(line, page) >= 3


@pytest.mark.parametrize("colour", LETTERS)
def test_letters_are_legible_on_the_page(colour):
    for letters, page in in_both_themes(colour):
        assert contrast(letters, page) >= 4.5


@pytest.mark.parametrize("fill", [*FILLS, *OF_SHAPES])
def test_ink_is_legible_on_every_fill(fill):
    assert contrast(INK, fill) >= 4.5
    assert contrast(DARK[INK], dark(fill)) >= 4.5


@pytest.mark.parametrize("sight", SIGHT)
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_lines_are_told_apart(theme, sight):
    """A difference of two hundredths can just be noticed."""
    cycle = CYCLE if theme == "light" else [DARK[colour] for colour in CYCLE]
    places_ = [seen(colour, sight) for colour in cycle]
    apart = [np.linalg.norm(a - b) for a, b in combinations(places_, 2)]
    of_meaning = [np.linalg.norm(a - b) for a, b in combinations(places_[:4], 2)]
    assert min(apart) >= 6
    assert min(of_meaning) >= 8


def test_the_paper_is_the_page_of_the_theme():
    rules = SHEET.read_text(encoding="utf-8")
    light, dark_ = re.findall(r"--ground: (#\w+);", rules)
    assert (light, dark_) == (PAPER, DARK[PAPER])


def test_every_constant_has_a_partner():
    constants = {
        value
        for value in vars(colours).values()
        if isinstance(value, str) and re.fullmatch("#[0-9a-f]{6}", value)
    }
    assert constants == set(DARK)
    assert set(CYCLE) <= constants
    assert all(re.fullmatch("#[0-9a-f]{6}", value) for value in DARK.values())


@pytest.mark.parametrize("grey", ["#000000", "#4d4d4d", "#999999", "#bfbfbf"])
def test_another_colour_stands_out_as_much_as_before(grey):
    most = contrast("#ffffff", DARK[PAPER])
    wanted = min(contrast(grey, PAPER), most)
    assert contrast(dark(grey), DARK[PAPER]) == pytest.approx(wanted, rel=0.03)
    assert len(set(re.findall("..", dark(grey)[1:]))) == 1


def test_another_colour_keeps_its_hue():
    red, green, blue = re.findall("..", dark("#f3cfe0")[1:])
    assert int(red, 16) > int(blue, 16) > int(green, 16)
    assert contrast(dark("#f3cfe0"), DARK[PAPER]) < 2
    assert dark("#F6D7A7") == DARK[colours.INPUT]


def test_the_style_sheet_knows_every_colour_of_drawings():
    drawn = [*DARK, svg.INK, svg.PAPER, svg.EDGE, volumes.THREAD, *OF_SHAPES]
    rules = "".join(site.drawing_colours())
    for colour in dict.fromkeys(drawn):
        for what in ("fill", "stroke"):
            assert f'[{what}="{colour}"]{{{what}:{dark(colour)}}}' in rules


COLOUR = re.compile(
    r"#[0-9a-fA-F]{3,8}\b"
    r'|\b(?:fill|stroke)="(?!none|\{)[^"]*"'
    r'|\b(?:\w*colors?|fc|ec|c)="(?!none)[^"]*"'
    r'|style="[^"]*\b(?:fill|stroke|color):'
    r"|mix-blend-mode"
)
MODULES = sorted(Path(figures.__file__).parent.glob("*.py"))


@pytest.mark.parametrize("module", MODULES, ids=lambda path: path.stem)
def test_drawings_have_no_colour_of_their_own(module):
    """Else the style sheet would not know it, and it would stay on a dark page."""
    text = module.read_text(encoding="utf-8")
    own = {"colours": text, "style": '"#24292f"|#e6edf3|color="#24292f"'}
    allowed = {"currentColor"}  # of buttons, which are part of the page
    found = [
        part
        for part in COLOUR.findall(text)
        if part not in own.get(module.stem, "") and not allowed & set(part.split('"'))
    ]
    assert found == []


@pytest.mark.parametrize(
    "line",
    [
        "f'<path fill=\"#fff\"/>'",
        "f'<path stroke=\"black\"/>'",
        'axes.plot(x, y, color="k")',
        'Rectangle(place, 1, 1, facecolor="white")',
        'style="fill:{INK}"',
    ],
)
def test_the_search_for_colours_finds_them(line):
    assert COLOUR.search(line)
    assert not COLOUR.search('<path fill="{INK}" stroke="none" fill-opacity=".6"/>')
