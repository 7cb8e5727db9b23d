"""`keras.losses`: what is made small by training, which changes no shape."""

from __future__ import annotations

from byhand.shapes.inert import Inert, classes, lookup, refusing, serialize
from byhand.shapes.known_names import LOSSES, words
from byhand.shapes.tensor import Tensor, tensors_in
from byhand.shapes.variables import constant

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

# The classes, each with the names of its arguments, and the functions.
DESCRIBED = {
    "BinaryCrossentropy": "from_logits label_smoothing axis reduction name dtype",
    "BinaryFocalCrossentropy": (
        "apply_class_balancing alpha gamma from_logits label_smoothing axis "
        "reduction name dtype"
    ),
    "CTC": "reduction name dtype",
    "CategoricalCrossentropy": "from_logits label_smoothing axis reduction name dtype",
    "CategoricalFocalCrossentropy": (
        "alpha gamma from_logits label_smoothing axis reduction name dtype"
    ),
    "CategoricalGeneralizedCrossEntropy": "q reduction name dtype",
    "CategoricalHinge": "reduction name dtype",
    "Circle": "gamma margin remove_diagonal reduction name dtype",
    "CosineSimilarity": "axis reduction name dtype",
    "Dice": "reduction name axis dtype",
    "Hinge": "reduction name dtype",
    "Huber": "delta reduction name dtype",
    "KLDivergence": "reduction name dtype",
    "LogCosh": "reduction name dtype",
    "MeanAbsoluteError": "reduction name dtype",
    "MeanAbsolutePercentageError": "reduction name dtype",
    "MeanSquaredError": "reduction name dtype",
    "MeanSquaredLogarithmicError": "reduction name dtype",
    "Poisson": "reduction name dtype",
    "SparseCategoricalCrossentropy": (
        "from_logits ignore_class reduction axis name dtype"
    ),
    "SquaredHinge": "reduction name dtype",
    "Tversky": "alpha beta reduction name axis dtype",
}
FUNCTIONS = words(
    """
    binary_crossentropy binary_focal_crossentropy categorical_crossentropy
    categorical_focal_crossentropy categorical_generalized_cross_entropy
    categorical_hinge circle cosine_similarity ctc dice hinge huber kl_divergence
    log_cosh mean_absolute_error mean_absolute_percentage_error mean_squared_error
    mean_squared_logarithmic_error poisson sparse_categorical_crossentropy
    squared_hinge tversky
    """
)


class Loss(Inert):
    """What a loss of a reader's own extends."""

    takes = ("name", "reduction", "dtype")

    def __call__(self, *given: Any, **named: Any) -> Tensor:
        """Return a single number for tensors, such as the `call` of a layer has."""
        if list(tensors_in([*given, *named.values()])):
            return constant(())
        refused: Tensor = super().__call__(*given, **named)
        return refused


_classes = classes(__name__, DESCRIBED, Loss)
_functions = refusing(
    __name__, FUNCTIONS, "leave the line out, or compute the loss with Keras"
)
globals().update(_classes | _functions)

get = deserialize = lookup(__name__, _classes | _functions, LOSSES)

__all__ = ["Loss", "deserialize", "get", "serialize"]
__all__ += _classes
__all__ += _functions
