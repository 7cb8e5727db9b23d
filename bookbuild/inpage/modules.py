"""Which modules of this repository go into the page: all that answering can import.

The sources are read, never run. An import inside a function counts as well, for it may
run when a reader asks.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from bookbuild.places import ROOT

# Where our own modules lie, by the package that holds them.
HOMES = {"bookbuild": ROOT, "byhand": ROOT / "src"}
START = ("bookbuild.inpage.answering", "byhand.shapes")
PRACTICE = "bookbuild.practice.protocol"
# What no page needs: these ask for packages that are not in the browser.
LEFT_OUT = (
    "bookbuild.extensions",
    "byhand.backprop",
    "byhand.datasets",
    "byhand.experiments",
    "byhand.figures",
    "byhand.gradients",
    "byhand.restarts",
    "byhand.shapes.__main__",
    "byhand.shapes.live_keras",
    "byhand.shapes.live_torch",
)
# Imported by a name that is computed, so that no import statement leads to them.
WHOLE = ("byhand.shapes", "bookbuild.practice.chapters")


def file_of(name: str) -> Path | None:
    """Return the file of one of our own modules, None if there is none.

    Parameters
    ----------
    name : str
        The module, such as "byhand.shapes.axis".
    """
    home = HOMES.get(name.partition(".")[0])
    if home is None:
        return None
    path = home.joinpath(*name.split("."))
    for found in (path / "__init__.py", path.with_suffix(".py")):
        if found.is_file():
            return found
    return None


def below(package: str) -> Iterator[str]:
    """Yield a package and all modules in it.

    Parameters
    ----------
    package : str
        Its name.
    """
    start = file_of(package)
    if start is None:
        return
    yield package
    if start.name != "__init__.py":
        return
    for path in sorted(start.parent.rglob("*.py")):
        if path == start:
            continue
        parts = path.relative_to(start.parent).with_suffix("").parts
        name = ".".join([package, *parts])
        yield name.removesuffix(".__init__")


def imports_of(name: str, path: Path) -> Iterator[str]:
    """Yield the names that a module imports, and those that may be modules.

    Parameters
    ----------
    name : str
        The module's own name, for imports that begin with dots.
    path : Path
        Its source.
    """
    package = name if path.name == "__init__.py" else name.rpartition(".")[0]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                parts = package.split(".")
                above = parts[: len(parts) - node.level + 1]
                base = ".".join([*above, *([base] if base else [])])
            yield base
            yield from (f"{base}.{alias.name}" for alias in node.names)


def own() -> dict[str, Path]:
    """Return our own modules that the page needs, each with its source, in order.

    Returns
    -------
    dict of str to Path
        Packages as well, for a module is imported after what holds it.
    """
    found: dict[str, Path] = {}
    asked = [*START, *(name for package in WHOLE for name in below(package))]
    if file_of(PRACTICE):
        asked.append(PRACTICE)
    while asked:
        name = asked.pop()
        if name in found or name.startswith(LEFT_OUT):
            continue
        path = file_of(name)
        if path is None:
            continue
        found[name] = path
        asked += imports_of(name, path)
        asked.append(name.rpartition(".")[0])
    return dict(sorted(found.items()))


def foreign(modules: dict[str, Path]) -> set[str]:
    """Return the modules of others that ours import, by their first name.

    Parameters
    ----------
    modules : dict of str to Path
        Our own modules.
    """
    found = set()
    for name, path in modules.items():
        for asked in imports_of(name, path):
            root = asked.partition(".")[0]
            if root and root not in HOMES:
                found.add(root)
    return found
