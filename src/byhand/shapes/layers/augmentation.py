"""Random changes of images, which leave their size unless they are made to cut it."""

from __future__ import annotations

from byhand.shapes.errors import ShapeError
from byhand.shapes.layers.base import REQUIRED
from byhand.shapes.layers.checks import channels_first, is_known, single_shape
from byhand.shapes.layers.elementwise import Unchanged
from byhand.shapes.layers.reshaping import CenterCrop
from byhand.shapes.outcome import POINT, UNKNOWN, Outcome
from byhand.shapes.tensor import Shape, show, tensors_in

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any, ClassVar

    from byhand.shapes.tensor import Arguments

WARP = {
    "fill_mode": "reflect",
    "interpolation": "bilinear",
    "seed": None,
    "fill_value": 0.0,
    "data_format": None,
}


class _Augmentation(Unchanged):
    """A random change of each image, which is left out in inference.

    Receptive fields are those of inference, where an element sees itself.
    """

    _field_: ClassVar[str] = POINT
    data_format: str | None = None

    def _check_(self) -> None:
        """Refuse an order of the axes that Keras does not have."""
        channels_first(self)

    def _infer_(self, shapes: Sequence[Shape], arguments: Arguments) -> Outcome:
        """The shape passes through, if it is that of images.

        A dictionary of images, labels and boxes passes through as it is.
        """
        if arguments.given and isinstance(arguments.given[0], dict):
            structure = arguments.given[0]
            return Outcome(shapes, structure=structure, field=self._field_)
        shape = single_shape(shapes)
        if len(shape) not in (3, 4):
            raise ShapeError(
                f"it takes images of 3 axes or batches of 4, got {show(shape)}"
            )
        return Outcome([shape], field=self._field_)


class _InInference(_Augmentation):
    """A change of whole images that is made in inference as well."""

    _field_ = UNKNOWN


class RandomFlip(_Augmentation):
    """Images mirrored at random."""

    _arguments_ = {
        "mode": "horizontal_and_vertical",
        "seed": None,
        "data_format": None,
    }


class RandomRotation(_Augmentation):
    """Images turned at random."""

    _arguments_ = {"factor": REQUIRED, **WARP}


class RandomTranslation(_Augmentation):
    """Images shifted at random."""

    _arguments_ = {"height_factor": REQUIRED, "width_factor": REQUIRED, **WARP}


class RandomZoom(_Augmentation):
    """Images enlarged or reduced at random."""

    _arguments_ = {"height_factor": REQUIRED, "width_factor": None, **WARP}


class RandomContrast(_Augmentation):
    """Contrast changed at random."""

    _arguments_ = {"factor": REQUIRED, "value_range": (0, 255), "seed": None}


class RandomBrightness(_Augmentation):
    """Brightness changed at random."""

    _arguments_ = {"factor": REQUIRED, "value_range": (0, 255), "seed": None}


class RandomCrop(CenterCrop):
    """A random part of an image."""

    def _field_from_(self, places: Sequence[Any]) -> Any:
        """Where the part begins is not known."""
        return UNKNOWN

    _arguments_ = {
        "height": REQUIRED,
        "width": REQUIRED,
        "seed": None,
        "data_format": None,
        "name": None,
    }


# What most layers below take: the range of colours, and where chance comes from.
COLOURS = {"value_range": (0, 255), "data_format": None, "seed": None}


class AutoContrast(_InInference):
    """Contrast stretched to the full range."""

    _arguments_ = {"value_range": (0, 255)}


class Equalization(_InInference):
    """Brightness spread evenly over its range."""

    _arguments_ = {"value_range": (0, 255), "bins": 256, "data_format": None}


class ContrastLimitedAdaptiveHistogramEqualization(_InInference):
    """Brightness spread evenly within tiles."""

    _arguments_ = {
        "value_range": (0, 255),
        "clip_limit": 4.0,
        "tile_grid_size": (8, 8),
        "data_format": None,
    }


class Solarization(_Augmentation):
    """Bright places turned dark."""

    _arguments_ = {
        "addition_factor": 0.0,
        "threshold_factor": 0.0,
        "value_range": (0, 255),
        "seed": None,
    }


class AugMix(_Augmentation):
    """Several chains of random changes, mixed."""

    _arguments_ = {
        "value_range": (0, 255),
        "num_chains": 3,
        "chain_depth": 3,
        "factor": 0.3,
        "alpha": 1.0,
        "all_ops": True,
        "interpolation": "bilinear",
        "seed": None,
        "data_format": None,
    }


class RandAugment(_Augmentation):
    """A few changes drawn from many."""

    _arguments_ = {
        "value_range": (0, 255),
        "num_ops": 2,
        "factor": 0.5,
        "interpolation": "bilinear",
        "seed": None,
        "data_format": None,
    }


