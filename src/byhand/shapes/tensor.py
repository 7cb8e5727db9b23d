"""Symbolic tensors, what a layer is called with, and the calls that made them."""

from __future__ import annotations

from byhand.shapes.batch import cost_for_one

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from typing import Any

    # None for an open batch; int or Size for every other axis. A shape of which not
    # even the number of axes is known is None.
    Shape = tuple[Any, ...]
else:
    Shape = tuple


DEEPEST = 100  # lists within lists

# What the axes between batch and channels are called, by their number.
AXES = {1: ("length",), 2: ("height", "width"), 3: ("depth", "height", "width")}


class Arguments:
    """What a layer is called with: tensors, alone or in lists and dicts, and options.

    Parameters
    ----------
    given : sequence
        Arguments by position.
    named : mapping of str to object, optional
        Arguments by name.
    takes : sequence of str
        The names of the first arguments by position.

    Attributes
    ----------
    tensors : list of Tensor
        Every tensor, in order.
    roles : list of str
        The name of the argument that each tensor stands in.
    """

    __slots__ = ("_takes", "given", "named", "roles", "tensors")

    def __init__(
        self,
        given: Sequence[Any] = (),
        named: Mapping[str, Any] | None = None,
        takes: Sequence[str] = (),
    ) -> None:
        self.given = tuple(given)
        self.named = dict(named or {})
        self._takes = tuple(takes)
        self.tensors: list[Tensor] = []
        self.roles: list[str] = []
        for role, value in self._items():
            found = list(tensors_in(value))
            self.tensors += found
            self.roles += [role] * len(found)

    def values(self) -> list[Any]:
        """Return every argument, those by position first."""
        return [*self.given, *self.named.values()]

    def names(self) -> list[str]:
        """Return the name of every argument, those by position first."""
        return [role for role, _ in self._items()]

    def _items(self) -> Iterator[tuple[str, Any]]:
        """Yield each argument under its name; those without one are called "more"."""
        for position, value in enumerate(self.given):
            known = position < len(self._takes)
            yield (self._takes[position] if known else "more"), value
        yield from self.named.items()

    def get(self, name: str, default: Any = None) -> Any:
        """Return an argument by its name."""
        for role, value in self._items():
            if role == name:
                return value
        return default

    def replaced(self, tensors: Sequence[Tensor]) -> Arguments:
        """Return the same arguments with other tensors, one for each."""
        rest = iter(tensors)
        given = [_filled(value, rest) for value in self.given]
        named = {name: _filled(value, rest) for name, value in self.named.items()}
        return Arguments(given, named, self._takes)

    def __repr__(self) -> str:
        shown = [repr(value) for value in self.given]
        shown += [f"{name}={value!r}" for name, value in self.named.items()]
        return f"Arguments({', '.join(shown)})"


class Call:
    """One use of a layer: the layer, what it received and what came out.

    Attributes
    ----------
    layer : Layer
        The layer; a shared layer stands in several calls.
    arguments : Arguments
        What it was called with.
    inputs : list of Tensor
        The tensors it received, in order.
    outcome : Outcome
        What the layer made of the shapes.
    outputs : list of Tensor
        The tensors that came out.
    """

    __slots__ = ("arguments", "layer", "outcome", "outputs")

    def __init__(self, layer: Any, arguments: Arguments, outcome: Any) -> None:
        self.layer = layer
        self.arguments = arguments
        self.outcome = outcome
        self.outputs = [
            Tensor(shape, self, index) for index, shape in enumerate(outcome.shapes)
        ]
        # What is counted is the cost of one row of axis 0; most often that is one
        # example. Calls inside a network have their own costs already.
        shapes = outcome.shapes
        if outcome.inner is None and shapes and not layer._costs_are_for_one_:
            given = [tensor.shape for tensor in arguments.tensors]
            macs = cost_for_one(outcome.macs, shapes[0], given)
            if macs is None and outcome.macs is not None:
                outcome.note = outcome.note or (
                    "its cost for one example is not known: the batch is mixed with "
                    "other axes"
                )
            outcome.macs = macs

    @property
    def inputs(self) -> list[Tensor]:
        """The tensors it received, in order."""
        return self.arguments.tensors

    def __repr__(self) -> str:
        shapes = ", ".join(show(tensor.shape) for tensor in self.outputs)
        return f"Call({self.layer._label_!r} -> {shapes})"


