"""The rules for texts that stand in for figures, and beside them.

Who reads an alternative text cannot see the figure, and so cannot notice that a number
of the text is wrong. Each number there is held to the code that draws the figure:

- it is computed, in the braces of `fig.set_label(f"...")`, from something that has a
  name: braces around numbers alone, such as `{2 * 8}`, are typed numbers; or
- it is typed, and the cell that draws the figure, or the example's script, asserts it.

What code only sets answers for nothing here. A figure draws many small numbers, and
one in four of the wrong ones would be among them.

An example answers in the same way for the prose in its comments, as a cell does for a
page, and for what a page says of a figure that it only borrows from the example, by
`:alt:` and in the caption.
"""

import ast
import re
from collections.abc import Iterable, Iterator

from bookbuild.checks import literals, prose, reading
from bookbuild.checks.claims import is_in
from bookbuild.checks.sources import Fault, Source, line_at, tree_or_empty

LEAST_ALTERNATIVE = 30  # characters; what is shorter names a figure at best
FIGURE = re.compile(
    r"^(?P<fence>[`:]{3,})\{(?:figure|image)\} (?P<path>\S+)\n"
    r"(?P<text>.*?)^(?P=fence)$",
    re.MULTILINE | re.DOTALL,
)
OF_GALLERY = re.compile(
    r"gallery/(?P<theme>\w+)/images/sphx_glr_(?P<name>\w+)_\d+\.\w+"
)
OPTION = re.compile(r"^:(?!alt:)[\w-]+:.*$", re.MULTILINE)
COMMENTS = re.compile(r"(?:^#(?! %%).*\n)+", re.MULTILINE)
SENTENCE = re.compile(r"\S.*?(?:[.?!:](?=\s)|\Z)", re.DOTALL)
SOURCED = re.compile(r"arXiv:|doi:|https?:")
FREE = "What to try next"  # numbers that a reader may choose


def texts_of_figures_are_held(page: Source) -> Iterator[Fault]:
    """Yield the typed numbers in a page's alternative texts that no cell holds."""
    for cell in reading.cells_of(page.text):
        if "set_label(" not in cell.code:
            continue
        code = reading.python_of(cell.code)
        tree = tree_or_empty(code)
        known = literals.asserted(tree)
        for line, number in _typed(tree, code):
            if not is_in(number.values, known):
                yield page.fault(
                    f"'{number.text}' is typed in the text of a figure; compute it "
                    'from what is drawn, set_label(f"{...}"), or assert it in this '
                    "cell",
                    cell.line + line - 1,
                )


def texts_of_examples_are_held(script: Source) -> Iterator[Fault]:
    """Yield the typed numbers in texts of figures that an example does not assert."""
    tree = tree_or_empty(script.text)
    known = literals.asserted(tree)
    for line, number in _typed(tree, script.text):
        if not is_in(number.values, known):
            yield script.fault(
                f"'{number.text}' is typed in the text of a figure; compute it from "
                'what is drawn, set_label(f"{...}"), or assert it',
                line,
            )


def prose_of_examples_is_held(script: Source) -> Iterator[Fault]:
    """Yield the numbers in an example's comments that it neither asserts nor sets.

    They are those that `prose.numbers_of` finds, in sentences without a source.
    """
    known = literals.stood_for(script.text)
    for line, number in _claimed(script.text):
        if not is_in(number.values, known):
            yield script.fault(
                f"'{number.text}' is typed in the prose, and the script neither "
                "asserts nor sets it; assert it, or leave it out",
                line,
            )


