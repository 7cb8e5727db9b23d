"""Random changes of images, which leave their size unless they are made to cut it."""

from __future__ import annotations

from byhand.shapes.errors import ShapeError
from byhand.shapes.layers.base import REQUIRED
from byhand.shapes.layers.checks import only
from byhand.shapes.layers.elementwise import Unchanged
from byhand.shapes.layers.reshaping import CenterCrop
from byhand.shapes.outcome import Outcome
from byhand.shapes.tensor import Shape, show

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from byhand.shapes.tensor import Arguments

WARP = {
    "fill_mode": "reflect",
    "interpolation": "bilinear",
    "seed": None,
    "fill_value": 0.0,
    "data_format": None,
}


class _Augmentation(Unchanged):
    """A random change of each image."""

    def infer(self, shapes: Sequence[Shape], arguments: Arguments) -> Outcome:
        """The shape passes through, if it is that of images."""
        shape = only(shapes)
        if len(shape) not in (3, 4):
            raise ShapeError(
                f"it takes images of 3 axes or batches of 4, got {show(shape)}"
            )
        return Outcome([shape])


class RandomFlip(_Augmentation):
    """Images mirrored at random."""

    arguments = {
        "mode": "horizontal_and_vertical",
        "seed": None,
        "data_format": None,
    }


class RandomRotation(_Augmentation):
    """Images turned at random."""

    arguments = {"factor": REQUIRED, **WARP}


class RandomTranslation(_Augmentation):
    """Images shifted at random."""

    arguments = {"height_factor": REQUIRED, "width_factor": REQUIRED, **WARP}


class RandomZoom(_Augmentation):
    """Images enlarged or reduced at random."""

    arguments = {"height_factor": REQUIRED, "width_factor": None, **WARP}


class RandomContrast(_Augmentation):
    """Contrast changed at random."""

    arguments = {"factor": REQUIRED, "value_range": (0, 255), "seed": None}


class RandomBrightness(_Augmentation):
    """Brightness changed at random."""

    arguments = {"factor": REQUIRED, "value_range": (0, 255), "seed": None}


class RandomCrop(CenterCrop):
    """A random part of an image."""

    arguments = {
        "height": REQUIRED,
        "width": REQUIRED,
        "seed": None,
        "data_format": None,
        "name": None,
    }
