"""What a network costs: operations and memory, each with what it counts.

Multiply-accumulates (MACs) are those of products with weights, and of attention's
products; adding a bias, normalising, activating and pooling count nothing.
"""

from __future__ import annotations

from byhand.shapes.formula import Formula
from byhand.shapes.outcome import product
from byhand.shapes.size import largest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from byhand.shapes.size import Number

CONVENTIONS = {"2*macs": "2 * m", "macs": "m"}
BYTES = {
    "float64": 8,
    "float32": 4,
    "float16": 2,
    "bfloat16": 2,
    "int8": 1,
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
    """

    __slots__ = ("activations", "gradients", "total", "weights")

    def __init__(
        self, weights: Formula, gradients: Formula, activations: Formula
    ) -> None:
        self.weights, self.gradients = weights, gradients
        self.activations = activations
        self.total = Formula(
            "w + g + a", w=weights.value, g=gradients.value, a=activations.value
        )

    def __repr__(self) -> str:
        return (
            f"Memory(weights={self.weights.value}, gradients={self.gradients.value}, "
            f"activations={self.activations.value}, total={self.total.value} bytes)"
        )


def memory_of(
    network: Any, *, batch: int = 1, dtype: str = "float32", training: bool = False
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
        Bytes by what they hold.

    Raises
    ------
    ValueError
        If the dtype or the batch is no such thing.
    """
    if dtype not in BYTES:
        names = ", ".join(repr(name) for name in BYTES)
        raise ValueError(f"dtype must be one of {names}, got {dtype!r}")
    if not isinstance(batch, int) or batch < 1:
        raise ValueError(f"batch must be a whole number of at least 1, got {batch!r}")
    size = BYTES[dtype]
    rows = network.rows
    sizes = [sum_of(row.outputs) for row in rows]
    held: Number = 0
    if training:
        for count in sizes:
            held = held + count
    else:
        pairs = [sum_of(row.inputs) + sum_of(row.outputs) for row in rows if row.inputs]
        held = largest(pairs)
    parameters = network.count_params()
    trained = network.trainable_params if training else 0
    return Memory(
        Formula("p * s", p=parameters, s=size),
        Formula("p * s", p=trained, s=size),
        Formula("n * a * s", n=batch, a=held, s=size),
    )


def sum_of(shapes: Any) -> Any:
    """Return the number of elements of all shapes, for one example."""
    total: Any = 0
    for shape in shapes:
        total = total + product(shape[1:])
    return total
