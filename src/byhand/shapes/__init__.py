"""What comes out of a layer, from what goes in: standard library only."""

from byhand.shapes.axis import (
    ShapeError,
    conv_output,
    conv_transpose_output,
    effective_kernel,
    pool_output,
    same_padding,
)

__all__ = [
    "ShapeError",
    "conv_output",
    "conv_transpose_output",
    "effective_kernel",
    "pool_output",
    "same_padding",
]
