"""`keras.optimizers`: how weights are trained, which changes no shape."""

from __future__ import annotations

from byhand.shapes.inert import Inert, classes, lookup, serialize
from byhand.shapes.known_names import OPTIMIZERS
from byhand.shapes.optimizers import schedules

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

# Arguments that most optimizers take behind their own.
SHARED = (
    "weight_decay clipnorm clipvalue global_clipnorm use_ema ema_momentum "
    "ema_overwrite_frequency loss_scale_factor gradient_accumulation_steps name"
)

# The classes, each with the names of its arguments; "*" stands for those shared.
DESCRIBED = {
    "Adadelta": "learning_rate rho epsilon *",
    "Adafactor": (
        "learning_rate beta_2_decay epsilon_1 epsilon_2 clip_threshold relative_step *"
    ),
    "Adagrad": "learning_rate initial_accumulator_value epsilon *",
    "Adam": "learning_rate beta_1 beta_2 epsilon amsgrad *",
    "AdamW": (
        "learning_rate weight_decay beta_1 beta_2 epsilon amsgrad clipnorm "
        "clipvalue global_clipnorm use_ema ema_momentum ema_overwrite_frequency "
        "loss_scale_factor gradient_accumulation_steps name"
    ),
    "Adamax": "learning_rate beta_1 beta_2 epsilon *",
    "Ftrl": (
        "learning_rate learning_rate_power initial_accumulator_value "
        "l1_regularization_strength l2_regularization_strength "
        "l2_shrinkage_regularization_strength beta *"
    ),
    "Lamb": "learning_rate beta_1 beta_2 epsilon *",
    "Lion": "learning_rate beta_1 beta_2 *",
    "LossScaleOptimizer": "inner_optimizer! initial_scale dynamic_growth_steps name",
    "MultiOptimizer": "optimizer_map! loss_scale_factor name",
    "Muon": (
        "learning_rate adam_beta_1 adam_beta_2 adam_weight_decay epsilon "
        "weight_decay clipnorm clipvalue global_clipnorm use_ema ema_momentum "
        "ema_overwrite_frequency loss_scale_factor gradient_accumulation_steps "
        "name exclude_layers exclude_embeddings muon_a muon_b muon_c "
        "adam_lr_ratio momentum ns_steps nesterov rms_rate"
    ),
    "Nadam": "learning_rate beta_1 beta_2 epsilon *",
    "OptimizerMap": "default_optimizer! optimizer_map",
    "RMSprop": "learning_rate rho momentum epsilon centered *",
    "SGD": "learning_rate momentum nesterov *",
    "ScheduleFreeAdamW": "learning_rate beta_1 beta_2 epsilon warmup_steps *",
}


class Optimizer(Inert):
    """What an optimizer of a reader's own extends."""

    learning_rate: Any = None


_classes = classes(
    __name__,
    {name: takes.replace("*", SHARED) for name, takes in DESCRIBED.items()},
    Optimizer,
)
globals().update(_classes)

get = deserialize = lookup(__name__, _classes, OPTIMIZERS)

__all__ = ["Optimizer", "deserialize", "get", "schedules", "serialize"]
__all__ += _classes
