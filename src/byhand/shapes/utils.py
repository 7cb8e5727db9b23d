"""`keras.utils`: what needs no numbers; the rest is refused in one sentence."""

from __future__ import annotations

from byhand.shapes.backend import clear_session, is_keras_tensor, standardize_dtype
from byhand.shapes.config import (
    disable_interactive_logging,
    enable_interactive_logging,
    is_interactive_logging_enabled,
)
from byhand.shapes.errors import UnsupportedError
from byhand.shapes.inert import Inert, refusing
from byhand.shapes.known_names import words
from byhand.shapes.saving import (
    CustomObjectScope,
    custom_object_scope,
    deserialize_keras_object,
    get_custom_objects,
    get_registered_name,
    get_registered_object,
    register_keras_serializable,
    serialize_keras_object,
)
from byhand.shapes.tensor import Tensor, calls_before

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

# Functions that need numbers, pictures or files.
DATA = words(
    """
    FeatureSpace array_to_img audio_dataset_from_directory get_file
    image_dataset_from_directory img_to_array load_img normalize pad_sequences
    save_img split_dataset text_dataset_from_directory timeseries_dataset_from_array
    to_categorical
    """
)

_functions = refusing(__name__, DATA, "leave the line out, or prepare data with Keras")
globals().update(_functions)

__all__ = [
    "Config",
    "CustomObjectScope",
    "Progbar",
    "PyDataset",
    "Sequence",
    "clear_session",
    "custom_object_scope",
    "deserialize_keras_object",
    "disable_interactive_logging",
    "enable_interactive_logging",
    "get_custom_objects",
    "get_registered_name",
    "get_registered_object",
    "get_source_inputs",
    "is_interactive_logging_enabled",
    "is_keras_tensor",
    "model_to_dot",
    "pack_x_y_sample_weight",
    "plot_model",
    "register_keras_serializable",
    "serialize_keras_object",
    "set_random_seed",
    "standardize_dtype",
    "unpack_x_y_sample_weight",
]
__all__ += _functions


class PyDataset(Inert):
    """What a data set of a reader's own extends."""

    takes = ("workers", "use_multiprocessing", "max_queue_size")


Sequence = PyDataset


class Progbar(Inert):
    """A bar that shows how far a training is, which changes no shape."""

    takes = (
        *("target!", "width", "verbose", "interval", "stateful_metrics"),
        *("stateless_metrics", "unit_name"),
    )

    def update(self, *given: Any, **named: Any) -> None:
        """Show nothing."""

    add = update


class Config(Inert):
    """A set of values under names."""

    takes = ("**values",)


def set_random_seed(seed: int) -> None:
    """Take a seed, which changes no shape."""


def pack_x_y_sample_weight(x: Any, y: Any = None, sample_weight: Any = None) -> Any:
    """Return the values in a tuple, those that are None at the end left out."""
    if y is None:
        return x if not isinstance(x, list | tuple) else (x,)
    return (x, y) if sample_weight is None else (x, y, sample_weight)


def unpack_x_y_sample_weight(data: Any) -> tuple[Any, Any, Any]:
    """Return three values, None for those that are not there."""
    values = list(data) if isinstance(data, list | tuple) else [data]
    x, y, weight = [*values, None, None][:3]
    return x, y, weight


def get_source_inputs(tensor: Tensor) -> list[Tensor]:
    """Return the inputs that a tensor comes from."""
    calls = calls_before([tensor])
    starts = [one for call in calls for one in call.inputs if one.call is None]
    return list({id(one): one for one in starts if one.weight is None}.values())


def plot_model(
    model: Any, to_file: Any = "model.png", *given: Any, **options: Any
) -> None:
    """Draw a model into an SVG file; for a picture of another kind, say how.

    Parameters
    ----------
    model : Sequential or Model
        A network with its input.
    to_file : str or path
        Where to draw; a name that ends in ".svg".
    """
    if str(to_file).lower().endswith(".svg"):
        type(model).draw(model, to_file, style="graph")
    else:
        print(
            f"{to_file} is not drawn: pictures are SVG here; write "
            "model.draw('model.svg', style='graph')"
        )


def model_to_dot(model: Any, *given: Any, **options: Any) -> Any:
    """Refuse: pydot is not used here.

    Raises
    ------
    UnsupportedError
        Always.
    """
    raise UnsupportedError(
        "there is no graph of pydot here: write model.draw('model.svg', style='graph')"
    )
