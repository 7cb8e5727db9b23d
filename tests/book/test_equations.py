"""The book's equations hold, from the LaTeX that readers read, and slips are found.

Each page is computed here anew: what a build has kept is not asked.
"""

import functools
import itertools
import shutil
import subprocess
import sys
from collections import Counter

import numpy as np
import pytest

from bookbuild import __main__ as command
from bookbuild import places
from bookbuild.checks import macros, reading
from bookbuild.checks.sources import read
from bookbuild.equations import tables, tree
from bookbuild.equations.arrays import plain
from bookbuild.equations.checking import check_chapter
from bookbuild.equations.comparing import places_of
from bookbuild.equations.definitions import definition_of
from bookbuild.equations.errors import EquationError
from bookbuild.equations.parsing import parse
from byhand.gradients import numerical_jacobian
from tests.amounts import in_turn

pytestmark = pytest.mark.slow

PAGES = [page.name for page in tables.pages_with_displays(places.ROOT)]
NAMED = tree.Symbol | tree.Index
DEEPEST = (
    "backpropagation",
    "convolution",
    pytest.param("batch-normalisation", marks=pytest.mark.weekly),
)


@functools.cache
def results(name):
    """Return what is known of the equations of a page, mutants included."""
    page = read(places.ROOT, f"book/{name}.md")
    return list(check_chapter(tables.chapter(places.ROOT, page)))


def test_the_chapters_with_equations_have_tables():
    assert len(PAGES) >= 14
    for name in PAGES:
        assert (places.ROOT / tables.place_of(f"book/{name}")).exists(), name


# A build checks the equations of all pages; the slips of the others are made each week.
EVERY_TIME = {"backpropagation", "convolution"}


@pytest.mark.parametrize(
    "name",
    [
        name if name in EVERY_TIME else pytest.param(name, marks=pytest.mark.weekly)
        for name in PAGES
    ],
)
def test_every_equation_of_a_page_holds_and_a_slip_would_show(name):
    page = read(places.ROOT, f"book/{name}.md")
    labels = [display.label for display in reading.equations_of(page)]
    assert [one.label for one in results(name)] == labels
    for one in results(name):
        assert one.fault == ""
        assert one.role != "unread", one.label
        for kind, latex, reason in one.alive:
            assert reason, f"{one.label}, {kind}: {latex}"
        assert sum(one.killed.values()) + len(one.alive) == sum(one.made.values())
        if one.role != "definition":
            assert one.cases >= 1
            assert one.made, one.label


@pytest.mark.parametrize("name", PAGES)
def test_no_table_takes_for_granted_what_a_display_says(name):
    """What is checked gets its left side from somewhere else than its right side."""
    page = read(places.ROOT, f"book/{name}.md")
    chapter = tables.chapter(places.ROOT, page)
    for setting, stated in chapter.settings:
        given = {(one.name, one.indices, one.value) for one in setting.definitions}
        for one in stated:
            if one.role == "definition":
                continue
            for relation in parse(chapter.displays[one.label].latex, setting.notation):
                left = relation.sides[0]
                array = left.array if isinstance(left, tree.Index) else left
                if isinstance(array, tree.At):
                    continue  # a value elsewhere is no name that could be defined
                if relation.signs[0] == "=" and isinstance(left, NAMED):
                    says = definition_of(relation, setting.notation)
                    assert (says.name, says.indices, says.value) not in given, one.label


@pytest.mark.parametrize("name", DEEPEST)
def test_of_each_kind_of_slip_98_in_100_are_found(name):
    """Those in definitions are counted, too: what rests on them must show them."""
    made, killed = Counter(), Counter()
    for one in results(name):
        explained = Counter(kind for kind, _, reason in one.alive if reason)
        made += Counter(one.made) - explained
        killed += Counter(one.killed)
    assert len(made) >= 9
    for kind, count in made.items():
        assert killed[kind] >= 0.98 * count, kind


def derivatives(chapter):
    """Yield the derivatives in a page's equations: world, of what, by what."""
    for setting, stated in chapter.settings:
        world = setting.world(0)
        seen = set()
        for one in stated:
            if one.role == "definition":
                continue
            for relation in parse(chapter.displays[one.label].latex, setting.notation):
                for local in itertools.islice(places_of(relation, world, one), 1):
                    for node in tree.walk(relation):
                        pair = keys_of(node, world, local)
                        if pair is not None and pair not in seen:
                            seen.add(pair)
                            yield world, *pair


def keys_of(node, world, local):
    """Return the symbols of a derivative of one symbol by another, or None."""
    if not isinstance(node, tree.Derivative):
        return None
    symbols = [
        part.array if isinstance(part, tree.Index) else part
        for part in (node.of, node.by)
    ]
    if not all(isinstance(symbol, tree.Symbol) for symbol in symbols):
        return None
    try:
        return tuple(world.evaluator().key(symbol, local) for symbol in symbols)
    except EquationError:
        return None  # a member that a sum or a product picks


