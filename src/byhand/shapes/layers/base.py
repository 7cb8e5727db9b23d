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
from byhand.shapes.escaping import visible
from byhand.shapes.formula import Formula
from byhand.shapes.inert import bound
from byhand.shapes.layers.names import checked, unknown_argument
from byhand.shapes.messages import call_error, construction_error, tensor_expected
from byhand.shapes.naming import Named
from byhand.shapes.outcome import UNKNOWN, Outcome, WeightSpec, count_formula
from byhand.shapes.size import Number, Size
from byhand.shapes.tensor import DEEPEST, Arguments, Call, Tensor, replaced, show
from byhand.shapes.tracing import build_own, compute_output_shape, trace
from byhand.shapes.values import shown
from byhand.shapes.variables import NO_NUMBERS, Variable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from typing import Any, ClassVar

    from byhand.shapes.tensor import Shape

LONGEST = 2**63  # elements along an axis, from which on no array is as long
MOST_AXES = 64
PACKAGE = "byhand.shapes"
WEIGHTS = ("kernel", "bias", "embeddings", "gamma", "beta")  # what readers ask for
MOST_ATOMS = 150  # letters, products and quotients in one length

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


# What `add_weight` takes, in Keras's order and in that of Keras 2.
WEIGHT_ARGUMENTS = (
    *("shape", "initializer", "dtype", "trainable", "autocast", "regularizer"),
    *("constraint", "aggregation", "overwrite_with_gradient", "name"),
    *("synchronization", "layout", "use_resource", "getter", "collections"),
)
OLD_WEIGHT_ARGUMENTS = (
    *("name", "shape", "dtype", "initializer", "regularizer", "trainable"),
    *("constraint", "aggregation", "autocast", "synchronization", "use_resource"),
)


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
    # Whether it is an operation on tensors, which Keras does not list as a layer.
    is_operation: ClassVar[bool] = False
    # Whether `infer` gives the cost of one example, not of one row of axis 0.
    costs_are_for_one: ClassVar[bool] = False

    def __new__(cls, *given: Any, **named: Any) -> Any:
        """Make what every layer has, also one whose `__init__` is a reader's own."""
        layer = super().__new__(cls)
        layer._specs = []
        layer._rule_specs = []
        layer._trainable = True
        layer.built_from = None
        layer.unknown_weights = False
        layer.calls_made = []
        layer.name = None
        layer.note = ""
        return layer

    def __init__(self, *given: Any, **named: Any) -> None:
        try:
            self._bind(given, named)
            self._ours("check")(self)
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
                raise TypeError(unknown_argument(cls, name, expected, value))
            values[name] = value
        for name, default in expected.items():
            value = values.get(name, default)
            if value is REQUIRED:
                raise TypeError(f"{cls} needs {name!r}: {cls}({name}=...)")
            if value is not default:
                checked(name, value)
            if name == "trainable":
                self._trainable = value  # setting it later reaches layers inside
            elif name == "name" and not isinstance(value, str | None):
                raise TypeError(f"name must be a text, got {shown(value)}")
            elif not _is_fixed(type(self), name):
                setattr(self, name, value)

    def check(self) -> None:
        """Refuse arguments that Keras refuses before it sees an input."""

    def weight_specs(self, shapes: Sequence[Shape]) -> list[WeightSpec]:
        """Return the weights that the layer makes for inputs of these shapes."""
        return []

    def infer(self, shapes: Sequence[Shape], arguments: Arguments) -> Outcome:
        """Return what comes out for inputs of these shapes."""
        if self.own("compute_output_shape"):
            return trace(self, shapes, arguments)
        raise TypeError(
            f"{type(self).__name__} does not say what comes out of it; give it a "
            "method call(self, inputs), as in Keras"
        )

    def infer_unknown(self) -> Outcome:
        """Return what can be said of the output where an input is not known."""
        weighted = self.has_rule_for_weights
        if weighted and self.built_from is None:
            self.unknown_weights = True
        macs = None if weighted else Formula("0")
        return Outcome([None], macs=macs, field=UNKNOWN)

    def build(self, shapes: Any = None, *, input_shape: Any = None) -> None:
        """Make the weights at the first call; hold later calls to them.

        Parameters
        ----------
        shapes : tuple, or list of tuples
            Shape of the input, or of each, batch first.
        input_shape : optional
            The same under Keras's name.
        """
        shapes = _shapes_in(input_shape if shapes is None else shapes)
        if self.built_from is None:
            self._rule_specs = self._ours("weight_specs")(self, shapes)
            self._specs += self._rule_specs
            self.built_from = list(shapes)
            return
        if not self._rule_specs:
            return
        again = self._ours("weight_specs")(self, shapes)
        for old, new in zip(self._rule_specs, again, strict=False):
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
        mistaken = tensor_expected(arguments.values())
        if mistaken or not arguments.tensors:
            raise TypeError(self._no_tensor(arguments.values(), mistaken))
        call = self.apply(arguments)
        self.calls_made.append(call)
        structure = call.outcome.structure
        if structure is not None:
            return replaced(structure, call.outputs)
        return call.outputs[0] if len(call.outputs) == 1 else call.outputs

    def _no_tensor(self, values: list[Any], mistaken: str) -> str:
        """Return the words for a call without a symbolic tensor."""
        if mistaken:
            return f"{self.label} must be called with tensors, {mistaken}"
        arrays = [value for value in values if hasattr(value, "shape")]
        if arrays:
            example = tuple(arrays[0].shape)[1:]
            return (
                f"{self.label} is called with an array, and {NO_NUMBERS}; call it "
                f"with Input({example}), or use Keras"
            )
        return (
            f"{self.label} must be called with a tensor such as Input makes, "
            f"got {', '.join(shown(value) for value in values) or 'none'}"
        )

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
        known = [shape for shape in shapes if shape is not None]
        try:
            outcome = self._outcome(known, arguments)
            for shape in outcome.shapes:
                _bounded(shape)
        except ShapeError as error:
            raise call_error(error, self, arguments) from None
        if self.note:
            notes = [self.note, outcome.note]
            outcome.note = "; ".join(dict.fromkeys(filter(None, notes)))
        return Call(self, arguments, outcome)

    def _outcome(self, shapes: list[Any], arguments: Arguments) -> Outcome:
        """Build the layer if it is not built yet, and infer what comes out."""
        own_call = self.own("call")
        if len(shapes) < len(arguments.tensors) and not own_call:
            return self.infer_unknown()
        if self.own("build"):
            if not self.built:
                why = build_own(self, arguments)
                if why:
                    return self._unbuilt(shapes, why)
        elif not own_call or not self.built:
            # A rule needs every shape; an own layer without one has nothing to build.
            if len(shapes) == len(arguments.tensors) or not self.has_rule_for_weights:
                self._prepare(shapes)
            else:
                self.unknown_weights = True
        if own_call:
            return self._traced(shapes, arguments)
        return self._ours("infer")(self, shapes, arguments)  # type: ignore[no-any-return]

    def _prepare(self, shapes: list[Any]) -> None:
        """Make the weights by the rule of the class."""
        self.build(shapes)

    def _traced(self, shapes: list[Any], arguments: Arguments) -> Outcome:
        """Run a reader's own `call`."""
        return trace(self, shapes, arguments)

    def _unbuilt(self, shapes: list[Any], why: str) -> Outcome:
        """Return what is known of an own layer whose `build` cannot be run."""
        self.unknown_weights = True
        outs, more = compute_output_shape(self, shapes)
        return Outcome(outs, macs=None, field=UNKNOWN, note=why + more)

    # --- a reader's own layers

    def own(self, name: str) -> Any:
        """Return a method of a reader's own class; None where it is one of ours."""
        method = getattr(type(self), name, None)
        return None if method is None or _is_ours(method) else method

    def _ours(self, name: str) -> Any:
        """Return a method of this package, also where a reader's class has another.

        A reader may call a method as one of ours is called, and mean something else.
        """
        for cls in type(self).__mro__:
            method = cls.__dict__.get(name)
            if method is not None and cls.__module__.startswith(PACKAGE):
                return method
        raise AttributeError(name)

    @property
    def has_rule_for_weights(self) -> bool:
        """Whether the class makes weights by a rule of this package."""
        return self._ours("weight_specs") is not Layer.weight_specs

    def call(self, *given: Any, **named: Any) -> Any:
        """Apply the rule of Keras's class, for a reader's class that extends it.

        Raises
        ------
        NotImplementedError
            If the class extends no layer that has a rule.
        """
        for cls in type(self).__mro__:
            if cls.__module__.startswith(PACKAGE):
                break
        if cls is Layer:
            raise NotImplementedError(
                f"{type(self).__name__} extends Layer, which has no call of its own"
            )
        return _Extended(self, cls)(*given, **named)

    def rest_of_call(self, tensors: Sequence[Tensor], outcome: Outcome) -> Call:
        """Return a call for the part of its own `call` that could not be run."""
        return Call(_Rest(self), Arguments(tensors), outcome)

    def compute_output_shape(self, *shapes: Any, **named: Any) -> Any:
        """Return the shape, or a list of shapes, that comes out for input shapes.

        The layer is not built by it.
        """
        from copy import copy

        probe = copy(self)
        if not self.built:
            probe._specs = list(self._specs)
        given = [_tensors_of(value) for value in (*shapes, *named.values())]
        call = probe.apply(Arguments(given, takes=self._slots()))
        outs = [tensor.shape for tensor in call.outputs]
        return outs[0] if len(outs) == 1 else outs

    def compute_output_spec(self, *given: Any, **named: Any) -> Any:
        """Return the tensors that come out, as a call does."""
        return self(*given, **named)

    def compute_mask(self, inputs: Any, previous_mask: Any = None) -> Any:
        """Return no mask: masks change no shape."""
        return previous_mask

    def add_loss(self, loss: Any) -> None:
        """Take a term of the loss, which changes no shape."""

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that the layer was made with, as Keras does."""
        names = ["name", "trainable", "dtype", *self.arguments]
        return {name: getattr(self, name, None) for name in dict.fromkeys(names)}

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Any:
        """Return a layer made with the arguments that `get_config` gives."""
        return cls(**config)

    def get_weights(self) -> Any:
        """Refuse to give numbers.

        Raises
        ------
        NotImplementedError
            Always.
        """
        raise NotImplementedError(
            f"{NO_NUMBERS}: leave get_weights out, or use Keras; .weights has shapes"
        )

    def set_weights(self, weights: Any) -> None:
        """Refuse to take numbers.

        Raises
        ------
        NotImplementedError
            Always.
        """
        raise NotImplementedError(
            f"{NO_NUMBERS}: leave set_weights out; it changes no shape"
        )

    @property
    def input(self) -> Any:
        """What it received at its first call: a tensor, or a list of them.

        Raises
        ------
        ShapeError
            If it was not called yet.
        """
        inputs = self._first_call().inputs
        return inputs[0] if len(inputs) == 1 else inputs

    @property
    def output(self) -> Any:
        """What came out at its first call: a tensor, or a list of them.

        Raises
        ------
        ShapeError
            If it was not called yet.
        """
        outputs = self._first_call().outputs
        return outputs[0] if len(outputs) == 1 else outputs

    def _first_call(self) -> Call:
        """Return the first call."""
        if not self.calls_made:
            raise ShapeError(
                f"{self.label} was never called, so it has no input and no output; "
                "call it on a tensor, or give its Sequential an Input"
            )
        return self.calls_made[0]

    @property
    def compute_dtype(self) -> str:
        """The type that it computes in."""
        return self.dtype if isinstance(self.dtype, str) else "float32"

    variable_dtype = compute_dtype

    @property
    def losses(self) -> list[Any]:
        """No terms of the loss: there are no numbers."""
        return []

    @property
    def built(self) -> bool:
        """Whether the weights are made."""
        return self.built_from is not None

    @built.setter
    def built(self, value: bool) -> None:
        """Take what a reader's own `build` says at its end, as in Keras."""
        if value and self.built_from is None:
            self.built_from = []

    def add_weight(self, *given: Any, **named: Any) -> Variable:
        """Add a weight to a layer of one's own, as in Keras.

        Parameters
        ----------
        shape : sequence of int
            Its lengths; () for a single number.
        initializer : str or object, optional
            Where its numbers come from.
        trainable : bool
            Whether training may change it.
        name : str, optional
            Its name; by default "variable". Keras 2 took it first.
        dtype, regularizer, constraint and others, optional
            Accepted as in Keras; they change no shape.

        Returns
        -------
        Variable
            The weight, to compute with in `call`.

        Raises
        ------
        ShapeError
            If a length is not a whole number.
        TypeError
            If Keras has no such argument.
        """
        by_name = bool(given) and isinstance(given[0], str)
        takes = OLD_WEIGHT_ARGUMENTS if by_name else WEIGHT_ARGUMENTS
        values = bound("add_weight", takes, given, named)
        for key in ("initializer", "regularizer", "constraint"):
            checked(key, values.get(key))
        shape = values.get("shape")
        weight = Variable(
            values.get("initializer"),
            () if shape is None else shape,
            dtype=values.get("dtype"),
            trainable=values.get("trainable", True),
            name=values.get("name"),
        )
        self._specs.append(weight.weight)
        return weight

    add_variable = add_weight

    @property
    def weights(self) -> list[WeightSpec]:
        """The weights, those of layers inside as well, as specifications."""
        return [weight for weight, _ in self.weights_and_training()]

    @weights.setter
    def weights(self, specs: Any) -> None:
        """Take specifications; Keras's argument of this name brings numbers alone."""
        given = specs if isinstance(specs, list | tuple) else ()
        self._specs = [one for one in given if isinstance(one, WeightSpec)]

    @property
    def trainable_weights(self) -> list[WeightSpec]:
        """Those that training may change."""
        every = self.weights_and_training()
        return [weight for weight, free in every if free and self._trainable]

    @property
    def non_trainable_weights(self) -> list[WeightSpec]:
        """Those that training may not change."""
        every = self.weights_and_training()
        return [weight for weight, free in every if not (free and self._trainable)]

    variables = weights
    trainable_variables = trainable_weights
    non_trainable_variables = non_trainable_weights

    @property
    def trainable(self) -> bool:
        """Whether training may change its weights; setting it reaches layers inside."""
        return self._trainable

    @trainable.setter
    def trainable(self, value: bool) -> None:
        self._trainable = value
        for layer in self.inner_layers:
            layer.trainable = value

    @property
    def inner_layers(self) -> list[Layer]:
        """The layers that are held in attributes: wrapped ones, or those of one's own.

        Layers in lists, tuples and dictionaries count.
        """
        found: dict[int, Layer] = {}
        for value in self._attributes():
            for layer in _parts(value, Layer):
                if layer is not self:
                    found.setdefault(id(layer), layer)
        return list(found.values())

    def _attributes(self) -> Iterator[Any]:
        """Yield what may hold layers and weights."""
        for name, value in vars(self).items():
            if name not in ("calls_made", "built_from", "_specs", "_rule_specs"):
                yield value

    # --- counts

    def weights_and_training(self) -> list[tuple[WeightSpec, bool]]:
        """Return each weight once, and whether its own layer lets training change it.

        As in Keras, a layer that is made with trainable=False does not freeze those
        that it holds; one that is frozen later does. And a layer whose own
        `trainable` is False trains nothing, when it is the one that is trained.
        """
        free = self._trainable
        found = {id(one): (one, one.trainable and free) for one in self._specs}
        for value in self._attributes():
            for one in _parts(value, Variable):
                spec = one.weight
                found[id(spec)] = (spec, spec.trainable and free)
        for layer in self.inner_layers:
            for weight, changed in layer.weights_and_training():
                found[id(weight)] = (weight, changed)
        return list(found.values())

    @property
    def counts_all(self) -> bool:
        """Whether all weights are known, those of layers inside as well."""
        return not self.unknown_weights and all(
            layer.counts_all for layer in self.inner_layers
        )

    def count_params(self) -> Number | None:
        """Return how many numbers the weights hold; None where that is not known.

        Raises
        ------
        ShapeError
            If the weights are not made yet.
        """
        if not self.built and self.has_rule_for_weights and not self.unknown_weights:
            raise ShapeError(
                f"{self.label} has no weights yet, for it has seen no input; call it "
                "on a tensor, or call build((None, ...))"
            )
        formula = self.parameters
        return None if formula is None else formula.value

    @property
    def parameters(self) -> Formula | None:
        """The number of weights, trainable or not, as a formula; None if unknown."""
        if not self.counts_all:
            return None
        return count_formula(weight for weight, _ in self.weights_and_training())

    @property
    def trainable_formula(self) -> Formula | None:
        """The number of weights that training may change, as a formula."""
        if not self.counts_all:
            return None
        every = self.weights_and_training()
        kept = [weight for weight, free in every if free and self._trainable]
        return self.parameters if len(kept) == len(every) else count_formula(kept)

    @property
    def kind(self) -> str:
        """The name of its class, as tables show it."""
        return type(self).__name__

    @property
    def label(self) -> str:
        """The layer's name, or its class's where it has none yet, on one line."""
        return visible(self.name or self.kind, most=None)

    def __repr__(self) -> str:
        given = [
            f"{name}={shown(getattr(self, name))}"
            for name, default in self.arguments.items()
            if _differs(getattr(self, name, default), default)
            and not name.startswith("_")
        ]
        return f"{self.kind}({', '.join(given)})"

    def __getattr__(self, name: str) -> Any:
        """Return a weight by its name, such as `kernel`, once it is made."""
        for spec in self.__dict__.get("_rule_specs", ()):
            if spec.name == name:
                return Variable.of(spec)
        words = f"{type(self).__name__!r} object has no attribute {name!r}"
        if name in WEIGHTS and not self.__dict__.get("built_from"):
            words += "; its weights are made when it is called, or by build"
        raise AttributeError(words)

    if TYPE_CHECKING:
        _specs: list[WeightSpec]
        _rule_specs: list[WeightSpec]
        _trainable: bool
        note: str
        built_from: list[Shape | None] | None
        unknown_weights: bool
        calls_made: list[Call]


