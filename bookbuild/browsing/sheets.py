"""Write sheets of exercises into a folder, as Markdown or as two PDFs to print."""

import html
import re
from collections.abc import Callable, Sequence
from pathlib import Path

from playwright.sync_api import Error

from bookbuild import files
from bookbuild.browsing import chromium
from bookbuild.checks import reading
from bookbuild.errors import CommandError
from bookbuild.practice import sheets as making
from bookbuild.practice.errors import RequestError
from bookbuild.practice.sheets import LINE, Sheet

FORMATS = ("markdown", "pdf")
MARGINS = {"top": "20mm", "right": "20mm", "bottom": "20mm", "left": "20mm"}
STYLE = """
body { font: 11pt/1.45 "Noto Sans", "DejaVu Sans", sans-serif; color: #000; }
h1 { font-size: 16pt; margin: 0 0 6mm; }
h2 { font-size: 12pt; margin: 7mm 0 1mm; break-after: avoid; }
p { margin: 1.5mm 0; }
code { font: 10pt "Noto Sans Mono", "DejaVu Sans Mono", monospace; }
ul { list-style: none; padding: 0; margin: 2mm 0; }
li { margin: 3.5mm 0; }
section.exercise { break-inside: avoid; }
section.sheet + section.sheet { break-before: page; }
table { border-collapse: collapse; width: 100%; }
th, td { border: 0.3mm solid #777; padding: 1mm 2mm; text-align: left;
  vertical-align: top; overflow-wrap: anywhere; }
.line { display: inline-block; min-width: 60mm; border-bottom: 0.3mm solid #000; }
"""


def write(
    root: Path,
    chapter: str,
    *,
    seed: int,
    students: int,
    labels: Sequence[str] = (),
    kind: str = "markdown",
    output: Path | None = None,
) -> int:
    """Write the sheets of a chapter and their key; return the exit status.

    Parameters
    ----------
    root : Path
        The folder of the book.
    chapter : str
        The chapter, such as "convolution".
    seed, students, labels
        As for `bookbuild.practice.sheets.sheets`.
    kind : str
        "markdown", one file for each student, or "pdf", all sheets in one.
    output : Path, optional
        The folder; ``_build/sheets`` of the book unless it is given.

    Raises
    ------
    CommandError
        If the chapter, an exercise or the number of students makes no sense, the
        folder cannot be written to, or no browser can print.
    """
    title, titles = titles_of(root, chapter)
    try:
        made = making.sheets(
            chapter,
            seed=seed,
            students=students,
            labels=labels,
            title=title,
            titles=titles,
        )
    except RequestError as error:
        raise CommandError(f"{error}.") from None
    folder = output or root / "_build" / "sheets"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if kind == "pdf":
            written = _write_pdf(made, folder, f"{chapter}-{seed}")
        else:
            written = _write_markdown(made, folder, f"{chapter}-{seed}")
    except OSError as error:
        raise CommandError(
            f"{folder} cannot be written to ({error.strerror}); name another folder "
            "with --output"
        ) from error
    exercises = len(made[0].tasks)
    print(
        f"{students} sheets of {exercises} exercises and their key are in {folder}: "
        f"{', '.join(path.name for path in written[:2])}"
        f"{', ...' if len(written) > 2 else ''}"
    )
    return 0


def titles_of(root: Path, chapter: str) -> tuple[str, dict[str, str]]:
    """Return the title of a chapter, and those of its exercises by label."""
    path = root / "book" / f"{chapter}.md"
    if not path.is_file():
        return chapter, {}
    text = reading.FRONT_MATTER.sub("", path.read_text(encoding="utf-8"))
    heading = re.search(r"^# (.+)$", text, re.MULTILINE)
    titles = {one.name: one.title for one in reading.exercises_of(text)}
    return heading[1].strip() if heading else chapter, titles


