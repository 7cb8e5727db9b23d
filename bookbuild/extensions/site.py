"""The look of the pages: one theme of the book's own, one style sheet, one script.

The theme in bookbuild/theme has the templates. Its style sheet is put together here
with KaTeX's, with the colours of code and with those of drawings on a dark page, so
that a reader fetches one file; of what Sphinx and its extensions put beside the pages,
only what a page asks for is left when the book is built.
"""

import hashlib
import re
from collections.abc import Iterator
from functools import cache
from html import escape
from pathlib import Path
from typing import Any

import yaml
from docutils import nodes
from pygments.formatters import HtmlFormatter
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.environment import BuildEnvironment
from sphinx.writers.html5 import HTML5Translator

from bookbuild import files, mark
from bookbuild.extensions.maths import KATEX
from byhand.figures import colours
from byhand.shapes.drawing import svg, volumes

THEME = Path(__file__).parent.parent / "theme"
GALLERY = "book/gallery/"
# The scripts of the pages that answer: bookbuild/extensions/answering.py.
ANSWERING = ("exercises.js", "explorer.js")
STYLE, SCRIPT = "_static/site.css", "_static/site.js"
# All that drawings within a page are drawn with.
OF_DRAWINGS = dict.fromkeys(
    [
        *colours.DARK,
        *svg.PALETTE.values(),
        *(svg.INK, svg.PAPER, svg.EDGE, svg.OTHER, volumes.THREAD),
    ]
)
# What nearly every chapter shows in its first view.
PRELOADED = ("KaTeX_Main-Regular.woff2", "KaTeX_Math-Italic.woff2")
COMMENT = re.compile(r"/\*.*?\*/\s*", re.DOTALL)
LINE_COMMENT = re.compile(r"^\s*//.*\n", re.MULTILINE)
ASKED = re.compile(r"_static/([\w./-]+)")
ADDRESS = re.compile(r"url\((['\"]?)(?!data:)([^)'\"]+)\1\)")


def choose_theme(app: Sphinx, config: Config) -> None:
    """Set what Jupyter Book sets for another theme."""
    config.html_theme_options = {}
    config.pygments_style = None  # the theme's


def style(app: Sphinx) -> str:
    """Return the style sheet of the book."""
    katex = (KATEX / "dist" / "katex.min.css").read_text(encoding="utf-8")
    # Today's browsers ask for the first form of each font only.
    katex = re.sub(r",url\([^)]*\.(?:woff|ttf)\) format\([^)]*\)", "", katex)
    katex = katex.replace("url(fonts/", "url(katex/fonts/").replace(
        "font-display:block", "font-display:swap"
    )
    own = (THEME / "site.css").read_text(encoding="utf-8")
    return "\n".join([katex, *code_colours(app), *drawing_colours(), without(own)])


def without(text: str) -> str:
    """Return a style sheet without its comments."""
    return COMMENT.sub("", text)


def code_colours(app: Sphinx) -> Iterator[str]:
    """Yield the rules for code, on light pages and on dark ones."""
    builder: Any = app.builder
    for highlighter, page in (
        (builder.highlighter, ':root:not([data-theme="dark"]) '),
        (builder.dark_highlighter, ':root[data-theme="dark"] '),
    ):
        formatter = HtmlFormatter(style=highlighter.formatter_args["style"])
        for line in formatter.get_style_defs(f"{page}.highlight").splitlines():
            # The ground of code is that of the book.
            if line.startswith(f"{page}.highlight .") and "linenos" not in line:
                yield without(line).strip()


def drawing_colours() -> Iterator[str]:
    """Yield the rules for drawings that are part of a page, on a dark one."""
    yield "@media screen {"
    for colour in OF_DRAWINGS:
        for name in ("fill", "stroke"):
            place = f':root[data-theme="dark"] svg[role="img"] [{name}="{colour}"]'
            yield f"{place}{{{name}:{colours.dark(colour)}}}"
    yield "}"


