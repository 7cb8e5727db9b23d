"""What every operation is made of: a rule for shapes, and a row in the graph.

A rule takes the arguments of Keras's function, tensors among them, and returns an
`Outcome`. `operation` turns it into the function that a reader calls.
"""

from __future__ import annotations

from byhand.shapes import variables
from byhand.shapes.batch import with_batch_first
from byhand.shapes.errors import ShapeError
from byhand.shapes.formula import Formula
from byhand.shapes.layers.base import Layer
from byhand.shapes.layers.opaque import Opaque
from byhand.shapes.naming import snake_case
from byhand.shapes.outcome import POINT, UNKNOWN, Outcome, WeightSpec
from byhand.shapes.size import Size
from byhand.shapes.tensor import Tensor, show, tensors_in
from byhand.shapes.values import shown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import Any

    from byhand.shapes.tensor import Arguments, Shape

    Rule = Callable[..., Outcome]

# The function for each class name that Keras writes for an operation in a file.
BY_CLASS: dict[str, Callable[..., Any]] = {}


class Operation(Layer):
    """One use of an operation, as a row under Keras's name for its class.

    Parameters
    ----------
    kind : str
        Keras's name of the class, such as "GetItem".
    rule : callable
        The outcome for the arguments that the operation is called with.
    costs : bool
        Whether it multiplies tensors, so that its cost depends on shapes.
    parts : callable, optional
        How many tensors come out for given arguments, where that is known of tensors
        of unknown shape.
    name : str, optional
        Its name.
    """

    _takes_ = ()
    _is_operation_ = True
    _costs_are_for_one_ = True  # not for one row of axis 0, as those of layers are

    def __init__(
        self,
        kind: str,
        rule: Rule,
        *,
        costs: bool = False,
        parts: Callable[..., Any] | None = None,
        name: str | None = None,
    ) -> None:
        super().__init__(name=name)
        self._parts_ = parts
        self._kind = kind
        self._rule = rule
        self._costs = costs

    @property
    def _kind_(self) -> str:
        """The name of its class in Keras."""
        return self._kind

    @property
    def _base_name_(self) -> str:
        """The name of the first of its class."""
        return snake_case(self._kind)

    def build(self, shapes: Any = None, *, input_shape: Any = None) -> None:
        """Nothing is kept."""
        self._built_from_ = []

    def _infer_(self, shapes: Sequence[Shape], arguments: Arguments) -> Outcome:
        """Return what the rule says."""
        outcome = self._rule(*arguments.given, **arguments.named)
        return _ordered(outcome)

    def _outcome_(self, shapes: list[Any], arguments: Arguments) -> Outcome:
        """Return what comes out, also of tensors of unknown shape."""
        outcome = super()._outcome_(shapes, arguments)
        if self._parts_ is None or len(shapes) == len(arguments.tensors):
            return outcome
        count = self._parts_(*arguments.given, **arguments.named)
        if not isinstance(count, int) or not 0 < count <= MOST_PARTS:
            return outcome
        macs = outcome.macs
        return several([None] * count, macs=macs, field=UNKNOWN)

    def _infer_unknown_(self) -> Outcome:
        """Return an output of which no shape is known."""
        macs = None if self._costs else Formula("0")
        return Outcome([None], macs=macs, field=UNKNOWN)

    def __repr__(self) -> str:
        return f"{self._kind}()"


