"""`keras.config`: settings, of which none changes a shape here."""

from __future__ import annotations

from byhand.shapes.errors import ShapeError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

__all__ = [
    "backend",
    "disable_flash_attention",
    "disable_interactive_logging",
    "disable_traceback_filtering",
    "dtype_policy",
    "enable_flash_attention",
    "enable_interactive_logging",
    "enable_traceback_filtering",
    "enable_unsafe_deserialization",
    "epsilon",
    "floatx",
    "image_data_format",
    "is_flash_attention_enabled",
    "is_interactive_logging_enabled",
    "is_nnx_enabled",
    "is_traceback_filtering_enabled",
    "max_epochs",
    "max_steps_per_epoch",
    "set_backend",
    "set_dtype_policy",
    "set_epsilon",
    "set_floatx",
    "set_image_data_format",
    "set_max_epochs",
    "set_max_steps_per_epoch",
]


def backend() -> str:
    """Return a name: there is no framework behind this package."""
    return "none"


def floatx() -> str:
    """Return the type of numbers that layers have by default."""
    return "float32"


def epsilon() -> float:
    """Return Keras's smallest number."""
    return 1e-7


def image_data_format() -> str:
    """Return where the channels of images are by default."""
    return "channels_last"


def set_image_data_format(data_format: str) -> None:
    """Take Keras's default, and refuse another.

    Raises
    ------
    ShapeError
        If the channels are not to be last.
    """
    if data_format != "channels_last":
        raise ShapeError(
            f"the default stays 'channels_last', got {data_format!r}; give each layer "
            "data_format='channels_first'"
        )


def dtype_policy() -> str:
    """Return the type of numbers that layers have by default."""
    return floatx()


def set_dtype_policy(policy: Any) -> None:
    """Take a type of numbers, which changes no shape."""


def set_floatx(value: str) -> None:
    """Take a type of numbers, which changes no shape."""


def set_epsilon(value: float) -> None:
    """Take a number, which changes no shape."""


def set_backend(backend: str) -> None:
    """Take the name of a framework, which changes no shape."""


def max_epochs() -> None:
    """Return no bound: nothing is trained."""


def max_steps_per_epoch() -> None:
    """Return no bound: nothing is trained."""


def set_max_epochs(max_epochs: int) -> None:
    """Take a bound, which changes no shape."""


def set_max_steps_per_epoch(max_steps_per_epoch: int) -> None:
    """Take a bound, which changes no shape."""


def enable_unsafe_deserialization() -> None:
    """Change nothing: no function of a file is ever run."""


def enable_flash_attention() -> None:
    """Change nothing: nothing is computed."""


disable_flash_attention = enable_flash_attention
enable_interactive_logging = disable_interactive_logging = enable_flash_attention
enable_traceback_filtering = disable_traceback_filtering = enable_flash_attention


def is_flash_attention_enabled() -> bool:
    """Return that there is no such thing."""
    return False


is_interactive_logging_enabled = is_flash_attention_enabled
is_traceback_filtering_enabled = is_flash_attention_enabled
is_nnx_enabled = is_flash_attention_enabled
