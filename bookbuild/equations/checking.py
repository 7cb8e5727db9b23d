"""Check the equations of a chapter: both sides, and what a slip would do.

An equation is true where its sides agree in every draw of its setting, for every
value of its free indices. It is *held* only if its mutants are not: a check that no
slip could fail checks nothing.
"""

import dataclasses
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from bookbuild.checks import reading
from bookbuild.checks.sources import Fault
from bookbuild.equations import comparing, tree
from bookbuild.equations.comparing import Draws, SettledDraws
from bookbuild.equations.definitions import definition_of
from bookbuild.equations.errors import EquationError
from bookbuild.equations.mutants import mutants
from bookbuild.equations.parsing import parse
from bookbuild.equations.printing import latex_of
from bookbuild.equations.tables import Chapter, Stated
from bookbuild.equations.worlds import Setting, World

ARITHMETIC = "there is no letter in it, and the numbers give the same value"


@dataclass(frozen=True)
class Result:
    """What is known of one equation.

    Attributes
    ----------
    label, page : str
        Which equation.
    line : int
        The line of the page on which its LaTeX begins.
    role : str
        ``checked``, ``definition``, ``quoted`` or ``unread``.
    setting : str
        What it takes for granted.
    draws, cases : int
        In how many draws it was evaluated, and for how many values of its indices.
    error : float
        The largest difference of two sides, relative to the larger of them.
    killed, made : Mapping
        How many mutants of each kind were found wrong, and how many there are.
    alive : tuple
        The mutants that were not found, as LaTeX, each with its reason or "".
    fault : str
        What is wrong with it, or "".
    """

    label: str
    page: str
    line: int
    role: str
    setting: str = ""
    draws: int = 0
    cases: int = 0
    error: float = 0.0
    killed: Mapping[str, int] = field(default_factory=dict)
    made: Mapping[str, int] = field(default_factory=dict)
    alive: tuple[tuple[str, str, str], ...] = ()
    fault: str = ""

    def as_fault(self) -> Fault:
        """Return what is wrong, at its line."""
        return Fault(f"{self.page}.md", self.line, f"{self.label}: {self.fault}")


def check_chapter(chapter: Chapter, *, mutate: bool = True) -> Iterator[Result]:
    """Yield what is known of each equation of a chapter, in the order of the page."""
    found: dict[str, Result] = {}
    for setting, stated in chapter.settings:
        worlds = Draws(setting)
        for one in stated:
            display = chapter.displays[one.label]
            new = _check(setting, worlds, one, display, mutate=mutate)
            if new.fault.startswith(comparing.FALSE):
                behind = _definitions_behind(setting, display)
                new = dataclasses.replace(new, fault=new.fault + behind)
            known = found.get(one.label)
            found[one.label] = new if known is None else merged(known, new)
        if stated and (fault := _of_what_holds(setting, worlds)):
            label = stated[0].label
            both = "; ".join(one for one in (found[label].fault, fault) if one)
            found[label] = dataclasses.replace(found[label], fault=both)
        if mutate:
            for label, killed, made, alive in _of_definitions(chapter, setting, stated):
                found[label] = _with_mutants(found[label], killed, made, alive)
    for label, display in chapter.displays.items():
        if label in found:
            yield _with_fault_of_definition(chapter, found[label], mutate=mutate)
        elif label in chapter.unread:
            yield _result(display, role="unread", setting=chapter.unread[label])
        elif not chapter.has_table:
            yield _result(display, role="unread", setting="its page has no table")
        else:
            yield _result(
                display,
                role="unread",
                fault="no setting of the chapter's table names this equation; add it",
            )


def _definitions_behind(setting: Setting, display: reading.Equation) -> str:
    """Return which displays define what an equation rests on, to end a fault with."""
    names = set()
    for relation in parse(display.latex, setting.notation):
        names |= tree.free_names(relation)
    labels = World(setting).labels_behind(names)
    return f"; it rests on {', '.join(labels)}" if labels else ""


def _result(display: reading.Equation, **found: Any) -> Result:
    return Result(
        label=display.label, page=display.page, line=display.first_line, **found
    )


def _of_definitions(
    chapter: Chapter, setting: Setting, stated: tuple[Stated, ...]
) -> Iterator[tuple[str, Counter[str], Counter[str], tuple[tuple[str, str, str], ...]]]:
    """Yield of each definition which of its mutants what rests on it would show."""
    rests = [one for one in stated if one.role != "definition"]
    for one in stated:
        if one.role != "definition" or one.only_read or not (rests or setting.holds):
            continue
        made: Counter[str] = Counter()
        killed: Counter[str] = Counter()
        alive = []
        for relation in parse(chapter.displays[one.label].latex, setting.notation):
            indices = comparing.free_indices(relation, setting)
            for mutant in mutants(relation, setting.notation, indices):
                if mutant.relation.sides[0] != relation.sides[0]:
                    continue  # it would define something else
                made[mutant.kind] += 1
                if _is_missed(chapter, setting, rests, one, mutant.relation):
                    written = latex_of(mutant.relation, setting.notation)
                    reason = one.alive.get(written, "")
                    alive.append((mutant.kind, written, reason))
                else:
                    killed[mutant.kind] += 1
        yield one.label, killed, made, tuple(alive)


