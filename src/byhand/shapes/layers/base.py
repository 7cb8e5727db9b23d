"""What every layer has: its arguments, its weights, and what it makes of shapes.

A layer is described by three things. `arguments` names its arguments in Keras's
order with Keras's defaults. `weight_specs` says which weights it has for a given input,
each as a product of letters. `infer` says which shapes come out, what that costs
and what an output element sees. Numbers come as formulas; a layer never computes
a count by itself.

A reader's own layer is described as in Keras: by `build` with `add_weight`, by `call`,
which is run on symbolic tensors, and by `compute_output_shape`.
"""

from __future__ import annotations

from byhand.shapes.errors import ShapeError
from byhand.shapes.formula import Formula
from byhand.shapes.messages import call_error, construction_error
from byhand.shapes.naming import Named
from byhand.shapes.outcome import UNKNOWN, Outcome, WeightSpec, count_formula
from byhand.shapes.size import Number, Size
from byhand.shapes.tensor import Arguments, Call, Tensor, replaced, show
from byhand.shapes.tracing import trace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from typing import Any, ClassVar

    from byhand.shapes.tensor import Shape

LONGEST = 2**63  # elements along an axis, from which on no array is as long
MOST_AXES = 64
MOST_ATOMS = 500  # letters, products and quotients in one length

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