class Tensor:
    """A symbolic tensor: a shape, and the call that it came out of.

    Arithmetic, comparisons and indexing give further tensors, as in Keras.

    Attributes
    ----------
    shape : tuple or None
        None for an open batch; a number or a `Size` for every other axis. None for
        all of it where not even the number of axes is known.
    call : Call or None
        None for an input of the network, and for a layer's own weight.
    weight : WeightSpec or None
        The weight that it stands for.
    """

    __slots__ = ("call", "dtype", "index", "name", "shape", "weight")

    def __init__(
        self,
        shape: Shape | None,
        call: Call | None = None,
        index: int = 0,
        name: str | None = None,
        *,
        dtype: str = "float32",
        weight: Any = None,
    ) -> None:
        self.shape = shape
        self.call = call
        self.index = index
        self.name = name
        self.dtype = dtype
        self.weight = weight

    def __repr__(self) -> str:
        return f"Tensor(shape={show(self.shape)})"

    @property
    def ndim(self) -> int | None:
        """The number of axes; None where it is not known."""
        return None if self.shape is None else len(self.shape)

    def reshape(self, *newshape: Any) -> Any:
        """Return the same elements in another shape, as `ops.reshape` does."""
        one = len(newshape) == 1 and hasattr(newshape[0], "__iter__")
        return _operate("reshape", self, newshape[0] if one else newshape)

    def squeeze(self, axis: Any = None) -> Any:
        """Return the tensor without axes of length one, as `ops.squeeze` does."""
        return _operate("squeeze", self, axis)

    @property
    def T(self) -> Any:  # noqa: N802  NumPy's name
        """The axes from last to first."""
        return _operate("transpose", self)

    # --- operators, as Keras's symbolic tensors have them

    # NumPy leaves arithmetic of an array and a tensor to the tensor.
    __array_priority__ = 100.0
    __array_ufunc__ = None
    # As in Keras, `==` asks whether two names stand for one tensor.
    __hash__ = object.__hash__

    def __getitem__(self, key: Any) -> Any:
        return _operate("get_item", self, key)

    def __add__(self, other: Any) -> Any:
        return _operate("add", self, other)

    def __radd__(self, other: Any) -> Any:
        return _operate("add", other, self)

    def __sub__(self, other: Any) -> Any:
        return _operate("subtract", self, other)

    def __rsub__(self, other: Any) -> Any:
        return _operate("subtract", other, self)

    def __mul__(self, other: Any) -> Any:
        return _operate("multiply", self, other)

    def __rmul__(self, other: Any) -> Any:
        return _operate("multiply", other, self)

    def __truediv__(self, other: Any) -> Any:
        return _operate("divide", self, other)

    def __rtruediv__(self, other: Any) -> Any:
        return _operate("divide", other, self)

    def __floordiv__(self, other: Any) -> Any:
        return _operate("floor_divide", self, other)

    def __rfloordiv__(self, other: Any) -> Any:
        return _operate("floor_divide", other, self)

    def __mod__(self, other: Any) -> Any:
        return _operate("mod", self, other)

    def __rmod__(self, other: Any) -> Any:
        return _operate("mod", other, self)

    def __pow__(self, other: Any) -> Any:
        return _operate("power", self, other)

    def __rpow__(self, other: Any) -> Any:
        return _operate("power", other, self)

    def __matmul__(self, other: Any) -> Any:
        return _operate("matmul", self, other)

    def __rmatmul__(self, other: Any) -> Any:
        return _operate("matmul", other, self)

    def __neg__(self) -> Any:
        return _operate("negative", self)

    def __abs__(self) -> Any:
        return _operate("absolute", self)

    def __round__(self, ndigits: int | None = None) -> Any:
        return _operate("round", self, ndigits or 0)

    def __lt__(self, other: Any) -> Any:
        return _operate("less", self, other)

    def __le__(self, other: Any) -> Any:
        return _operate("less_equal", self, other)

    def __gt__(self, other: Any) -> Any:
        return _operate("greater", self, other)

    def __ge__(self, other: Any) -> Any:
        return _operate("greater_equal", self, other)

    def __ne__(self, other: Any) -> Any:
        return _operate("not_equal", self, other)

    def __and__(self, other: Any) -> Any:
        return _operate("logical_and", self, other)

    def __rand__(self, other: Any) -> Any:
        return _operate("logical_and", other, self)

    def __or__(self, other: Any) -> Any:
        return _operate("logical_or", self, other)

    def __ror__(self, other: Any) -> Any:
        return _operate("logical_or", other, self)

    def __xor__(self, other: Any) -> Any:
        return _operate("logical_xor", self, other)

    def __rxor__(self, other: Any) -> Any:
        return _operate("logical_xor", other, self)

    def __invert__(self) -> Any:
        return _operate("logical_not", self)

    # --- what asks for numbers, of which there are none

    def __iter__(self) -> Any:
        raise TypeError(
            f"{self!r} is symbolic and cannot be walked through; use ops.unstack(x, "
            "axis=...) or x[:, k]"
        )

    def __len__(self) -> int:
        raise TypeError(
            f"{self!r} is symbolic: the length of its first axis, the batch, is not "
            "known; use x.shape"
        )

    def __bool__(self) -> bool:
        raise TypeError(
            f"{self!r} is symbolic and neither true nor false: an 'if' or 'and' on its "
            "numbers is not possible here; use ops.where or ops.logical_and"
        )

    def __int__(self) -> int:
        raise TypeError(f"{self!r} is symbolic and is no number")

    def __float__(self) -> float:
        raise TypeError(f"{self!r} is symbolic and is no number")

    def __array__(self, *given: Any, **named: Any) -> Any:
        raise TypeError(
            f"{self!r} is symbolic and no array: use the functions of "
            "byhand.shapes.ops in place of NumPy's"
        )

    def __contains__(self, value: object) -> bool:
        raise TypeError(f"{self!r} is symbolic, so what is in it is not known")


