import io
import warnings

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.colors import to_hex, to_rgba

from byhand.figures import draw_neuron, style
from byhand.figures.colours import CYCLE, DARK, GRADIENT, INK, MUTED, PAPER, UNIT, VALUE
from byhand.figures.colours import dark as dark_colour


@pytest.fixture(autouse=True)
def _in_the_style():
    with plt.rc_context(), warnings.catch_warnings():
        warnings.simplefilter("error")
        style.use()
        yield
    plt.close("all")


def svg_of(figure):
    file = io.BytesIO()
    figure.savefig(file, format="svg", metadata={"Date": None})
    return file.getvalue().decode()


def drawn():
    """Return a figure whose artists have colours of every kind, without a layout."""
    # A layout moves a little at each drawing.
    plt.rcParams["figure.constrained_layout.use"] = False
    figure, axes = plt.subplots(2, 2, figsize=(8, 6))
    curves, bars, cloud, rings = axes.flat
    curves.plot([0, 1], [0, 1], "o-", label="a line")
    curves.plot([0, 1], [1, 0], "s", mfc="none", label="open markers")
    curves.axhline(0.5, color="0.5", ls=":")
    curves.fill_between([0, 1], [0, 1], alpha=0.3)
    curves.annotate("there", (0.5, 0.5), (0.2, 0.8), arrowprops={"arrowstyle": "->"})
    curves.legend(title="two")
    bars.bar([0, 1], [1, 2], color=["C0", "C1"], edgecolor="k", hatch="/")
    bars.text(0, 0.5, "in it", color="w", bbox={"facecolor": UNIT})
    bars.errorbar([0, 1], [1, 2], [0.1, 0.2], fmt="none", capsize=3)
    cloud.scatter([0, 1], [0, 1], c=[0.0, 1.0], cmap="viridis")
    cloud.scatter([1], [0], color="C1", edgecolors="k")
    rings.contour(np.arange(16.0).reshape(4, 4), colors="0.25")
    return figure, axes


def colours_in(figure):
    """Return every colour that the SVG of a figure names."""
    return {
        part[:7]
        for name in ("fill: ", "stroke: ")
        for part in svg_of(figure).split(name)[1:]
        if part.startswith("#")
    }


def test_the_style_is_one_that_matplotlib_knows():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        plt.rcParams.update(style.SETTINGS)
    assert plt.rcParams["axes.prop_cycle"].by_key()["color"] == list(CYCLE)


def test_letters_are_legible_on_a_phone():
    """Six inches are shown 330 pixels wide, and 72 points are an inch."""
    across, _ = plt.rcParams["figure.figsize"]
    shrunk = 330 / (across * 72)
    for name in ("axes.labelsize", "xtick.labelsize", "legend.fontsize"):
        assert plt.rcParams[name] * shrunk >= 8


def test_a_figure_has_the_look_of_the_book():
    figure, axes = plt.subplots()
    (line,) = axes.plot([0, 1])
    assert line.get_color() == VALUE
    assert figure.get_facecolor()[3] == axes.get_facecolor()[3] == 0
    assert not axes.spines["top"].get_visible()
    assert {label.get_color() for label in axes.get_xticklabels()} == {INK}
    assert "font-family" not in svg_of(figure)
    assert "<text" not in svg_of(figure)


@pytest.mark.slow
def test_the_same_figure_gives_the_same_bytes():
    assert svg_of(drawn()[0]) == svg_of(drawn()[0])


@pytest.mark.slow
def test_tidy_takes_the_grid_off_pictures_and_frames_them():
    figure, (curve, picture, mesh, wanted) = plt.subplots(1, 4)
    curve.plot([0, 1])
    picture.imshow(np.eye(3))
    mesh.pcolormesh(np.eye(3))
    wanted.imshow(np.eye(3))
    wanted.grid(color="w")
    style.tidy(figure)
    lines = [ax.xaxis.get_gridlines()[0].get_visible() for ax in figure.axes]
    assert lines == [True, False, False, True]
    assert [ax.spines["top"].get_visible() for ax in figure.axes] == [False] + 3 * [
        True
    ]


def test_tidy_shows_the_spine_of_ticks_on_the_right():
    figure, axes = plt.subplots()
    other = axes.twinx()
    other.plot([0, 1])
    style.tidy(figure)
    assert other.spines["right"].get_visible()
    assert not axes.spines["right"].get_visible()


@pytest.mark.slow
def test_dark_maps_every_colour_and_gives_it_back():
    figure, axes = drawn()
    before, light = svg_of(figure), colours_in(figure)
    cloud = axes.flat[2].collections[0]
    mapped = {to_hex(colour) for colour in cloud.get_facecolor()}
    with style.dark(figure):
        dark = colours_in(figure)
    assert dark == {dark_colour(colour) for colour in light - mapped} | mapped
    assert {INK, PAPER, VALUE, GRADIENT, MUTED, "#000000"} <= light
    assert svg_of(figure) == before


