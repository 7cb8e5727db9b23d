"""Curves of a training, as Keras's `fit` returns them."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from byhand.figures.colours import GRADIENT, MUTED, VALUE

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def draw_history(
    history: Mapping[str, Sequence[float]],
    *,
    metrics: Sequence[str] = ("loss",),
    mark: int | None = None,
) -> "Figure":
    """Draw how a training went: each metric against epochs, one panel for each.

    Parameters
    ----------
    history : mapping of str to sequence of float
        One number for each epoch under `"loss"`, `"val_loss"`, `"accuracy"` and so on:
        the `history` attribute of what `model.fit` returns.
    metrics : sequence of str
        Which to draw, each with its numbers on validation data where those are there.
    mark : int, optional
        An epoch, counted from 1, at which to draw a vertical line.

    Returns
    -------
    matplotlib.figure.Figure
        The curves; its label gives the first and the last value of each.

    Raises
    ------
    ValueError
        If a metric is not in the history, or the mark is outside it.

    Examples
    --------
    >>> run = {"loss": [2.0, 1.0, 0.5], "val_loss": [2.1, 1.3, 1.4]}
    >>> print(draw_history(run, mark=2).get_label())
    Loss over 3 epochs: training from 2 to 0.5, validation from 2.1 to 1.4, at ...
    """
    from matplotlib.figure import Figure

    for name in metrics:
        if name not in history:
            raise ValueError(
                f"metrics names {name!r}, which the history lacks; it has "
                f"{', '.join(map(repr, history))}"
            )
    epochs = len(history[metrics[0]])
    if mark is not None and not 1 <= mark <= epochs:
        raise ValueError(f"mark must be an epoch from 1 to {epochs}, got {mark}")
    figure = Figure(figsize=(1.2 + 3.6 * len(metrics), 3.2), layout="constrained")
    panels = figure.subplots(1, len(metrics), squeeze=False)[0]
    said = []
    for axes, name in zip(panels, metrics, strict=True):
        said.append(_panel(axes, history, name, epochs, mark))
    figure.set_label("; ".join(said) + ".")
    return figure


def _panel(
    axes: Any,
    history: Mapping[str, Sequence[float]],
    name: str,
    epochs: int,
    mark: int | None,
) -> str:
    """Draw one metric and return what there is to see."""
    places = range(1, epochs + 1)
    words = []
    for key, label, style, colour in [
        (name, "training", "o-", VALUE),
        (f"val_{name}", "validation", "s--", GRADIENT),
    ]:
        if key in history:
            values = [float(value) for value in history[key]]
            axes.plot(places, values, style, color=colour, ms=3.5, label=label)
            words.append(f"{label} from {values[0]:.3g} to {values[-1]:.3g}")
            if label == "validation":
                best = min if "loss" in name or "error" in name else max
                top = best(values)
                words[-1] += f", at best {top:.3g} in epoch {values.index(top) + 1}"
    if mark is not None:
        axes.axvline(mark, color=MUTED, lw=1, ls=":")
        words.append(f"a line marks epoch {mark}")
    axes.set(xlabel="epoch", ylabel=name.replace("_", " "))
    axes.grid(color=MUTED, alpha=0.15)
    axes.legend()
    return f"{name.replace('_', ' ').capitalize()} over {epochs} epochs: " + ", ".join(
        words
    )
