"""The picture that a service shows beside a link to a page of the book.

Such services fetch it from a full address, so that pictures are drawn only where the
book's own is known (`BOOK_URL` or `book_address`). A page of the gallery shows its
example's panel, the other pages the mark of the book, both beside the title.
"""

from pathlib import Path
from typing import Any

import matplotlib
from docutils import nodes
from PIL import Image, ImageDraw, ImageFont
from sphinx.application import Sphinx

from bookbuild.extensions.site import number_of

SIZE = (1200, 630)  # pixels, the proportion that services ask for
MARGIN = 80  # pixels
GROUND, INK, QUIET = "#ffffff", "#1f2328", "#57606a"
FIRST, SECOND = "#e8b04a", "#3b82c4"  # the neurons of the mark
FOLDER = "_static/previews"
CARD = '<meta name="twitter:card" content="summary_large_image" />'
SMALL, LARGE = 40, 68  # sizes of type, in pixels
SIDE = 400  # pixels that the mark or the panel takes in width and height
LINES = 5  # of a title, at most


def font(size: int) -> ImageFont.FreeTypeFont:
    """Return the typeface of the book's figures."""
    path = Path(matplotlib.get_data_path(), "fonts", "ttf", "DejaVuSans.ttf")
    return ImageFont.truetype(str(path), size)


def draw_mark(draw: ImageDraw.ImageDraw, left: int, top: int, unit: int) -> None:
    """Draw two neurons that feed a third, in sixteen units each way."""

    def at(x: float, y: float) -> tuple[float, float]:
        return left + x * unit, top + y * unit

    draw.line([at(3, 3), at(12, 8), at(3, 13)], fill=QUIET, width=unit)
    for x, y, radius, colour in (
        (3, 3, 2.5, FIRST),
        (3, 13, 2.5, FIRST),
        (12, 8, 3.5, SECOND),
    ):
        corners = [*at(x - radius, y - radius), *at(x + radius, y + radius)]
        draw.ellipse(corners, fill=colour)


def lines_of(title: str, width: int) -> list[str]:
    """Return a title in lines of a width in pixels, cut where it is too long."""
    measure = font(LARGE).getlength
    lines: list[str] = []
    for word in title.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and measure(longer) <= width:
            lines[-1] = longer
        else:
            lines.append(word)
    if len(lines) > LINES:
        lines = [*lines[: LINES - 1], "…"]
    return lines


def picture(book: str, title: str, panel: Path | None = None) -> Image.Image:
    """Return the picture of a page.

    Parameters
    ----------
    book : str
        The name of the book.
    title : str
        The title of the page.
    panel : Path or None
        A picture to show beside the title, in place of the mark.

    Examples
    --------
    >>> picture("A book", "A page").size
    (1200, 630)
    """
    image = Image.new("RGB", SIZE, GROUND)
    draw = ImageDraw.Draw(image)
    left, top = SIZE[0] - MARGIN - SIDE, (SIZE[1] - SIDE) // 2
    if panel is None:
        draw_mark(draw, left, top, SIDE // 16)
    else:
        with Image.open(panel) as shown:
            small = shown.convert("RGB")
        small.thumbnail((SIDE, SIDE))
        right, down = (SIDE - small.width) // 2, (SIDE - small.height) // 2
        image.paste(small, (left + right, top + down))
    draw.text((MARGIN, MARGIN), book, font=font(SMALL), fill=QUIET)
    lines = lines_of(title, left - 2 * MARGIN)
    draw.multiline_text(
        (MARGIN, SIZE[1] // 2),
        "\n".join(lines),
        font=font(LARGE),
        fill=INK,
        anchor="lm",
        spacing=14,
    )
    return image


def panel_of(app: Sphinx, document: str) -> Path | None:
    """Return the picture on the card of an example, None for other pages."""
    folder, _, name = document.rpartition("/")
    path = Path(app.srcdir, folder, "images", "thumb", f"sphx_glr_{name}_thumb.png")
    return path if name.startswith("plot_") and path.exists() else None


def title_of(app: Sphinx, document: str) -> str:
    """Return the title of a page, with the number of a chapter."""
    number = number_of(app.env, document)
    title = app.env.titles[document].astext()
    return f"{number} {title}" if number else title


def show(
    app: Sphinx,
    pagename: str,
    templatename: str,
    context: dict[str, Any],
    doctree: nodes.document | None,
) -> None:
    """Draw the picture of a page that has a source, and name it in the page."""
    address = app.config.html_baseurl
    if not address or doctree is None or pagename not in app.env.titles:
        return
    title = title_of(app, pagename)
    name = f"{FOLDER}/{pagename}.png"
    target = Path(app.outdir, name)
    target.parent.mkdir(parents=True, exist_ok=True)
    drawn = picture(app.config.html_title, title, panel_of(app, pagename))
    drawn.save(target, optimize=True)
    context["meta"] = {
        "og:image": f"{address}{name}",
        "og:image:alt": f"The title of the page: {title}",
        "og:image:width": str(SIZE[0]),
        "og:image:height": str(SIZE[1]),
        **(context.get("meta") or {}),
    }
    context["metatags"] = context.get("metatags", "") + CARD


def connect(app: Sphinx) -> None:
    """Connect before sphinxext.opengraph, which writes what is named."""
    app.connect("html-page-context", show, priority=110)
