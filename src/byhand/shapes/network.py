"""What every network has: its calls, its rows, and the sums over its layers."""

from __future__ import annotations

from byhand.shapes.axis import ShapeError
from byhand.shapes.counting import Memory, flops_formula, memory_of
from byhand.shapes.drawing import drawing
from byhand.shapes.explaining import Explanation
from byhand.shapes.formula import Formula
from byhand.shapes.layers.base import Layer, Outcome, Weight
from byhand.shapes.receptive import Fields, ReceptiveField
from byhand.shapes.tables import table
from byhand.shapes.tensor import Call, Tensor, calls_before, show

TYPE_CHECKING = False
if TYPE_CHECKING:  # importing typing costs more than all of this package
    from collections.abc import Iterable, Mapping, Sequence
    from typing import Any

    from byhand.shapes.size import Number
    from byhand.shapes.tensor import Shape


class Row:
    """One call of a network as a table shows it.

    Attributes
    ----------
    name, kind : str
        The layer's name and class.
    call : Call or None
        None for an input.
    inputs, outputs : list of tuple
        Shapes.
    first : bool
        Whether the layer is called here for the first time: its parameters count
        once, its work with each call.
    """

    __slots__ = (
        *("call", "fields", "first", "inputs", "kind", "layer", "name", "outputs"),
    )

    def __init__(self, name: str, kind: str, outputs: list[Shape]) -> None:
        self.name, self.kind, self.outputs = name, kind, outputs
        self.inputs: list[Shape] = []
        self.call: Call | None = None
        self.layer: Any = None
        self.first = False
        self.fields: Fields | None = None

    @property
    def parameters(self) -> Formula:
        """Weights counted here; none where the layer was counted before."""
        if self.layer is None or not self.first:
            return Formula("0")
        return self.layer.parameters  # type: ignore[no-any-return]

    @property
    def macs(self) -> Formula | None:
        """Multiply-accumulates of this call; None where they are unknown."""
        if self.call is None:
            return Formula("0")
        return self.call.outcome.macs  # type: ignore[no-any-return]

    def explain(self) -> Explanation:
        """Return each number of the row with its formula.

        Returns
        -------
        Explanation
            Prints as text; `.latex()` and `.html()` give it for a page.
        """
        entries: list[tuple[str, Formula]] = []
        if self.call is not None:
            entries += [
                (f"output {name}", formula)
                for name, formula in self.call.outcome.lengths
            ]
        if self.first and self.layer.parameters.value:
            entries.append(("parameters", self.parameters))
            if self.layer.trainable_formula.value != self.parameters.value:
                entries.append(("of these trainable", self.layer.trainable_formula))
        if self.macs is not None and self.macs.value:
            entries.append(("multiply-accumulates", self.macs))
        if self.first and self.fields is not None:
            field = self.fields[self.name]
            if isinstance(field, ReceptiveField) and field.moved:
                entries += field.formulas
        return Explanation(f"{self.name} ({self.kind})", entries)

    def __repr__(self) -> str:
        shapes = ", ".join(show(shape) for shape in self.outputs)
        return f"Row({self.name!r}, {self.kind}, {shapes}, {self.parameters.value})"


