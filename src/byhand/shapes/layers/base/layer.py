"""What every layer has: its arguments, its weights, and what it makes of shapes.

A layer is described by three things. `_arguments_` names its arguments in Keras's
order with Keras's defaults. `_weight_specs_` says which weights it has for a given
input, each as a product of letters. `_infer_` says which shapes come out, what that
costs and what an output element sees. Numbers come as formulas; a layer never computes
a count by itself.

A reader's own layer is described as in Keras: by `build` with `add_weight`, by `call`,
which is run on symbolic tensors, and by `compute_output_shape`. All names that Keras
leaves free are the reader's: what this package needs for itself begins and ends with
one "_".
"""

from __future__ import annotations

from byhand.shapes.errors import ShapeError, UnsupportedError
from byhand.shapes.escaping import visible
from byhand.shapes.formula import Formula
from byhand.shapes.layers.base.arguments import (
    COMMON,
    REQUIRED,
    STARTS,
    ShownSignature,
    differs,
    is_fixed,
)
from byhand.shapes.layers.base.keras_names import KerasNames
from byhand.shapes.layers.base.lengths import (
    check_bounds,
    differ_in_open,
    shapes_in,
    tensors_of,
)
from byhand.shapes.layers.base.weights import Weighted
from byhand.shapes.layers.names import checked, unknown_argument
from byhand.shapes.messages import call_error, construction_error, tensor_expected
from byhand.shapes.outcome import UNKNOWN, Outcome, WeightSpec
from byhand.shapes.tensor import Arguments, Call, Tensor, replaced, show
from byhand.shapes.tracing import build_own, compute_output_shape, trace
from byhand.shapes.values import shown
from byhand.shapes.variables import NO_NUMBERS, Variable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any, ClassVar

    from byhand.shapes.tensor import Shape

PACKAGE = "byhand.shapes"
WEIGHTS = ("kernel", "bias", "embeddings", "gamma", "beta")  # what readers ask for


