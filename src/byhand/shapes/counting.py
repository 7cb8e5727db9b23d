"""What a network costs: operations, memory and traffic, each with what it counts.

Multiply-accumulates (MACs) are those of products with weights, and of attention's
products; adding a bias, normalising, activating and pooling count nothing.

Traffic is what a layer moves if it runs by itself: it reads its inputs and its weights
once and writes its outputs. Operations for each byte of it are the layer's arithmetic
intensity (Williams, Waterman and Patterson, "Roofline: an insightful visual performance
model for multicore architectures", CACM 52 (2009), doi:10.1145/1498765.1498785): what
lies below a machine's own ratio waits for memory.

What is not known is left out of a sum, and the sum says so.
"""

from __future__ import annotations

from byhand.shapes.batch import elements_for_one
from byhand.shapes.escaping import listed
from byhand.shapes.formula import Formula
from byhand.shapes.size import largest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from byhand.shapes.network import Network
    from byhand.shapes.outcome import Inner
    from byhand.shapes.size import Number
    from byhand.shapes.tensor import Call

CONVENTIONS = {"2*macs": "2 * m", "macs": "m"}
BYTES = {
    "float64": 8,
    "float32": 4,
    "float16": 2,
    "bfloat16": 2,
    "int8": 1,
}

# Layers and operations that only move or pick numbers, without a rank at the end.
MOVING = {
    *("inputlayer", "identity", "masking", "cast", "contiguous"),
    *("flatten", "reshape", "permute", "transpose", "moveaxis", "swapaxes", "view"),
    *("expanddims", "unsqueeze", "squeeze", "ravel"),
    *("zeropadding", "cropping", "pad", "getitem", "take", "embedding", "split"),
    *("chunk", "concatenate", "cat", "stack", "repeatvector", "repeat", "tile"),
    *("broadcastto", "expand", "flip", "roll"),
    *("dropout", "spatialdropout", "gaussiandropout", "alphadropout"),
    *("gaussiannoise", "activityregularization"),
}


def flops_formula(macs: Number, convention: str = "2*macs") -> Formula:
    """Return floating-point operations from multiply-accumulates.

    Parameters
    ----------
    macs : int or Size
        Multiply-accumulates.
    convention : {"2*macs", "macs"}
        Whether a multiplication and an addition are two operations or one.

    Returns
    -------
    Formula
        The operations.

    Raises
    ------
    ValueError
        If the convention is another.

    Examples
    --------
    >>> flops_formula(982_000).value
    1964000
    """
    if convention not in CONVENTIONS:
        names = ", ".join(repr(name) for name in CONVENTIONS)
        raise ValueError(f"convention must be one of {names}, got {convention!r}")
    return Formula(CONVENTIONS[convention], m=macs)


class Memory:
    """Bytes that a network takes, by what they hold.

    Attributes
    ----------
    weights, gradients, activations : Formula
        Bytes of each; gradients are 0 unless training.
    total : Formula
        Their sum.
    unknown : tuple of str
        Names of layers of which something is not known, and so not in the sum.
    """

    __slots__ = ("activations", "gradients", "total", "unknown", "weights")

    def __init__(
        self,
        weights: Formula,
        gradients: Formula,
        activations: Formula,
        unknown: Iterable[str] = (),
    ) -> None:
        self.weights, self.gradients = weights, gradients
        self.activations = activations
        self.unknown = tuple(unknown)
        self.total = Formula(
            "w + g + a", w=weights.value, g=gradients.value, a=activations.value
        )

    def __repr__(self) -> str:
        text = (
            f"Memory(weights={self.weights.value}, gradients={self.gradients.value}, "
            f"activations={self.activations.value}, total={self.total.value} bytes"
        )
        if self.unknown:
            text += f", without what is not known of {listed(self.unknown)}"
        return f"{text})"