def borrowed_figures_are_held(
    pages: Iterable[Source], scripts: Iterable[Source]
) -> Iterator[Fault]:
    """Yield what pages say of figures that they only show, and nothing holds.

    A figure of the gallery is held to its script, any other to the page's own cells.
    """
    known = {script.place: literals.stood_for(script.text) for script in scripts}
    for page in pages:
        for figure in FIGURE.finditer(page.text):
            drawn = OF_GALLERY.fullmatch(figure["path"])
            place = f"gallery/{drawn['theme']}/{drawn['name']}.py" if drawn else ""
            held = known.get(place)
            if held is None:
                cells = reading.cells_of(page.text)
                held = set().union(*(literals.stood_for(cell.code) for cell in cells))
            start = line_at(page.text, figure.start("text"))
            said = OPTION.sub("", figure["text"])
            for line, text in enumerate(said.splitlines(), start=start):
                for number in prose.numbers_of(text, counts=True):
                    if not is_in(number.values, held):
                        yield page.fault(
                            f"'{number.text}' is said of a figure that "
                            f"{place or 'no cell'} draws, and nothing there asserts or "
                            "sets it; assert it there, use {fact}, or leave it out",
                            line,
                        )


def _typed(tree: ast.AST, code: str) -> Iterator[tuple[int, prose.Number]]:
    """Yield the numbers that are typed in texts of figures, each with its line."""
    lines = code.splitlines()
    for part in _parts_of_labels(tree):
        text = "~".join(_texts(part))
        for number in prose.numbers_of(text, counts=True):
            place = re.compile(rf"(?<![\w.,]){re.escape(number.text)}")
            span = range(part.lineno, (part.end_lineno or part.lineno) + 1)
            found = (line for line in span if place.search(lines[line - 1]))
            yield next(found, part.lineno), number


def _parts_of_labels(tree: ast.AST) -> Iterator[ast.expr]:
    """Yield what code hands to `set_label`, and the f-strings that it was made of."""
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "set_label":
            given = [*node.args, *(keyword.value for keyword in node.keywords)]
            yield from given
            parts = (part for argument in given for part in ast.walk(argument))
            names |= {part.id for part in parts if isinstance(part, ast.Name)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign):
            owners, value = node.targets, node.value
        elif isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "append":
            owners, value = [node.func.value], node.args[0]
        else:
            continue
        if names & {getattr(owner, "id", "") for owner in owners}:
            yield from _f_strings(value)


def _f_strings(node: ast.AST) -> Iterator[ast.JoinedStr]:
    """Yield the f-strings in an expression, the outer of those within each other."""
    if isinstance(node, ast.JoinedStr):
        yield node
    else:
        for child in ast.iter_child_nodes(node):
            yield from _f_strings(child)


def _texts(node: ast.AST) -> Iterator[str]:
    """Yield the pieces of a text that are typed; keys and formats are not shown."""
    if isinstance(node, ast.Constant):
        if isinstance(node.value, str):
            yield node.value
        return
    if isinstance(node, ast.FormattedValue):
        # Arithmetic with typed numbers alone is no computation from data.
        value = literals.value_of(node.value)
        if value is not None:
            yield f" {value:g} "
    for name, field in ast.iter_fields(node):
        if name not in {"format_spec", "slice"}:
            for part in field if isinstance(field, list) else [field]:
                if isinstance(part, ast.AST):
                    yield from _texts(part)


def _claimed(code: str) -> Iterator[tuple[int, prose.Number]]:
    """Yield the numbers of an example's docstring and comments, each with its line."""
    blocks = [(found.start(), found[0]) for found in COMMENTS.finditer(code)]
    docstring = re.match(r'\s*"""(.*?)"""', code, re.DOTALL)
    if docstring:
        blocks.append((docstring.start(1), docstring[1]))
    for start, block in blocks:
        text = re.sub(r"^# ?", "", block, flags=re.MULTILINE)
        if text.startswith(FREE):
            continue
        first = line_at(code, start)
        for sentence in SENTENCE.finditer(text):
            if not SOURCED.search(sentence[0]):
                for number in prose.numbers_of(sentence[0]):
                    inside = sentence[0].find(number.text)
                    yield first + text.count("\n", 0, sentence.start() + inside), number