class CutMix(_Augmentation):
    """A part of each image put into another."""

    _arguments_ = {"factor": 1.0, "seed": None, "data_format": None}


class MixUp(_Augmentation):
    """Images blended with one another."""

    _arguments_ = {"alpha": 0.2, "data_format": None, "seed": None}


class RandomColorDegeneration(_Augmentation):
    """Colours weakened at random."""

    _arguments_ = {"factor": REQUIRED, **COLOURS}

    def _infer_(self, shapes: Sequence[Shape], arguments: Arguments) -> Outcome:
        """The shape passes through, if it is that of images in colour."""
        for shape in shapes if len(shapes) == 1 else ():
            channels = shape[-3 if self.data_format == "channels_first" else -1]
            if is_known(channels) and channels != 3:
                raise ShapeError(
                    f"it takes images of 3 colours, got {channels} channels in "
                    f"{show(shape)}; leave it out for images in grey"
                )
        return super()._infer_(shapes, arguments)


class RandomHue(_Augmentation):
    """Colours turned at random."""

    _arguments_ = {"factor": REQUIRED, **COLOURS}


class RandomPosterization(_Augmentation):
    """Colours reduced to few."""

    _arguments_ = {"factor": REQUIRED, **COLOURS}


class RandomSaturation(_Augmentation):
    """Colours strengthened or weakened at random."""

    _arguments_ = {"factor": REQUIRED, **COLOURS}


class RandomSharpness(_Augmentation):
    """Edges sharpened or blurred at random."""

    _arguments_ = {"factor": REQUIRED, **COLOURS}


class RandomColorJitter(_Augmentation):
    """Brightness, contrast, saturation and hue changed at random."""

    _arguments_ = {
        "value_range": (0, 255),
        "brightness_factor": None,
        "contrast_factor": None,
        "saturation_factor": None,
        "hue_factor": None,
        "seed": None,
        "data_format": None,
    }


class RandomElasticTransform(_Augmentation):
    """Places moved a little, each on its own."""

    _arguments_ = {
        "factor": 1.0,
        "scale": 1.0,
        "interpolation": "bilinear",
        "fill_mode": "reflect",
        "fill_value": 0.0,
        "value_range": (0, 255),
        "seed": None,
        "data_format": None,
    }


class RandomErasing(_Augmentation):
    """A part of each image covered."""

    _arguments_ = {
        "factor": 1.0,
        "scale": (0.02, 0.33),
        "fill_value": None,
        "value_range": (0, 255),
        "seed": None,
        "data_format": None,
    }


class RandomGaussianBlur(_Augmentation):
    """Images blurred at random."""

    _arguments_ = {
        "factor": 1.0,
        "kernel_size": 3,
        "sigma": 1.0,
        **COLOURS,
    }


class RandomGrayscale(_Augmentation):
    """Colours taken away at random."""

    _arguments_ = {"factor": 0.5, "data_format": None, "seed": None}


class RandomInvert(_Augmentation):
    """Colours turned into their opposites at random."""

    _arguments_ = {
        "factor": 1.0,
        "value_range": (0, 255),
        "seed": None,
        "data_format": None,
    }


class RandomPerspective(_Augmentation):
    """Images seen from the side at random."""

    _arguments_ = {
        "factor": 1.0,
        "scale": 1.0,
        "interpolation": "bilinear",
        "fill_value": 0.0,
        "seed": None,
        "data_format": None,
    }


class RandomShear(_Augmentation):
    """Images slanted at random."""

    _arguments_ = {
        "x_factor": 0.0,
        "y_factor": 0.0,
        "interpolation": "bilinear",
        "fill_mode": "reflect",
        "fill_value": 0.0,
        "data_format": None,
        "seed": None,
    }


class MaxNumBoundingBoxes(_Augmentation):
    """A fixed number of boxes for each image."""

    _arguments_ = {"max_number": REQUIRED, "fill_value": -1}

    def _infer_(self, shapes: Sequence[Shape], arguments: Arguments) -> Outcome:
        """Boxes and their labels get the number; all else passes through."""
        given = arguments.given[0] if arguments.given else None
        if not isinstance(given, dict):
            return super()._infer_(shapes, arguments)
        boxes = {id(tensor) for tensor in tensors_in(given.get("bounding_boxes"))}
        outs: list[Shape] = [
            (shape[0], self.max_number, *shape[2:]) if id(tensor) in boxes else shape
            for tensor, shape in zip(arguments.tensors, shapes, strict=True)
        ]
        return Outcome(outs, structure=given, field=UNKNOWN)