def operation(
    kind: str,
    *,
    costs: bool = False,
    dtype: str | None = None,
    call: Sequence[str] | None = None,
    parts: Callable[..., Any] | None = None,
) -> Callable[[Rule], Callable[..., Any]]:
    """Return a decorator that makes a function for readers of a rule.

    Parameters
    ----------
    kind : str
        Keras's name of the class.
    costs : bool
        Whether it multiplies tensors.
    dtype : str, optional
        What its result is made of; by default that of its first tensor.
    call : sequence of str, optional
        What Keras's class is called with by position, in a file; by default what its
        function is.
    parts : callable, optional
        How many tensors come out, where that does not depend on shapes.
    """

    def decorate(rule: Rule) -> Callable[..., Any]:
        # What Python calls it where an argument is missing.
        rule.__qualname__ = rule.__name__.lstrip("_")

        def function(*given: Any, **named: Any) -> Any:
            name = named.pop("name", None)
            made = applied(
                kind, rule, given, named, costs=costs, parts=parts, name=name
            )
            wanted = named.get("dtype") or dtype
            _typed(made, wanted or _dtype_of(given, named))
            return made

        function.__name__ = function.__qualname__ = rule.__name__
        function.__doc__ = rule.__doc__
        function.__module__ = rule.__module__
        function.__wrapped__ = rule  # type: ignore[attr-defined]
        BY_CLASS[kind] = function if call is None else _renamed(function, call)
        return function

    return decorate


def _renamed(function: Callable[..., Any], call: Sequence[str]) -> Callable[..., Any]:
    """Return a function that takes arguments by position under other names."""

    def renamed(*given: Any, **named: Any) -> Any:
        return function(**dict(zip(call, given, strict=False)), **named)

    return renamed


def applied(
    kind: str,
    rule: Rule,
    given: Sequence[Any],
    named: Mapping[str, Any],
    *,
    costs: bool = False,
    parts: Callable[..., Any] | None = None,
    name: str | None = None,
) -> Any:
    """Return what a rule makes of arguments: tensors, or constants of constants."""
    tensors = list(tensors_in([*given, *named.values()]))
    if all(is_constant(tensor) for tensor in tensors):
        outcome = _ordered(rule(*given, **named))
        constants = [constant(shape) for shape in outcome.shapes]
        if outcome.structure is not None:
            return type(outcome.structure)(constants)
        return constants[0] if len(constants) == 1 else constants
    made = Operation(kind, rule, costs=costs, parts=parts, name=name)
    return made(*given, **named)


def is_constant(tensor: Tensor) -> bool:
    """Return whether a tensor is a constant, which no row stands for."""
    weight = tensor.weight
    return weight is not None and weight.name == "constant" and not weight.axes


def constant(shape: Shape | None, dtype: str = "float32") -> Tensor:
    """Return a tensor that comes from no input."""
    if shape is None:
        return Tensor(None, weight=WeightSpec("constant", {}), dtype=dtype)
    return variables.constant(shape, dtype=dtype)


def opaque(kind: str, why: str | None = None) -> Callable[..., Any]:
    """Return a function that gives a result of unknown shape, as a row with a note.

    Parameters
    ----------
    kind : str
        Keras's name of the operation's class.
    why : str, optional
        Why nothing is known of the result.
    """
    note = why or f"the shape that {kind} gives is not known here"

    def function(*given: Any, **named: Any) -> Any:
        name = named.pop("name", None)
        tensors = list(tensors_in([*given, *named.values()]))
        if all(is_constant(tensor) for tensor in tensors):
            return constant(None)
        return Opaque(kind, note, name=name, weights=[])(*given, **named)

    function.__name__ = function.__qualname__ = snake_case(kind)
    function.__doc__ = f"Return a result of unknown shape: {note}."
    return function


def several(
    shapes: Sequence[Shape | None], *, as_tuple: bool = False, **options: Any
) -> Outcome:
    """Return the outcome of an operation that gives a list, or a tuple, of tensors."""
    if len(shapes) > MOST_PARTS:
        raise ShapeError(f"it would give {len(shapes)} tensors; at most {MOST_PARTS}")
    places = [Tensor(shape) for shape in shapes]
    structure = tuple(places) if as_tuple else places
    return Outcome(shapes, structure=structure, **options)


def unchanged(shape: Shape, **options: Any) -> Outcome:
    """Return the outcome of an operation that keeps a shape."""
    return Outcome([shape], field=options.pop("field", POINT), **options)


DEEPEST = 64  # lists within lists
MOST_ATOMS = 150  # letters, products and quotients in one length
MOST_PARTS = 10_000  # tensors that one operation gives