def memory_of(
    network: Network,
    *,
    batch: int = 1,
    dtype: str = "float32",
    training: bool = False,
) -> Memory:
    """Return the bytes that a network takes for a batch.

    Parameters
    ----------
    network : Sequential or Model
        A network with its input.
    batch : int
        Examples at a time.
    dtype : {"float64", "float32", "float16", "bfloat16", "int8"}
        What every number is held in.
    training : bool
        Whether every activation is kept for the way back, and gradients are held.
        Otherwise the largest pair of a layer's input and output is. The state of
        an optimizer, and what a framework keeps for itself, come on top.

    Returns
    -------
    Memory
        Bytes by what they hold, those of networks inside as well.

    Raises
    ------
    ValueError
        If the dtype or the batch is no such thing.
    """
    size = bytes_of_a_number(dtype)
    if isinstance(batch, bool) or not isinstance(batch, int) or batch < 1:
        raise ValueError(f"batch must be a whole number of at least 1, got {batch!r}")
    held = _Held()
    kept, most = held.inside(network._calls_)
    if training:
        inputs = elements(tensor.shape for tensor in network._inputs_)
        activations = kept if inputs is None else inputs + kept
    else:
        activations = most
    unknown = [layer._label_ for layer in unknown_layers(network)]
    trained = network._known_(trainable=True) if training else 0
    return Memory(
        Formula("p * s", p=network._known_(), s=size),
        Formula("p * s", p=trained, s=size),
        Formula("n * a * s", n=batch, a=activations, s=size),
        dict.fromkeys([*unknown, *held.unknown]),
    )


class _Held:
    """Elements that calls hold, those inside networks counted where they are.

    Attributes
    ----------
    unknown : dict of str
        The names of layers with a shape that is not known.
    """

    def __init__(self) -> None:
        self.unknown: dict[str, None] = {}
        self._known: dict[int, tuple[Any, Any]] = {}

    def inside(self, calls: Iterable[Call]) -> tuple[Any, Any]:
        """Return the elements of all outputs, and of the largest input and output."""
        kept: Any = 0
        pairs: list[Any] = [0]
        for call in calls:
            inner = call.outcome.inner
            if inner is not None and inner.calls:
                if id(inner) not in self._known:  # a network is called many times
                    self._known[id(inner)] = self.inside(inner.calls)
                every, pair = self._known[id(inner)]
            else:
                every = elements(tensor.shape for tensor in call.outputs)
                received = elements(tensor.shape for tensor in call.inputs)
                if every is None or received is None:
                    self.unknown[call.layer._label_] = None
                every = 0 if every is None else every
                pair = every if received is None else received + every
            kept = kept + every
            pairs.append(pair)
        return kept, largest(pairs)


def elements(shapes: Iterable[Any]) -> Any:
    """Return the number of elements of all shapes, for one example; None if unknown."""
    total: Any = 0
    for shape in shapes:
        count = None if shape is None else elements_for_one(shape)
        if count is None:
            return None
        total = total + count
    return total


def bytes_of_a_number(dtype: str) -> int:
    """Return how many bytes a number takes, or refuse a dtype that is not there."""
    if dtype not in BYTES:
        names = ", ".join(repr(name) for name in BYTES)
        raise ValueError(f"dtype must be one of {names}, got {dtype!r}")
    return BYTES[dtype]


def traffic_of(
    call: Call, *, dtype: str = "float32"
) -> tuple[Formula | None, Formula | None]:
    """Return the bytes that a call reads and writes, for one example.

    Parameters
    ----------
    call : Call
        A call of a layer. Of a network, what the calls inside move is added.
    dtype : str
        What every number is held in.

    Returns
    -------
    read, written : Formula or None
        The bytes of its inputs and weights, and of its outputs; None if unknown. An
        Embedding reads the rows that are looked up.
    """
    size = bytes_of_a_number(dtype)
    inner = call.outcome.inner
    if inner is not None and inner.calls:
        return _traffic_inside(inner, dtype, {})
    read = elements(tensor.shape for tensor in call.inputs)
    written = elements(tensor.shape for tensor in call.outputs)
    weights = call.layer.count_params()
    if call.layer._kind_ == "Embedding":
        weights = written
    if read is None or weights is None:
        into = None
    else:
        into = Formula("(a + w) * s", a=read, w=weights, s=size)
    out = None if written is None else Formula("a * s", a=written, s=size)
    return into, out


