"""Drawings of a network as SVG: its volumes side by side, or its graph of calls.

The same network gives the same bytes. Each drawing carries a title and a description
for those who cannot see it, and asks for nothing from elsewhere.
"""

from byhand.shapes.drawing.picture import STYLES, drawing
from byhand.shapes.drawing.writing import write_drawing

__all__ = ["STYLES", "drawing", "write_drawing"]
