"""`keras.preprocessing`: data made ready, which is refused in one sentence."""

from byhand.shapes.preprocessing import image, sequence
from byhand.shapes.utils import (  # type: ignore[attr-defined]
    image_dataset_from_directory,
    text_dataset_from_directory,
    timeseries_dataset_from_array,
)

__all__ = [
    "image",
    "image_dataset_from_directory",
    "sequence",
    "text_dataset_from_directory",
    "timeseries_dataset_from_array",
]
