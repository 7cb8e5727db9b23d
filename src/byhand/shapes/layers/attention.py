"""Attention: each place of one sequence looks at every place of another."""

from __future__ import annotations

from byhand.shapes.errors import ShapeError
from byhand.shapes.formula import Formula
from byhand.shapes.layers.base import REQUIRED, Layer, tensors_of
from byhand.shapes.layers.checks import as_list, is_known, known_length
from byhand.shapes.layers.dense import KERNEL_AND_BIAS
from byhand.shapes.outcome import UNKNOWN, WHOLE, Outcome, WeightSpec, product
from byhand.shapes.tensor import Arguments, Shape, show
from byhand.shapes.values import real_number, shown, whole_number

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any


def named(shapes: Sequence[Shape], arguments: Arguments) -> tuple[Shape, ...]:
    """Return the shapes of query, value and key; the key is the value unless given."""
    roles = arguments.roles or ["query", "value", "key"][: len(shapes)]
    by_role: dict[str, Shape] = dict(zip(roles, shapes, strict=True))
    missing = [role for role in ("query", "value") if role not in by_role]
    if missing:
        raise ShapeError(f"it needs a {missing[0]}; call it with query and value")
    query, value = by_role["query"], by_role["value"]
    return query, value, by_role.get("key", value)


def _check_rates(layer: Any) -> None:
    """Refuse a share of dropout outside 0 to 1, and a window that is no number."""
    real_number("dropout", layer.dropout, least=0, most=1)
    window = getattr(layer, "sliding_window", None)
    if window is not None:
        whole_number("sliding_window", window)


class _Heads(Layer):
    """Attention with projections: weights are made when query and value are known."""

    _takes_ = ("query", "value", "key", "query_mask", "value_mask", "key_mask")

    def build(self, *shapes: Any, **named: Any) -> None:
        """Make the weights for the shapes of query and value, and perhaps of key."""
        given = [tensors_of(shape) for shape in (*shapes, *named.values())]
        self._apply_(Arguments(given, takes=self._takes_))

    def _prepare_(self, shapes: list[Any]) -> None:
        """Wait for the roles: `_infer_` makes the weights."""

    def _infer_(self, shapes: Sequence[Shape], arguments: Arguments) -> Outcome:
        """As many places as the query has, and the scores if asked for."""
        shapes = list(named(shapes, arguments))
        Layer.build(self, shapes)
        return self._attend_(shapes, arguments)

    def _attend_(self, shapes: Sequence[Shape], arguments: Arguments) -> Outcome:
        """Return what comes out for query, value and key."""
        raise TypeError(f"{type(self).__name__} does not say what comes out of it")


