"""Nested inputs, and the gradients returned for them."""

import copy
from collections import OrderedDict, defaultdict, deque, namedtuple
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType, SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from byhand.gradients import check_gradients
from byhand.gradients.nested import (
    MisfitError,
    Unmatched,
    gradient_row,
    leaves,
    match_gradients,
    of_what,
    replaced,
    walk,
)
from byhand.gradients.nested.naming import is_learnt

pytestmark = pytest.mark.slow

Pair = namedtuple("Pair", "W b")


@dataclass(frozen=True)
class Layer:
    W: Any
    b: Any


def of_objects(entries):
    array = np.empty(len(entries), dtype=object)
    for k, entry in enumerate(entries):
        array[k] = entry
    return array


def arrays_of_shape():
    shapes = st.lists(st.integers(1, 3), max_size=2).map(tuple)
    return shapes.map(
        lambda shape: np.random.default_rng(len(shape)).normal(size=shape)
    )


constants = st.sampled_from(["l2", None, 3, True, np.array([1, 2]), len])
keys = st.text(st.characters(codec="utf-8"), max_size=4) | st.integers(0, 3)


def containers(entries):
    """Every container that inputs may be nested in."""
    pairs = st.tuples(entries, entries)
    lists = st.lists(entries, min_size=1, max_size=3)
    named = st.dictionaries(keys, entries, min_size=1, max_size=3)
    return st.one_of(
        lists,
        lists.map(tuple),
        lists.map(deque),
        named,
        named.map(OrderedDict),
        named.map(MappingProxyType),
        pairs.map(lambda pair: Pair(*pair)),
        pairs.map(lambda pair: Layer(*pair)),
        pairs.map(lambda pair: SimpleNamespace(W=pair[0], b=pair[1])),
        st.tuples(arrays_of_shape(), entries).map(of_objects),
    )


nestings = containers(
    st.recursive(arrays_of_shape() | constants, containers, max_leaves=8)
)


def outline(value):
    """Return types, keys and leaves of a nesting, in a form that == compares."""
    if isinstance(value, np.ndarray) and value.dtype == object:
        return "objects", [outline(entry) for entry in value]
    if isinstance(value, np.ndarray):
        return value.shape, value.dtype, value.tolist()
    if isinstance(value, dict | MappingProxyType):
        return type(value), [(key, outline(entry)) for key, entry in value.items()]
    if isinstance(value, list | tuple | deque):
        return type(value), [outline(entry) for entry in value]
    if isinstance(value, Layer | SimpleNamespace):
        return type(value), [
            (key, outline(entry)) for key, entry in vars(value).items()
        ]
    return type(value), value


def scaled(leaf, factor):
    """Return an array, where NumPy would return a number for one of no axes."""
    return np.asarray(factor * leaf.array)


def real_leaves(inputs):
    return [leaf for leaf in leaves(inputs) if leaf.real]


@given(nestings)
def test_leaves_put_back_in_their_places_make_the_same_nesting(inputs):
    before = outline(inputs)
    same = replaced(inputs, {leaf.path: leaf.value for leaf in leaves(inputs)})
    assert outline(same) == before
    doubled = {leaf.path: scaled(leaf, 2) for leaf in real_leaves(inputs)}
    other = replaced(inputs, doubled)
    assert outline(inputs) == before
    assert type(other) is type(inputs)
    found = leaves(other)
    assert [leaf.name for leaf in found] == [leaf.name for leaf in leaves(inputs)]
    for leaf in found:
        if leaf.path in doubled:
            assert leaf.array is doubled[leaf.path]


@given(nestings)
def test_names_are_one_line_and_paths_are_distinct(inputs):
    found = leaves(inputs, ["x"])
    assert all(leaf.name.isprintable() for leaf in found)
    assert len({leaf.path for leaf in found}) == len(found)
    assert [leaf.path for leaf in found] == [path for path, _ in walk(inputs)]


