"""The look of the book's figures in matplotlib, on a light page and on a dark one.

`use` sets it for all figures to come, so that no cell and no script says a word about
fonts, sizes or colours. `tidy` does what no setting of matplotlib can say. `dark`
lends a finished figure the colours of a dark page.

Sizes are for a figure six inches wide, which fills the column of a page; on a phone,
330 pixels wide, its letters are still nine pixels high.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from math import isfinite
from typing import TYPE_CHECKING, Any, TypeGuard

from byhand.figures.colours import CYCLE, INK, MUTED, PAPER
from byhand.figures.colours import dark as dark_colour

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.colors import Colormap
    from matplotlib.figure import Figure
    from matplotlib.image import AxesImage
    from matplotlib.transforms import Bbox

SETTINGS: dict[str, Any] = {
    # The page is the ground, whatever its colour is.
    "figure.facecolor": "none",
    "axes.facecolor": "none",
    "legend.facecolor": PAPER,
    "legend.edgecolor": "none",
    "legend.framealpha": 0.85,
    "text.color": INK,
    "axes.labelcolor": INK,
    "axes.titlecolor": INK,
    "axes.edgecolor": MUTED,
    "axes.prop_cycle": f"cycler('color', {list(CYCLE)})",
    "xtick.color": MUTED,
    "xtick.labelcolor": INK,
    "ytick.color": MUTED,
    "ytick.labelcolor": INK,
    "patch.edgecolor": INK,
    "hatch.color": INK,
    "boxplot.boxprops.color": INK,
    "boxplot.capprops.color": INK,
    "boxplot.flierprops.color": INK,
    "boxplot.flierprops.markeredgecolor": INK,
    "boxplot.whiskerprops.color": INK,
    # Come with matplotlib; letters of mathematics have serifs, as in the equations.
    "font.family": "DejaVu Sans",
    "mathtext.fontset": "dejavuserif",
    "font.size": 12,
    "axes.titlesize": 12,
    "axes.labelsize": 12,
    "figure.titlesize": 13,
    "legend.fontsize": 11,
    "xtick.labelsize": 11,
    "ytick.labelsize": 11,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": MUTED,
    "grid.alpha": 0.15,
    "grid.linewidth": 0.8,
    "lines.linewidth": 1.8,
    "lines.markersize": 5,
    "figure.figsize": (6, 3.8),
    "figure.constrained_layout.use": True,
    # Letters are drawn, not named: no font has to be there where the figure is shown.
    "svg.fonttype": "path",
    "svg.hashsalt": "byhand",  # the same figure gives the same bytes
}

# What an artist may have a colour for.
_COLOURED = (
    "color",
    "edgecolor",
    "facecolor",
    "gapcolor",
    "hatchcolor",
    "markeredgecolor",
    "markerfacecolor",
    "markerfacecoloralt",
)
# Words that stand for another colour, which is mapped where it is set.
_ELSEWHERE = {"auto", "edge", "face", "inherit", "none"}
_INKS = {"gray_r", "Greys", "grey_r", "binary"}  # maps from white to black
_COVERS = 0.7  # opacity from which a picture hides the page


def use() -> None:
    """Set the look for all figures that matplotlib makes from now on."""
    from matplotlib import style

    style.use(SETTINGS)


def tidy(figure: "Figure") -> None:
    """Give pictures a whole frame and no grid, and ticks on the right their spine.

    A grid that was given a colour was wanted, and stays.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
        A finished figure, which is changed.
    """
    for axes in figure.axes:
        if _pictures(axes):
            for axis in (axes.xaxis, axes.yaxis):
                if "grid_color" not in axis.get_tick_params():  # nobody asked for it
                    axis.grid(visible=False)
            axes.spines[:].set_visible(True)
        if axes.yaxis.get_ticks_position() == "right":
            axes.spines["right"].set_visible(True)


@contextmanager
def dark(figure: "Figure") -> Iterator[None]:
    """Lend a figure the colours of a dark page, as long as the context lasts.

    Pictures, meshes and whatever else gets its colours from a map of numbers stay as
    they are, and so does what lies upon pictures and meshes: it was legible there. A
    picture whose zeros are as white as the page, in matplotlib's maps `gray_r`, `Greys`
    and `binary`, is ink on paper: it gets the dark page as its ground, and light ink.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
        A finished figure. It is as before in the end.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> figure = Figure()
    >>> title = figure.suptitle("One", color="#24292f")
    >>> with dark(figure):
    ...     title.get_color()
    '#e6edf3'
    >>> title.get_color()
    '#24292f'
    """
    from matplotlib.contour import ContourSet

    figure.draw_without_rendering()  # before this nobody knows what lies where
    kept = {id(artist) for axes in figure.axes for artist in _upon_pictures(axes)}
    artists = [artist for artist in _drawn(figure) if id(artist) not in kept]
    # All are asked before any is changed: an axes answers for its patch, for example.
    changes = [(artist, _dark_colours(artist)) for artist in artists]
    before = [
        (
            artist,
            {name: value for name, value in vars(artist).items() if "color" in name},
        )
        for artist in artists
    ]
    maps = [
        (artist, artist.get_cmap())
        for artist in artists
        if isinstance(artist, ContourSet) and artist.colors is not None
    ]
    inked = [(artist, artist.get_cmap()) for artist in artists if _is_ink(artist)]
    try:
        for artist, found in changes:
            for name, value in found.items():
                getattr(artist, f"set_{name}")(value)
        for contours, colours in maps:
            contours.set_cmap(_dark_map(colours))
        for picture, _ in inked:
            picture.set_cmap(_dark_ink())
        yield
    finally:
        for contours, colours in maps:
            contours.set_cmap(colours)
        for picture, colours in inked:
            picture.set_cmap(colours)
        for artist, values in before:
            vars(artist).update(values)


def _drawn(figure: "Figure") -> Iterator["Artist"]:
    """Yield all that a figure draws, each once."""
    for artist in figure.findobj():
        yield from _with_parts(artist)


def _with_parts(artist: "Artist") -> Iterator["Artist"]:
    """Yield an artist, and the box and the arrow of a text, which no list holds."""
    yield artist
    if (box := getattr(artist, "get_bbox_patch", lambda: None)()) is not None:
        yield box
    if (arrow := getattr(artist, "arrow_patch", None)) is not None:
        yield arrow


def _is_ink(artist: "Artist") -> "TypeGuard[AxesImage]":
    """Return whether an artist is a picture of dark ink on a page as white as paper."""
    from matplotlib.image import AxesImage

    if not isinstance(artist, AxesImage):
        return False
    shown = artist.get_array()
    return shown is not None and shown.ndim == 2 and artist.get_cmap().name in _INKS


def _dark_ink() -> "Colormap":
    """Return the map of ink for a dark page."""
    from matplotlib.colors import LinearSegmentedColormap

    ends = [dark_colour(PAPER), dark_colour(INK)]
    return LinearSegmentedColormap.from_list("ink on a dark page", ends)


def _pictures(axes: "Axes", *, inked: bool = True) -> "list[Bbox]":
    """Return where pictures and meshes hide the page, in pixels of the figure.

    Without those that are `inked`, they are what looks the same on a dark page.
    """
    from matplotlib.collections import Collection, QuadMesh
    from matplotlib.contour import ContourSet
    from matplotlib.image import AxesImage
    from matplotlib.transforms import Bbox

    found = []
    for artist in axes.get_children():
        if isinstance(artist, ContourSet):
            hides = artist.filled and artist.colors is None
        elif isinstance(artist, Collection):
            hides = isinstance(artist, QuadMesh)
        else:
            hides = isinstance(artist, AxesImage)
        if not hides or not artist.get_visible() or _opacity(artist) < _COVERS:
            continue
        if not inked and _is_ink(artist):
            continue
        place = Bbox.intersection(artist.get_window_extent(), axes.bbox)
        if place is not None:
            found.append(place)
    return found


def _opacity(artist: "Artist") -> float:
    """Return how much an artist hides, from 0 to 1."""
    alpha = artist.get_alpha()
    return 1.0 if alpha is None else float(getattr(alpha, "mean", lambda: alpha)())


def _upon_pictures(axes: "Axes") -> Iterator["Artist"]:
    """Yield what lies upon a picture that looks the same on a dark page."""
    places = _pictures(axes, inked=False)
    if not places:
        return
    for artist in [
        *axes.texts,
        *axes.lines,
        *axes.patches,
        *axes.collections,
        *axes.artists,
    ]:
        corners = artist.get_window_extent().get_points()
        if not all(map(isfinite, corners.flat)):
            continue  # it draws nothing
        if any(place.contains(*corners.mean(axis=0)) for place in places):
            for part in artist.findobj():
                yield from _with_parts(part)


def _dark_colours(artist: "Artist") -> dict[str, Any]:
    """Return the colours that an artist has on a dark page, by their names."""
    # Faces from a map of numbers get their colours anew; edges that follow them do not.
    mapped = vars(artist).get("_edge_is_mapped")
    found = {}
    for name in _COLOURED:
        get = getattr(artist, f"get_{name}", None)
        if get is None or not hasattr(artist, f"set_{name}"):
            continue
        if mapped and name in ("edgecolor", "color"):
            continue
        if (colours := _dark_partner(get())) is not None:
            found[name] = colours
    return found


def _dark_partner(colour: Any) -> Any:
    """Return one colour or several for a dark page, or None if there is none to set."""
    from matplotlib.colors import is_color_like, to_hex, to_rgba, to_rgba_array

    if colour is None or (isinstance(colour, str) and colour in _ELSEWHERE):
        return None
    if not is_color_like(colour):
        rows = [_dark_partner(row) or tuple(row) for row in to_rgba_array(colour)]
        return rows or None
    alpha = to_rgba(colour)[3]
    if alpha == 0:
        return None
    made = dark_colour(to_hex(colour))
    return made if alpha == 1 else to_rgba(made, alpha)


def _dark_map(colours: Any) -> Any:
    """Return the map of some contours whose colours were listed, for a dark page."""
    from matplotlib.colors import ListedColormap

    return ListedColormap(_dark_partner(colours.colors))
