"""What every network has: its calls, its rows, and the sums over its layers."""

from __future__ import annotations

from byhand.shapes.errors import ShapeError
from byhand.shapes.escaping import visible
from byhand.shapes.formula import Formula
from byhand.shapes.layers.base import Layer
from byhand.shapes.layers.names import nearest
from byhand.shapes.outcome import (
    UNKNOWN,
    Inner,
    Outcome,
    WeightSpec,
    count_formula,
    inside,
    total,
)
from byhand.shapes.tensor import Tensor, calls_before, replaced, show, tensors_in
from byhand.shapes.tracing import trace
from byhand.shapes.training import Untrained
from byhand.shapes.values import shown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from typing import Any

    from byhand.shapes.counting import Memory
    from byhand.shapes.explanation import Explanation
    from byhand.shapes.receptive import Fields, ReceptiveField
    from byhand.shapes.size import Number
    from byhand.shapes.tensor import Arguments, Call, Shape

MOST_LEVELS = 100  # networks in one another
MOST_ROWS = 20_000  # rows of networks within networks, all opened

# Attributes of a network that hold no layers besides those of its graph.
NO_PARTS = {
    *("inputs", "outputs", "calls_made", "built_from", "_specs", "_rule_specs"),
    *("_inferred", "_names", "_members", "_given", "_stack"),
    *("_input_structure", "_output_structure", "_input_layers", "optimizer", "loss"),
}


class Row:
    """One call of a network as a table shows it.

    Attributes
    ----------
    name, kind : str
        The layer's name and class.
    call : Call or None
        None for an input.
    layer : Layer or None
        None for an input.
    inputs, outputs : list of tuple
        Shapes; None for one that is not known.
    sources : list of str
        The names of the layers that its inputs come from.
    first : bool
        Whether the layer is called here for the first time: its parameters count
        once, its work with each call.
    depth : int
        How many networks it lies in; 0 for the rows of the network itself.
    """

    __slots__ = (
        "call",
        "depth",
        "fields",
        "first",
        "inputs",
        "kind",
        "layer",
        "name",
        "outputs",
        "sources",
    )

    def __init__(
        self,
        name: str,
        kind: str,
        outputs: Sequence[Shape | None],
        *,
        call: Call | None = None,
        sources: Sequence[str] = (),
        first: bool = False,
        fields: Fields | None = None,
        depth: int = 0,
    ) -> None:
        self.name = name
        self.kind = kind
        self.outputs: list[Any] = list(outputs)
        self.call = call
        self.layer: Any = call.layer if call else None
        self.inputs = [tensor.shape for tensor in call.inputs] if call else []
        self.sources = list(sources)
        self.first = first
        self.fields = fields
        self.depth = depth

    @property
    def parameters(self) -> Formula | None:
        """The weights counted here, 0 where the layer was counted; None if unknown."""
        if self.layer is None or not self.first:
            return Formula("0")
        return self.layer.parameters  # type: ignore[no-any-return]

    @property
    def trainable(self) -> Formula | None:
        """Of these, the weights that training may change."""
        if self.layer is None or not self.first:
            return Formula("0")
        return self.layer.trainable_formula  # type: ignore[no-any-return]

    @property
    def macs(self) -> Formula | None:
        """Multiply-accumulates of this call; None where they are unknown."""
        if self.call is None:
            return Formula("0")
        return self.call.outcome.macs  # type: ignore[no-any-return]

    @property
    def note(self) -> str:
        """Why something of it is not known."""
        return str(self.call.outcome.note) if self.call else ""

    @property
    def inner(self) -> Inner | None:
        """The calls inside, of a network or an own layer."""
        return self.call.outcome.inner if self.call else None

    @property
    def receptive_field(self) -> ReceptiveField | str:
        """What an output element sees of the network's input; "" for an input."""
        if self.call is None or self.fields is None:
            return ""
        return self.fields.of(self.call)

    def explain(self) -> Explanation:
        """Return each number of the row with its formula.

        Returns
        -------
        Explanation
            Prints as text; `.latex()` and `.html()` give it for a page.
        """
        from byhand.shapes.explanation import explanation_of

        return explanation_of(self)

    def __repr__(self) -> str:
        shapes = ", ".join(show(shape) for shape in self.outputs)
        count = "?" if self.parameters is None else self.parameters.value
        return f"Row({self.name!r}, {visible(self.kind)}, {shapes}, {count})"


