"""Low-rank adaptation: the weights that it adds, those it freezes, and its refusals."""

import pytest

from byhand.shapes import Input, Model, ShapeError, from_config, layers

EQUATION = "abc,cde->abde"
CASES = {
    "Dense": ({"units": 4}, (None, 3), (30, 18)),
    "Dense without bias": ({"units": 4, "use_bias": False}, (None, 3), (26, 14)),
    "Embedding": ({"input_dim": 9, "output_dim": 4}, (None, 5), (62, 26)),
    "ReversibleEmbedding": ({"input_dim": 9, "output_dim": 4}, (None, 5), (62, 26)),
    "ReversibleEmbedding of two tables": (
        {"input_dim": 9, "output_dim": 4, "tie_weights": False},
        (None, 5),
        (98, 62),
    ),
    "EinsumDense": (
        {"equation": EQUATION, "output_shape": (None, 2, 5), "bias_axes": "e"},
        (None, 7, 3),
        (57, 27),
    ),
    "Conv1D": ({"filters": 4, "kernel_size": 3}, (None, 9, 2), (48, 24)),
    "Conv2D": ({"filters": 4, "kernel_size": 3}, (None, 8, 8, 3), (174, 66)),
    "Conv2D in groups": (
        {"filters": 4, "kernel_size": 3, "groups": 2},
        (None, 8, 8, 4),
        (120, 48),
    ),
    "Conv3D": ({"filters": 2, "kernel_size": 2}, (None, 4, 4, 4, 1), (38, 22)),
}


def described(layer):
    """Return the weights that training changes, and those it does not, in any order."""

    def shapes(weights):
        return sorted((weight.name, tuple(weight.shape)) for weight in weights)

    return shapes(layer.trainable_weights), shapes(layer.non_trainable_weights)


def made(kinds, name, how):
    """Return an adapted layer: made so, or built and adapted then."""
    options, shape, _ = CASES[name]
    kind = getattr(kinds, name.split()[0])
    layer = kind(**options, **({"lora_rank": 2} if how == "made" else {}))
    layer.build(shape)
    if how == "adapted":
        layer.enable_lora(2)
    return layer


@pytest.mark.parametrize("how", ["made", "adapted"])
@pytest.mark.parametrize("name", CASES)
def test_an_adapted_layer_has_its_weights(name, how):
    layer = made(layers, name, how)
    every, free = CASES[name][2]
    assert layer.count_params() == every
    assert layer._trainable_formula_.value == free
    assert layer.lora_enabled
    assert (layer.lora_rank, layer.lora_alpha) in ((2, 2), (2, None))


@pytest.mark.slow
@pytest.mark.parametrize("how", ["made", "adapted"])
@pytest.mark.parametrize("name", CASES)
def test_they_are_those_of_keras(name, how):
    if (name, how) == ("ReversibleEmbedding of two tables", "made"):
        pytest.skip("Keras 3.15 adds its second table too late, and fails")
    real = pytest.importorskip("keras")
    assert described(made(layers, name, how)) == described(made(real.layers, name, how))


def test_a_network_counts_what_was_adapted_later():
    x = Input((3,))
    dense = layers.Dense(4)
    net = Model(x, layers.Dense(2)(dense(x)))
    assert not dense.lora_enabled
    dense.enable_lora(2, lora_alpha=8)
    assert (net.count_params(), net.trainable_params) == (16 + 14 + 10, 4 + 14 + 10)
    assert [weight.name for weight in dense.weights] == [
        *("kernel", "bias", "lora_kernel_a", "lora_kernel_b")
    ]
    assert "3 * 4 + 4 + 3 * 2 + 2 * 4 = 30" in str(net["dense"].explain())
    dense.trainable = False
    assert net.trainable_params == 10
    assert dense(Input((3,))).shape == (None, 4)  # it is called again as it is
    assert (dense.lora_rank, dense.lora_alpha) == (2, 8)


def test_a_file_of_an_adapted_convolution_is_read():
    spec = {"filters": 4, "kernel_size": 3, "lora_rank": 2, "lora_alpha": 4}
    start = {"class_name": "InputLayer", "config": {"batch_shape": [None, 8, 8, 3]}}
    conv = {"class_name": "Conv2D", "config": spec}
    net = from_config({"class_name": "Sequential", "config": {"layers": [start, conv]}})
    assert (net.count_params(), net.trainable_params) == (174, 66)
    assert not net.rows[-1].note


def built(**options):
    layer = layers.Dense(4, **options)
    layer.build((None, 3))
    return layer


@pytest.mark.parametrize(
    ("adapt", "words"),
    [
        (lambda: layers.Dense(4).enable_lora(2), "no weights yet that enable_lora"),
        (lambda: built(lora_rank=2).enable_lora(3), "is adapted already"),
        (lambda: built(kernel_constraint="non_neg").enable_lora(2), "is constrained"),
        (lambda: built(kernel_constraint="non_neg", lora_rank=2), "kernel_constraint"),
        (lambda: built().enable_lora(0), "rank must be at least 1, got 0"),
        (lambda: built().enable_lora(1.5), "rank must be a whole number"),
        (lambda: built(lora_rank=-1), "lora_rank must be at least 1"),
    ],
)
def test_what_keras_refuses_is_refused(adapt, words):
    with pytest.raises((ShapeError, TypeError), match=words):
        adapt()
