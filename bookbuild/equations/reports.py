"""Check the equations of the book, keep what was found, and tell it.

What was found of a chapter is kept as long as its displays, its table and this package
stay as they are, so that a build which changes no equation asks for none.
"""

import concurrent.futures
import hashlib
import json
import multiprocessing
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from bookbuild import files, inputs
from bookbuild.checks import macros, reading
from bookbuild.checks.sources import Fault, Source, read
from bookbuild.equations import tables
from bookbuild.equations.checking import Result, check_chapter
from bookbuild.equations.mutants import KINDS
from bookbuild.errors import CommandError

KEPT = "_build/equation-checks"
WORKERS = 2


def digest_of_tools(root: Path) -> str:
    """Return a digest of what all results depend on.

    These are this package, the libraries, and what the oracles compute with.
    """
    state = hashlib.sha256(f"{inputs.build()} {inputs.versions()}".encode())
    used = [
        root / tables.NOTATION,
        root / macros.PLACE,
        root / "src/byhand/backprop.py",
    ]
    used += inputs.files_under(root / "src/byhand/shapes")
    inputs.add_files(state, root, [path for path in used if path.exists()])
    return state.hexdigest()


def digest(root: Path, page: Source, tools: str = "") -> str:
    """Return a digest of all that the results of a page depend on.

    Parameters
    ----------
    root : Path
        The folder of the book.
    page : Source
        The page.
    tools : str, optional
        What `digest_of_tools` returned, where many pages are asked for in a row.
    """
    state = hashlib.sha256((tools or digest_of_tools(root)).encode())
    for display in reading.equations_of(page):
        state.update(f"{display.label}\0{display.declared}\0{display.latex}\0".encode())
    table = root / tables.place_of(page.document)
    inputs.add_files(state, root, [table] if table.exists() else [])
    return state.hexdigest()


def results_of(
    root: Path, page: Source, *, mutate: bool = True, tools: str = ""
) -> list[Result]:
    """Return what is known of the equations of a page, from the file if it is there.

    Parameters
    ----------
    root : Path
        The folder of the book.
    page : Source
        The page.
    mutate : bool
        Whether mutants are to be tried, too. Without them nothing is kept.
    tools : str, optional
        What `digest_of_tools` returned, where many pages are asked for in a row.
    """
    if not mutate:
        return list(check_chapter(tables.chapter(root, page), mutate=False))
    asked = digest(root, page, tools)
    if (known := _kept(root, page, asked)) is not None:
        return known
    found = list(check_chapter(tables.chapter(root, page)))
    first = _first_lines(page)
    rows = [asdict(replace(one, line=one.line - first[one.label])) for one in found]
    files.write_json(_place(root, page), {"made_of": asked, "results": rows})
    return found


def _place(root: Path, page: Source) -> Path:
    """Return the file that keeps what is known of a page's equations."""
    return root / KEPT / f"{page.name}.json"


def _first_lines(page: Source) -> dict[str, int]:
    """Return the line on which the LaTeX of each display begins, by its label."""
    return {one.label: one.first_line for one in reading.equations_of(page)}


def is_kept(root: Path, page: Source, tools: str = "") -> bool:
    """Return whether what is known of a page's equations needs no work."""
    return _kept(root, page, digest(root, page, tools)) is not None


def _kept(root: Path, page: Source, asked: str) -> list[Result] | None:
    """Return the results in the file of a page, if they are those asked for.

    The file counts lines from the beginning of each display, so that they follow the
    page when something is added above.
    """
    first = _first_lines(page)
    try:
        content = json.loads(_place(root, page).read_text(encoding="utf-8"))
        if content["made_of"] != asked:
            return None
        found = [_result(row) for row in content["results"]]
        return [replace(one, line=one.line + first[one.label]) for one in found]
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _result(row: Mapping[str, Any]) -> Result:
    """Return a result as a file keeps it."""
    alive = tuple((kind, latex, reason) for kind, latex, reason in row["alive"])
    return Result(**{**row, "alive": alive})


def pages_of(root: Path, only: str = "") -> list[Source]:
    """Return the pages whose equations are asked for.

    Raises
    ------
    CommandError
        If the one page that is asked for is not there, or has no display.
    """
    pages = tables.pages_with_displays(root)
    if not only:
        return pages
    name = only.removesuffix(".md")
    chosen = [page for page in pages if name in (page.name, page.document)]
    if not chosen:
        known = ", ".join(page.place for page in pages)
        raise CommandError(f"{only} is no page with equations; take one of {known}")
    return chosen


