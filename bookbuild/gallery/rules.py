"""Rules that every example of the gallery keeps, read from its source.

They stand here and not among the other checks because they ask what a script says of
itself (scripts.py), which knows the backends.
"""

import ast
import re
from collections.abc import Iterable, Iterator

from bookbuild.checks.sources import Fault, Source, line_at
from bookbuild.gallery import devices, scripts

MAY_IMPORT = {"keras", "numpy", "matplotlib", "sklearn", "byhand", "astropy"}
# What comes with Python.
MAY_IMPORT |= {"functools", "itertools", "pathlib", "tempfile", "time"}
LEAST_REQUIREMENTS = {"keras", "matplotlib", "scikit-learn", "astropy", "mlxtend"}
BOUND = re.compile(r"tf\.keras|KERAS_BACKEND|set_backend|os\.environ")
LEAST_CAPTION = 30  # characters
RANDOM = re.compile(r"\.fit\(|\.random\.")
SEEDED = re.compile(r"np\.random\.default_rng\((?!\s*(?:None\s*)?\))")
# The text at the end of a page: `# %%`, then comments alone. Only what the book's build
# needs may follow.
CLOSING = re.compile(
    r"^# %%\n# ?What to try next(?:.*\n#)*.*\n*(?:\Z|^# %%\n# Numbers and checks\n)",
    re.MULTILINE,
)
NUMERALS = dict(
    enumerate(["seven", "eight", "nine", "ten", "eleven", "twelve"], start=7)
)


def scripts_are_python(script: Source) -> Iterator[Fault]:
    """Yield a script that Python cannot read."""
    try:
        ast.parse(script.text)
    except SyntaxError as error:
        yield script.fault(f"Python cannot read it: {error.msg}", error.lineno or 1)


