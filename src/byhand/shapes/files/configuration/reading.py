"""One reading of a configuration: entries become layers, and layers a network."""

from __future__ import annotations

from byhand.shapes.errors import ReadError, ShapeError
from byhand.shapes.files import keras2
from byhand.shapes.files.budget import DEEPEST, Budget, check_size
from byhand.shapes.files.configuration.classes import (
    ENDINGS,
    LAYER_ARGUMENTS,
    class_of,
    describes_layers,
    is_harmless,
    is_own_function,
    is_trainable,
    of_another,
    takes_besides,
)
from byhand.shapes.files.configuration.faults import (
    FAULTS,
    calling,
    cannot_be_made,
    field_of,
)
from byhand.shapes.files.configuration.graph import Graph
from byhand.shapes.files.configuration.shapes import (
    LONGEST,
    as_shape,
    batch_shape_in,
    build_shape,
    first_shape,
    given_shapes,
    input_name,
    only_shape,
    own_output_shapes,
    shapes_by_name,
    tensor_for,
)
from byhand.shapes.graph import InputLayer, Model, Sequential
from byhand.shapes.layers.base import COMMON, MOST_AXES, Layer
from byhand.shapes.layers.opaque import Opaque
from byhand.shapes.network import Network
from byhand.shapes.values import shown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import Any, Protocol

    class Known(Protocol):
        """What somebody knows of layers for which there is no rule."""

        def get(self, name: str, default: Any, /) -> tuple[Any, Any]:
            """Return the shapes of each call's outputs, and weights; or None."""


def network_from(
    config: Any, *, input_shape: Any = None, known: Known | None = None
) -> Network:
    """Return the network that an entry of a configuration describes.

    Parameters
    ----------
    config : dict
        With "class_name" and "config".
    input_shape : tuple, or list or dict of tuples, optional
        Shape of the input without the batch, in place of the one in the
        configuration; for several inputs a list, or a dict by their names.
    known : dict of str to (output shapes, weights), optional
        What somebody knows of layers for which there is no rule, under their names.

    Raises
    ------
    ReadError
        If it describes no network.
    ShapeError
        If the layers do not fit together.
    """
    check_size(config)
    reading = Reading(known or {}, computed_anew=input_shape is not None)
    shapes = None if input_shape is None else given_shapes(input_shape)
    try:
        network = reading.layer(config, "the model", 0, shapes)
    except FAULTS as error:
        raise ReadError(cannot_be_made("the model", error)) from None
    if not isinstance(network, Network):
        raise ReadError(
            f"expected a Sequential or Functional model, got a {network._kind_} layer"
        )
    return network


def layer_from(
    kind: str, module: str, config: Mapping[str, Any], name: str | None, where: str
) -> Layer:
    """Return one layer from its class, its module and its configuration.

    Parameters
    ----------
    kind, module : str
        The names of its class and of that class's module.
    config : dict
        What its `get_config()` gives.
    name : str or None
        Its name.
    where : str
        Where it stands, for messages.

    Returns
    -------
    Layer
        An `Opaque` one if no rule is known for the class.

    Raises
    ------
    ReadError
        If the layer cannot be made of this configuration.
    """
    check_size(config)
    spec = {"class_name": kind, "module": module, "config": config, "name": name}
    return Reading({}, computed_anew=False).layer(spec, where, 0)


