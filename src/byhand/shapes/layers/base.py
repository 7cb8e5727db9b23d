"""What every layer has: its arguments, its weights, and what it makes of shapes.

A layer is described by three things. `arguments` names its arguments in Keras's
order with Keras's defaults. `weigh` says which weights it has for a given input,
each as a product of letters. `infer` says which shapes come out, what that costs
and what an output element sees. Numbers come as formulas; a layer never computes
a count by itself.
"""

from __future__ import annotations

from byhand.shapes.axis import ShapeError
from byhand.shapes.formula import Formula
from byhand.shapes.layers.locating import located, unmade
from byhand.shapes.size import Number, Size
from byhand.shapes.tensor import Call, Tensor, show, tensors_in

TYPE_CHECKING = False
if TYPE_CHECKING:  # importing typing costs more than all of this package
    from collections.abc import Iterable, Mapping, Sequence
    from typing import Any, ClassVar

    from byhand.shapes.tensor import Shape

REQUIRED = object()

# Accepted by every layer of Keras; none of them changes a shape.
COMMON = {
    "name": None,
    "trainable": True,
    "dtype": None,
    "autocast": True,
    "activity_regularizer": None,
    "input_shape": None,
    "input_dim": None,
}

# What an element of the output sees of the input, besides (span, stride, before).
POINT = "point"
WHOLE = "whole"


class Weight:
    """One array of weights: its name, its shape, and the letters that it comes from.

    Parameters
    ----------
    name : str
        Keras's name of the weight, such as "kernel".
    axes : mapping of str to int or Size
        Length of each axis under its letter, in order.
    trainable : bool
        Whether training may change it.
    """

    __slots__ = ("axes", "name", "trainable")

    def __init__(
        self, name: str, axes: Mapping[str, Number], *, trainable: bool = True
    ) -> None:
        self.name = name
        self.axes = dict(axes)
        self.trainable = trainable

    @property
    def shape(self) -> tuple[Number, ...]:
        """The lengths of the axes."""
        return tuple(self.axes.values())

    def __repr__(self) -> str:
        return f"Weight({self.name!r}, {self.shape})"


def count_formula(weights: Iterable[Weight]) -> Formula:
    """Return the number of elements of all the weights, as one formula."""
    terms: dict[str, int] = {}
    values: dict[str, Number] = {}
    weights = list(weights)
    for weight in weights:
        if any(values.get(name, n) != n for name, n in weight.axes.items()):
            # One letter for two lengths, as in a stack of cells: add plain numbers.
            counts = {
                f"n_{k}": product(other.axes.values())
                for k, other in enumerate(weights, start=1)
            }
            return Formula(" + ".join(counts), **counts)
        term = " * ".join(weight.axes) or "1"
        terms[term] = terms.get(term, 0) + 1
        values.update(weight.axes)
    parts = [term if n == 1 else f"{n} * {term}" for term, n in terms.items()]
    letters = {name: value for name, value in values.items() if name.isidentifier()}
    return Formula(" + ".join(parts) or "0", **letters)


class Outcome:
    """What a layer makes of its input.

    Attributes
    ----------
    shapes : list of tuple
        Shapes of the outputs.
    lengths : list of (str, Formula)
        How each computed length was got, under the name of its axis.
    macs : Formula or None
        Multiply-accumulates for one example; None where they cannot be known.
    field : str or tuple
        What an output element sees of the input: POINT, WHOLE, or for each spatial
        axis (span, stride, zeros before).
    """

    __slots__ = ("field", "lengths", "macs", "shapes")

    def __init__(
        self,
        shapes: Sequence[Shape],
        *,
        lengths: Sequence[tuple[str, Formula]] = (),
        macs: Formula | None = Formula("0"),  # noqa: B008  immutable
        field: Any = POINT,
    ) -> None:
        self.shapes = list(shapes)
        self.lengths = list(lengths)
        self.macs = macs
        self.field = field


