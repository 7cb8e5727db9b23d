"""LaTeX is read as it is meant, or refused with its place and a remedy."""

import os
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bookbuild import places
from bookbuild.equations.errors import EquationError
from bookbuild.equations.notation import Notation, entry_of
from bookbuild.equations.parsing import parse, parse_expression, parse_relation
from bookbuild.equations.tree import (
    Absolute,
    Add,
    At,
    Call,
    Cases,
    Ceiling,
    Derivative,
    Divide,
    Elementary,
    Expectation,
    Extremum,
    Factorial,
    Floor,
    Hadamard,
    Index,
    Infinity,
    Integral,
    Iverson,
    Matrix,
    Multiply,
    Negative,
    Norm,
    Number,
    Power,
    Product,
    Relation,
    Root,
    Subtract,
    Sum,
    Symbol,
    Transpose,
    Variance,
)

NOTATION = Notation(
    [
        *(
            entry_of(letter)
            for letter in ("a", "b", "c", r"\eta_{\max}", r"\sigma_w^2")
        ),
        *(entry_of(index, kind="index") for index in ("l", "j", "h", "m", "j'")),
        *(entry_of(size, kind="size") for size in ("n", "N")),
        entry_of("x", shape="N, n"),
        entry_of("w", shape="n"),
        entry_of("W", shape="n, n"),
        entry_of("y_t", shape="N"),
        entry_of(r"\hat{z}", shape="N"),
        entry_of(r"\bar{\mu}"),
        entry_of("z^{(l)}", shape="N, n"),
        entry_of(r"\ell", kind="defined"),
        entry_of(r"\ell^{[m]}", kind="defined"),
        entry_of("z^{(q)}", alone=True, shape="N, n"),
        entry_of(r"\theta_{\tau}", sequence=True),
        entry_of(r"\theta_0"),
        entry_of(r"\tau", kind="index"),
        entry_of("g", kind="function"),
        entry_of(r"\mathrm{clip}", kind="function"),
        entry_of("R", kind="defined", of="a"),
        entry_of("F", kind="defined", of="a, b"),
    ]
)
a, b, c, j, m, n, w, x, W = map(Symbol, "abcjmnwxW")
one, two = Number("1"), Number("2")
w_j = Index(w, (j,))


def read(latex):
    return parse_expression(latex, NOTATION)


