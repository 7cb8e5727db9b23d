"""The weights of a layer and of those inside it: which, how many, which train."""

from __future__ import annotations

from byhand.shapes.errors import ShapeError
from byhand.shapes.inert import bound
from byhand.shapes.layers.names import checked
from byhand.shapes.naming import Named
from byhand.shapes.outcome import WeightSpec, count_formula
from byhand.shapes.tensor import DEEPEST
from byhand.shapes.variables import Variable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from byhand.shapes.formula import Formula
    from byhand.shapes.size import Number

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


class Weighted(Named):
    """What has weights, its own and those of layers that its attributes hold."""

    if TYPE_CHECKING:
        _specs_: list[WeightSpec]
        _rule_specs_: list[WeightSpec]
        _trainable_: bool
        _unknown_weights_: bool

        @property
        def _label_(self) -> str: ...

        @property
        def _has_rule_for_weights_(self) -> bool: ...

        @property
        def built(self) -> bool:
            """Whether the weights are made."""

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
        self._specs_.append(weight.weight)
        return weight

    add_variable = add_weight

    @property
    def weights(self) -> list[WeightSpec]:
        """The weights, those of layers inside as well, as specifications."""
        return [weight for weight, _ in self._weights_and_training_()]

    @weights.setter
    def weights(self, specs: Any) -> None:
        """Take specifications; Keras's argument of this name brings numbers alone."""
        given = specs if isinstance(specs, list | tuple) else ()
        self._specs_ = [one for one in given if isinstance(one, WeightSpec)]

    @property
    def trainable_weights(self) -> list[WeightSpec]:
        """Those that training may change."""
        every = self._weights_and_training_()
        return [weight for weight, free in every if free and self._trainable_]

    @property
    def non_trainable_weights(self) -> list[WeightSpec]:
        """Those that training may not change."""
        every = self._weights_and_training_()
        return [weight for weight, free in every if not (free and self._trainable_)]

    variables = weights
    trainable_variables = trainable_weights
    non_trainable_variables = non_trainable_weights

    @property
    def trainable(self) -> bool:
        """Whether training may change its weights; setting it reaches layers inside."""
        return self._trainable_

    @trainable.setter
    def trainable(self, value: bool) -> None:
        self._trainable_ = value
        for layer in self._inner_layers_:
            layer.trainable = value

    @property
    def _inner_layers_(self) -> list[Any]:
        """The layers that are held in attributes: wrapped ones, or those of one's own.

        Layers in lists, tuples and dictionaries count.
        """
        found: dict[int, Any] = {}
        for value in self._attributes_():
            for layer in _parts(value, Weighted):
                if layer is not self:
                    found.setdefault(id(layer), layer)
        return list(found.values())

    def _attributes_(self) -> Iterator[Any]:
        """Yield what may hold layers and weights."""
        for name, value in vars(self).items():
            if not (name.startswith("_") and name.endswith("_")):
                yield value

    def _weights_and_training_(self) -> list[tuple[WeightSpec, bool]]:
        """Return each weight once, and whether its own layer lets training change it.

        As in Keras, a layer that is made with trainable=False does not freeze those
        that it holds; one that is frozen later does. And a layer whose own
        `trainable` is False trains nothing, when it is the one that is trained.
        """
        free = self._trainable_
        found = {id(one): (one, one.trainable and free) for one in self._specs_}
        for value in self._attributes_():
            for one in _parts(value, Variable):
                spec = one.weight
                found[id(spec)] = (spec, spec.trainable and free)
        for layer in self._inner_layers_:
            for weight, changed in layer._weights_and_training_():
                found[id(weight)] = (weight, changed)
        return list(found.values())

    @property
    def _counts_all_(self) -> bool:
        """Whether all weights are known, those of layers inside as well."""
        return not self._unknown_weights_ and all(
            layer._counts_all_ for layer in self._inner_layers_
        )

    def count_params(self) -> Number | None:
        """Return how many numbers the weights hold; None where that is not known.

        Raises
        ------
        ShapeError
            If the weights are not made yet.
        """
        if (
            not self.built
            and self._has_rule_for_weights_
            and not self._unknown_weights_
        ):
            raise ShapeError(
                f"{self._label_} has no weights yet, for it has seen no input; call it "
                "on a tensor, or call build((None, ...))"
            )
        formula = self._parameters_
        return None if formula is None else formula.value

    @property
    def _parameters_(self) -> Formula | None:
        """The number of weights, trainable or not, as a formula; None if unknown."""
        if not self._counts_all_:
            return None
        return count_formula(weight for weight, _ in self._weights_and_training_())

    @property
    def _trainable_formula_(self) -> Formula | None:
        """The number of weights that training may change, as a formula."""
        if not self._counts_all_:
            return None
        every = self._weights_and_training_()
        kept = [weight for weight, free in every if free and self._trainable_]
        return self._parameters_ if len(kept) == len(every) else count_formula(kept)


def _parts(value: Any, kind: Any, depth: int = 0) -> Iterator[Any]:
    """Yield the layers, or the weights, in a structure."""
    if isinstance(value, kind):
        yield value
    elif isinstance(value, list | tuple | set | dict) and depth < DEEPEST:
        for part in value.values() if isinstance(value, dict) else value:
            yield from _parts(part, kind, depth + 1)
