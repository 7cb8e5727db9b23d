"""What Keras's networks do with numbers: taken without effect, or refused in words."""

from __future__ import annotations

from byhand.shapes.errors import ShapeError
from byhand.shapes.inert import refusal
from byhand.shapes.known_names import LOSSES, METRICS, OPTIMIZERS
from byhand.shapes.layers.names import nearest
from byhand.shapes.values import shown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

TRAINING = "leave the line out, or train with Keras"
FILES = "save the model with Keras, and read the file here with load_model"

# Methods of Keras's Model that need numbers, each with what to do instead.
REFUSED = {
    "fit": TRAINING,
    "evaluate": TRAINING,
    "predict": TRAINING,
    "train_on_batch": TRAINING,
    "test_on_batch": TRAINING,
    "predict_on_batch": TRAINING,
    "train_step": TRAINING,
    "test_step": TRAINING,
    "predict_step": TRAINING,
    "compute_loss": TRAINING,
    "compute_metrics": TRAINING,
    "get_metrics_result": TRAINING,
    "reset_metrics": TRAINING,
    "save": FILES,
    "save_weights": FILES,
    "export": FILES,
    "to_json": FILES,
    "load_weights": "leave the line out: weights change no shape",
    "quantize": "leave the line out: it changes no shape",
}


class Untrained:
    """The part of Keras's Model that needs numbers."""

    optimizer: Any = None
    loss: Any = None
    stop_training = False

    def compile(
        self,
        optimizer: Any = "rmsprop",
        loss: Any = None,
        loss_weights: Any = None,
        metrics: Any = None,
        weighted_metrics: Any = None,
        run_eagerly: bool = False,
        steps_per_execution: int = 1,
        jit_compile: Any = "auto",
        auto_scale_loss: bool = True,
    ) -> None:
        """Take Keras's arguments; nothing is trained, so they have no effect.

        Raises
        ------
        ShapeError
            If an optimizer, a loss or a metric has a name that Keras does not know.
        """
        known_name("optimizer", optimizer, OPTIMIZERS, capitals=False)
        known_name("loss", loss, LOSSES)
        known_name("metric", metrics, METRICS)
        known_name("metric", weighted_metrics, METRICS)
        self.optimizer = optimizer
        self.loss = loss


for _name, _advice in REFUSED.items():
    setattr(Untrained, _name, refusal(__name__, _name, _advice))


def known_name(
    what: str, value: Any, known: Iterable[str], *, capitals: bool = True
) -> None:
    """Refuse a string that Keras does not know, in any nesting of lists and dicts.

    Parameters
    ----------
    what : str
        What it names, such as "loss".
    value : object
        A name, or anything else, or several in lists and dictionaries.
    known : iterable of str
        The names that Keras knows.
    capitals : bool
        Whether capitals count.

    Raises
    ------
    ShapeError
        With the nearest name.
    """
    names = list(known)
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list | tuple):
        for part in value:
            known_name(what, part, names, capitals=capitals)
    if not isinstance(value, str):
        return
    if value in names or (not capitals and value.lower() in names):
        return
    near = nearest(value, names)
    hint = f"; did you mean {near!r}?" if near else ""
    raise ShapeError(f"the {what} {shown(value)} is not known{hint}")