READ = {
    # Numbers and names.
    "0.25": Number("0.25"),
    "1{,}024": Number("1{,}024"),
    r"\infty": Infinity(),
    r"\pi": Symbol(r"\pi"),
    "y_t": Symbol("y_t"),
    "y_{t}": Symbol("y_t"),
    r"\eta_\max": Symbol(r"\eta_\max"),
    r"\eta_{\max}": Symbol(r"\eta_\max"),
    r"\sigma_w^2": Symbol(r"\sigma_w^2"),
    r"\hat{z}": Symbol(r"\hat{z}"),
    r"\hat z": Symbol(r"\hat{z}"),
    r"\bar{\mu}": Symbol(r"\bar{\mu}"),
    # Elements.
    "w_j": w_j,
    "w_1": Index(w, (one,)),
    "w_{j-1}": Index(w, (Subtract(j, one),)),
    "w_{2h}": Index(w, (Multiply(two, Symbol("h")),)),
    "x_j": Index(x, (j,)),
    "x_{jm}": Index(x, (j, m)),
    "x_{jj'}": Index(x, (j, Symbol("j'"))),
    "x_{12}": Index(x, (one, two)),
    "x_{j,m+1}": Index(x, (j, Add(m, one))),
    "x_{2h,m n}": Index(x, (Multiply(two, Symbol("h")), Multiply(m, n))),
    r"x_{\lfloor a \rfloor,j}": Index(x, (Floor(a), j)),
    r"x_{j \tau}": Index(x, (j, Symbol(r"\tau"))),
    "y_{t,j}": Index(Symbol("y_t"), (j,)),
    r"\hat{z}_j": Index(Symbol(r"\hat{z}"), (j,)),
    # Members of families, and what only looks like one.
    "z^{(l)}": Symbol("z^{*}", Symbol("l")),
    "z^{(l-1)}": Symbol("z^{*}", Subtract(Symbol("l"), one)),
    "z_{jm}^{(l)}": Index(Symbol("z^{*}", Symbol("l")), (j, m)),
    "z^{(l)}_{jm}": Index(Symbol("z^{*}", Symbol("l")), (j, m)),
    "z^{(2)}": Symbol("z^{*}", two),
    r"\ell": Symbol(r"\ell"),
    r"\ell^{[m]}": Symbol(r"\ell^{*}", m),
    "z_j^{(q)}": Index(Symbol("z^{(q)}"), (j,)),
    r"\theta_{\tau-1}": Symbol(r"\theta_{*}", Subtract(Symbol(r"\tau"), one)),
    r"\theta_0": Symbol(r"\theta_0"),
    # Sums, products, fractions, powers.
    "-a + b - c": Subtract(Add(Negative(a), b), c),
    "-a b": Negative(Multiply(a, b)),
    "-a^2": Negative(Power(a, two)),
    "x W": Multiply(x, W),
    r"x \cdot W": Multiply(x, W, r"\cdot"),
    r"a \times b": Multiply(a, b, r"\times"),
    r"x \odot x W": Hadamard(x, Multiply(x, W)),
    "a b / c": Divide(Multiply(a, b), c, "/"),
    r"\frac{a}{b} c": Multiply(Divide(a, b), c),
    r"\dfrac ab": Divide(a, b),
    "a (b + c)": Multiply(a, Add(b, c)),
    r"\left[ a + b \right] c": Multiply(Add(a, b), c),
    r"\left\{ a + b \right\} c": Multiply(Add(a, b), c),
    "a^{b^c}": Power(a, Power(b, c)),
    "w_j^2": Power(w_j, two),
    "{z^{(l)}}^2": Power(Symbol("z^{*}", Symbol("l")), two),
    "a^{1/2}": Power(a, Divide(one, two, "/")),
    r"\sqrt{a}": Root(a),
    r"\sqrt[3]{a}": Root(a, Number("3")),
    "n!": Factorial(n),
    "W^{-1}": Power(W, Negative(one)),
    r"W^{\top}": Transpose(W),
    r"W^\intercal": Transpose(W),
    "W^T": Transpose(W),
    r"x^\top x": Multiply(Transpose(x), x),
    # Functions.
    r"\exp(a)": Elementary("exp", a),
    r"\exp a": Elementary("exp", a),
    r"b \log a": Multiply(b, Elementary("log", a)),
    r"\log w_j^2": Elementary("log", Power(w_j, two)),
    r"\tanh^2(a)": Power(Elementary("tanh", a), two),
    r"\tanh'(a)": Elementary("tanh", a, 1),
    "e^{-a}": Elementary("exp", Negative(a)),
    r"\mathrm{e}^a": Elementary("exp", a),
    r"\operatorname{sign}(a)": Elementary("sign", a),
    r"\operatorname{diag}(w)": Elementary("diag", w),
    "g(a)": Call("g", (a,)),
    "g'(a)": Call("g", (a,), 1),
    "g''(a)": Call("g", (a,), 2),
    r"g\left( a + b \right)": Call("g", (Add(a, b),)),
    "a (b)": Multiply(a, b),
    "R(b)": At(Symbol("R"), ((a, b),)),
    "F(b, c)": At(Symbol("F"), ((a, b), (b, c))),
    r"\left. R \right|_{a = 2 a}": At(Symbol("R"), ((a, Multiply(two, a)),)),
    # Over an index.
    r"\sum_{j=1}^{n} w_j": Sum("j", one, n, w_j),
    r"\sum_{j=1}^n w_j + b": Add(Sum("j", one, n, w_j), b),
    r"\sum_{j=1}^n w_j b": Sum("j", one, n, Multiply(w_j, b)),
    r"a \sum_j w_j": Multiply(a, Sum("j", None, None, w_j)),
    r"\sum_{j,m} x_{jm}": Sum("j", None, None, Sum("m", None, None, Index(x, (j, m)))),
    r"\sum_{j \neq m} w_j": Sum("j", None, None, w_j, Relation((j, m), (r"\neq",))),
    r"\prod_{j=m+1}^{n} w_j": Product("j", Add(m, one), n, w_j),
    r"\max(a, b, c)": Extremum("max", (a, b, c)),
    r"\min\{a, b\}": Extremum("min", (a, b)),
    r"\max_j w_j": Extremum("max", (w_j,), "j"),
    r"\operatorname{argmax}_j w_j": Extremum("argmax", (w_j,), "j"),
    # Brackets that say more.
    r"\lfloor a \rfloor": Floor(a),
    r"\left\lceil \frac{a}{b} \right\rceil": Ceiling(Divide(a, b)),
    "|a|": Absolute(a),
    r"\left| a - b \right|": Absolute(Subtract(a, b)),
    r"|a| |b|": Multiply(Absolute(a), Absolute(b)),
    r"\| w \|": Norm(w),
    r"\| w \|^2": Power(Norm(w), two),
    r"\lVert w \rVert_1": Norm(w, one),
    "[j = m]": Iverson(Relation((j, m), ("=",))),
    "[a + b] c": Multiply(Add(a, b), c),
    # Calculus and chance.
    r"\frac{\partial \ell}{\partial W}": Derivative(Symbol(r"\ell"), W),
    r"\frac{\partial}{\partial a} R": Derivative(Symbol("R"), a),
    r"\frac{\mathrm{d} R}{\mathrm{d} a}": Derivative(Symbol("R"), a, "d"),
    r"\frac{d R}{d a}": Derivative(Symbol("R"), a, "d"),
    r"\nabla_W \ell": Derivative(Symbol(r"\ell"), W, r"\nabla"),
    r"\frac{\partial \ell}{\partial z^{(l)}_{jm}}": Derivative(
        Symbol(r"\ell"), Index(Symbol("z^{*}", Symbol("l")), (j, m))
    ),
    r"\int_{0}^{\infty} e^{-a} \, \mathrm{d} a": Integral(
        "a", Number("0"), Infinity(), Elementary("exp", Negative(a))
    ),
    r"\mathrm{E}[a^2]": Expectation(Power(a, two)),
    r"\mathrm{E}[a]^2": Power(Expectation(a), two),
    r"\mathrm{E} \, a": Expectation(a),
    r"\mathrm{E} a + b": Add(Expectation(a), b),
    r"\mathrm{Var}(a)": Variance(a),
    r"\langle a b \rangle": Expectation(Multiply(a, b), r"\langle"),
    # Environments, and what is only for the eye.
    r"\begin{pmatrix} a & b \\ 1 & 2 \end{pmatrix}": Matrix(((a, b), (one, two))),
    r"\begin{bmatrix} a \\ b \end{bmatrix}": Matrix(((a,), (b,))),
    r"\begin{cases} a & \text{if } a > 0 \\ 1, & \text{otherwise} \end{cases}": Cases(
        ((a, Relation((a, Number("0")), (">",))), (one, None))
    ),
    r"\begin{pmatrix} \lfloor a \rfloor & b \end{pmatrix}": Matrix(((Floor(a), b),)),
    r"\underbrace{a + b}_{\text{sum}} c": Multiply(Add(a, b), c),
    r"\boxed{a}": a,
    r"a \, b \quad c": Multiply(Multiply(a, b), c),
}


