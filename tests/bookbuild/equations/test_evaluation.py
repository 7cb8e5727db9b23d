"""The value of an equation with numbers is what Python says, or there is none."""

import itertools
import math
import subprocess
import sys

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from bookbuild import places
from bookbuild.equations.errors import EquationError
from bookbuild.equations.evaluation import (
    Evaluator,
    Values,
    derivative_of,
    integral,
)
from bookbuild.equations.notation import Notation, entry_of
from bookbuild.equations.parsing import parse_expression, parse_relation

NUMBERS = {"a": 3.0, "b": 2.0, "c": -1.5, "n": 4}
NOTATION = Notation(
    [
        *(entry_of(letter) for letter in ("a", "b", "c", "u")),
        entry_of("n", kind="size"),
        *(entry_of(index, kind="index") for index in ("j", "m")),
        entry_of("g", kind="function"),
        entry_of("f", kind="function"),
        entry_of("R", kind="defined", of="a"),
    ]
)
FUNCTIONS = {"g": math.tanh, "f": lambda left, right: left - right}


def value_of(latex, numbers=NUMBERS):
    node = parse_expression(latex, NOTATION)
    return Evaluator(Values(numbers, FUNCTIONS)).evaluate(node)


VALUES = {
    "a - b - c": 3 - 2 + 1.5,
    "-a^2": -9.0,
    r"\left( -a \right)^2": 9.0,
    "2^{-1}": 0.5,
    "2^{b^2}": 16.0,
    "a b / 4": 1.5,
    r"a \odot b": 6.0,
    "1{,}024 a": 3072.0,
    r"\frac{a}{b} c": -2.25,
    r"\sqrt{a + 1}": 2.0,
    r"\sqrt[3]{27}": 3.0,
    "n!": 24,
    "e^{0}": 1.0,
    r"\pi": math.pi,
    r"\exp(b)": math.exp(2),
    r"\log a": math.log(3),
    r"\ln(e^a)": 3.0,
    r"\sin(a)^2 + \cos(a)^2": 1.0,
    r"\tan a": math.tan(3),
    r"\arctan(\tan(1))": 1.0,
    r"\coth a": 1 / math.tanh(3),
    r"\operatorname{erf}(b)": math.erf(2),
    r"\operatorname{sign}(c)": -1.0,
    r"\tanh'(b)": 1 - math.tanh(2) ** 2,
    "g(a)": math.tanh(3),
    "g'(a)": 1 - math.tanh(3) ** 2,
    "f(a, b)": 1.0,
    "|c|": 1.5,
    r"\| c \|": 1.5,
    r"\lfloor c \rfloor": -2,
    r"\lceil c \rceil": -1,
    r"\lfloor 100 \cdot 4.35 \rfloor": 435,
    r"\lceil 0.1 \cdot 30 \rceil": 3,
    r"\max(a, b, c)": 3.0,
    r"\min(a, b, c)": -1.5,
    "[a > b]": 1,
    "[a < b]": 0,
    r"[c \leq b \leq a]": 1,
    r"[a \leq 3]": 1,
    r"[a \geq 3]": 1,
    r"[a < 3]": 0,
    r"[a > 3]": 0,
    r"[b \leq a \leq c]": 0,
    r"[0.1 + 0.2 = 0.3]": 1,
    r"[0.1 + 0.2 \neq 0.3]": 0,
    r"\begin{cases} 1 & \text{if } a < b \\ 2 & \text{otherwise} \end{cases}": 2,
    r"\begin{cases} 1 & a \geq b \\ 2 & a < b \end{cases}": 1,
    r"\sum_{j=1}^{n} j": 10,
    r"\sum_{j=1}^{n} j a": 30.0,
    r"\sum_{j=1}^{n} j + a": 13.0,
    r"\sum_{j=0}^{n-1} \sum_{m=j}^{n} m": 10 + 10 + 9 + 7,
    r"\sum_{j=1}^{2} \left( j + \sum_{j=1}^{3} j \right)": 15,
    r"\sum_{j=2}^{1} j": 0,
    r"\prod_{j=1}^{n} j": 24,
    r"\prod_{j=2}^{1} j": 1,
    r"\frac{\partial}{\partial a} \left( a^2 b \right)": 12.0,
    r"\frac{\mathrm{d}}{\mathrm{d} b} e^{b}": math.exp(2),
    r"\left. \left( a + b \right) \right|_{a = 2 a, b = 0}": 6.0,
    r"\int_{0}^{\infty} e^{-u} \, \mathrm{d} u": 1.0,
    r"\int_{b}^{a} u^2 \, \mathrm{d} u": (27 - 8) / 3,
    r"\int_{0}^{1} \sqrt{u} \, \mathrm{d} u": 2 / 3,
    r"\int_{1}^{0} u \, \mathrm{d} u": -0.5,
    r"\mathrm{E}[a]": 3.0,
    r"\mathrm{Var}[a]": 0.0,
}


