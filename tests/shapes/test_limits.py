"""What no array could be is refused soon, and in words."""

import time

import pytest

from byhand.shapes import (
    Input,
    Model,
    Sequential,
    ShapeError,
    layers,
    smallest_input,
    solve,
)
from byhand.shapes.formula import Formula
from byhand.shapes.layers.extras import LAYERS
from byhand.shapes.size import Size


@pytest.fixture(autouse=True)
def soon(own_memory):
    """Fail a test that takes over 2 seconds of the processor."""
    began = time.process_time()
    yield
    assert time.process_time() - began < 2


# --- formulas


@pytest.mark.parametrize(
    "expression",
    [
        *("", "a b", "(a", "a)", "max", "max(", "max()", "max(a,)", "a, b", "()", "-"),
        *("__import__('os')", "a.b", "a**b", "a ** b", "a +", "* a", "1 2", "a(b)"),
        *("max a", "a max(b)", "max(a)(b)", "a[0]", "'a'", "a if b else c", "a\n+b"),
        *("lambda: a", "a\0", "\N{LATIN SMALL LIGATURE FI}*\ud800", "a == b", "a,"),
    ],
)
def test_a_formula_takes_arithmetic_alone(expression):
    with pytest.raises(ValueError, match=r"formula|no value"):
        Formula(expression, a=1, b=2)


def test_a_formula_says_what_it_lacks():
    with pytest.raises(ValueError, match="'k' in 'i - k' has no value"):
        Formula("i - k", i=3)
    with pytest.raises(ValueError, match="divides by 0, with n=4, m=0"):
        Formula("n // m", n=4, m=0)


@pytest.mark.slow
def test_a_formula_of_many_terms_and_brackets():
    names = [f"n_{k}" for k in range(20_000)]
    total = Formula(" + ".join(names), **dict.fromkeys(names, 2))
    assert total.value == 40_000
    assert total.latex().endswith("= 40000")
    deep = Formula("(" * 5000 + "a" + ")" * 5000, a=3)
    assert (deep.value, deep.latex()) == (3, "a = 3")


def test_formulas_that_were_read_are_not_kept_without_end():
    from byhand.shapes import formula

    for k in range(3000):
        assert Formula(f"a + {k}", a=1).value == k + 1
    assert len(formula._STEPS) <= 1000
    assert max(map(len, formula._STEPS)) <= 300


def test_the_largest_and_smallest_of_open_lengths():
    height = Size.symbol("H")
    largest = Formula("max(a, b)", a=height, b=height + 2)
    assert str(largest.value) == "H + 2"
    smallest = Formula("min(a, b)", a=height, b=Size.symbol("W"))
    assert smallest.value.substitute({"H": 4, "W": 3}) == 3


# --- letters of an equation


@pytest.mark.parametrize(
    "equation",
    [
        *(
            "a(,(c->ac",
            "a\n,\nc->ac",
            "a\N{LATIN SMALL LIGATURE FI},c->ac",
            "a\0,\0c->ac",
        ),
        *(
            "a2,2c->ac",
            "ab,bc->",
            ",->",
            "ab->ab",
            "",
            "ab,bc->a" + "c" * 1000,
            "aa,ab->b",
        ),
        *("ab,bc->...c", 5, None, ["ab,bc->ac"]),
    ],
)
def test_an_equation_has_letters_alone(equation):
    with pytest.raises((ShapeError, TypeError), match=r"equation|axis|ellipsis"):
        layers.EinsumDense(equation, 7)(Input((5,)))


@pytest.mark.parametrize("length", [-3, 0, 1.5, "A", True, 2**63, [[0], 2**27]])
def test_lengths_that_are_none_are_refused(length):
    x = Input((10, 16))
    makers = (
        lambda: layers.EinsumDense("abc,cd->abd", (None, length)),
        lambda: layers.MultiHeadAttention(2, 8, output_shape=[length]),
        lambda: layers.MultiHeadAttention(2, length),
        lambda: layers.RepeatVector(length),
        lambda: layers.Reshape((length, 2)),
        lambda: layers.Conv1D(length, 3),
        lambda: layers.Conv1D(3, length),
        lambda: layers.Permute((length, 2)),
        lambda: layers.LSTM(length),
        lambda: layers.UpSampling1D(length),
        lambda: layers.GroupNormalization(length if length != -1 else 0),
    )
    for make in makers:
        with pytest.raises((ShapeError, TypeError)):
            make()(x)


