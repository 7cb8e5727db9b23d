"""Names that a layer takes: its arguments, and strings such as activation="relu".

Keras refuses a name that it does not know, and so does this, with the nearest one.
"""

from __future__ import annotations

from byhand.shapes.errors import ShapeError
from byhand.shapes.known_names import (
    ACTIVATIONS,
    CONSTRAINTS,
    INITIALIZERS,
    REGULARIZERS,
)
from byhand.shapes.values import shown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

# What the end of an argument's name says of its value.
KINDS = {
    "activation": ACTIVATIONS,
    "initializer": INITIALIZERS,
    "regularizer": REGULARIZERS,
    "constraint": CONSTRAINTS,
}

LEAVE_OUT = "leave it out: it is read off the input"

# Spellings of Keras 1 and 2 and of PyTorch, with what is written today. Names that
# layers of today have themselves are found before this is asked.
SPELLINGS = {
    "nb_filter": "write filters",
    "nb_row": "write kernel_size=(rows, columns)",
    "nb_col": "write kernel_size=(rows, columns)",
    "filter_length": "write kernel_size",
    "border_mode": "write padding",
    "subsample": "write strides",
    "subsample_length": "write strides",
    "pool_length": "write pool_size",
    "dim_ordering": "write data_format",
    "init": "write kernel_initializer",
    "W_regularizer": "write kernel_regularizer",
    "b_regularizer": "write bias_regularizer",
    "W_constraint": "write kernel_constraint",
    "bias": "write use_bias",
    "inner_activation": "write recurrent_activation",
    "inner_init": "write recurrent_initializer",
    "p": "write rate",
    "dropout_W": "write dropout",
    "dropout_U": "write recurrent_dropout",
    "input_length": "leave it out, or put Input((length,)) in front",
    "implementation": "leave it out: it changes nothing",
    "batch_size": "put Input(shape, batch_size=...) in front",
    "concat_axis": "write axis",
    "in_channels": f"{LEAVE_OUT}, and write filters for out_channels",
    "in_features": f"{LEAVE_OUT}, and write units for out_features",
    "num_features": LEAVE_OUT,
    "out_channels": "write filters",
    "out_features": "write units",
    "hidden_size": "write units",
    "output_dim": "write units",
    "input_size": f"{LEAVE_OUT}, and write units for hidden_size",
    "stride": "write strides",
    "dilation": "write dilation_rate",
    "num_embeddings": "write input_dim",
    "embedding_dim": "write output_dim",
    "inplace": "leave it out: it changes no shape",
    "batch_first": "leave it out: the batch is first",
    "eps": "write epsilon",
    "alpha": "write negative_slope",
}


# Layers of PyTorch and of older versions of Keras, with what is written today.
OTHER_LAYERS = {
    "Linear": "Dense",
    "LazyLinear": "Dense",
    "Conv1d": "Conv1D",
    "Conv2d": "Conv2D",
    "Conv3d": "Conv3D",
    "ConvTranspose2d": "Conv2DTranspose",
    "MaxPool1d": "MaxPooling1D",
    "MaxPool2d": "MaxPooling2D",
    "AvgPool2d": "AveragePooling2D",
    "AdaptiveAvgPool2d": "GlobalAveragePooling2D, or AdaptiveAveragePooling2D",
    "BatchNorm1d": "BatchNormalization",
    "BatchNorm2d": "BatchNormalization",
    "LayerNorm": "LayerNormalization",
    "Dropout2d": "SpatialDropout2D",
    "MultiheadAttention": "MultiHeadAttention",
    "CuDNNLSTM": "LSTM",
    "CuDNNGRU": "GRU",
    "Deconvolution2D": "Conv2DTranspose",
    "AtrousConvolution2D": "Conv2D with dilation_rate",
    "Merge": "Concatenate, Add or Multiply",
    "merge": "concatenate, add or multiply",
    "ThresholdedReLU": "ReLU with threshold",
    "ConvRecurrent2D": "ConvLSTM2D",
}


def unknown_argument(
    cls: str, name: str, expected: Iterable[str], value: Any = None
) -> str:
    """Return the words for an argument that does not exist, with what to write."""
    names = list(expected)
    if name == "batch_input_shape":
        shape = shown(value) if isinstance(value, list | tuple) else "..."
        return (
            f"{cls} has no argument {name!r}; put Input(batch_shape={shape}) in front "
            "of it, in the Sequential or as what it is called with"
        )
    advice = SPELLINGS.get(name, "")
    wanted = advice.removeprefix("write ").partition("=")[0]
    if advice.startswith("write ") and wanted not in names:
        advice = ""
    if not advice:
        near = nearest(name, names)
        advice = f"did you mean {near!r}?" if near else ""
    elif advice == f"write {wanted}":
        advice = f"did you mean {wanted!r}?"
    return f"{cls} has no argument {name!r}" + (f"; {advice}" if advice else "")


def unknown_layer(name: str, known: Iterable[str]) -> str:
    """Return the words for a layer that does not exist, with the one to take."""
    words = f"keras.layers has no {shown(name)}"
    if name in OTHER_LAYERS:
        return f"{words}; write {OTHER_LAYERS[name]}"
    near = nearest(name, known)
    return f"{words}; did you mean {near!r}?" if near else words


def nearest(name: str, known: Iterable[str]) -> str | None:
    """Return the name that is most like another, capitals apart; None if none is.

    Examples
    --------
    >>> nearest("rellu", ["relu", "elu"]), nearest("ReLU", ["relu"])
    ('relu', 'relu')
    """
    from difflib import get_close_matches

    lowered = {one.lower(): one for one in known}
    near = get_close_matches(str(name)[:100].lower(), list(lowered), n=1, cutoff=0.5)
    return lowered[near[0]] if near else None


def checked_activation(value: Any) -> Any:
    """Return an activation: None, a known name, something callable, or a dictionary.

    Raises
    ------
    ShapeError
        If Keras would not take it either.
    """
    return checked("activation", value)


def checked(argument: str, value: Any) -> Any:
    """Return an argument if Keras takes its value.

    Parameters
    ----------
    argument : str
        The name of the argument, such as "kernel_initializer"; only the word at its
        end counts, and another is not looked at.
    value : object
        None, a known name, something callable, a dictionary from a file, or an array
        of initial numbers.

    Raises
    ------
    ShapeError
        If Keras would not take it either.
    """
    kind = argument.rpartition("_")[2]
    if kind not in KINDS or value is None or callable(value) or isinstance(value, dict):
        return value
    if isinstance(value, str):
        if value in KINDS[kind]:
            return value
        near = nearest(value, KINDS[kind])
        hint = f"; did you mean {near!r}?" if near else ""
        raise ShapeError(f"{argument} {shown(value)} is not known{hint}")
    if kind == "initializer" and hasattr(value, "shape"):
        return value
    raise ShapeError(
        f"{argument} must be a name, such as {KINDS[kind][-1]!r}, or a function, got "
        f"{shown(value)} of type {type(value).__name__}"
    )
