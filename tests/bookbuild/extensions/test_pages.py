"""What the extensions make of a page: one miniature book, built for them all."""

import html
import io
import re
from urllib.parse import parse_qs

import numpy as np
import pytest
from PIL import Image, ImageColor

from byhand.figures import colours
from tests.bookbuild.extensions import shared_book

pytestmark = pytest.mark.slow


@pytest.fixture(scope="class")
def book(tmp_path_factory):
    """The folder of the book: for the fixtures below alone, which build in order."""
    return shared_book.make(tmp_path_factory.mktemp("shared") / "mini")


@pytest.fixture(scope="class")
def built(book):
    """The book as it begins."""
    return shared_book.build(book)


@pytest.fixture(scope="class")
def measured(book, built):
    """The book once costs and backends were measured."""
    shared_book.measure(book)
    return shared_book.build(book)


@pytest.fixture(scope="class")
def changed(book, measured):
    """The book once its package, a check and its tracker are others as well."""
    shared_book.change(book)
    return shared_book.build(book)


def entries(page):
    """Return what is said of each equation, by its label."""
    parts = re.split(r'<div class="known-equation[^"]*" id="known-eq-', page)[1:]
    return {part.partition('"')[0]: part.partition('"')[2] for part in parts}


def words(html):
    """Return the text of some HTML on one line."""
    return " ".join(re.sub(r"<.*?>", " ", html).split())


def shape_of(file):
    """Return the width and the height of a picture."""
    return Image.open(io.BytesIO(file)).size


