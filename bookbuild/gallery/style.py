"""Rules on the style of the gallery's scripts, which readers copy from.

A reader of an example may not know the signatures of Keras, matplotlib or astropy; so
arguments have names, statements do one thing, helpers say what they do, and a heading
opens each step. The rules are read from the source, and none of them counts lines
except between two headings.
"""

import ast
import re
from collections.abc import Iterator

from bookbuild.checks.sources import Fault, Source, line_at
from bookbuild.gallery import scripts

# How many positional arguments a call may have. A function that is not named here may
# have two; those that are named take that much data.
MOST = 2
OPERATIONS = 3  # keras.ops.where takes three arrays
DATA = {
    # methods of models
    "compile": 2,
    "evaluate": 2,
    "fit": 2,
    "predict": 1,
    "test_on_batch": 2,
    "train_on_batch": 2,
    # methods of axes; a format such as "o-" counts as data
    "annotate": 2,
    "axhline": 1,
    "axhspan": 2,
    "axvline": 1,
    "axvspan": 2,
    "bar": 2,
    "barh": 2,
    "boxplot": 1,
    "contour": 4,
    "contourf": 4,
    "errorbar": 2,
    "fill_between": 3,
    "fill_betweenx": 3,
    "hist": 1,
    "hlines": 3,
    "imshow": 1,
    "loglog": 3,
    "pcolormesh": 3,
    "plot": 3,
    "quiver": 4,
    "scatter": 2,
    "semilogx": 3,
    "semilogy": 3,
    "step": 3,
    "text": 3,
    "violinplot": 1,
    "vlines": 3,
}
LIBRARIES = ("keras", "matplotlib", "astropy")
# Short names that matplotlib also takes for its arguments.
SHORT = {
    "ls": "linestyle",
    "lw": "linewidth",
    "mec": "markeredgecolor",
    "mew": "markeredgewidth",
    "mfc": "markerfacecolor",
    "ms": "markersize",
}
LINES_WITHOUT_DOCSTRING = 3
LINES_WITHOUT_HEADING = 40
HEADING = re.compile(r"^# %%\n# \S.*\n# -{3,}\n", re.MULTILINE)
CHECKS = "Numbers and checks"
# What is the book's own, and says nothing to a reader who has the script alone.
OWN = {
    re.compile(r"^(?:from|import) byhand\b", re.MULTILINE): (
        "# byhand is the book's package; the page of its gallery says how to install "
        "it.\n"
    ),
    re.compile(r"\.set_label\("): (
        "# fig.set_label(...) describes a figure for readers who cannot see it.\n"
    ),
}
# Methods that a library calls say by their name what they do.
EXPECTED = {"build", "call", "compute_output_shape", "get_config"}


def arguments_are_named(script: Source) -> Iterator[Fault]:
    """Yield the calls whose positional arguments say too little of themselves."""
    tree = scripts.parsed(script.text)
    modules = imported(tree)
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        name = dotted(node.func, modules)
        most = most_of(name, node.func, modules)
        # `*some` in a call of a library hides how many arguments there are.
        hidden = 1 + MOST if name.startswith(LIBRARIES) else MOST
        given = sum(
            hidden if isinstance(argument, ast.Starred) else 1 for argument in node.args
        )
        if most is not None and given > most:
            yield script.fault(
                f"`{ast.unparse(node.func)}` has {given} positional arguments, of "
                f"which at most {most} say what they are; name the others",
                node.lineno,
            )
        for keyword in node.keywords:
            if keyword.arg in SHORT:
                yield script.fault(
                    f"`{keyword.arg}` is short for `{SHORT[keyword.arg]}`; write that",
                    node.lineno,
                )


def imported(tree: ast.Module) -> dict[str, str]:
    """Return what imported names stand for, such as "layers" for "keras.layers"."""
    found = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for name in node.names:
                whole = name.name if name.asname else name.name.partition(".")[0]
                found[name.asname or whole] = whole
        elif isinstance(node, ast.ImportFrom) and node.module:
            for name in node.names:
                found[name.asname or name.name] = f"{node.module}.{name.name}"
    return found


def dotted(function: ast.expr, modules: dict[str, str]) -> str:
    """Return the whole name of a function of an imported module, else nothing."""
    parts = []
    while isinstance(function, ast.Attribute):
        parts.append(function.attr)
        function = function.value
    if not isinstance(function, ast.Name) or function.id not in modules:
        return ""
    return ".".join([modules[function.id], *reversed(parts)])