def all_results(
    root: Path, pages: Iterable[Source], *, mutate: bool = True
) -> Iterator[tuple[Source, list[Result]]]:
    """Yield each page with what is known of its equations, in the order given.

    Raises
    ------
    CommandError
        If a table cannot be read.
    """
    pages = list(pages)
    tools = digest_of_tools(root)
    new = [page for page in pages if not (mutate and is_kept(root, page, tools))]
    if len(new) < 2:
        for page in pages:
            yield page, results_of(root, page, mutate=mutate, tools=tools)
        return
    # New processes are started afresh: a copy of one with threads may wait for ever.
    afresh = multiprocessing.get_context("spawn")
    with concurrent.futures.ProcessPoolExecutor(WORKERS, afresh) as pool:
        found = {
            page.place: pool.submit(_in_process, root, page.place, mutate=mutate)
            for page in new
        }
        try:
            for page in pages:
                future = found.get(page.place)
                if future is None:
                    yield page, results_of(root, page, mutate=mutate, tools=tools)
                else:
                    yield page, future.result()
        finally:
            pool.shutdown(cancel_futures=True)


def _in_process(root: Path, place: str, *, mutate: bool) -> list[Result]:
    """Return the results of a page, in a process of its own."""
    return results_of(root, read(root, place), mutate=mutate)


def faults_of(results: Iterable[Result]) -> list[Fault]:
    """Return what is wrong with equations, each at its line."""
    return [one.as_fault() for one in results if one.fault]


def faults_in(root: Path) -> list[Fault]:
    """Return what is wrong with the equations of the book, mutants included.

    Progress is shown where there is work to do.
    """
    faults: list[Fault] = []
    pages = pages_of(root)
    tools = digest_of_tools(root)
    work = sum(not is_kept(root, page, tools) for page in pages)
    if work:
        print(f"checking the equations of {work} pages", flush=True)
    for number, (page, results) in enumerate(all_results(root, pages), start=1):
        if work:
            print(f"  {number} of {len(pages)}: {page.place}", flush=True)
        faults += faults_of(results)
    return faults


def check(root: Path, only: str = "") -> int:
    """Check the equations of a page, or of the book; return the exit status."""
    faults: list[Fault] = []
    counts: Counter[str] = Counter()
    for page, results in all_results(root, pages_of(root, only), mutate=False):
        roles = Counter(one.role for one in results)
        counts += roles
        wrong = faults_of(results)
        faults += wrong
        said = ", ".join(f"{count} {role}" for role, count in sorted(roles.items()))
        print(f"{page.place}: {said}" + (f"; {len(wrong)} wrong" if wrong else ""))
    for fault in faults:
        print(fault, file=sys.stderr)
    total = sum(counts.values())
    if faults:
        print(f"{len(faults)} of {total} equations are wrong.", file=sys.stderr)
        return 1
    print(
        f"{total} equations: {counts['checked'] + counts['quoted']} hold in every "
        f"draw, {counts['definition']} define, {counts['unread']} are not evaluated."
    )
    return 0


def mutate(root: Path, only: str = "") -> int:
    """Change each equation in every way; return 0 if each change is found."""
    made: Counter[str] = Counter()
    killed: Counter[str] = Counter()
    of_definitions: Counter[str] = Counter()
    faults: list[Fault] = []
    for page, results in all_results(root, pages_of(root, only)):
        print(f"{page.place}")
        faults += faults_of(results)
        for one in results:
            for kind, latex, reason in one.alive:
                why = reason or "NOT FOUND"
                print(f"  {one.label} ({one.role}), {kind}: {latex}\n    {why}")
            if one.role == "definition":
                of_definitions["made"] += sum(one.made.values())
                of_definitions["killed"] += sum(one.killed.values())
                continue
            explained = Counter(kind for kind, _, reason in one.alive if reason)
            made.update(Counter(one.made) - explained)
            killed.update(one.killed)
    print()
    for kind, meaning in KINDS.items():
        if made[kind]:
            print(f"{kind:12} {killed[kind]:5} of {made[kind]:5}  {meaning}")
    print(f"{'together':12} {sum(killed.values()):5} of {sum(made.values()):5}")
    print(
        f"of definitions {of_definitions['killed']} of {of_definitions['made']} are "
        "found by what rests on them"
    )
    for fault in faults:
        print(fault, file=sys.stderr)
    return 1 if faults else 0
