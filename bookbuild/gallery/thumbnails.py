"""The picture on an example's card: one panel of one figure, drawn large.

gallery/thumbnails.toml says which, where it is not the first panel of the first figure.
A card is a few centimetres wide. A whole figure on it would be mostly white, with
letters that nobody can read; a panel that is laid out anew at that size is neither.
Each panel is drawn for light pages and for dark ones.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PIL import Image

from bookbuild import files
from bookbuild.gallery import scripts, tables
from bookbuild.gallery.tables import TableError
from byhand.figures import colours, style

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.text import Text

FILE = "thumbnails.toml"
SIZE = (3.2, 2.24)  # inches
DOTS = 150  # an inch: twice as many as a card has room for
GROUND = "#eef2f7"
COLOURS = 64  # as many as lines and letters need
SLOPE = 30  # degrees, of names below an axis that have no room side by side


@dataclass(frozen=True)
class Choice:
    """Which panel of which figure stands on a card; both are counted from 1."""

    figure: int = 1
    panel: int = 1

    def as_drawn(self) -> dict[str, Any]:
        """Return all that a card's picture depends on beside the figure, for JSON."""
        code = Path(__file__).read_bytes()
        return {
            "figure": self.figure,
            "panel": self.panel,
            "drawn by": hashlib.sha256(code).hexdigest()[:16],
        }


def choices(gallery: Path) -> dict[str, Choice]:
    """Return the choices of a gallery, by the name of the script.

    Parameters
    ----------
    gallery : Path
        The folder of the examples, which holds the file.

    Raises
    ------
    TableError
        If the file cannot be read, or a choice is not made of two numbers.
    """
    return {
        script: choice_of(script, given)
        for script, given in tables.read(gallery, FILE).items()
    }


def choice_of(script: str, given: Any) -> Choice:
    """Return a choice from what the file says of it."""
    known = isinstance(given, dict) and set(given) <= {"figure", "panel"}
    if not known or not all(type(n) is int and n > 0 for n in given.values()):
        raise TableError(
            f"{FILE}: the thumbnail of {script} is {given!r}; write "
            "{ figure = 1, panel = 1 }, counted from 1"
        )
    return Choice(**given)


def choice_for(script: Path) -> Choice:
    """Return which panel of a script's figures stands on its card."""
    return choices(script.parent.parent).get(scripts.name_of(script), Choice())


def draw(figure: "Figure", choice: Choice, *, light: Path, dark: Path) -> None:
    """Draw one panel of a figure by itself; the figure cannot be used afterwards.

    Parameters
    ----------
    figure : Figure
        The figure.
    choice : Choice
        Which of its panels; colour bars count, in the order of their making.
    light, dark : Path
        Where the pictures for light and for dark pages belong.

    Raises
    ------
    IndexError
        If the figure has no such panel.
    """
    lay_out(figure, figure.axes[choice.panel - 1])
    save(figure, light, ground=GROUND)
    with style.dark(figure):
        save(figure, dark, ground=colours.dark(GROUND))


def lay_out(figure: "Figure", chosen: "Axes") -> None:
    """Give a panel the whole figure, in the size of a card."""
    from matplotlib.gridspec import GridSpec

    for axes in list(figure.axes):
        if axes is not chosen:
            axes.remove()
    for artist in [*figure.texts, *figure.legends]:
        artist.set_visible(False)
    if title := getattr(figure, "_suptitle", None):
        title.set_visible(False)
    if legend := chosen.get_legend():
        legend.remove()  # at this size it would cover the curves
    figure.set_layout_engine("constrained")
    figure.set_size_inches(*SIZE)
    chosen.set_subplotspec(GridSpec(1, 1, figure=figure)[0])
    chosen.set_facecolor(GROUND)
    figure.draw_without_rendering()
    slope_names_that_touch(chosen)
    hide_what_does_not_fit(figure, chosen)


def save(figure: "Figure", path: Path, *, ground: str) -> None:
    """Save a picture in few colours."""
    files.write_with(path, lambda new: figure.savefig(new, dpi=DOTS, facecolor=ground))
    with Image.open(path) as picture:
        small = picture.convert("RGB").quantize(COLOURS)
    files.write_with(path, lambda new: small.save(new, format="PNG", optimize=True))


def slope_names_that_touch(axes: "Axes") -> None:
    """Turn what is written below an axis if two neighbours touch; it must be drawn."""
    boxes = [text.get_window_extent() for text in written_below(axes)]
    boxes.sort(key=lambda box: box.x0)
    if any(one.x1 >= other.x0 for one, other in pairwise(boxes)):
        for text in axes.get_xticklabels():
            text.set(rotation=SLOPE, ha="right", rotation_mode="anchor")


def written_below(axes: "Axes") -> Iterator["Text"]:
    """Yield the words at the ticks of the axis below that are seen."""
    low, high = sorted(axes.get_xlim())
    for text in axes.get_xticklabels():
        if (
            text.get_visible()
            and text.get_text()
            and low <= text.get_position()[0] <= high
        ):
            yield text


def hide_what_does_not_fit(figure: "Figure", axes: "Axes") -> None:
    """Hide the title and the labels of a panel that the picture would cut."""
    figure.draw_without_rendering()
    for text in (axes.title, axes.xaxis.label, axes.yaxis.label):
        box = text.get_window_extent()
        is_within = (
            box.x0 >= 0
            and box.y0 >= 0
            and box.x1 <= figure.bbox.width
            and box.y1 <= figure.bbox.height
        )
        if not is_within:
            text.set_visible(False)
