"""What the page of an example says of the example, around what sphinx-gallery writes.

Below the title: how to get it, how long it took on what, and the chapters that use it.
At the end: a table of what it found. In place of these, sphinx-gallery has a note above
the title that points to the end of the page, and a time to the millisecond.

Chapters are read from the sources of the book, so that an example need not name them.
When another chapter comes to use an example, its page is read again.
"""

import json
import math
import re
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

from bookbuild.checks import reading
from bookbuild.extensions import cards
from bookbuild.gallery import scripts

USES = re.compile(r"\{fact\}`(?P<fact>[a-z_/]+) |gallery/(?P<shown>[a-z_/]+)\.py")
OF_A_VALUE = "sphx-glr-backref-instance"
LICENCE = re.compile(r"\s*# SPDX-.*\n(?:#.*\n)*\n*")
NOTHING = "–"  # noqa: RUF001  a dash in a table
RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
LONGEST_LIST = 8  # values of a fact that are listed one by one
LONGEST_TABLE = 10  # rows that are shown without asking

Users = dict[str, list[str]]


def users_of(root: Path) -> Users:
    """Return, for each example, the documents that show it or quote what it found."""
    found: Users = {}
    for page in reading.book_in_order(root):
        for use in USES.finditer(page.text):
            name = use["fact"] or use["shown"]
            known = found.setdefault(name, [])
            if page.document not in known:
                known.append(page.document)
    return found


def read_again(
    app: Sphinx,
    env: BuildEnvironment,
    added: set[str],
    changed: set[str],
    removed: set[str],
) -> list[str]:
    """Return the pages of examples that other chapters use than before."""
    before: Users = getattr(env, "users_of_examples", {})
    now = users_of(Path(app.srcdir))
    env.users_of_examples = now  # type: ignore[attr-defined]
    stale = []
    for document in env.found_docs:
        script = cards.script_of(app, document)
        if script is not None:
            name = scripts.name_of(script)
            if before.get(name, []) != now.get(name, []):
                stale.append(document)
    return stale


def furnish(app: Sphinx, doctree: nodes.document) -> None:
    """Write on the page of an example what belongs to it."""
    document = app.env.docname
    script = cards.script_of(app, document)
    if script is None or str(script) in map(
        str, app.config.sphinx_gallery_conf["failing_examples"]
    ):
        return
    section = next(iter(doctree.findall(nodes.section)), None)
    if section is None:
        return
    remove_note_and_time(doctree)
    remove_licence(doctree)
    users = app.env.users_of_examples.get(scripts.name_of(script), [])  # type: ignore[attr-defined]
    head = nodes.container(classes=["example-head"])
    head += picture(app, document)
    head += downloads(app, script)
    if took := duration(app, document):
        head += nodes.paragraph(took, took, classes=["example-time"])
    if users:
        head += chapters(document, users)
    place = next(
        number
        for number, node in enumerate(section.children)
        if isinstance(node, nodes.title)
    )
    section.insert(place + 1, head)
    if found := kept(app, document, "facts"):
        add_before_footer(doctree, section, table_of(found))


def remove_note_and_time(doctree: nodes.document) -> None:
    """Remove sphinx-gallery's note above the title and its running time."""
    for node in list(doctree.findall(nodes.Element)):
        classes = node.get("classes", [])
        if {"sphx-glr-download-link-note", "sphx-glr-timing"} & set(classes):
            node.parent.remove(node)


def remove_licence(doctree: nodes.document) -> None:
    """Remove the comments on the licence from the first code of the page.

    Those who download the script have them; the foot of the page says the same.
    """
    for code in doctree.findall(nodes.literal_block):
        if found := LICENCE.match(code.astext()):
            rest = code.astext()[found.end() :]
            # Sphinx colours code only while it is as it was written.
            code.rawsource = rest
            code.children = [nodes.Text(rest)]
            return


def picture(app: Sphinx, document: str) -> list[nodes.Node]:
    """Return the picture of the example's card, so that a reader sees what comes."""
    folder, _, name = document.rpartition("/")
    uri = f"/{folder}/images/thumb/sphx_glr_{name}_thumb.png"
    if not Path(app.srcdir, uri.lstrip("/")).exists():
        return []
    alternative = "A part of the figure of this example, which is described below"
    return [nodes.image(uri=uri, alt=alternative, classes=["example-picture"])]


def kept(app: Sphinx, document: str, kind: str) -> Any:
    """Return what was written beside a page when its script ran, or None."""
    path = Path(app.srcdir) / f"{document}.{kind}.json"
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else None


def downloads(app: Sphinx, script: Path) -> nodes.paragraph:
    """Return links to the script, to the notebook, and to Colab where it is set up."""
    row = nodes.paragraph(classes=["example-downloads"])
    for suffix, words in ((".py", "Python script"), (".ipynb", "Jupyter notebook")):
        link = addnodes.download_reference(
            "",
            "",
            nodes.inline(words, f"Download the {words}"),
            reftarget=f"{script.stem}{suffix}",
            refdoc=app.env.docname,
        )
        row += link
    if address := app.config.book_colab:
        place = f"{address.rstrip('/')}/{scripts.name_of(script)}.ipynb"
        row += nodes.reference("", "Open in Colab", refuri=place, internal=False)
    return row