class Layer(Named):
    """A layer as Keras has it, without its numbers.

    Subclasses here give `arguments`, `weight_specs` and `infer`; a reader's own give
    `build`, `call` or `compute_output_shape`, as in Keras.
    """

    __signature__ = _Signature()
    arguments: ClassVar[Mapping[str, Any]] = {}
    # Names of the tensors it is called with; None where it takes a list of any.
    takes: ClassVar[tuple[str, ...]] = ("inputs",)

    def __new__(cls, *given: Any, **named: Any) -> Any:
        """Make what every layer has, also one whose `__init__` is a reader's own."""
        layer = super().__new__(cls)
        layer.weights = []
        layer.built_from = None
        layer.unknown_weights = False
        layer.calls_made = []
        layer.name = None
        layer.trainable = True
        return layer

    def __init__(self, *given: Any, **named: Any) -> None:
        try:
            self._bind(given, named)
            self.check()
        except (ShapeError, TypeError) as error:
            raise construction_error(error, type(self), given, named) from None

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

    def weight_specs(self, shapes: Sequence[Shape]) -> list[WeightSpec]:
        """Return the weights that the layer makes for inputs of these shapes."""
        return []

    def infer(self, shapes: Sequence[Shape], arguments: Arguments) -> Outcome:
        """Return what comes out for inputs of these shapes."""
        if self.own("call") or self.own("compute_output_shape"):
            return trace(self, shapes, arguments)
        raise TypeError(
            f"{type(self).__name__} does not say what comes out of it; give it a "
            "method call(self, inputs), as in Keras"
        )

    def infer_unknown(self) -> Outcome:
        """Return what can be said of the output where an input is not known."""
        weighted = type(self).weight_specs is not Layer.weight_specs
        if weighted and self.built_from is None:
            self.unknown_weights = True
        macs = None if weighted else Formula("0")
        return Outcome([None], macs=macs, field=UNKNOWN)

    def build(self, shapes: Any) -> None:
        """Make the weights at the first call; hold later calls to them."""
        shapes = _shapes_in(shapes)
        if self.built_from is None:
            self.weights = [*self.weights, *self.weight_specs(shapes)]
            self.built_from = list(shapes)
            return
        again = self.weight_specs(shapes)
        for old, new in zip(self.weights, again, strict=False):
            if old.shape != new.shape and not _open(old.shape, new.shape):
                raise ShapeError(
                    f"it was built for an input of {show(self.built_from[0])}, where "
                    f"its {old.name} has the shape {old.shape}, and now receives "
                    f"{show(shapes[0])}; give it inputs of the first kind, or make a "
                    "second layer"
                )

    def __call__(self, *given: Any, **named: Any) -> Any:
        """Apply the layer to symbolic tensors, as in Keras's functional style."""
        arguments = Arguments(given, named, self._slots())
        if not arguments.tensors:
            raise TypeError(
                f"{self.label} must be called with a tensor such as Input makes, "
                f"got {', '.join(type(value).__name__ for value in given) or 'none'}"
            )
        call = self.apply(arguments)
        self.calls_made.append(call)
        structure = call.outcome.structure
        if structure is not None:
            return replaced(structure, call.outputs)
        return call.outputs[0] if len(call.outputs) == 1 else call.outputs

    def _slots(self) -> tuple[str, ...]:
        """Return the names of the arguments that it is called with by position."""
        call = self.own("call")
        if call is None or not hasattr(call, "__code__"):
            return self.takes
        code = call.__code__
        return tuple(code.co_varnames[1 : code.co_argcount])

    def apply(self, arguments: Arguments) -> Call:
        """Infer what comes out, and keep the call."""
        shapes = [tensor.shape for tensor in arguments.tensors]
        try:
            known = [shape for shape in shapes if shape is not None]
            if len(known) < len(shapes) and not self.own("call"):
                outcome = self.infer_unknown()
            else:
                if self.own("build"):
                    self._build_own(arguments)
                elif not self.own("call") or not self.built:
                    self.build(known)
                outcome = self.infer(known, arguments)
            for shape in outcome.shapes:
                _bounded(shape)
        except ShapeError as error:
            raise call_error(error, self, arguments) from None
        return Call(self, arguments, outcome)

    # --- a reader's own layers

    def own(self, name: str) -> Any:
        """Return a method of a reader's own class; None where it is one of ours."""
        method = getattr(type(self), name, None)
        module = getattr(method, "__module__", "byhand.shapes")
        ours = module == "byhand.shapes" or module.startswith("byhand.shapes.")
        return None if ours else method

    def _build_own(self, arguments: Arguments) -> None:
        """Build a reader's own layer at its first call, with shapes as Keras gives."""
        if self.built_from is not None:
            return
        shapes = [_shapes_of(value) for value in arguments.values()]
        shapes = [shape for shape in shapes if shape is not None]
        code = self.own("build").__code__
        wanted = max(code.co_argcount - 1, 1)
        self.build(*shapes[:wanted])
        if self.built_from is None:
            self.built_from = [tensor.shape for tensor in arguments.tensors]

    @property
    def built(self) -> bool:
        """Whether the weights are made."""
        return self.built_from is not None

    @built.setter
    def built(self, value: bool) -> None:
        """Take what a reader's own `build` says at its end, as in Keras."""
        if value and self.built_from is None:
            self.built_from = []

    def add_weight(
        self,
        shape: Any = None,
        initializer: Any = None,
        dtype: str | None = None,
        trainable: bool = True,
        *more: Any,
        name: str | None = None,
        **options: Any,
    ) -> Tensor:
        """Add a weight to a layer of one's own, as in Keras.

        Parameters
        ----------
        shape : sequence of int
            Its lengths; () for a single number.
        trainable : bool
            Whether training may change it.
        name : str, optional
            Its name; by default "variable".
        initializer, dtype, **options, optional
            Accepted as in Keras; they change no shape.

        Returns
        -------
        Tensor
            The weight, to compute with in `call`.

        Raises
        ------
        ShapeError
            If a length is not a whole number of at least 1.
        """
        if isinstance(shape, str):  # Keras 2 took the name first
            name, shape, initializer = shape, options.pop("shape", initializer), None
        lengths = () if shape is None else shape
        lengths = (lengths,) if hasattr(lengths, "__index__") else tuple(lengths)
        axes: dict[str, Number] = {}
        for position, length in enumerate(lengths, start=1):
            if isinstance(length, Size) or not hasattr(length, "__index__"):
                raise ShapeError(
                    f"a weight of {type(self).__name__} has the length {length!r}, "
                    "which is no number; give the axis a number in Input"
                )
            axes[f"n_{position}"] = int(length)
        weight = WeightSpec(name or "variable", axes, trainable=trainable)
        self.weights.append(weight)
        return Tensor(weight.shape, name=weight.name, weight=weight)

    @property
    def inner_layers(self) -> list[Layer]:
        """The layers that are held in attributes: wrapped ones, or those of one's own.

        Layers in lists, tuples and dictionaries count.
        """
        found: dict[int, Layer] = {}
        for name, value in vars(self).items():
            if name not in ("calls_made", "built_from"):
                for layer in _layers_in(value):
                    if layer is not self:
                        found.setdefault(id(layer), layer)
        return list(found.values())

    # --- counts

    def variables(self) -> list[tuple[WeightSpec, bool]]:
        """Return each weight once, and whether training changes it.

        A weight of a layer inside is changed where that layer, and each that holds
        it, is trainable.
        """
        found = {id(weight): (weight, weight.trainable) for weight in self.weights}
        for layer in self.inner_layers:
            for weight, free in layer.variables():
                found[id(weight)] = (weight, free)
        return [(weight, free and self.trainable) for weight, free in found.values()]

    @property
    def counts_all(self) -> bool:
        """Whether all weights are known, those of layers inside as well."""
        return not self.unknown_weights and all(
            layer.counts_all for layer in self.inner_layers
        )

    def count_params(self) -> Number | None:
        """Return how many numbers the weights hold; None where that is not known."""
        formula = self.parameters
        return None if formula is None else formula.value

    @property
    def parameters(self) -> Formula | None:
        """The number of weights, trainable or not, as a formula; None if unknown."""
        if not self.counts_all:
            return None
        return count_formula(weight for weight, _ in self.variables())

    @property
    def trainable_formula(self) -> Formula | None:
        """The number of weights that training may change, as a formula."""
        if not self.counts_all:
            return None
        every = self.variables()
        kept = [weight for weight, free in every if free]
        return self.parameters if len(kept) == len(every) else count_formula(kept)

    @property
    def kind(self) -> str:
        """The name of its class, as tables show it."""
        return type(self).__name__

    @property
    def label(self) -> str:
        """The layer's name, or its class's where it has none yet."""
        return self.name or self.kind

    def __repr__(self) -> str:
        shown = [
            f"{name}={getattr(self, name)!r}"
            for name, default in self.arguments.items()
            if getattr(self, name) != default and not name.startswith("_")
        ]
        return f"{self.kind}({', '.join(shown)})"

    if TYPE_CHECKING:
        weights: list[WeightSpec]
        built_from: list[Shape | None] | None
        unknown_weights: bool
        calls_made: list[Call]
        trainable: bool

        # The arguments become attributes under their own names.
        def __getattr__(self, name: str) -> Any: ...