def script() -> str:
    """Return the script of the book."""
    return LINE_COMMENT.sub("", (THEME / "site.js").read_text(encoding="utf-8"))


# What the bar leads to on a wide page, where it is in the book.
SHELVES = {
    f"{GALLERY}index": "Gallery",
    "book/glossary": "Glossary",
    "book/api": "Package",
}


def versioned(name: str, content: str) -> str:
    """Return a file's name with a digest, so that no browser shows an old one."""
    return f"{name}?v={hashlib.sha256(content.encode()).hexdigest()[:8]}"


def inline_html(node: nodes.Node) -> str:
    """Return a title as HTML, with its code marked."""
    if isinstance(node, nodes.Text):
        return escape(node.astext())
    inside = "".join(map(inline_html, node.children))
    return f"<code>{inside}</code>" if isinstance(node, nodes.literal) else inside


def number_of(env: BuildEnvironment, document: str) -> str:
    """Return the number of a chapter, an empty text if it has none."""
    numbers = env.toc_secnumbers.get(document, {}).get("", ())
    return ".".join(map(str, numbers))


def contents_of(app: Sphinx) -> list[dict[str, Any]]:
    """Return the parts of the book, each with its caption and its chapters."""
    toc = yaml.safe_load(Path(app.srcdir, "_toc.yml").read_text(encoding="utf-8"))
    parts = toc.get("parts") or [{"caption": "", "chapters": toc.get("chapters", [])}]
    found = []
    for part in parts:
        entries = [
            {
                "document": entry["file"],
                "number": number_of(app.env, entry["file"]),
                "title": inline_html(app.env.titles[entry["file"]]),
            }
            for entry in part["chapters"]
            if entry.get("file") in app.env.titles
        ]
        found.append({"caption": part.get("caption", ""), "entries": entries})
    return found


def sections_of(env: BuildEnvironment, document: str) -> list[dict[str, str]]:
    """Return the sections of a page, of the first level below its title."""
    toc = env.tocs.get(document)
    if toc is None or not toc.children:
        return []
    found = []
    for item in toc.children[0].findall(nodes.list_item):
        if item.parent.parent is not toc.children[0]:
            continue  # a section of a section
        reference = next(iter(item.findall(nodes.reference)), None)
        if reference is not None and reference.get("anchorname"):
            anchor = reference["anchorname"].lstrip("#")
            numbers = ".".join(map(str, reference.get("secnumber") or ()))
            title = inline_html(reference)
            found.append(
                {"anchor": anchor, "title": f"{numbers} {title}" if numbers else title}
            )
    return found


def place_name(app: Sphinx, document: str, context: dict[str, Any]) -> str:
    """Return where a reader is, as HTML for the bar of a phone."""
    chapter = context.get("chapter_document") or document
    if chapter == app.config.root_doc:
        return ""
    if chapter.startswith(GALLERY):
        return SHELVES[f"{GALLERY}index"]
    if chapter not in app.env.titles:
        return escape(str(context.get("title", "")))
    title = inline_html(app.env.titles[chapter])
    return f"{number_of(app.env, chapter)} {title}".strip()


def group_of(env: BuildEnvironment, document: str) -> dict[str, str] | None:
    """Return the section of the gallery that shows an example, or None."""
    folder = document.rpartition("/")[0]
    title = env.titles.get(f"{folder}/index")
    sections = sections_of(env, f"{GALLERY}index")
    if title is None:
        return None
    return next((one for one in sections if one["title"] == inline_html(title)), None)


def visit_table(self: HTML5Translator, node: nodes.table) -> None:
    """Open a table in a box that scrolls by itself."""
    self.body.append('<div class="table-box">')
    HTML5Translator.visit_table(self, node)


def depart_table(self: HTML5Translator, node: nodes.table) -> None:
    """Close a table and its box."""
    HTML5Translator.depart_table(self, node)
    self.body.append("</div>\n")


