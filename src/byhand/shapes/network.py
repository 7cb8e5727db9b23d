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
    from collections.abc import Iterable, Sequence
    from typing import Any

    from byhand.shapes.counting import Memory
    from byhand.shapes.explanation import Explanation
    from byhand.shapes.receptive import Fields, ReceptiveField
    from byhand.shapes.size import Number
    from byhand.shapes.tensor import Arguments, Call, Shape

MOST_LEVELS = 100  # networks in one another
MOST_ROWS = 20_000  # rows of networks within networks, all opened


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
        return self.layer._parameters_  # type: ignore[no-any-return]

    @property
    def trainable(self) -> Formula | None:
        """Of these, the weights that training may change."""
        if self.layer is None or not self.first:
            return Formula("0")
        return self.layer._trainable_formula_  # type: ignore[no-any-return]

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
            made_by[id(tensor)] = layer._label_
        begun = [made_by.get(id(one), "") for one in call.inputs]
        sources = [name for name in begun if name]
        row = Row(
            layer._label_,
            layer._kind_,
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


if TYPE_CHECKING:
    view = property
else:

    class view(property):  # noqa: N801  it is used as `property` is
        """A property that an attribute of a reader's own class hides, and breaks not.

        Keras has no such names, so a reader's own model may use them for itself.
        """

        def __set_name__(self, owner: type, name: str) -> None:
            self._key = name

        def __get__(self, instance: Any, owner: Any = None) -> Any:
            if instance is not None and self._key in vars(instance):
                return vars(instance)[self._key]
            return super().__get__(instance, owner)

        def __set__(self, instance: Any, value: Any) -> None:
            vars(instance)[self._key] = value

        def __delete__(self, instance: Any) -> None:
            del vars(instance)[self._key]


class Network(Untrained, Layer):
    """What Sequential and Model share.

    Names that end and begin with "_" are what this package needs for itself. All others
    are Keras's, or views that a reader's own class may hide by attributes of the same
    name: `Model.table(network)` and its like always give the view, and `summary` is
    Keras's own name for the table.
    """

    _inputs_: list[Tensor]
    _outputs_: list[Tensor]
    _inferred_: dict[Any, Outcome]
    # How many networks lie in one another, this one included.
    _levels_ = 1

    def _contain_(self, layers: Iterable[Layer]) -> None:
        """Take layers in, unless networks would lie too deep in one another.

        Raises
        ------
        ShapeError
            If more than `MOST_LEVELS` would.
        """
        inner = [layer._levels_ for layer in layers if isinstance(layer, Network)]
        self._levels_ = max([self._levels_, *(1 + levels for levels in inner)])
        if self._levels_ > MOST_LEVELS:
            raise ShapeError(
                f"{self._label_} holds networks that lie {self._levels_} deep in one "
                f"another; at most {MOST_LEVELS} are handled"
            )

    # The lists, tuples or dictionaries that inputs and outputs were given in.
    _input_structure_: Any = None
    _output_structure_: Any = None
    # Whether its shapes have their channels before the other axes, as in PyTorch.
    _channels_first_ = False
    # What bounds the work of nested networks from a file: called with a count of calls.
    _spend_: Any = None

    @property
    def _calls_(self) -> list[Call]:
        """Every call that depends on an input, each after those it needs.

        What is made of constants alone is a constant itself, as in Keras.
        """
        every = calls_before(self._outputs_, self._inputs_)
        known = {id(tensor) for tensor in self._inputs_}
        kept = []
        for call in every:
            if self._own_("call") or any(id(tensor) in known for tensor in call.inputs):
                kept.append(call)
                known.update(id(tensor) for tensor in call.outputs)
        return kept

    @property
    def _called_layers_(self) -> list[Any]:
        """Every layer that is called once, in the order of first calls."""
        return list(dict.fromkeys(call.layer for call in self._calls_))

    @property
    def layers(self) -> list[Any]:
        """The layers as Keras lists them."""
        return self._called_layers_

    @property
    def _inner_layers_(self) -> list[Layer]:
        """The layers that the network consists of, or that its attributes hold."""
        held = super()._inner_layers_
        if self._own_("call"):
            return held
        return list(dict.fromkeys([*self._called_layers_, *held]))

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
                    f"{self._label_} has {len(layers)} layers, got index={index}"
                )
            return layers[index]
        for layer in layers:
            if layer.name == name:
                return layer
        near = nearest(str(name), [layer._label_ for layer in layers])
        names = ", ".join(layer._label_ for layer in layers[:20])
        hint = f"did you mean {near!r}?" if near else f"there are {names}"
        raise ShapeError(f"{self._label_} has no layer called {shown(name)}; {hint}")

    @property
    def input(self) -> Any:
        """The input: a tensor, or several as they were given."""
        self._done_()
        if self._input_structure_ is not None:
            return self._input_structure_
        return self._inputs_[0] if len(self._inputs_) == 1 else self._inputs_

    @property
    def output(self) -> Any:
        """The output: a tensor, or several as they were given."""
        outputs = self._done_()
        if self._output_structure_ is not None:
            return self._output_structure_
        return outputs[0] if len(outputs) == 1 else outputs

    @property
    def metrics(self) -> list[Any]:
        """No metrics: nothing is trained."""
        return []

    @view
    def calls(self) -> list[Call]:
        """Return every call that depends on an input, each after those it needs."""
        return self._calls_

    @property
    def _graph_(self) -> Inner:
        """The inputs, the calls and the outputs.

        Raises
        ------
        ShapeError
            If the network has no input yet.
        """
        self._done_()
        return Inner(self._inputs_, self._calls_, self._outputs_)

    @view
    def graph(self) -> Inner:
        """Return the inputs, the calls and the outputs."""
        return self._graph_

    @view
    def rows(self) -> list[Row]:
        """Return one row for each input and each call."""
        return self._rows_()

    def all_rows(self, *, nested: bool = False) -> list[Row]:
        """Return one row for each input and each call.

        Parameters
        ----------
        nested : bool
            Whether the calls inside networks and own layers get rows as well.
        """
        return self._rows_(nested=nested)

    def _rows_(self, *, nested: bool = False) -> list[Row]:
        """Return one row for each input and each call."""
        from byhand.shapes.receptive import Fields

        inner = Inner(self._inputs_, self._calls_, self._outputs_)
        return rows_of(inner, Fields(inner), nested=nested)

    def __getitem__(self, name: str) -> Row:
        """Return the first row of a layer, by name."""
        for row in self._rows_():
            if row.name == name:
                return row
        names = ", ".join(row.name for row in self._rows_())
        raise KeyError(f"no layer is called {name!r}; there are {names}")

    @view
    def inputs(self) -> list[Tensor]:
        """Return the tensors that it begins with."""
        return self._inputs_

    @view
    def outputs(self) -> list[Tensor]:
        """Return the tensors that it ends with."""
        return self._outputs_

    @view
    def input_shape(self) -> Any:
        """Return the shape of the input, or a list of them."""
        self._done_()
        shapes = [tensor.shape for tensor in self._inputs_]
        return shapes[0] if len(shapes) == 1 else shapes

    @view
    def output_shape(self) -> Any:
        """Return the shape of the output, or a list of them."""
        shapes = [tensor.shape for tensor in self._done_()]
        return shapes[0] if len(shapes) == 1 else shapes

    def _done_(self) -> list[Tensor]:
        """Return the outputs, if the network has its input."""
        if not self._outputs_:
            raise ShapeError(
                f"{self._label_} has no input yet, so no layer has a shape; put "
                "Input(shape) first, or call build((None, ...))"
            )
        return self._outputs_

    @property
    def _parameters_(self) -> Formula | None:
        """The sum over the layers; None where a layer's count is unknown."""
        self._done_()
        return self._sum_(every=True) if self._counts_all_ else None

    @property
    def _trainable_formula_(self) -> Formula | None:
        """The sum over the weights that training may change."""
        self._done_()
        return self._sum_(every=False) if self._counts_all_ else None

    @view
    def known_params(self) -> Number:
        """Return how many numbers the weights hold that are known, shared ones once."""
        return self._known_()

    @view
    def known_trainable_params(self) -> Number:
        """Return how many of these training may change."""
        return self._known_(trainable=True)

    def _known_(self, *, trainable: bool = False) -> Number:
        """Return how many numbers the weights hold that are known."""
        return self._sum_(every=not trainable).value

    def _sum_(self, *, every: bool) -> Formula:
        """Return the sum over all weights, or over those that training changes."""
        kept = [
            weight
            for weight, free in self._weights_and_training_()
            if every or (free and self._trainable_)
        ]
        counts: dict[int, Number] = {}
        for weight in kept:
            counts[id(weight)] = count_formula([weight]).value
        return total(counts.values())

    @view
    def trainable_params(self) -> Number | None:
        """Return how many numbers training may change; None where that is not known."""
        formula = self._trainable_formula_
        return None if formula is None else formula.value

    @view
    def non_trainable_params(self) -> Number | None:
        """Return how many numbers training may not change, frozen or moving."""
        every, trainable = self._parameters_, self._trainable_formula_
        if every is None or trainable is None:
            return None
        return every.value - trainable.value

    @view
    def macs(self) -> Number | None:
        """Return multiply-accumulates for one example; None where any are unknown."""
        return self._macs_

    @property
    def _macs_(self) -> Number | None:
        """Multiply-accumulates for one example; None where a layer's are unknown."""
        formula = inside(self._graph_).macs
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

        formula = flops_formula(self._macs_ or 0, convention)
        return None if self._macs_ is None else formula.value

    def memory(
        self, *, batch: int = 1, dtype: str = "float32", training: bool = False
    ) -> Memory:
        """Return the bytes taken for a batch; see `byhand.shapes.counting`."""
        from byhand.shapes.counting import memory_of

        self._done_()
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
        self._done_()
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

        self._done_()
        write_drawing(path, drawing(self, style=style))

    def _repr_html_(self) -> str:
        from byhand.shapes.tables import table

        return table(self, format="html", columns=("macs",))

    def __call__(self, *given: Any, **named: Any) -> Any:
        """Apply the network to symbolic tensors, in the structure of its inputs."""
        if given:
            given = (self._in_order_(given[0]), *given[1:])
        return super().__call__(*given, **named)

    def _in_order_(self, value: Any) -> Any:
        """Return a dictionary of inputs in the order of the network's own."""
        if not isinstance(value, dict) or self._own_("call") or not self._inputs_:
            return value
        structure = self._input_structure_
        keys = list(structure) if isinstance(structure, dict) else self._input_names_
        missing = [key for key in keys if key not in value]
        if missing:
            raise ShapeError(
                f"{self._label_} takes inputs called {', '.join(map(str, keys))}, got "
                f"{', '.join(map(str, value))}; add {missing[0]!r}"
            )
        return {key: value[key] for key in keys}

    @property
    def _input_names_(self) -> list[str]:
        """The names of the inputs."""
        return [tensor.name or "input_layer" for tensor in self._inputs_]

    def _infer_unknown_(self) -> Outcome:
        """Each output is unknown, and so are weights that are not made yet."""
        if not self._outputs_:
            self._unknown_weights_ = True
        outs = [None] * max(len(self._outputs_), 1)
        return Outcome(outs, macs=None, field=UNKNOWN, structure=self._like_outputs_())

    def _infer_(self, shapes: Sequence[Shape], arguments: Arguments) -> Outcome:
        """Run every call on new shapes, or remember what came of it."""
        self._done_()
        if len(shapes) != len(self._inputs_):
            raise ShapeError(f"it takes {len(self._inputs_)} inputs, got {len(shapes)}")
        for tensor, shape in zip(self._inputs_, shapes, strict=True):
            if not _fits(tensor.shape, shape):
                raise ShapeError(
                    f"it was made for inputs of {show(tensor.shape)}, got "
                    f"{show(shape)}; leave the axes open in its Input, as None, if "
                    "they are to differ"
                )
        key = tuple(shapes)
        outcome = self._inferred_.get(key)
        if outcome is None:
            outcome = self._inferred_[key] = self._run_(shapes)
        return outcome

    def _traced_(self, shapes: Sequence[Shape], arguments: Arguments) -> Outcome:
        """Run the `call` of a reader's own model; keep the first graph as its own."""
        outcome = trace(self, shapes, arguments)
        if not self._outputs_ and outcome.inner is not None:
            self._inputs_ = outcome.inner.inputs
            self._outputs_ = outcome.inner.outputs
            given = arguments.given[0] if arguments.given else None
            if given is not None and not isinstance(given, Tensor):
                count = len(list(tensors_in(given)))
                self._input_structure_ = replaced(given, self._inputs_[:count])
            if not isinstance(outcome.structure, Tensor):
                self._output_structure_ = outcome.structure
        return outcome

    def _run_(self, shapes: Sequence[Shape]) -> Outcome:
        """Run every call on new shapes."""
        every = self._calls_
        if self._spend_ is not None:
            self._spend_(len(every))
        starts = [
            Tensor(shape, name=tensor.name, dtype=tensor.dtype)
            for tensor, shape in zip(self._inputs_, shapes, strict=True)
        ]
        at = {id(t): start for t, start in zip(self._inputs_, starts, strict=True)}
        calls = []
        for call in every:
            given = [at.get(id(tensor), tensor) for tensor in call.inputs]
            done = call.layer._apply_(call.arguments.replaced(given))
            calls.append(done)
            for tensor, out in zip(call.outputs, done.outputs, strict=True):
                at[id(tensor)] = out
        outputs = [at[id(tensor)] for tensor in self._outputs_]
        outcome = inside(Inner(starts, calls, outputs))
        outcome.structure = self._like_outputs_()
        return outcome

    def _like_outputs_(self) -> Any:
        """Return the structure of what comes out of a call; None for a plain one."""
        return self._output_structure_

    @property
    def _all_weights_(self) -> list[WeightSpec]:
        """The weights of every layer, shared ones once."""
        return [weight for weight, _ in self._weights_and_training_()]


def _fits(made_for: Shape | None, given: Shape) -> bool:
    """Return whether a network takes an input: only open axes and the batch differ."""
    if made_for is None:
        return True
    return len(made_for) == len(given) and all(
        a == b or not isinstance(a, int) or not isinstance(b, int)
        for a, b in zip(made_for[1:], given[1:], strict=True)
    )
