"""The role `fact`: what a script of the gallery found, quoted on a page."""

import json

import numpy as np
import pytest
from docutils.parsers.rst.states import Inliner, Struct
from docutils.utils import new_document

from bookbuild.extensions import facts

FOUND = {"accuracy": 0.9688, "digits": 1347, "name": "two words", "many": [1, 2]}


@pytest.fixture
def show(tmp_path, monkeypatch):
    """Return a function that gives a role's text, or the message of its fault."""
    (tmp_path / "book/gallery/theme").mkdir(parents=True)
    script = tmp_path / "book/gallery/theme/plot_one.py"
    facts.keep(script, FOUND)
    document = new_document("page")
    document.settings.report_level = 5  # faults are returned, not printed
    inliner = Inliner()
    inliner.document, inliner.reporter = document, document.reporter
    inliner.parent = document
    noted = []

    class Environment:
        srcdir = str(tmp_path)
        note_dependency = staticmethod(noted.append)

    monkeypatch.setattr(facts.Fact, "env", Environment)

    def shown(text):
        role = facts.Fact()
        nodes, messages = role(
            "fact", f"{{fact}}`{text}`", text, 1, inliner, Struct(), None
        )
        assert noted.pop().startswith("book/gallery/")
        return messages[0].astext() if messages else nodes[0].astext()

    return shown


class TestKeep:
    def test_writes_beside_the_script(self, tmp_path):
        facts.keep(tmp_path / "plot_one.py", {"a": 1})
        assert json.loads((tmp_path / "plot_one.facts.json").read_text()) == {"a": 1}

    def test_keeps_what_numpy_computed_as_numbers(self, tmp_path):
        found = {
            "single": np.float32(0.5),
            "whole": np.int64(3),
            "row": np.arange(3),
            "yes": np.bool_(True),
        }
        facts.keep(tmp_path / "plot_one.py", found)
        kept = json.loads((tmp_path / "plot_one.facts.json").read_text())
        assert kept == {"single": 0.5, "whole": 3, "row": [0, 1, 2], "yes": True}

    def test_keeps_anything_else_as_text(self, tmp_path):
        facts.keep(tmp_path / "plot_one.py", {"shape": {1}, "of": tmp_path})
        kept = json.loads((tmp_path / "plot_one.facts.json").read_text())
        assert kept == {"shape": "{1}", "of": str(tmp_path)}


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("theme/plot_one digits", "1347"),
        ("theme/plot_one digits | ,", "1,347"),
        ("theme/plot_one accuracy | .0%", "97%"),
        ("theme/plot_one accuracy | .1%", "96.9%"),
        ("theme/plot_one name", "two words"),
        ("theme/plot_one many", "[1, 2]"),
    ],
)
def test_prints_a_fact(show, text, printed):
    assert show(text) == printed


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("theme/plot_two digits", "has no facts of theme/plot_two"),
        (
            "theme/plot_one letters",
            "no fact 'letters'; name one of those that it has: 'accuracy', 'digits'",
        ),
        ("theme/plot_one", "has no fact ''"),
        ("theme/plot_one name | .0%", "cannot be shown"),
        ("theme/plot_one many | .0%", "cannot be shown"),
    ],
)
def test_says_what_is_wrong(show, text, said):
    assert said in show(text)


def test_says_that_a_file_is_spoilt(show, tmp_path):
    path = tmp_path / "book/gallery/theme/plot_one.facts.json"
    path.write_text("not JSON")
    assert "facts of theme/plot_one cannot be read" in show("theme/plot_one digits")
    path.write_text("[1, 2]")
    assert "cannot be shown" in show("theme/plot_one digits")