def rows_of(
    inner: Inner,
    fields: Fields,
    *,
    nested: bool = False,
    depth: int = 0,
    seen: set[int] | None = None,
    begun_by: Sequence[str] = (),
) -> list[Row]:
    """Return one row for each input and each call.

    Parameters
    ----------
    inner : Inner
        The calls.
    fields : Fields
        What the output of each call sees.
    nested : bool
        Whether the calls inside networks and own layers get rows as well, without
        their inputs.
    depth : int
        How many networks it lies in.
    seen : set of int, optional
        Layers that are counted already.
    begun_by : sequence of str
        The names of the layers that its inputs come from, of a network inside.

    Raises
    ------
    ShapeError
        If the rows would be more than `MOST_ROWS`.
    """
    seen = set() if seen is None else seen
    made_by = {id(tensor): tensor.name or "input_layer" for tensor in inner.inputs}
    made_by |= dict(zip(map(id, inner.inputs), begun_by, strict=False))
    rows = []
    if depth == 0:
        for tensor in inner.inputs:
            rows.append(Row(made_by[id(tensor)], "InputLayer", [tensor.shape]))
    for call in inner.calls:
        layer = call.layer
        for tensor in call.outputs:
            made_by[id(tensor)] = layer.label
        begun = [made_by.get(id(one), "") for one in call.inputs]
        sources = [name for name in begun if name]
        row = Row(
            layer.label,
            layer.kind,
            [tensor.shape for tensor in call.outputs],
            call=call,
            sources=list(dict.fromkeys(sources)),
            first=id(layer) not in seen,
            fields=fields,
            depth=depth,
        )
        seen.add(id(layer))
        rows.append(row)
        if nested and row.inner is not None:
            rows += rows_of(
                row.inner,
                fields,
                nested=True,
                depth=depth + 1,
                seen=seen,
                begun_by=begun if len(begun) == len(row.inner.inputs) else (),
            )
        if len(rows) > MOST_ROWS:
            raise ShapeError(
                f"with all networks inside opened it has over {MOST_ROWS:,} rows; "
                "show them one by one"
            )
    return rows