@given(nestings, st.data())
def test_gradients_nested_as_the_inputs_are_find_their_leaves(inputs, data):
    real = real_leaves(inputs)
    assume(real)
    right = {leaf.path: scaled(leaf, 3) for leaf in real}
    found = match_gradients(replaced(inputs, right), inputs, real)
    assert {path: id(entry) for path, entry in found.items()} == {
        path: id(entry) for path, entry in right.items()
    }
    wrong = data.draw(st.sampled_from(real))
    planted = replaced(inputs, right | {wrong.path: scaled(wrong, 4)})
    for leaf in real:
        row = gradient_row(match_gradients(planted, inputs, real)[leaf.path], leaf)
        assert np.array_equal(row, 3 * leaf.array.ravel()) == (leaf is not wrong)


@given(st.permutations(["W", "b", "x"]), st.booleans())
def test_every_spelling_of_a_name_is_known(order, beside):
    inputs = {"W": np.ones((3, 2)), "b": np.ones(2), "x": np.ones((4, 3))}
    spellings = ["d{}", "d_{}", "grad_{}", "{}_grad", "grad{}", "{}.grad", "dL_d{}"]
    for spelling in spellings:
        returned = {spelling.format(name): 2 * inputs[name] for name in order}
        if beside:  # parameters beside their gradients
            returned = inputs | returned
        found = match_gradients(returned, inputs, leaves(inputs))
        assert all(np.all(found[name,] == 2) for name in inputs)


W, b, x = np.ones((3, 2)), np.ones(2), np.ones((4, 3))
TWO = namedtuple("TWO", "first second")
WHOLE = np.array([1, 2])
LAYERS = {"in": {"W": W}, "out": {"W": W}}

# Inputs of arguments W, b and c, gradients of 2, and the leaves that they belong to.
GRADIENTS = {
    "a list for a tuple": ((W, b), [2 * W, 2 * b], "W b"),
    "one alone": (W, 2 * W, "W"),
    "one in a tuple": (W, (2 * W,), "W"),
    "one of a tuple of one": ((W,), 2 * W, "W"),
    "a list for one argument": (([W, b],), [2 * W, 2 * b], "W[0] W[1]"),
    "that in a tuple": (([W, b],), ([2 * W, 2 * b],), "W[0] W[1]"),
    "a list of one for one argument": (([W],), [2 * W], "W[0]"),
    "a dictionary for arguments": ((W, b), {"dW": 2 * W, "db": 2 * b}, "W b"),
    "a dictionary for one": (
        ({"W": W, "b": b},),
        {"W": 2 * W, "b": 2 * b},
        "W.W W.b",
    ),
    "two layers for one argument": (
        (LAYERS,),
        {"in": {"dW": 2 * W}, "out": {"dW": 2 * W}},
        "W.in.W W.out.W",
    ),
    "less deep than the inputs": (
        ({"W": W}, b),
        {"dW": 2 * W, "db": 2 * b},
        "W.W b",
    ),
    "nested": ({"l": {"W": W, "b": b}}, {"dl": {"dW": 2 * W, "db": 2 * b}}, "l.W l.b"),
    "in order, for a dictionary": ({"W": W, "b": b}, (2 * W, 2 * b), "W b"),
    "in order, for fields": (Pair(W, b), (2 * W, 2 * b), "W b"),
    "fields": (Pair(W, b), Pair(2 * W, 2 * b), "W b"),
    "fields of another kind": ((W, b), Layer(2 * W, 2 * b), "W b"),
    "a named tuple in order": ((W, b), TWO(2 * W, 2 * b), "W b"),
    "a namespace": (SimpleNamespace(W=W), SimpleNamespace(dW=2 * W), "W"),
    "a list of layers": (
        [Layer(W, b)],
        [{"dW": 2 * W, "db": 2 * b}],
        "W.W W.b",
    ),
    "objects": (of_objects([W, b]), of_objects([2 * W, 2 * b]), "W[0] W[1]"),
    "more than was asked": (
        {"W": W, "b": b},
        {"dW": 2 * W, "db": 2 * b, "dZ": x},
        "W b",
    ),
    "flat, for nested": (([W, b], [W]), [2 * W, 2 * b, 2 * W], "W[0] W[1] b[0]"),
    "without labels": ((W, WHOLE), (2 * W,), "W"),
    "without a constant": ((WHOLE, "l2"), ([2, 2],), "W"),
    "without settings": ((W, b, 1e-5), (2 * W, 2 * b), "W b"),
    "without a dictionary of settings": (
        (W, b, {"eps": 1e-5}),
        (2 * W, 2 * b),
        "W b",
    ),
    "None for a constant": ((W, "l2"), (2 * W, None), "W"),
    "numbers in an array": ((3.0, 4.0), np.array([2.0, 2.0]), "W b"),
    "a list of one number": (np.ones(1), [2.0], "W"),
    "a number for one number": (np.ones(1), 2.0, "W"),
    "a list of numbers": ((np.ones(3), "l2", None), [2.0, 2.0, 2.0], "W"),
    "nested lists of numbers": (W, (2 * W).tolist(), "W"),
}