def imports_are_at_hand(script: Source) -> Iterator[Fault]:
    """Yield the imports that a reader does not have.

    Which backend a reader has is not known. A function may import one by its name: a
    script for all backends has a function for each and calls that of the one in use.
    """
    tree = scripts.parsed(script.text)
    within = {
        inner
        for function in ast.walk(tree)
        if isinstance(function, ast.FunctionDef)
        for inner in ast.walk(function)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [node.module or "."]
        else:
            continue
        for name in names:
            package = name.split(".")[0]
            if package in MAY_IMPORT or (
                package in devices.BACKENDS and node in within
            ):
                continue
            remedy = (
                "import a backend in the function that is for it"
                if package in devices.BACKENDS
                else "do without, or add it to gallery/requirements.txt and to "
                "MAY_IMPORT"
            )
            yield script.fault(
                f"it imports {name}, which a reader may not have; {remedy}",
                node.lineno,
            )


def any_backend_serves(script: Source) -> Iterator[Fault]:
    """Yield what binds a script to a backend or to an old Keras."""
    for found in BOUND.finditer(script.text):
        yield script.fault(
            f"`{found[0]}` binds it to one backend or to an old Keras; leave it to "
            "the reader",
            line_at(script.text, found.start()),
        )


def chance_is_seeded(script: Source) -> Iterator[Fault]:
    """Yield a script that draws at random and sets no seed.

    A generator of NumPy that gets a seed needs no other, and Keras's seed would not
    reach it.
    """
    rest = SEEDED.sub("", script.text)
    drawn = RANDOM.search(rest)
    if drawn and "keras.utils.set_random_seed(" not in script.text:
        yield script.fault(
            "it trains or draws without a seed; call keras.utils.set_random_seed(0)",
            line_at(rest, drawn.start()),
        )


def results_are_facts(script: Source) -> Iterator[Fault]:
    """Yield a script that does not keep its results."""
    if not re.search(r"^facts = \{", script.text, re.MULTILINE):
        yield script.fault("it keeps no results; put them in facts = {...}")


def backends_are_stated(script: Source) -> Iterator[Fault]:
    """Yield a script whose line `Runs on:` is wrong, needless or out of place."""
    said = "Runs on:" in script.text
    line = line_at(script.text, max(script.text.find("Runs on:"), 0))
    try:
        names, reason = scripts.runs_on(script.text)
    except scripts.ScriptError as error:
        yield script.fault(str(error), line)
        return
    if said and not reason:
        yield script.fault(
            "the line `Runs on:` is not in the docstring; move it there", line
        )
    elif said and set(names) == set(devices.BACKENDS):
        yield script.fault("`Runs on:` names every backend; leave it out", line)


def figures_are_described(script: Source) -> Iterator[Fault]:
    """Yield the figures whose text does not hold a number that the script computed."""
    labels = list(labels_of(script.text))
    figures = script.text.count("plt.subplots(")
    if not figures:
        yield script.fault("it makes no figure; make each with plt.subplots(...)")
    elif len(labels) != figures:
        yield script.fault(
            f"it has {figures} figures and describes {len(labels)}; "
            'call fig.set_label(f"...") once for each plt.subplots(...)'
        )
    for line, label in labels:
        if not is_computed(label):
            yield script.fault(
                f"the text {ast.unparse(label)} holds no computed number; write it as "
                "an f-string with one",
                line,
            )


def figures_are_captioned(script: Source) -> Iterator[Fault]:
    """Yield the figures without a caption, and the captions that are none."""
    parts = list(scripts.PART.finditer(script.text))
    head = parts[0].start() if parts else len(script.text)
    codes = [(0, script.text[:head]), *((p.start("code"), p["code"]) for p in parts)]
    drawn: list[int] = []  # lines of figures that wait for their captions
    for (start, code), part in zip(codes, [*parts, None], strict=True):
        if code.strip():
            yield from uncaptioned(script, drawn)
            drawn = [
                line_at(script.text, start + found.start())
                for found in re.finditer(r"plt\.subplots\(", code)
            ]
        if part is None:
            continue
        for offset, text in paragraphs_of(part["text"]):
            if not text.startswith(scripts.CAPTION):
                continue
            line = line_at(script.text, part.start("text") + offset)
            said = text.removeprefix(scripts.CAPTION).strip()
            if not drawn:
                yield script.fault(
                    "a caption stands where the code above draws no further figure; "
                    "move it behind the code that draws",
                    line,
                )
            elif len(said) < LEAST_CAPTION or not said.endswith("."):
                yield script.fault(
                    f"the caption {said!r} is no sentence of {LEAST_CAPTION} "
                    "characters or more; say what is to be seen",
                    line,
                )
            drawn = drawn[1:]
    yield from uncaptioned(script, drawn)


def uncaptioned(script: Source, lines: Iterable[int]) -> Iterator[Fault]:
    """Yield a fault for each line that makes a figure without a caption."""
    for line in lines:
        yield script.fault(
            "the figure has no caption; write behind the code that draws it `# %%` and "
            f"a paragraph that begins with `# {scripts.CAPTION}`",
            line,
        )


def paragraphs_of(text: str) -> Iterator[tuple[int, str]]:
    """Yield the paragraphs of some comments, each with its place."""
    for found in re.finditer(r"(?:^# ?\S.*\n)+", text, re.MULTILINE):
        yield (
            found.start(),
            " ".join(re.sub(r"^# ?", "", found[0], flags=re.MULTILINE).split()),
        )


def labels_of(text: str) -> Iterator[tuple[int, ast.expr]]:
    """Yield what a script hands to `set_label`, with its line."""
    for node in ast.walk(scripts.parsed(text)):
        if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "set_label":
            given = [*node.args, *[keyword.value for keyword in node.keywords]]
            yield node.lineno, given[0] if given else ast.Constant("")


def is_computed(label: ast.expr) -> bool:
    """Return whether a text holds a value that the script has computed."""
    return any(isinstance(node, ast.FormattedValue) for node in ast.walk(label))


def cards_ask(script: Source) -> Iterator[Fault]:
    """Yield a script that does not open with a card, or not end with what to try."""
    about = ast.get_docstring(scripts.parsed(script.text)) or ""
    title, rule, _, card, *_ = [*about.split("\n"), "", "", "", ""]
    if set(rule) != {"="} or len(rule) < len(title):
        yield script.fault(
            "the docstring must open with a title and a line of = as long as it"
        )
    elif not card.endswith("?"):
        yield script.fault(
            f"the first sentence {card!r} asks nothing; put the example's question "
            "there, on one line",
            4,
        )
    if not CLOSING.search(script.text):
        yield script.fault(
            "it does not end with what to try; close with the lines `# %%` and "
            "`# What to try next`, and what it is",
            script.text.count("\n") or 1,
        )


def minigalleries_are_full(page: Source, places: Iterable[str]) -> Iterator[Fault]:
    """Yield the examples that a page shows and that are not there.

    sphinx-gallery passes over them in silence.

    Parameters
    ----------
    page : Source
        A page of the book.
    places : iterable of str
        The scripts that are there.
    """
    for found in re.finditer(r"```\{minigallery\}", page.text):
        yield page.fault(
            "the directive minigallery shows nothing here; use eval-rst",
            line_at(page.text, found.start()),
        )
    there = set(places)
    for line, names in minigalleries_of(page):
        if not names:
            yield page.fault("the minigallery names no example; name one", line)
        for name in names:
            if name not in there:
                yield page.fault(f"{name} is not there; correct the name", line)


def minigalleries_of(page: Source) -> Iterator[tuple[int, list[str]]]:
    """Yield the line of each minigallery, and the examples that it names."""
    for block in re.finditer(r"\.\. minigallery::(.*?)```", page.text, re.DOTALL):
        names = re.sub(r"^\s*:[a-z-]+:.*$", "", block[1], flags=re.MULTILINE).split()
        yield line_at(page.text, block.start()), names


def examples_are_shown(
    examples: Iterable[Source], pages: Iterable[Source]
) -> Iterator[Fault]:
    """Yield the examples that no page shows: a reader of the book would miss them.

    Parameters
    ----------
    examples : iterable of Source
        The scripts of the gallery.
    pages : iterable of Source
        The pages of the book.
    """
    shown = {
        name for page in pages for _, names in minigalleries_of(page) for name in names
    }
    for example in examples:
        if example.place not in shown:
            yield example.fault(
                "no page of the book shows it; name it in the minigallery of the "
                "chapter that explains its subject"
            )


def examples_are_counted(document: Source, places: Iterable[str]) -> Iterator[Fault]:
    """Yield a document that does not say how many examples and themes there are."""
    there = list(places)
    themes = len({place.rpartition("/")[0] for place in there})
    said = f"{len(there)} examples in {NUMERALS.get(themes, themes)} themes"
    if said not in " ".join(document.text.split()):
        counted = re.search(r"\d+ examples\s+in \w+ themes", document.text)
        line = line_at(document.text, counted.start()) if counted else 1
        yield document.fault(f"it does not say {said!r}; correct the count", line)


def requirements_are_pinned(requirements: Source, lock: Source) -> Iterator[Fault]:
    """Yield what a reader is told to install and the lock lacks, and the reverse."""
    stated = set()
    for number, line in enumerate(requirements.text.splitlines(), start=1):
        if not (found := re.match(r"[a-z-]+", line)):
            continue
        stated.add(found[0])
        if not re.search(rf"^{found[0]}==", lock.text, re.MULTILINE):
            yield requirements.fault(
                f"{found[0]} is not pinned in {lock.place}; add it to pyproject.toml "
                "and call make lock",
                number,
            )
    for name in sorted(LEAST_REQUIREMENTS - stated):
        yield requirements.fault(f"{name} is missing, which examples import; add it")