@pytest.mark.parametrize("name", ["backpropagation", "convolution", "losses"])
def test_derivatives_are_those_of_byhand_gradients(name):
    """Difference quotients are held to an extrapolation that knows its error."""
    page = read(places.ROOT, f"book/{name}.md")
    found = list(derivatives(tables.chapter(places.ROOT, page)))
    assert len(found) >= 5
    for world, of, by in found:
        place = np.asarray(world.value(*by), dtype=float)

        def moved(value, world=world, of=of, by=by):
            return np.asarray(world.pinned({by: plain(value)}).value(*of))

        expected = numerical_jacobian(moved, place)
        np.testing.assert_allclose(
            world.jacobian(of, by), expected, rtol=1e-6, atol=1e-8
        )


# -- faults planted by hand ----------------------------------------------------------

# What is planted, the page, the display, what it says, what it is made to say.
PLANTED = [
    (
        "a lost transpose",
        "backpropagation",
        "eq-backward",
        r"{W^{(l+1)}}\T",
        "W^{(l+1)}",
    ),
    (
        "another lost transpose",
        "backpropagation",
        "eq-backward",
        r"{a^{(l-1)}}\T",
        "a^{(l-1)}",
    ),
    (
        "a lost prime",
        "backpropagation",
        "eq-chain-product",
        "g'(z^{(1)})",
        "g(z^{(1)})",
    ),
    ("another lost prime", "architectures", "eq-residual-slope", "F'(x)", "F(x)"),
    ("a lost sum", "convolution", "eq-conv-plane", r"\sum_{\nu=0}^{k-1} ", ""),
    (
        "another lost sum",
        "regularisation",
        "eq-dropout-linear-ensemble",
        r"\sum_{D} ",
        "",
    ),
    (
        "exchanged indices",
        "backpropagation",
        "eq-backward-activation",
        "W^{(l+1)}_{jm}",
        "W^{(l+1)}_{mj}",
    ),
    ("exchanged indices of shares", "outlook", "eq-attention", "_{rj}", "_{jr}"),
    (
        "a superscript for a subscript",
        "optimisers",
        "eq-adam-unrolled",
        "G_{u}",
        "G^{u}",
    ),
    (
        "a subscript for a superscript",
        "backpropagation",
        "eq-recursion-weight",
        "a^{(l-1)}",
        "a_{l-1}",
    ),
    ("a sign", "losses", "eq-bce-slope", "y - y_t", "y_t - y"),
    ("a sign under a floor", "convolution", "eq-length-padded", "p - e", "p + e"),
    (
        "a lost minus",
        "batch-normalisation",
        "eq-bn-dvariance",
        r"-\frac{1}{2}",
        r"\frac{1}{2}",
    ),
    ("a lost 1/N", "losses", "eq-mse", r"\frac{1}{N} ", ""),
    (
        "a lost 1/N among others",
        "batch-normalisation",
        "eq-bn-dz-compact",
        r"\frac{1}{N} \sum",
        r"\sum",
    ),
    (
        "numerator and denominator exchanged",
        "regularisation",
        "eq-dropout-variance",
        r"\frac{q}{1 - q}",
        r"\frac{1 - q}{q}",
    ),
    (
        "an output divided by another way round",
        "optimisers",
        "eq-descent-limit",
        r"\frac{2}{H}",
        r"\frac{H}{2}",
    ),
    ("a wrong shape", "neuron", "eq-layer", "x W", "W x"),
    (
        "a wrong shape of a square",
        "preparation",
        "eq-hessian-linear",
        r"x\T x",
        r"x x\T",
    ),
    ("a symbol never defined", "activations", "eq-collapse", "b^{(2)}", r"\beta^{(2)}"),
    ("another symbol never defined", "data", "eq-data-shear", r"\varsigma", "s"),
    ("a lost one", "neuron", "eq-parameters", "n^{(l-1)} + 1", "n^{(l-1)}"),
    ("a ceiling for a floor", "training", "eq-updates", "ceil", "floor"),
    ("a lost root", "monitoring", "eq-paired", r"\sqrt", ""),
    ("a lost square", "convnets", "eq-pool-mean", "{k^2}", "{k}"),
    ("a wrong number", "activations", "eq-tanh-sigmoid", "(2 z) - 1", "(3 z) - 1"),
    ("a wrong result", "why-now", "eq-asci-white", "12288", "12228"),
]
# A definition is true by itself: what rests on it shows that it was changed.
REDEFINED = [
    (
        "a sign in a root",
        "batch-normalisation",
        ("eq-bn-normalise", "eq-bn-variance-left"),
        r"+ \epsilon",
        r"- \epsilon",
    ),
    (
        "what is kept for what is dropped",
        "regularisation",
        ("eq-dropout-forward", "eq-dropout-mean"),
        "1 - q",
        "q",
    ),
    (
        "a sign of a step",
        "optimisers",
        ("eq-momentum-step", "eq-momentum-sum"),
        r"- \eta",
        r"+ \eta",
    ),
    (
        "an order of indices",
        "neuron",
        ("eq-layer-elements", "eq-layer"),
        "x_{rj} W_{jm}",
        "x_{rj} W_{mj}",
    ),
]


