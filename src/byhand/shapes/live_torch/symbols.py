"""A symbolic tensor that PyTorch's functions and a module's `forward` accept.

PyTorch hands every function that meets one to `__torch_function__`; methods and
operators come in by their names.
"""

from __future__ import annotations

from byhand.shapes.live_torch.lengths import batches

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from byhand.shapes.tensor import Tensor


class UnknownError(Exception):
    """What is asked for depends on numbers or shapes that are not known."""


class UnknownShape:
    """The shape of a symbolic tensor of which nothing is known but its batch."""

    def __init__(self, batch: Any) -> None:
        self._batch = batch

    def __getitem__(self, axis: Any) -> Any:
        if axis == 0:
            return self._batch
        raise UnknownError("a shape is asked for that is not known")

    def __iter__(self) -> Iterator[Any]:
        raise UnknownError("a shape is asked for that is not known")

    __len__ = numel = __iter__


class SymbolicTensor:
    """A tensor without numbers.

    Attributes
    ----------
    tensor : Tensor
        What it stands for now; an operation in place makes it stand for another.
    lengths : Lengths or None
        The lengths that `forward` computes with; None where they are not known.
    dtype : object
        PyTorch's type of its numbers, if somebody says it.
    tracer : Tracer
        The run that it belongs to.
    """

    __slots__ = ("dtype", "lengths", "tensor", "tracer")

    requires_grad = False
    grad = None
    grad_fn = None
    is_leaf = True
    is_cuda = False
    is_nested = False
    is_quantized = False
    is_sparse = False
    is_mkldnn = False
    layout = None
    names = None

    def __init__(
        self, tracer: Any, tensor: Tensor, lengths: Any, dtype: Any = None
    ) -> None:
        self.tracer = tracer
        self.tensor = tensor
        self.lengths = lengths
        self.dtype = dtype

    # So that isinstance(x, torch.Tensor) holds.
    @property  # type: ignore[misc]
    def __class__(self) -> Any:
        return getattr(self.tracer.torch, "Tensor", SymbolicTensor)

    @classmethod
    def __torch_function__(
        cls, function: Any, types: Any, args: Any = (), kwargs: Any = None
    ) -> Any:
        tracer = next(symbols_in([args, kwargs])).tracer
        return tracer.function(function, args, kwargs or {})

    @property
    def shape(self) -> Any:
        """The lengths, the batch as a number."""
        if self.lengths is None:
            return UnknownShape(self.tracer.batch)
        return self.lengths

    @property
    def ndim(self) -> int:
        """The number of axes."""
        if self.lengths is None:
            raise UnknownError("the number of axes is not known")
        return len(self.lengths)

    @property
    def device(self) -> Any:
        """Where the module has its parameters."""
        return self.tracer.device

    @property
    def T(self) -> Any:  # noqa: N802  PyTorch's name
        """The axes the other way round."""
        return self._named("permute", *reversed(range(self.ndim)))

    @property
    def mT(self) -> Any:  # noqa: N802
        """The last two axes the other way round."""
        return self._named("transpose", -2, -1)

    @property
    def data(self) -> SymbolicTensor:
        """Itself."""
        return self

    @data.setter
    def data(self, value: Any) -> None:
        """Leave it as it is."""

    def size(self, dim: Any = None) -> Any:
        """Return all lengths, or one."""
        return self.shape if dim is None else self.shape[dim]

    def dim(self) -> int:
        """Return the number of axes."""
        return self.ndim

    def numel(self) -> Any:
        """Return the number of elements."""
        return self.shape.numel()

    nelement = numel

    def is_contiguous(self, *_: Any, **__: Any) -> bool:
        """Return True: it has no memory."""
        return True

    def is_floating_point(self) -> bool:
        """Return whether its numbers have a point."""
        return bool(getattr(self.dtype, "is_floating_point", True))

    def is_complex(self) -> bool:
        """Return whether its numbers are complex."""
        return bool(getattr(self.dtype, "is_complex", False))

    def __len__(self) -> int:
        return int(self.shape[0])

    def __iter__(self) -> Iterator[Any]:
        if self.lengths is None:
            raise UnknownError("how many parts there are is not known")
        return iter(self._named("unbind", 0))

    def __getitem__(self, index: Any) -> Any:
        return self._named("getitem", index)

    def __setitem__(self, index: Any, value: Any) -> None:
        self._named("setitem_", index, value)

    def __bool__(self) -> bool:
        raise UnknownError("its path depends on numbers")

    def __int__(self) -> int:
        raise UnknownError("a number of a tensor is asked for")

    __index__ = __float__ = item = tolist = numpy = __array__ = __int__

    def __hash__(self) -> int:
        return id(self)

    def __format__(self, spec: str) -> str:
        return repr(self)

    def __repr__(self) -> str:
        return f"symbolic {self.tensor!r}"

    def _named(self, name: str, *args: Any, **kwargs: Any) -> Any:
        """Apply a function by its name."""
        return self.tracer.named(name, (self, *args), kwargs)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") or not self.tracer.knows(name):
            raise AttributeError(f"a tensor has no {name!r}")

        def method(*args: Any, **kwargs: Any) -> Any:
            return self._named(name, *args, **kwargs)

        return method