def _operate(name: str, *given: Any) -> Any:
    """Return what an operation makes of tensors and numbers."""
    from byhand.shapes import ops

    return getattr(ops, name)(*given)


def show(shape: Shape | None) -> str:
    """Return a shape as Keras prints it; "?" for one that is not known."""
    if shape is None:
        return "?"
    inner = ", ".join(str(length) for length in shape)
    return f"({inner},)" if len(shape) == 1 else f"({inner})"


def tensors_in(value: Any, depth: int = 0) -> Iterator[Tensor]:
    """Yield the tensors of a nested structure, in order.

    Raises
    ------
    TypeError
        If it is nested more than `DEEPEST` times.
    """
    if isinstance(value, Tensor):
        yield value
    elif isinstance(value, list | tuple | dict):
        if depth > DEEPEST:
            raise TypeError(f"lists within lists are read {DEEPEST} deep, got more")
        for part in value.values() if isinstance(value, dict) else value:
            yield from tensors_in(part, depth + 1)


def replaced(value: Any, tensors: Sequence[Tensor]) -> Any:
    """Return a nested structure with other tensors, one for each of its own."""
    return _filled(value, iter(tensors))


def _filled(value: Any, tensors: Iterator[Tensor]) -> Any:
    """Return a nested structure with the next tensors in place of its own."""
    if isinstance(value, Tensor):
        return next(tensors)
    if isinstance(value, list):
        return [_filled(part, tensors) for part in value]
    if isinstance(value, tuple):
        return tuple(_filled(part, tensors) for part in value)
    if isinstance(value, dict):
        return {key: _filled(part, tensors) for key, part in value.items()}
    return value


def calls_before(
    outputs: Sequence[Tensor], inputs: Sequence[Tensor] = ()
) -> list[Call]:
    """Return every call that the tensors come from, each after those it needs.

    Parameters
    ----------
    outputs : sequence of Tensor
        Where the calls end.
    inputs : sequence of Tensor
        Where they begin: what these come from is left out.
    """
    order: list[Call] = []
    seen: set[int] = set()
    starts = {id(tensor) for tensor in inputs}
    stack: list[tuple[Call, bool]] = [
        (tensor.call, False)
        for tensor in reversed(outputs)
        if tensor.call and id(tensor) not in starts
    ]
    while stack:
        call, ready = stack.pop()
        if ready:
            order.append(call)
            continue
        if id(call) in seen:
            continue
        seen.add(id(call))
        stack.append((call, True))
        stack.extend(
            (tensor.call, False)
            for tensor in reversed(call.inputs)
            if tensor.call and id(tensor) not in starts
        )
    return order
