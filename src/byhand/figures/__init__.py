"""Drawings for pages and notebooks that more than one page uses.

Functions named `draw_...` return a matplotlib figure, whose label
(`figure.get_label()`) is a text that stands in for the picture, or an
`Animation`. matplotlib is imported when a drawing is made.
"""

from byhand.figures.animation import Animation
from byhand.figures.architecture import draw_architecture
from byhand.figures.channels import draw_filters
from byhand.figures.curves import draw_history
from byhand.figures.fields import draw_receptive_field
from byhand.figures.flow import draw_flow
from byhand.figures.graphs import draw_graph
from byhand.figures.kernels import draw_convolution
from byhand.figures.matrices import draw_convolution_matrix
from byhand.figures.normalising import draw_normalisation
from byhand.figures.products import draw_product
from byhand.figures.schematics import draw_network, draw_neuron, draw_windows

__all__ = [
    "Animation",
    "draw_architecture",
    "draw_convolution",
    "draw_convolution_matrix",
    "draw_filters",
    "draw_flow",
    "draw_graph",
    "draw_history",
    "draw_network",
    "draw_neuron",
    "draw_normalisation",
    "draw_product",
    "draw_receptive_field",
    "draw_windows",
]