@pytest.mark.parametrize("latex", READ)
def test_an_expression_is_read(latex):
    assert read(latex) == READ[latex]


# What is wrong, the place at which it is noticed (its first character stands behind
# the mark @), and the remedy that the message names.
REFUSED = [
    # Two readings.
    ("a @/ b c", r"\frac, or brackets"),
    (r"c \exp a @b", "in brackets"),
    (r"\log a @/ b", "in brackets"),
    (r"\log a @\cdot b", "in brackets"),
    (r"\log w_j @b", "in brackets"),
    (r"@\sin^{-1} a", "inverse function"),
    (r"@\mathrm{E}(a)^2", r"write \mathrm{E}[a^2]"),
    (r"@\mathrm{Var}(a)^2", r"write \mathrm{Var}[a^2]"),
    (r"\mathrm{E} a @b", "in brackets"),
    ("a @2", r"write \cdot"),
    ("x_{h@1}", r"write \cdot"),
    ("x_{@1h}", "put a comma"),
    ("a^2@^3", "in brackets"),
    ("z^{(l)}@^2", "in brackets"),
    ("W^{@(2)}", "add it there"),
    ("(a + b)^{@(2)}", "add it there"),
    (r"a \cdot @-b", "in brackets"),
    (r"a @* b", r"\cdot or \odot"),
    # Names.
    ("a + @k", "add it there, with its kind and shape"),
    (r"a + @\kappa", "add it there, with its kind and shape"),
    (r"a + @\mathcal{L}", "add it there, with its kind and shape"),
    (r"@\hat{a}", "add it there, with its kind and shape"),
    (r"a @\pm b", "add it there, with its kind and shape"),
    (r"@\mathrm{foo}(a)", "add it there"),
    (r"a + @z", r"say which: z^{(l)}"),
    ("@z^2", r"say which: z^{(l)}"),
    ("@a'", "add that to the notation table"),
    ("@g a", "put its argument in brackets"),
    (r"\max @a", "stands in brackets"),
    ("@R(a, b)", "depends on 1"),
    # What is not complete.
    ("a +@", "complete it"),
    (r"\frac{a}@", "something must follow"),
    ("@a^{}", "complete it"),
    ("w_@{}", "write it"),
    ("x_@{j,}", "write it"),
    (r"@\sum w_j", r"\sum_{j=1}^{n}"),
    (r"@\sum_{j=1} w_j", "upper bound"),
    (r"@\max_{j \neq m} w_j", "one index"),
    (r"@\int a \mathrm{d} a", "a lower and an upper bound"),
    (r"@\int_0^1 a", r"\mathrm{d} t"),
    (r"@\partial a", r"\frac{\partial a}{\partial b}"),
    (r"@\frac{\partial^2 \ell}{\partial a^2}", "a derivative of a derivative"),
    (r"@\nabla \ell", r"\nabla_{W}"),
    ("(a@]", ") must stand where ] stands"),
    (r"@{a", "never closed"),
    (r"\frac@{a", "never closed"),
    ("a@)", "cannot stand here"),
    (r"@\begin{pmatrix} a", "never ended"),
    (r"@\begin{array} a \end{array}", "use pmatrix, cases"),
    (r"@\begin{cases} a \end{cases}", "value & condition"),
    (r"@\begin{cases} a & \text{when } b > 0 \end{cases}", "begins with if"),
    ("a @& b", "cannot stand here"),
    ("a @€ b", "write the command of LaTeX"),
    (r"\left. a \right|_{@b + 1}", "no sign such as ="),
]


