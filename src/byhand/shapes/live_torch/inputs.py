"""The symbolic inputs of a PyTorch module, from the sizes that a reader gives."""

from __future__ import annotations

from byhand.shapes.live_torch.lengths import TRIED, Batch, Lengths, shown
from byhand.shapes.live_torch.symbols import SymbolicTensor
from byhand.shapes.live_torch.tracing import Tracer
from byhand.shapes.size import Size
from byhand.shapes.tensor import Tensor
from byhand.shapes.values import whole_number

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

# Letters for open lengths, by the number of axes behind the batch.
OPEN = {1: ("C",), 2: ("C", "T"), 3: ("C", "H", "W"), 4: ("C", "D", "H", "W")}
WRAPPERS = ("DataParallel", "DistributedDataParallel")


def sizes_of(input_size: Any) -> dict[Any, tuple[Any, ...]]:
    """Return the size of each input under its position or its name.

    Raises
    ------
    TypeError
        If it is no shape, and no list or dict of shapes.
    """
    words = (
        "input_size is a shape with the batch first, such as (1, 3, 224, 224), or a "
        f"list or dict of such shapes; got {input_size!r}"
    )
    if isinstance(input_size, dict):
        named = dict(input_size)
    elif isinstance(input_size, list | tuple) and input_size:
        single = not any(isinstance(part, list | tuple) for part in input_size)
        named = dict(enumerate([input_size] if single else input_size))
    else:
        raise TypeError(words)
    sizes = {}
    for name, size in named.items():
        if not isinstance(size, list | tuple):
            raise TypeError(words)
        sizes[name] = tuple(
            None if n is None else whole_number("a length of input_size", n)
            for n in size
        )
    return sizes


def batched(sizes: Mapping[Any, tuple[Any, ...]]) -> dict[Any, tuple[Any, ...]]:
    """Return sizes with an open batch in front."""
    return {name: (None, *size) for name, size in sizes.items()}


def tracer_and_inputs(
    module: Any,
    sizes: Mapping[Any, tuple[Any, ...]],
    dtypes: Any,
    torch: Any,
    *,
    batch_axis: int = 0,
) -> tuple[Tracer, list[SymbolicTensor], dict[str, SymbolicTensor]]:
    """Return a tracer, and the arguments that `forward` is to get."""
    first = next(iter(sizes.values()), ())
    size: Any = first[batch_axis] if len(first) > batch_axis else None
    is_open = size is None
    batch = Batch(1, TRIED if is_open else size, open=is_open, sure=batch_axis > 0)
    tracer = Tracer(module, batch, torch)
    args: list[SymbolicTensor] = []
    kwargs: dict[str, SymbolicTensor] = {}
    for position, (name, given) in enumerate(sizes.items()):
        lengths = _lengths(given, batch, batch_axis)
        label = name if isinstance(name, str) else f"input_{position + 1}"
        label = "input" if len(sizes) == 1 and not isinstance(name, str) else label
        dtype = _dtype(dtypes, name, position)
        symbol = SymbolicTensor(
            tracer, Tensor(shown(lengths), name=label), lengths, dtype
        )
        if isinstance(name, str):
            kwargs[name] = symbol
        else:
            args.append(symbol)
    return tracer, args, kwargs


def _lengths(given: tuple[Any, ...], batch: Batch, batch_axis: int) -> Lengths:
    """Return the lengths of an input, open ones as letters."""
    letters = OPEN.get(len(given) - 1) or [f"N{k}" for k in range(1, len(given))]
    lengths = [batch if n is None else n for n in given[:1]] + [
        Size.symbol(letter) if n is None else n
        for letter, n in zip(letters, given[1:], strict=True)
    ]
    if len(lengths) > batch_axis and given[batch_axis] in (None, batch.size):
        lengths[batch_axis] = batch
    return Lengths(lengths)


def _dtype(dtypes: Any, name: Any, position: int) -> Any:
    """Return the type of one input."""
    if isinstance(dtypes, dict):
        return dtypes.get(name)
    if isinstance(dtypes, list | tuple):
        return dtypes[position] if position < len(dtypes) else None
    return dtypes


def torch_of(module: Any) -> Any:
    """Return PyTorch where the module came from it; it is not imported here."""
    import sys

    torch = sys.modules.get("torch")
    kind = getattr(getattr(torch, "nn", None), "Module", None)
    return torch if kind is not None and isinstance(module, kind) else None


def unwrapped(module: Any) -> Any:
    """Return the module within a wrapper that only spreads or compiles it."""
    while True:
        if type(module).__name__ in WRAPPERS and hasattr(module, "module"):
            module = module.module
        elif hasattr(module, "_orig_mod"):
            module = module._orig_mod
        else:
            return module
