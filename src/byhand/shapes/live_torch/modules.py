"""What PyTorch's own modules make of lengths, by the names of their classes.

A rule takes the module, of which it reads the documented attributes, and what the
module is called with.
"""

from __future__ import annotations

from byhand.shapes.errors import ShapeError
from byhand.shapes.formula import Formula
from byhand.shapes.live_torch import rules
from byhand.shapes.live_torch.lengths import (
    Batch,
    BatchElsewhereError,
    Lengths,
    MissingAxisError,
    per_example,
    same,
    words,
)
from byhand.shapes.outcome import POINT, UNKNOWN, WHOLE, Outcome

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

GATES = {"RNN": 1, "GRU": 3, "LSTM": 4}

# Letters for the axes of a module's parameters, for `explain`.
LETTERS = (
    {
        "Linear": {"weight": ("f", "c"), "bias": ("f",)},
        "Embedding": {"weight": ("v", "f")},
        "Bilinear": {"weight": ("f", "a", "b"), "bias": ("f",)},
    }
    | {
        f"Conv{rank}d": {"weight": ("f", "c", *rules.TAPS[rank]), "bias": ("f",)}
        for rank in (1, 2, 3)
    }
    | {
        f"ConvTranspose{rank}d": {
            "weight": ("c", "f", *rules.TAPS[rank]),
            "bias": ("f",),
        }
        for rank in (1, 2, 3)
    }
)