class _Extended(Layer):
    """The rule of Keras's class, called by a reader's class that extends it."""

    def __init__(self, holder: Layer, cls: Any) -> None:
        super().__init__()
        # In a tuple of its own, so that the holder is no layer inside this one.
        self._held = _Holder(holder)
        self._cls = cls
        self.takes = cls.takes  # type: ignore[misc]

    @property
    def kind(self) -> str:
        """The name of Keras's class."""
        return str(self._cls.__name__)

    @property
    def base_name(self) -> str:
        """The name of the first of Keras's class."""
        from byhand.shapes.naming import snake_case

        return snake_case(self.kind)

    def weights_and_training(self) -> list[tuple[WeightSpec, bool]]:
        """Those of the holder that the rule made."""
        holder = self._held.layer
        return [(one, one.trainable and holder.trainable) for one in holder._rule_specs]

    def _outcome(self, shapes: list[Any], arguments: Arguments) -> Outcome:
        """What the rule makes of the shapes."""
        holder = self._held.layer
        if len(shapes) < len(arguments.tensors):
            outcome: Outcome = self._cls.infer_unknown(holder)
            return outcome
        if not holder.built:
            self._cls.build(holder, shapes)
        return self._cls.infer(holder, shapes, arguments)  # type: ignore[no-any-return]