@pytest.mark.parametrize(("marked", "remedy"), REFUSED)
def test_what_cannot_be_read_is_refused_with_its_place_and_a_remedy(marked, remedy):
    place = marked.index("@")
    latex = marked.replace("@", "", 1)
    with pytest.raises(EquationError) as caught:
        read(latex)
    assert remedy in str(caught.value)
    at_the_end = place == len(latex)
    assert caught.value.position == (len(latex.rstrip()) - 1 if at_the_end else place)


SAME = [
    (r"x W", r"x \, W"),
    (r"\frac{1}{N} x", r"\tfrac 1N x"),
    (r"\left( a \right)", "(a)"),
    (r"\lVert w \rVert", r"\left\| w \right\|"),
    ("z_{jm}^{(l)}", "z^{(l)}_{jm}"),
    (r"\exp(-a)", "e^{-a}"),
    ("a", "{a}"),
]


@pytest.mark.parametrize(("latex", "other"), SAME)
def test_two_ways_to_write_it_are_one_tree(latex, other):
    assert read(latex) == read(other)


DIFFERENT = [
    (r"W^{\top} x", r"x W^{\top}"),
    ("x W", r"x \odot W"),
    ("x_{jm}", "x_{mj}"),
    ("z^{(1)}", "z^{(2)}"),
    ("g(a)", "g'(a)"),
    ("a - b - c", "a - (b - c)"),
    (r"\mathrm{E}[a]^2", r"\mathrm{E}[a^2]"),
    (r"\sum_j w_j b", r"\left( \sum_j w_j \right) b"),
    (r"\frac{\partial \ell}{\partial a}", r"\frac{\partial a}{\partial \ell}"),
]


