"""The pictures beside links to pages, which services ask for by a full address."""

import numpy as np
import pytest
from PIL import Image

from bookbuild.extensions import previews
from tests.plainbook import PlainBook

pytestmark = pytest.mark.slow

CONFIGURATION = """
from bookbuild.extensions import previews

project = "A book"
html_title = "A book"
html_theme = "basic"
html_baseurl = ogp_site_url = ADDRESS
ogp_social_cards = {"enable": False}
extensions = ["myst_parser", "sphinxext.opengraph"]


def setup(app):
    previews.connect(app)
"""


def built(root, address):
    """Return a book of one chapter and one example."""
    book = PlainBook(root, CONFIGURATION.replace("ADDRESS", repr(address)))
    book.write("index.md", "# Index\n\n```{toctree}\none\ngallery/plot_two\n```\n")
    book.write("one.md", '# The "first" of all\n')
    book.write("gallery/plot_two.md", "# Two\n")
    thumbs = root / "gallery" / "images" / "thumb"
    thumbs.mkdir(parents=True)
    panel = Image.new("RGB", (300, 200), "#ff0000")
    panel.save(thumbs / "sphx_glr_plot_two_thumb.png")
    assert book.build() == ""
    return book


def named(page):
    """Return what a page says of its picture."""
    tags = page.select('meta[property^="og:image"], meta[name="twitter:card"]')
    return {tag.get("property") or tag["name"]: tag["content"] for tag in tags}


def test_a_page_names_its_picture_by_a_full_address(tmp_path):
    book = built(tmp_path, "https://example.org/book/")
    assert named(book.page("one")) == {
        "og:image": "https://example.org/book/_static/previews/one.png",
        "og:image:alt": "The title of the page: The “first” of all",
        "og:image:width": "1200",
        "og:image:height": "630",
        "twitter:card": "summary_large_image",
    }
    drawn = tmp_path / "_build" / "html" / "_static" / "previews" / "one.png"
    with Image.open(drawn) as image:
        assert image.size == (1200, 630)


def test_an_example_shows_its_panel(tmp_path):
    built(tmp_path, "https://example.org/book/")
    folder = tmp_path / "_build" / "html" / "_static" / "previews" / "gallery"
    with Image.open(folder / "plot_two.png") as image:
        pixels = np.asarray(image.convert("RGB")).reshape(-1, 3)
    red = np.count_nonzero((pixels == (255, 0, 0)).all(axis=1))
    assert red == 300 * 200


def test_no_picture_is_drawn_without_an_address(tmp_path):
    book = built(tmp_path, "")
    assert named(book.page("one")) == {}
    assert not (tmp_path / "_build" / "html" / "_static" / "previews").exists()


def test_a_long_title_stays_on_its_picture():
    image = previews.picture("A book", "MMMM that goes on " * 20)
    without = previews.picture("A book", "")
    ink = (np.asarray(image) != np.asarray(without)).any(axis=2)
    rows, columns = np.nonzero(ink)
    assert rows.min() >= previews.MARGIN / 2
    assert rows.max() < previews.SIZE[1] - previews.MARGIN / 2
    assert columns.max() < previews.SIZE[0] - previews.MARGIN - 400


def test_titles_are_told_apart():
    one, other = previews.picture("B", "One"), previews.picture("B", "Two")
    assert one.tobytes() != other.tobytes()
