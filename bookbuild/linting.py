"""Hold the sources of the book, the gallery and the documents to the project's rules.

`python -m bookbuild lint` runs every rule and lists all that offends one, as place,
line, what is wrong and how to mend it, below the rule's name. The rules themselves are
functions over text, in bookbuild/checks and bookbuild/gallery/rules.py.
"""

import subprocess
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from bookbuild.checks import (
    alternatives,
    bibliography,
    chapters,
    claims,
    documents,
    equations,
    glossary,
    lecture,
    licences,
    reading,
    sources,
)
from bookbuild.checks.sources import Fault, Source
from bookbuild.equations import tables
from bookbuild.errors import CommandError
from bookbuild.gallery import agreement, scripts, style, thumbnails
from bookbuild.gallery import rules as examples

Check = Callable[[Path], Iterable[Fault]]

BIBLIOGRAPHY = "book/references.bib"
COUNTING = ("README.md", "CHANGELOG.md")  # say how many examples there are
TELLING = ("README.md", "CONTRIBUTING.md", ".ci/run")  # say what to call
CREDITING = (
    "LICENSE-TEXT",
    "README.md",
    "book/index.md",
    "bookbuild/templates/licence.html",
)
# What may speak of a licence. Locks name packages, and data are no text.
SPEAKING = {".cff", ".css", ".html", ".md", ".py", ".rst", ".toml", ".yml", ""}
# Fewer mean that the rules look in the wrong place, or cannot read what they find.
LEAST = {
    "pages": 20,
    "pages with cells": 3,
    "labelled equations": 51,
    "solutions": 200,
    "entries of the bibliography": 100,
    "examples": 20,
    "files that may name a licence": 100,
}


@dataclass(frozen=True)
class Rule:
    """A rule in words, and what yields the faults against it below a root."""

    name: str
    faults: Check


def pages(root: Path) -> list[Source]:
    """Return the written pages of the book."""
    return sources.matching(root, "book/*.md")


def examples_of(root: Path) -> list[Source]:
    """Return the scripts of the gallery."""
    return sources.read_all(root, scripts.all_scripts(root / "gallery"))


def each_page(check: Callable[[Source], Iterable[Fault]]) -> Check:
    """Return a check of every page, one at a time."""
    return lambda root: (fault for page in pages(root) for fault in check(page))


def all_pages(check: Callable[[list[Source]], Iterable[Fault]]) -> Check:
    """Return a check of all pages together."""
    return lambda root: check(pages(root))


def each_example(check: Callable[[Source], Iterable[Fault]]) -> Check:
    """Return a check of every script of the gallery, one at a time."""
    return lambda root: (
        fault for script in examples_of(root) for fault in check(script)
    )


def sources_are_found(root: Path) -> Iterator[Fault]:
    """Yield the kinds of sources of which there are suspiciously few."""
    book = pages(root)
    found = {
        "pages": len(book),
        "pages with cells": sum(bool(reading.cells_of(page.text)) for page in book),
        "labelled equations": len(reading.checked(book)),
        "solutions": sum(len(reading.SOLUTION.findall(page.text)) for page in book),
        "entries of the bibliography": len(
            bibliography.ENTRY.findall(sources.read(root, BIBLIOGRAPHY).text)
        ),
        "examples": len(examples_of(root)),
        "files that may name a licence": len(speaking(root)),
    }
    for kind, least in LEAST.items():
        if found[kind] < least:
            yield Fault(
                "bookbuild/linting.py",
                1,
                f"{found[kind]} {kind} are found in {root}, where {least} are the "
                "least; mend what reads them, or correct LEAST",
            )


def pages_are_in_the_contents(root: Path) -> Iterator[Fault]:
    """Yield the pages that _toc.yml does not list."""
    listed = set(reading.documents_in_order(root))
    for page in pages(root):
        if page.document not in listed:
            yield page.fault("the table of contents lacks it; add it to _toc.yml")