def in_words(seconds: float) -> str:
    """Return a time as people say it."""
    if seconds < 1.5:
        return "about a second"
    if seconds < 90:
        return f"{seconds:.0f} seconds"
    return f"{seconds / 60:.0f} minutes"


def duration(app: Sphinx, document: str) -> str:
    """Return how long the script took, and on what, or an empty text."""
    cost, made = kept(app, document, "cost"), kept(app, document, "made")
    if cost is None or made is None:
        return ""
    return f"It took {in_words(cost['time'])} here, on {made['on']}."


def chapters(document: str, users: list[str]) -> nodes.paragraph:
    """Return a paragraph that leads to the chapters that use an example."""
    begin = "Used in the chapter" if len(users) == 1 else "Used in the chapters"
    said = nodes.paragraph("", f"{begin} ", classes=["example-chapters"])
    for number, user in enumerate(users):
        if number:
            said += nodes.Text(" and " if number == len(users) - 1 else ", ")
        said += addnodes.pending_xref(
            "",
            nodes.inline("", ""),
            refdomain="std",
            reftype="doc",
            reftarget=f"/{user}",
            refdoc=document,
            refexplicit=False,
            refwarn=True,
        )
    said += nodes.Text(".")
    return said


def shown(value: Any) -> str:
    """Return a fact as a table shows it."""
    match value:
        case bool():
            return "yes" if value else "no"
        case None:
            return NOTHING
        case int():
            return f"{value:,}".replace("-", "\N{MINUS SIGN}")
        case float():
            return number(value)
        case list() if len(value) > LONGEST_LIST:
            return f"{shown(value[0])} … {shown(value[-1])} ({len(value)} values)"
        case list():
            return ", ".join(map(shown, value))
    return str(value)


def number(value: float) -> str:
    """Return a number to three digits."""
    if not math.isfinite(value):
        return str(value)  # which is a fault, and told as one
    if value == 0 or 1e-3 <= abs(value) < 1e5:
        digits = f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"
        return digits.replace("-", "\N{MINUS SIGN}")
    mantissa, exponent = f"{value:.2e}".split("e")
    power = str(int(exponent)).translate(RAISED)
    mantissa = mantissa.replace("-", "\N{MINUS SIGN}")
    return f"{mantissa} \N{MULTIPLICATION SIGN} 10{power}"


def rows_of(found: dict[str, Any], before: str = "") -> list[tuple[str, str]]:
    """Return the rows of the table, one for each fact that is no dict."""
    rows = []
    for name, value in found.items():
        if isinstance(value, dict):
            rows += rows_of(value, f"{before}{name}, ")
        else:
            rows.append((f"{before}{name}", shown(value)))
    return rows


def table_of(found: dict[str, Any]) -> nodes.Element:
    """Return a table of what an example found, folded where it is long."""
    rows = rows_of(found)
    group = nodes.tgroup("", *[nodes.colspec(colwidth=1) for _ in range(2)], cols=2)
    body = nodes.tbody()
    for name, value in rows:
        body += nodes.row(
            "",
            nodes.entry("", nodes.paragraph(name, name)),
            nodes.entry("", nodes.paragraph(value, value)),
        )
    titles = ("what the example found", "value")
    head = nodes.row("", *[nodes.entry("", nodes.paragraph(t, t)) for t in titles])
    group += [nodes.thead("", head), body]
    table = nodes.table("", group, classes=["example-facts"])
    if len(rows) <= LONGEST_TABLE:
        return table
    summary = f"All {len(rows)} numbers that the example found"
    opened = f'<details class="example-facts"><summary>{summary}</summary>'
    return nodes.container(
        "",
        nodes.raw("", opened, format="html"),
        table,
        nodes.raw("", "</details>", format="html"),
    )


def add_before_footer(
    doctree: nodes.document, section: nodes.section, node: nodes.Element
) -> None:
    """Put a node before the links to downloads at the end of the page."""
    for footer in doctree.findall(nodes.container):
        if "sphx-glr-footer" in footer["classes"]:
            whole = footer.parent  # `only`, or the section itself
            whole.parent.insert(whole.parent.index(whole), node)
            return
    section += node


def unlink_values(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Take the links off names that stand for values, not for what is documented.

    sphinx-gallery links a name to the class of its last value, and with it whatever has
    this name elsewhere, such as an argument of Keras.
    """
    for link in list(doctree.findall(nodes.reference)):
        if OF_A_VALUE in link.get("classes", []):
            link.replace_self(link.children)


def connect(app: Sphinx) -> None:
    """Read pages again when their users change, and furnish each once it is read."""
    app.add_config_value("book_colab", "", "html", [str])
    app.connect("env-get-outdated", read_again)
    # Before Sphinx collects what a page offers to download.
    app.connect("doctree-read", furnish, priority=400)
    app.connect("doctree-resolved", unlink_values, priority=400)  # before `lines`