def _operator(name: str, *, swapped: bool = False) -> Any:
    """Return the method for an operator."""

    def method(self: SymbolicTensor, *others: Any) -> Any:
        args = (*others, self) if swapped else (self, *others)
        return self.tracer.named(name, args, {})

    return method


OPERATORS = {
    "add": "add",
    "sub": "sub",
    "mul": "mul",
    "truediv": "div",
    "floordiv": "floor_divide",
    "mod": "remainder",
    "pow": "pow",
    "matmul": "matmul",
    "and": "logical_and",
    "or": "logical_or",
    "xor": "logical_xor",
}
for _name, _function in OPERATORS.items():
    setattr(SymbolicTensor, f"__{_name}__", _operator(_function))
    setattr(SymbolicTensor, f"__r{_name}__", _operator(_function, swapped=True))
for _name in ("eq", "ne", "lt", "le", "gt", "ge"):
    setattr(SymbolicTensor, f"__{_name}__", _operator(_name))
for _name, _function in (("neg", "neg"), ("abs", "abs"), ("invert", "logical_not")):
    setattr(SymbolicTensor, f"__{_name}__", _operator(_function))


def is_symbol(value: Any) -> bool:
    """Return whether a value is a symbolic tensor; its class says otherwise."""
    return type(value) is SymbolicTensor


def symbols_in(value: Any) -> Iterator[SymbolicTensor]:
    """Yield the symbolic tensors of a structure, in order."""
    if is_symbol(value):
        yield value
    elif isinstance(value, list | tuple | set):
        for part in value:
            yield from symbols_in(part)
    elif isinstance(value, dict):
        for part in value.values():
            yield from symbols_in(part)
    elif hasattr(value, "__dataclass_fields__"):
        yield from symbols_in(list(vars(value).values()))


def replaced(value: Any, change: Any) -> Any:
    """Return a structure with `change` applied to what is no list, tuple or dict."""
    if isinstance(value, slice):
        parts = [value.start, value.stop, value.step]
        return slice(*(replaced(part, change) for part in parts))
    if isinstance(value, tuple):  # a shape as well, which is no tensor
        return tuple(replaced(part, change) for part in value)
    if isinstance(value, list):
        return [replaced(part, change) for part in value]
    if isinstance(value, dict):
        return {key: replaced(part, change) for key, part in value.items()}
    return change(value)


def holds_batch(value: Any) -> bool:
    """Return whether a batch is among the plain numbers of a structure."""
    if isinstance(value, list | tuple):
        return any(map(holds_batch, value))
    if isinstance(value, dict):
        return any(map(holds_batch, value.values()))
    return batches([value]) is not None
