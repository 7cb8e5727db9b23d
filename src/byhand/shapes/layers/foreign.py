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

    _holds_ = "a function"

    def _infer_unknown_(self) -> Outcome:
        """Nothing is known in any case."""
        self._unknown_weights_ = True
        note = f"it holds {self._holds_}, which is not run here"
        return Outcome([None], macs=None, field=UNKNOWN, note=note)

    def _infer_(self, shapes: Sequence[Shape], arguments: Arguments) -> Outcome:
        """Nothing is known."""
        return self._infer_unknown_()


class JaxLayer(_Foreign):
    """A function of JAX."""

    _arguments_ = {
        "call_fn": REQUIRED,
        "init_fn": None,
        "params": None,
        "state": None,
        "seed": None,
        "native_serialization_platforms": None,
    }
    _holds_ = "a function of JAX"


class FlaxLayer(_Foreign):
    """A module of Flax."""

    _arguments_ = {"module": REQUIRED, "method": None, "variables": None}
    _holds_ = "a module of Flax"


class TFSMLayer(_Foreign):
    """A saved model of TensorFlow."""

    _arguments_ = {
        "filepath": REQUIRED,
        "call_endpoint": "serve",
        "call_training_endpoint": None,
        "trainable": True,
        "name": None,
        "dtype": None,
    }
    _holds_ = "a saved model of TensorFlow"


class TorchModuleWrapper(_Foreign):
    """A module of PyTorch."""

    _arguments_ = {"module": REQUIRED, "name": None, "output_shape": None}
    _holds_ = "a module of PyTorch"

    def _infer_(self, shapes: Sequence[Shape], arguments: Arguments) -> Outcome:
        """What the reader says of its output."""
        outcome = self._infer_unknown_()
        if self.output_shape is not None:
            lengths = [
                whole_number("a length of output_shape", length)
                for length in self.output_shape[1:]
            ]
            outcome.shapes = [(shapes[0][0], *lengths)]
        return outcome

    def _check_(self) -> None:
        """Refuse an output shape that is none."""
        if not isinstance(self.output_shape, list | tuple | None):
            raise TypeError(
                "output_shape must be a tuple with the batch first, got "
                f"{shown(self.output_shape)}"
            )
