"""The directives `costs` and `backends`: what the examples cost, from recorded data.

`make costs` and `make gallery-gpu` write gallery/costs/<device>.json, and the tests on
every backend write gallery/costs/backends.json when asked to. A table shows what is
there, names the machine and the day, and says so where nothing has been measured.
"""

import json
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from bookbuild.gallery import devices, scripts

FOLDER = "gallery/costs"
COLUMNS = {
    "wall_s": "whole, s",
    "first_step_s": "first step, s",
    "steady_step_s": "later step, s",
    "host_mib": "memory, MiB",
    "device_mib": "on the card, MiB",
}
NOTHING = "–"  # noqa: RUF001  a dash in a table


class RecordError(ValueError):
    """A file of recorded costs is not what it should be; the message names it."""


def recorded(folder: Path) -> dict[str, list[dict[str, Any]]]:
    """Return the recorded data by kind: "cpu", "gpu" and "backends".

    Raises
    ------
    RecordError
        If a file cannot be read, is of another kind, or is the second of backends.
    """
    found: dict[str, list[dict[str, Any]]] = {"cpu": [], "gpu": [], "backends": []}
    for path in sorted(folder.glob("*.json")):
        try:
            content = json.loads(path.read_text(encoding="utf-8"))
            kind = content["kind"]
            of_kind = found[kind]
        except ValueError as error:
            raise RecordError(
                f"{FOLDER}/{path.name} is no JSON ({error}); measure again, or take it "
                "from the repository"
            ) from error
        except (KeyError, TypeError) as error:
            raise RecordError(
                f"{FOLDER}/{path.name} has no kind among {', '.join(found)}; measure "
                "again, or take it from the repository"
            ) from error
        of_kind.append(content)
    if len(found["backends"]) > 1:
        raise RecordError(
            f"{FOLDER} holds {len(found['backends'])} files on backends; keep one"
        )
    return found


def number(value: float | None) -> str:
    """Return a measured number as a table shows it."""
    if value is None:
        return NOTHING
    return f"{value:.0f}" if value >= 100 else f"{value:.2g}"


def origin(content: dict[str, Any]) -> str:
    """Return where and when something was measured, and with what."""
    named = devices.BACKENDS | {"keras": "Keras", "numpy": "NumPy", "python": "Python"}
    versions = [f"{named[name]} {v}" for name, v in sorted(content["versions"].items())]
    host = content.get("host", content["device"])
    where = content["device"] + (f" in {host}" if host != content["device"] else "")
    return f"{where}, {content['date']}, {', '.join(versions)}"


class Recorded(SphinxDirective):
    """What both tables share."""

    def read(self) -> tuple[list[Path], dict[str, list[dict[str, Any]]]]:
        """Return the scripts and the data; read the page again when they change."""
        root = Path(self.env.srcdir)
        self.env.note_dependency(FOLDER)  # a folder: the page is read at each build
        try:
            data = recorded(root / FOLDER)
        except RecordError as error:
            raise self.error(str(error)) from error
        return scripts.all_scripts(root / "gallery"), data

    def table(self, titles: list[str], rows: list[list[Any]]) -> nodes.Node:
        """Return a table in a box that scrolls by itself."""
        group = nodes.tgroup("", *[nodes.colspec(colwidth=1) for _ in titles])
        group["cols"] = len(titles)
        head = nodes.row("", *[nodes.entry("", self.words(text)) for text in titles])
        body = nodes.tbody()
        for row in rows:
            cells = [c if isinstance(c, nodes.Node) else self.words(c) for c in row]
            body += nodes.row("", *[nodes.entry("", cell) for cell in cells])
        group += [nodes.thead("", head), body]
        return nodes.table("", group, classes=["costs"])

    def words(self, text: str) -> nodes.paragraph:
        """Return a paragraph of plain text."""
        return nodes.paragraph(text, text)

    def link(self, script: Path) -> nodes.paragraph:
        """Return a link to the page of an example."""
        made = self.config.sphinx_gallery_conf["gallery_dirs"][0]
        reference = addnodes.pending_xref(
            "",
            nodes.inline("", ""),
            refdomain="std",
            reftype="doc",
            reftarget=f"/{made}/{scripts.name_of(script)}",
            refdoc=self.env.docname,
            refexplicit=False,
            refwarn=True,
        )
        self.set_source_info(reference)
        return nodes.paragraph("", "", reference)


class Costs(Recorded):
    """Each example on the processor and on a graphics card, side by side."""

    def run(self) -> list[nodes.Node]:
        """Return the table and where it comes from."""
        found, data = self.read()
        measured = [(f"CPU {k}".strip(), c) for k, c in self.named(data["cpu"])]
        measured += [(f"GPU {k}".strip(), c) for k, c in self.named(data["gpu"])]
        shown: list[nodes.Node] = [
            self.words(f"{name}: {origin(content)}.") for name, content in measured
        ]
        if not data["cpu"]:
            shown.append(self.words("No processor has been measured yet."))
        if not data["gpu"]:
            shown.append(self.words("No graphics card has been measured yet."))
        if not measured:
            return shown
        columns = [
            (name, content, key)
            for name, content in measured
            for key in COLUMNS
            if key != "device_mib" or content["kind"] == "gpu"
        ]
        titles = ["example", *(f"{name}: {COLUMNS[key]}" for name, _, key in columns)]
        rows = [
            [
                self.link(script),
                *(
                    number(content["scripts"].get(scripts.name_of(script), {}).get(key))
                    for _, content, key in columns
                ),
            ]
            for script in found
        ]
        return [*shown, self.table(titles, rows)]

    def named(self, contents: list[dict[str, Any]]) -> list[tuple[str, dict[str, Any]]]:
        """Return the machines of a kind, numbered where there are several."""
        if len(contents) == 1:
            return [("", contents[0])]
        return [(str(number), content) for number, content in enumerate(contents, 1)]


class Backends(Recorded):
    """Each example on each backend of Keras."""

    def run(self) -> list[nodes.Node]:
        """Return the table and where it comes from."""
        found, data = self.read()
        if not data["backends"]:
            text = "The backends have not been compared yet."
            return [self.words(text)]
        (content,) = data["backends"]
        rows = [
            [
                self.link(script),
                *(
                    self.cell(content["scripts"].get(scripts.name_of(script), {}), name)
                    for name in devices.BACKENDS
                ),
            ]
            for script in found
        ]
        titles = ["example", *(f"{name}, s" for name in devices.BACKENDS.values())]
        return [self.words(f"{origin(content)}."), self.table(titles, rows)]

    def cell(self, row: dict[str, Any], backend: str) -> str:
        """Return the seconds of a run, or why there is none."""
        result = row.get(backend, {})
        if "skipped" in result:
            return f"no: {result['skipped']}"
        return number(result.get("wall_s"))


def connect(app: Sphinx) -> None:
    """Register the directives."""
    app.add_directive("costs", Costs)
    app.add_directive("backends", Backends)
