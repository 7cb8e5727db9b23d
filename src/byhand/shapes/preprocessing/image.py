"""`keras.preprocessing.image`: pictures as arrays, which is refused."""

from byhand.shapes.inert import refusing
from byhand.shapes.utils import (  # type: ignore[attr-defined]
    array_to_img,
    img_to_array,
    load_img,
    save_img,
)

_functions = refusing(
    __name__,
    ["ImageDataGenerator", "smart_resize"],
    "leave the line out, or prepare data with Keras",
)
globals().update(_functions)

__all__ = ["array_to_img", "img_to_array", "load_img", "save_img", *_functions]
