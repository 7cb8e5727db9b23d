"""Write the pictures inside a vector figure in the fewest bytes, without loss.

matplotlib writes an image of numbers with four bytes for each of its points, though its
map of colours knows 256; and text made of these bytes compresses badly. A picture with
a table of its colours has one byte for each point.
"""

import base64
import io
import re

import numpy as np
from PIL import Image

COLOURS = 256  # that a table holds
OPAQUE = 255
PICTURE = re.compile(r"(?<=data:image/png;base64,)[\w+/=\s]+")


def with_table(written: bytes) -> bytes:
    """Return a PNG with a table of its colours, or as it is where that is no gain.

    Parameters
    ----------
    written : bytes
        A PNG. One that lets the page show through, or has more than 256 colours,
        stays as it is.

    Examples
    --------
    >>> noise = np.random.default_rng(0).integers(256, size=(64, 64, 1), dtype="u1")
    >>> grey = Image.fromarray(np.repeat(noise, 3, axis=2)).convert("RGBA")
    >>> file = io.BytesIO()
    >>> grey.save(file, format="png")
    >>> smaller = with_table(file.getvalue())
    >>> len(smaller) < len(file.getvalue()) / 2
    True
    >>> Image.open(io.BytesIO(smaller)).convert("RGBA").tobytes() == grey.tobytes()
    True
    """
    points = np.asarray(Image.open(io.BytesIO(written)).convert("RGBA"))
    if points[..., 3].min() < OPAQUE:
        return written
    colours, places = np.unique(
        points[..., :3].reshape(-1, 3), axis=0, return_inverse=True
    )
    if len(colours) > COLOURS:
        return written
    picture = Image.fromarray(places.reshape(points.shape[:2]).astype(np.uint8))
    picture.putpalette(colours.tobytes())
    file = io.BytesIO()
    picture.save(file, format="png", optimize=True)
    return min(file.getvalue(), written, key=len)


def lighter(figure: str) -> str:
    """Return an SVG whose pictures are written with tables of their colours.

    Parameters
    ----------
    figure : str
        The SVG. It is shown as before, point by point.
    """

    def rewritten(found: re.Match[str]) -> str:
        written = base64.b64decode(found[0])
        smaller = with_table(written)
        if smaller is written:
            return found[0]
        return base64.b64encode(smaller).decode("ascii")

    return PICTURE.sub(rewritten, figure)
