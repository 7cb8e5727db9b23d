"""Show each figure in the colours of the page: one picture for light, one for dark.

A chapter's kernel draws every figure twice (kernel_startup.py) and hands the second
picture on beside the first; here it becomes an image of its own. The theme shows one of
the two, by their classes, and a reader who hears the page hears the text of that one.
Both are fetched when they are needed, and keep their place until then. Paper is light.
Whatever a figure embeds is written in the fewest bytes.
"""

import re
from collections.abc import Callable
from dataclasses import replace
from functools import wraps
from pathlib import Path
from typing import Any

from docutils import nodes
from myst_nb.core.render import MimeData, NbElementRenderer
from PIL import Image
from sphinx.application import Sphinx
from sphinx.writers.html5 import HTML5Translator

from bookbuild.extensions import embedded

LIGHT, DARK = "only-light", "only-dark"  # site.css shows one of them

DRAWING = "image/svg+xml"
ROOT = re.compile(r"<svg\b[^>]*>")
LENGTH = r'\s{}="([\d.]+)(pt|px|)"'
PIXELS = {"pt": 4 / 3, "px": 1, "": 1}

Render = Callable[[NbElementRenderer, MimeData], list[nodes.Element]]


def in_both_themes(render: Render) -> Render:
    """Wrap what makes an image of an output, so that it makes the dark one as well."""

    @wraps(render)
    def render_both(renderer: NbElementRenderer, data: MimeData) -> list[nodes.Element]:
        picture = data.output_metadata.get(data.mime_type, {}).get("dark")
        if data.mime_type == DRAWING:
            data = replace(data, content=embedded.lighter(data.content))
        light = render(renderer, data)
        if picture is None:
            return light
        picture = embedded.lighter(picture)
        dark = render(renderer, replace(data, content=picture, output_metadata={}))
        for images, name in ((light, LIGHT), (dark, DARK)):
            for image in images:
                image["classes"].append(name)
        return [*light, *dark]

    return render_both


def size_of(path: Path) -> tuple[int, int] | None:
    """Return the width and the height of a picture in pixels, None if unknown."""
    if not path.is_file():
        return None
    if path.suffix != ".svg":
        with Image.open(path) as image:
            return image.size
    root = ROOT.search(path.read_text(encoding="utf-8"))
    lengths = [
        re.search(LENGTH.format(name), root[0] if root else "")
        for name in ("width", "height")
    ]
    if None in lengths:
        return None
    across, down = (float(found[1]) * PIXELS[found[2]] for found in lengths if found)
    return round(across), round(down)


def attributes(size: tuple[int, int] | None) -> str:
    """Return what a browser is told of an image: fetch it late, keep it this place."""
    place = f' width="{size[0]}" height="{size[1]}"' if size else ""
    return f'{place} loading="lazy" decoding="async"'


def visit_image(self: HTML5Translator, node: nodes.image) -> None:
    """Write an image with its size, to be fetched when it is near."""
    size = None
    if not {"width", "height", "scale"} & set(node.attributes):
        size = size_of(Path(self.builder.srcdir, node["uri"].lstrip("/")))
    start = len(self.body)
    HTML5Translator.visit_image(self, node)
    self.body[start:] = [
        part.replace("<img ", f"<img{attributes(size)} ", 1)
        for part in self.body[start:]
    ]


def connect(app: Sphinx) -> None:
    """Let MyST-NB make two images of a figure, write each with its size, print one."""
    if not hasattr(NbElementRenderer.render_image, "__wrapped__"):
        render: Any = in_both_themes(NbElementRenderer.render_image)
        NbElementRenderer.render_image = render
    app.add_node(
        nodes.image, override=True, html=(visit_image, HTML5Translator.depart_image)
    )
