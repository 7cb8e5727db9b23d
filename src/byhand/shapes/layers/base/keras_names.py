"""What Keras's layers have besides shapes and weights: taken, or refused in words."""

from __future__ import annotations

from byhand.shapes.errors import UnsupportedError
from byhand.shapes.inert import refusal
from byhand.shapes.variables import NO_NUMBERS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any, ClassVar

NO_EFFECT = "leave the line out: it changes no shape"

# Methods of Keras's layers that need numbers.
REFUSED = (
    *("quantize", "quantized_build", "quantized_call", "rematerialized_call"),
    *("stateless_call", "load_own_variables", "save_own_variables"),
)


class KerasNames:
    """Names of Keras's layers that change no shape, and those that need numbers."""

    supports_masking: Any = False
    input_spec: Any = None
    quantization_mode: Any = None

    if TYPE_CHECKING:
        _arguments_: ClassVar[Mapping[str, Any]]
        _built_from_: Any
        dtype: Any
        name: Any

    def compute_output_spec(self, *given: Any, **named: Any) -> Any:
        """Return the tensors that come out, as a call does."""
        return self(*given, **named)  # type: ignore[operator]

    symbolic_call = compute_output_spec

    def compute_mask(self, inputs: Any, previous_mask: Any = None) -> Any:
        """Return no mask: masks change no shape."""
        return previous_mask

    def add_loss(self, loss: Any) -> None:
        """Take a term of the loss, which changes no shape."""

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that the layer was made with, as Keras does."""
        names = ["name", "trainable", "dtype", *self._arguments_]
        return {name: getattr(self, name, None) for name in dict.fromkeys(names)}

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Any:
        """Return a layer made with the arguments that `get_config` gives."""
        return cls(**config)

    def get_weights(self) -> Any:
        """Refuse to give numbers.

        Raises
        ------
        UnsupportedError
            Always.
        """
        raise UnsupportedError(
            f"{NO_NUMBERS}: leave get_weights out, or use Keras; .weights has shapes"
        )

    def set_weights(self, weights: Any) -> None:
        """Refuse to take numbers.

        Raises
        ------
        UnsupportedError
            Always.
        """
        raise UnsupportedError(
            f"{NO_NUMBERS}: leave set_weights out; it changes no shape"
        )

    @property
    def compute_dtype(self) -> str:
        """The type that it computes in."""
        return self.dtype if isinstance(self.dtype, str) else "float32"

    variable_dtype = input_dtype = compute_dtype

    @property
    def dtype_policy(self) -> Any:
        """The policy for types that it was made with, or the type."""
        return self.dtype or self.compute_dtype

    @dtype_policy.setter
    def dtype_policy(self, value: Any) -> None:
        self.dtype = value

    @property
    def path(self) -> Any:
        """Its name; nothing stands before it."""
        return self.name

    @property
    def metrics(self) -> list[Any]:
        """No metrics: nothing is trained."""
        return []

    metrics_variables = metrics

    @property
    def losses(self) -> list[Any]:
        """No terms of the loss: there are no numbers."""
        return []

    def get_build_config(self) -> Any:
        """Return the shape of the input that it was built for; None before that."""
        made_for = self._built_from_
        return {"input_shape": made_for[0]} if made_for else None

    def build_from_config(self, config: Mapping[str, Any]) -> None:
        """Build it for the shape that `get_build_config` gives."""
        if config and config.get("input_shape") is not None:
            self.build(config["input_shape"])  # type: ignore[attr-defined]


for _name in REFUSED:
    setattr(KerasNames, _name, refusal(__name__, _name, NO_EFFECT))