class _Rest(Layer):
    """What follows in a reader's own `call` behind the point where it stopped."""

    def __init__(self, holder: Layer) -> None:
        super().__init__()
        self._kind = f"rest of {holder.kind}"

    @property
    def kind(self) -> str:
        """Whose rest it is."""
        return self._kind

    @property
    def base_name(self) -> str:
        """The name of such a row."""
        return "rest"


class _Holder:
    """A layer that is no layer inside what refers to it."""

    def __init__(self, layer: Layer) -> None:
        self.layer = layer


def _is_ours(method: Any) -> bool:
    """Return whether a method is one of this package."""
    module = getattr(method, "__module__", None) or PACKAGE
    return module == PACKAGE or module.startswith(f"{PACKAGE}.")


def _is_fixed(cls: Any, name: str) -> bool:
    """Return whether an argument would hide what every layer has under its name."""
    held = getattr(cls, name, None)
    if isinstance(held, property):
        return held.fset is None
    return callable(held) and not isinstance(held, type) and hasattr(Layer, name)


def _differs(value: Any, default: Any) -> bool:
    """Return whether an argument is to be shown: it is not the default."""
    if value is default:
        return False
    try:
        return bool(value != default)
    except Exception:  # an array, or a symbolic tensor, which compare to more of them
        return True


def _tensors_of(value: Any) -> Any:
    """Return a tensor for each shape of a structure."""
    if isinstance(value, dict):
        return {name: _tensors_of(part) for name, part in value.items()}
    if any(isinstance(part, tuple | list) for part in value):
        return [_tensors_of(part) for part in value]
    lengths = [
        Size.symbol(f"N{axis}") if axis and length is None else length
        for axis, length in enumerate(value)
    ]
    return Tensor(tuple(lengths))


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


def _parts(value: Any, kind: Any, depth: int = 0) -> Iterator[Any]:
    """Yield the layers, or the weights, in a structure."""
    if isinstance(value, kind):
        yield value
    elif isinstance(value, list | tuple | set | dict) and depth < DEEPEST:
        for part in value.values() if isinstance(value, dict) else value:
            yield from _parts(part, kind, depth + 1)


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


def _open(first: Shape, second: Shape) -> bool:
    """Return whether two shapes differ in unknown lengths only."""
    return len(first) == len(second) and all(
        a == b or isinstance(a, Size) or isinstance(b, Size)
        for a, b in zip(first, second, strict=True)
    )