class Network(Layer):
    """What Sequential and Model share."""

    inputs: list[Tensor]
    outputs: list[Tensor]

    @property
    def calls(self) -> list[Call]:
        """Every call, each after those it needs."""
        return calls_before(self.outputs)

    @property
    def layers(self) -> list[Any]:
        """Every layer once, in the order of first calls."""
        return list(dict.fromkeys(call.layer for call in self.calls))

    @property
    def rows(self) -> list[Row]:
        """One row for each input and each call."""
        rows = [
            Row(tensor.name or "input_layer", "InputLayer", [tensor.shape])
            for tensor in self.inputs
        ]
        seen = set()
        fields = Fields(self)
        for call in self.calls:
            layer = call.layer
            row = Row(
                layer.label,
                type(layer).__name__,
                [tensor.shape for tensor in call.outputs],
            )
            row.inputs = [tensor.shape for tensor in call.inputs]
            row.call, row.layer, row.fields = call, layer, fields
            row.first = id(layer) not in seen
            seen.add(id(layer))
            rows.append(row)
        return rows

    def __getitem__(self, name: str) -> Row:
        """Return the first row of a layer, by name."""
        for row in self.rows:
            if row.name == name:
                return row
        names = ", ".join(row.name for row in self.rows)
        raise KeyError(f"no layer is called {name!r}; there are {names}")

    @property
    def output_shape(self) -> Any:
        """The shape of the output, or a list of them."""
        shapes = [tensor.shape for tensor in self._done()]
        return shapes[0] if len(shapes) == 1 else shapes

    def _done(self) -> list[Tensor]:
        """Return the outputs, if the network has its input."""
        if not self.outputs:
            raise ShapeError(
                f"{self.label} has no input yet, so no layer has a shape; put "
                "Input(shape) first, or call build((None, ...))"
            )
        return self.outputs

    @property
    def leaves(self) -> list[tuple[Layer, bool]]:
        """Every layer that is no network, once, and whether training may change it."""
        found: dict[int, tuple[Layer, bool]] = {}
        for layer in self.layers:
            if isinstance(layer, Network):
                inner = [
                    (leaf, free and layer.trainable) for leaf, free in layer.leaves
                ]
            else:
                inner = [(layer, True)]
            for leaf, free in inner:
                found.setdefault(id(leaf), (leaf, free and self.trainable))
        return list(found.values())

    def count_params(self) -> Number:
        """Return how many numbers all weights hold, shared ones once."""
        return self.parameters.value

    @property
    def parameters(self) -> Formula:
        """The sum over the layers."""
        self._done()
        return total(leaf.parameters.value for leaf, _ in self.leaves)

    @property
    def trainable_formula(self) -> Formula:
        """The sum over the layers that training may change."""
        self._done()
        return total(leaf.trainable_formula.value for leaf, free in self.leaves if free)

    @property
    def trainable_params(self) -> Number:
        """How many numbers training may change."""
        return self.trainable_formula.value

    @property
    def non_trainable_params(self) -> Number:
        """How many numbers training may not change, frozen or moving by themselves."""
        return self.count_params() - self.trainable_params

    @property
    def macs(self) -> Number | None:
        """Multiply-accumulates for one example; None where a layer's are unknown."""
        self._done()
        return self._cost([call.outcome for call in self.calls])

    def flops(self, *, convention: str = "2*macs") -> Number | None:
        """Return floating-point operations for one example.

        Parameters
        ----------
        convention : {"2*macs", "macs"}
            Whether a multiplication and an addition are two operations or one.

        Returns
        -------
        int, Size or None
            None where a layer's are unknown.
        """
        formula = flops_formula(self.macs or 0, convention)
        return None if self.macs is None else formula.value

    def memory(
        self, *, batch: int = 1, dtype: str = "float32", training: bool = False
    ) -> Memory:
        """Return the bytes taken for a batch; see `byhand.shapes.counting`."""
        self._done()
        return memory_of(self, batch=batch, dtype=dtype, training=training)

    def receptive_field(self, name: str) -> ReceptiveField | str:
        """Return what an output element of a layer sees of the input.

        Parameters
        ----------
        name : str
            The layer's name.

        Returns
        -------
        ReceptiveField or str
            "whole input" where it sees everything, "unknown" where its field has no
            size, stride and padding.
        """
        self._done()
        return Fields(self)[name]

    def table(self, *, format: str = "text", columns: Sequence[str] = ()) -> str:
        """Return the network as a table; see `byhand.shapes.tables.table`."""
        self._done()
        return table(self, format=format, columns=columns)

    def summary(self, *, columns: Sequence[str] = (), print_fn: Any = print) -> None:
        """Print the network as a table, as Keras does.

        Parameters
        ----------
        columns : sequence of str
            Columns besides Keras's; see `byhand.shapes.tables.table`.
        print_fn : callable
            What to print with.
        """
        print_fn(self.table(columns=columns))

    def draw(self, path: Any, *, style: str = "volumes") -> None:
        """Write the network to a file as SVG.

        Parameters
        ----------
        path : str or path
            Where to write; a file that is there is replaced.
        style : {"volumes", "graph"}
            The outputs side by side as boxes, or the calls below one another.

        Raises
        ------
        ValueError
            If the style is another.
        """
        self._done()
        text = drawing(self, style=style)
        with open(path, "w", encoding="utf-8", newline="\n") as file:  # noqa: PTH123
            file.write(text)

    def _repr_html_(self) -> str:
        return self.table(format="html", columns=("macs",))

    @staticmethod
    def _cost(outcomes: Iterable[Outcome]) -> Number | None:
        """Return the sum of costs, or None if one is unknown."""
        formulas = [outcome.macs for outcome in outcomes]
        if None in formulas:
            return None
        return total(formula.value for formula in formulas if formula).value

    def build(self, shapes: Any) -> None:
        """Take an input shape, batch first, if there is none yet."""

    def infer(self, shapes: Sequence[Shape], options: Mapping[str, Any]) -> Outcome:
        """Run every call on new shapes."""
        self._done()
        if len(shapes) != len(self.inputs):
            raise ShapeError(f"it takes {len(self.inputs)} inputs, got {len(shapes)}")
        at = {id(t): shape for t, shape in zip(self.inputs, shapes, strict=True)}
        for tensor, shape in zip(self.inputs, shapes, strict=True):
            if len(tensor.shape) != len(shape):
                raise ShapeError(
                    f"it was made for inputs of {show(tensor.shape)}, got {show(shape)}"
                )
        outcomes = []
        for call in self.calls:
            given = [Tensor(at[id(tensor)]) for tensor in call.inputs]
            done = call.layer.apply(given, call.roles, call.options).outcome
            outcomes.append(done)
            for tensor, shape in zip(call.outputs, done.shapes, strict=True):
                at[id(tensor)] = shape
        cost = self._cost(outcomes)
        macs = None if cost is None else Formula("n", n=cost)
        field = "whole" if any(o.field == "whole" for o in outcomes) else "nested"
        out = [at[id(tensor)] for tensor in self.outputs]
        return Outcome(out, macs=macs, field=field)

    @property
    def all_weights(self) -> list[Weight]:
        """The weights of every layer, shared ones once."""
        return [weight for leaf, _ in self.leaves for weight in leaf.weights]


