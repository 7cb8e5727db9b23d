"""The table of patterns, and what a report says of its failing tensors."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from byhand.gradients.diagnosis import (
    activations,
    arrangement,
    constant,
    differences,
    factors,
    normalisation,
    outputs,
    places,
    plain,
    trials,
)
from byhand.gradients.diagnosis.evidence import CLOSE, Evidence, listed

LINES = 3  # of a diagnosis
WIDTH = 198  # characters of a line, which a report indents and then cuts
LOOKED_AT = 12  # failing tensors that patterns are tried on

Pattern = Callable[[Evidence], str | None]

# The most specific first.
PATTERNS: tuple[Pattern, ...] = (
    # Nothing to compare with.
    plain.not_finite,
    plain.without_values,
    plain.untouched,
    plain.zero_everywhere,
    # How the gradient goes with dout.
    trials.without_dout,
    plain.at_kinks,
    # Right numbers in a wrong place.
    arrangement.order_of_tensors,
    arrangement.conjugated,
    # One factor, or one function of x.
    constant.constant_factor,
    constant.complex_factor,
    activations.another_slope,
    factors.factor_of_itself,
    activations.softmax_along,
    # What is added or left out.
    differences.penalty,
    differences.another_array,
    differences.shifted_by_number,
    differences.scaled_beside_penalty,
    # Right numbers in another order.
    arrangement.transposed,
    arrangement.flipped,
    arrangement.shifted,
    arrangement.column_by_column,
    arrangement.part_column_by_column,
    arrangement.lines_in_another_order,
    arrangement.one_triangle,
    arrangement.in_another_order,
    # Where it is wrong.
    plain.one_element,
    places.at_picked_elements,
    factors.factor_by_line,
    places.at_border,
    places.by_a_bound,
    places.zeros,
    places.dropped_elements,
    places.spread_out,
    factors.factor_of_some,
    # Calls elsewhere.
    outputs.summed_over_wrong_axis,
    outputs.part_of_output,
    trials.ignored_rows,
    trials.turned_operand,
    trials.turned_dout,
    # Means, variances and sums.
    normalisation.through_statistics,
    normalisation.another_scale,
    normalisation.sums_to_zero,
    factors.factor_by_axes,
    # Less telling.
    places.in_lines,
    differences.outer_product,
    trials.stale,
    activations.right_slope,
    plain.in_sum_only,
)


def diagnose(evidences: Sequence[Evidence], n_tensors: int) -> str:
    """Return what kind of mistakes the slopes show, or how far they reach.

    Parameters
    ----------
    evidences : sequence of Evidence
        Of each failing tensor.
    n_tensors : int
        How many tensors were checked.

    Returns
    -------
    str
        At most three lines, one for each failing tensor, those first for which a
        pattern fits; tensors that are wrong by one factor share a line.
    """
    named: list[tuple[str, list[str]]] = []  # sentences, and the tensors they tell of
    unnamed: list[tuple[str, list[str]]] = []
    told: set[str] = set()
    for e in evidences[:LOOKED_AT]:
        if e.name in told or len(named) == LINES:
            continue
        pattern, sentence = first_that_fits(e)
        names = [e.name]
        if pattern is constant.constant_factor:
            names += [
                other.name
                for other in evidences
                if other.name not in {e.name, *told} and _share_a_factor(e, other)
            ]
        told.update(names)
        if len(names) > 1:
            verb = "is" if len(names) == 2 else "are"
            sentence += f"; so {verb} {listed(names[1:])}, by a factor that they share"
        (unnamed if pattern is None else named).append((sentence, names))
    shown = [*named, *unnamed][:LINES]
    lines = [sentence for sentence, _ in shown]
    told = {name for _, names in shown for name in names}
    untold = [e.name for e in evidences if e.name not in told]
    if len(untold) == 1:
        lines[-1] = _and(lines[-1], f"{untold[0]} is wrong, too", "one more is wrong")
    elif untold:
        words = f"{listed(untold)} are wrong, too"
        lines[-1] = _and(lines[-1], words, f"{len(untold)} more are wrong")
    elif len(evidences) == 1 < n_tensors:
        lines[0] = _and(lines[0], f"only {evidences[0].name} is wrong", "")
    return "\n".join(lines)


def _and(line: str, words: str, short: str) -> str:
    """Return a line with more words behind it, or fewer where it has no room."""
    for more in (words, short):
        longer = f"{line}; {more}"
        if more and len(longer) <= WIDTH:
            return longer
    return line


def first_that_fits(e: Evidence) -> tuple[Pattern | None, str]:
    """Return the first pattern that fits and its sentence, or the worst elements."""
    for pattern in PATTERNS:
        sentence = pattern(e)
        if sentence is not None:
            return pattern, sentence
    return None, plain.no_pattern(e)


def _share_a_factor(e: Evidence, other: Evidence) -> bool:
    """Return whether two tensors are wrong by the same factor."""
    if e.ratio is None or other.ratio is None:
        return False
    return abs(other.ratio - e.ratio) <= 10 * CLOSE * abs(e.ratio)