class TestABook:
    """The tests read what was built; none builds, and none leaves a trace."""

    def test_has_cards_and_mini_galleries(self, built):
        page = built.pages["costs"]
        assert page.count('class="sphx-glr-thumbcontainer"') == 1
        assert 'href="gallery/lines/plot_square.html"' in page
        for name in ("costs", "gallery/index"):
            card = built.pages[name].partition('sphx-glr-thumbnail-title">')[2]
            assert words(card).startswith(
                "A square What does a square look like, drawn by a script of a "
                "miniature gallery? runs in under 10 s · no Keras"
            )
            assert "tooltip=" not in built.pages[name]

    def test_shows_one_panel_of_a_figure_on_a_card(self, built):
        card = built.images["sphx_glr_plot_square_thumb.png"]
        assert shape_of(card) == (480, 336)
        picture = Image.open(io.BytesIO(card)).convert("L")
        assert np.mean(np.asarray(picture) > 248) < 0.1

    def test_shows_a_card_of_its_own_on_a_dark_page(self, built):
        name = "sphx_glr_plot_square_thumb"
        light, dark = built.images[f"{name}.png"], built.images[f"{name}_dark.png"]
        assert shape_of(dark) == shape_of(light)
        assert np.median(np.asarray(Image.open(io.BytesIO(dark)).convert("L"))) < 60
        for page in ("costs", "gallery/index"):
            for file, theme in ((name, "only-light"), (f"{name}_dark", "only-dark")):
                tag = re.search(rf'<img[^>]*/{file}\.png"[^>]*>', built.pages[page])[0]
                assert theme in tag
                assert 'alt=""' in tag
                assert 'loading="lazy"' in tag

    def test_says_of_an_example_how_to_get_it_and_where_it_is_used(self, built):
        page = built.pages["gallery/lines/plot_square"]
        head = page.partition('class="example-head')[2].partition("</div>")[0]
        for suffix in (".py", ".ipynb"):
            assert re.search(rf'href="\S*plot_square\{suffix}"', head)
        said = words(head)
        assert re.search(r"It took (about a|\d+) seconds? here, on .* cores?\.", said)
        assert re.search(r"Used in the chapters costs and quotes ?\.", said)
        assert "Total running time" not in page
        assert "download-link-note" not in page
        assert "Colab" not in page

    def test_shows_what_an_example_found(self, built, changed):
        for book, constant in ((built, 1), (changed, 2)):
            page = book.pages["gallery/lines/plot_square"]
            (table,) = re.findall(r"<table.*?</table>", page, re.DOTALL)
            assert words(table) == (
                f"what the example found value constant {constant} length 12,345"
            )

    def test_a_page_asks_for_one_style_sheet_and_one_script(self, built):
        page = built.pages["first"]
        (sheet,) = re.findall(r'<link rel="stylesheet" href="([^"]*)"', page)
        (code,) = re.findall(r'<script defer src="([^"]*)"', page)
        assert re.fullmatch(r"\.\./_static/site\.css\?v=\w{8}", sheet)
        assert re.fullmatch(r"\.\./_static/site\.js\?v=\w{8}", code)
        assert page.count("data-theme") == 0  # set by the script, before the text
        head = page.partition("</head>")[0]
        assert "dataset.theme" in head

    def test_ships_nothing_that_no_page_asks_for(self, built):
        asked = " ".join([*built.pages.values(), built.sheet, built.search])
        for name in built.static - {
            "moved.js",  # asked for by the script, when an anchor is not there
            "site.css",
            "katex/LICENSE.txt",
            "search/LICENSE.txt",
        }:
            assert name in asked, name
        fonts = {name for name in built.static if name.endswith(".woff2")}
        assert len(fonts) > 10
        assert all(
            name.endswith((".css", ".js", ".txt", ".woff2")) for name in built.static
        )
        assert "url(katex/fonts/KaTeX_Main-Regular.woff2)" in built.sheet
        assert ".woff)" not in built.sheet
        assert ".ttf" not in built.sheet

    def test_lists_the_pages_and_marks_this_one(self, built):
        contents = built.pages["first"].partition('<nav id="contents"')[2]
        contents = contents.partition("</nav>")[0]
        (current,) = re.findall(r'<a [^>]*aria-current="page">(.*?)</a>', contents)
        assert words(current) == "first"
        example = built.pages["gallery/lines/plot_square"]
        assert re.search(r'class="current"><span>Gallery</span>', example)

    def test_says_what_nobody_has_measured(self, built):
        page = built.pages["costs"]
        assert "No processor has been measured yet" in page
        assert "No graphics card has been measured yet" in page
        assert "The backends have not been compared yet" in page
        assert "<table" not in page

    def test_shows_data_that_comes_later_and_executes_no_page_for_it(self, measured):
        assert measured.executed == []
        page = measured.pages["costs"]
        assert "No processor has been measured yet" in page
        assert "No graphics card" not in page
        assert "GPU: Planted Card 80GB" in page
        assert "plot_gone" not in page
        for shown in ("123", "1.3", "512", "77", "no: planted reason"):
            assert f"<p>{shown}</p>" in page, shown
        assert page.count('class="table-box"') == 2

    def test_links_every_equation_and_says_how_it_is_known(self, built):
        found = entries(built.pages["table"])
        assert list(found) == ["defined", "quoted", "checked"]
        for name, entry in found.items():
            assert f'href="first.html#equation-eq-{name}"' in entry
            assert 'class="katex"' in entry
        assert "a definition (one neuron in the planted book)" in words(
            found["defined"]
        )
        assert re.search(r"slips in it, (\d+) show", words(found["defined"]))
        said = words(found["quoted"])
        assert re.search(r"quoted from .*Known", said)
        assert "not evaluated: its source has no numbers" in said
        said = words(found["checked"])
        assert re.search(r"both sides agree in 6 draws \( ?6 cases\)", said)
        assert "exactly" in said
        assert re.search(r"All \d+ slips in it are noticed", said)
        assert re.search(r"A cell checks it, too: in\s+first", said)

    def test_marks_every_equation_with_a_link_to_what_is_known_of_it(self, built):
        page = built.pages["first"]
        marks = re.findall(r'<a class="known" href="([^"]*)"[^>]*>(.*?)</a>', page)
        marks = [(address, words(shown)) for address, shown in marks]
        assert marks == [
            ("table.html#known-eq-defined", "≔ definition"),
            ("table.html#known-eq-quoted", "– not evaluated"),  # noqa: RUF001
            ("table.html#known-eq-checked", "✓ checked"),
        ]
        assert 'title="how this equation was checked"' in page

    def test_has_tables_of_letters(self, built):
        tables = re.findall(r"<table.*?</table>", built.pages["letters"], re.DOTALL)
        [said] = [words(table) for table in tables]
        assert "inputs" in said
        assert "shape" in said

    def test_forgets_a_check_that_is_gone(self, changed):
        found = entries(changed.pages["table"])
        assert len(found) == 3
        assert "A cell checks it" not in words(found["checked"])

    def test_quotes_what_a_script_found_and_then_finds(self, built, changed):
        quote = "It is 12,345 long, with the constant\n{}."
        assert quote.format(1) in built.pages["quotes"]
        assert quote.format(2) in changed.pages["quotes"]

    def test_names_the_lecture_and_the_errata_at_its_foot(self, built):
        foot = built.foot("first")
        assert "Report an error" in foot
        assert 'href="errata.html"' in foot
        assert "Alexandre Boucaud" in foot

    def test_links_the_tracker_where_one_is_set_and_nothing_otherwise(
        self, built, changed
    ):
        assert shared_book.TRACKER not in built.foot("first")
        link = re.search(r'class="report" href="([^"]*)"', changed.foot("first"))[1]
        address, _, query = html.unescape(link).partition("?")
        assert address == shared_book.TRACKER
        filled = parse_qs(query)
        assert filled["title"] == ["Error in first"]
        assert filled["body"][0].startswith("Page: book/first.html\nSection:\n")

    def test_shows_code_table_drawing_and_formulas_of_a_network(self, built):
        page = built.pages["networks"]
        assert "dense (Dense)" in page
        assert "Total params: 16" in page
        assert re.search(r"<var>c</var> &middot; <var>f</var> \+ <var>f</var>", page)
        assert "(None, H - 2, W - 2, 2)" in page
        assert page.partition("<article")[2].count("<svg") == 2
        boxes = re.findall(r'<div class="shapes"[^>]*>', page)
        assert len(boxes) >= 4
        assert all('tabindex="0"' in box and "aria-label" in box for box in boxes)
        figures = re.findall(r'<figure[^>]*id="([^"]+)">(.*?)</figure>', page, re.S)
        assert [name for name, _ in figures] == ["fig-graph", "fig-volumes"]
        assert all("<svg" in figure for _, figure in figures)
        captions = [words(figure.partition("<figcaption>")[2]) for _, figure in figures]
        assert captions[0].split()[:5] == ["Figure", "1", "One", "layer,", "as"]
        assert captions[1].split()[:4] == ["Figure", "2", "A", "convolution,"]
        assert 'class="katex"' in figures[1][1]
        ids = re.findall(r'id="((?:title|about)[^"]*)"', page)
        assert len(ids) == len(set(ids)) == 4
        assert "Sequential" in page
        assert "name=&quot;secret&quot;" not in page

    def test_shows_a_figure_of_a_page_in_the_colours_of_the_page(self, built):
        tags = re.findall("<img [^>]*>", built.pages["themes"])
        light, dark = (
            built.images[re.search(r'src="\.\./_images/([^"]+)"', tag)[1]].decode()
            for tag in tags
        )
        for tag, theme in zip(tags, ("light", "dark"), strict=True):
            assert f'class="only-{theme}"' in tag
            assert 'alt="A line that rises to three &amp; a picture of four' in tag
            assert 'loading="lazy"' in tag
            assert re.search(r'width="\d{3}" height="\d{3}"', tag)
        for colour in (colours.INK, colours.VALUE, colours.MUTED):
            assert colour in light
            assert colour not in dark
            assert colours.DARK[colour] in dark
        for picture in (light, dark):
            assert "#fedcba" in picture  # a letter upon a picture
        assert re.findall("data:image/.*", light) == re.findall("data:image/.*", dark)

    def test_shows_a_figure_of_an_example_with_its_caption(self, built):
        page = built.pages["gallery/lines/plot_square"]
        (figure,) = re.findall("<figure>(.*?)</figure>", page, re.DOTALL)
        pictures, _, caption = figure.partition("<figcaption>")
        assert words(caption).split() == [
            "A",
            "line",
            "that",
            "rises",
            "with",
            "CONSTANT",
            ".",
        ]
        assert "Figure:" not in page.replace("# Figure:", "")
        tags = re.findall("<img [^>]*>", pictures)
        for tag, end in zip(tags, ("", "_dark"), strict=True):
            assert f'only-{"dark" if end else "light"}"' in tag
            name = f"sphx_glr_plot_square_001{end}"
            once, twice = (f"{name}.png", f"{name}_2x.png")
            assert re.search(rf'srcset="[^"]*/{once}, [^"]*/{twice} 2.00x"', tag)
            sizes = [shape_of(built.images[file]) for file in (once, twice)]
            assert sizes[1] == tuple(2 * length for length in sizes[0])
            assert f'width="{sizes[0][0]}" height="{sizes[0][1]}"' in tag

    def test_draws_examples_in_the_style_of_the_book(self, built):
        light, dark = (
            Image.open(io.BytesIO(built.images[f"sphx_glr_plot_square_001{end}.png"]))
            for end in ("", "_dark")
        )
        corner, line = (0, 0), ImageColor.getrgb(colours.VALUE)
        assert light.getpixel(corner)[:3] == (255, 255, 255)
        assert dark.getpixel(corner)[3] == 0
        assert line in light.convert("RGB").get_flattened_data()
        assert line not in dark.convert("RGB").get_flattened_data()

    def test_offers_the_package_as_it_is_now(self, built, changed):
        for state, constant in ((built, 1), (changed, 2)):
            assert "the wheel</a>" in state.pages["wheel"]
            assert f"CONSTANT = {constant}" in state.offered
