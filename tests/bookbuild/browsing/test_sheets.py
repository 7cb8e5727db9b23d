"""The command that writes sheets: files, PDFs and errors."""

import html
import io
import re
from pathlib import Path

import pytest

from bookbuild import __main__ as command_line
from bookbuild.browsing import chromium
from bookbuild.browsing import sheets as writing
from bookbuild.errors import CommandError
from bookbuild.practice import sheets

ROOT = Path(__file__).parents[3]


def run(*arguments):
    return command_line.main(["sheet", *map(str, arguments)])


def test_markdown_for_each_student_and_a_key(tmp_path, capsys):
    folder = tmp_path / "new" / "folder"
    arguments = ("--chapter", "convolution", "--seed", 7, "--students", 12)
    assert run(*arguments, "--output", folder) == 0
    names = sorted(path.name for path in folder.iterdir())
    assert len(names) == 13
    assert names[0] == "convolution-7-key.md"
    assert names[1] == "convolution-7-sheet-01.md"
    text = (folder / names[1]).read_text(encoding="utf-8")
    assert text.startswith("# Convolution: sheet 1\n") or re.match(
        "# .+: sheet 1\n", text
    )
    assert "SPDX" not in text
    assert "What locality and sharing save" in text
    assert "12 sheets of 18 exercises" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--chapter", "algebra"), "no chapter 'algebra'"),
        (("--chapter", "../secret"), "no chapter '../secret'"),
        (("--chapter", "data", "--students", "0"), "0 students"),
        (("--chapter", "data", "--exercises", "ex-no"), "ex-no is no exercise of data"),
    ],
)
def test_mistakes_are_met_with_a_sentence(arguments, message, tmp_path, capsys):
    assert run(*arguments, "--output", tmp_path) == 1
    printed = capsys.readouterr().err
    assert message in printed
    assert "Traceback" not in printed
    assert not list(tmp_path.iterdir())


def test_a_folder_that_cannot_be_written_to(tmp_path, capsys):
    taken = tmp_path / "taken"
    taken.write_text("a file")
    assert run("--chapter", "data", "--output", taken) == 1
    assert "name another folder with --output" in capsys.readouterr().err
    assert run("--chapter", "data", "--output", taken / "below") == 1
    assert "name another folder with --output" in capsys.readouterr().err


def test_html_holds_text_as_text():
    assert writing._text("a < b & `c < d`") == "a &lt; b &amp; <code>c &lt; d</code>"
    made = sheets.sheets("backpropagation", seed=1, students=2)
    for sheet in made:
        shown = html.unescape(re.sub("<[^>]+>", "", writing.sheet_in_html(sheet)))
        for task in sheet.tasks:
            for paragraph in task.variant.question:
                assert paragraph.replace("`", "") in shown


def test_no_browser_is_said(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("CHROMIUM", "/nowhere/chromium")
    arguments = ("--chapter", "outlook", "--format", "pdf", "--output", tmp_path)
    assert run(*arguments) == 1
    assert "CHROMIUM is '/nowhere/chromium'" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def has_browser():
    try:
        return bool(chromium.executable())
    except CommandError:
        return False


@pytest.mark.slow
@pytest.mark.skipif(not has_browser(), reason="needs Chromium")
def test_pdfs_with_a_page_for_each_student(tmp_path):
    pypdf = pytest.importorskip("pypdf")
    arguments = ("--chapter", "outlook", "--students", 3, "--format", "pdf")
    assert run(*arguments, "--output", tmp_path) == 0
    names = sorted(path.name for path in tmp_path.iterdir())
    assert names == ["outlook-1-key.pdf", "outlook-1-sheets.pdf"]
    data = (tmp_path / "outlook-1-sheets.pdf").read_bytes()
    pages = [page.extract_text() for page in pypdf.PdfReader(io.BytesIO(data)).pages]
    starts = [page for page in pages if ": sheet" in page]
    assert len(starts) == 3
    made = sheets.sheets("outlook", seed=1, students=3)
    key = "".join(
        page.extract_text()
        for page in pypdf.PdfReader(tmp_path / "outlook-1-key.pdf").pages
    )
    for sheet in made:
        assert sheet.tasks[1].variant.parts[0].written in key
