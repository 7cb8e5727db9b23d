"""Drawings for pages and notebooks that more than one page uses.

Functions named `draw_...` return a matplotlib figure, whose label
(`figure.get_label()`) is a text that stands in for the picture, or an
`Animation`. matplotlib is imported when a drawing is made.
"""

from byhand.figures.animation import Animation
from byhand.figures.curves import draw_history
from byhand.figures.flow import draw_flow
from byhand.figures.kernels import draw_convolution
from byhand.figures.schematics import draw_network, draw_neuron, draw_windows

__all__ = [
    "Animation",
    "draw_convolution",
    "draw_flow",
    "draw_history",
    "draw_network",
    "draw_neuron",
    "draw_windows",
]
