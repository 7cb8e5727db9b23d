"""`keras.mixed_precision`: types of numbers, which change no shape."""

from __future__ import annotations

from byhand.shapes.config import dtype_policy, set_dtype_policy
from byhand.shapes.inert import Inert
from byhand.shapes.optimizers import LossScaleOptimizer  # type: ignore[attr-defined]

__all__ = [
    "DTypePolicy",
    "LossScaleOptimizer",
    "Policy",
    "dtype_policy",
    "global_policy",
    "set_dtype_policy",
    "set_global_policy",
]


class DTypePolicy(Inert):
    """The types that a layer computes and keeps its weights in."""

    takes = ("name",)


Policy = DTypePolicy
global_policy = dtype_policy
set_global_policy = set_dtype_policy
