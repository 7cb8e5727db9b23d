"""The rules for the project's documents, held to planted faults."""

import pytest

from bookbuild.checks import documents
from bookbuild.checks.sources import Source

MAKEFILE = Source(
    "Makefile",
    "VALUE := x\n\nenv-backends:\n\t@true\n\nbook: env-backends  ## build\n\t@true\n",
)


@pytest.mark.parametrize(
    "text",
    ["Call `make bok` now.", "make bok", "  - run: make bok", "\n  make bok FAST=1"],
)
def test_a_command_that_is_not_there_is_seen(text):
    (fault,) = documents.commands_are_there(Source("README.md", text), MAKEFILE)
    assert "`make bok` is no command" in fault.what
    good = Source("README.md", text.replace("bok", "book"))
    assert list(documents.commands_are_there(good, MAKEFILE)) == []
    assert list(documents.commands_are_named(good)) == []


def test_a_document_without_commands_is_seen():
    (fault,) = documents.commands_are_named(Source("README.md", "We make books."))
    assert "names no make command" in fault.what


def test_a_command_without_a_description_is_seen():
    assert list(documents.commands_are_described(MAKEFILE)) == []
    bare = Source("Makefile", MAKEFILE.text.replace("  ## build", ""))
    (fault,) = documents.commands_are_described(bare)
    assert str(fault).startswith("Makefile:6: make help does not list book")


def test_a_description_of_what_nobody_calls_is_seen():
    told = Source(
        "Makefile",
        MAKEFILE.text.replace("env-backends:\n", "env-backends:  ## make it\n"),
    )
    (fault,) = documents.commands_are_described(told)
    assert "env-backends is called by other commands alone" in fault.what


def test_a_place_that_is_not_there_is_seen():
    document = Source("CONTRIBUTING.md", "See\n`book/neuron.md` and `tests/gone.py`.")
    (fault,) = documents.places_are_there(document, {"book/neuron.md"}.__contains__)
    assert str(fault).startswith("CONTRIBUTING.md:2: tests/gone.py is not there")
