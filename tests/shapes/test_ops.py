"""Operations against the real Keras: its symbolic shapes, its runs on zeros, its files.

An open batch is three examples in the runs. Where Keras's symbolic shape is wrong or
missing, its run is right, and the other way round: both lists are short, and each entry
is checked to belong there.
"""

import inspect
import json
import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from byhand.shapes import Input, Model, ShapeError, layers, ops
from byhand.shapes.batch import elements_for_one
from byhand.shapes.ops import names
from byhand.shapes.size import Size, substitute
from byhand.shapes.tensor import Tensor
from tests.shapes import formulas
from tests.shapes.ops_cases import REFUSED, USES

EXAMPLES = 3
# Keras gives no symbolic shape, or a wrong one; a run of it gives ours.
SYMBOLIC_IS_WRONG = {
    "adaptive_average_pool",  # counts the first length as channels
    "adaptive_max_pool",  # takes no single number
    "array + x",  # a KerasTensor is no array to NumPy
    "array @ x",
    "conv, grouped",
    "heaviside with a number",
    "hypot with a number",
    "list * x",
    "number of NumPy * x",
    "rot90, twice",
    "x[None]",
}
# TensorFlow does not run it on zeros, or not at all.
RUN_FAILS = {
    "argpartition",
    "cholesky",
    "inv",
    "pad by a number",
    "pad by a pair",
    "solve",
    "x.reshape",
}


def as_list(value):
    return list(value) if isinstance(value, list | tuple) else [value]


def ours(use, shapes, **options):
    return [t.shape for t in as_list(use(ops, *(Input(s, **options) for s in shapes)))]


def numbers(shape, **letters):
    """Put numbers in place of the batch and other letters."""
    letters = {"B": EXAMPLES, **letters}
    return tuple(
        letters["B"] if length is None else substitute(length, letters)
        for length in shape
    )


def symbolic(use, shapes):
    import keras

    return [tuple(t.shape) for t in as_list(use(keras.ops, *map(keras.Input, shapes)))]


def run(use, shapes):
    import keras

    zeros = [keras.ops.zeros((EXAMPLES, *shape)) for shape in shapes]
    return [tuple(np.shape(value)) for value in as_list(use(keras.ops, *zeros))]