@pytest.mark.parametrize("case", GRADIENTS)
def test_gradients_are_found_however_they_are_returned(case):
    inputs, returned, names = GRADIENTS[case]
    found = leaves(inputs, ["W", "b", "c"])
    entries = match_gradients(returned, inputs, found)
    twos = [leaf for leaf in found if leaf.path in entries]
    assert [leaf.name for leaf in twos] == names.split()
    for leaf in twos:
        row = gradient_row(entries[leaf.path], leaf)
        assert np.array_equal(row, np.full(leaf.array.size, 2.0))


def test_an_input_that_is_called_as_a_gradient_keeps_its_name():
    inputs = {"W": W, "dW": W}
    found = match_gradients({"W": 2 * W, "dW": 3 * W}, inputs, leaves(inputs))
    assert np.array_equal(found["W",], 2 * W)
    assert np.array_equal(found["dW",], 3 * W)


def test_one_gradient_belongs_to_the_one_leaf_that_is_asked_for():
    inputs = (x, W, b)
    asked = leaves(inputs, "xWb")
    for leaf in asked:
        found = match_gradients(2 * leaf.array, inputs, [leaf])
        assert list(found) == [leaf.path]
        found = match_gradients((2 * leaf.array,), inputs, [leaf])
        assert np.array_equal(
            gradient_row(found[leaf.path], leaf), 2 * leaf.array.ravel()
        )


def test_what_was_not_returned_is_absent_and_what_is_none_is_kept():
    inputs = {"W": W, "b": b, "c": b}
    found = match_gradients({"dW": 2 * W, "db": None}, inputs, leaves(inputs))
    assert set(found) == {("W",), ("b",)}
    assert found["b",] is None
    everything = match_gradients(None, inputs, leaves(inputs))
    assert list(everything.values()) == [None, None, None]


@pytest.mark.parametrize(
    ("inputs", "returned", "words"),
    [
        ((x, W, b), W, "expected a tuple of 3, one for each of x, W, b"),
        ((x, W, b), "two", "came as str"),
        ((x, W, b), (x, W), "2 gradients were returned for 3 inputs: x, W, b"),
        ((x, W, b), (W, x, b), "another order"),
        ((x, W), [x, W, b, b], "4 gradients were returned for 2 inputs"),
        ({"x": x, "W": W}, {"V": x}, "no gradient of x"),
        ({"x": x, "W": W}, {"V": x}, "holds V; call it x, dx or x_grad"),
        (x, {"dV": x}, "no gradient of x"),
        ({"in": {"W": W}, "out": {"W": W}}, {"dW": W}, "no gradient of in.W"),
        ({"x": x, "W": W}, W, "expected a dict of 2"),
    ],
)
def test_gradients_that_cannot_be_told_apart_are_a_misfit(inputs, returned, words):
    with pytest.raises(MisfitError) as caught:
        match_gradients(returned, inputs, leaves(inputs, "xWb"))
    assert words in str(caught.value)