def _is_missed(
    chapter: Chapter,
    setting: Setting,
    rests: list[Stated],
    one: Stated,
    changed: tree.Relation,
) -> bool:
    """Return whether all that rests on a definition holds with another one, too."""
    try:
        definition = definition_of(changed, setting.notation, one.label)
    except EquationError:
        return False
    others = [
        known for known in setting.definitions if known.defines != definition.defines
    ]
    other = dataclasses.replace(setting, definitions=(*others, definition))
    worlds = Draws(other)
    try:
        for stated in rests:
            display = chapter.displays[stated.label]
            for relation in parse(display.latex, setting.notation):
                for world in worlds:
                    for local in comparing.places_of(relation, world, stated):
                        comparing.difference(relation, world, local, stated)
    except comparing.NO_VALUE:
        return False
    return not _of_what_holds(other, worlds)


def _with_mutants(
    result: Result,
    killed: Counter[str],
    made: Counter[str],
    alive: tuple[tuple[str, str, str], ...],
) -> Result:
    """Return a result with the mutants of a definition; one found anywhere is found."""
    if result.made:
        both = {written for _, written, _ in result.alive}
        alive = tuple(row for row in alive if row[1] in both)
        killed = Counter(made)
        for kind, _, _ in alive:
            killed[kind] -= 1
    return dataclasses.replace(
        result, killed=dict(killed), made=dict(made), alive=alive
    )


def _with_fault_of_definition(
    chapter: Chapter, result: Result, *, mutate: bool
) -> Result:
    """Return the result of a definition that a slip would leave unnoticed as wrong."""
    if result.role != "definition" or result.fault or not mutate:
        return result
    stated = [
        one
        for _, of_setting in chapter.settings
        for one in of_setting
        if one.label == result.label
    ]
    if all(one.only_read for one in stated):
        return result
    fault = _of_survivors(list(result.alive), stated[0])
    if not result.made:
        fault = (
            "nothing rests on this definition; state under `holds` what it implies, "
            "or under `only_read` why nothing can"
        )
    return dataclasses.replace(result, fault=fault)


def merged(one: Result, other: Result) -> Result:
    """Return what two settings say of one equation."""
    role = "checked" if "checked" in (one.role, other.role) else one.role
    return dataclasses.replace(
        one,
        role=role,
        setting=one.setting
        if one.setting == other.setting
        else (f"{one.setting}; {other.setting}"),
        draws=one.draws + other.draws,
        cases=one.cases + other.cases,
        error=max(one.error, other.error),
        killed=dict(Counter(one.killed) + Counter(other.killed)),
        made=dict(Counter(one.made) + Counter(other.made)),
        alive=one.alive + other.alive,
        fault="; ".join(fault for fault in (one.fault, other.fault) if fault),
    )


def _of_what_holds(setting: Setting, worlds: Draws) -> str:
    """Return what is wrong with what a table says must hold besides the displays."""
    for relation in setting.holds:
        stated = Stated("", "checked")
        try:
            for world in worlds:
                for local in comparing.places_of(relation, world, stated):
                    comparing.difference(relation, world, local, stated)
        except comparing.NO_VALUE as error:
            written = latex_of(relation, setting.notation)
            labels = World(setting).labels_behind(tree.free_names(relation))
            behind = f"; it rests on {', '.join(labels)}" if labels else ""
            return f"`holds` of {setting.name}: {written}: {error}{behind}"
    return ""


def _check(
    setting: Setting,
    worlds: Draws,
    stated: Stated,
    display: reading.Equation,
    *,
    mutate: bool,
) -> Result:
    """Return what is known of one equation."""
    try:
        relations = parse(display.latex, setting.notation)
        if stated.only_read:
            return _result(display, role=stated.role, setting=setting.name)
        # A definition is true by itself; that it has a value is what can be asked.
        mutate = mutate and stated.role != "definition"
        return _compared(setting, worlds, stated, display, relations, mutate=mutate)
    except EquationError as error:
        line = display.first_line
        where = ""
        if error.position is not None and error.position >= 0:
            line += display.latex[: error.position].count("\n")
            where = f" (at {display.latex[error.position :].splitlines()[0][:30]!r})"
        return Result(
            label=display.label,
            page=display.page,
            line=line,
            role=stated.role,
            setting=setting.name,
            fault=f"{error}{where}",
        )
    except comparing.NO_VALUE as error:
        return _result(
            display,
            role=stated.role,
            setting=setting.name,
            fault=f"it has no value: {error}",
        )