def test_an_output_as_long_as_memory_is_not_multiplied():
    """D3: a list or a text times a number is a longer list or text."""
    x = Input((10, 16))
    for out in ([[0], 2**27], ["A" * 100], [2**62, 2**62]):
        with pytest.raises((ShapeError, TypeError)):
            layers.Flatten()(
                layers.MultiHeadAttention(1000, 1000, output_shape=out)(x, x)
            )


# --- lengths that grow


@pytest.mark.parametrize("first", [None, 2**62, 7])
def test_squares_of_squares_end(first):
    """D2: each round squares a length, or doubles what it is written with."""
    x = Input((first, 1))

    def rounds(y):
        for _ in range(140):
            y = layers.Flatten()(layers.Dot((2, 2))([y, y]))
            y = layers.Permute((2, 1))(layers.RepeatVector(1)(y))

    with pytest.raises(ShapeError, match="it would give a length of"):
        rounds(x)


def test_enlarging_without_end_ends():
    """E3: 1,200 layers that enlarge give a length of 24,000 digits."""
    net = Sequential([Input((2**62, 3))])
    with pytest.raises(ShapeError, match="no array is as long"):
        net.add(layers.UpSampling1D(2**62))
    assert str(2**62) in net.table()


def test_a_length_nested_as_deep_as_is_allowed_can_be_written():
    """Each pair of layers puts the open length into one more quotient."""
    y = Input((None, 2))

    def deeper(y):
        y = layers.ZeroPadding1D(1)(layers.UpSampling1D(3)(y))
        return layers.MaxPooling1D(2)(y)

    for _ in range(140):
        y = deeper(y)
    assert str(y.shape[1].substitute({"T": 100})).isdigit()
    formula = y.call.outcome.lengths[0][1]
    assert len(str(formula)) < 20_000
    assert formula.latex()
    assert formula.html()
    with pytest.raises(ShapeError, match="letters and products"):
        [y := deeper(y) for _ in range(200)]


def test_too_many_axes_are_refused():
    """E6: a shape of thousands of axes."""
    with pytest.raises(ShapeError, match="axes"):
        layers.PReLU()(Input([2] * 3000))


# --- accepted and wrong


def test_shared_axes_are_counted_as_keras_counts_them():
    """K2: -1 is the axis before the last."""
    layer = layers.PReLU(shared_axes=[-1])
    layer(Input((5, 6, 3)))
    assert layer.count_params() == 15
    with pytest.raises(ShapeError, match="1 to 3"):
        layers.PReLU(shared_axes=[4])(Input((5, 6, 3)))


def test_scaling_alone():
    """K1: an old argument that Keras keeps for old models."""
    layer = layers.LayerNormalization(rms_scaling=True)
    layer(Input((6,)))
    assert layer.count_params() == 6


def test_a_network_inside_takes_what_it_was_made_for():
    """K4: other fixed lengths are refused, open ones are taken."""
    x = Input((5, 6, 2))
    inner = Model(x, layers.Conv2D(2, 3)(x))
    with pytest.raises(ShapeError, match="leave the axes open"):
        inner(Input((4, 6, 2)))
    assert str(inner(Input((None, 6, 2))).shape) == "(None, H - 2, 4, 2)"


@pytest.mark.parametrize("shape", [(4, None, 8, 2), (4, 8, None, 2)])
def test_a_state_of_open_size_is_refused(shape):
    """K5: Keras takes images of fixed sizes here."""
    with pytest.raises(ShapeError, match=r"give the (height|width) a number"):
        layers.ConvLSTM2D(3, 2)(Input(shape))
    assert layers.ConvLSTM2D(3, 2)(Input((None, 8, 8, 2))).shape == (None, 7, 7, 3)


def test_no_groups_are_no_division_by_zero():
    """E7 and E8."""
    with pytest.raises(ShapeError, match="at least 1, or -1"):
        layers.GroupNormalization(0)
    with pytest.raises(ShapeError, match="at least 1, or -1"):
        layers.Reshape((-1, 0))