@pytest.mark.parametrize("latex", VALUES)
def test_the_value_of_an_expression(latex):
    assert value_of(latex) == pytest.approx(VALUES[latex], rel=1e-8, abs=1e-9)


# What has no value, where (behind the mark @), and what the message says.
REFUSED = [
    (r"a @/ (b - 2)", "division by zero"),
    (r"a + @\frac{1}{c + 1.5}", "division by zero"),
    (r"a + @\log(c)", "no value at -1.5"),
    (r"@\sqrt{c}", "no real number"),
    (r"@0^{c}", "zero to a negative power"),
    (r"@\exp(1000)", "beyond all bounds"),
    (r"\lfloor a \rfloor! + @(c)!", "whole number must stand here, not -1.5"),
    (r"a + @u", "u has no value; give it one"),
    (r"@\sum_{j} j", "write its bounds"),
    (r"@\sum_{j=1}^{200000} j", "too long"),
    (r"@\sum_{j=1}^{c} j", "whole number must stand here"),
    (r"@\max(a)", "compares several numbers"),
    (r"@\operatorname{diag}(a)", "needs an array"),
    (r"@a_j", "no elements"),
    (r"@[a \approx b]", "decides nothing"),
    (r"@[a \in b]", "decides nothing"),
    (r"@\begin{cases} 1 & a < b \end{cases}", "add one for the rest"),
]


@pytest.mark.parametrize(("marked", "message"), REFUSED)
def test_what_has_no_value_is_refused_at_its_place(marked, message):
    latex = marked.replace("@", "", 1)
    with pytest.raises(EquationError, match=message) as caught:
        value_of(latex)
    assert 0 <= caught.value.position < len(latex)


def test_a_condition_of_a_sum_picks_its_terms():
    class Counted(Values):
        def values_of(self, index, local):
            return range(1, 6)

    evaluator = Evaluator(Counted({"m": 2}))
    node = parse_expression(r"\sum_{j \neq m} j", NOTATION)
    assert evaluator.evaluate(node) == 1 + 3 + 4 + 5
    for latex, expected in [
        (r"\max_j (j - 3)^2", 4),
        (r"\operatorname{argmax}_j (j (5 - j))", 2),
        (r"\operatorname{argmin}_j (j - 3)^2", 3),
    ]:
        assert evaluator.evaluate(parse_expression(latex, NOTATION)) == expected


def test_a_mean_is_over_all_that_chance_may_give():
    class Die(Values):
        def outcomes(self, names):
            assert "a" in names
            return ((1 / 6, {("a", None): eyes}) for eyes in range(1, 7))

    def mean(latex):
        return Evaluator(Die({"b": 2})).evaluate(parse_expression(latex, NOTATION))

    assert mean(r"\mathrm{E}[a]") == pytest.approx(3.5)
    assert mean(r"\mathrm{E}[a^2] - \mathrm{E}[a]^2") == pytest.approx(35 / 12)
    assert mean(r"\mathrm{Var}[a]") == pytest.approx(35 / 12)
    assert mean(r"\mathrm{Var}[b a + 1]") == pytest.approx(4 * 35 / 12)
    assert mean(r"\langle a b \rangle") == pytest.approx(7)


