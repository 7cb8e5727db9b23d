"""What a script of the gallery says of itself, read from its text without running it.

The standard library only: the build of the book, the tools and the tests all ask.
"""

import ast
import re
from pathlib import Path

from bookbuild.gallery import devices

LIMITED = re.compile(
    r"^Runs on: (?P<names>[a-z]+(?:, [a-z]+)*)(?: \((?P<reason>.+)\))?$", re.MULTILINE
)

# How the paragraph begins that is a figure's caption, behind the code that draws it.
CAPTION = "Figure:"
# What parts a script: the line, comments that are a text, and code.
PART = re.compile(
    r"^# %%.*\n(?P<text>(?:#.*\n)*)(?P<code>(?:(?!# %%).*\n)*)", re.MULTILINE
)


class ScriptError(ValueError):
    """A script says of itself what cannot be."""


def all_scripts(gallery: Path) -> list[Path]:
    """Return the scripts of a gallery, theme by theme."""
    return sorted(gallery.glob("*/plot_*.py"))


def name_of(script: Path) -> str:
    """Return a script's theme and name, such as "training/plot_digits_convnet"."""
    return f"{script.resolve().parent.name}/{script.stem}"


def question_of(text: str) -> str:
    """Return the question that a script answers: the line behind its title."""
    about = (ast.get_docstring(parsed(text)) or "").split("\n")
    return next((line for line in about[2:] if line.strip()), "")


def parsed(text: str) -> ast.Module:
    """Return a script's syntax tree, an empty one if it has none: running it tells."""
    try:
        return ast.parse(text)
    except SyntaxError:
        return ast.Module(body=[], type_ignores=[])


def imports_keras(text: str) -> bool:
    """Tell whether a script names Keras among its imports."""
    for node in ast.walk(parsed(text)):
        names = [alias.name for alias in getattr(node, "names", ())]
        if isinstance(node, ast.ImportFrom):
            names = [node.module or ""]
        elif not isinstance(node, ast.Import):
            continue
        if any(name.split(".")[0] == "keras" for name in names):
            return True
    return False


def runs_on(text: str) -> tuple[list[str], str]:
    """Return the backends that a script runs on, and why not on all.

    A script that runs on some alone says so in a line of its docstring, for example
    "Runs on: jax (only there can one processor play several devices)".
    """
    about = ast.get_docstring(parsed(text)) or ""
    found = LIMITED.search(about)
    if not found:
        if "Runs on:" in about:
            raise ScriptError(
                "the line `Runs on:` must be like `Runs on: jax, torch (the reason)`"
            )
        return list(devices.BACKENDS), ""
    names = found["names"].split(", ")
    if unknown := [name for name in names if name not in devices.BACKENDS]:
        raise ScriptError(
            f"the line `Runs on:` names {unknown[0]!r}; "
            f"it may name {', '.join(devices.BACKENDS)}"
        )
    return names, found["reason"] or "as its docstring says"
