"""The operations of `keras.ops.image`: sizes, patches, edges and colours of images."""

from __future__ import annotations

from byhand.shapes import axis
from byhand.shapes.batch import added
from byhand.shapes.errors import ShapeError
from byhand.shapes.formula import Formula
from byhand.shapes.layers.checks import per_axis
from byhand.shapes.layers.convolution import windows
from byhand.shapes.ops.elementwise import class_name
from byhand.shapes.ops.operation import operation, shape_of, unchanged
from byhand.shapes.ops.windows import is_first
from byhand.shapes.outcome import UNKNOWN, WHOLE, Outcome, product
from byhand.shapes.tensor import AXES, show
from byhand.shapes.values import shown, whole_number

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from byhand.shapes.tensor import Shape


def _image(
    images: Any, data_format: Any, rank: int = 2
) -> tuple[Shape, list[Any], Any, bool]:
    """Return what stands before an image, its lengths, channels, and their place."""
    shape = shape_of(images)
    if len(shape) not in (rank + 1, rank + 2):
        raise ShapeError(
            f"images have {rank + 1} axes, or {rank + 2} with the batch, got "
            f"{len(shape)}: {show(shape)}"
        )
    first = is_first(data_format)
    own = shape[-rank - 1 :]
    before = shape[: -rank - 1]
    return before, list(own[1:] if first else own[:-1]), own[0 if first else -1], first


def _put(before: Shape, places: Sequence[Any], c: Any, first: bool) -> Shape:
    """Return the shape of an image."""
    return (*before, c, *places) if first else (*before, *places, c)


@operation("Resize")
def resize(
    images: Any,
    size: Any,
    interpolation: str = "bilinear",
    antialias: bool = False,
    crop_to_aspect_ratio: bool = False,
    pad_to_aspect_ratio: bool = False,
    fill_mode: str = "constant",
    fill_value: float = 0.0,
    data_format: Any = None,
) -> Outcome:
    """Return images enlarged or reduced to a size."""
    before, _, c, first = _image(images, data_format)
    if len(tuple(size)) != 2:
        raise ShapeError(f"size must be (height, width), got {shown(size)}")
    places = [whole_number("a length of size", length) for length in size]
    return Outcome([_put(before, places, c, first)], field=UNKNOWN)


def _patches(
    images: Any, size: Any, strides: Any, dilation_rate: Any, padding: str, form: Any,
    rank: int,
) -> Outcome:  # fmt: skip
    """Return the outcome of cutting windows out, each as a row of channels."""
    before, places, c, first = _image(images, form, rank)
    taps = per_axis("size", size, rank)
    steps = taps if strides is None else per_axis("strides", strides, rank)
    dilation = per_axis("dilation_rate", dilation_rate, rank)
    walked = [
        (name, axis.conv_formula(i, k, strides=s, padding=padding, dilation=d))
        for name, i, k, s, d in zip(
            AXES[rank], places, taps, steps, dilation, strict=True
        )
    ]
    lengths = [formula.value for _, formula in walked]
    row = Formula("k * c", k=product(taps), c=c)
    field = windows(places, taps, steps, dilation, padding)
    return Outcome(
        [_put(before, lengths, row.value, first)],
        lengths=[*walked, ("channels", row)],
        field=field,
    )


@operation("ExtractPatches")
def extract_patches(
    images: Any,
    size: Any,
    strides: Any = None,
    dilation_rate: Any = 1,
    padding: str = "valid",
    data_format: Any = None,
) -> Outcome:
    """Return windows of images, each as a row of channels."""
    rank = 2 if not hasattr(size, "__len__") else len(size)
    return _patches(images, size, strides, dilation_rate, padding, data_format, rank)


def extract_patches_3d(
    volumes: Any,
    size: Any,
    strides: Any = None,
    dilation_rate: Any = 1,
    padding: str = "valid",
    data_format: Any = None,
) -> Any:
    """Return windows of volumes, each as a row of channels."""
    size = (size,) * 3 if hasattr(size, "__index__") else size
    return extract_patches(volumes, size, strides, dilation_rate, padding, data_format)


def _edges(
    images: Any,
    sides: Sequence[tuple[Any, Any]],
    targets: Sequence[Any],
    data_format: Any,
    sign: int,
) -> Outcome:
    """Return the outcome of edges put on, or cut off."""
    before, places, c, first = _image(images, data_format)
    lengths: list[Any] = []
    starts: list[Any] = []
    what = "padding" if sign > 0 else "cropping"
    for name, length, (front, back), target in zip(
        ("height", "width"), places, sides, targets, strict=True
    ):
        if [front, back, target].count(None) != 1:
            raise ShapeError(
                f"exactly two of the {what} before, the {what} after and the target "
                f"{name} must be given"
            )
        known: list[Any] = [
            None if n is None else whole_number(f"{what} of the {name}", n, least=0)
            for n in (front, back, target)
        ]
        front, back, target = known
        if target is None:
            target = added(length, sign * (front + back))
        elif isinstance(length, int):
            rest = sign * (target - length)
            front = rest - back if front is None else front
            if rest < front or front < 0:
                raise ShapeError(
                    f"a {name} of {length} cannot become {target} by {what}; choose "
                    f"another target_{name}"
                )
        if isinstance(target, int) and target < 1:
            raise ShapeError(f"nothing is left of the {name} of {length}; cut off less")
        lengths.append(target)
        starts.append(front)
    field: Any = UNKNOWN
    if before and None not in starts:
        field = tuple((1, 1, sign * start) for start in starts)
    return Outcome([_put(before, lengths, c, first)], field=field)