def test_a_quantity_depends_on_what_the_table_says():
    world = Values({"a": 3.0, "b": 2.0})
    world.value = lambda name, member: {"R": 7.0, "b": 2.0}[name]
    node = parse_expression("R(b)", NOTATION)
    pins = []
    world.pinned = lambda found: pins.append(dict(found)) or world
    assert Evaluator(world).evaluate(node) == 7.0
    assert pins == [{("a", None): 2.0}]


def test_a_relation_holds_to_nine_digits():
    evaluator = Evaluator(Values(NUMBERS))
    for latex, holds in [
        ("a = 3.0000000001", True),
        ("a = 3.00001", False),
        (r"c < b < a \neq b", True),
        ("c < b < a < b", False),
    ]:
        assert evaluator.holds(parse_relation(latex, NOTATION), {}) is holds


# -- random expressions against Python ------------------------------------------------

# Each is drawn twice: as LaTeX, and as a function of the values of its letters.


def a_number(number):
    return f"{number}", lambda letters: float(number)


def a_letter(name):
    return name, lambda letters: letters[name]


def leaves(bound):
    """Draw a number, a letter, or an index that a sum around it binds."""
    return st.one_of(
        st.integers(min_value=0, max_value=9).map(a_number),
        st.sampled_from(["a", "b", "c", *bound]).map(a_letter),
    )


ONE_PART = {
    r"\left( %s \right)": lambda x: x,
    r"\left| %s \right|": abs,
    r"\sin(%s)": math.sin,
    r"\tanh\left( %s \right)": math.tanh,
    r"\sqrt{%s}": math.sqrt,
    r"\begin{cases} %s & a < b \\ 1 & \text{otherwise} \end{cases}": None,
}
TWO_PARTS = {
    r"\frac{%s}{%s}": lambda x, y: x / y,
    r"\max(%s, %s)": max,
    r"\left[ %s < %s \right]": lambda x, y: int(x < y),
}


@st.composite
def atoms(draw, depth, bound):
    """Draw what needs no brackets."""
    kinds = ["leaf", "leaf", "leaf", "one", "two", "sum"]
    kind = draw(st.sampled_from(kinds)) if depth else "leaf"
    if kind == "leaf":
        return draw(leaves(bound))
    if kind == "one":
        written = draw(st.sampled_from(list(ONE_PART)))
        latex, part = draw(totals(depth - 1, bound))
        function = ONE_PART[written]
        if function is None:
            return (
                written % latex,
                lambda letters: part(letters) if letters["a"] < letters["b"] else 1,
            )
        return written % latex, lambda letters: function(part(letters))
    if kind == "two":
        written = draw(st.sampled_from(list(TWO_PARTS)))
        latex, part = draw(totals(depth - 1, bound))
        other_latex, other = draw(totals(depth - 1, bound))
        function = TWO_PARTS[written]
        return written % (latex, other_latex), lambda letters: function(
            part(letters), other(letters)
        )
    index = "jm"[len(bound) % 2]
    latex, part = draw(totals(depth - 1, (*bound, index)))
    written = rf"\left( \sum_{{{index}=1}}^{{3}} \left( {latex} \right) \right)"
    return written, lambda letters: sum(
        part({**letters, index: place}) for place in (1, 2, 3)
    )


@st.composite
def powers(draw, depth, bound):
    """Draw an atom, or one to a power."""
    latex, base = draw(atoms(depth, bound))
    exponent = draw(st.sampled_from([None, None, None, -2, -1, 2, 3]))
    if exponent is None:
        return latex, base
    return f"{latex}^{{{exponent}}}", lambda letters: base(letters) ** exponent


@st.composite
def products(draw, depth, bound):
    """Draw factors side by side, with a sign where a number follows."""
    factors = draw(st.lists(powers(depth, bound), min_size=1, max_size=2))
    latex = factors[0][0]
    for factor, _ in factors[1:]:
        signs = [r"\cdot"] if factor[0].isdigit() else ["", r"\cdot", r"\times"]
        latex += f" {draw(st.sampled_from(signs))} {factor}"
    return latex, lambda letters: math.prod(factor(letters) for _, factor in factors)