def total(numbers: Iterable[Number]) -> Formula:
    """Return a sum with one letter for each number that is not 0."""
    kept = [number for number in numbers if number != 0]
    letters = {f"n_{k}": number for k, number in enumerate(kept, start=1)}
    names = list(letters)
    sums = [" + ".join(names[k : k + 100]) for k in range(0, len(names), 100)]
    if len(sums) > 1:  # Python cannot read a sum of some thousand terms
        sums = [f"({part})" for part in sums]
    return Formula(" + ".join(sums) or "0", **letters)


class Names:
    """The names of a network's inputs and layers, each held by one of them."""

    def __init__(self) -> None:
        self._held: dict[str, Any] = {}
        self._next: dict[str, int] = {}

    def give(self, layer: Layer) -> None:
        """Hold a layer's name; one without gets Keras's: its class, counted."""
        if layer.name is None:
            base = snake_case(type(layer).__name__)
            if base == "model":
                base = "functional"
            number = self._next.get(base, 0)
            while (name := f"{base}_{number}" if number else base) in self._held:
                number += 1
            self._next[base] = number
            layer.name, layer.named_here = name, True
        self.hold(layer)

    def hold(self, owner: Any) -> None:
        """Hold the name of a layer or an input.

        Raises
        ------
        ShapeError
            If another holds the name, unless both were named here, each in its
            own network.
        """
        other = self._held.setdefault(owner.name, owner)
        if other is not owner and not (_named_here(other) and _named_here(owner)):
            raise ShapeError(
                f"{owner!r} is called {owner.name!r}, and so is {other!r}; "
                "give one of them another name"
            )

    def free(self, layer: Layer) -> None:
        """Give a layer's name back."""
        if self._held.get(layer.name or "") is layer:
            del self._held[layer.name or ""]
            self._next.clear()


def _named_here(owner: Any) -> bool:
    """Tell whether a layer or an input got its name from us."""
    if isinstance(owner, Layer):
        return owner.named_here
    return str(owner.name).startswith("input_layer")


def snake_case(name: str) -> str:
    """Return a class name as Keras writes it in a layer's name."""
    from re import sub

    name = sub(r"(.)([A-Z][a-z0-9]+)", r"\1_\2", name)
    return sub(r"([a-z])([A-Z])", r"\1_\2", name).lower()
