"""`keras.optimizers.schedules`: how fast to train and when, which changes no shape."""

from __future__ import annotations

from byhand.shapes.inert import Inert, classes, lookup, serialize

# The classes, each with the names of its arguments.
DESCRIBED = {
    "CosineDecay": (
        "initial_learning_rate! decay_steps! alpha name warmup_target warmup_steps"
    ),
    "CosineDecayRestarts": (
        "initial_learning_rate! first_decay_steps! t_mul m_mul alpha name"
    ),
    "ExponentialDecay": (
        "initial_learning_rate! decay_steps! decay_rate! staircase name"
    ),
    "InverseTimeDecay": (
        "initial_learning_rate! decay_steps! decay_rate! staircase name"
    ),
    "PiecewiseConstantDecay": "boundaries! values! name",
    "PolynomialDecay": (
        "initial_learning_rate! decay_steps! end_learning_rate power cycle name"
    ),
}


class LearningRateSchedule(Inert):
    """What a schedule of a reader's own extends."""


_classes = classes(__name__, DESCRIBED, LearningRateSchedule)
globals().update(_classes)

deserialize = lookup(__name__, _classes, [])

__all__ = ["LearningRateSchedule", "deserialize", "serialize"]
__all__ += _classes