def equations_are_named(root: Path) -> Iterator[Fault]:
    """Yield the equations that no table names, so that they are not evaluated."""
    return tables.equations_are_named(root, pages(root))


def borrowed_figures_are_held(root: Path) -> Iterator[Fault]:
    """Yield what pages say of figures that they only show, and nothing holds."""
    return alternatives.borrowed_figures_are_held(pages(root), examples_of(root))


def bibliography_is_cited(root: Path) -> Iterator[Fault]:
    """Yield the entries of the bibliography that no page cites."""
    return bibliography.entries_are_cited(sources.read(root, BIBLIOGRAPHY), pages(root))


def bibliography_can_be_found(root: Path) -> Iterator[Fault]:
    """Yield the entries of the bibliography that a reader cannot find again."""
    return bibliography.entries_can_be_found(sources.read(root, BIBLIOGRAPHY))


def examples_are_shown(root: Path) -> Iterator[Fault]:
    """Yield the examples that no page of the book shows."""
    return examples.examples_are_shown(examples_of(root), pages(root))


def minigalleries_are_full(root: Path) -> Iterator[Fault]:
    """Yield the examples that pages show and that are not there."""
    there = [script.place for script in examples_of(root)]
    for page in pages(root):
        yield from examples.minigalleries_are_full(page, there)


def slides_are_named(root: Path) -> Iterator[Fault]:
    """Yield where the page on the lecture and the slides differ."""
    return lecture.slides_are_named(sources.read(root, lecture.PLACE))


def slides_are_treated(root: Path) -> Iterator[Fault]:
    """Yield the rows on the lecture that do not say where the book treats them."""
    return lecture.rows_say_where(sources.read(root, lecture.PLACE))


def examples_are_counted(root: Path) -> Iterator[Fault]:
    """Yield the documents that do not say how many examples there are."""
    there = [script.place for script in examples_of(root)]
    for place in COUNTING:
        yield from examples.examples_are_counted(sources.read(root, place), there)


def bands_have_their_examples(root: Path) -> Iterator[Fault]:
    """Yield the bands of examples that are not there."""
    yield from names_no_example(root, agreement.FILE, agreement.read(root / "gallery"))


def thumbnails_have_their_examples(root: Path) -> Iterator[Fault]:
    """Yield the thumbnails that are chosen for examples that are not there."""
    chosen = thumbnails.choices(root / "gallery")
    yield from names_no_example(root, thumbnails.FILE, chosen)


def names_no_example(root: Path, file: str, names: Iterable[str]) -> Iterator[Fault]:
    """Yield the names in a file of the gallery that no example has."""
    there = set(map(scripts.name_of, scripts.all_scripts(root / "gallery")))
    for name in names:
        if name not in there:
            source = sources.read(root, f"gallery/{file}")
            line = sources.line_at(source.text, source.text.find(name))
            yield source.fault(f"{name!r} is no example; correct the name", line)


def themes_are_introduced(root: Path) -> Iterator[Fault]:
    """Yield the folders of the gallery that say nothing of themselves."""
    folders = {script.parent for script in scripts.all_scripts(root / "gallery")}
    for folder in sorted({root / "gallery", *folders}):
        header = folder / "GALLERY_HEADER.rst"
        if not header.exists():
            place = header.relative_to(root).as_posix()
            yield Fault(place, 1, "there is no such file; write one, with the title")


def requirements_are_pinned(root: Path) -> Iterator[Fault]:
    """Yield what a reader installs and the lock lacks, or what a reader lacks."""
    stated = sources.read(root, "gallery/requirements.txt")
    return examples.requirements_are_pinned(
        stated, sources.read(root, "requirements.lock")
    )


def commands_are_there(root: Path) -> Iterator[Fault]:
    """Yield the make commands that a document names and that there are not."""
    makefile = sources.read(root, "Makefile")
    for place in TELLING:
        document = sources.read(root, place)
        yield from documents.commands_are_named(document)
        yield from documents.commands_are_there(document, makefile)
    for workflow in sources.matching(root, ".github/workflows/*.yml"):
        yield from documents.commands_are_there(workflow, makefile)