@pytest.mark.parametrize(("latex", "other"), DIFFERENT)
def test_what_general_readers_take_for_equal_differs(latex, other):
    assert read(latex) != read(other)


def test_a_chain_has_all_its_sides():
    relation = parse_relation(r"a = b \leq c \approx 2", NOTATION)
    assert relation == Relation((a, b, c, two), ("=", r"\leq", r"\approx"))


def test_a_stop_behind_a_display_is_none_of_it():
    assert parse("a = b,", NOTATION) == parse("a = b.", NOTATION)
    assert parse("a = b", NOTATION) == [Relation((a, b), ("=",))]


def test_a_box_around_all_of_a_display_or_of_a_line_is_only_drawn():
    plain = parse(r"\begin{aligned} a &= b \\ b &= c \end{aligned}", NOTATION)
    for boxed in (
        r"\boxed{\begin{aligned} a &= b \\ b &= c \end{aligned}}",
        r"\begin{aligned} & \boxed{a = b} \\ & \boxed{b = c}, \end{aligned}",
        r"\boxed{\boxed{\begin{aligned} a &= b \\ b &= c \end{aligned}}}.",
    ):
        assert parse(boxed, NOTATION) == plain
    assert parse(r"\boxed{a = b}", NOTATION) == parse("a = b", NOTATION)
    assert parse(r"\boxed{a} = b", NOTATION) == parse("a = b", NOTATION)
    with pytest.raises(EquationError):
        parse(r"\boxed{a = b", NOTATION)
    with pytest.raises(EquationError):
        parse(r"\boxed{a = b} = c", NOTATION)


def test_the_columns_of_a_matrix_stay_in_a_derivation():
    """Only the points of alignment are left out, not what parts a matrix."""
    matrix = r"\begin{pmatrix} a & b \\ c & a \end{pmatrix}"
    latex = rf"\begin{{aligned}} W &= {matrix} \\ &= {matrix} + 0 \end{{aligned}}"
    [relation] = parse(latex, NOTATION)
    assert relation.sides[1] == parse_expression(matrix, NOTATION)


@pytest.mark.parametrize("name", ["aligned", "split"])
def test_lines_are_relations_and_a_sign_goes_on_with_the_one_before(name):
    lines = r"a &= b \\ &= 2 b, \\ c &= a"
    relations = parse(rf"\begin{{{name}}} {lines} \end{{{name}}}", NOTATION)
    assert relations == [
        Relation((a, b, Multiply(two, b)), ("=", "=")),
        Relation((c, a), ("=",)),
    ]


@pytest.mark.parametrize(
    ("latex", "remedy"),
    [
        ("a + b", "write what it is equal to"),
        (r"\begin{aligned} &= a \end{aligned}", "give it a left side"),
        ("a = b c d", "add it there"),
        ("a == b", "cannot begin a factor"),
    ],
)
def test_a_display_that_states_nothing_is_refused(latex, remedy):
    with pytest.raises(EquationError, match=remedy):
        parse(latex, NOTATION)


def test_one_relation_is_asked_for():
    lines = r"\begin{aligned} a &= b \\ b &= c \end{aligned}"
    with pytest.raises(EquationError, match="states 2 relations; write one"):
        parse_relation(lines, NOTATION)


def test_a_position_counts_the_lines_of_a_display():
    latex = "\\begin{aligned}\na &= b \\\\\nc &= q\n\\end{aligned}"
    with pytest.raises(EquationError) as caught:
        parse(latex, NOTATION)
    assert latex[: caught.value.position].count("\n") == 2
    assert latex[caught.value.position] == "q"


def test_every_node_knows_where_it_stands():
    latex = r"a + \frac{b}{w_j}"
    total = read(latex)
    assert latex[total.position] == "+"
    assert latex[total.right.position :].startswith(r"\frac")
    assert latex[total.right.right.position :].startswith("w_j")


