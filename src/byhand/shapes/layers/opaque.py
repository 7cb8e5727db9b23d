"""A layer of which no rule is known here, as a row with question marks."""

from __future__ import annotations

from byhand.shapes.layers.base import Layer
from byhand.shapes.outcome import UNKNOWN, Outcome, WeightSpec

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from byhand.shapes.tensor import Arguments, Shape


class Opaque(Layer):
    """A layer of a class that is not known here.

    Parameters
    ----------
    kind : str
        The name of its class.
    why : str
        Why it is not known, for the note below a table.
    name : str, optional
        Its name.
    trainable : bool
        Whether training may change it.
    output_shapes : list of list of tuple, optional
        For each call in turn, the shapes of its outputs, where somebody knows them,
        such as Keras of a live model.
    weights : list of WeightSpec, optional
        Its weights, where somebody knows them; an empty list for none.
    """

    _takes_ = ()

    def __init__(
        self,
        kind: str,
        why: str,
        *,
        name: str | None = None,
        trainable: bool = True,
        output_shapes: Sequence[Sequence[Shape]] | None = None,
        weights: Sequence[WeightSpec] | None = None,
    ) -> None:
        super().__init__(name=name, trainable=trainable)
        self._kind = kind
        self._why = why
        self._output_shapes = [list(shapes) for shapes in output_shapes or ()]
        self.weights = list(weights or ())
        self._unknown_weights_ = weights is None

    @property
    def _kind_(self) -> str:
        """The name of its class."""
        return self._kind

    @property
    def _base_name_(self) -> str:
        """The name of the first of its class."""
        from byhand.shapes.naming import snake_case

        return snake_case(self._kind)

    def _infer_unknown_(self) -> Outcome:
        """Nothing of the input is needed."""
        return self._infer_([], None)

    def _infer_(self, shapes: Sequence[Shape], arguments: Arguments | None) -> Outcome:
        """What somebody said of this call, or nothing."""
        number = len(self._calls_made_)
        known = number < len(self._output_shapes)
        outs: list[Any] = self._output_shapes[number] if known else [None]
        return Outcome(outs, macs=None, field=UNKNOWN, note=self._why)
