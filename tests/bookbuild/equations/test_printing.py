"""A tree that is written as LaTeX and read again is the same tree."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bookbuild.equations import tree
from bookbuild.equations.notation import Notation, entry_of
from bookbuild.equations.parsing import parse, parse_expression
from bookbuild.equations.printing import latex_of

NUMBERS = ["0", "1", "2", "12", "0.5", "1{,}000"]
LETTERS = ["a", "b", "y_t", r"\hat{z}", r"\sigma_w^2", r"\eta_\max"]
INDICES = ["j", "m", r"\kappa"]
FAMILIES = ["W^{*}", "n^{*}", r"\ell^{*}", r"\theta_{*}"]
NOTATION = Notation(
    [
        *(entry_of(letter) for letter in LETTERS),
        *(entry_of(index, kind="index") for index in INDICES),
        entry_of("x", shape="a, a"),
        entry_of("v", shape="a"),
        entry_of("W^{(l)}", shape="a, a"),
        entry_of("n^{(l)}", kind="size"),
        entry_of(r"\ell^{[m]}"),
        entry_of(r"\theta_{\tau}", sequence=True),
        entry_of("g", kind="function"),
        entry_of("relu", kind="function"),
    ]
)

names = st.sampled_from(LETTERS).map(tree.Symbol)
numbers = st.sampled_from(NUMBERS).map(tree.Number)
indices = st.sampled_from(INDICES)
index_symbols = indices.map(tree.Symbol)
places = st.one_of(
    index_symbols,
    st.builds(tree.Subtract, index_symbols, st.just(tree.Number("1"))),
)
members = st.builds(tree.Symbol, st.sampled_from(FAMILIES), places)
elements = st.one_of(
    st.builds(tree.Index, st.just(tree.Symbol("v")), st.tuples(places)),
    st.builds(tree.Index, st.just(tree.Symbol("x")), st.tuples(places, places)),
    st.builds(
        tree.Index,
        st.builds(tree.Symbol, st.just("W^{*}"), places),
        st.tuples(index_symbols, index_symbols),
    ),
)
leaves = st.one_of(names, numbers, members, elements, st.just(tree.Infinity()))
symbols = st.one_of(names, members, elements)
comparisons = st.sampled_from(["=", "<", ">", r"\leq", r"\geq", r"\neq"])


def multiply(left, right, sign):
    """Return a product as it can be read: a number has a sign before it."""
    if not sign and latex_of(right, NOTATION)[:1].isdigit():
        sign = r"\cdot"
    return tree.Multiply(left, right, sign)


def relations(sides):
    """Draw a relation of two or three sides."""
    return st.one_of(
        st.builds(tree.Relation, st.tuples(sides, sides), st.tuples(comparisons)),
        st.builds(
            tree.Relation,
            st.tuples(sides, sides, sides),
            st.tuples(comparisons, comparisons),
        ),
    )


def over_an_index(kind, body):
    """Draw a sum or a product: with bounds, without, or with a condition."""
    unequal = index_symbols.map(
        lambda other: tree.Relation((tree.Symbol("j"), other), (r"\neq",))
    )
    return st.one_of(
        st.builds(kind, indices, leaves, leaves, body),
        st.builds(kind, indices, st.none(), st.none(), body),
        st.builds(kind, st.just("j"), st.none(), st.none(), body, unequal),
    )


def larger(node):
    """Draw a tree of every kind whose parts are drawn from a strategy."""
    arguments = st.lists(node, min_size=1, max_size=2).map(tuple)
    functions = st.sampled_from(["exp", "tanh", "diag"])
    primes = st.integers(min_value=0, max_value=2)
    cells = st.lists(node, min_size=2, max_size=2).map(tuple)
    rows = st.lists(cells, min_size=1, max_size=2).map(tuple)
    branches = st.tuples(st.tuples(node, relations(node)), st.tuples(node, st.none()))
    values = st.tuples(st.tuples(names, node))
    return st.one_of(
        st.builds(tree.Negative, node),
        st.builds(tree.Add, node, node),
        st.builds(tree.Subtract, node, node),
        st.builds(multiply, node, node, st.sampled_from(["", r"\cdot", r"\times"])),
        st.builds(tree.Hadamard, node, node),
        st.builds(tree.Divide, node, node, st.sampled_from(["", "/"])),
        st.builds(tree.Power, node, node),
        st.builds(tree.Root, node, st.one_of(st.none(), node)),
        st.builds(tree.Transpose, node),
        st.builds(tree.Factorial, node),
        st.builds(tree.Absolute, node),
        st.builds(tree.Norm, node, st.one_of(st.none(), node)),
        st.builds(tree.Floor, node),
        st.builds(tree.Ceiling, node),
        st.builds(tree.Elementary, functions, node, primes),
        st.builds(tree.Call, st.sampled_from(["g", "relu"]), arguments, primes),
        st.builds(tree.Call, st.just("g"), st.just(()), st.just(1)),
        st.builds(tree.At, node, values),
        st.builds(tree.Extremum, st.sampled_from(["max", "argmin"]), arguments),
        st.builds(
            tree.Extremum, st.sampled_from(["min", "argmax"]), st.tuples(node), indices
        ),
        st.builds(tree.Derivative, node, symbols, st.sampled_from([r"\partial", "d"])),
        st.builds(tree.Derivative, node, symbols, st.just(r"\nabla")),
        st.builds(tree.Expectation, node, st.sampled_from([r"\mathrm{E}", r"\langle"])),
        st.builds(tree.Variance, node),
        st.builds(tree.Integral, st.just("a"), leaves, leaves, node),
        st.builds(tree.Matrix, rows),
        st.builds(tree.Cases, branches),
        st.builds(tree.Iverson, relations(node)),
        over_an_index(tree.Sum, node),
        over_an_index(tree.Product, node),
    )


def has_nested_integrals(node):
    """Return whether an integral stands in another one, which no equation needs."""
    return any(
        isinstance(below, tree.Integral)
        for outer in tree.walk(node)
        if isinstance(outer, tree.Integral)
        for below in tree.walk(outer.body)
    )


expressions = st.recursive(leaves, larger, max_leaves=8).filter(
    lambda node: not has_nested_integrals(node)
)


@pytest.mark.slow
@given(expressions)
def test_an_expression_comes_back(node):
    assert parse_expression(latex_of(node, NOTATION), NOTATION) == node


@pytest.mark.slow
@given(relations(expressions))
def test_a_relation_comes_back(relation):
    assert parse(latex_of(relation, NOTATION), NOTATION) == [relation]


a, b = tree.Symbol("a"), tree.Symbol("b")
above = tree.Relation((a, b), ("<",))

# Each puts a tree into one place of a node.
AROUND = {
    "negative": tree.Negative,
    "left of +": lambda part: tree.Add(part, b),
    "right of +": lambda part: tree.Add(a, part),
    "left of -": lambda part: tree.Subtract(part, b),
    "right of -": lambda part: tree.Subtract(a, part),
    "left of a product": lambda part: multiply(part, b, ""),
    "right of a product": lambda part: multiply(a, part, ""),
    "left of a dot": lambda part: tree.Multiply(part, b, r"\cdot"),
    "right of a dot": lambda part: tree.Multiply(a, part, r"\cdot"),
    "left of odot": lambda part: tree.Hadamard(part, b),
    "right of odot": lambda part: tree.Hadamard(a, part),
    "left of a slash": lambda part: tree.Divide(part, b, "/"),
    "right of a slash": lambda part: tree.Divide(a, part, "/"),
    "numerator": lambda part: tree.Divide(part, b),
    "denominator": lambda part: tree.Divide(a, part),
    "base": lambda part: tree.Power(part, b),
    "exponent": lambda part: tree.Power(a, part),
    "root": tree.Root,
    "degree": lambda part: tree.Root(a, part),
    "transposed": tree.Transpose,
    "factorial": tree.Factorial,
    "absolute": tree.Absolute,
    "norm": tree.Norm,
    "power of a norm": lambda part: tree.Norm(a, part),
    "floor": tree.Floor,
    "ceiling": tree.Ceiling,
    "exp": lambda part: tree.Elementary("exp", part),
    "slope of tanh": lambda part: tree.Elementary("tanh", part, 1),
    "argument": lambda part: tree.Call("g", (part, b)),
    "slope of a function": lambda part: tree.Call("relu", (part,), 2),
    "body": lambda part: tree.At(part, ((a, b),)),
    "value": lambda part: tree.At(a, ((b, part),)),
    "largest": lambda part: tree.Extremum("max", (a, part)),
    "largest over an index": lambda part: tree.Extremum("max", (part,), "j"),
    "differentiated": lambda part: tree.Derivative(part, a),
    "differentiated by d": lambda part: tree.Derivative(part, a, "d"),
    "differentiated by nabla": lambda part: tree.Derivative(part, a, r"\nabla"),
    "mean": tree.Expectation,
    "mean in angles": lambda part: tree.Expectation(part, r"\langle"),
    "variance": tree.Variance,
    "bound of an integral": lambda part: tree.Integral("a", part, b, a),
    "cell": lambda part: tree.Matrix(((a, part), (b, a))),
    "case": lambda part: tree.Cases(((part, above), (b, None))),
    "condition": lambda part: tree.Cases(
        ((a, tree.Relation((part, b), ("=",))), (b, None))
    ),
    "statement": lambda part: tree.Iverson(tree.Relation((a, part), (r"\neq",))),
    "term": lambda part: tree.Sum("j", a, b, part),
    "lower bound": lambda part: tree.Sum("j", part, b, a),
    "upper bound": lambda part: tree.Product("j", a, part, b),
    "term under a condition": lambda part: tree.Product(
        "j", None, None, part, tree.Relation((tree.Symbol("j"), a), (r"\leq",))
    ),
    "index": lambda part: tree.Index(tree.Symbol("x"), (part, b)),
    "member": lambda part: tree.Symbol("W^{*}", part),
    "member below": lambda part: tree.Symbol(r"\theta_{*}", part),
}


@pytest.mark.parametrize("place", AROUND)
def test_every_kind_of_node_comes_back_from_every_place(place):
    for inner in AROUND.values():
        node = AROUND[place](inner(tree.Symbol("y_t")))
        assert parse_expression(latex_of(node, NOTATION), NOTATION) == node


@pytest.mark.parametrize(
    "latex",
    [
        r"a + b - 2 a b",
        r"-a^{2}",
        r"\left( -a \right)^{2}",
        r"\left( a + b \right) \odot v_{j}",
        r"\left( a / b \right) \hat{z}",
        r"\frac{a}{b} \hat{z}",
        r"x_{jm}",
        r"x_{j - 1,m}",
        r"W_{jm}^{(j)}",
        r"{W^{(j)}}^{\top}",
        r"{\ell^{[m]}}^{2}",
        r"\theta_{m - 1}",
        r"y_t^{2}",
        r"{\sigma_w^2}^{2}",
        r"g'(a)",
        r"\operatorname{relu}(a)",
        r"\tanh''(a)",
        r"\sum_{j=1}^{a} v_{j}",
        r"\left( \sum_{j=1}^{a} v_{j} \right) b",
        r"b \left( \sum_{j \neq m} v_{j} \right)",
        r"\max_{j} \left( v_{j} + 1 \right)",
        r"\frac{\partial \hat{z}}{\partial W^{(j)}}",
        r"\frac{\partial}{\partial a} \left( a + b \right)",
        r"\left. \hat{z} \right|_{a = 1}",
        r"\mathrm{E}\left[ a \right]^{2}",
        r"\int_{0}^{\infty} \exp(-a) \, \mathrm{d} a",
        r"[j = m] a",
        r"a^{{[j = m]}}",
    ],
)
def test_what_is_written_well_stays_as_it_is(latex):
    assert latex_of(parse_expression(latex, NOTATION), NOTATION) == latex


def test_without_a_table_members_are_written_above():
    member = tree.Symbol("W^{*}", tree.Symbol("l"))
    assert latex_of(member) == "W^{(l)}"


def test_every_kind_of_node_can_be_written():
    kinds = {
        kind
        for kind in vars(tree).values()
        if isinstance(kind, type) and issubclass(kind, tree.Node)
    }
    drawn = {
        "Number", "Symbol", "Index", "Call", "Elementary", "At", "Negative", "Add",
        "Subtract", "Multiply", "Hadamard", "Divide", "Power", "Root", "Transpose",
        "Sum", "Product", "Extremum", "Floor", "Ceiling", "Absolute", "Norm",
        "Factorial", "Derivative", "Expectation", "Variance", "Integral", "Infinity",
        "Matrix", "Cases", "Relation", "Iverson",
    }  # fmt: skip
    assert {kind.__name__ for kind in kinds} - {"Node"} == drawn