PIECES = [
    "a", "w", "x", "z", "g", "R", "j", "n", "T", "e", "d", "2", "0.5", "+", "-", "=",
    "<", "(", ")", "[", "]", "{", "}", "_", "^", "'", "!", ",", "/", "|", "&", " ",
    "^{(l)}", "_{j}", "_t", r"\frac", r"\sum", r"\sum_{j=1}^{n}", r"\max", r"\max_j",
    r"\exp", r"\log", r"\cdot", r"\odot", r"\left", r"\right", r"\lfloor", r"\rfloor",
    r"\|", r"\top", r"\partial", r"\mathrm{E}", r"\mathrm{d}", r"\int_0^1", r"\sqrt",
    r"\begin{pmatrix}", r"\end{pmatrix}", r"\begin{cases}", r"\end{cases}", r"\\",
    r"\underbrace", r"\text{if }", r"\hat{z}", r"\theta", r"\ell", r"\nabla_",
    r"\langle", r"\rangle", r"\left.", r"\right|", r"\in",
    r"\operatorname", r"\begin{aligned}",
]  # fmt: skip


def relations_or_error(latex):
    """Return what some LaTeX states, or why it cannot be read."""
    try:
        return parse(latex, NOTATION)
    except EquationError as error:
        return error


@pytest.mark.slow
@given(st.lists(st.sampled_from(PIECES), max_size=10).map("".join))
def test_any_latex_is_read_or_refused_at_a_place_in_it(latex):
    found = relations_or_error(latex)
    if isinstance(found, EquationError):
        assert str(found)
        assert found.position is None or 0 <= found.position <= len(latex)
    else:
        assert {type(relation) for relation in found} <= {Relation}


SCRIPT = """
from bookbuild.equations.notation import Notation, entry_of
from bookbuild.equations.parsing import parse
letters = ["k", "x_1", "x_t", "x_{12}", "\\\\sigma^2", "\\\\sigma_w^2"]
letters += ["\\\\hat{x}", "\\\\bar{x}"]
notation = Notation(
    [
        *(entry_of(letter, shape="k") for letter in letters),
        entry_of("x", shape="k, k"),
        entry_of("x^{(l)}", shape="k, k"),
        entry_of("\\\\theta_{\\\\tau}", sequence=True),
        *(entry_of(index, kind="index") for index in ("l", "j", "t", "\\\\tau")),
    ]
)
for latex in (
    "x_{t,j} = x_{tj} + x_{12} + x_{12,j}",
    "x^{(l)}_{tj} = \\\\hat{x}_t \\\\bar{x}_j",
    "\\\\sigma_w^2 = {\\\\sigma^2}^2 + \\\\theta_{\\\\tau} x_t x_1",
):
    print(parse(latex, notation))
"""


def parsed_with(seed):
    """Return what a fresh Python with some seed of hashes reads."""
    return subprocess.run(
        [sys.executable, "-c", SCRIPT],
        env={**os.environ, "PYTHONHASHSEED": str(seed)},
        cwd=places.ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout


@pytest.mark.slow
def test_the_order_of_sets_changes_no_reading():
    first, *rest = [parsed_with(seed) for seed in (0, 1, 2, 3, 4)]
    assert first.count("Relation") == 3
    assert rest == [first] * 4


@pytest.mark.parametrize(
    ("latex", "sign"),
    [("a^15", "1"), ("x_12", "1"), (r"\frac12", "1"), ("a^-1", "-"), ("a^-b", "-")],
)
def test_what_tex_would_take_apart_asks_for_braces(latex, sign):
    notation = Notation([entry_of("a"), entry_of("b"), entry_of("x", shape="20")])
    with pytest.raises(EquationError, match="put braces around") as caught:
        parse_expression(latex, notation)
    assert f"TeX takes {sign} alone" in str(caught.value)


def test_what_is_nested_beyond_reason_is_refused():
    notation = Notation([entry_of("a")])
    with pytest.raises(EquationError, match="nested too deeply"):
        parse(f"a = {'(' * 2000}a{')' * 2000}", notation)