@pytest.mark.parametrize(
    ("array", "entry", "words"),
    [
        (W, W.T, "shape (2, 3), expected (3, 2): it is transposed"),
        (b, np.ones((4, 2)), "not summed over"),
        (b, np.ones((1, 2)), "keepdims=True"),
        (np.ones((1, 2)), b, "only axes of length 1 differ"),
        (W, np.ones(6), "as many numbers"),
        (W, 1.0, "np.broadcast_to(..., (3, 2))"),
        (x, np.ones((4, 2)), "shape (4, 2), expected (4, 3)"),
        (b, "b", "is str"),
        (b, [1.0, "b"], "is list"),
        (b, np.array([None, 1.0]), "is ndarray"),
        (b, np.ones(2) * 1j, "return the real part"),
        (b, np.ma.array(b), ".filled(0.0)"),
    ],
)
def test_a_gradient_that_does_not_fit_its_leaf_is_a_misfit(array, entry, words):
    [leaf] = leaves(array, ["x"])
    with pytest.raises(MisfitError) as caught:
        gradient_row(entry, leaf)
    assert words in str(caught.value)
    assert "the gradient of x" in str(caught.value)


def test_a_complex_gradient_is_a_row_of_both_parts():
    [leaf] = leaves(np.array([1 + 2j, 3j]))
    assert gradient_row(leaf.array, leaf).tolist() == [1, 2, 0, 3]
    assert gradient_row([1.0, 2.0], leaf).tolist() == [1, 0, 2, 0]


def test_imaginary_parts_of_rounding_are_dropped():
    [leaf] = leaves(b)
    assert gradient_row(b + 1e-16j, leaf).tolist() == [1, 1]


def test_sparse_gradients_and_objects_are_numbers():
    sparse = pytest.importorskip("scipy.sparse")
    [leaf] = leaves(np.ones((2, 2)))
    assert gradient_row(sparse.csr_matrix(np.eye(2)), leaf).tolist() == [1, 0, 0, 1]
    assert gradient_row(np.eye(2).astype(object), leaf).tolist() == [1, 0, 0, 1]


@pytest.mark.parametrize(
    ("inputs", "names"),
    [
        (W, ["x"]),
        ((W, b), ["x", "b"]),
        ([W, b], ["x", "b"]),
        (([W, b],), ["x[0]", "x[1]"]),
        ({"W1": W, 3: b}, ["W1", "3"]),
        (({"W": W, "b": [W, b]},), ["x.W", "x.b[0]", "x.b[1]"]),
        (Pair(W, Layer(W, b)), ["W", "b.W", "b.b"]),
        (([[0.1, 0.2], [0.3, 0.4]],), ["x"]),
        (([[0.1, 0.2], [0.3]],), ["x[0]", "x[1]"]),
        (([], W), ["b"]),
        ({"a\nb": W, "\x1b[31m": b}, ["a\\nb", "\\x1b[31m"]),
        ({"\u202egnp": W}, ["\\u202egnp"]),
        ((of_objects([W, [W]]),), ["x[0]", "x[1][0]"]),
    ],
)
def test_leaves_are_named_as_reports_print_them(inputs, names):
    assert [leaf.name for leaf in leaves(inputs, ["x", "b"])] == names


class OnlyArray:
    """What is no array and can be made one, as a column of a table."""

    def __init__(self, values):
        self.values = values

    def __array__(self, dtype=None, copy=None):
        return np.asarray(self.values, dtype)


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        (1.5, "real"),
        (2j, "real"),
        (np.float32(1), "real"),
        ([1.0, 2.0], "real"),
        (np.ones(2, np.float16), "real"),
        (OnlyArray([1.0, 2.0]), "real"),
        (3, "whole"),
        (True, "whole"),
        ([1, 2], "whole"),
        ((4, 3), "whole"),
        ("l2", "constant"),
        (None, "constant"),
        (np.array(["a", "b"]), "constant"),
        (np.array(["2026-11-26"], dtype="datetime64[D]"), "constant"),
        (np.array(["a", 1.0], dtype=object), "constant"),
        (OnlyArray(["a"]), "constant"),
        (2**70, "constant"),
        (len, "constant"),
        (np.float64, "constant"),
        ({1.0, 2.0}, "constant"),
    ],
)
def test_what_holds_numbers_is_known(value, kind):
    [leaf] = leaves((value,))
    kinds = {"real": leaf.real, "whole": leaf.whole, "constant": leaf.array is None}
    assert [name for name, holds in kinds.items() if holds] == [kind]
    assert leaf.value is value