def _shapes_in(value: Any) -> list[Any]:
    """Return a list of shapes, also from a single one."""
    if isinstance(value, dict):
        return list(value.values())
    single = isinstance(value, tuple | list) and not any(
        isinstance(part, tuple | list) for part in value
    )
    if single and len(value) > 0:
        return [tuple(value)]
    return [tuple(shape) for shape in value]


def _shapes_of(value: Any) -> Any:
    """Return the shapes of the tensors of a structure, in the same structure."""
    if isinstance(value, Tensor):
        return value.shape
    if isinstance(value, list | tuple):
        shapes = [_shapes_of(part) for part in value]
        return [shape for shape in shapes if shape is not None] or None
    if isinstance(value, dict):
        return {name: _shapes_of(part) for name, part in value.items()} or None
    return None


def _layers_in(value: Any) -> Iterator[Layer]:
    """Yield the layers in a structure."""
    if isinstance(value, Layer):
        yield value
    elif isinstance(value, list | tuple):
        for part in value:
            yield from _layers_in(part)
    elif isinstance(value, dict):
        for part in value.values():
            yield from _layers_in(part)


def _bounded(shape: Shape | None) -> None:
    """Refuse a shape that no array could have, before more is made of it."""
    if shape is None:
        return
    if len(shape) > MOST_AXES:
        raise ShapeError(
            f"it would give {len(shape)} axes; at most {MOST_AXES} are handled"
        )
    for length in shape:
        if isinstance(length, Size):
            if length.atoms > MOST_ATOMS:
                raise ShapeError(
                    f"it would give a length of {length.atoms} letters and products; "
                    "give the open axes numbers in Input"
                )
        elif length is not None and length >= LONGEST:
            raise ShapeError(
                f"it would give a length of more than {LONGEST - 1}; no array is as "
                "long"
            )


def _unknown(cls: str, name: str, expected: Iterable[str]) -> str:
    """Return the words for an argument that the layer does not have."""
    from difflib import get_close_matches

    near = get_close_matches(name, list(expected), n=1, cutoff=0.5)
    hint = f"; did you mean {near[0]!r}?" if near else ""
    return f"{cls} has no argument {name!r}{hint}"


def _open(first: Shape, second: Shape) -> bool:
    """Return whether two shapes differ in unknown lengths only."""
    return len(first) == len(second) and all(
        a == b or isinstance(a, Size) or isinstance(b, Size)
        for a, b in zip(first, second, strict=True)
    )