class _Signature:
    """What `help` and an editor show: the arguments under Keras's names."""

    def __get__(self, instance: Any, owner: Any) -> Any:
        if instance is not None:
            raise AttributeError("__signature__")
        from inspect import Parameter, Signature

        kind = Parameter.POSITIONAL_OR_KEYWORD
        shown = [
            Parameter(
                name, kind, default=Parameter.empty if default is REQUIRED else default
            )
            for name, default in owner.arguments.items()
            if name.isidentifier() and not name.startswith("_")
        ]
        more = Parameter("common", Parameter.VAR_KEYWORD)
        return Signature([*shown, more])


class Layer:
    """A layer as Keras has it, without its numbers.

    Subclasses give `arguments`, `weigh` and `infer`.
    """

    __signature__ = _Signature()
    arguments: ClassVar[Mapping[str, Any]] = {}
    # Names of the tensors it is called with; None where it takes a list of any.
    takes: ClassVar[tuple[str, ...]] = ("inputs",)

    def __init__(self, *given: Any, **named: Any) -> None:
        try:
            self._bind(given, named)
            self.weights: list[Weight] = []
            self.built_from: list[Shape] | None = None
            self.check()
        except (ShapeError, TypeError) as error:
            raise unmade(error, type(self), given, named) from None

    def _bind(self, given: tuple[Any, ...], named: dict[str, Any]) -> None:
        """Set an attribute for each argument, as a call in Python would."""
        cls = type(self).__name__
        expected = {**self.arguments, **COMMON, **self.arguments}
        if len(given) > len(self.arguments):
            raise TypeError(
                f"{cls} takes at most {len(self.arguments)} arguments by position, "
                f"got {len(given)}"
            )
        values = dict(zip(self.arguments, given, strict=False))
        for name, value in named.items():
            if name in values:
                raise TypeError(f"{cls} got {name!r} twice: by position and by name")
            if name not in expected:
                raise TypeError(_unknown(cls, name, expected))
            values[name] = value
        for name, default in expected.items():
            value = values.get(name, default)
            if value is REQUIRED:
                raise TypeError(f"{cls} needs {name!r}: {cls}({name}=...)")
            setattr(self, name, value)

    def check(self) -> None:
        """Refuse arguments that Keras refuses before it sees an input."""

    def weigh(self, shapes: Sequence[Shape]) -> list[Weight]:
        """Return the weights that the layer makes for inputs of these shapes."""
        return []

    def infer(self, shapes: Sequence[Shape], options: Mapping[str, Any]) -> Outcome:
        """Return what comes out for inputs of these shapes."""
        raise TypeError(f"{type(self).__name__} does not say what comes out of it")

    def build(self, shapes: Sequence[Shape]) -> None:
        """Make the weights at the first call; hold later calls to them."""
        if self.built_from is None:
            self.weights = self.weigh(shapes)
            self.built_from = list(shapes)
            return
        again = self.weigh(shapes)
        for old, new in zip(self.weights, again, strict=True):
            if old.shape != new.shape and not _open(old.shape, new.shape):
                raise ShapeError(
                    f"it was built for an input of {show(self.built_from[0])}, where "
                    f"its {old.name} has the shape {old.shape}, and now receives "
                    f"{show(shapes[0])}; give it inputs of the first kind, or make a "
                    "second layer"
                )

    def __call__(self, *given: Any, **named: Any) -> Any:
        """Apply the layer to symbolic tensors, as in Keras's functional style."""
        inputs: list[Tensor] = []
        roles: list[str] = []
        options: dict[str, Any] = {}
        slots = [*self.takes, *["more"] * len(given)]
        for role, value in [*zip(slots, given, strict=False), *named.items()]:
            found = list(tensors_in(value))
            inputs += found
            roles += [role] * len(found)
            if not found:
                options[role] = value
        if not inputs:
            raise TypeError(
                f"{self.label} must be called with a tensor such as Input makes, "
                f"got {', '.join(type(value).__name__ for value in given) or 'none'}"
            )
        outputs = self.apply(inputs, roles, options).outputs
        return outputs[0] if len(outputs) == 1 else outputs

    def apply(
        self, inputs: list[Tensor], roles: list[str], options: dict[str, Any]
    ) -> Call:
        """Infer what comes out, and keep the call."""
        shapes = [tensor.shape for tensor in inputs]
        try:
            self.build(shapes)
            outcome = self.infer(shapes, {**options, "roles": roles})
        except ShapeError as error:
            raise located(error, self, inputs, roles, options) from None
        return Call(self, inputs, roles, options, outcome)

    @property
    def label(self) -> str:
        """The layer's name, or its class's where it has none yet."""
        return self.name or type(self).__name__

    def count_params(self) -> Number:
        """Return how many numbers the weights hold."""
        return self.parameters.value

    @property
    def parameters(self) -> Formula:
        """The number of weights, trainable or not, as a formula."""
        return count_formula(self.weights)

    @property
    def trainable_formula(self) -> Formula:
        """The number of weights that training may change, as a formula."""
        kept = [w for w in self.weights if w.trainable and self.trainable]
        return count_formula(kept)

    def __repr__(self) -> str:
        shown = [
            f"{name}={getattr(self, name)!r}"
            for name, default in self.arguments.items()
            if getattr(self, name) != default and not name.startswith("_")
        ]
        return f"{type(self).__name__}({', '.join(shown)})"

    trainable: bool
    name: str | None
    named_here = False  # whether the name is ours, for a layer that came without

    if TYPE_CHECKING:
        # The arguments become attributes under their own names.
        def __getattr__(self, name: str) -> Any: ...