class MultiHeadAttention(_Heads):
    """h heads that each project, compare and mix, and a projection of all."""

    num_heads: Any
    key_dim: Any
    output_shape: Any
    attention_axes: Any

    _arguments_ = {
        "num_heads": REQUIRED,
        "key_dim": REQUIRED,
        "value_dim": None,
        "dropout": 0.0,
        "use_bias": True,
        "output_shape": None,
        "attention_axes": None,
        "sliding_window": None,
        "flash_attention": None,
        **KERNEL_AND_BIAS,
        "use_gate": False,
        "seed": None,
    }

    def _check_(self) -> None:
        """Refuse sizes that are not whole numbers above 0."""
        self.num_heads = whole_number("num_heads", self.num_heads)
        self.key_dim = whole_number("key_dim", self.key_dim)
        given = self.key_dim if self.value_dim is None else self.value_dim
        self._value_dim_ = whole_number("value_dim", given)
        _check_rates(self)
        out = self.output_shape
        if out is not None:
            single = hasattr(out, "__index__")
            lengths = [out] if single else as_list("output_shape", out)
            # Keras takes an empty one for none.
            lengths = [whole_number("output_shape", one) for one in lengths]
            self.output_shape = tuple(lengths) or None
        axes = self.attention_axes
        if axes is not None:
            single = hasattr(axes, "__index__")
            axes = [axes] if single else as_list("attention_axes", axes)
            axes = [whole_number("attention_axes", one, least=-64) for one in axes]
            self.attention_axes = tuple(axes) or None

    def _sizes_(self, shapes: Sequence[Shape]) -> dict[str, Any]:
        """Return the lengths that the weights are made of."""
        query, value, key = shapes
        out = self.output_shape
        o = query[-1] if out is None else product(out)
        return {
            "h": self.num_heads,
            "k": self.key_dim,
            "w": self._value_dim_,
            "q": known_length(query[-1], "the last axis of the query"),
            "v": known_length(value[-1], "the last axis of the value"),
            "y": known_length(key[-1], "the last axis of the key"),
            "o": o,
        }

    def _weight_specs_(self, shapes: Sequence[Shape]) -> list[WeightSpec]:
        """A projection of query, key and value for each head, and one of the result."""
        n = self._sizes_(shapes)

        def weight(name: str, letters: str) -> WeightSpec:
            return WeightSpec(name, {letter: n[letter] for letter in letters})

        parts = [("query", "qhk"), ("key", "yhk"), ("value", "vhw")]
        if self.use_gate:
            parts.append(("gate", "qhw"))
        parts.append(("output", "hwo"))
        weights = []
        for name, letters in parts:
            weights.append(weight(f"{name}/kernel", letters))
            if self.use_bias:
                bias = "o" if name == "output" else letters[1:]
                weights.append(weight(f"{name}/bias", bias))
        return weights

    def _attend_(self, shapes: Sequence[Shape], arguments: Arguments) -> Outcome:
        """Projections, scores of every pair of places, and mixtures of values."""
        query, value, key = shapes
        n = self._sizes_(shapes)
        if query[1:-1] and value[1:-1] and len(query) != len(value):
            raise ShapeError(
                f"query and value must have the same number of axes, got "
                f"{show(query)} and {show(value)}"
            )
        for a, b in zip(value[1:-1], key[1:-1], strict=False):
            if is_known(a) and is_known(b) and a != b:
                raise ShapeError(
                    f"value and key must be equally long, got {show(value)} and "
                    f"{show(key)}"
                )
        t, s = product(query[1:-1]), product(value[1:-1])
        apart, beside = self._axes_apart_(query, value)
        gate = " + t * q * h * w" if self.use_gate else ""
        # Each place is compared with those that lie along the attended axes.
        pairs, more = ("t * s", {}) if not apart else ("t * r", {"r": product(beside)})
        macs = Formula(
            f"t * q * h * k + s * y * h * k + s * v * h * w + {pairs} * h * (k + w) "
            f"+ t * h * w * o{gate}",
            t=t,
            s=s,
            **more,
            **n,
        )
        shape = (*query[:-1], *(self.output_shape or (n["o"],)))
        outputs = [shape]
        if arguments.get("return_attention_scores"):
            attended = [a for axis, a in enumerate(query) if axis not in apart]
            outputs.append(
                (
                    query[0],
                    *(query[axis] for axis in apart),
                    self.num_heads,
                    *attended[1:-1],
                    *beside,
                )
            )
        field = UNKNOWN if apart else WHOLE
        return Outcome(outputs, macs=macs, field=field)

    def _axes_apart_(self, query: Shape, value: Shape) -> tuple[list[int], list[Any]]:
        """Return the axes that attention does not run along, and what it runs over."""
        rank = len(query)
        if self.attention_axes is None:
            return [], list(value[1:-1])
        axes = set()
        for axis in self.attention_axes:
            number = axis + rank if axis < 0 else axis
            if not 0 < number < rank - 1:
                raise ShapeError(
                    f"attention_axes={self.attention_axes} must name axes between the "
                    f"batch and the last, 1 to {rank - 2}, of {show(query)}"
                )
            axes.add(number)
        apart = [axis for axis in range(1, rank - 1) if axis not in axes]
        for axis in apart:
            a, b = query[axis], value[axis]
            if is_known(a) and is_known(b) and a != b:
                raise ShapeError(
                    f"query and value must be equally long along axis {axis}, which "
                    f"attention does not run along, got {show(query)} and "
                    f"{show(value)}"
                )
        return apart, [value[axis] for axis in sorted(axes)]


