"""Let exercises answer: a form below each that bookbuild.practice defines.

The form's parts are written when the book is built; what judges them is Python in the
reader's browser, packed by bookbuild.inpage and fetched by the first click alone. A
reader without scripts sees the exercise as it is.
"""

from __future__ import annotations

import json
from html import escape
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.errors import ExtensionError
from sphinx_exercise.nodes import is_exercise_node

from bookbuild import files
from bookbuild.errors import CommandError
from bookbuild.extensions.folding import number_of
from bookbuild.extensions.site import LINE_COMMENT, OF_DRAWINGS, THEME, versioned
from bookbuild.inpage import packing
from bookbuild.practice import catalogue, protocol
from byhand.figures import colours

FOLDER = "_static"
# The scripts of a page by what the page holds.
SCRIPTS = {
    'class="asks explorer"': "explorer",
    'class="asks answer"': "exercises",
}


def defined() -> dict[str, str]:
    """Return the chapter of each exercise that takes an answer, by its label."""
    return catalogue.labels_that_answer()


def parts_of(label: str, chapter: str) -> list[dict[str, str]]:
    """Return what an exercise asks for, with the chapter's own numbers.

    Parameters
    ----------
    label, chapter : str
        The exercise, and where it stands.

    Raises
    ------
    ExtensionError
        If it cannot be asked.
    """
    request = {"do": "variant", "exercise": label, "chapter": chapter, "seed": None}
    found = protocol.answer(request)
    if "error" in found:
        raise ExtensionError(f"the exercise {label} cannot be asked: {found['error']}")
    parts: list[dict[str, str]] = found["parts"]
    return parts


def part(name: str, place: int, asked: dict[str, str]) -> str:
    """Return the HTML of one part of an answer.

    Parameters
    ----------
    name : str
        The label of the exercise.
    place : int
        The number of the part, from 1.
    asked : dict
        Its `label` and its `hint`.
    """
    at = f"answer-{name}-{place}"
    return (
        f'<div class="answer-part"><label for="{at}">{escape(asked["label"])}</label>'
        f'<input id="{at}" type="text" autocomplete="off" autocapitalize="off" '
        f'spellcheck="false" aria-describedby="{at}-hint {at}-verdict">'
        f'<span class="answer-hint" id="{at}-hint">{escape(asked["hint"])}</span>'
        f'<span class="answer-verdict" id="{at}-verdict"></span></div>'
    )


def form(label: str, chapter: str, number: str, parts: list[dict[str, str]]) -> str:
    """Return the HTML of the form below an exercise.

    Parameters
    ----------
    label, chapter : str
        The exercise, and where it stands.
    number : str
        Its number, for those who hear the page.
    parts : list of dict
        What is asked for.
    """
    title = f"Your answer to exercise {number}".rstrip()
    inputs = "".join(
        part(label, place, asked) for place, asked in enumerate(parts, start=1)
    )
    return (
        f'<form class="asks answer" data-exercise="{escape(label)}" '
        f'data-chapter="{escape(chapter)}" aria-label="{escape(title)}" novalidate>'
        '<div class="answer-question" hidden></div>'
        f'<div class="answer-parts">{inputs}</div>{BUTTONS}{TOLD}'
        '<div class="answer-explanation" hidden></div></form>'
    )


# Beside the buttons: what the first press loads, which the script says.
PRICE = '<small class="asks-price"></small>'
# The chapter's numbers are explained by the solution below the exercise, so that only
# other numbers need the third button, which the script shows then.
BUTTONS = (
    '<p class="asks-buttons"><button type="submit">Check</button>'
    '<button type="button" data-do="another">New numbers</button>'
    '<button type="button" data-do="explain" hidden>Explain these numbers</button>'
    f'<button type="button" data-do="stop" hidden>Stop</button>{PRICE}</p>'
)
# Where a form says what happens.
TOLD = (
    '<progress hidden aria-label="Loading Python"></progress>'
    '<p class="asks-said" role="status"></p>'
)


def add_forms(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Put a form into each exercise that takes an answer."""
    if app.builder.name != "html":
        return
    answering = defined()
    for exercise in list(doctree.findall(is_exercise_node)):
        label = exercise.get("label", "")
        if label in answering:
            chapter = answering[label]
            number = number_of(app, label)
            html = form(label, chapter, number, parts_of(label, chapter))
            exercise += nodes.raw("", html, format="html")


def script(name: str, runtime: packing.Runtime) -> str:
    """Return a script of the pages that answer.

    Parameters
    ----------
    name : str
        "exercises" or "explorer".
    runtime : Runtime
        What it starts.
    """
    about = {"bytes": runtime.bytes, "digests": runtime.digests}
    given = [f"const PYTHON = {json.dumps(about)};"]
    if name == "explorer":
        dark = {colour: colours.dark(colour) for colour in OF_DRAWINGS}
        given.append(f"const DARK = {json.dumps(dark)};")
    texts = [
        (THEME / f"{part}.js").read_text(encoding="utf-8") for part in ("python", name)
    ]
    return "\n".join(['"use strict";', *given, LINE_COMMENT.sub("", "\n".join(texts))])


def connect(app: Sphinx) -> None:
    """Add the forms, and the scripts to the pages that hold some."""
    written: dict[str, str] = {}

    def address_of(app: Sphinx, name: str) -> str:
        """Return the address of a script, written with what it starts."""
        if name not in written:
            try:
                runtime = packing.pack(packing.PYODIDE, packing.KEPT)
            except CommandError as error:
                raise ExtensionError(str(error)) from None
            packing.put(packing.KEPT, Path(app.outdir, FOLDER, "python"))
            path, text = f"{FOLDER}/{name}.js", script(name, runtime)
            files.write_text(Path(app.outdir, path), text)
            written[name] = versioned(path, text)
        return written[name]

    def add_script(
        app: Sphinx,
        pagename: str,
        templatename: str,
        context: dict[str, Any],
        doctree: nodes.document | None,
    ) -> None:
        """Name the script of a page, where it needs one."""
        body = context.get("body", "")
        wanted = next((SCRIPTS[mark] for mark in SCRIPTS if mark in body), "")
        context["answering_script"] = ""
        if wanted and app.builder.name == "html":
            context["answering_script"] = address_of(app, wanted)

    def bring_up_to_date(app: Sphinx, exception: Exception | None) -> None:
        """Write what pages of an earlier build ask for, where its sources changed."""
        if exception is not None or app.builder.name != "html":
            return
        for name in SCRIPTS.values():
            if Path(app.outdir, FOLDER, f"{name}.js").exists():
                address_of(app, name)

    app.connect("doctree-resolved", add_forms)
    app.connect("html-page-context", add_script, priority=800)
    app.connect("build-finished", bring_up_to_date, priority=700)
