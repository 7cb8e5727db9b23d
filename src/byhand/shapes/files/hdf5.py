"""The configuration in an HDF5 file, as Keras 2 wrote by default (.h5, .hdf5).

Only this format needs a library, h5py, which is imported when such a file is met.
"""

from __future__ import annotations

from byhand.shapes.errors import ReadError
from byhand.shapes.files.opening import LARGEST, Opened
from byhand.shapes.outcome import WeightSpec

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

MOST_LAYERS = 100  # for which weights are looked up
MOST_WEIGHTS = 1000  # of one layer

WEIGHTS_ALONE = (
    "holds weights alone, which say nothing of the layers; save the whole model, or "
    "give what model.to_json() returns"
)


class Weights:
    """The weights that an HDF5 file holds, for layers for which there is no rule.

    Their shapes alone are read, when they are asked for.
    """

    def __init__(self, opened: Opened) -> None:
        self._opened = opened
        self._asked = 0

    def get(self, name: str, default: Any, /) -> Any:
        """Return (None, weights of a layer), or a default if they are not there."""
        import h5py

        self._asked += 1
        if self._asked > MOST_LAYERS:
            return default
        try:
            with h5py.File(self._opened.file, "r") as file:
                group = _inside(file, ["model_weights", name])
                paths = list(group.attrs["weight_names"])[:MOST_WEIGHTS]
                return None, [_weight(group, path) for path in paths]
        except Exception:  # a group that is not there, or not as Keras writes it
            return default


def _inside(group: Any, path: Sequence[str]) -> Any:
    """Return what lies in a file itself; links may lead to any other file."""
    import h5py

    for name in path:
        if not isinstance(group.get(name, getlink=True), h5py.HardLink):
            raise KeyError(name)
        group = group[name]
    return group


def _weight(group: Any, path: Any) -> WeightSpec:
    """Return a weight of a layer."""
    path = path.decode() if isinstance(path, bytes) else str(path)
    lengths = _inside(group, path.split("/")).shape
    name = path.rpartition("/")[2].partition(":")[0]
    axes = {f"n_{axis}": int(length) for axis, length in enumerate(lengths, start=1)}
    return WeightSpec(name, axes, trainable=not name.startswith("moving_"))


def configuration_text(opened: Opened) -> str:
    """Return the JSON that Keras keeps in the attribute "model_config".

    Raises
    ------
    ReadError
        If h5py is not installed, or the file holds no configuration.
    """
    where = opened.where
    try:
        import h5py
    except ImportError:
        raise ReadError(
            f"{where} is an HDF5 file, and reading it needs h5py: pip install h5py; "
            "or give what model.to_json() returns, or a .keras file"
        ) from None
    try:
        with h5py.File(opened.file, "r") as file:
            text = _attribute(file)
            names = [str(name) for _, name in zip(range(100), file, strict=False)]
            attributes = set(file.attrs)
    except ReadError as error:
        raise ReadError(f"{where} {error}") from None
    except Exception as error:  # h5py raises many kinds for a damaged file
        words = " ".join(str(error).split())[:200]
        raise ReadError(f"{where} is a damaged HDF5 file: {words}") from None
    if text is not None:
        return text
    if "layer_names" in attributes or {"layers", "_layer_checkpoint_dependencies"} & {
        *names
    }:
        raise ReadError(f"{where} {WEIGHTS_ALONE}")
    raise ReadError(
        f"{where} is an HDF5 file without the attribute model_config, so it is no "
        f"model of Keras; if it is one of its weights, it {WEIGHTS_ALONE}"
    )


def _attribute(file: Any) -> str | None:
    """Return the configuration, if it is there and of a sensible length."""
    if "model_config" not in file.attrs:
        return None
    if file.attrs.get_id("model_config").get_storage_size() > LARGEST:
        raise ReadError(f"has a model_config of over {LARGEST:,} bytes")
    value = file.attrs["model_config"]
    if isinstance(value, bytes):
        value = value.decode("utf-8")
    if not isinstance(value, str):
        raise ReadError(f"has a model_config of type {type(value).__name__}")
    if len(value) > LARGEST:
        raise ReadError(f"has a model_config of over {LARGEST:,} bytes")
    return value
