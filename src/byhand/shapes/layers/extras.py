"""What stands in Keras's files besides its public layers.

The applications bring layers of their own. Only those with a fixed rule are here.
"""

from __future__ import annotations

from byhand.shapes.layers.base import REQUIRED, Layer
from byhand.shapes.layers.elementwise import Unchanged
from byhand.shapes.layers.merging import broadcast
from byhand.shapes.outcome import Outcome, WeightSpec
from byhand.shapes.tensor import Shape
from byhand.shapes.values import whole_number

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from byhand.shapes.tensor import Arguments


class LayerScale(Unchanged):
    """Each channel times a learned factor (ConvNeXt)."""

    _arguments_ = {"init_values": REQUIRED, "projection_dim": REQUIRED}

    def _check_(self) -> None:
        """Refuse a number of channels that is none."""
        whole_number("projection_dim", self.projection_dim)

    def _weight_specs_(self, shapes: Sequence[Shape]) -> list[WeightSpec]:
        """A factor for each channel."""
        return [WeightSpec("gamma", {"c": self.projection_dim})]


class StochasticDepth(Unchanged):
    """A branch left out at random while training (ConvNeXt)."""

    _arguments_ = {"drop_path_rate": REQUIRED}


class CustomScaleLayer(Layer):
    """The first input plus the second times a factor (Inception-ResNet)."""

    _arguments_ = {"scale": REQUIRED}

    def _infer_(self, shapes: Sequence[Shape], arguments: Arguments) -> Outcome:
        """Both inputs have one shape, and so has the output."""
        return Outcome([broadcast(shapes[0], shapes[1])])


LAYERS = {cls.__name__: cls for cls in (LayerScale, StochasticDepth, CustomScaleLayer)}