def _compared(
    setting: Setting,
    worlds: Draws,
    stated: Stated,
    display: reading.Equation,
    relations: list[tree.Relation],
    *,
    mutate: bool,
) -> Result:
    """Return what the draws say of the relations of a display."""
    largest = 0.0
    cases = 0
    made: Counter[str] = Counter()
    killed: Counter[str] = Counter()
    alive: list[tuple[str, str, str]] = []
    if stated.role == "definition":
        worlds = SettledDraws(worlds, relations)
    free = set().union(
        *(comparing.free_indices(relation, setting) for relation in relations)
    )
    if unknown := set(stated.ranges) - free:
        raise EquationError(
            f"`for` names {min(unknown)}, which is no free index of it; take it out"
        )
    for relation in relations:
        comparing.ask_two_sides(relation)
        if stated.role != "definition":
            _ask_another_form(relation, setting)
        places = {
            id(world): list(comparing.places_of(relation, world, stated))
            for world in worlds
        }
        if not any(places.values()):
            raise EquationError("its indices have no value in any draw")
        for world in worlds:
            for local in places[id(world)]:
                cases += 1
                largest = max(
                    largest, comparing.difference(relation, world, local, stated)
                )
        if not mutate:
            continue
        indices = comparing.free_indices(relation, setting)
        for mutant in mutants(relation, setting.notation, indices):
            made[mutant.kind] += 1
            if comparing.is_found(mutant.relation, worlds, places, stated):
                killed[mutant.kind] += 1
            else:
                written = latex_of(mutant.relation, setting.notation)
                reason = stated.alive.get(written, "")
                if not tree.free_names(mutant.relation):
                    reason = reason or ARITHMETIC
                alive.append((mutant.kind, written, reason))
    fault = _of_survivors(alive, stated) if mutate else ""
    if mutate and not made:
        fault = "there is no slip that this check could show; state more"
    return _result(
        display,
        role=stated.role,
        setting=setting.name,
        draws=setting.draws + 1,
        cases=cases,
        error=largest,
        killed=dict(killed),
        made=dict(made),
        alive=tuple(alive),
        fault=fault,
    )


def _ask_another_form(relation: tree.Relation, setting: Setting) -> None:
    """Ask that the table does not take for granted what an equation says.

    Raises
    ------
    EquationError
        If a definition of the setting is the equation, or differs from it by the order
        of terms and factors only.
    """
    left = relation.sides[0]
    if relation.signs[0] != "=" or not isinstance(left, tree.Symbol | tree.Index):
        return
    try:
        says = definition_of(relation, setting.notation)
    except EquationError:
        return  # an element with an index that is no letter defines nothing
    for one in setting.definitions:
        same = (one.name, one.indices) == (says.name, says.indices)
        if same and in_order(one.value) == in_order(says.value):
            raise EquationError(
                "the table takes for granted what this says, so that nothing is "
                "checked; write the given in another form, or from first principles",
                relation.position,
            )


def in_order(node: tree.Node) -> object:
    """Return a tree in a form that is the same for any order of terms and factors."""
    if isinstance(node, tree.Add | tree.Subtract | tree.Negative):
        return ("sum", tuple(sorted(_terms_of(node, "+"), key=repr)))
    if isinstance(node, tree.Multiply | tree.Hadamard):
        factors = [*_factors_of(node)]
        return ("product", tuple(sorted(map(repr, map(in_order, factors)))))
    parts = tuple(in_order(child) for child in tree.children(node))
    if parts:
        return (type(node).__name__, parts, getattr(node, "name", ""))
    return repr(node)


def _terms_of(node: tree.Node, sign: str) -> Iterator[tuple[str, object]]:
    """Yield the terms of a sum, each with its sign."""
    other = "-" if sign == "+" else "+"
    if isinstance(node, tree.Negative):
        yield from _terms_of(node.operand, other)
    elif isinstance(node, tree.Add | tree.Subtract):
        yield from _terms_of(node.left, sign)
        yield from _terms_of(node.right, sign if isinstance(node, tree.Add) else other)
    else:
        yield sign, in_order(node)


def _factors_of(node: tree.Node) -> Iterator[tree.Node]:
    """Yield the factors of a product."""
    if isinstance(node, tree.Multiply | tree.Hadamard):
        yield from _factors_of(node.left)
        yield from _factors_of(node.right)
    else:
        yield node


def _of_survivors(alive: list[tuple[str, str, str]], stated: Stated) -> str:
    """Return what is wrong where mutants live without a reason, or reasons are old."""
    unexplained = [written for _, written, reason in alive if not reason]
    if unexplained:
        others = len(unexplained) - 1
        more = f" (and {others} more)" if others else ""
        return (
            f"a slip would not be noticed: {unexplained[0]} agrees, too{more}; draw "
            "more, or say under `alive` why it is the same"
        )
    stale = set(stated.alive) - {written for _, written, _ in alive}
    if stale:
        return f"`alive` names {min(stale)}, which is no survivor; remove it"
    return ""