def leave_what_is_asked_for(app: Sphinx, exception: Exception | None) -> None:
    """Delete the static files that no page, style sheet or script asks for."""
    if exception is not None or app.builder.name != "html":
        return
    html = Path(app.outdir)
    static = html / "_static"
    asked = {
        *("site.css", "site.js", "moved.js"),
        *("katex/LICENSE.txt", "search/LICENSE.txt"),
    }
    for page in html.rglob("*.html"):
        if static not in page.parents:
            asked.update(ASKED.findall(page.read_text(encoding="utf-8")))
    if asked.intersection(ANSWERING):  # what these ask for when a reader does
        asked.update(f"python/{path.name}" for path in static.glob("python/*"))
    sheet = (static / "site.css").read_text(encoding="utf-8")
    asked.update(address.partition("?")[0] for _, address in ADDRESS.findall(sheet))
    for path in sorted(static.rglob("*"), reverse=True):
        if path.is_file() and path.relative_to(static).as_posix() not in asked:
            path.unlink()
        elif path.is_dir() and not any(path.iterdir()):
            path.rmdir()


def connect(app: Sphinx) -> None:
    """Register the theme, and what its templates are given."""
    made: dict[str, Any] = {}

    def put_together(app: Sphinx) -> None:
        """Write the style sheet and the script, and note what pages are told."""
        if app.builder.format != "html":
            return
        sheet, code = style(app), script()
        files.write_text(Path(app.outdir, STYLE), sheet)
        files.write_text(Path(app.outdir, SCRIPT), code)
        first = LINE_COMMENT.sub("", (THEME / "first.js").read_text(encoding="utf-8"))
        made["shared"] = {
            "first_script": " ".join(first.split()),
            "mark": mark.drawing().replace("<svg ", '<svg aria-hidden="true" '),
            "mark_link": mark.link(),
            "short_name": app.config.book_short_name,
            "site_script": versioned(SCRIPT, code),
            "site_style": versioned(STYLE, sheet),
        }

    @cache
    def title_of_link(link: str) -> str:
        """Return the number and the title of the page that the index leads to."""
        document = link.partition("#")[0].removesuffix(app.builder.out_suffix)
        number = number_of(app.env, document)
        return f"{number} {app.env.titles[document].astext()}".strip()

    @cache
    def book_parts() -> list[dict[str, Any]]:
        return contents_of(app)

    def add_context(
        app: Sphinx,
        pagename: str,
        templatename: str,
        context: dict[str, Any],
        doctree: nodes.document | None,
    ) -> None:
        """Tell the templates what they show."""
        sections = (
            sections_of(app.env, pagename)
            if doctree is not None
            else context.get("page_sections", [])  # a page that is not a document
        )
        is_example = pagename.startswith(GALLERY) and pagename != f"{GALLERY}index"
        has_maths = 'class="katex"' in context.get("body", "")
        context.update(
            made["shared"],
            book_parts=book_parts(),
            page_sections=sections,
            title_of_link=title_of_link,
            place_name=place_name(app, pagename, context),
            shelves=[
                (document, name)
                for document, name in SHELVES.items()
                if document in app.env.found_docs
            ],
            group_of_examples=group_of(app.env, pagename) if is_example else None,
            preloaded_fonts=[
                f"_static/katex/fonts/{font}" for font in PRELOADED if has_maths
            ],
            shelf=f"{GALLERY}index"
            if pagename.startswith(GALLERY)
            else context.get("chapter_document", ""),
        )

    app.add_html_theme("book", str(THEME))
    app.add_config_value("book_short_name", "", "html", [str])
    app.add_node(nodes.table, override=True, html=(visit_table, depart_table))
    app.connect("config-inited", choose_theme)
    app.connect("builder-inited", put_together)
    app.connect("html-page-context", add_context, priority=800)
    app.connect("build-finished", leave_what_is_asked_for, priority=800)