def test_a_sparse_matrix_is_a_constant():
    sparse = pytest.importorskip("scipy.sparse")
    [leaf] = leaves((sparse.eye(3).tocsr(),))
    assert leaf.array is None


def nested(depth, container):
    inputs = W
    for _ in range(depth):
        inputs = container(inputs)
    return inputs


@pytest.mark.parametrize(
    "container", [lambda a: [a], lambda a: {"a": a}, lambda a: Layer(a, 0)]
)
def test_inputs_without_an_end_are_refused_in_words(container):
    assert len(real_leaves(nested(90, container))) == 1
    with pytest.raises(ValueError, match="nested more than 100 deep"):
        leaves((nested(3000, container),))


def test_a_container_that_holds_itself_is_refused_in_words():
    inputs = {"W": W}
    inputs["again"] = inputs
    with pytest.raises(ValueError, match=r"the dict again holds itself"):
        leaves(inputs)
    twice = []
    twice += [twice, twice]
    with pytest.raises(ValueError, match="holds itself"):
        leaves((twice,))
    objects = of_objects([W, W])
    objects[1] = objects
    with pytest.raises(ValueError, match="holds itself"):
        leaves((objects,))


def test_a_masked_array_is_refused_in_words():
    with pytest.raises(TypeError, match=r"x\.filled\(0\.0\), or x\.compressed\(\)"):
        leaves(np.ma.array([1.0, 2.0], mask=[True, False]))


def test_numbers_as_objects_are_refused_in_words():
    with pytest.raises(
        TypeError, match="x must hold numbers, got an array of dtype obj"
    ):
        leaves(np.array([1.0, 2.0], dtype=object))


def test_containers_of_other_kinds_are_made_anew():
    class Config(dict):
        """A dictionary with something beside its entries."""

    config = Config(W=W)
    config.version = 3
    other = replaced(config, {("W",): b})
    assert type(other) is Config
    assert other.version == 3
    assert other["W"] is b
    counts = replaced(defaultdict(list, W=W), {("W",): b})
    assert counts["missing"] == []
    assert replaced(deque([W], maxlen=2), {(0,): b}).maxlen == 2
    layer = replaced(Layer(W, b), {("W",): b})
    assert layer.W is b
    assert copy.copy(layer) == layer


def test_a_mapping_that_cannot_be_made_anew_becomes_a_dictionary():
    class Saved(Mapping):
        """As np.load returns it: made from a file, and not from a dictionary."""

        def __init__(self, path, entries):
            self.entries = entries

        def __getitem__(self, key):
            return self.entries[key]

        def __iter__(self):
            return iter(self.entries)

        def __len__(self):
            return len(self.entries)

    saved = Saved("weights.npz", {"W": W, "kind": "l2"})
    assert replaced(saved, {("W",): b}) == {"W": b, "kind": "l2"}


# --- gradients of what is not among the inputs


@pytest.mark.parametrize(
    ("inputs", "returned", "extra"),
    [
        ({"W": W}, {"dW": 2 * W, "db": b}, ["db"]),
        ({"W": W}, {"W": 2 * W, "b": b}, ["b"]),
        ({"W": W}, {"W_grad": 2 * W, "grad_bias": [1.0, 2.0]}, ["grad_bias"]),
        (W, {"dW": 2 * W, "dgamma": 1.0}, ["dgamma"]),
        ((W,), {"dW": 2 * W, "dW2": W, "dZ1": x}, ["dW2", "dZ1"]),
        ({"l": {"W": W}}, {"dl": {"dW": 2 * W, "db": b}}, ["db"]),
        (({"W": W}, b), {"dW": 2 * W, "db": b, "dV": W}, ["dV"]),
        ((W, b), SimpleNamespace(dW=2 * W, db=b, dc=b), ["dc"]),
        ({"W": W}, {"dW": 2 * W, "W": W, "y": x, "loss": 3.0, "data": x}, []),
        ({"W": W}, {"W": 2 * W, "loss": 3.0, "kind": "l2", "labels": WHOLE}, []),
        ({"W": W, "b": b}, {"dW": 2 * W, "db": b, "grad_W": W, "dc": None}, []),
        ({"W": W, "kind": "l2"}, {"dW": 2 * W, "dkind": 0.0}, []),
    ],
)
def test_gradients_of_what_is_no_input_come_under_paths_of_their_own(
    inputs, returned, extra
):
    found = match_gradients(returned, inputs, leaves(inputs, ["W", "b"]))
    ends = [path[-1] for path in found if path]
    assert [end.name for end in ends if isinstance(end, Unmatched)] == extra
    assert len(found) > len(extra)


