"""`keras.preprocessing.sequence`: sequences made equally long, which is refused."""

from byhand.shapes.utils import pad_sequences  # type: ignore[attr-defined]

__all__ = ["pad_sequences"]