class GroupedQueryAttention(_Heads):
    """Attention in which groups of query heads share a head of keys and values."""

    _arguments_ = {
        "head_dim": REQUIRED,
        "num_query_heads": REQUIRED,
        "num_key_value_heads": REQUIRED,
        "dropout": 0.0,
        "use_bias": True,
        "sliding_window": None,
        "flash_attention": None,
        **KERNEL_AND_BIAS,
        "use_gate": False,
        "seed": None,
    }

    def _check_(self) -> None:
        """Refuse heads that cannot be shared evenly."""
        for name in ("head_dim", "num_query_heads", "num_key_value_heads"):
            setattr(self, name, whole_number(name, getattr(self, name)))
        if self.num_query_heads % self.num_key_value_heads:
            raise ShapeError(
                f"num_query_heads={self.num_query_heads} cannot be shared by "
                f"num_key_value_heads={self.num_key_value_heads}; let the second "
                "divide the first"
            )
        _check_rates(self)

    def _weight_specs_(self, shapes: Sequence[Shape]) -> list[WeightSpec]:
        """Projections of query, key and value, and one of the result."""
        query, value, key = shapes
        n = {
            "d": self.head_dim,
            "h": self.num_query_heads,
            "g": self.num_key_value_heads,
            "q": known_length(query[-1], "the last axis of the query"),
            "v": known_length(value[-1], "the last axis of the value"),
            "y": known_length(key[-1], "the last axis of the key"),
        }
        self._n_ = n
        parts = [("query", "qhd"), ("key", "ygd"), ("value", "vgd")]
        if self.use_gate:
            parts.append(("gate", "qhd"))
        parts.append(("attention_output", "hdq"))
        weights = []
        for name, letters in parts:
            weights.append(WeightSpec(f"{name}/kernel", {k: n[k] for k in letters}))
            if self.use_bias:
                bias = "q" if name == "attention_output" else letters[1:]
                weights.append(WeightSpec(f"{name}/bias", {k: n[k] for k in bias}))
        return weights

    def _attend_(self, shapes: Sequence[Shape], arguments: Arguments) -> Outcome:
        """Projections, scores of every pair of places, and mixtures of values."""
        query, value, key = shapes
        for shape in shapes:
            if len(shape) != 3:
                raise ShapeError(f"it takes inputs of 3 axes, got {show(shape)}")
        if is_known(value[1]) and is_known(key[1]) and value[1] != key[1]:
            raise ShapeError(
                f"value and key must be equally long, got {show(value)} and {show(key)}"
            )
        gate = " + t * q * h * d" if self.use_gate else ""
        macs = Formula(
            "2 * t * q * h * d + s * y * g * d + s * v * g * d + 2 * t * s * h * d"
            + gate,
            t=query[1],
            s=value[1],
            **self._n_,
        )
        outputs = [query]
        if arguments.get("return_attention_scores"):
            outputs.append((query[0], self.num_query_heads, query[1], value[1]))
        return Outcome(outputs, macs=macs, field=WHOLE)


class _ListAttention(Layer):
    """Attention called with a list: query, value and perhaps key."""

    def _three_(self, shapes: Sequence[Shape]) -> tuple[Shape, Shape, Shape]:
        """Return the shapes of query, value and key."""
        if len(shapes) not in (2, 3):
            raise ShapeError(
                f"it takes a list of query, value and perhaps key, got {len(shapes)}"
            )
        query, value = shapes[0], shapes[1]
        for shape in shapes:
            if len(shape) < 3 or len(shape) != len(query):
                given = " and ".join(show(one) for one in shapes)
                raise ShapeError(
                    "query, value and key must each have an axis of places and one of "
                    f"channels behind the batch, got {given}; give each the shape "
                    "(batch, places, channels)"
                )
        key = shapes[2] if len(shapes) == 3 else value
        return query, value, key

    def _attended_(
        self, shapes: Sequence[Shape], arguments: Arguments, pair: str
    ) -> Outcome:
        """Return one mixture of values for each place of the query."""
        query, value, key = self._three_(shapes)
        out = (*query[:-1], value[-1])
        macs = Formula(
            f"t * s * ({pair})", t=query[-2], s=value[-2], k=key[-1], v=value[-1]
        )
        outputs = [out]
        if arguments.get("return_attention_scores"):
            outputs.append((*query[:-1], value[-2]))
        return Outcome(outputs, macs=macs, field=WHOLE)


class Attention(_ListAttention):
    """Scores by products of query and key."""

    _arguments_ = {
        "use_scale": False,
        "score_mode": "dot",
        "dropout": 0.0,
        "seed": None,
    }

    def _check_(self) -> None:
        """Refuse a score that Keras does not have."""
        if self.score_mode not in ("dot", "concat"):
            raise ShapeError(
                f"score_mode must be 'dot' or 'concat', got {shown(self.score_mode)}"
            )
        _check_rates(self)

    def _weight_specs_(self, shapes: Sequence[Shape]) -> list[WeightSpec]:
        """One number for the scale, and one for the concatenated score."""
        self._three_(shapes)
        weights = []
        if self.use_scale:
            weights.append(WeightSpec("scale", {}))
        if self.score_mode == "concat":
            weights.append(WeightSpec("concat_score_weight", {}))
        return weights

    def _infer_(self, shapes: Sequence[Shape], arguments: Arguments) -> Outcome:
        """Every pair of places is compared, every value mixed in."""
        return self._attended_(shapes, arguments, "k + v")


class AdditiveAttention(_ListAttention):
    """Scores by a sum of query and key through tanh."""

    _arguments_ = {"use_scale": True, "dropout": 0.0}

    def _check_(self) -> None:
        """Refuse a share outside 0 to 1."""
        _check_rates(self)

    def _weight_specs_(self, shapes: Sequence[Shape]) -> list[WeightSpec]:
        """One number for each element of a key."""
        _, _, key = self._three_(shapes)
        if not self.use_scale:
            return []
        return [
            WeightSpec("scale", {"k": known_length(key[-1], "the length of a key")})
        ]

    def _infer_(self, shapes: Sequence[Shape], arguments: Arguments) -> Outcome:
        """Every pair of places is compared, every value mixed in."""
        return self._attended_(shapes, arguments, "k + v")