def commands_are_described(root: Path) -> Iterator[Fault]:
    """Yield the commands that `make help` does not list."""
    return documents.commands_are_described(sources.read(root, "Makefile"))


def places_are_there(root: Path) -> Iterator[Fault]:
    """Yield the places that CONTRIBUTING.md names and that are not there."""
    return documents.places_are_there(
        sources.read(root, "CONTRIBUTING.md"), lambda place: (root / place).exists()
    )


def credits_are_given(root: Path) -> Iterator[Fault]:
    """Yield what documents do not say of licences, lecture and author."""
    for place in CREDITING:
        yield from licences.credits_are_given(sources.read(root, place))


def no_other_licence_is_named(root: Path) -> Iterator[Fault]:
    """Yield what the files that git knows, or would add, say of other licences."""
    for path in speaking(root):
        text = path.read_text(encoding="utf-8", errors="replace")
        place = path.relative_to(root).as_posix()
        yield from licences.other_licences(Source(place, text))


def speaking(root: Path) -> list[Path]:
    """Return the files of a repository that may speak of a licence.

    Raises
    ------
    CommandError
        If git cannot list them.
    """
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    try:
        done = subprocess.run(
            command, cwd=root, check=True, capture_output=True, text=True
        )
    except (OSError, subprocess.CalledProcessError) as error:
        said = getattr(error, "stderr", "") or error
        raise CommandError(
            f"git cannot list the files of {root}, whose licences are checked: "
            f"{str(said).strip()}; install git, and lint a clone"
        ) from None
    listed = map(root.joinpath, done.stdout.splitlines())
    return [path for path in listed if path.is_file() and path.suffix in SPEAKING]


