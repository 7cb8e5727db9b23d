"""Which panel stands on a card, and how it is drawn."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
from PIL import Image

from bookbuild.gallery import thumbnails

pytestmark = pytest.mark.slow


def test_choices_are_read(tmp_path):
    text = '"a/plot_b" = { figure = 2, panel = 3 }\n"a/plot_c" = { panel = 2 }\n'
    (tmp_path / "thumbnails.toml").write_text(text)
    assert thumbnails.choices(tmp_path) == {
        "a/plot_b": thumbnails.Choice(figure=2, panel=3),
        "a/plot_c": thumbnails.Choice(figure=1, panel=2),
    }
    script = tmp_path / "a" / "plot_b.py"
    script.parent.mkdir()
    assert thumbnails.choice_for(script) == thumbnails.Choice(figure=2, panel=3)
    assert thumbnails.choice_for(script.with_stem("plot_d")) == thumbnails.Choice()


def test_a_gallery_without_choices_has_none(tmp_path):
    assert thumbnails.choices(tmp_path) == {}


@pytest.mark.parametrize(
    ("text", "fragment"),
    [
        ("x = ", "cannot be read"),
        ("x = 1", "the thumbnail of x is 1"),
        ("x = { figure = 0 }", "{'figure': 0}"),
        ("x = { figure = true }", "{'figure': True}"),
        ("x = { pane = 1 }", "{'pane': 1}"),
    ],
)
def test_a_file_that_cannot_be_is_refused(tmp_path, text, fragment):
    (tmp_path / "thumbnails.toml").write_text(text)
    with pytest.raises(thumbnails.TableError, match=thumbnails.FILE) as caught:
        thumbnails.choices(tmp_path)
    assert fragment in str(caught.value)


COLOURS = [(1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0), (1.0, 0.0, 1.0)]


def share(pixels, colour):
    """Return the share of pixels that have a colour, or nearly."""
    return (abs(pixels / 255 - colour).max(axis=1) < 0.05).mean()


@pytest.mark.parametrize("layout", [None, "constrained", "tight"])
def test_one_panel_fills_the_card(tmp_path, layout):
    fig, axes = plt.subplots(2, 2, figsize=(6, 3), layout=layout, sharex=True)
    fig.suptitle("all")
    for ax, colour in zip(axes.flat, COLOURS, strict=True):
        ax.set_axis_off()
        ax.imshow(np.full((4, 4, 3), colour), aspect="auto")
    paths = drawn(fig, tmp_path, panel=3)
    for path in paths:
        with Image.open(path) as picture:
            assert picture.size == (480, 336)
            pixels = np.asarray(picture.convert("RGB")).reshape(-1, 3)
        assert share(pixels, COLOURS[2]) > 0.85
        assert share(pixels, COLOURS[0]) == 0
    assert sorted(tmp_path.iterdir()) == sorted(paths)


def drawn(fig, folder, **choice):
    """Draw a card; return the pictures for light and for dark pages."""
    light, dark = folder / "light.png", folder / "dark.png"
    thumbnails.draw(fig, thumbnails.Choice(**choice), light=light, dark=dark)
    plt.close(fig)
    return light, dark


def test_a_dark_page_has_a_dark_card_with_bright_lines(tmp_path):
    fig, ax = plt.subplots()
    ax.plot([0, 1], color="black")
    greys = []
    for path in drawn(fig, tmp_path):
        with Image.open(path) as picture:
            greys.append(np.asarray(picture.convert("L")))
    light, dark = greys
    assert np.median(light) > 230
    assert np.median(dark) < 40
    assert light.min() < 60
    assert dark.max() > 200


def test_a_colour_bar_goes_with_the_other_panels(tmp_path):
    fig, ax = plt.subplots(layout="constrained")
    fig.colorbar(ax.imshow([[0, 1]]))
    drawn(fig, tmp_path)
    assert fig.axes == [ax]


def test_a_card_has_no_legend_and_no_label_that_is_cut(tmp_path):
    fig, ax = plt.subplots(layout="constrained")
    ax.plot([0, 1], label="a line")
    ax.legend()
    ax.set(xlabel="short", ylabel="a label that is longer than a card is high, by far")
    ax.set_title("fits")
    drawn(fig, tmp_path)
    assert ax.get_legend() is None
    assert ax.title.get_visible()
    assert ax.xaxis.label.get_visible()
    assert not ax.yaxis.label.get_visible()


@pytest.mark.parametrize(
    ("names", "slope"),
    [
        (["a", "b", "c", "d"], 0),
        (
            ["from scratch", "frozen", "fine-tuned", "in training mode"],
            thumbnails.SLOPE,
        ),
    ],
)
def test_names_below_a_card_do_not_touch(tmp_path, names, slope):
    fig, ax = plt.subplots()
    ax.set_xticks(range(4), names)
    drawn(fig, tmp_path)
    assert {text.get_rotation() for text in ax.get_xticklabels()} == {slope}


def test_a_card_is_known_by_its_panel_and_by_the_code_that_draws_it():
    one, other = thumbnails.Choice().as_drawn(), thumbnails.Choice(panel=2).as_drawn()
    assert one["drawn by"] == other["drawn by"]
    assert one != other
    assert len(one["drawn by"]) == 16