def test_attention_along_some_axes():
    query, value = Input((5, 6, 3)), Input((7, 6, 3))
    layer = layers.MultiHeadAttention(2, 4, attention_axes=(1,))
    out, scores = layer(query, value, return_attention_scores=True)
    assert (out.shape, scores.shape) == ((None, 5, 6, 3), (None, 6, 2, 5, 7))
    projections = 2 * 4 * 3 * (30 + 42 + 42 + 30)
    pairs = 6 * 5 * 7
    assert out.call.outcome.macs.value == projections + pairs * 2 * (4 + 4)
    with pytest.raises(ShapeError, match="axis 2"):
        layers.MultiHeadAttention(2, 4, attention_axes=1)(query, Input((7, 5, 3)))
    with pytest.raises(ShapeError, match="1 to 2"):
        layers.MultiHeadAttention(2, 4, attention_axes=(3,))(query, value)


def test_what_keras_keeps_for_old_models_changes_nothing():
    assert layers.Embedding(9, 4, input_length=5)(Input((5,))).shape == (None, 5, 4)
    x = Input((5, 3))
    old = layers.LSTM(2, implementation=1, zero_output_for_mask=True)
    assert old(x).shape == (None, 2)
    assert layers.LeakyReLU(alpha=0.2)(x).shape == x.shape


# --- the inverse problems

HUGE = 10**5000


@pytest.mark.parametrize(
    "question",
    [
        *({"input": HUGE}, {"output": HUGE}, {"input": "a"}, {"output": 2.5}),
        *({"input": True}, {"kernel": range(10**9)}, {"kernel": range(10**20)}),
        *({"kernel": "abc"}, {"kernel": None}, {"kernel": 1.5}, {"kernel": []}),
        *({"strides": [0]}, {"strides": [2.5]}, {"padding": [1]}, {"padding": "full"}),
        *({"transposed": True, "output_padding": "a"}, {"dilation": HUGE}),
    ],
)
def test_what_cannot_be_solved_is_refused(question):
    with pytest.raises((TypeError, ValueError)):
        solve(**{"input": 28, "output": 14, **question})


def test_a_search_without_a_sensible_end_is_refused():
    net = Sequential([Input((9, 9, 1)), layers.Conv2D(1, 3)])
    for most in (HUGE, "a", -5, 0, None):
        with pytest.raises((TypeError, ValueError), match="most"):
            smallest_input(net, most=most)


def test_the_smallest_input_with_channels_first():
    convolution = layers.Conv2D(1, 5, data_format="channels_first")
    net = Sequential([Input((3, 9, 9)), convolution])
    assert smallest_input(net) == (None, 3, 5, 5)
    with pytest.raises(TypeError, match="takes a network"):
        smallest_input(3)


@pytest.mark.parametrize("unbuilt", [False, True])
def test_networks_in_one_another_without_end_are_refused(unbuilt):
    def around(inner):
        return Sequential([inner] if unbuilt else [Input((3,)), inner])

    net = around(layers.Dense(3))
    for _ in range(98):
        net = around(net)
    if not unbuilt:
        assert net.count_params() == 12
        assert "Total params: 12" in net.table(nested=True)
    with pytest.raises(ShapeError, match="101 deep in one another"):
        around(around(net))


@pytest.mark.parametrize("kind", [layers.Attention, layers.AdditiveAttention])
@pytest.mark.parametrize("shapes", [((), ()), ((8, 1), (8,)), ((6,), (6,))])
def test_attention_needs_places_and_channels(kind, shapes):
    with pytest.raises(ShapeError, match="axis of places"):
        kind()([Input(shape) for shape in shapes])


def test_a_scale_for_no_number_of_channels_is_refused():
    with pytest.raises(TypeError, match="projection_dim must be a whole number"):
        LAYERS["LayerScale"](init_values=1, projection_dim="A")


def test_a_layer_shows_a_deeply_nested_argument():
    deep = []
    for _ in range(5_000):
        deep = [deep]
    assert repr(layers.Lambda(lambda x: x, arguments={"deep": deep})).startswith(
        "Lambda("
    )


def test_an_order_of_axes_that_keras_lacks_is_refused():
    with pytest.raises(ShapeError, match="data_format must be"):
        layers.RandomFlip(data_format=["channels_last"])


@pytest.mark.parametrize("axes", [0, [0, 1], (1, -2)])
def test_products_along_the_batch_are_refused(axes):
    with pytest.raises(ShapeError, match="not taken along the batch"):
        layers.Dot(axes=axes)([Input((5,)), Input((5,))])
