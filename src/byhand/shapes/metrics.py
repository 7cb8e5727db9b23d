"""`keras.metrics`: what is measured while a model trains, which changes no shape."""

from __future__ import annotations

from byhand.shapes.inert import Inert, classes, lookup, refusing, serialize
from byhand.shapes.known_names import METRICS, words
from byhand.shapes.tensor import Tensor
from byhand.shapes.variables import Variable, constant

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

# The classes, each with the names of its arguments, and the functions.
DESCRIBED = {
    "AUC": (
        "num_thresholds curve summation_method name dtype thresholds multi_label "
        "num_labels label_weights from_logits"
    ),
    "Accuracy": "name dtype",
    "BinaryAccuracy": "name dtype threshold",
    "BinaryCrossentropy": "name dtype from_logits label_smoothing",
    "BinaryIoU": "target_class_ids threshold name dtype",
    "CategoricalAccuracy": "name dtype",
    "CategoricalCrossentropy": "name dtype from_logits label_smoothing axis",
    "CategoricalHinge": "name dtype",
    "ConcordanceCorrelation": "name dtype axis",
    "CosineSimilarity": "name dtype axis",
    "F1Score": "average threshold name dtype",
    "FBetaScore": "average beta threshold name dtype",
    "FalseNegatives": "thresholds name dtype",
    "FalsePositives": "thresholds name dtype",
    "Hinge": "name dtype",
    "IoU": (
        "num_classes! target_class_ids! name dtype ignore_class sparse_y_true "
        "sparse_y_pred axis"
    ),
    "KLDivergence": "name dtype",
    "LogCoshError": "name dtype",
    "Mean": "name dtype",
    "MeanAbsoluteError": "name dtype",
    "MeanAbsolutePercentageError": "name dtype",
    "MeanIoU": "num_classes! name dtype ignore_class sparse_y_true sparse_y_pred axis",
    "MeanMetricWrapper": "fn! name dtype **kwargs",
    "MeanSquaredError": "name dtype",
    "MeanSquaredLogarithmicError": "name dtype",
    "OneHotIoU": (
        "num_classes! target_class_ids! name dtype ignore_class sparse_y_pred axis"
    ),
    "OneHotMeanIoU": "num_classes! name dtype ignore_class sparse_y_pred axis",
    "PearsonCorrelation": "name dtype axis",
    "Poisson": "name dtype",
    "Precision": "thresholds top_k class_id name dtype",
    "PrecisionAtRecall": "recall! num_thresholds class_id name dtype",
    "R2Score": "class_aggregation num_regressors name dtype",
    "Recall": "thresholds top_k class_id name dtype",
    "RecallAtPrecision": "precision! num_thresholds class_id name dtype",
    "RootMeanSquaredError": "name dtype",
    "SensitivityAtSpecificity": "specificity! num_thresholds class_id name dtype",
    "SparseCategoricalAccuracy": "name dtype",
    "SparseCategoricalCrossentropy": "name dtype from_logits ignore_class axis",
    "SparseTopKCategoricalAccuracy": "k name dtype from_sorted_ids",
    "SpecificityAtSensitivity": "sensitivity! num_thresholds class_id name dtype",
    "SquaredHinge": "name dtype",
    "Sum": "name dtype",
    "TopKCategoricalAccuracy": "k name dtype",
    "TrueNegatives": "thresholds name dtype",
    "TruePositives": "thresholds name dtype",
}
FUNCTIONS = words(
    """
    binary_accuracy binary_crossentropy binary_focal_crossentropy
    categorical_accuracy categorical_crossentropy categorical_focal_crossentropy
    categorical_hinge concordance_correlation hinge huber kl_divergence log_cosh
    mean_absolute_error mean_absolute_percentage_error mean_squared_error
    mean_squared_logarithmic_error pearson_correlation poisson
    sparse_categorical_accuracy sparse_categorical_crossentropy
    sparse_top_k_categorical_accuracy squared_hinge top_k_categorical_accuracy
    """
)


class Metric(Inert):
    """What a metric of a reader's own extends."""

    takes = ("dtype", "name")

    def add_variable(
        self,
        shape: Any = (),
        initializer: Any = "zeros",
        dtype: Any = None,
        **more: Any,
    ) -> Variable:
        """Return a weight of the metric's own, which counts for no model."""
        return Variable(initializer, shape, dtype=dtype, trainable=False)

    add_weight = add_variable

    def update_state(self, *given: Any, **named: Any) -> None:
        """Take values, which changes no shape."""

    def reset_state(self) -> None:
        """Begin anew, which changes no shape."""

    def result(self) -> Tensor:
        """Return a single number."""
        return constant(())


_classes = classes(__name__, DESCRIBED, Metric)
_functions = refusing(
    __name__, FUNCTIONS, "leave the line out, or compute the metric with Keras"
)
globals().update(_classes | _functions)

get = deserialize = lookup(__name__, _classes | _functions, METRICS)

__all__ = ["Metric", "deserialize", "get", "serialize"]
__all__ += _classes
__all__ += _functions