def _convolution(rank: int) -> Callable[..., Any]:
    """Return the rule of a convolution."""

    def rule(m: Any, input: Lengths) -> Outcome:
        kernel = rules.each(m.kernel_size, rank, "kernel_size")
        groups = m.groups
        channels = m.in_channels or (input[1] if len(input) > 1 else 1)
        return rules.convolution(
            rank,
            input,
            (m.out_channels, channels // groups, *kernel),
            m.stride,
            m.padding,
            m.dilation,
            groups,
        )

    return rule


def _transposed(rank: int) -> Callable[..., Any]:
    """Return the rule of a transposed convolution."""

    def rule(m: Any, input: Lengths, output_size: Any = None) -> Outcome:
        kernel = rules.each(m.kernel_size, rank, "kernel_size")
        channels = m.in_channels or (input[1] if len(input) > 1 else 1)
        return rules.transposed_convolution(
            rank,
            input,
            (channels, m.out_channels // m.groups, *kernel),
            m.stride,
            m.padding,
            m.output_padding,
            m.groups,
            m.dilation,
            output_size,
        )

    return rule


def _max_pooling(rank: int) -> Callable[..., Any]:
    """Return the rule of a maximum pooling."""

    def rule(m: Any, input: Lengths) -> Any:
        return rules.pooling(
            rank,
            input,
            m.kernel_size,
            m.stride,
            m.padding,
            m.dilation,
            m.ceil_mode,
            m.return_indices,
        )

    return rule


def _average_pooling(rank: int) -> Callable[..., Any]:
    """Return the rule of an average pooling."""

    def rule(m: Any, input: Lengths) -> Any:
        return rules.average_pooling(
            rank, input, m.kernel_size, m.stride, m.padding, m.ceil_mode
        )

    return rule


def _norm_pooling(rank: int) -> Callable[..., Any]:
    """Return the rule of a power-average pooling."""

    def rule(m: Any, input: Lengths) -> Any:
        return rules.pooling(rank, input, m.kernel_size, m.stride, 0, 1, m.ceil_mode)

    return rule


def _adaptive(rank: int) -> Callable[..., Any]:
    """Return the rule of an adaptive pooling."""

    def rule(m: Any, input: Lengths) -> Any:
        indices = bool(getattr(m, "return_indices", False))
        return rules.adaptive_pooling(rank, input, m.output_size, indices)

    return rule


def _unpooling(rank: int) -> Callable[..., Any]:
    """Return the rule of the way back of a maximum pooling."""

    def rule(m: Any, input: Lengths, indices: Any, output_size: Any = None) -> Any:
        return rules.unpooling(
            rank, input, indices, m.kernel_size, m.stride, m.padding, output_size
        )

    return rule


def _padding(m: Any, input: Lengths) -> Outcome:
    """Elements added around; `padding` is made one for each side by PyTorch."""
    given = m.padding
    sides = [given] * 2 if hasattr(given, "__index__") else list(given)
    return rules.pad(input, sides)


def _linear(m: Any, input: Lengths) -> Outcome:
    """The last axis becomes out_features long."""
    features = m.in_features or input[-1]
    return rules.linear(input, (m.out_features, features))


def _embedding(m: Any, input: Lengths) -> Outcome:
    """A row of embedding_dim for each number."""
    return Outcome([(*input, m.embedding_dim)])


def _embedding_bag(
    m: Any, input: Lengths, offsets: Any = None, *_: Any, **__: Any
) -> Outcome:
    """A row of embedding_dim for each bag."""
    if isinstance(offsets, Lengths):
        return Outcome([(offsets[0], m.embedding_dim)], field=WHOLE)
    return Outcome([(input[0], m.embedding_dim)], field=WHOLE)


def _bilinear(m: Any, input1: Lengths, input2: Lengths) -> Outcome:
    """A product of two rows for each of out_features."""
    sizes = (m.out_features, m.in1_features, m.in2_features)
    return rules.bilinear(input1, input2, sizes)


def _channels(rank: int | None) -> Callable[..., Any]:
    """Return the rule of a normalisation of channels."""

    def rule(m: Any, input: Lengths, *_: Any) -> Outcome:
        features = getattr(m, "num_features", 0) or getattr(m, "num_channels", 0)
        if rank is not None:
            allowed = {2, 3} if rank == 1 else {rank + 2}
            if len(input) not in allowed and len(input) > 1:
                rules.split(input, rank)
        if len(input) < 2:
            raise MissingAxisError(f"it takes batch and channels, got {words(input)}")
        if features and not same(input[1], features):
            raise ShapeError(
                f"it was made for {features} channels, got {input[1]} in "
                f"{words(input)}; let it have as many as come"
            )
        if _has_statistics(m):
            return Outcome([input])
        if getattr(m, "num_groups", 0) == 1:
            return Outcome([input], field=WHOLE)
        return rules.across_places(input)

    return rule


def _has_statistics(m: Any) -> bool:
    """Return whether, after training, a normalisation takes nothing from its input.

    Others, such as those of groups, take means over all places.
    """
    return getattr(m, "running_mean", None) is not None


def _softmax(m: Any, input: Lengths) -> Outcome:
    """Shares of all along an axis."""
    if m.dim == len(input):
        raise MissingAxisError(f"there is no axis {m.dim} in {words(input)}")
    return rules.shares(input, dim=m.dim)


def _layer_norm(m: Any, input: Lengths) -> Outcome:
    """The last axes must be those that it was made for."""
    return rules.normalized(input, m.normalized_shape)


def _hold_batch(m: Any, x: Lengths) -> None:
    """Refuse an input whose first axis is the batch where steps come first."""
    first, second = x[:2]
    if (
        not m.batch_first
        and isinstance(first, Batch)
        and not isinstance(second, Batch)
        and not (first.open or first.sure)
    ):
        raise BatchElsewhereError(
            f"it takes steps first and the batch second, got {words(x)}; write "
            "batch_first=True, or give the axes in this order"
        )


def _recurrent(m: Any, input: Lengths, hx: Any = None) -> Any:
    """A sequence through layers of g gates of u units, in one or two directions."""
    if not isinstance(input, Lengths):
        input = input[0]  # sequences of several lengths, packed: as if all were full
    if len(input) != 3:
        kind = MissingAxisError if len(input) == 2 else ShapeError
        raise kind(
            f"it takes an input of 3 axes, got {len(input)}: {words(input)}; give "
            f"{'batch, steps' if m.batch_first else 'steps, batch'}, features"
        )
    _hold_batch(m, input)
    batch, steps = (input[0], input[1]) if m.batch_first else (input[1], input[0])
    if not same(input[2], m.input_size):
        raise ShapeError(
            f"it was made for {m.input_size} features, got {input[2]} in "
            f"{words(input)}; write input_size={input[2]}, or change what comes"
        )
    ways = 2 if m.bidirectional else 1
    u, projected = m.hidden_size, getattr(m, "proj_size", 0)
    out = projected or u
    gates = GATES[m.mode.partition("_")[0]]
    terms, values = [], {"t": steps, "g": gates, "u": u, "h": out}
    for layer in range(m.num_layers):
        values[f"c_{layer + 1}"] = m.input_size if layer == 0 else out * ways
        terms.append(f"(c_{layer + 1} + h)")
    # Steps are the batch's where the caller has its axes the other way round.
    values["t"] = per_example([batch, steps])
    cost = f"t * g * u * ({' + '.join(terms)})"
    if projected:
        cost = f"({cost} + t * n * u * h)"
        values["n"] = m.num_layers
    if ways == 2:
        cost = f"2 * {cost}"
    macs = Formula(cost, **values)
    sequence = (*input[:2], out * ways)
    states = [(m.num_layers * ways, batch, out)]
    if m.mode == "LSTM":
        states.append((m.num_layers * ways, batch, u))
    return Outcome([sequence, *states], macs=macs, field=WHOLE), _sequence_and_state


def _sequence_and_state(parts: Sequence[Any]) -> Any:
    """Return what a recurrent module gives: all steps, and the last state."""
    sequence, *states = parts
    return sequence, tuple(states) if len(states) > 1 else states[0]


def _cell(gates: int) -> Callable[..., Any]:
    """Return the rule of one step of a recurrent module."""

    def rule(m: Any, input: Lengths, hx: Any = None) -> Any:
        if not input or not same(input[-1], m.input_size):
            raise ShapeError(
                f"it was made for {m.input_size} features, got {words(input)}"
            )
        shape = (*input[:-1], m.hidden_size)
        macs = Formula(
            "n * g * u * (c + u)",
            n=per_example(input[:-1]),
            g=gates,
            u=m.hidden_size,
            c=m.input_size,
        )
        if gates == 4:
            return Outcome([shape, shape], macs=macs, field=WHOLE), tuple
        return Outcome([shape], macs=macs, field=WHOLE)

    return rule


def _multi_head_attention(
    m: Any,
    query: Lengths,
    key: Any,
    value: Any,
    key_padding_mask: Any = None,
    need_weights: bool = True,
    attn_mask: Any = None,
    average_attn_weights: bool = True,
    is_causal: bool = False,
) -> Any:
    """Projections of queries, keys and values, their products, and one more."""
    if len(query) != 3:
        kind = MissingAxisError if len(query) == 2 else ShapeError
        raise kind(f"it takes queries of 3 axes, got {words(query)}")
    sizes = (query[2], m.embed_dim), (key[2], m.kdim), (value[2], m.vdim)
    for got, wanted in sizes:
        if not same(got, wanted):
            raise ShapeError(
                f"it was made for rows of {wanted}, got {got}: queries "
                f"{words(query)}, keys {words(key)}, values {words(value)}"
            )
    _hold_batch(m, query)
    batch, targets = query[:2] if m.batch_first else (query[1], query[0])
    sources = key[1] if m.batch_first else key[0]
    targets, sources = per_example([batch, targets]), per_example([sources])
    macs = Formula(
        "l * e * e + s * e * (k + v) + 2 * l * s * e + l * e * e",
        l=targets,
        s=sources,
        e=m.embed_dim,
        k=m.kdim,
        v=m.vdim,
    )
    if not need_weights:
        return Outcome([query], macs=macs, field=WHOLE), lambda parts: (*parts, None)
    plain = (query[1], key[1]) if m.batch_first else (query[0], key[0])
    heads = [] if average_attn_weights else [m.num_heads]
    weights = (batch, *heads, *plain)
    return Outcome([query, weights], macs=macs, field=WHOLE), tuple


def _flatten(m: Any, input: Lengths) -> Outcome:
    """Neighbouring axes as one; a single axis is an example without its batch."""
    if len(input) == 1 and m.start_dim == 1:
        raise MissingAxisError(f"it takes batch and more, got {words(input)}")
    return rules.flatten(input, m.start_dim, m.end_dim)


def _unflatten(m: Any, input: Lengths) -> Outcome:
    """One axis as several."""
    return rules.unflatten(input, m.dim, m.unflattened_size)


def _upsample(m: Any, input: Lengths) -> Outcome:
    """Lengths as asked for, or multiplied."""
    return rules.interpolate(input, m.size, m.scale_factor, m.mode)


def _glu(m: Any, input: Lengths) -> Outcome:
    """Half of an axis gates the other half."""
    axis = rules.axis_at(m.dim, len(input))
    if isinstance(input[axis], int) and input[axis] % 2:
        raise ShapeError(f"a length of {input[axis]} has no halves; make it even")
    out = (*input[:axis], input[axis] // 2, *input[axis + 1 :])
    return Outcome([out])


def _fold(m: Any, input: Lengths) -> Outcome:
    """Columns of windows back to an image."""
    h, w = rules.each(m.output_size, 2, "output_size")
    kernel = rules.each(m.kernel_size, 2, "kernel_size")
    return Outcome(
        [(input[0], input[1] // (kernel[0] * kernel[1]), h, w)], field=UNKNOWN
    )


def _unfold(m: Any, input: Lengths) -> Outcome:
    """Each window as a column."""
    batch, channels, places = rules.split(input, 2)
    kernel = rules.each(m.kernel_size, 2, "kernel_size")
    walked, _ = rules.windows(
        places,
        kernel,
        rules.each(m.stride, 2, "stride"),
        rules.each(m.padding, 2, "padding"),
        rules.each(m.dilation, 2, "dilation"),
    )
    rows = walked[0][1].value * walked[1][1].value
    shape = (batch, channels * kernel[0] * kernel[1], rows)
    return Outcome([shape], lengths=walked, field=UNKNOWN)


def _pixel_shuffle(m: Any, input: Lengths) -> Outcome:
    """Channels moved into height and width."""
    return rules.pixel_shuffle(input, m.upscale_factor)


def _pixel_unshuffle(m: Any, input: Lengths) -> Outcome:
    """Height and width moved into channels."""
    return rules.pixel_unshuffle(input, m.downscale_factor)


def _unchanged(m: Any, input: Any, *_: Any, **__: Any) -> Outcome:
    """As many numbers as came in."""
    return Outcome([input], field=POINT)


MODULES: dict[str, Callable[..., Any]] = {
    "Linear": _linear,
    "Bilinear": _bilinear,
    "Embedding": _embedding,
    "EmbeddingBag": _embedding_bag,
    "LayerNorm": _layer_norm,
    "RMSNorm": _layer_norm,
    "GroupNorm": _channels(None),
    "SyncBatchNorm": _channels(None),
    "Softmax": _softmax,
    "LogSoftmax": _softmax,
    "Softmin": _softmax,
    "RNN": _recurrent,
    "LSTM": _recurrent,
    "GRU": _recurrent,
    "RNNCell": _cell(1),
    "GRUCell": _cell(3),
    "LSTMCell": _cell(4),
    "MultiheadAttention": _multi_head_attention,
    "Flatten": _flatten,
    "Unflatten": _unflatten,
    "Upsample": _upsample,
    "PixelShuffle": _pixel_shuffle,
    "PixelUnshuffle": _pixel_unshuffle,
    "GLU": _glu,
    "Fold": _fold,
    "Unfold": _unfold,
}
for _rank in (1, 2, 3):
    MODULES[f"Conv{_rank}d"] = _convolution(_rank)
    MODULES[f"ConvTranspose{_rank}d"] = _transposed(_rank)
    MODULES[f"MaxPool{_rank}d"] = _max_pooling(_rank)
    MODULES[f"AvgPool{_rank}d"] = _average_pooling(_rank)
    MODULES[f"LPPool{_rank}d"] = _norm_pooling(_rank)
    MODULES[f"AdaptiveAvgPool{_rank}d"] = _adaptive(_rank)
    MODULES[f"AdaptiveMaxPool{_rank}d"] = _adaptive(_rank)
    MODULES[f"MaxUnpool{_rank}d"] = _unpooling(_rank)
    MODULES[f"BatchNorm{_rank}d"] = _channels(_rank)
    MODULES[f"InstanceNorm{_rank}d"] = _channels(_rank)
    for _kind in ("Zero", "Constant", "Reflection", "Replication", "Circular"):
        MODULES[f"{_kind}Pad{_rank}d"] = _padding
MODULES |= dict.fromkeys(
    """
        Identity Dropout Dropout1d Dropout2d Dropout3d AlphaDropout
        FeatureAlphaDropout ReLU ReLU6 LeakyReLU PReLU RReLU ELU SELU CELU GELU SiLU
        Mish Softplus Softsign Softshrink Hardshrink Tanhshrink Tanh Hardtanh
        Sigmoid LogSigmoid Hardsigmoid Hardswish Threshold Softmax2d LocalResponseNorm
        CrossMapLRN2d ChannelShuffle
    """.split(),
    _unchanged,
)

# How many tensors come out, of modules that give several.
SEVERAL = {"RNN": 2, "GRU": 2, "LSTM": 3, "LSTMCell": 2, "MultiheadAttention": 2}
PACKED: dict[str, Callable[..., Any]] = {
    "RNN": _sequence_and_state,
    "GRU": _sequence_and_state,
    "LSTM": _sequence_and_state,
    "LSTMCell": tuple,
    "MultiheadAttention": tuple,
}


def rule_of(module: Any) -> tuple[str, Callable[..., Any]] | None:
    """Return the class name and the rule of one of PyTorch's modules.

    None for a module whose `forward` is a reader's own, and for those of PyTorch's
    that are not listed here: their `forward` is run.
    """
    for cls in type(module).__mro__:
        if cls.__module__.startswith("torch.nn."):
            if cls.__name__ in MODULES:
                return cls.__name__, MODULES[cls.__name__]
            if cls.__name__ == "Module":
                return None
        elif "forward" in vars(cls):
            return None
    return None