def shape_of(value: Any, depth: int = 0) -> tuple[Any, ...]:
    """Return the shape of a tensor, an array, a number or lists of numbers.

    Raises
    ------
    TypeError
        If it is none of these.
    ShapeError
        If lists within a list are not equally long.
    """
    if depth > DEEPEST:
        raise ShapeError(f"lists are nested more than {DEEPEST} deep; no array is")
    if isinstance(value, Tensor):
        if value.shape is None:
            raise ShapeError("nothing is known of the shape of an argument")
        return value.shape
    if isinstance(value, int | float | complex | Size) or value is None:
        return ()
    if isinstance(value, dict) and "class_name" in value:  # as it stands in a file
        held = value.get("config") or {}
        held = held.get("value") if isinstance(held, dict) else held
        return shape_of(held, depth + 1)
    shape = getattr(value, "shape", None)
    if shape is not None and hasattr(shape, "__iter__"):
        return tuple(shape)
    if isinstance(value, list | tuple):
        inner = [shape_of(part, depth + 1) for part in value]
        if any(shape != inner[0] for shape in inner[1:]):
            raise ShapeError(
                f"a list of {show(inner[0])} and other shapes is no tensor; make its "
                "parts equally long"
            )
        return (len(value), *(inner[0] if inner else ()))
    raise TypeError(
        f"expected a tensor, a number or an array, got {shown(value)} of type "
        f"{type(value).__name__}"
    )


def is_number(value: Any) -> bool:
    """Return whether a value is a whole number, and no tensor or truth value."""
    return hasattr(value, "__index__") and not isinstance(value, bool)


def axis_in(axis: Any, rank: int, what: str = "axis") -> int:
    """Return an axis counted from the front.

    Raises
    ------
    TypeError
        If it is no whole number.
    ShapeError
        If there is no such axis.
    """
    if not is_number(axis):
        raise TypeError(
            f"{what} must be a whole number, got {shown(axis)} of type "
            f"{type(axis).__name__}"
        )
    number = int(axis.__index__())
    if not -rank <= number < rank:
        raise ShapeError(
            f"{what} {number} is not among the {rank} axes; give one from {-rank} "
            f"to {rank - 1}"
        )
    return number % rank


def axes_in(axes: Any, rank: int) -> list[int]:
    """Return axes counted from the front: all for None, one for a number.

    Raises
    ------
    ShapeError
        If one is not there or named twice.
    """
    if axes is None:
        return list(range(rank))
    given = [axes] if is_number(axes) else list(axes)
    found = [axis_in(axis, rank) for axis in given]
    if len(set(found)) < len(found):
        raise ShapeError(f"axis={shown(axes)} names an axis twice; name each once")
    return found


def unknown_name(name: str, names: list[str], place: str) -> str:
    """Return the words for a name that Keras does not have."""
    from difflib import get_close_matches

    near = get_close_matches(name, names, n=1, cutoff=0.6)
    hint = f"; did you mean {near[0]!r}?" if near else ""
    return f"{place} has no operation {name!r}{hint}"


def _ordered(outcome: Outcome) -> Outcome:
    """Return an outcome with the batch as the other modules expect it.

    Raises
    ------
    ShapeError
        If a length is written with too many letters.
    """
    for shape in outcome.shapes:
        for length in shape or ():
            if isinstance(length, Size) and length.atoms > MOST_ATOMS:
                raise ShapeError(
                    f"it would give a length of {length.atoms} letters and products; "
                    "give the open axes numbers in Input"
                )
    outcome.shapes = [
        None if shape is None else with_batch_first(shape) for shape in outcome.shapes
    ]
    return outcome


def _dtype_of(given: Sequence[Any], named: Mapping[str, Any]) -> str:
    """Return what the first tensor is made of."""
    for tensor in tensors_in([*given, *named.values()]):
        return tensor.dtype
    return "float32"


def _typed(made: Any, dtype: Any) -> None:
    """Note what results are made of."""
    for tensor in tensors_in(made):
        tensor.dtype = dtype if isinstance(dtype, str) else str(dtype)