def _unknown(cls: str, name: str, expected: Iterable[str]) -> str:
    """Return the words for an argument that the layer does not have."""
    from difflib import get_close_matches

    near = get_close_matches(name, list(expected), n=1, cutoff=0.5)
    hint = f"; did you mean {near[0]!r}?" if near else ""
    return f"{cls} has no argument {name!r}{hint}"


def _open(first: Shape, second: Shape) -> bool:
    """Tell whether two shapes differ in unknown lengths only."""
    return len(first) == len(second) and all(
        a == b or isinstance(a, Size) or isinstance(b, Size)
        for a, b in zip(first, second, strict=True)
    )


def known(value: Any) -> bool:
    """Tell whether a length is a number."""
    return isinstance(value, int)


def whole(
    name: str,
    value: Any,
    *,
    least: int = 1,
) -> int:
    """Return an argument that must be a whole number."""
    if isinstance(value, bool) or not hasattr(value, "__index__"):
        raise TypeError(
            f"{name} must be a whole number, got {value!r} of type "
            f"{type(value).__name__}"
        )
    number = int(value.__index__())
    if number < least:
        raise ShapeError(f"{name} must be at least {least}, got {number}")
    return number


def per_axis(name: str, value: Any, rank: int, *, least: int = 1) -> tuple[int, ...]:
    """Return an argument that Keras takes as one number or one for each axis."""
    given = (value,) * rank if hasattr(value, "__index__") else value
    if isinstance(given, str) or not hasattr(given, "__iter__"):
        raise TypeError(
            f"{name} must be a whole number or {rank} of them, got {value!r} of type "
            f"{type(value).__name__}"
        )
    numbers = tuple(given)
    if len(numbers) != rank:
        raise ShapeError(
            f"{name} must have one number for each of the {rank} axes, got {value!r}"
        )
    return tuple(whole(name, number, least=least) for number in numbers)


def rank_is(shapes: Sequence[Shape], rank: int, meaning: str) -> Shape:
    """Return the one input shape if it has the right number of axes."""
    shape = only(shapes)
    if len(shape) != rank:
        raise ShapeError(
            f"it takes an input of {rank} axes, {meaning}, got {len(shape)}: "
            f"{show(shape)}"
        )
    return shape


def only(shapes: Sequence[Shape]) -> Shape:
    """Return the shape of the only input."""
    if len(shapes) != 1:
        raise ShapeError(f"it takes one input, got {len(shapes)}")
    return shapes[0]


def product(lengths: Iterable[Number]) -> Number:
    """Return the product of lengths, known or not."""
    total: Number = 1
    for length in lengths:
        total = total * length
    return total


def needs_number(value: Any, what: str) -> int:
    """Return a length that weights depend on, which must be known."""
    if not known(value):
        raise ShapeError(
            f"{what} is unknown ({value}), and its weights depend on it; "
            "give it a number in Input"
        )
    return int(value)
