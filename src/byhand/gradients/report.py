"""What a gradient check found: verdict, worst element, kinks, and why."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from html import escape
from math import ceil, floor, log10
from typing import Any

LINES = 20  # that a report prints at most
WIDTH = 200  # characters of a line at most
SHOWN = 8  # arrays that are printed, before the others are counted


class Verdict(StrEnum):
    """The outcome of a check.

    Only `PASS` says that the gradients are right, and only of arrays that were all
    examined, to the resolution that the report states.
    """

    PASS = "pass"  # noqa: S105 - no password
    FAIL = "fail"
    NONDETERMINISTIC = "nondeterministic"  # two calls differ
    NONDIFFERENTIABLE = "nondifferentiable"  # the function has no derivative there
    INCONCLUSIVE = "inconclusive"  # rounding hides the gradient
    INCOMPLETE = "incomplete"  # something that has a gradient was not examined


def _brief(value: float) -> str:
    return f"{value:.6g}"


def place(name: str, index: tuple[int, ...] | None) -> str:
    """Return an element as reports name it: "W[2, 1]", or "b" for a single number."""
    return f"{name}{list(index)}" if index else name


@dataclass(frozen=True)
class Comparison:
    """An analytic derivative beside the numerical one.

    Attributes
    ----------
    tensor : str
        Name of the input.
    index : tuple of int or None
        The element; None for a direction through several elements.
    size : int
        How many elements the direction moves.
    analytic, numerical : float
        The two derivatives.
    bound : float
        What truncation and rounding may have left in the numerical one.
    """

    tensor: str
    index: tuple[int, ...] | None
    size: int
    analytic: float
    numerical: float
    bound: float

    @property
    def difference(self) -> float:
        """How far apart the two are."""
        return abs(self.analytic - self.numerical)

    def __str__(self) -> str:
        if self.index is None:
            where = f"{self.tensor}, {self.size} together"
        else:
            where = place(self.tensor, self.index)
        return (
            f"{where}: analytic {_brief(self.analytic)}, numerical "
            f"{_brief(self.numerical)} +- {self.bound:.1e}"
        )


@dataclass(frozen=True)
class Kink:
    """An element at which the derivatives from the two sides differ."""

    tensor: str
    index: tuple[int, ...]
    left: float
    right: float
    analytic: float


@dataclass(frozen=True)
class TensorReport:
    """What was found for one input.

    Attributes
    ----------
    name : str
        As in the inputs.
    shape : tuple of int
        Its shape.
    verdict : Verdict
        As of the whole report.
    worst : Comparison or None
        Where the two derivatives differ most beyond what is allowed; in a tensor
        that passes, the comparison over all its elements, if there was one.
    examined : str
        How: "every element", or "together", by directions through all elements.
    resolution : float or None
        The smallest error that would have shown, as a share of the gradient of the
        whole tensor, each element weighed by its own size; of an error in one element
        alone, to a factor of 2. At least `rtol`, which is allowed at every element.
        None where the gradient is zero.
    floor : float
        Of a gradient of zero: the largest derivative that could be hidden.
    """

    name: str
    shape: tuple[int, ...]
    verdict: Verdict
    worst: Comparison | None
    examined: str = "every element"
    resolution: float | None = None
    floor: float = 0.0

    def __str__(self) -> str:
        return f"{self.name}  {self.verdict}  {_about(self)}"

    @property
    def would_show(self) -> str:
        """How small an error would have shown, in words."""
        if self.resolution is None:
            return f"zero; more than {self.floor:.1e} would show"
        return f"an error above {percent(self.resolution)} of the whole would show"


@dataclass(frozen=True)
class Unchecked:
    """An array that was given, and was not checked.

    Attributes
    ----------
    name : str
        As in the inputs.
    shape : tuple of int or None
        Its shape; None of what is no array.
    reason : str
        Why it was not checked.
    """

    name: str
    shape: tuple[int, ...] | None
    reason: str


@dataclass(frozen=True)
class GradientReport:
    """The outcome of a gradient check; true where the gradients are right.

    Attributes
    ----------
    verdict : Verdict
        "pass", "fail", "nondeterministic" (two calls differ), "nondifferentiable"
        (the function has no derivative there), "inconclusive" (rounding hides the
        gradient), or "incomplete" (all that was examined is right, and something
        that has a gradient was not examined: see `skipped`).
    tensors : tuple of TensorReport
        One for each input that was checked.
    worst : Comparison or None
        The worst of them.
    kinks : tuple of Kink
        Elements where only one-sided derivatives exist; the analytic one lies
        between them unless the report says otherwise.
    diagnosis : str
        What kind of mistake the numbers show; "" where there is none to name.
    evaluations : int
        How often the function was called.
    comparisons : tuple of Comparison
        Every comparison that was made.
    notes : tuple of str
        What else a reader should know.
    constants : tuple of Unchecked
        What was given and has no gradient, or none that was asked for, and why.
    skipped : tuple of Unchecked
        What has a gradient and was not examined, and why.
    """

    verdict: Verdict
    tensors: tuple[TensorReport, ...] = ()
    worst: Comparison | None = None
    kinks: tuple[Kink, ...] = ()
    diagnosis: str = ""
    evaluations: int = 0
    comparisons: tuple[Comparison, ...] = field(default=(), repr=False)
    notes: tuple[str, ...] = ()
    constants: tuple[Unchecked, ...] = ()
    skipped: tuple[Unchecked, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether the gradients were found right, all of them."""
        return self.verdict is Verdict.PASS

    @property
    def resolution(self) -> float | None:
        """The smallest error that would have shown in every tensor, as a share of it.

        None if no tensor has a gradient other than zero.
        """
        known = [t.resolution for t in self.tensors if t.resolution is not None]
        return max(known, default=None)

    def __bool__(self) -> bool:
        return self.ok

    def __str__(self) -> str:
        lines = [f"gradients: {self.verdict} ({self.evaluations} evaluations)"]
        lines += [f"  {line}" for line in self.diagnosis.splitlines()[:4]]
        if self.worst is not None:
            lines.append(f"  {'worst' if self.ok else 'at'}: {self.worst}")
        if self.kinks:
            first = self.kinks[0]
            lines.append(
                f"  kinks: {len(self.kinks)}, the first at "
                f"{place(first.tensor, first.index)} with slopes "
                f"{_brief(first.left)} and {_brief(first.right)}"
            )
        notes = [f"  note: {note}" for note in self.notes[:3]]
        left = min(SHOWN, LINES - len(lines) - len(notes) - 1)
        return "\n".join(line[:WIDTH] for line in (*lines, *self._arrays(left), *notes))

    def _arrays(self, count: int) -> list[str]:
        """Return a line for each array, the troublesome ones first."""
        passed = [t for t in self.tensors if t.verdict is Verdict.PASS]
        rows = [t for t in self.tensors if t.verdict is not Verdict.PASS]
        every = [
            *((t.name, str(t.verdict), _about(t)) for t in rows),
            *((u.name, "skipped", _why(u)) for u in self.skipped),
            *((t.name, str(t.verdict), _about(t)) for t in passed),
            *((u.name, "constant", _why(u)) for u in self.constants),
        ]
        shown = every[:count]
        width = max((len(name) for name, _, _ in shown), default=0)
        lines = [f"  {name:{width}}  {word}  {about}" for name, word, about in shown]
        if len(every) > count:
            words = [word for _, word, _ in every[count:]]
            kinds = ", ".join(f"{words.count(w)} {w}" for w in dict.fromkeys(words))
            lines.append(f"  and {len(words)} more: {kinds}")
        return lines

    def _repr_html_(self) -> str:
        rows = [
            (
                t.name,
                shape_words(t.shape),
                str(t.verdict),
                _about(t),
                str(t.worst or ""),
            )
            for t in self.tensors[:50]
        ]
        for word, group in (("skipped", self.skipped), ("constant", self.constants)):
            for one in group[:50]:
                shape = "" if one.shape is None else shape_words(one.shape)
                rows.append((one.name, shape, word, one.reason, ""))
        body = "".join(
            f'<tr><th scope="row">{escape(name)}</th>'
            + "".join(f"<td>{escape(cell)}</td>" for cell in cells)
            + "</tr>"
            for name, *cells in rows
        )
        head = "".join(
            f'<th scope="col">{name}</th>'
            for name in ("Array", "Shape", "Verdict", "Examined", "Worst comparison")
        )
        about = f"Gradients: {self.verdict}. {self.diagnosis}".strip()
        return (
            f"<table><caption>{escape(about)}</caption>"
            f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
        )

    def plot(self, *, ax: Any = None) -> Any:
        """Draw each comparison: analytic against numerical, with its bound.

        Parameters
        ----------
        ax : matplotlib Axes, optional
            Where to draw; by default on a new figure.

        Returns
        -------
        matplotlib Axes
            Both axes logarithmic, of absolute values; right gradients lie on the
            diagonal.
        """
        if ax is None:
            import matplotlib.pyplot as plt

            ax = plt.subplots(layout="constrained")[1]
        points = [c for c in self.comparisons if c.analytic and c.numerical]
        groups = [
            ("elements together", [c for c in points if c.index is None]),
            ("one element", [c for c in points if c.index is not None]),
        ]
        for (name, group), marker in zip(groups, "Do", strict=True):
            if group:
                ax.errorbar(
                    [abs(c.numerical) for c in group],
                    [abs(c.analytic) for c in group],
                    xerr=[min(c.bound, 0.999 * abs(c.numerical)) for c in group],
                    fmt=marker,
                    fillstyle="none",
                    label=name,
                )
        if self.worst is not None and not self.ok and self.worst in points:
            at = (abs(self.worst.numerical), abs(self.worst.analytic))
            ax.annotate(
                f"{self.worst.tensor}{list(self.worst.index or ())}",
                at,
                textcoords="offset points",
                xytext=(8, -12),
            )
        ax.set_xscale("log")
        ax.set_yscale("log")
        sizes = [abs(x) for c in points for x in (c.analytic, c.numerical)]
        if sizes:
            # Whole powers of ten, so that both axes have the same few labels.
            ends = (10.0 ** floor(log10(min(sizes))), 10.0 ** ceil(log10(max(sizes))))
            ax.plot(ends, ends, "-", color="0.6", linewidth=1, zorder=0)
            ax.set(xlim=ends, ylim=ends)
            ax.legend(loc="upper left")
        ax.set_xlabel("numerical derivative, absolute")
        ax.set_ylabel("analytic derivative, absolute")
        return ax


class GradientError(AssertionError):
    """Gradients that a check did not find right.

    Attributes
    ----------
    report : GradientReport
        What the check found.
    """

    def __init__(self, report: GradientReport) -> None:
        super().__init__(str(report))
        self.report = report


def shape_words(shape: tuple[int, ...]) -> str:
    """Return a shape as reports print it: "4x3", or "one number" for none."""
    return "x".join(map(str, shape)) or "one number"


def percent(share: float) -> str:
    """Return a share in per cent, in two digits: "0.41 %", "1.3e-08 %"."""
    return f"{100 * share:.2g} %"


def _about(tensor: TensorReport) -> str:
    words = f"{shape_words(tensor.shape)}, {tensor.examined}"
    if tensor.verdict is Verdict.PASS and 0 not in tensor.shape:
        words += f"; {tensor.would_show}"
    return words


def _why(array: Unchecked) -> str:
    if array.shape is None:
        return array.reason
    return f"{shape_words(array.shape)}, {array.reason}"


def worst_of(comparisons: Sequence[Comparison]) -> Comparison | None:
    """Return the comparison that differs most, measured in its own bound."""
    return max(
        comparisons,
        key=lambda c: c.difference / (c.bound or sys.float_info.min),
        default=None,
    )