class Network(Untrained, Layer):
    """What Sequential and Model share."""

    inputs: list[Tensor]
    outputs: list[Tensor]
    _inferred: dict[Any, Outcome]
    # How many networks lie in one another, this one included.
    levels = 1

    def contain(self, layers: Iterable[Layer]) -> None:
        """Take layers in, unless networks would lie too deep in one another.

        Raises
        ------
        ShapeError
            If more than `MOST_LEVELS` would.
        """
        inner = [layer.levels for layer in layers if isinstance(layer, Network)]
        self.levels = max([self.levels, *(1 + levels for levels in inner)])
        if self.levels > MOST_LEVELS:
            raise ShapeError(
                f"{self.label} holds networks that lie {self.levels} deep in one "
                f"another; at most {MOST_LEVELS} are handled"
            )

    # The lists, tuples or dictionaries that inputs and outputs were given in.
    _input_structure: Any = None
    _output_structure: Any = None
    # Whether its shapes have their channels before the other axes, as in PyTorch.
    channels_first = False
    # What bounds the work of nested networks from a file: called with a count of calls.
    spend: Any = None

    @property
    def calls(self) -> list[Call]:
        """Every call that depends on an input, each after those it needs.

        What is made of constants alone is a constant itself, as in Keras.
        """
        every = calls_before(self.outputs, self.inputs)
        known = {id(tensor) for tensor in self.inputs}
        kept = []
        for call in every:
            if self.own("call") or any(id(tensor) in known for tensor in call.inputs):
                kept.append(call)
                known.update(id(tensor) for tensor in call.outputs)
        return kept

    @property
    def called_layers(self) -> list[Any]:
        """Every layer that is called once, in the order of first calls."""
        return list(dict.fromkeys(call.layer for call in self.calls))

    @property
    def layers(self) -> list[Any]:
        """The layers as Keras lists them."""
        return self.called_layers

    @property
    def inner_layers(self) -> list[Layer]:
        """The layers that the network consists of, or that its attributes hold."""
        held = super().inner_layers
        if self.own("call"):
            return held
        return list(dict.fromkeys([*self.called_layers, *held]))

    def _attributes(self) -> Iterator[Any]:
        """Yield what may hold layers and weights, but the network's own lists."""
        for name, value in vars(self).items():
            if name not in NO_PARTS:
                yield value

    def get_layer(self, name: str | None = None, index: int | None = None) -> Any:
        """Return a layer by its name or by its place in `layers`.

        Parameters
        ----------
        name : str, optional
            Its name.
        index : int, optional
            Its place.

        Raises
        ------
        ShapeError
            If there is no such layer.
        """
        layers = self.layers
        if index is not None:
            if not -len(layers) <= index < len(layers):
                raise ShapeError(
                    f"{self.label} has {len(layers)} layers, got index={index}"
                )
            return layers[index]
        for layer in layers:
            if layer.name == name:
                return layer
        near = nearest(str(name), [layer.label for layer in layers])
        names = ", ".join(layer.label for layer in layers[:20])
        hint = f"did you mean {near!r}?" if near else f"there are {names}"
        raise ShapeError(f"{self.label} has no layer called {shown(name)}; {hint}")

    @property
    def input(self) -> Any:
        """The input: a tensor, or several as they were given."""
        self._done()
        if self._input_structure is not None:
            return self._input_structure
        return self.inputs[0] if len(self.inputs) == 1 else self.inputs

    @property
    def output(self) -> Any:
        """The output: a tensor, or several as they were given."""
        outputs = self._done()
        if self._output_structure is not None:
            return self._output_structure
        return outputs[0] if len(outputs) == 1 else outputs

    @property
    def metrics(self) -> list[Any]:
        """No metrics: nothing is trained."""
        return []

    @property
    def graph(self) -> Inner:
        """The inputs, the calls and the outputs.

        Raises
        ------
        ShapeError
            If the network has no input yet.
        """
        self._done()
        return Inner(self.inputs, self.calls, self.outputs)

    @property
    def rows(self) -> list[Row]:
        """One row for each input and each call."""
        return self.all_rows()

    def all_rows(self, *, nested: bool = False) -> list[Row]:
        """Return one row for each input and each call.

        Parameters
        ----------
        nested : bool
            Whether the calls inside networks and own layers get rows as well.
        """
        from byhand.shapes.receptive import Fields

        inner = Inner(self.inputs, self.calls, self.outputs)
        return rows_of(inner, Fields(inner), nested=nested)

    def __getitem__(self, name: str) -> Row:
        """Return the first row of a layer, by name."""
        for row in self.rows:
            if row.name == name:
                return row
        names = ", ".join(row.name for row in self.rows)
        raise KeyError(f"no layer is called {name!r}; there are {names}")

    @property
    def input_shape(self) -> Any:
        """The shape of the input, or a list of them."""
        self._done()
        shapes = [tensor.shape for tensor in self.inputs]
        return shapes[0] if len(shapes) == 1 else shapes

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
    def parameters(self) -> Formula | None:
        """The sum over the layers; None where a layer's count is unknown."""
        self._done()
        return self._sum(every=True) if self.counts_all else None

    @property
    def trainable_formula(self) -> Formula | None:
        """The sum over the weights that training may change."""
        self._done()
        return self._sum(every=False) if self.counts_all else None

    @property
    def known_params(self) -> Number:
        """How many numbers the weights hold that are known, shared ones once."""
        return self._sum(every=True).value

    @property
    def known_trainable_params(self) -> Number:
        """How many of these training may change."""
        return self._sum(every=False).value

    def _sum(self, *, every: bool) -> Formula:
        """Return the sum over all weights, or over those that training changes."""
        kept = [
            weight
            for weight, free in self.weights_and_training()
            if every or (free and self._trainable)
        ]
        counts: dict[int, Number] = {}
        for weight in kept:
            counts[id(weight)] = count_formula([weight]).value
        return total(counts.values())

    @property
    def trainable_params(self) -> Number | None:
        """How many numbers training may change; None where that is not known."""
        formula = self.trainable_formula
        return None if formula is None else formula.value

    @property
    def non_trainable_params(self) -> Number | None:
        """How many numbers training may not change, frozen or moving by themselves."""
        every, trainable = self.count_params(), self.trainable_params
        if every is None or trainable is None:
            return None
        return every - trainable

    @property
    def macs(self) -> Number | None:
        """Multiply-accumulates for one example; None where a layer's are unknown."""
        formula = inside(self.graph).macs
        return None if formula is None else formula.value

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
        from byhand.shapes.counting import flops_formula

        formula = flops_formula(self.macs or 0, convention)
        return None if self.macs is None else formula.value

    def memory(
        self, *, batch: int = 1, dtype: str = "float32", training: bool = False
    ) -> Memory:
        """Return the bytes taken for a batch; see `byhand.shapes.counting`."""
        from byhand.shapes.counting import memory_of

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
        return self[name].receptive_field

    def table(
        self,
        *,
        format: str = "text",
        columns: Sequence[str] = (),
        nested: bool = False,
        dtype: str = "float32",
    ) -> str:
        """Return the network as a table; see `byhand.shapes.tables.table`."""
        from byhand.shapes.tables import table

        return table(self, format=format, columns=columns, nested=nested, dtype=dtype)

    def summary(
        self,
        line_length: int | None = None,
        positions: Sequence[float] | None = None,
        print_fn: Any = None,
        expand_nested: bool = False,
        show_trainable: bool = False,
        layer_range: Sequence[str] | None = None,
        *,
        columns: Sequence[str] = (),
    ) -> None:
        """Print the network as a table, as Keras does.

        Parameters
        ----------
        line_length : int, optional
            The most characters of a line; longer cells go on below.
        positions : sequence of float, optional
            Where each column ends, as parts of the line or in characters.
        print_fn : callable, optional
            What to print with, once for the whole text.
        expand_nested : bool
            Whether the layers inside networks and own layers get rows as well.
        show_trainable : bool
            Whether a column says which layers may be trained.
        layer_range : sequence of two str, optional
            Names, or regular expressions, of the first and the last layer to show.
        columns : sequence of str
            Columns besides Keras's; see `byhand.shapes.tables.table`.
        """
        from byhand.shapes.tables import summary

        text = summary(
            self,
            columns=columns,
            line_length=line_length,
            positions=positions,
            expand_nested=expand_nested,
            show_trainable=show_trainable,
            layer_range=layer_range,
        )
        (print_fn or print)(text)

    def draw(self, path: Any, *, style: str = "volumes") -> None:
        """Write the network to a file as SVG.

        Parameters
        ----------
        path : str or path
            Where to write: "network.svg". A file that is there is replaced by the
            finished drawing, or left as it is.
        style : {"volumes", "graph"}
            The outputs side by side as boxes, or the calls below one another.

        Raises
        ------
        ValueError
            If the style is another, or the name promises another kind of picture.
        """
        from byhand.shapes.drawing import drawing, write_drawing

        self._done()
        write_drawing(path, drawing(self, style=style))

    def _repr_html_(self) -> str:
        return self.table(format="html", columns=("macs",))

    def __call__(self, *given: Any, **named: Any) -> Any:
        """Apply the network to symbolic tensors, in the structure of its inputs."""
        if given:
            given = (self._in_order(given[0]), *given[1:])
        return super().__call__(*given, **named)

    def _in_order(self, value: Any) -> Any:
        """Return a dictionary of inputs in the order of the network's own."""
        if not isinstance(value, dict) or self.own("call") or not self.inputs:
            return value
        structure = self._input_structure
        keys = list(structure) if isinstance(structure, dict) else self._input_names
        missing = [key for key in keys if key not in value]
        if missing:
            raise ShapeError(
                f"{self.label} takes inputs called {', '.join(map(str, keys))}, got "
                f"{', '.join(map(str, value))}; add {missing[0]!r}"
            )
        return {key: value[key] for key in keys}

    @property
    def _input_names(self) -> list[str]:
        """The names of the inputs."""
        return [tensor.name or "input_layer" for tensor in self.inputs]

    def infer_unknown(self) -> Outcome:
        """Each output is unknown, and so are weights that are not made yet."""
        if not self.outputs:
            self.unknown_weights = True
        outs = [None] * max(len(self.outputs), 1)
        return Outcome(outs, macs=None, field=UNKNOWN, structure=self._like_outputs())

    def infer(self, shapes: Sequence[Shape], arguments: Arguments) -> Outcome:
        """Run every call on new shapes, or remember what came of it."""
        self._done()
        if len(shapes) != len(self.inputs):
            raise ShapeError(f"it takes {len(self.inputs)} inputs, got {len(shapes)}")
        for tensor, shape in zip(self.inputs, shapes, strict=True):
            if not _fits(tensor.shape, shape):
                raise ShapeError(
                    f"it was made for inputs of {show(tensor.shape)}, got "
                    f"{show(shape)}; leave the axes open in its Input, as None, if "
                    "they are to differ"
                )
        key = tuple(shapes)
        outcome = self._inferred.get(key)
        if outcome is None:
            outcome = self._inferred[key] = self._run(shapes)
        return outcome

    def _traced(self, shapes: Sequence[Shape], arguments: Arguments) -> Outcome:
        """Run the `call` of a reader's own model; keep the first graph as its own."""
        outcome = trace(self, shapes, arguments)
        if not self.outputs and outcome.inner is not None:
            self.inputs = outcome.inner.inputs
            self.outputs = outcome.inner.outputs
            given = arguments.given[0] if arguments.given else None
            if given is not None and not isinstance(given, Tensor):
                count = len(list(tensors_in(given)))
                self._input_structure = replaced(given, self.inputs[:count])
            if not isinstance(outcome.structure, Tensor):
                self._output_structure = outcome.structure
        return outcome

    def _run(self, shapes: Sequence[Shape]) -> Outcome:
        """Run every call on new shapes."""
        every = self.calls
        if self.spend is not None:
            self.spend(len(every))
        starts = [
            Tensor(shape, name=tensor.name, dtype=tensor.dtype)
            for tensor, shape in zip(self.inputs, shapes, strict=True)
        ]
        at = {id(t): start for t, start in zip(self.inputs, starts, strict=True)}
        calls = []
        for call in every:
            given = [at.get(id(tensor), tensor) for tensor in call.inputs]
            done = call.layer.apply(call.arguments.replaced(given))
            calls.append(done)
            for tensor, out in zip(call.outputs, done.outputs, strict=True):
                at[id(tensor)] = out
        outputs = [at[id(tensor)] for tensor in self.outputs]
        outcome = inside(Inner(starts, calls, outputs))
        outcome.structure = self._like_outputs()
        return outcome

    def _like_outputs(self) -> Any:
        """Return the structure of what comes out of a call; None for a plain one."""
        return self._output_structure

    @property
    def all_weights(self) -> list[WeightSpec]:
        """The weights of every layer, shared ones once."""
        return [weight for weight, _ in self.weights_and_training()]


def _fits(made_for: Shape | None, given: Shape) -> bool:
    """Return whether a network takes an input: only open axes and the batch differ."""
    if made_for is None:
        return True
    return len(made_for) == len(given) and all(
        a == b or not isinstance(a, int) or not isinstance(b, int)
        for a, b in zip(made_for[1:], given[1:], strict=True)
    )
