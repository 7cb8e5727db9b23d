"""Rules for the documents of the project: what they name is there."""

import re
from collections.abc import Callable, Iterator

from bookbuild.checks.sources import Fault, Source, line_at

CALLED = re.compile(r"(?:`|^|run: |  )make (?P<target>[a-z][a-z-]*)", re.MULTILINE)
TARGET = re.compile(r"^(?P<name>[a-z-]+):(?P<rest>.*)", re.MULTILINE)
PREREQUISITES = {"env-backends"}  # other commands call it; a person need not
PLACE = re.compile(r"`((?:book|bookbuild|src|tests|gallery|benchmarks)/[\w./-]+)`")


def commands_are_there(document: Source, makefile: Source) -> Iterator[Fault]:
    """Yield the make commands that a document names and the Makefile lacks."""
    there = {found["name"] for found in TARGET.finditer(makefile.text)}
    for found in CALLED.finditer(document.text):
        if found["target"] not in there:
            yield document.fault(
                f"`make {found['target']}` is no command of the Makefile; correct it",
                line_at(document.text, found.start("target")),
            )


def commands_are_named(document: Source) -> Iterator[Fault]:
    """Yield a document that should tell a person what to call, and names nothing."""
    if not CALLED.search(document.text):
        yield document.fault("it names no make command; name those a person needs")


def commands_are_described(makefile: Source) -> Iterator[Fault]:
    """Yield the commands that `make help` does not list, or lists needlessly."""
    for found in TARGET.finditer(makefile.text):
        line = line_at(makefile.text, found.start())
        described = "## " in found["rest"]
        if found["name"] in PREREQUISITES and described:
            yield makefile.fault(
                f"{found['name']} is called by other commands alone; "
                "take its description away",
                line,
            )
        elif found["name"] not in PREREQUISITES and not described:
            yield makefile.fault(
                f"make help does not list {found['name']}; describe it behind ##", line
            )


def places_are_there(
    document: Source, exists: Callable[[str], bool]
) -> Iterator[Fault]:
    """Yield the files and folders that a document names and that are not there.

    Parameters
    ----------
    document : Source
        A document that names places as `src/byhand`, from the root of the project.
    exists : callable
        Takes such a place; says whether it is there.
    """
    for found in PLACE.finditer(document.text):
        if not exists(found[1]):
            yield document.fault(
                f"{found[1]} is not there; correct the name",
                line_at(document.text, found.start()),
            )
