"""Layers that join every input with every output along an axis."""

from __future__ import annotations

from byhand.shapes.errors import ShapeError
from byhand.shapes.formula import Formula
from byhand.shapes.layers.base import MOST_AXES, REQUIRED, Adaptable
from byhand.shapes.layers.checks import as_list, known_length, single_shape
from byhand.shapes.outcome import (
    POINT,
    UNKNOWN,
    WHOLE,
    Outcome,
    WeightSpec,
    product,
)
from byhand.shapes.tensor import Shape, show
from byhand.shapes.values import shown, whole_number

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from byhand.shapes.tensor import Arguments

KERNEL_AND_BIAS = {
    "kernel_initializer": "glorot_uniform",
    "bias_initializer": "zeros",
    "kernel_regularizer": None,
    "bias_regularizer": None,
    "activity_regularizer": None,
    "kernel_constraint": None,
    "bias_constraint": None,
}
QUANTIZED = {"lora_rank": None, "lora_alpha": None, "quantization_config": None}


class Dense(Adaptable):
    """z = xW + b along the last axis: c inputs, f outputs."""

    _arguments_ = {
        "units": REQUIRED,
        "activation": None,
        "use_bias": True,
        **KERNEL_AND_BIAS,
        **QUANTIZED,
    }

    units: Any

    def _check_(self) -> None:
        """Refuse a number of units that is not a whole number above 0."""
        self.units = whole_number("units", self.units)

    def _weight_specs_(self, shapes: Sequence[Shape]) -> list[WeightSpec]:
        """A kernel of c x f and f biases."""
        shape = single_shape(shapes)
        if len(shape) < 2:
            raise ShapeError(
                f"it takes an input of at least 2 axes, got {show(shape)}; give each "
                "example a row of numbers"
            )
        c = known_length(shape[-1], "the last axis of its input")
        weights = [WeightSpec("kernel", {"c": c, "f": self.units})]
        if self.use_bias:
            weights.append(WeightSpec("bias", {"f": self.units}))
        return self._adapted_(weights)

    def _infer_(self, shapes: Sequence[Shape], arguments: Arguments) -> Outcome:
        """The last axis becomes f long; every other place pays c f."""
        shape = single_shape(shapes)
        n = product(shape[1:-1])
        macs = Formula("n * c * f", n=n, c=shape[-1], f=self.units)
        if n == 1:
            macs = Formula("c * f", c=shape[-1], f=self.units)
        # On a flat input every output sees every input.
        field = WHOLE if len(shape) == 2 else POINT
        return Outcome([(*shape[:-1], self.units)], macs=macs, field=field)


