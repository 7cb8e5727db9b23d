"""Layers that hold a function or a file of a framework: rows with question marks."""

from __future__ import annotations

from byhand.shapes.layers.base import REQUIRED, Layer
from byhand.shapes.outcome import UNKNOWN, Outcome
from byhand.shapes.values import shown, whole_number

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from byhand.shapes.tensor import Arguments, Shape


class _Foreign(Layer):
    """A layer that only a framework can run."""

    holds = "a function"

    def infer_unknown(self) -> Outcome:
        """Nothing is known in any case."""
        self.unknown_weights = True
        note = f"it holds {self.holds}, which is not run here"
        return Outcome([None], macs=None, field=UNKNOWN, note=note)

    def infer(self, shapes: Sequence[Shape], arguments: Arguments) -> Outcome:
        """Nothing is known."""
        return self.infer_unknown()


class JaxLayer(_Foreign):
    """A function of JAX."""

    arguments = {
        "call_fn": REQUIRED,
        "init_fn": None,
        "params": None,
        "state": None,
        "seed": None,
        "native_serialization_platforms": None,
    }
    holds = "a function of JAX"


class FlaxLayer(_Foreign):
    """A module of Flax."""

    arguments = {"module": REQUIRED, "method": None, "variables": None}
    holds = "a module of Flax"


class TFSMLayer(_Foreign):
    """A saved model of TensorFlow."""

    arguments = {
        "filepath": REQUIRED,
        "call_endpoint": "serve",
        "call_training_endpoint": None,
        "trainable": True,
        "name": None,
        "dtype": None,
    }
    holds = "a saved model of TensorFlow"


class TorchModuleWrapper(_Foreign):
    """A module of PyTorch."""

    arguments = {"module": REQUIRED, "name": None, "output_shape": None}
    holds = "a module of PyTorch"

    def infer(self, shapes: Sequence[Shape], arguments: Arguments) -> Outcome:
        """What the reader says of its output."""
        outcome = self.infer_unknown()
        if self.output_shape is not None:
            lengths = [
                whole_number("a length of output_shape", length)
                for length in self.output_shape[1:]
            ]
            outcome.shapes = [(shapes[0][0], *lengths)]
        return outcome

    def check(self) -> None:
        """Refuse an output shape that is none."""
        if not isinstance(self.output_shape, list | tuple | None):
            raise TypeError(
                "output_shape must be a tuple with the batch first, got "
                f"{shown(self.output_shape)}"
            )