def squares(p):
    return (p["W"] ** 2).sum()


@pytest.mark.parametrize(
    ("returned", "skipped", "constants"),
    [
        ({"db": b}, ["db"], []),
        ({"db": b, "dtemperature": 3.0}, ["db", "dtemperature"], []),
        ({"dZ1": x, "dlogits": x, "loss": 3.0}, [], ["dZ1", "dlogits"]),
        ({"db": None, "y": x}, [], []),
    ],
)
def test_a_gradient_of_what_is_no_input_makes_a_check_incomplete(
    returned, skipped, constants
):
    inputs = {"W": np.arange(6.0).reshape(3, 2)}

    def grad(p):
        return {"dW": 2 * p["W"], **returned}

    report = check_gradients(squares, inputs, grad)
    assert [one.name for one in report.skipped] == skipped
    assert [one.name for one in report.constants] == constants
    assert report.verdict == ("incomplete" if skipped else "pass")
    for one in (*report.skipped, *report.constants):
        assert "not among the inputs" in one.reason
    named = check_gradients(squares, inputs, grad, wrt="W")
    assert named.ok
    assert named.skipped == ()
    wrong = check_gradients(squares, inputs, lambda p: {**grad(p), "dW": 3 * p["W"]})
    assert wrong.verdict == "fail"


@pytest.mark.parametrize(
    ("name", "what"),
    [
        ("dW", "W"),
        ("d_w", "w"),
        ("db1", "b1"),
        ("dgamma", "gamma"),
        ("dKernel", "Kernel"),
        ("dwx", "wx"),
        ("dL_dW", "W"),
        ("dLdW", "W"),
        ("dloss_db", "b"),
        ("gradW", "W"),
        ("grad_W", "W"),
        ("gradient_of_bias", "bias"),
        ("nabla_w", "w"),
        ("W_grad", "W"),
        ("W.grad", "W"),
        ("bias_gradient", "bias"),
        ("_dW", "W"),
        ("data", ""),
        ("dim", ""),
        ("dilation", ""),
        ("dropout_mask", ""),
        ("decay", ""),
        ("grad", ""),
        ("gradients", ""),
        ("gradual", ""),
        ("W", ""),
        ("d", ""),
        ("dsigma", "sigma"),
        ("", ""),
    ],
)
def test_the_name_of_a_gradient_says_what_it_is_that_of(name, what):
    assert of_what(name) == what
    assert of_what(name, beside=True) in (what, name.removeprefix("d"))


def test_a_gradient_of_no_input_within_a_layer_is_told_of_too():
    inputs = {"dense": {"W": np.arange(6.0).reshape(3, 2)}}

    def grad(p):
        return {"dense": {"dW": 2 * p["dense"]["W"], "db": np.zeros(2)}}

    report = check_gradients(lambda p: squares(p["dense"]), inputs, grad)
    assert [one.name for one in report.skipped] == ["db"]
    assert report.verdict == "incomplete"


def test_a_leaf_without_numbers_says_so_where_they_are_asked_for():
    words, numbers = leaves({"kind": "relu", "W": np.ones(2)})
    assert numbers.numbers.tolist() == [1, 1]
    with pytest.raises(TypeError, match="kind holds no numbers"):
        _ = words.numbers


def test_a_word_of_three_letters_is_no_learnt_parameter_by_its_first():
    assert is_learnt("wx")
    assert is_learnt("b12")
    assert not is_learnt("wax")
    assert not is_learnt("box")


def test_more_names_are_gradients_beside_others():
    for name in ("dlogits", "dtemperature", "dwell"):
        assert of_what(name) == ""
        assert of_what(name, beside=True) == name.removeprefix("d")
    for name in ("data", "dim", "dist", "dropout_mask", "debug", "delta"):
        assert of_what(name, beside=True) == ""
