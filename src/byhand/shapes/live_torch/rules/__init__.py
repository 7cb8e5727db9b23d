"""What PyTorch's functions make of lengths: shapes, cost and receptive field.

Channels come first, padding is given as numbers, and windows are placed as PyTorch's
documentation says. A rule takes what the function takes, with `Lengths` in place of
tensors, and returns an `Outcome`; with it how several outputs are given, where there
are several.
"""

from byhand.shapes.live_torch.rules.arranging import flatten, unflatten
from byhand.shapes.live_torch.rules.common import TAPS, axis_at, each, split
from byhand.shapes.live_torch.rules.products import bilinear, linear
from byhand.shapes.live_torch.rules.reducing import across_places, normalized, shares
from byhand.shapes.live_torch.rules.table import FUNCTIONS, UNCOUNTED
from byhand.shapes.live_torch.rules.windows import (
    adaptive_pooling,
    average_pooling,
    convolution,
    interpolate,
    pad,
    pixel_shuffle,
    pixel_unshuffle,
    pooling,
    transposed_convolution,
    unpooling,
    windows,
)

__all__ = [
    "FUNCTIONS",
    "TAPS",
    "UNCOUNTED",
    "across_places",
    "adaptive_pooling",
    "average_pooling",
    "axis_at",
    "bilinear",
    "convolution",
    "each",
    "flatten",
    "interpolate",
    "linear",
    "normalized",
    "pad",
    "pixel_shuffle",
    "pixel_unshuffle",
    "pooling",
    "shares",
    "split",
    "transposed_convolution",
    "unflatten",
    "unpooling",
    "windows",
]