@operation("PadImages")
def pad_images(
    images: Any,
    top_padding: Any = None,
    left_padding: Any = None,
    bottom_padding: Any = None,
    right_padding: Any = None,
    target_height: Any = None,
    target_width: Any = None,
    data_format: Any = None,
) -> Outcome:
    """Return images with zeros put around them."""
    sides = [(top_padding, bottom_padding), (left_padding, right_padding)]
    return _edges(images, sides, (target_height, target_width), data_format, 1)


@operation("CropImages")
def crop_images(
    images: Any,
    top_cropping: Any = None,
    left_cropping: Any = None,
    bottom_cropping: Any = None,
    right_cropping: Any = None,
    target_height: Any = None,
    target_width: Any = None,
    data_format: Any = None,
) -> Outcome:
    """Return images with their edges cut off."""
    sides = [(top_cropping, bottom_cropping), (left_cropping, right_cropping)]
    return _edges(images, sides, (target_height, target_width), data_format, -1)


@operation("RGBToGrayscale")
def rgb_to_grayscale(images: Any, data_format: Any = None) -> Outcome:
    """Return colour images in shades of grey: one channel for three."""
    before, places, c, first = _image(images, data_format)
    if isinstance(c, int) and c not in (1, 3):
        raise ShapeError(f"images have 1 or 3 channels, got {c}")
    return Outcome([_put(before, places, 1, first)])


@operation("RGBToHSV")
def rgb_to_hsv(images: Any, data_format: Any = None) -> Outcome:
    """Return red, green and blue as hue, saturation and value."""
    _image(images, data_format)
    return unchanged(shape_of(images))


@operation("HSVToRGB")
def hsv_to_rgb(images: Any, data_format: Any = None) -> Outcome:
    """Return hue, saturation and value as red, green and blue."""
    _image(images, data_format)
    return unchanged(shape_of(images))


@operation("GaussianBlur")
def gaussian_blur(
    images: Any,
    kernel_size: Any = (3, 3),
    sigma: Any = (1.0, 1.0),
    data_format: Any = None,
) -> Outcome:
    """Return blurred images of the same size."""
    _image(images, data_format)
    return unchanged(shape_of(images), field=UNKNOWN)


@operation("ElasticTransform")
def elastic_transform(
    images: Any,
    alpha: float = 20.0,
    sigma: float = 5.0,
    interpolation: str = "bilinear",
    fill_mode: str = "reflect",
    fill_value: float = 0.0,
    seed: Any = None,
    data_format: Any = None,
) -> Outcome:
    """Return images that are bent at random."""
    _image(images, data_format)
    return unchanged(shape_of(images), field=UNKNOWN)


@operation("AffineTransform")
def affine_transform(
    images: Any,
    transform: Any,
    interpolation: str = "bilinear",
    fill_mode: str = "constant",
    fill_value: float = 0,
    data_format: Any = None,
) -> Outcome:
    """Return images turned, stretched and moved."""
    _image(images, data_format)
    return unchanged(shape_of(images), field=WHOLE)


@operation("PerspectiveTransform")
def perspective_transform(
    images: Any,
    start_points: Any,
    end_points: Any,
    interpolation: str = "bilinear",
    fill_value: float = 0,
    data_format: Any = None,
) -> Outcome:
    """Return images as seen from elsewhere."""
    _image(images, data_format)
    return unchanged(shape_of(images), field=WHOLE)


@operation("MapCoordinates")
def map_coordinates(
    inputs: Any,
    coordinates: Any,
    order: int,
    fill_mode: str = "constant",
    fill_value: float = 0,
) -> Outcome:
    """Return the values at given places of a tensor."""
    return Outcome([shape_of(coordinates)[1:]], field=UNKNOWN)


@operation("SobelEdges")
def sobel_edges(images: Any, data_format: Any = None) -> Outcome:
    """Return the slopes of images along height and width, in a last axis."""
    _image(images, data_format)
    return Outcome([(*shape_of(images), 2)], field=((3, 1, 1), (3, 1, 1)))


def __getattr__(name: str) -> Any:
    """Return an operation of `keras.ops.image` that has no rule here.

    Raises
    ------
    AttributeError
        If Keras has no such operation.
    """
    from byhand.shapes.ops.names import IMAGE
    from byhand.shapes.ops.operation import opaque, unknown_name

    if name in IMAGE:
        return opaque("SSIM" if name == "ssim" else class_name(name))
    if name.startswith("_"):
        raise AttributeError(name)
    raise AttributeError(unknown_name(name, IMAGE, "keras.ops.image"))