def _traffic_inside(
    inner: Inner, dtype: str, known: dict[int, Any]
) -> tuple[Formula | None, Formula | None]:
    """Return the sum over the calls of a network, each network inside counted once."""
    if id(inner) in known:
        return known[id(inner)]  # type: ignore[no-any-return]
    sums: list[Any] = [0, 0]
    for call in inner.calls:
        nested = call.outcome.inner
        if nested is not None and nested.calls:
            parts = _traffic_inside(nested, dtype, known)
        else:
            parts = traffic_of(call, dtype=dtype)
        for side, part in enumerate(parts):
            if part is None or sums[side] is None:
                sums[side] = None
            else:
                sums[side] = sums[side] + part.value
    read, written = (None if n is None else Formula("n", n=n) for n in sums)
    known[id(inner)] = (read, written)
    return read, written


def intensity_of(macs: Number | None, moved: Number | None) -> float | str | None:
    """Return floating-point operations for each byte that is moved.

    Parameters
    ----------
    macs : int, Size or None
        Multiply-accumulates; None where they are not known.
    moved : int, Size or None
        Bytes read and written; None where they are not known.

    Returns
    -------
    float, str or None
        FLOPs over bytes; the quotient as text where a length is open, None where
        either is unknown or nothing is moved.
    """
    if macs is None or moved is None or moved == 0:
        return None
    flops = flops_formula(macs).value
    if isinstance(flops, int) and isinstance(moved, int):
        return flops / moved
    return f"({flops}) / ({moved})" if flops != 0 else 0.0


def known_macs(calls: Iterable[Call]) -> tuple[Number, list[str]]:
    """Return the multiply-accumulates that are known, and where they are not.

    Parameters
    ----------
    calls : iterable of Call
        Calls of a network; those of networks and own layers inside are looked into
        where the whole is not known.

    Returns
    -------
    total : int or Size
        The sum of what is known.
    unknown : list of str
        The names of layers of which it is not known.
    """
    unknown: dict[str, None] = {}
    return _known_macs(calls, unknown, {}), list(unknown)


def _known_macs(
    calls: Iterable[Call], unknown: dict[str, None], sums: dict[int, Number]
) -> Number:
    """Return the sum that is known; add names to the unknown ones."""
    total: Number = 0
    for call in calls:
        macs, inner = call.outcome.macs, call.outcome.inner
        if macs is not None:
            total = total + macs.value
        elif inner is not None and inner.calls:
            if id(inner) not in sums:
                sums[id(inner)] = _known_macs(inner.calls, unknown, sums)
            total = total + sums[id(inner)]
        else:
            unknown[call.layer._label_] = None
    return total


def unknown_layers(network: Network) -> list[Any]:
    """Return the layers, at any depth, of which the weights are not known."""
    found: list[Any] = []
    seen: set[int] = set()
    stack: list[Any] = [network]
    while stack:
        layer = stack.pop()
        if id(layer) in seen:
            continue
        seen.add(id(layer))
        if layer._unknown_weights_:
            found.append(layer)
        stack.extend(reversed(layer._inner_layers_))
    return found


def uncounted_kinds(calls: Iterable[Call]) -> list[str]:
    """Return the classes of layers that compute without multiply-accumulates.

    Pooling, normalising, activating and adding take time, and count 0 here.
    """
    kinds: dict[str, None] = {}
    seen: set[int] = set()
    stack = list(calls)[::-1]
    while stack:
        call = stack.pop()
        macs, inner = call.outcome.macs, call.outcome.inner
        if inner is not None and inner.calls:
            if id(inner) not in seen:
                seen.add(id(inner))
                stack.extend(reversed(inner.calls))
        elif macs is not None and macs.value == 0 and not _moves(call.layer._kind_):
            kinds[call.layer._kind_] = None
    return list(kinds)


def _moves(kind: str) -> bool:
    """Return whether a layer or an operation of a class only moves numbers."""
    name = kind.lower().replace("_", "")
    return name in MOVING or (name[-2:] in ("1d", "2d", "3d") and name[:-2] in MOVING)