def attempt(function, *given):
    """Return what a function gives, or None where it refuses."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # divisions of zeros, types of numbers
        try:
            return function(*given)
        except Exception:
            return None


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "use", "shapes"), USES, ids=[name for name, *_ in USES]
)
def test_a_use_is_what_keras_says(name, use, shapes):
    found = ours(use, shapes)
    fixed = ours(use, shapes, batch_size=EXAMPLES)
    open_shapes = [
        tuple(None if isinstance(length, Size) else length for length in shape)
        for shape in found
    ]
    assert (attempt(symbolic, use, shapes) == open_shapes) == (
        name not in SYMBOLIC_IS_WRONG
    )
    theirs = attempt(run, use, shapes)
    assert (theirs is None) == (name in RUN_FAILS)
    if theirs is not None:
        assert [numbers(shape) for shape in found] == theirs
        assert fixed == theirs
    assert [numbers(shape) for shape in found] == fixed


@pytest.mark.parametrize(
    ("name", "use", "shapes"), REFUSED, ids=[name for name, *_ in REFUSED]
)
def test_what_is_wrong_is_refused_in_words(name, use, shapes):
    with pytest.raises((ShapeError, TypeError)) as refusal:
        ours(use, shapes)
    assert len(str(refusal.value)) > 20


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "use", "shapes"), REFUSED, ids=[name for name, *_ in REFUSED]
)
def test_keras_refuses_it_as_well(name, use, shapes):
    assert attempt(symbolic, use, shapes) is None or attempt(run, use, shapes) is None


# --- from files


def rebuilt(config):
    """Return the outputs of a graph of operations that Keras has written down."""
    made = {}

    def resolved(value):
        if isinstance(value, dict):
            if value.get("class_name") == "__keras_tensor__":
                name, _, index = value["config"]["keras_history"]
                return made[name][index]
            return {key: resolved(part) for key, part in value.items()}
        return [resolved(part) for part in value] if isinstance(value, list) else value

    for layer in config["layers"]:
        if layer["class_name"] == "InputLayer":
            shape = layer["config"]["batch_shape"]
            made[layer["name"]] = [Input(batch_shape=shape)]
            continue
        (node,) = layer["inbound_nodes"]
        function = ops.BY_CLASS[layer["class_name"]]
        options = {"name": layer["name"], **layer["config"]}
        options |= resolved(node["kwargs"])
        out = function(*resolved(node["args"]), **options)
        made[layer["name"]] = as_list(out)
        assert made[layer["name"]][0].call.layer._label_ == layer["name"]
    ends = config["output_layers"]
    ends = [ends] if isinstance(ends[0], str) else ends
    return [made[name][index].shape for name, _, index in ends]


# Keras compares shapes so in a tensordot of symbolic tensors.
@pytest.mark.filterwarnings("ignore:NotImplemented should not be used")
@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "use", "shapes"),
    [entry for entry in USES if entry[0] not in SYMBOLIC_IS_WRONG],
    ids=[name for name, *_ in USES if name not in SYMBOLIC_IS_WRONG],
)
def test_a_use_comes_back_from_a_file(name, use, shapes):
    import keras

    inputs = [keras.Input(shape) for shape in shapes]
    model = keras.Model(inputs, use(keras.ops, *inputs))
    assert rebuilt(json.loads(model.to_json())["config"]) == ours(use, shapes)


# Live models of one operation.
LIVE = [
    "x + 1", "x * y", "x @ y", "-x", "abs(x)", "x[:, 0]", "x[..., :3]", "1 - x",
    "relu", "gelu", "sin", "leaky_relu", "silu", "softmax", "concatenate", "reshape",
    "reshape, merged", "expand_dims", "squeeze 2", "mean along 1, kept",
    "max along the last", "matmul", "transpose by axes", "stack", "split", "pad",
    "einsum", "cast", "where", "repeat", "tile", "one_hot",
    "norm along the last", "image.resize",
]  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("name", LIVE)
def test_a_live_model_of_one_operation_is_read(name):
    import keras

    from byhand.shapes import from_keras, from_keras_json

    use, shapes = next((use, shapes) for one, use, shapes in USES if one == name)
    inputs = [keras.Input(shape) for shape in shapes]
    model = keras.Model(inputs, use(keras.ops, *inputs))
    for network in (from_keras(model), from_keras_json(model.to_json())):
        assert [tensor.shape for tensor in network.outputs] == ours(use, shapes)
        assert network.count_params() == 0
        assert network.macs is not None
        assert not any(row.note for row in network.rows)
        layer = model.operations[-1]
        assert (network.rows[-1].kind, network.rows[-1].name) == (
            type(layer).__name__,
            layer.name,
        )


@pytest.mark.slow
def test_a_live_model_with_a_lambda_is_read():
    """What Keras knows is shown, the rest is a question mark."""
    import keras

    from byhand.shapes import from_keras

    x = keras.Input((5, 4))
    doubled = keras.layers.Lambda(lambda t: t * 2)(x)
    network = from_keras(keras.Model(x, keras.layers.Dense(3)(doubled)))
    assert [row.outputs for row in network.rows] == [
        [(None, 5, 4)],
        [(None, 5, 4)],
        [(None, 5, 3)],
    ]
    assert network.count_params() == 15
    assert network.rows[1].macs is None
    assert network.rows[1].note


@pytest.mark.slow
def test_names_and_arguments_are_those_of_keras():
    import keras

    def parameters(function):
        return list(
            getattr(function, "takes", None) or inspect.signature(function).parameters
        )

    assert [
        name
        for name in sorted(dir(keras.ops))
        if not name.startswith("_") and callable(getattr(keras.ops, name))
    ] == names.NAMES
    for part in ("image", "linalg", "nn", "numpy"):
        theirs = [n for n in dir(getattr(keras.ops, part)) if not n.startswith("_")]
        assert getattr(names, part.upper()) == theirs
        assert all(callable(getattr(getattr(ops, part), name)) for name in theirs)
    with_a_rule = 0
    for name in names.NAMES:
        function = getattr(ops, name)
        if parameters(function) == ["given", "named"]:
            continue  # opaque
        with_a_rule += 1
        theirs = list(inspect.signature(getattr(keras.ops, name)).parameters)
        theirs = [parameter for parameter in theirs if parameter != "kwargs"]
        assert parameters(function)[: len(theirs)] == theirs, name
    assert with_a_rule > 250


@pytest.mark.slow
def test_every_class_of_keras_is_known_by_name():
    import importlib

    from keras.src.ops.operation import Operation

    theirs = set()
    for part in ("numpy", "nn", "core", "math", "linalg", "image"):
        module = importlib.import_module(f"keras.src.ops.{part}")
        theirs |= {
            name
            for name, cls in vars(module).items()
            if inspect.isclass(cls)
            and issubclass(cls, Operation)
            and cls.__module__ == module.__name__
        }
    theirs -= {"SegmentReduction"}  # what the four of them share
    assert theirs <= set(ops.known_classes())
    assert set(ops.BY_CLASS) <= theirs


# --- random uses, against NumPy


lengths = st.integers(1, 4)
letters = st.sampled_from(["H", "W", "C"])
values = st.fixed_dictionaries(dict.fromkeys("BHWC", lengths))


@st.composite
def shape_pairs(draw):
    """Two shapes that mostly stretch to one another, some lengths open."""
    rank = draw(st.integers(1, 4))
    first, second = [], []
    for _ in range(rank):
        length = draw(st.one_of(lengths, letters.map(Size.symbol)))
        other = draw(st.sampled_from([length, length, length, 1, draw(lengths)]))
        first.append(length)
        second.append(other)
    cut = draw(st.integers(0, rank))
    pair = [tuple(first), tuple(second[cut:])]
    return pair if draw(st.booleans()) else pair[::-1]


def rooms(shape, numbers_for):
    return np.broadcast_to(np.float32(0), numbers(shape, **numbers_for))


@pytest.mark.slow
@given(shape_pairs(), values)
def test_stretching_is_that_of_numpy(pair, numbers_for):
    try:
        theirs = np.broadcast_shapes(*(numbers(s, **numbers_for) for s in pair))
    except ValueError:
        theirs = None
    try:
        us = (Tensor(pair[0]) + Tensor(pair[1])).shape
    except ShapeError:
        us = None
    if us is None:
        plain = [[n for n in shape if isinstance(n, int)] for shape in pair]
        assert theirs is None or len(plain[0]) < len(pair[0]), pair
    elif theirs is not None:
        found = numbers(us, **numbers_for)
        # An open length beside a number is that number, or it would not go together.
        same = all(
            a == b or isinstance(n, Size)
            for a, b, n in zip(found, theirs, us, strict=True)
        )
        assert len(found) == len(theirs)
        assert same, (pair, us)


bounds = st.one_of(st.none(), st.integers(-6, 6))
steps = st.sampled_from([None, 1, 1, 2, 3, -1, -2])
keys = st.lists(
    st.one_of(
        st.integers(-4, 4),
        st.builds(slice, bounds, bounds, steps),
        st.builds(slice, bounds, bounds),
        st.none(),
        st.just(...),
    ),
    min_size=1,
    max_size=4,
).map(tuple)
open_shapes = st.lists(
    st.one_of(lengths, letters.map(Size.symbol)), min_size=1, max_size=4
).map(tuple)


@pytest.mark.slow
@given(open_shapes, keys, values)
def test_indexing_is_that_of_numpy(shape, key, numbers_for):
    try:
        theirs = rooms(shape, numbers_for)[key].shape
    except IndexError:
        theirs = None
    try:
        us = Tensor(shape)[key].shape
    except ShapeError:
        assert theirs is None, (shape, key)
        return
    if us is not None and theirs is not None:
        assert numbers(us, **numbers_for) == theirs, (shape, key, us)
    if theirs is None:  # only an open length may have been too short
        assert any(isinstance(length, Size) for length in shape)
    if us is None:
        assert any(isinstance(part, slice) for part in key)


def test_a_slice_of_what_may_be_empty_may_be_empty():
    x = Input((None, 4))
    first = x[:, 1:][:, :1].shape[1]
    assert [substitute(first, {"T": length}) for length in (1, 2, 5)] == [0, 1, 1]
    assert x[:, :1].shape == (None, 1, 4)


def test_most_slices_of_open_lengths_are_known():
    x = Input((None, 4))
    for key in (slice(1, None), slice(None, -1), slice(-3, None), slice(None, None, 2)):
        assert x[:, key].shape is not None
    assert x[:, ::-1].shape == x.shape
    assert x[:, 3::-1].shape is None  # four places, if there are as many


@pytest.mark.slow
@given(open_shapes, values, st.data())
def test_reductions_are_those_of_numpy(shape, numbers_for, data):
    rank = len(shape)
    axis = data.draw(
        st.one_of(
            st.none(),
            st.integers(-rank - 1, rank),
            st.lists(st.integers(-rank, rank - 1), max_size=3).map(tuple),
        )
    )
    keepdims = data.draw(st.booleans())
    try:
        theirs = np.sum(rooms(shape, numbers_for), axis=axis, keepdims=keepdims).shape
    except (ValueError, np.exceptions.AxisError):
        theirs = None
    try:
        us = ops.sum(Tensor(shape), axis=axis, keepdims=keepdims).shape
    except ShapeError:
        us = None
    assert (us is None) == (theirs is None)
    assert us is None or numbers(us, **numbers_for) == theirs


@st.composite
def reshapes(draw):
    """A shape, and another of as many elements, one length of it perhaps -1."""
    shape = draw(st.lists(lengths, min_size=1, max_size=4).map(tuple))
    total = int(np.prod(shape))
    target = []
    left = total
    for _ in range(draw(st.integers(0, 3))):
        divisors = [n for n in range(1, left + 1) if left % n == 0]
        target.append(draw(st.sampled_from(divisors)))
        left //= target[-1]
    target.append(left)
    target = draw(st.permutations(target))
    if draw(st.integers(0, 3)) == 0:  # one that does not fit
        target[0] += draw(st.integers(1, 3))
    if draw(st.booleans()):
        target[draw(st.integers(0, len(target) - 1))] = -1
    return shape, tuple(target)


@pytest.mark.slow
@given(reshapes())
def test_reshape_is_that_of_numpy(case):
    shape, target = case
    try:
        theirs = np.zeros(shape).reshape(target).shape
    except ValueError:
        theirs = None
    try:
        us = ops.reshape(Tensor(shape), target).shape
    except ShapeError:
        us = None
    assert us == theirs


@pytest.mark.slow
@given(
    st.lists(st.one_of(lengths, letters.map(Size.symbol)), min_size=1, max_size=3),
    st.integers(0, 2),
    values,
)
def test_a_batch_merged_with_axes_is_counted_for_one_example(rest, kept, numbers_for):
    x = Input([None if isinstance(n, Size) else n for n in rest])
    kept = min(kept, len(rest))
    tail = ops.shape(x)[len(x.shape) - kept :] if kept else ()
    merged = ops.reshape(x, (-1, *tail))
    known = dict.fromkeys("HWCTD", numbers_for["H"])
    given_room = np.zeros(numbers(x.shape, B=5, **known))
    taken = numbers(tail, **known)
    assert numbers(merged.shape, B=5, **known) == given_room.reshape((-1, *taken)).shape
    # All elements of an example are still there.
    count = substitute(elements_for_one(merged.shape), known)
    assert count == given_room.size // 5
    back = ops.reshape(merged, ops.shape(x))
    assert back.shape == x.shape


# --- the batch


def macs_after(change, shape=(6, 4), **options):
    """Return the cost of a dense layer of 3 units behind a change of a tensor."""
    x = Input(shape, **options)
    model = Model(x, layers.Dense(3)(change(x)))
    return model.macs, model.rows[-1]


@pytest.mark.parametrize("batch_size", [None, 2])
@pytest.mark.parametrize(
    ("change", "macs"),
    [
        (lambda x: x, 6 * 4 * 3),
        (lambda x: ops.reshape(x, (-1, 4)), 6 * 4 * 3),
        (lambda x: ops.reshape(x, (-1, 2, 4)), 6 * 4 * 3),
        (lambda x: ops.reshape(x, (-1, 8)), 3 * 8 * 3),
        (lambda x: ops.reshape(x, (ops.shape(x)[0] * 6, 4)), 6 * 4 * 3),
        (lambda x: ops.reshape(x, (ops.shape(x)[0], 24)), 24 * 3),
        (lambda x: ops.reshape(ops.reshape(x, (-1, 4)), (-1, 6, 4)), 6 * 4 * 3),
        (lambda x: ops.transpose(x, (2, 1, 0))[..., :1], 4 * 6 * 1 * 3),
        (lambda x: ops.concatenate([x, x], axis=0), 2 * 6 * 4 * 3),
        (lambda x: ops.repeat(x, 3, axis=0), 3 * 6 * 4 * 3),
        (lambda x: ops.tile(x, (2, 1, 1)), 2 * 6 * 4 * 3),
        (lambda x: x[0], 6 * 4 * 3),
        (lambda x: ops.mean(x, axis=0), 6 * 4 * 3),
    ],
)
def test_costs_are_those_of_a_batch_of_one(change, macs, batch_size):
    found, row = macs_after(change, batch_size=batch_size)
    assert (found, row.macs.value, row.note) == (macs, macs, "")
    formulas.check(row.macs)


@pytest.mark.parametrize(
    ("change", "shape"),
    [
        (lambda x: ops.reshape(x, (-1, 5)), (6, 4)),  # 24 B // 5 rows
        (lambda x: x[1:], (6, 4)),  # B - 1 examples
        (lambda x: x[::2], (6, 4)),
    ],
)
def test_a_cost_that_no_single_example_has_is_not_said(change, shape):
    found, row = macs_after(change, shape)
    assert found is None
    assert "the batch is mixed with other axes" in row.note


def test_a_batch_that_a_transpose_moved():
    def moved(x):
        return ops.transpose(x, (1, 0, 2))

    assert macs_after(moved)[0] == 6 * 4 * 3
    # Where the batch is a number, a layer cannot tell it from the others.
    found, row = macs_after(moved, batch_size=2)
    assert found is None
    assert "the batch is mixed with other axes" in row.note
    x = Input((6, 4), batch_size=2)
    assert Model(x, moved(x) @ np.ones((4, 3))).macs == 6 * 4 * 3


def test_an_open_batch_that_a_reshape_gives_a_number():
    x = Input((5, 4))
    y = ops.reshape(x, (10, 4))  # two examples
    assert y.shape == (10, 4)
    assert Model(x, layers.Dense(3)(y)).macs == 5 * 4 * 3
    with pytest.raises(ShapeError, match="24 elements"):
        ops.reshape(Input((6, 4), batch_size=1), (10, 4))
    with pytest.raises(ShapeError, match="no number of examples"):
        ops.reshape(Input((6, 4)), (10, 4))


def test_rows_that_no_single_example_fills_are_noted():
    assert (
        "no whole number of rows" in ops.reshape(Input((5,)), (-1, 3)).call.outcome.note
    )
    assert not ops.reshape(Input((6,)), (-1, 3)).call.outcome.note


def test_a_free_axis_is_explained_unless_it_is_the_batch():
    x = Input((6, 4))
    model = Model(x, ops.reshape(ops.reshape(x, (-1, 24)), (-1, 2, 12)))
    merged = Model(x, ops.reshape(x, (ops.shape(x)[0], -1, 2)))
    assert [row.explain().entries for row in model.rows[1:]] == [[], []]
    (entry,) = merged.rows[-1].explain().entries
    assert (entry[0], str(entry[1])) == (
        "output free axis",
        "n // m = 24 // 2 = 12",
    )


def test_merged_and_moved_batches_are_letters():
    x = Input((7, 7, 64))
    assert ops.reshape(x, (-1, 64)).shape == (49 * Size.symbol("B"), 64)
    assert ops.transpose(x, (1, 0, 2, 3)).shape == (7, Size.symbol("B"), 7, 64)
    back = ops.transpose(ops.transpose(x, (1, 0, 2, 3)), (1, 0, 2, 3))
    assert back.shape == x.shape
    assert ops.ravel(x).shape == (3136 * Size.symbol("B"),)


# --- costs


@pytest.mark.parametrize(
    ("use", "shapes", "macs"),
    [
        (lambda x, y: x @ y, [(5, 4), (4, 3)], 5 * 3 * 4),
        (lambda x, y: ops.matmul(x, y), [(2, 5, 4), (2, 4, 3)], 2 * 5 * 3 * 4),
        (lambda x: ops.matmul(x, np.ones((4, 7))), [(5, 4)], 5 * 7 * 4),
        (lambda x: ops.dot(x, np.ones((4, 7))), [(5, 4)], 5 * 7 * 4),
        (lambda x: ops.inner(x, np.ones((7, 4))), [(5, 4)], 5 * 7 * 4),
        (lambda x, y: ops.vdot(x, y), [(5, 4), (5, 4)], 20),
        (lambda x: ops.tensordot(x, np.ones((4, 7)), axes=1), [(5, 4)], 5 * 7 * 4),
        (lambda x: ops.outer(x, np.ones(7)), [(5,)], 35),
        (lambda x, y: ops.einsum("bij,bjk->bik", x, y), [(5, 4), (4, 3)], 60),
        (
            lambda x: ops.einsum("btc,chd->bthd", x, np.ones((4, 2, 3))),
            [(5, 4)],
            5 * 4 * 2 * 3,
        ),
        (lambda x: ops.einsum("...ij,...kj->...ik", x, x), [(2, 5, 4)], 2 * 5 * 5 * 4),
        (lambda x: ops.einsum("bij->bji", x), [(5, 4)], 0),
        (ops.dot_product_attention, [(5, 2, 4), (3, 2, 4), (3, 2, 4)], 2 * 5 * 3 * 8),
        (lambda x: ops.conv(x, np.ones((3, 3, 3, 7))), [(8, 6, 3)], 6 * 4 * 9 * 3 * 7),
        (
            lambda x: ops.depthwise_conv(x, np.ones((3, 3, 3, 2))),
            [(8, 6, 3)],
            6 * 4 * 9 * 3 * 2,
        ),
        (
            lambda x: ops.separable_conv(
                x, np.ones((3, 3, 3, 2)), np.ones((1, 1, 6, 5))
            ),
            [(8, 6, 3)],
            6 * 4 * (9 * 6 + 6 * 5),
        ),
        (
            lambda x: ops.conv_transpose(x, np.ones((3, 3, 5, 3)), 2),
            [(8, 6, 3)],
            8 * 6 * 9 * 5 * 3,
        ),
        (lambda x: ops.softmax(ops.mean(x, axis=1) * 2 + 1), [(5, 4)], 0),
    ],
)
def test_products_of_tensors_have_their_cost(use, shapes, macs):
    inputs = [Input(shape) for shape in shapes]
    model = Model(inputs, use(*inputs))
    assert model.macs == macs
    for row in model.rows:
        formulas.check(row.macs)


def test_costs_are_those_of_the_layers():
    x = Input((8, 6, 3))
    kernel = np.ones((3, 3, 3, 7))
    by_layer = Model(x, layers.Conv2D(7, 3)(x)).macs
    assert Model(x, ops.conv(x, kernel)).macs == by_layer
    rows = Input((5, 4))
    assert Model(rows, rows @ np.ones((4, 3))).macs == (
        Model(rows, layers.Dense(3)(rows)).macs
    )


def test_what_depends_on_an_order_or_a_method_has_no_cost():
    x = Input((4, 4))
    for out in (ops.einsum("bij,bjk,bkl->bil", x, x, x), ops.inv(x)):
        model = Model(x, out)
        assert model.macs is None
        assert "depends on" in model.rows[-1].note


# --- opaque ones, constants, names


def test_an_operation_without_a_rule_is_an_opaque_row():
    x = Input((8, 8, 3))
    model = Model(x, ops.nonzero(layers.Conv2D(4, 3)(x)))
    row = model.rows[-1]
    assert (row.kind, row.name, row.outputs) == ("Nonzero", "nonzero", [None])
    assert "Nonzero" in row.note
    assert model.count_params() == 112  # everything else is still known


def test_parts_of_what_is_not_known_are_as_many():
    unknown = ops.nonzero(Input((5, 4)))
    first, second = ops.split(unknown, 2, axis=-1)
    assert len(ops.split(unknown, [1, 3], axis=1)) == 3
    values, _ = ops.top_k(unknown, 2)
    assert len(ops.unstack(unknown, num=4)) == 4
    assert [t.shape for t in (first, second, values)] == [None] * 3
    assert (first + second).shape is None
    assert (first @ second).call.outcome.macs is None
    assert (first * 2).call.outcome.macs.value == 0


def test_values_decide_what_is_not_known():
    x = Input((5, 4))
    for out in (x[x > 0], ops.repeat(x, ops.cast(x[0, 0], "int32"), axis=1)):
        assert out.shape is None
        assert out.call.outcome.note
    assert ops.segment_sum(x, ops.cast(x[:, 0, 0], "int32")).shape is None


def anything(random, depth=0):
    """Return what no operation expects, or a tensor, or a number."""
    kind = random.randrange(16)
    if kind < 4:
        return random.randrange(-4, 6)
    if kind < 8 and depth < 3:
        return [anything(random, depth + 1) for _ in range(random.randrange(4))]
    if kind == 8 and depth < 3:
        name = random.choice(["__slice__", "__numpy__", "__ellipsis__", "other"])
        held = {"start": 1, "stop": anything(random, 3), "value": anything(random, 3)}
        return {"class_name": name, "config": random.choice([held, 3])}
    if kind < 12:
        shape = random.choice([(5, 4), (None, None, 3), (8, 6, 3), (1,), ()])
        return Input(shape, batch_size=random.choice([None, None, 3]))
    odd = [2**31, 2**62, 2**64, 1.5, float("nan"), "a", "valid", "bij,bjk", None]
    return random.choice([*odd, True, slice(1, None, 2), ..., "\x1b[31m"])


@pytest.mark.slow
def test_whatever_it_is_called_with_an_operation_ends_in_words():
    import random
    from time import process_time

    generator = random.Random(20261126)  # noqa: S311  no secret
    outcomes = {"made": 0, "refused": 0}
    for _ in range(4000):
        function = ops.BY_CLASS[generator.choice(sorted(ops.BY_CLASS))]
        rule = getattr(function, "__wrapped__", function)
        parameters = list(inspect.signature(rule).parameters)
        given = [Input(generator.choice([(5, 4), (None, None, 3), (4, 4)]))]
        given += [anything(generator)] * (generator.random() < 0.5)
        named = {
            name: anything(generator)
            for name in parameters[len(given) :]
            if generator.random() < 0.5
        }
        start = process_time()
        try:
            for out in as_list(function(*given, **named)):
                repr(out + 1)
            outcomes["made"] += 1
        except (ShapeError, TypeError, ValueError) as error:
            outcomes["refused"] += len(str(error)) < 2000
        assert process_time() - start < 2
    assert sum(outcomes.values()) == 4000
    assert min(outcomes.values()) > 500, outcomes


@pytest.mark.parametrize("name", ["Relu", "Add", "Mean", "Vstack", "Cast", "Einsum"])
def test_a_missing_argument_is_named_with_keras_own_words(name):
    with pytest.raises(TypeError) as refusal:
        ops.BY_CLASS[name]()
    assert "<locals>" not in str(refusal.value)
    assert name.lower() in str(refusal.value)


def test_sizes_that_double_are_refused_in_time():
    def tiled(x, times):
        for _ in range(times):
            x = ops.tile(x, (1, ops.shape(x)[1], 1))
        return x

    assert tiled(Input((None, 4)), 5).ndim == 3
    with pytest.raises(ShapeError, match="letters and products"):
        tiled(Input((None, 4)), 200)
    with pytest.raises(ShapeError, match="at most 10000"):
        ops.split(Input((2**40,)), 2**40, axis=1)
    with pytest.raises(ShapeError, match="at most 10000"):
        ops.unstack(Input((2**40,)), axis=1)
    nest = 1
    for _ in range(3000):
        nest = [nest]
    with pytest.raises((ShapeError, TypeError)):
        ops.add(Input((4,)), nest)


def test_names_that_keras_does_not_have_get_a_hint():
    with pytest.raises(AttributeError, match=r"no operation 'relus'.*'relu'"):
        _ = ops.relus
    with pytest.raises(AttributeError, match=r"keras.ops.image.*'resiz'.*'resize'"):
        _ = ops.image.resiz
    with pytest.raises(AttributeError, match=r"keras.ops.nn has no operation 'matmul'"):
        _ = ops.nn.matmul


def test_constants_are_no_rows():
    x = Input((5, 4))
    places = ops.expand_dims(ops.arange(5), -1) * 2.0
    assert places.shape == (5, 1)
    model = Model(x, x + ops.cast(places, "float32"))
    assert [row.kind for row in model.rows] == ["InputLayer", "Add"]
    assert places.call is None
    batch = ops.shape(x)[0]
    turned = ops.transpose(ops.zeros((5, batch)))
    assert (turned.shape, (x[:, :, 0] + turned).shape) == ((None, 5), (None, 5))


def test_operations_are_rows_and_no_layers():
    x = Input((5, 4))
    model = Model(x, layers.Dense(2)(x + 1))
    assert [row.kind for row in model.rows] == ["InputLayer", "Add", "Dense"]
    assert "Add" not in [layer._kind_ for layer in model.layers]


def test_operations_on_numbers_are_numbers():
    assert ops.equal(3, 3) is True
    assert ops.sqrt(ops.cast(64, "float32")) == 8.0
    assert ops.cast(2.7, "int32") == 2
    assert ops.maximum(2, 3) * Input((4,)).shape[1] == 12


def test_open_lengths_stay_letters():
    x = Input((None, None, 3))
    rows = ops.reshape(x, (ops.shape(x)[0], -1, 3))
    assert str(rows.shape[1]) == "H * W"
    back = ops.reshape(rows, (-1, ops.shape(x)[1], ops.shape(x)[2], 3))
    assert back.shape == x.shape
    assert ops.concatenate([x, x], axis=1).shape[1] == 2 * Size.symbol("H")
    assert ops.arange(ops.shape(x)[1]).shape == (Size.symbol("H"),)


def test_names_are_counted_as_keras_counts_them():
    x = Input((5, 4))
    y = ops.leaky_relu((x + 1) * 2 + 3)
    rows = Model(x, y[:, 0]).rows
    assert [row.name for row in rows[1:]] == [
        "add", "multiply", "add_1", "leaky_relu", "get_item"
    ]  # fmt: skip
    assert [row.kind for row in rows[1:]] == [
        "Add", "Multiply", "Add", "LeakyRelu", "GetItem"
    ]  # fmt: skip


def test_a_graph_with_operations_runs_on_other_shapes():
    x = Input((None, 4))
    scores = ops.softmax(x @ ops.transpose(x, (0, 2, 1)))
    model = Model(x, scores @ x)
    other = model(Input((7, 4)))
    assert other.shape == (None, 7, 4)
    assert other.call.outcome.macs.value == 2 * 7 * 7 * 4


@pytest.mark.parametrize(
    ("change", "field"),
    [
        (lambda x: x, (3, 3)),
        (lambda x: x * 2 + x, (3, 3)),
        (lambda x: ops.pad(x, ((0, 0), (1, 1), (1, 1), (0, 0))), (3, 3)),
        (lambda x: ops.max_pool(x, 2), (4, 4)),
        (lambda x: x[:, ::2, 1:-1], (3, 3)),
        (lambda x: ops.mean(x, axis=-1, keepdims=True), (3, 3)),
        (lambda x: ops.mean(x, axis=(1, 2)), "whole input"),
        (lambda x: ops.mean(x, axis=(0, 1, 2)), "unknown"),  # of all examples
        (lambda x: ops.transpose(x, (0, 2, 1, 3)), "unknown"),
        (lambda x: ops.cumsum(x, axis=1), "unknown"),
        (lambda x: ops.reshape(x, (-1, 36, 4)), "unknown"),
    ],
)
def test_fields_go_through_operations(change, field):
    x = Input((8, 8, 3))
    model = Model(x, change(layers.Conv2D(4, 3)(x)))
    found = model.rows[-1].receptive_field
    assert (found if isinstance(found, str) else found.size) == field


def test_a_letter_of_einsum_has_the_length_that_is_known():
    known, one, opened = Input((5, 4)), Input((5, 1)), Input((2, None))
    for pair in [known, opened], [opened, known]:
        assert ops.einsum("bij,bkj->bj", *pair).shape == (None, 4)
    for pair in [one, opened], [opened, one]:
        assert ops.einsum("bij,bkj->bj", *pair).shape == (None, opened.shape[-1])


@pytest.mark.parametrize("before", [(), (None,), (2,)])
def test_an_image_alone_is_as_one_of_a_batch(before):
    last, first = (Input(batch_shape=(*before, *s)) for s in [(8, 9, 3), (3, 8, 9)])
    options = {"data_format": "channels_first"}
    image = ops.image
    assert image.resize(last, (4, 5)).shape == (*before, 4, 5, 3)
    assert image.resize(first, (4, 5), **options).shape == (*before, 3, 4, 5)
    assert image.rgb_to_grayscale(last).shape == (*before, 8, 9, 1)
    assert image.rgb_to_grayscale(first, **options).shape == (*before, 1, 8, 9)


def test_bounds_that_are_tensors_stretch_what_they_bound():
    shapes = (3, 5, 1), (3, 5, 4)
    x, low = (Input(batch_shape=shape) for shape in shapes)
    real = np.clip(np.zeros(shapes[0]), np.zeros(shapes[1]), 7.0)
    assert ops.clip(x, low, 7.0).shape == real.shape


@pytest.mark.parametrize(
    ("name", "shape"),
    [
        ("hsplit", (6,)),
        ("hsplit", (3, 4)),
        ("vsplit", (6, 5)),
        ("dsplit", (3, 5, 4)),
    ],
)
def test_a_split_along_a_fixed_axis_is_that_of_numpy(name, shape):
    parts = getattr(ops, name)(Input(batch_shape=shape), 2)
    real = getattr(np, name)(np.zeros(shape), 2)
    assert [part.shape for part in parts] == [part.shape for part in real]


@pytest.mark.parametrize(("name", "shape"), [("dsplit", (6,)), ("dsplit", (6, 4))])
def test_a_split_along_an_axis_that_is_not_there_is_refused(name, shape):
    with pytest.raises(ValueError, match="only works on arrays of"):
        getattr(np, name)(np.zeros(shape), 2)
    with pytest.raises(ShapeError):
        getattr(ops, name)(Input(batch_shape=shape), 2)


def test_slices_move_the_field():
    x = Input((9, 9, 3))
    found = Model(x, layers.Conv2D(4, 3)(x)[:, 2::3]).rows[-1].receptive_field
    assert (found.size, found.stride, found.padding) == ((3, 3), (3, 1), (-2, 0))
    found = Model(x, layers.Conv2D(4, 3)(x)[:, -3:]).rows[-1].receptive_field
    assert (found.size, found.stride, found.padding) == ((3, 3), (1, 1), (-4, 0))