def most_of(name: str, function: ast.expr, modules: dict[str, str]) -> int | None:
    """Return how many positional arguments a call may have; None if any number."""
    if name.startswith("keras.ops."):
        return OPERATIONS
    if name and not name.startswith(LIBRARIES):
        return None
    last = function.attr if isinstance(function, ast.Attribute) else ""
    return DATA.get(last, MOST if name else None)


def one_statement_does_one_thing(script: Source) -> Iterator[Fault]:
    """Yield the statements that do several things at once."""
    for node in ast.walk(scripts.parsed(script.text)):
        if isinstance(node, ast.Assign) and packs(node):
            yield script.fault(
                f"`{ast.unparse(node)[:60]}` sets several names at once; write a "
                "statement for each",
                node.lineno,
            )
        if not isinstance(node, ast.Call):
            continue
        arguments = [*node.args, *(keyword.value for keyword in node.keywords)]
        if any(isinstance(argument, ast.NamedExpr) for argument in arguments):
            yield script.fault(
                f"`{ast.unparse(node)[:60]}` sets a name within a call; set it before",
                node.lineno,
            )
        if isinstance(node.func, ast.Name) and node.func.id == "print":
            if any(keyword.arg == "end" for keyword in node.keywords):
                yield script.fault(
                    "a line is printed in pieces; print it with one call", node.lineno
                )
            for argument in node.args:
                if isinstance(argument, ast.Starred) and isinstance(
                    argument.value, ast.GeneratorExp
                ):
                    yield script.fault(
                        "`print(*(...))` hides a loop; write the loop", node.lineno
                    )


def packs(node: ast.Assign) -> bool:
    """Return whether a statement sets several names to things that it lists.

    An exchange, `a, b = b, a`, is one thing.
    """
    target = node.targets[0]
    if not isinstance(target, ast.Tuple) or not isinstance(node.value, ast.Tuple):
        return False
    names = sorted(ast.unparse(name) for name in target.elts)
    return names != sorted(ast.unparse(value) for value in node.value.elts)


def helpers_are_documented(script: Source) -> Iterator[Fault]:
    """Yield the functions and classes that are not short and lack a docstring."""
    for node in ast.walk(scripts.parsed(script.text)):
        if not isinstance(node, ast.FunctionDef | ast.ClassDef):
            continue
        if node.name in EXPECTED or node.name.startswith("__"):
            continue
        lines = (node.end_lineno or node.lineno) - node.body[0].lineno + 1
        if lines > LINES_WITHOUT_DOCSTRING and not ast.get_docstring(node):
            yield script.fault(
                f"`{node.name}` has {lines} lines and no docstring; say what it does",
                node.lineno,
            )


def steps_have_headings(script: Source) -> Iterator[Fault]:
    """Yield the places where too many lines follow one another without a heading."""
    tree = scripts.parsed(script.text)
    if not tree.body:
        return
    begin = tree.body[0].end_lineno or 1  # behind the docstring, which has the title
    end = script.text.count("\n")
    headings = [line_at(script.text, h.start()) for h in HEADING.finditer(script.text)]
    for line, following in zip([begin, *headings], [*headings, end], strict=True):
        if following - line > LINES_WITHOUT_HEADING:
            yield script.fault(
                f"{following - line} lines follow without a heading; open each step "
                f"with one, after {LINES_WITHOUT_HEADING} lines at the latest",
                line,
            )


def checks_come_last(script: Source) -> Iterator[Fault]:
    """Yield the assertions that stand before the section for them, the last one.

    A reader who changes a setting, as every example invites one to, shall see all
    figures, and not an assertion that held for other settings.
    """
    headings = list(HEADING.finditer(script.text))
    last = headings[-1] if headings else None
    start = line_at(script.text, last.start()) if last and CHECKS in last[0] else 10**9
    for node in ast.walk(scripts.parsed(script.text)):
        if isinstance(node, ast.Assert) and node.lineno < start:
            yield script.fault(
                f"an assertion stands before the end; move it to a last section, "
                f"{CHECKS!r}",
                node.lineno,
            )


def bands_are_elsewhere(script: Source) -> Iterator[Fault]:
    """Yield a script that tells its readers what only tests need."""
    for node in ast.walk(scripts.parsed(script.text)):
        if isinstance(node, ast.Name) and node.id == "bands":
            yield script.fault(
                "`bands` means nothing to a reader; write them in gallery/bands.toml",
                node.lineno,
            )
            return


def own_means_are_introduced(script: Source) -> Iterator[Fault]:
    """Yield what a script uses of the book's own without saying what it is."""
    for use, line in OWN.items():
        if use.search(script.text) and line not in script.text:
            yield script.fault(
                f"it does not say what it uses; put this below the lines on its "
                f"licences: {line.strip()}"
            )
