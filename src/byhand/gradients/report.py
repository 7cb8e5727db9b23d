"""What a gradient check found: verdict, worst element, kinks, and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from html import escape
from math import ceil, floor, log10
from typing import Any


def _brief(value: float) -> str:
    return f"{value:.6g}"


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
            where = f"{self.tensor}{list(self.index) if self.index else ''}"
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
    verdict : str
        As of the whole report.
    worst : Comparison or None
        Where the two derivatives differ most beyond what is allowed; in a tensor
        that passes, the comparison over all its elements.
    """

    name: str
    shape: tuple[int, ...]
    verdict: str
    worst: Comparison | None


@dataclass(frozen=True)
class GradientReport:
    """The outcome of a gradient check; true where the gradients are right.

    Attributes
    ----------
    verdict : str
        "pass", "fail", "nondeterministic" (two calls differ), "nondifferentiable"
        (the function has no derivative there), or "inconclusive" (rounding hides
        the gradient).
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
    """

    verdict: str
    tensors: tuple[TensorReport, ...] = ()
    worst: Comparison | None = None
    kinks: tuple[Kink, ...] = ()
    diagnosis: str = ""
    evaluations: int = 0
    comparisons: tuple[Comparison, ...] = field(default=(), repr=False)
    notes: tuple[str, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether the gradients were found right."""
        return self.verdict == "pass"

    def __bool__(self) -> bool:
        return self.ok

    def __str__(self) -> str:
        lines = [f"gradients: {self.verdict} ({self.evaluations} evaluations)"]
        if self.diagnosis:
            lines += [f"  {line}" for line in self.diagnosis.splitlines()[:3]]
        if self.worst is not None:
            lines.append(f"  {'worst' if self.ok else 'at'}: {self.worst}")
        shown = sorted(self.tensors, key=lambda tensor: tensor.verdict == "pass")
        width = max((len(tensor.name) for tensor in shown[:8]), default=0)
        for tensor in shown[:8]:
            size = "x".join(map(str, tensor.shape)) or "one number"
            lines.append(f"  {tensor.name:{width}}  {tensor.verdict}  {size}")
        if len(shown) > 8:
            passed = sum(tensor.verdict == "pass" for tensor in shown[8:])
            lines.append(f"  and {len(shown) - 8} more, {passed} of them pass")
        if self.kinks:
            first = self.kinks[0]
            lines.append(
                f"  kinks: {len(self.kinks)}, the first at "
                f"{first.tensor}{list(first.index) if first.index else ''} with slopes "
                f"{_brief(first.left)} and {_brief(first.right)}"
            )
        lines += [f"  note: {note}" for note in self.notes[:3]]
        return "\n".join(line[:200] for line in lines)

    def _repr_html_(self) -> str:
        rows = "".join(
            f'<tr><th scope="row">{escape(tensor.name)}</th>'
            f"<td>{'&times;'.join(map(str, tensor.shape))}</td>"
            f"<td>{tensor.verdict}</td>"
            f"<td>{escape(str(tensor.worst or ''))}</td></tr>"
            for tensor in self.tensors[:50]
        )
        head = "".join(
            f'<th scope="col">{name}</th>'
            for name in ("Tensor", "Shape", "Verdict", "Worst comparison")
        )
        about = f"Gradients: {self.verdict}. {self.diagnosis}".strip()
        return (
            f"<table><caption>{escape(about)}</caption>"
            f"<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"
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


def worst_of(comparisons: Sequence[Comparison]) -> Comparison | None:
    """Return the comparison that differs most, measured in its own bound."""
    return max(
        comparisons,
        key=lambda c: c.difference / (c.bound + 1e-300),
        default=None,
    )