def test_dark_gives_back_colours_after_an_error():
    figure, axes = plt.subplots()
    (line,) = axes.plot([0, 1])
    lent = style.dark(figure)
    lent.__enter__()
    assert line.get_color() == DARK[VALUE]
    assert not lent.__exit__(KeyError, KeyError(), None)
    assert line.get_color() == VALUE


def test_dark_keeps_what_is_transparent_so():
    figure, axes = plt.subplots()
    band = axes.axvspan(0, 1, color=VALUE, alpha=0.25)
    veil = axes.axvspan(0, 1, color=to_rgba(VALUE, 0.5))
    (ring,) = axes.plot([0], [0], "o", mfc="none")
    with style.dark(figure):
        assert veil.get_facecolor() == to_rgba(DARK[VALUE], 0.5)
        assert band.get_facecolor() == to_rgba(DARK[VALUE], 0.25)
        assert ring.get_markerfacecolor() == "none"
        assert figure.get_facecolor()[3] == axes.get_facecolor()[3] == 0


@pytest.mark.parametrize("draw", ["imshow", "pcolormesh", "contourf"])
def test_what_lies_upon_a_picture_stays_as_it_was(draw):
    figure, axes = plt.subplots()
    getattr(axes, draw)(np.arange(9.0).reshape(3, 3), cmap="Blues")
    upon = axes.text(1, 1, "9", color="white")
    (line,) = axes.plot([0, 2], [0, 2], "k")
    noted = axes.annotate("it", (1, 1), (0.5, 1), arrowprops={"arrowstyle": "->"})
    beside = axes.text(1.2, 0.5, "beside", transform=axes.transAxes)
    label = axes.set_xlabel("column")
    with style.dark(figure):
        assert upon.get_color() == "white"
        assert to_rgba(line.get_color()) == to_rgba("k")
        assert noted.get_color() == INK
        assert noted.arrow_patch.get_edgecolor() == to_rgba(INK)
        assert beside.get_color() == label.get_color() == DARK[INK]
        assert axes.spines["left"].get_edgecolor() == to_rgba(DARK[MUTED])


def test_what_lies_upon_a_veil_is_mapped():
    """The page shines through, so that the ground is another on a dark one."""
    figure, axes = plt.subplots()
    axes.contourf(np.arange(9.0).reshape(3, 3), alpha=0.3)
    upon = axes.text(1, 1, "9")
    with style.dark(figure):
        assert upon.get_color() == DARK[INK]


def test_pictures_stay_as_they_are():
    figure, axes = plt.subplots()
    axes.imshow(np.arange(9.0).reshape(3, 3))
    axes.axis("off")
    figure.canvas.draw()
    light = np.asarray(figure.canvas.buffer_rgba()).copy()
    with style.dark(figure):
        figure.canvas.draw()
        assert np.array_equal(np.asarray(figure.canvas.buffer_rgba()), light)


@pytest.mark.parametrize("ink", ["gray_r", "Greys", "binary"])
def test_a_picture_in_ink_has_the_page_as_its_ground(ink):
    figure, axes = plt.subplots()
    picture = axes.imshow(np.arange(9.0).reshape(3, 3), cmap=ink)
    upon = axes.text(0, 0, "0", color=INK)
    on_ink = axes.text(2, 2, "8", color="white")
    with style.dark(figure):
        ground, *_, darkest = picture.get_cmap()([0.0, 0.5, 1.0])
        assert to_hex(ground) == DARK[PAPER]
        assert min(darkest[:3]) > 0.9
        assert upon.get_color() == DARK[INK]
        assert to_rgba(on_ink.get_color()) == to_rgba(DARK[PAPER])
    assert picture.get_cmap().name == ink
    assert upon.get_color() == INK


def test_a_coloured_picture_and_a_photograph_are_no_ink():
    figure, axes = plt.subplots()
    photograph = axes.imshow(np.zeros((3, 3, 3)), cmap="gray_r")
    positive = axes.imshow(np.zeros((3, 3)), cmap="gray")
    with style.dark(figure):
        assert photograph.get_cmap().name == "gray_r"
        assert positive.get_cmap().name == "gray"


def test_a_drawing_without_pyplot_becomes_dark_too():
    figure = draw_neuron(2, activation=True)
    texts = figure.axes[0].texts
    with style.dark(figure):
        arrows = {
            text.arrow_patch.get_edgecolor() for text in texts if not text.get_text()
        }
        assert arrows == {to_rgba(DARK[INK])}
        assert {text.get_color() for text in texts if text.get_text()} == {DARK[INK]}
