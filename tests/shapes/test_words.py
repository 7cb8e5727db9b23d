"""Stacks of layers in words: read, never run."""

import pytest

from byhand.shapes import layers
from byhand.shapes.words import (
    OF_TORCH,
    UsageError,
    calls_in,
    layer_from,
    stack_from,
)


def test_calls_are_taken_apart_at_their_brackets():
    text = "Conv2D(4, (3, 3)) -> Dense(2, name='a (b)'), layers.Flatten()"
    assert list(calls_in(text)) == [
        "Conv2D(4, (3, 3))",
        "Dense(2, name='a (b)')",
        "layers.Flatten()",
    ]
    assert layer_from("keras.layers.Dense(3)").units == 3


def test_layers_may_hold_layers():
    stack = stack_from("Bidirectional(LSTM(3)) Dense(1)", (5, 2))
    assert stack.output_shape == (None, 1)
    assert stack_from("TimeDistributed(Dense(3))", (5, 2)).count_params() == 9


def test_the_input_may_come_first():
    for start in ("Input((3,))", "Input(shape=(3,))", "InputLayer(shape=(3,))"):
        assert stack_from(f"{start} Dense(4)").count_params() == 16
    assert stack_from("Dense(4, input_shape=(3,))").count_params() == 16
    with pytest.raises(UsageError, match="needs --input, such as"):
        stack_from("Dense(4)")


@pytest.mark.parametrize(
    ("text", "mended"),
    [
        ("Conv2D(10, 5, activation=relu)", "Conv2D(10, 5, activation='relu')"),
        ("Conv2D(10, 5, padding=same)", "Conv2D(10, 5, padding='same')"),
        ("keras.layers.Dense(units)", "keras.layers.Dense('units')"),
        ("LSTM(4, dropout=[a, 1])", "LSTM(4, dropout=['a', 1])"),
    ],
)
def test_quotes_that_the_shell_took_are_asked_for(text, mended):
    with pytest.raises(UsageError) as caught:
        layer_from(text)
    assert "quotes, which the shell takes away" in str(caught.value)
    assert str(caught.value).endswith(f'"{mended}"')


@pytest.mark.parametrize("name", OF_TORCH)
def test_names_of_pytorch_lead_to_those_of_keras(name):
    assert hasattr(layers, OF_TORCH[name])
    with pytest.raises(UsageError, match=f"Keras's name for it is {OF_TORCH[name]}$"):
        layer_from(f"{name}(10)")


@pytest.mark.parametrize(
    ("text", "fragment"),
    [
        ("Conv2d(10, 5)", "Keras's name for it is Conv2D|did you mean Conv2D"),
        ("Dens(4)", "did you mean Dense"),
        ("Layer(4)", "there is no layer 'Layer'"),
        ("__doc__(4)", "there is no layer '__doc__'"),
        ("add([1])", "there is no layer 'add'"),
        ("Dense(4", "is no Python"),
        ("Flatten", r"expected a layer with its brackets, such as Flatten\(\)"),
        ("Dense(*[3])", "no plain value"),
        ("Dense(**{'units': 3})", "write them out"),
        ("Dense(9**9**9)", "no plain value"),
        ("Dense(lambda: 3)", "no plain value"),
        ("(lambda: 3)()", "there is no layer"),
        ("__import__('os').system('echo x')", "there is no layer 'system'"),
        ("Dense(f'{3}')", "no plain value"),
        ("Dense(" + "[" * 5000, "is no Python"),
    ],
)
def test_what_is_no_layer_is_refused(text, fragment):
    with pytest.raises(UsageError, match=fragment):
        layer_from(text)
