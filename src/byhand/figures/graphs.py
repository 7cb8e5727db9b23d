"""Computational graphs: values above the edges, gradients below them."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from byhand.figures.animation import Animation
from byhand.figures.colours import (
    GRADIENT,
    INK,
    INPUT,
    MUTED,
    PAPER,
    PARAMETER,
    REST,
    UNIT,
    VALUE,
)

Step = float | tuple[str, ...]
"""A number that is given, or an operation and the names of what it is applied to."""

Place = tuple[float, float]

_RADIUS, _ACROSS, _DOWN, _MARGIN, _FONT = 19, 85, 112, 30, 15
_MOST_STEPS = 16
_MOST_COLUMNS = 8
_MINUS, _PARTIAL = "\N{MINUS SIGN}", "\N{PARTIAL DIFFERENTIAL}"
_LOWERED = str.maketrans("0123456789t", "₀₁₂₃₄₅₆₇₈₉ₜ")


@dataclass(frozen=True)
class _Operation:
    """One kind of node.

    Attributes
    ----------
    sign : str
        What stands in the circle.
    arguments : int
        How many values it takes.
    value : callable
        Takes these values, returns the result.
    partials : callable
        Takes these values, returns the derivative with respect to each.
    """

    sign: str
    arguments: int
    value: Callable[..., float]
    partials: Callable[..., tuple[float, ...]]


def _sigmoid(z: float) -> float:
    return 1 / (1 + math.exp(-z))


def _sigmoid_partials(z: float) -> tuple[float, ...]:
    return (_sigmoid(z) * (1 - _sigmoid(z)),)


_OPERATIONS = {
    "add": _Operation("+", 2, lambda a, b: a + b, lambda a, b: (1.0, 1.0)),
    "subtract": _Operation(_MINUS, 2, lambda a, b: a - b, lambda a, b: (1.0, -1.0)),
    "multiply": _Operation(
        "\N{MULTIPLICATION SIGN}", 2, lambda a, b: a * b, lambda a, b: (b, a)
    ),
    # Of two equal values the first counts as the larger.
    "max": _Operation(
        "max",
        2,
        lambda a, b: max(a, b),
        lambda a, b: (1.0, 0.0) if a >= b else (0.0, 1.0),
    ),
    "square": _Operation("( )²", 1, lambda a: a**2, lambda a: (2 * a,)),
    "sigmoid": _Operation("g", 1, _sigmoid, _sigmoid_partials),
    "tanh": _Operation("tanh", 1, math.tanh, lambda a: (1 - math.tanh(a) ** 2,)),
    "relu": _Operation(
        "ReLU", 1, lambda a: max(a, 0.0), lambda a: (1.0 if a > 0 else 0.0,)
    ),
    "exp": _Operation("exp", 1, math.exp, lambda a: (math.exp(a),)),
    "squared error": _Operation(
        f"({_MINUS})²",
        2,
        lambda a, b: (a - b) ** 2,
        lambda a, b: (2 * (a - b), -2 * (a - b)),
    ),
}


@dataclass(frozen=True)
class _Edge:
    """An argument of an operation: where its value comes from and goes to."""

    start: str
    end: str
    position: int  # among the arguments of `end`


@dataclass(frozen=True)
class _Passes:
    """What the forward and the backward pass compute.

    Attributes
    ----------
    values : dict
        The value of every node.
    gradients : dict
        The derivative of the last node with respect to every node.
    partials : dict
        The local derivative of each edge.
    contributions : dict
        What each edge passes back: its local derivative times the upstream gradient.
    """

    values: dict[str, float]
    gradients: dict[str, float]
    partials: dict[_Edge, float]
    contributions: dict[_Edge, float]


def draw_graph(
    steps: Mapping[str, Step], *, parameters: Sequence[str] = ()
) -> Animation:
    """Draw a computational graph, its forward pass and its backward pass.

    Every edge carries a value above it and, once the backward pass has come there, the
    gradient that flows back along it below. A value that is used more than once
    receives several gradients; their sum stands below its node, behind a sigma.

    Parameters
    ----------
    steps : mapping of str to float or tuple of str
        What is computed, in order: a name, and a number that is given or an operation
        with the names of its arguments, such as `("multiply", "w", "x")`. The last
        step is what is differentiated. Operations are add, subtract, multiply, max,
        square, sigmoid, tanh, relu, exp and "squared error". An underscore in a name
        lowers the character behind it.
    parameters : sequence of str, optional
        Names of given numbers that training changes; they are drawn in another colour.

    Returns
    -------
    Animation
        One frame for what is given, one for each operation, one for the gradient of
        the last step with respect to itself, which is 1, and one for each operation on
        the way back. The last frame is the one that is printed.

    Raises
    ------
    ValueError
        If an operation is unknown, takes another number of arguments or uses a step
        that is not before it; if a step is never used; if a parameter is not given;
        or if there are too many steps to draw.

    Examples
    --------
    >>> draw_graph({"w": 3.0, "x": 2.0, "z": ("multiply", "w", "x")}, parameters="w")
    <Animation of 4 frames: A computational graph of 1 operation ...>
    """
    _refuse(steps, parameters)
    computed = _computed(steps)
    edges = [
        _Edge(argument, name, position)
        for name, step in computed.items()
        for position, argument in enumerate(step[1:])
    ]
    passes = _passes(steps, edges)
    places = _places(steps, edges)
    operations = list(computed)
    given = [name for name in steps if name not in operations]
    last = operations[-1]
    count = len(operations)
    frames, captions = [], []
    for frame in range(2 * count + 2):
        done = {*given, *operations[: min(frame, count)]}
        # The nodes that have passed their gradient on to their arguments.
        back = operations[::-1][: max(frame - count - 1, 0)]
        has_seed = frame > count
        moving = ""
        if 1 <= frame <= count:
            moving = operations[frame - 1]
        elif frame > count + 1:
            moving = back[-1]
        colour = VALUE if frame <= count else GRADIENT
        parts = [
            _arrow(places[edge.start], places[edge.end], colour, reverse=frame > count)
            for edge in edges
            if edge.end == moving
        ]
        for edge in edges:
            ends = places[edge.start], places[edge.end]
            if edge.start in done:
                parts.append(_beside(ends, passes.values[edge.start], VALUE))
            if edge.end in back:
                parts.append(_beside(ends, passes.contributions[edge], GRADIENT))
        exit_ends = places[last], _exit(places[last])
        if last in done:
            parts.append(_beside(exit_ends, passes.values[last], VALUE))
        if has_seed:
            parts.append(_beside(exit_ends, 1.0, GRADIENT))
        for name in steps:
            parts.append(_node(steps, name, places[name], parameters, name in done))
            used = [edge for edge in edges if edge.start == name]
            if len(used) > 1 and all(edge.end in back for edge in used):
                parts.append(_sum(places[name], passes.gradients[name]))
        frames.append("".join(parts))
        captions.append(_caption(frame, computed, given, edges, passes))
    right = _exit(places[last])[0] - _RADIUS
    background = "".join(
        [
            *(_line(places[edge.start], places[edge.end]) for edge in edges),
            _line(places[last], _exit(places[last])),
            _text((right + 10, places[last][1] + 5), _shown(last), INK),
        ]
    )
    return Animation(
        tuple(frames),
        tuple(captions),
        width=right + 26,
        height=max(y for _, y in places.values()) + _RADIUS + 26,
        label=_label(given, operations, passes),
        background=background,
        pause=2200,
    )


def _refuse(steps: Mapping[str, Step], parameters: Sequence[str]) -> None:
    """Raise if the steps are no graph that can be drawn."""
    if len(steps) > _MOST_STEPS:
        raise ValueError(
            f"a graph of {len(steps)} steps is not legible, {_MOST_STEPS} are the "
            "most; join some of them"
        )
    known: list[str] = []
    used: set[str] = set()
    for name, step in steps.items():
        if isinstance(step, tuple):
            operation, *arguments = step
            if operation not in _OPERATIONS:
                raise ValueError(
                    f"step {name!r} has the unknown operation {operation!r}; there are "
                    + ", ".join(_OPERATIONS)
                )
            wanted = _OPERATIONS[operation].arguments
            if len(arguments) != wanted:
                raise ValueError(
                    f"{operation} takes {wanted} arguments, but step {name!r} gives "
                    f"{len(arguments)}: {arguments}"
                )
            for argument in arguments:
                if argument not in known:
                    raise ValueError(
                        f"step {name!r} uses {argument!r}, which is not before it; "
                        "write the steps in the order of computation"
                    )
            used |= set(arguments)
        known.append(name)
    if not known or not isinstance(steps[known[-1]], tuple):
        raise ValueError(
            f"the last step must be an operation, got {list(steps.items())[-1:]}"
        )
    if idle := [name for name in known[:-1] if name not in used]:
        raise ValueError(
            f"{idle[0]!r} is used by no other step; only the last may be unused"
        )
    for name in parameters:
        if isinstance(steps.get(name), tuple) or name not in steps:
            raise ValueError(
                f"the parameter {name!r} is no number among the steps; there are "
                + ", ".join(
                    name for name in known if not isinstance(steps[name], tuple)
                )
            )


def _passes(steps: Mapping[str, Step], edges: list[_Edge]) -> _Passes:
    """Run the forward pass, then the backward pass."""
    values: dict[str, float] = {}
    partials: dict[_Edge, float] = {}
    for name, step in steps.items():
        if not isinstance(step, tuple):
            values[name] = float(step)
            continue
        operation = _OPERATIONS[step[0]]
        arguments = [values[argument] for argument in step[1:]]
        values[name] = operation.value(*arguments)
        local = operation.partials(*arguments)
        for edge in edges:
            if edge.end == name:
                partials[edge] = local[edge.position]
    last = list(steps)[-1]
    gradients = dict.fromkeys(steps, 0.0) | {last: 1.0}
    contributions: dict[_Edge, float] = {}
    for name in reversed(list(steps)):
        for edge in edges:
            if edge.end == name:
                contributions[edge] = gradients[name] * partials[edge]
                gradients[edge.start] += contributions[edge]
    return _Passes(values, gradients, partials, contributions)


def _places(steps: Mapping[str, Step], edges: list[_Edge]) -> dict[str, Place]:
    """Return the centre of every node, arguments to the left of what uses them."""
    columns: dict[str, int] = {}
    for name, step in _computed(steps).items():
        columns[name] = 1 + max(columns.get(argument, 0) for argument in step[1:])
    if max(columns.values()) > _MOST_COLUMNS:
        raise ValueError(
            f"a graph of {max(columns.values())} operations one behind the other is "
            f"not legible, {_MOST_COLUMNS} are the most; join some of them"
        )
    operations = set(columns)
    for name in steps:
        if name not in operations:
            users = [columns[edge.end] for edge in edges if edge.start == name]
            columns[name] = min(users) - 1
    rows: dict[str, float] = {}
    taken: set[tuple[int, float]] = set()

    def put(name: str, row: float) -> None:
        while (columns[name], row) in taken:
            row += 1
        taken.add((columns[name], row))
        rows[name] = row

    free = 0
    for name, (_, *arguments) in _computed(steps).items():
        computed = [rows[one] for one in arguments if one in operations]
        for argument in arguments:
            if argument in rows:
                continue
            if computed:
                put(argument, sum(computed) / len(computed) + 1)
            else:
                put(argument, free)
                free += 1
        rows_of = computed or [rows[one] for one in arguments]
        put(name, sum(rows_of) / len(rows_of))
    return {
        name: (_MARGIN + _ACROSS * columns[name], _MARGIN + _DOWN * rows[name])
        for name in steps
    }


def _computed(steps: Mapping[str, Step]) -> dict[str, tuple[str, ...]]:
    """Return the steps that compute something, in order."""
    return {name: step for name, step in steps.items() if isinstance(step, tuple)}


def _exit(place: Place) -> Place:
    """Return where the edge that leaves the last node ends."""
    return place[0] + _ACROSS, place[1]


def _shown(name: str) -> str:
    """Return a name as it is drawn."""
    before, mark, after = name.partition("_")
    return before + after.translate(_LOWERED) if mark else name


def _number(value: float) -> str:
    """Return a number with at most three digits that count."""
    text = f"{value:.3g}".replace("e-0", "e-").replace("e+0", "e")
    return text.replace("-", _MINUS)


def _caption(
    frame: int,
    computed: Mapping[str, tuple[str, ...]],
    given: Sequence[str],
    edges: Sequence[_Edge],
    passes: _Passes,
) -> str:
    """Say what happens in a frame, with its numbers."""
    operations = list(computed)
    count = len(operations)
    if frame == 0:
        listed = ", ".join(
            f"{_shown(name)} = {_number(passes.values[name])}" for name in given
        )
        return f"Given: {listed}."
    if frame <= count:
        name = operations[frame - 1]
        operation, *arguments = computed[name]
        values = " and ".join(_number(passes.values[one]) for one in arguments)
        verb = "give" if len(arguments) > 1 else "gives"
        return (
            f"Forward, {operation}: {values} {verb} {_shown(name)} = "
            f"{_number(passes.values[name])}."
        )
    if frame == count + 1:
        last = _shown(operations[-1])
        return (
            f"The backward pass starts at the end: {_PARTIAL}{last}/{_PARTIAL}{last} "
            "= 1."
        )
    name = operations[::-1][frame - count - 2]
    upstream = _number(passes.gradients[name])
    passed = " and ".join(
        f"{upstream} \N{MIDDLE DOT} {_bracketed(passes.partials[edge])} = "
        f"{_number(passes.contributions[edge])} to {_shown(edge.start)}"
        for edge in edges
        if edge.end == name
    )
    return (
        f"Backward, {computed[name][0]}: the upstream gradient {upstream} times each "
        f"local derivative passes {passed}."
    )


def _bracketed(value: float) -> str:
    """Return a number as a second factor."""
    text = _number(value)
    return f"({text})" if text.startswith(_MINUS) else text


def _label(given: list[str], operations: list[str], passes: _Passes) -> str:
    """Return a text that stands in for the picture."""
    last = operations[-1]
    plural = "s" if len(operations) > 1 else ""
    values = ", ".join(f"{name} {passes.values[name]:.4g}" for name in given)
    gradients = ", ".join(f"{name} {passes.gradients[name]:.4g}" for name in given)
    return (
        f"A computational graph of {len(operations)} operation{plural} in "
        f"{2 * len(operations) + 2} steps. Values flow from left to right: {values} "
        f"lead to {last} = {passes.values[last]:.4g}. Gradients of {last} flow back "
        f"from right to left and arrive as {gradients}."
    )


def _text(place: Place, text: str, colour: str, size: int = _FONT) -> str:
    # The outline in the colour of the page keeps a number legible on a line.
    return (
        f'<text x="{place[0]:.1f}" y="{place[1]:.1f}" font-size="{size}" '
        f'fill="{colour}" text-anchor="middle" font-family="sans-serif" '
        f'paint-order="stroke" stroke="{PAPER}" stroke-width="4" '
        f'stroke-linejoin="round">{text}</text>'
    )


def _direction(start: Place, end: Place) -> Place:
    """Return the direction from one place to another, of length 1."""
    length = math.dist(start, end)
    return (end[0] - start[0]) / length, (end[1] - start[1]) / length


def _rims(start: Place, end: Place) -> tuple[Place, Place]:
    """Return where an edge leaves one circle and where it meets the other."""
    dx, dy = _direction(start, end)
    return (
        (start[0] + _RADIUS * dx, start[1] + _RADIUS * dy),
        (end[0] - _RADIUS * dx, end[1] - _RADIUS * dy),
    )


def _line(start: Place, end: Place) -> str:
    (x, y), (to_x, to_y) = _rims(start, end)
    return (
        f'<path d="M{x:.1f} {y:.1f}L{to_x:.1f} {to_y:.1f}" stroke="{MUTED}" '
        'stroke-width="1.2"/>'
    )


def _arrow(start: Place, end: Place, colour: str, *, reverse: bool) -> str:
    """Return an arrow along an edge; on the way back it is dashed."""
    tail, head = _rims(start, end)
    if reverse:
        tail, head = head, tail
    dx, dy = _direction(tail, head)
    base = head[0] - 9 * dx, head[1] - 9 * dy
    dashed = ' stroke-dasharray="5 3"' if reverse else ""
    return (
        f'<path d="M{tail[0]:.1f} {tail[1]:.1f}L{base[0]:.1f} {base[1]:.1f}" '
        f'stroke="{colour}" stroke-width="2.2"{dashed}/>'
        f'<path d="M{head[0]:.1f} {head[1]:.1f}'
        f"L{base[0] - 4.5 * dy:.1f} {base[1] + 4.5 * dx:.1f}"
        f'L{base[0] + 4.5 * dy:.1f} {base[1] - 4.5 * dx:.1f}Z" fill="{colour}"/>'
    )


def _beside(ends: tuple[Place, Place], number: float, colour: str) -> str:
    """Return a number beside an edge: a value above it, a gradient below it."""
    (x, y), (to_x, to_y) = ends
    dx, dy = _direction(*ends)
    # A steep edge needs more room beside it, since numbers are wider than high.
    away = 11 + (5 + 2.5 * len(_number(number))) * abs(dy)
    side = 1 if colour == VALUE else -1
    # Edges that meet at their end are further apart before their middle.
    along = 0.5 if abs(dy) < 0.01 else 0.42
    place = (
        x + along * (to_x - x) + side * away * dy,
        y + along * (to_y - y) - side * away * dx + 5,
    )
    return _text(place, _number(number), colour)


def _node(
    steps: Mapping[str, Step],
    name: str,
    place: Place,
    parameters: Sequence[str],
    known: bool,
) -> str:
    """Return a circle with a name or the sign of an operation in it."""
    step = steps[name]
    edge = PARAMETER if name in parameters else INK
    width = 2.4 if name in parameters else 1.2
    text = _OPERATIONS[step[0]].sign if isinstance(step, tuple) else _shown(name)
    fill = (UNIT if isinstance(step, tuple) else INPUT) if known else REST
    size = _FONT if len(text) < 4 else 12
    return (
        f'<circle cx="{place[0]:.1f}" cy="{place[1]:.1f}" r="{_RADIUS}" '
        f'fill="{fill}" stroke="{edge}" stroke-width="{width}"/>'
        f'<text x="{place[0]:.1f}" y="{place[1] + 5:.1f}" font-size="{size}" '
        f'fill="{INK}" text-anchor="middle" font-family="sans-serif">{text}</text>'
    )


def _sum(place: Place, gradient: float) -> str:
    """Return the sum of the gradients that a node receives, below it."""
    text = f"\N{GREEK CAPITAL LETTER SIGMA} {_number(gradient)}"
    return _text((place[0] - 4, place[1] + _RADIUS + 17), text, GRADIENT)