class Reading:
    """One reading of a configuration.

    Attributes
    ----------
    known : dict
        What somebody knows of layers without a rule.
    computed_anew : bool
        Whether inputs are other than the configuration says, so that the shapes in it
        say nothing.
    budget : Budget
        What it may still cost.
    shared : dict of int to Layer
        Layers that stand in several networks, under Keras's number for them.
    doubtful : dict of int to str
        Why a layer may be of somebody's own class that is called as one of Keras's,
        under its id.
    """

    def __init__(self, known: Known, *, computed_anew: bool) -> None:
        self.known = known
        self.computed_anew = computed_anew
        self.budget = Budget()
        self.shared: dict[int, Layer] = {}
        self.doubtful: dict[int, str] = {}

    # --- entries

    def layer(
        self,
        spec: Any,
        where: str,
        depth: int,
        shapes: Any = None,
        hints: Sequence[Any] = (),
    ) -> Layer:
        """Return the layer, or network, of one entry.

        Parameters
        ----------
        spec : dict
            The entry.
        where : str
            Where it stands, for messages.
        depth : int
            How many entries it lies in.
        shapes : list or dict, optional
            Shapes of its inputs, batch first, if they are other than it says.
        hints : list of list of tuple
            Shapes of the outputs of each call, if there is no rule for its class.
        """
        if depth > DEEPEST:
            raise ReadError(f"{where} is nested more than {DEEPEST} deep")
        kind = field_of(spec, "class_name", str, where)
        config = spec.get("config")
        if not (kind in keras2.NETWORKS and isinstance(config, list | tuple)):
            config = field_of(spec, "config", dict, where)
        config = keras2.with_names(config)
        name = spec.get("name", config.get("name"))
        if name is None:
            name = config.get("name")
        if name is not None and (not isinstance(name, str) or len(name) > LONGEST):
            raise ReadError(f"{where} has the name {shown(name)}; a text is needed")
        number = spec.get("shared_object_id")
        if isinstance(number, int) and number in self.shared:
            again: Layer = self.shared[number]
            return again
        where = f"{kind[:60]} {name!r}"
        made = self._made(spec, kind, config, name, where, depth, shapes, hints)
        if isinstance(number, int) and not isinstance(made, InputLayer):
            self.shared[number] = made
        return made

    def _made(
        self,
        spec: Mapping[str, Any],
        kind: str,
        config: dict[str, Any],
        name: str | None,
        where: str,
        depth: int,
        shapes: Any,
        hints: Sequence[Any],
    ) -> Layer:
        """Return the layer of an entry whose parts have been looked at."""
        module = str(spec.get("module") or "")
        if describes_layers(kind, config, module):
            network: Network
            if kind == "Sequential":
                network = self._sequential(config, name, where, depth + 1, shapes)
            else:
                network = self._functional(config, name, where, depth + 1, shapes)
            return network
        if kind == "InputLayer":
            shape = batch_shape_in(config, where)
            start: Layer = calling(where, InputLayer, batch_shape=shape, name=name)
            return start
        why, cls = class_of(spec, keras2.layer_class(kind, config), module)
        if cls is not None:
            made = self._known_layer(cls, config, kind, name, where, depth, module)
            if isinstance(made, Layer):
                return made
            why = made
        outs, weights = self.known.get(name or "", (None, None))
        if outs is None:
            outs = own_output_shapes(kind, config, hints)
        if weights is None and kind == "Lambda":
            weights = []
        return Opaque(
            kind[:60].rpartition(">")[2] or kind[:60],
            why,
            name=name,
            trainable=is_trainable(config),
            output_shapes=outs,
            weights=weights,
        )

    def _known_layer(
        self,
        cls: Any,
        config: dict[str, Any],
        kind: str,
        name: str | None,
        where: str,
        depth: int,
        module: str,
    ) -> Layer | str:
        """Return a layer of a known class, or why it is of another of that name."""
        given: dict[str, Any] = {}
        others = []
        bare = {key: keras2.plain(value) for key, value in config.items()}
        own_functions = []
        for key, value in keras2.layer_config(cls.__name__, bare).items():
            if key.endswith(ENDINGS):
                continue  # how weights begin and are held changes no shape
            if key.endswith("activation") and is_own_function(value):
                own_functions.append(value)
                value = "linear"
            if key in cls._arguments_ or key in COMMON or takes_besides(cls, key):
                holds = key in LAYER_ARGUMENTS
                given[key] = self._argument(value, where, depth + 1, holds)
            elif not is_harmless(key, value):
                others.append(key)
        axes = given.get("target_shape") or ()
        if isinstance(axes, tuple) and len(axes) > MOST_AXES:
            raise ReadError(f"{where} has over {MOST_AXES} axes in its target_shape")
        given["name"] = name
        given["trainable"] = is_trainable(config)
        for key in ("dtype", "input_shape", "input_dim", "batch_size"):
            if key not in cls._arguments_:
                given.pop(key, None)
        unknown = ", ".join(f"{key[:40]!r}" for key in sorted(others)[:8])
        try:
            made: Layer = calling(where, cls, **given)
        except (ReadError, ShapeError):
            if others and not module:
                return of_another(kind, unknown)
            raise
        if others and not module:
            self.doubtful[id(made)] = of_another(kind, unknown)
        notes = [
            f"its activation {shown(one)} is not Keras's own; activations change no "
            "shape"
            for one in own_functions
        ]
        if others:
            notes.append(
                f"its arguments {unknown} are not known here; if they change shapes "
                "or weights, the numbers are others"
            )
        made._note_ = "; ".join(notes)
        return made

    def other_than(self, layer: Layer, outs: Any) -> Layer:
        """Return somebody's own layer in the place of one that turned out not to fit.

        Keras 2 wrote no modules, so a class may only be called as one of ours is. Only
        a layer whose arguments were strange is taken for such; the error that is
        being handled is raised for any other.
        """
        if id(layer) not in self.doubtful:
            raise
        return Opaque(
            layer._kind_,
            self.doubtful.pop(id(layer)),
            name=layer.name,
            trainable=layer.trainable,
            output_shapes=outs,
        )

    def _argument(self, value: Any, where: str, depth: int, holds_layers: bool) -> Any:
        """Return an argument, with layers and cells within it made."""
        if depth > DEEPEST:
            raise ReadError(f"{where} is nested more than {DEEPEST} deep")
        if isinstance(value, dict):
            module = str(value.get("module") or "")
            inner = value.get("class_name")
            # Keras 2 wrote no modules, and initializers may be called as layers are.
            named = holds_layers and not module
            if inner and ("layers" in module or str(inner) in keras2.NETWORKS or named):
                return self.layer(value, where, depth)
            return value
        if isinstance(value, list | tuple):
            return tuple(
                self._argument(keras2.plain(part), where, depth + 1, holds_layers)
                for part in value
            )
        return value

    # --- networks

    def _sequential(
        self,
        config: dict[str, Any],
        name: str | None,
        where: str,
        depth: int,
        shapes: Any,
    ) -> Sequential:
        """Return a stack."""
        specs = field_of(config, "layers", list, where)
        network = Sequential(name=name, trainable=is_trainable(config))
        network._spend_ = self._spending(len(specs))
        self.budget.spend(len(specs), len(specs))
        for number, spec in enumerate(specs, start=1):
            field_of(spec, "class_name", str, f"layer {number} of {where}")
        start = first_shape(specs) if shapes is None else only_shape(shapes, where)
        if start is not None:
            first = input_name(specs)
            network.add(tensor_for(start, where, first, check=shapes is None))
        shape_after = [build_shape(spec) for spec in specs[1:]] + [None]
        for number, spec in enumerate(specs, start=1):
            if number == 1 and spec.get("class_name") == "InputLayer":
                continue
            inputs = [network._outputs_[0].shape] if network._outputs_ else None
            again = inputs if self.computed_anew else None
            after = as_shape(shape_after[number - 1])
            after = None if self.computed_anew else after
            layer = self.layer(
                spec, f"layer {number} of {where}", depth, again, [[after]]
            )
            place = f"layer {number} of {where}"
            try:
                calling(place, network.add, layer)
            except (ReadError, ShapeError):
                network.add(self.other_than(layer, [[after]]))
        shape = keras2.plain(config.get("build_input_shape"))
        known = isinstance(shape, list | tuple) and shape
        if known and network.layers and not network._inputs_:
            network.build(batch_shape_in({"batch_shape": shape}, where))
        return network

    def _functional(
        self,
        config: dict[str, Any],
        name: str | None,
        where: str,
        depth: int,
        shapes: Any,
    ) -> Model:
        """Return a graph, each of its calls made when its inputs are there."""
        specs = field_of(config, "layers", list, where)
        ends = [
            keras2.ends_of(config.get(end), f"{where}, {end},")
            for end in ("input_layers", "output_layers")
        ]
        starts = [source.key[0] for source in ends[0]]
        given = None if shapes is None else shapes_by_name(shapes, starts, where)
        graph = Graph(self, where, depth)
        for spec in specs:
            graph.add(spec, given)
        graph.call_all([source for end in ends for source in end])
        tensors = []
        for end, sources in zip(("input_layers", "output_layers"), ends, strict=True):
            try:
                tensors.append([graph.outputs[s.key][s.index] for s in sources])
            except LookupError:
                raise ReadError(
                    f"{where} has {end}={shown(config.get(end))}, which is not there"
                ) from None
        network: Model = calling(
            where,
            Model,
            *(end[0] if len(end) == 1 else end for end in tensors),
            name=name,
            trainable=is_trainable(config),
        )
        network._spend_ = self._spending(graph.tensors)
        return network

    def _spending(self, tensors: int) -> Callable[[int], None]:
        """Return what a network calls when its calls are made for other shapes."""

        def spend(calls: int) -> None:
            self.budget.spend(calls, tensors)

        return spend