@st.composite
def totals(draw, depth, bound):
    """Draw terms with signs before them; the first has a minus or nothing."""
    terms = draw(st.lists(products(depth, bound), min_size=1, max_size=2))
    signs = [draw(st.sampled_from([1, -1])) for _ in terms]
    latex = terms[0][0] if signs[0] == 1 else f"-{terms[0][0]}"
    for sign, (term, _) in zip(signs[1:], terms[1:], strict=True):
        latex += f" {'+' if sign == 1 else '-'} {term}"
    return latex, lambda letters: sum(
        sign * term(letters) for sign, (_, term) in zip(signs, terms, strict=True)
    )


places_of_letters = st.integers(min_value=-2000, max_value=2000).map(
    lambda thousandths: thousandths / 1000
)


@pytest.mark.slow
@given(totals(depth=2, bound=()), st.tuples(*[places_of_letters] * 3))
def test_a_random_expression_has_the_value_that_python_gives(pair, values):
    latex, function = pair
    numbers = dict(zip("abc", values, strict=True))
    try:
        expected = function(numbers)
    except (ArithmeticError, ValueError):
        with pytest.raises(EquationError):
            value_of(latex, numbers)
        return
    assume(abs(expected) < 1e9)
    assert value_of(latex, numbers) == pytest.approx(expected, rel=1e-9, abs=1e-9)


@pytest.mark.slow
@given(
    st.lists(st.integers(min_value=-3, max_value=3), min_size=1, max_size=4),
    st.floats(min_value=-2, max_value=2),
)
def test_the_derivative_of_a_polynomial(coefficients, place):
    terms = [f"({k}) a^{{{power}}}" for power, k in enumerate(coefficients)]
    latex = rf"\frac{{\partial}}{{\partial a}} \left( {' + '.join(terms)} \right)"
    slopes = [
        power * k * place ** (power - 1)
        for power, k in enumerate(coefficients)
        if power
    ]
    assert value_of(latex, {"a": place}) == pytest.approx(sum(slopes), abs=1e-6)


@pytest.mark.parametrize("place", [-1.5, 0.0, 0.3, 2.0])
def test_primes_are_slopes(place):
    first, second = derivative_of(math.sin, 1), derivative_of(math.sin, 2)
    assert first(place) == pytest.approx(math.cos(place), abs=1e-9)
    assert second(place) == pytest.approx(-math.sin(place), abs=1e-4)
    assert derivative_of(math.sin, 0) is math.sin


@pytest.mark.parametrize(
    ("function", "lower", "upper", "expected"),
    [
        (math.exp, 0, 1, math.e - 1),
        (lambda t: t**-0.25, 0, 1, 4 / 3),
        (lambda t: math.exp(-t * t), 0, math.inf, math.sqrt(math.pi) / 2),
        (lambda t: t**4, -1, 2, 33 / 5),
        (math.cos, 1, 0, -math.sin(1)),
        (math.cos, 1, 1, 0),
        (lambda t: math.exp(-t * t), -math.inf, math.inf, math.sqrt(math.pi)),
        (math.exp, -math.inf, 1, math.e),
        (lambda t: math.exp(-t), math.inf, 0, -1),
    ],
)
def test_an_integral(function, lower, upper, expected):
    assert integral(function, lower, upper) == pytest.approx(expected, rel=1e-9)


def test_numbers_are_read_and_evaluated_with_the_standard_library_alone():
    script = (
        "import sys\n"
        "from bookbuild.equations import evaluation, parsing, printing\n"
        "print(*sorted({name.partition('.')[0] for name in sys.modules}))"
    )
    shown = subprocess.run(
        [sys.executable, "-S", "-c", script],
        cwd=places.ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    others = set(shown) - set(sys.stdlib_module_names) - {"bookbuild", "__main__"}
    assert {name for name in others if not name.startswith("_")} == set()


def test_an_index_of_a_sum_hides_a_letter_of_its_name():
    pairs = itertools.product((1, 2, 3), repeat=2)
    latex = r"\sum_{j=1}^{3} \sum_{m=1}^{3} j^m"
    assert value_of(latex, {"j": 100.0}) == sum(j**m for j, m in pairs)