class Layer(KerasNames, Weighted):
    """A layer as Keras has it, without its numbers.

    Subclasses here give `_arguments_`, `_weight_specs_` and `_infer_`; a reader's own
    give `build`, `call` or `compute_output_shape`, as in Keras.
    """

    __signature__ = ShownSignature()
    _arguments_: ClassVar[Mapping[str, Any]] = {}
    # Names of the tensors it is called with; None where it takes a list of any.
    _takes_: ClassVar[tuple[str, ...]] = ("inputs",)
    # Whether it is an operation on tensors, which Keras does not list as a layer.
    _is_operation_: ClassVar[bool] = False
    # Whether `_infer_` gives the cost of one example, not of one row of axis 0.
    _costs_are_for_one_: ClassVar[bool] = False

    def __new__(cls, *given: Any, **named: Any) -> Any:
        """Make what every layer has, also one whose `__init__` is a reader's own."""
        layer = super().__new__(cls)
        layer._specs_ = []
        layer._rule_specs_ = []
        layer._trainable_ = True
        layer._built_from_ = None
        layer._unknown_weights_ = False
        layer._starts_ = {}
        layer._calls_made_ = []
        layer.name = None
        layer._note_ = ""
        return layer

    def __init__(self, *given: Any, **named: Any) -> None:
        try:
            self._bind_(given, named)
            self._ours_("_check_")(self)
        except (ShapeError, TypeError) as error:
            raise construction_error(error, type(self), given, named) from None

    def _bind_(self, given: tuple[Any, ...], named: dict[str, Any]) -> None:
        """Set an attribute for each argument, as a call in Python would."""
        cls = type(self).__name__
        expected = {**self._arguments_, **COMMON, **self._arguments_}
        if len(given) > len(self._arguments_):
            raise TypeError(
                f"{cls} takes at most {len(self._arguments_)} arguments by position, "
                f"got {len(given)}"
            )
        values = dict(zip(self._arguments_, given, strict=False))
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
                self._trainable_ = value  # setting it later reaches layers inside
            elif name == "name" and not isinstance(value, str | None):
                raise TypeError(f"name must be a text, got {shown(value)}")
            elif name in STARTS and name not in self._arguments_:
                self._starts_[name] = value
            elif not is_fixed(type(self), name, Layer):
                setattr(self, name, value)

    def _check_(self) -> None:
        """Refuse arguments that Keras refuses before it sees an input."""

    def _weight_specs_(self, shapes: Sequence[Shape]) -> list[WeightSpec]:
        """Return the weights that the layer makes for inputs of these shapes."""
        return []

    def _infer_(self, shapes: Sequence[Shape], arguments: Arguments) -> Outcome:
        """Return what comes out for inputs of these shapes."""
        if self._own_("compute_output_shape"):
            return trace(self, shapes, arguments)
        raise TypeError(
            f"{type(self).__name__} does not say what comes out of it; give it a "
            "method call(self, inputs), as in Keras"
        )

    def _infer_unknown_(self) -> Outcome:
        """Return what can be said of the output where an input is not known."""
        weighted = self._has_rule_for_weights_
        if weighted and self._built_from_ is None:
            self._unknown_weights_ = True
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
        shapes = shapes_in(input_shape if shapes is None else shapes)
        if self._built_from_ is None:
            self._rule_specs_ = self._ours_("_weight_specs_")(self, shapes)
            self._specs_ += self._rule_specs_
            self._built_from_ = list(shapes)
            return
        if not self._rule_specs_:
            return
        again = self._ours_("_weight_specs_")(self, shapes)
        for old, new in zip(self._rule_specs_, again, strict=False):
            if old.shape != new.shape and not differ_in_open(old.shape, new.shape):
                raise ShapeError(
                    f"it was built for an input of {show(self._built_from_[0])}, where "
                    f"its {old.name} has the shape {old.shape}, and now receives "
                    f"{show(shapes[0])}; give it inputs of the first kind, or make a "
                    "second layer"
                )

    def __call__(self, *given: Any, **named: Any) -> Any:
        """Apply the layer to symbolic tensors, as in Keras's functional style."""
        arguments = Arguments(given, named, self._slots_())
        mistaken = tensor_expected(arguments.values())
        if mistaken or not arguments.tensors:
            raise TypeError(self._no_tensor_(arguments.values(), mistaken))
        call = self._apply_(arguments)
        self._calls_made_.append(call)
        structure = call.outcome.structure
        if structure is not None:
            return replaced(structure, call.outputs)
        return call.outputs[0] if len(call.outputs) == 1 else call.outputs

    def _no_tensor_(self, values: list[Any], mistaken: str) -> str:
        """Return the words for a call without a symbolic tensor."""
        if mistaken:
            return f"{self._label_} must be called with tensors, {mistaken}"
        arrays = [value for value in values if hasattr(value, "shape")]
        if arrays:
            example = tuple(arrays[0].shape)[1:]
            return (
                f"{self._label_} is called with an array, and {NO_NUMBERS}; call it "
                f"with Input({example}), or use Keras"
            )
        return (
            f"{self._label_} must be called with a tensor such as Input makes, "
            f"got {', '.join(shown(value) for value in values) or 'none'}"
        )

    def _slots_(self) -> tuple[str, ...]:
        """Return the names of the arguments that it is called with by position."""
        call = self._own_("call")
        if call is None or not hasattr(call, "__code__"):
            return self._takes_
        code = call.__code__
        return tuple(code.co_varnames[1 : code.co_argcount])

    def _apply_(self, arguments: Arguments) -> Call:
        """Infer what comes out, and keep the call."""
        shapes = [tensor.shape for tensor in arguments.tensors]
        known = [shape for shape in shapes if shape is not None]
        try:
            outcome = self._outcome_(known, arguments)
            for shape in outcome.shapes:
                check_bounds(shape)
        except ShapeError as error:
            raise call_error(error, self, arguments) from None
        if self._note_:
            notes = [self._note_, outcome.note]
            outcome.note = "; ".join(dict.fromkeys(filter(None, notes)))
        return Call(self, arguments, outcome)

    def _outcome_(self, shapes: list[Any], arguments: Arguments) -> Outcome:
        """Build the layer if it is not built yet, and infer what comes out."""
        own_call = self._own_("call")
        if len(shapes) < len(arguments.tensors) and not own_call:
            return self._infer_unknown_()
        if self._own_("build"):
            if not self.built:
                why = build_own(self, arguments)
                if why:
                    return self._unbuilt_(shapes, why)
        elif not own_call or not self.built:
            # A rule needs every shape; an own layer without one has nothing to build.
            if len(shapes) == len(arguments.tensors) or not self._has_rule_for_weights_:
                self._prepare_(shapes)
            else:
                self._unknown_weights_ = True
        if own_call:
            return self._traced_(shapes, arguments)
        return self._ours_("_infer_")(self, shapes, arguments)  # type: ignore[no-any-return]

    def _prepare_(self, shapes: list[Any]) -> None:
        """Make the weights by the rule of the class."""
        self.build(shapes)

    def _traced_(self, shapes: list[Any], arguments: Arguments) -> Outcome:
        """Run a reader's own `call`."""
        return trace(self, shapes, arguments)

    def _unbuilt_(self, shapes: list[Any], why: str) -> Outcome:
        """Return what is known of an own layer whose `build` cannot be run."""
        self._unknown_weights_ = True
        outs, more = compute_output_shape(self, shapes)
        return Outcome(outs, macs=None, field=UNKNOWN, note=why + more)

    def _own_(self, name: str) -> Any:
        """Return a method of a reader's own class; None where it is one of ours."""
        method = getattr(type(self), name, None)
        return None if method is None or _is_ours(method) else method

    def _ours_(self, name: str) -> Any:
        """Return a method of this package, also where a reader's class has another.

        A reader may call a method as one of ours is called, and mean something else.
        """
        for cls in type(self).__mro__:
            method = cls.__dict__.get(name)
            if method is not None and cls.__module__.startswith(PACKAGE):
                return method
        raise AttributeError(name)

    @property
    def _has_rule_for_weights_(self) -> bool:
        """Whether the class makes weights by a rule of this package."""
        return self._ours_("_weight_specs_") is not Layer._weight_specs_

    def call(self, *given: Any, **named: Any) -> Any:
        """Apply the rule of Keras's class, for a reader's class that extends it.

        Raises
        ------
        UnsupportedError
            If the class extends no layer that has a rule.
        """
        for cls in type(self).__mro__:
            if cls.__module__.startswith(PACKAGE):
                break
        if cls is Layer:
            raise UnsupportedError(
                f"{type(self).__name__} extends Layer, which has no call of its own: "
                "leave super().call out, or extend a layer that has one, such as Dense"
            )
        from byhand.shapes.layers.base.extended import Extended

        return Extended(self, cls)(*given, **named)

    def _rest_of_call_(self, tensors: Sequence[Tensor], outcome: Outcome) -> Call:
        """Return a call for the part of its own `call` that could not be run."""
        from byhand.shapes.layers.base.extended import Rest

        return Call(Rest(self), Arguments(tensors), outcome)

    def compute_output_shape(self, *shapes: Any, **named: Any) -> Any:
        """Return the shape, or a list of shapes, that comes out for input shapes.

        The layer is not built by it.
        """
        from copy import copy

        probe = copy(self)
        if not self.built:
            probe._specs_ = list(self._specs_)
        given = [tensors_of(value) for value in (*shapes, *named.values())]
        call = probe._apply_(Arguments(given, takes=self._slots_()))
        outs = [tensor.shape for tensor in call.outputs]
        return outs[0] if len(outs) == 1 else outs

    @property
    def input(self) -> Any:
        """What it received at its first call: a tensor, or a list of them.

        Raises
        ------
        ShapeError
            If it was not called yet.
        """
        inputs = self._first_call_().inputs
        return inputs[0] if len(inputs) == 1 else inputs

    @property
    def output(self) -> Any:
        """What came out at its first call: a tensor, or a list of them.

        Raises
        ------
        ShapeError
            If it was not called yet.
        """
        outputs = self._first_call_().outputs
        return outputs[0] if len(outputs) == 1 else outputs

    def _first_call_(self) -> Call:
        """Return the first call."""
        if not self._calls_made_:
            raise ShapeError(
                f"{self._label_} was never called, so it has no input and no output; "
                "call it on a tensor, or give its Sequential an Input"
            )
        return self._calls_made_[0]

    @property
    def built(self) -> bool:
        """Whether the weights are made."""
        return self._built_from_ is not None

    @built.setter
    def built(self, value: bool) -> None:
        """Take what a reader's own `build` says at its end, as in Keras."""
        if value and self._built_from_ is None:
            self._built_from_ = []

    @property
    def _kind_(self) -> str:
        """The name of its class, as tables show it."""
        return type(self).__name__

    @property
    def _label_(self) -> str:
        """The layer's name, or its class's where it has none yet, on one line."""
        return visible(self.name or self._kind_, most=None)

    def __repr__(self) -> str:
        given = [
            f"{name}={shown(getattr(self, name))}"
            for name, default in self._arguments_.items()
            if differs(getattr(self, name, default), default)
            and not name.startswith("_")
        ]
        return f"{self._kind_}({', '.join(given)})"

    def __getattr__(self, name: str) -> Any:
        """Return a weight by its name, such as `kernel`, once it is made."""
        for spec in self.__dict__.get("_rule_specs_", ()):
            if spec.name == name:
                return Variable.of(spec)
        words = f"{type(self).__name__!r} object has no attribute {name!r}"
        if name in WEIGHTS and not self.__dict__.get("_built_from_"):
            words += "; its weights are made when it is called, or by build"
        raise AttributeError(words)

    if TYPE_CHECKING:
        _note_: str
        _built_from_: list[Shape | None] | None
        _starts_: dict[str, Any]
        _calls_made_: list[Call]


def _is_ours(method: Any) -> bool:
    """Return whether a method is one of this package."""
    module = getattr(method, "__module__", None) or PACKAGE
    return module == PACKAGE or module.startswith(f"{PACKAGE}.")