RULES = (
    Rule("every kind of source is found", sources_are_found),
    Rule("cells are Python", each_page(chapters.cells_are_python)),
    Rule("cells are short", each_page(chapters.cells_are_short)),
    Rule("cells are narrow", each_page(chapters.cells_are_narrow)),
    Rule("cells run wherever Keras 3 does", each_page(chapters.cells_are_portable)),
    Rule(
        "no two pages define the same name", all_pages(chapters.definitions_are_unique)
    ),
    Rule(
        "what the glossary explains occurs in the book",
        all_pages(glossary.glossary_is_used),
    ),
    Rule("a chapter that trains sets a seed", each_page(chapters.training_is_seeded)),
    Rule("pages say what they are about", each_page(chapters.pages_are_described)),
    Rule("one sentence a line", each_page(chapters.one_sentence_a_line)),
    Rule("columns have words for headers", each_page(chapters.tables_have_headers)),
    Rule("figures have names and captions", each_page(chapters.figures_are_captioned)),
    Rule("names of figures are unique", all_pages(chapters.figures_are_unique)),
    Rule("exercises have folded solutions", each_page(chapters.exercises_are_solved)),
    Rule("exercises have titles and levels", each_page(chapters.exercises_are_titled)),
    Rule("chapters open and close alike", each_page(chapters.chapters_are_framed)),
    Rule("chapters exercise and cite", each_page(chapters.chapters_exercise_and_cite)),
    Rule("pages stand in the table of contents", pages_are_in_the_contents),
    Rule("displays have one form", each_page(equations.displays_have_one_form)),
    Rule("equations are labelled", each_page(equations.equations_are_labelled)),
    Rule("labelled equations are read", each_page(equations.equations_are_read)),
    Rule("labels of equations are unique", all_pages(equations.labels_are_unique)),
    Rule(
        "equations are checked, defined or quoted",
        all_pages(equations.equations_are_known),
    ),
    Rule("equations are evaluated", equations_are_named),
    Rule("cells that check assert", all_pages(equations.checks_assert)),
    Rule("chapters derive or measure", all_pages(equations.chapters_derive_or_measure)),
    Rule("numbers are known to a cell", each_page(claims.numbers_are_known)),
    Rule(
        "numbers of pages without cells are known",
        all_pages(claims.numbers_are_known_elsewhere),
    ),
    Rule(
        "texts of figures are computed",
        each_page(alternatives.texts_of_figures_are_held),
    ),
    Rule(
        "texts of examples' figures are computed",
        each_example(alternatives.texts_of_examples_are_held),
    ),
    Rule(
        "numbers in examples' prose are known",
        each_example(alternatives.prose_of_examples_is_held),
    ),
    Rule("borrowed figures are held to their script", borrowed_figures_are_held),
    Rule("solutions are asserted", each_page(claims.solutions_are_asserted)),
    Rule("solutions can be read", each_page(claims.solutions_are_closed)),
    Rule(
        "few solutions are arguments alone",
        all_pages(claims.few_solutions_are_reasoned),
    ),
    Rule("slides of the lecture are named", slides_are_named),
    Rule("slides of the lecture are treated", slides_are_treated),
    Rule("entries of the bibliography are cited", bibliography_is_cited),
    Rule("entries of the bibliography can be found", bibliography_can_be_found),
    Rule("examples are Python", each_example(examples.scripts_are_python)),
    Rule("examples need what a reader has", each_example(examples.imports_are_at_hand)),
    Rule("examples run on any backend", each_example(examples.any_backend_serves)),
    Rule("examples are seeded", each_example(examples.chance_is_seeded)),
    Rule("examples keep their results", each_example(examples.results_are_facts)),
    Rule("examples say where they run", each_example(examples.backends_are_stated)),
    Rule(
        "figures are described with computed numbers",
        each_example(examples.figures_are_described),
    ),
    Rule(
        "figures of examples have captions",
        each_example(examples.figures_are_captioned),
    ),
    Rule("examples ask, and say what to try", each_example(examples.cards_ask)),
    Rule("examples name their arguments", each_example(style.arguments_are_named)),
    Rule(
        "examples introduce what is the book's own",
        each_example(style.own_means_are_introduced),
    ),
    Rule(
        "statements of examples do one thing",
        each_example(style.one_statement_does_one_thing),
    ),
    Rule(
        "helpers of examples are documented", each_example(style.helpers_are_documented)
    ),
    Rule("steps of examples have headings", each_example(style.steps_have_headings)),
    Rule("checks of examples come last", each_example(style.checks_come_last)),
    Rule("examples leave bands to the tests", each_example(style.bands_are_elsewhere)),
    Rule("bands are for examples that are there", bands_have_their_examples),
    Rule("thumbnails are of examples that are there", thumbnails_have_their_examples),
    Rule("examples are counted right", examples_are_counted),
    Rule("themes have headers", themes_are_introduced),
    Rule("examples that pages show are there", minigalleries_are_full),
    Rule("every example is shown by a page", examples_are_shown),
    Rule("what a reader installs is pinned", requirements_are_pinned),
    Rule("make commands that are named are there", commands_are_there),
    Rule("make help lists every command", commands_are_described),
    Rule("places that are named are there", places_are_there),
    Rule("licences, lecture and author are named", credits_are_given),
    Rule("pages name both licences", each_page(licences.pages_name_both)),
    Rule("examples name both licences", each_example(licences.scripts_name_both)),
    Rule("photographs are credited", each_example(licences.photographs_are_credited)),
    Rule("no other licence is named", no_other_licence_is_named),
)


def lint(root: Path) -> int:
    """Hold the sources below a root to every rule; print what offends one.

    Parameters
    ----------
    root : Path
        The folder of the project.

    Returns
    -------
    int
        The exit status: 1 if anything offends a rule, else 0.

    Raises
    ------
    CommandError
        If a file that the rules are about is missing, or is not text.
    """
    broken = 0
    for rule in RULES:
        faults = list(rule.faults(root))
        broken += bool(faults)
        if faults:
            print(f"{rule.name}:", *[f"  {fault}" for fault in faults], "", sep="\n")
    print(f"{len(RULES) - broken} of {len(RULES)} rules for the sources hold.")
    return 1 if broken else 0