@pytest.fixture(scope="module")
def copy(tmp_path_factory):
    """Return the folder of a copy of what the equations are made of."""
    root = tmp_path_factory.mktemp("book")
    (root / "book").mkdir()
    shutil.copy(places.ROOT / "_toc.yml", root)
    shutil.copy(places.ROOT / tables.NOTATION, root / "book")
    shutil.copy(places.ROOT / macros.PLACE, root / "book")
    shutil.copytree(places.ROOT / tables.FOLDER, root / tables.FOLDER)
    for path in (places.ROOT / "book").glob("*.md"):
        shutil.copy(path, root / "book")
    return root


@pytest.fixture
def plant(copy):
    """Return a function that changes one display; the page is put back afterwards."""
    changed = {}

    def planted(name, label, old, new):
        path = copy / "book" / f"{name}.md"
        text = path.read_text()
        changed[path] = text
        (display,) = [
            one
            for one in reading.equations_of(read(copy, f"book/{name}.md"))
            if one.label == label
        ]
        assert old in display.latex
        lines = text.splitlines(keepends=True)
        first, last = display.first_line - 1, display.line - 1
        lines[first:last] = "".join(lines[first:last]).replace(old, new)
        path.write_text("".join(lines))

    yield planted
    for path, text in changed.items():
        path.write_text(text)


def lines_of(root, name, label):
    """Return the lines of a display: a derivation is told by the step that fails."""
    page = read(root, f"book/{name}.md")
    (display,) = [one for one in reading.equations_of(page) if one.label == label]
    return range(display.first_line, display.line)


def is_of(fault, root, name, label):
    """Return whether a fault names a line of a display, and its label."""
    place, line, named, _ = fault.split(":", 3)
    assert place == f"book/{name}.md"
    return named == f" {label}" and int(line) in lines_of(root, name, label)


def told(capsys, root, name):
    """Return the exit status of the command for a page, and the faults it names."""
    status = command.main(
        ["equations", "check", f"book/{name}.md", "--root", str(root)]
    )
    err = capsys.readouterr().err
    return status, [line for line in err.splitlines() if line.startswith("book/")]


def test_enough_is_planted_and_in_enough_chapters():
    assert len(PLANTED) + len(REDEFINED) >= 20
    assert len({name for _, name, *_ in PLANTED}) >= 8
    assert len({what for what, *_ in PLANTED}) == len(PLANTED)


@pytest.mark.parametrize("name", ["neuron", "regularisation", "backpropagation"])
def test_nothing_is_told_of_the_book_as_it_is(copy, capsys, name):
    assert told(capsys, copy, name) == (0, [])


@pytest.mark.parametrize(
    ("name", "label", "old", "new"),
    in_turn(
        [row for _, *row in PLANTED],
        [what.replace(" ", "-") for what, *_ in PLANTED],
        every=3,
    ),
)
def test_a_planted_fault_is_told_with_its_line(
    copy, plant, capsys, name, label, old, new
):
    plant(name, label, old, new)
    status, faults = told(capsys, copy, name)
    assert status == 1
    (fault,) = faults
    assert is_of(fault, copy, name, label)


@pytest.mark.parametrize(
    ("name", "labels", "old", "new"),
    [pytest.param(*row, id=what.replace(" ", "-")) for what, *row in REDEFINED],
)
def test_a_changed_definition_is_told_by_what_rests_on_it(
    copy, plant, capsys, name, labels, old, new
):
    changed, shown = labels
    plant(name, changed, old, new)
    status, faults = told(capsys, copy, name)
    assert status == 1
    assert any(is_of(fault, copy, name, shown) for fault in faults)


def test_the_command_of_the_terminal_tells_it_too(copy, plant):
    plant("training", "eq-updates", r"\frac{N}{B}", r"\frac{B}{N}")
    page = "book/training.md"
    arguments = ["equations", "check", page, "--root", str(copy)]
    done = subprocess.run(
        [sys.executable, "-m", "bookbuild", *arguments],
        cwd=places.ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    line = lines_of(copy, "training", "eq-updates").start
    assert f"{page}:{line}: eq-updates: it does not hold: " in done.stderr
    assert "Traceback" not in done.stderr