def _write_markdown(made: Sequence[Sheet], folder: Path, name: str) -> list[Path]:
    """Write a file for each student, and one for the key; return their paths."""
    digits = len(str(len(made)))
    texts = {
        f"{name}-sheet-{sheet.student:0{digits}}.md": making.sheet_in_markdown(sheet)
        for sheet in made
    }
    texts[f"{name}-key.md"] = making.key_in_markdown(made)
    for file, text in texts.items():
        files.write_text(folder / file, text)
    return [folder / file for file in texts]


def _write_pdf(made: Sequence[Sheet], folder: Path, name: str) -> list[Path]:
    """Print all sheets into one PDF, and the key into another; return their paths."""
    documents = {
        f"{name}-sheets.pdf": "".join(sheet_in_html(sheet) for sheet in made),
        f"{name}-key.pdf": key_in_html(made),
    }
    try:
        with chromium.launched() as browser:
            for file, body in documents.items():
                page = browser.new_page()
                page.set_content(document(body, name))
                data = page.pdf(
                    format="A4",
                    margin=MARGINS,
                    tagged=True,
                    outline=True,
                    print_background=True,
                )
                files.write_with(folder / file, _writer(data))
                page.close()
    except Error as error:
        first = str(error).strip().splitlines()[0]
        raise CommandError(
            f"the browser did not print the sheets: {first}; take fewer students, or "
            "--format markdown"
        ) from error
    return [folder / file for file in documents]


def _writer(data: bytes) -> Callable[[Path], object]:
    """Return what writes some bytes to a path."""
    return lambda path: path.write_bytes(data)


def document(body: str, title: str) -> str:
    """Return a whole document for the browser."""
    return (
        f'<!doctype html><html lang="en-GB"><meta charset="utf-8">'
        f"<title>{html.escape(title)}</title><style>{STYLE}</style>"
        f"<body>{body}</body></html>"
    )


def sheet_in_html(sheet: Sheet) -> str:
    """Return the sheet of one student."""
    parts = [
        f"<h1>{_text(sheet.chapter)}: sheet {sheet.student}</h1>",
        '<p>Name: <span class="line">&nbsp;</span></p>',
    ]
    for number, task in enumerate(sheet.tasks, start=1):
        question = "".join(f"<p>{_text(line)}</p>" for line in task.variant.question)
        answers = "".join(
            f'<li>{_text(part.label)}: <span class="line">&nbsp;</span> '
            f"{_text(part.unit)}</li>"
            for part in task.variant.parts
        )
        parts.append(
            f'<section class="exercise"><h2>{number}. {_text(task.title)}</h2>'
            f"{question}<ul>{answers}</ul></section>"
        )
    return f'<section class="sheet">{"".join(parts)}</section>'


def key_in_html(made: Sequence[Sheet]) -> str:
    """Return the key to some sheets."""
    parts = [f"<h1>{_text(made[0].chapter)}: key to {len(made)} sheets</h1>"]
    for sheet in made:
        rows = "".join(
            f"<tr><td>{number}. {_text(task.title)}</td><td>"
            + "; ".join(
                f"{_text(part.label)}: {html.escape(part.written)}"
                for part in task.variant.parts
            )
            + "</td></tr>"
            for number, task in enumerate(sheet.tasks, start=1)
        )
        parts.append(
            f"<h2>Sheet {sheet.student}</h2><table><tr><th>exercise</th>"
            f"<th>answers</th></tr>{rows}</table>"
        )
    parts.append("<h2>How the answers of sheet 1 are found</h2>")
    for number, task in enumerate(made[0].tasks, start=1):
        found = "".join(f"<p>{_text(line)}</p>" for line in task.variant.explanation)
        parts.append(f"<p><b>{number}. {_text(task.title)}</b></p>{found}")
    return "".join(parts)


def _text(plain: str) -> str:
    """Return plain text as HTML, with what is in backticks as code."""
    pieces = plain.replace(LINE, "").split("`")
    return "".join(
        f"<code>{html.escape(piece)}</code>" if place % 2 else html.escape(piece)
        for place, piece in enumerate(pieces)
    )