class EinsumDense(Adaptable):
    """A tensor product of the input with a kernel, in Einstein's notation.

    An axis that `output_shape` leaves open gets its length from the input, where
    Keras leaves it open; with an ellipsis Keras gives a wrong symbolic shape.
    """

    _arguments_ = {
        "equation": REQUIRED,
        "output_shape": REQUIRED,
        "activation": None,
        "bias_axes": None,
        "kernel_initializer": "glorot_uniform",
        "bias_initializer": "zeros",
        "kernel_regularizer": None,
        "bias_regularizer": None,
        "kernel_constraint": None,
        "bias_constraint": None,
        "lora_rank": None,
        "lora_alpha": None,
        "gptq_unpacked_column_size": None,
        "quantization_config": None,
    }

    output_shape: Any

    def _check_(self) -> None:
        """Take the equation apart."""
        if not isinstance(self.equation, str):
            raise TypeError(f"equation must be a text, got {shown(self.equation)}")
        text = self.equation[: 4 * MOST_AXES + 1].replace(" ", "")
        left, arrow, self._result_ = text.partition("->")
        self._input_, comma, self._kernel_ = left.partition(",")
        # Its letters become those of formulas.
        parts = [self._input_, self._kernel_, self._result_]
        letters = [part.replace("...", "", 1) for part in parts]
        if not (arrow and comma and all(map(_are_letters, letters))):
            raise ShapeError(
                f"equation must read 'input,kernel->output', each a letter from a to z "
                f"or A to Z for an axis, got {text[:60]!r}; for instance 'abc,cd->abd'"
            )
        for part, axes in zip(("input", "kernel", "output"), letters, strict=True):
            if len(set(axes)) < len(axes):
                raise ShapeError(f"{text!r} names an axis of its {part} twice")
        given = self.output_shape
        single = given is None or hasattr(given, "__index__")
        lengths = [given] if single else as_list("output_shape", given)
        self.output_shape = tuple(
            None if length is None else whole_number("output_shape", length)
            for length in lengths
        )
        bias = self.bias_axes
        if bias is not None and not (
            isinstance(bias, str) and all(letter in self._result_ for letter in bias)
        ):
            raise ShapeError(
                f"bias_axes must name axes of the output {self._result_!r}, got "
                f"{shown(bias)}"
            )
        if "..." in self._result_ and "..." not in self._input_:
            raise ShapeError(
                f"{text!r} has an ellipsis in its output alone; put one in the input"
            )

    def _letters_(self, shape: Shape) -> tuple[str, str, dict[str, Any]]:
        """Return the axes of input and output and the length of each letter."""
        dots = self._input_.count("...")
        extra = len(shape) - (len(self._input_) - 3 * dots)
        if extra < 0 or (extra and not dots):
            raise ShapeError(
                f"equation {self.equation!r} names {len(self._input_) - 3 * dots} axes "
                f"of an input that has {len(shape)}: {show(shape)}; name each once"
            )
        # Letters no equation uses stand for the axes behind an ellipsis.
        filler = "".join(chr(0x3B1 + k) for k in range(extra))
        into = self._input_.replace("...", filler)
        out = self._result_.replace("...", filler)
        lengths: dict[str, Any] = dict(zip(into, shape, strict=True))
        own = out[1:] if out[:1] == into[:1] else out
        wanted = zip(reversed(own), reversed(self.output_shape), strict=False)
        for letter, length in wanted:
            if length is not None:
                if lengths.get(letter, length) not in (None, length):
                    raise ShapeError(
                        f"output_shape gives axis {letter!r} the length {length}, "
                        f"the input {lengths[letter]}; let them agree"
                    )
                lengths[letter] = length
        missing = [letter for letter in self._kernel_ if letter not in lengths]
        if missing:
            raise ShapeError(
                f"axis {missing[0]!r} of the kernel is in neither the input nor the "
                f"output of {self.equation!r}; name it in one of them"
            )
        return into, out, lengths

    def _weight_specs_(self, shapes: Sequence[Shape]) -> list[WeightSpec]:
        """A kernel with the axes of the equation, and a bias along `bias_axes`."""
        _, out, lengths = self._letters_(single_shape(shapes))
        for letter in self._kernel_:
            known_length(lengths[letter], f"axis {letter!r} of its kernel")
        weights = [
            WeightSpec("kernel", {letter: lengths[letter] for letter in self._kernel_})
        ]
        if self.bias_axes:
            start = min(out.index(letter) for letter in self.bias_axes)
            bias = {
                letter if letter in self.bias_axes else f"1{letter}": (
                    lengths[letter] if letter in self.bias_axes else 1
                )
                for letter in out[start:]
            }
            weights.append(_Bias("bias", bias))
        return self._adapted_(weights)

    def _infer_(self, shapes: Sequence[Shape], arguments: Arguments) -> Outcome:
        """The output has the lengths of its letters; each product costs one."""
        into, out, lengths = self._letters_(single_shape(shapes))
        every = dict.fromkeys(into + self._kernel_)
        values = {k: lengths[k] for k in every if lengths[k] is not None}
        macs = Formula(" * ".join(values) or "1", **values)
        shape = tuple(lengths[letter] for letter in out)
        return Outcome([shape], macs=macs, field=_field_of_letters(into, out))


def _field_of_letters(into: Sequence[str], out: Sequence[str]) -> str:
    """Return what an element sees where only letters of the output are kept apart."""
    places = list(into[1:-1] or into[1:])
    if into[0] != out[0]:
        return UNKNOWN
    if not set(places) & set(out):
        return WHOLE
    kept = len(into) > 2 and list(out[1 : len(places) + 1]) == places
    return POINT if kept else UNKNOWN


def _are_letters(text: str) -> bool:
    """Return whether a text is one or more letters from a to z or A to Z."""
    return text.isascii() and text.isalpha()


class _Bias(WeightSpec):
    """A bias with axes of length one, which its count leaves out."""

    def __init__(self, name: str, axes: Mapping[str, Any]) -> None:
        super().__init__(name, {k: v for k, v in axes.items() if k.isidentifier()})
        self._full = tuple(axes.values())

    @property
    def shape(self) -> tuple[Any, ...]:
        """The lengths of the axes, with those of length one."""
        return self._full


class Embedding(Adaptable):
    """A row of f numbers for each of v whole numbers."""

    input_dim: Any
    output_dim: Any

    _arguments_ = {
        "input_dim": REQUIRED,
        "output_dim": REQUIRED,
        "embeddings_initializer": "uniform",
        "embeddings_regularizer": None,
        "embeddings_constraint": None,
        "mask_zero": False,
        "weights": None,
        **QUANTIZED,
    }

    def _check_(self) -> None:
        """Refuse an empty vocabulary."""
        self.input_dim = whole_number("input_dim", self.input_dim)
        self.output_dim = whole_number("output_dim", self.output_dim)

    def _bind_(self, given: tuple[Any, ...], named: dict[str, Any]) -> None:
        # Keras takes it still, from older models; it changes nothing.
        super()._bind_(given, {k: v for k, v in named.items() if k != "input_length"})

    def _weight_specs_(self, shapes: Sequence[Shape]) -> list[WeightSpec]:
        """A table of v x f."""
        table = WeightSpec("embeddings", {"v": self.input_dim, "f": self.output_dim})
        return self._adapted_([table])

    def _infer_(self, shapes: Sequence[Shape], arguments: Arguments) -> Outcome:
        """An axis of f is added; looking up costs no multiplication."""
        return Outcome([(*single_shape(shapes), self.output_dim)])
