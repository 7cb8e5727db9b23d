"""`keras.applications`: networks of the field, built by Keras itself and read here.

Keras is imported when one of them is asked for, and makes it without weights, for
numbers change no shape.
"""

from __future__ import annotations

import contextlib
import sys
from types import ModuleType

from byhand.shapes.errors import ShapeError, UnsupportedError
from byhand.shapes.graph import Model
from byhand.shapes.inert import bound, refusing
from byhand.shapes.ops.operation import applied, shape_of, unchanged
from byhand.shapes.tensor import Tensor, show
from byhand.shapes.utils import get_source_inputs
from byhand.shapes.variables import NO_NUMBERS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from byhand.shapes.network import Network
    from byhand.shapes.outcome import Outcome

_TOP = "include_top weights input_tensor"
_END = "pooling classes classifier_activation"
_REST = f"weights input_tensor input_shape {_END} name"
_MOST = f"{_TOP} input_shape {_END} name"
_SHAPE_FIRST = f"input_shape {_TOP} {_END} name"
_PREPROCESSING = f"{_TOP} input_shape {_END} include_preprocessing name"
_MOBILENET_V3 = (
    f"input_shape alpha minimalistic {_TOP} classes pooling dropout_rate "
    "classifier_activation include_preprocessing name"
)

# The networks of each module, with the names of their arguments.
MODULES = {
    "convnext": {
        f"ConvNeXt{size}": f"include_top include_preprocessing {_REST}"
        for size in ("Tiny", "Small", "Base", "Large", "XLarge")
    },
    "densenet": {f"DenseNet{depth}": _MOST for depth in (121, 169, 201)},
    "efficientnet": {f"EfficientNetB{number}": _MOST for number in range(8)},
    "efficientnet_v2": {
        f"EfficientNetV2{size}": _PREPROCESSING
        for size in ("B0", "B1", "B2", "B3", "S", "M", "L")
    },
    "inception_resnet_v2": {"InceptionResNetV2": _MOST},
    "inception_v3": {"InceptionV3": _MOST},
    "mobilenet": {
        "MobileNet": f"input_shape alpha depth_multiplier dropout {_TOP} {_END} name"
    },
    "mobilenet_v2": {"MobileNetV2": f"input_shape alpha {_TOP} {_END} name"},
    "mobilenet_v3": {},
    "nasnet": {"NASNetLarge": _SHAPE_FIRST, "NASNetMobile": _SHAPE_FIRST},
    "resnet": {f"ResNet{depth}": _MOST for depth in (50, 101, 152)},
    "resnet50": {"ResNet50": _MOST},
    "resnet_v2": {f"ResNet{depth}V2": _MOST for depth in (50, 101, 152)},
    "vgg16": {"VGG16": _MOST},
    "vgg19": {"VGG19": _MOST},
    "xception": {"Xception": _MOST},
    "imagenet_utils": {},
}

# Networks that Keras has in no module of theirs.
ALONE = {"MobileNetV3Large": _MOBILENET_V3, "MobileNetV3Small": _MOBILENET_V3}

# Modules whose networks prepare images themselves, so that theirs changes nothing.
PREPARED = {"convnext", "efficientnet", "efficientnet_v2", "mobilenet_v3"}


_WAITING = "uninitialized_variables"  # the name of Keras's list of them


@contextlib.contextmanager
def weights_without_values() -> Iterator[None]:
    """Let Keras make weights that have a shape and take no memory.

    Keras puts such weights on a list, and gives all of them their values the next time
    that anybody else builds a layer: half a gigabyte for a VGG16 that nobody wanted to
    run. What was made here is therefore taken off the list at the end.
    """
    import keras
    from keras.src.backend.common import global_state

    waiting = list(global_state.get_global_attribute(_WAITING) or ())
    try:
        with keras.StatelessScope(initialize_variables=False):
            yield
    finally:
        global_state.set_global_attribute(_WAITING, waiting)


