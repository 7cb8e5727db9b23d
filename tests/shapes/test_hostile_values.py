"""Whatever a layer is given for an argument, it is taken or refused in words, soon."""

import time

import pytest

from byhand.shapes import Input, Model, ShapeError, layers
from byhand.shapes.layers.base import REQUIRED

pytestmark = pytest.mark.slow

HUGE = 10**5000  # more digits than Python writes


class Silent:
    """An object that cannot be written."""

    def __repr__(self):
        raise RuntimeError


class Unlike:
    """An object that claims to be a whole number."""

    def __index__(self):
        raise RuntimeError


VALUES = [
    *(None, True, False, 0, -1, -3, 1, 2, 1.5, 2**62, 2**63, HUGE, -HUGE, 1 + 2j),
    *(float("nan"), float("inf"), -float("inf"), "", "A", "A" * 100_000, b"A"),
    *([], [0], [0, 2**27], ["A"], [1.5], [-1], (2, 3), [[1]], [1] * 2_000),
    *(
        (None,),
        (None, 2),
        {},
        {"a": 1},
        range(10**9),
        object(),
        int,
        Silent(),
        Unlike(),
    ),
    *(layers.Flatten, layers.Dense(3), [layers.LSTMCell(2), 5], Input((3,))),
]

# What is given for the arguments that a layer needs.
NEEDED = {
    "activation": "relu",
    "cell": layers.LSTMCell(3),
    "cells": [layers.LSTMCell(3)],
    "dims": (2, 1, 3),
    "equation": "abcd,de->abce",
    "layer": layers.LSTM(3),
    "output_shape": (None, None, 3),
    "rate": 0.5,
    "scale": 0.5,
    "stddev": 0.5,
    "target_shape": (-1,),
}

FAMILIES = {
    "attention",
    "conv_lstm",
    "convolution",
    "dense",
    "elementwise",
    "normalization",
    "pooling",
    "recurrent",
    "reshaping",
    "separable",
    "wrappers",
}
NAMES = sorted(
    name
    for name in layers.__all__
    if isinstance(getattr(layers, name), type)
    and getattr(layers, name).__module__.rpartition(".")[2] in FAMILIES
)


def shapes_for(name):
    """Return shapes that a layer of this name takes."""
    rank = next((rank for rank in (1, 2, 3) if f"{rank}D" in name), 0)
    if rank:
        image = (9,) * rank + (4,)
        return [(3, *image) if "ConvLSTM" in name else image]
    if "Attention" in name:
        return [(5, 4), (5, 4)]
    if "Cell" in name or name == "RepeatVector":
        return [(4,)]
    if name in ("Bidirectional", "GRU", "LSTM", "RNN", "SimpleRNN", "TimeDistributed"):
        return [(5, 4)]
    return [(6, 7, 3)]


def outputs_of(name, arguments):
    """Return what comes out of a layer, and the network of it."""
    layer = getattr(layers, name)(**arguments)
    inputs = [Input(shape) for shape in shapes_for(name)]
    if "Query" in name or "MultiHead" in name:
        out = layer(*inputs)
    else:
        out = layer(inputs if len(inputs) > 1 else inputs[0])
    while isinstance(out, list | tuple):
        out = out[0]
    return out, Model(inputs, out)


def said_of(name, arguments):
    """Return what is explained of a layer, or why it is refused."""
    try:
        out, net = outputs_of(name, arguments)
    except (ShapeError, TypeError, ValueError) as error:
        return str(error)
    for length in out.shape[1:]:
        assert type(length) is int
        assert 1 <= length < 2**63
    assert net.count_params() >= 0
    return str(net.rows[-1].explain())


@pytest.mark.usefixtures("own_memory")
@pytest.mark.parametrize("name", NAMES)
def test_any_argument_is_taken_or_refused_in_words(name):
    arguments = getattr(layers, name)._arguments_
    needed = {
        argument: NEEDED.get(argument, 2)
        for argument, default in arguments.items()
        if default is REQUIRED
    }
    if name in ("SpectralNormalization", "TimeDistributed"):
        needed["layer"] = layers.Dense(3)
    if name == "GroupNormalization":
        needed["groups"] = 3
    outputs_of(name, needed)
    for argument in set(arguments) - {"name"}:
        for value in VALUES:
            began = time.process_time()
            words = said_of(name, {**needed, argument: value})
            assert 0 < len(words) < 4000
            assert time.process_time() - began < 2, (argument, VALUES.index(value))


def test_the_layers_tried_are_most():
    assert len(NAMES) > 80