def built(name: str, values: dict[str, Any]) -> Network:
    """Return an application that Keras has built.

    Parameters
    ----------
    name : str
        Its name in keras.applications.
    values : dict of str to object
        Keras's arguments; `weights` is set to None, and a line on stderr says so.

    Raises
    ------
    ImportError
        If Keras is not installed.
    ShapeError
        If Keras refuses the arguments.
    """
    try:
        import keras
    except ImportError:
        raise ImportError(
            f"{name} is built by Keras itself, which is not installed; install it "
            "with `pip install keras tensorflow`, or read a file of the model with "
            "load_model"
        ) from None
    from byhand.shapes.live_keras import from_keras

    start = values.pop("input_tensor", None)
    if isinstance(start, Tensor) and start.shape is not None:
        values["input_shape"] = _numbers(start.shape[1:])
    weights = values.pop("weights", "imagenet")
    if weights is not None:
        _refuse_other_than_trained(name, weights, values)
        print(
            f"byhand.shapes: {name} is built with weights=None: numbers change no "
            "shape and no count",
            file=sys.stderr,
        )
    try:
        with weights_without_values():
            model = getattr(keras.applications, name)(weights=None, **values)
    except (TypeError, ValueError) as error:
        raise ShapeError(f"Keras refuses this {name}: {error}") from None
    network: Network = from_keras(model)
    return network if start is None else _starting_at(network, start)


def _refuse_other_than_trained(name: str, weights: Any, values: dict[str, Any]) -> None:
    """Refuse what Keras refuses because of the weights that it would load."""
    if weights != "imagenet":
        return
    classes = values.get("classes", 1000)
    if values.get("include_top", True) and classes != 1000:
        raise ShapeError(
            f"{name} has 1000 classes with weights='imagenet', got classes={classes}; "
            "write include_top=False and a Dense of your own, or weights=None"
        )
    shape = values.get("input_shape")
    if shape is not None and len(shape) == 3 and 3 not in (shape[0], shape[-1]):
        raise ShapeError(
            f"{name} takes 3 channels with weights='imagenet', got "
            f"input_shape={show(tuple(shape))}; write weights=None"
        )


def _numbers(lengths: Any) -> tuple[int | None, ...]:
    """Return lengths as Keras takes them: None for one that is open."""
    return tuple(int(length) if isinstance(length, int) else None for length in lengths)


def _starting_at(network: Network, start: Tensor) -> Network:
    """Return a network that receives a tensor of the reader's."""
    (old,) = network._inputs_
    for call in network._calls_:
        if any(tensor is old for tensor in call.inputs):
            given = [start if tensor is old else tensor for tensor in call.inputs]
            call.arguments = call.arguments.replaced(given)
    inputs = get_source_inputs(start) or [start]
    return Model(inputs, network._outputs_[0], name=network.name)


def _application(name: str, takes: str) -> Any:
    """Return the function of an application."""

    def application(*given: Any, **named: Any) -> Network:
        return built(name, bound(name, takes.split(), given, named))

    application.__name__ = application.__qualname__ = name
    application.__module__ = __name__
    application.__doc__ = f"Return {name}, built by Keras without weights."
    return application


def _preprocessing(module: str) -> Any:
    """Return the function of a module that prepares images."""

    def preprocess_input(x: Any, data_format: Any = None, **options: Any) -> Any:
        """Return images prepared for a network, in the shape that they had."""
        if not isinstance(x, Tensor):
            raise UnsupportedError(
                f"{NO_NUMBERS}, so preprocess_input does nothing: leave the line out, "
                "or prepare data with Keras"
            )
        if module in PREPARED:
            return x
        return applied("PreprocessInput", _same, [x], {})

    preprocess_input.__module__ = f"{__name__}.{module}"
    return preprocess_input


def _same(x: Tensor) -> Outcome:
    """Return the outcome of arithmetic on each number."""
    return unchanged(shape_of(x))


def _module(name: str, functions: dict[str, Any]) -> ModuleType:
    """Return a module for a family, which can be imported under its name."""
    module = ModuleType(f"{__name__}.{name}", f"Keras's {name}, built by Keras.")
    advice = "leave the line out, or predict with Keras"
    vars(module).update(functions, preprocess_input=_preprocessing(name))
    vars(module).update(refusing(module.__name__, ["decode_predictions"], advice))
    sys.modules[module.__name__] = module
    return module


_functions = {
    name: _application(name, takes)
    for family in (*MODULES.values(), ALONE)
    for name, takes in family.items()
}
_modules = {
    name: _module(name, {each: _functions[each] for each in family})
    for name, family in MODULES.items()
}
__path__: list[str] = []  # so that its parts can be imported by name
globals().update(_functions | _modules)

__all__ = []
__all__ += _functions
__all__ += _modules
