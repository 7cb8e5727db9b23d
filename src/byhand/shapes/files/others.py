"""What people give that describes no network, told in one sentence each.

Each sentence says what it is and what to give in its place.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from typing import Any

JSON = "give what model.to_json() returns, or a .keras file"
FROM_TORCH = (
    "which only PyTorch can read; in Python, pass the module to "
    "byhand.shapes.from_torch(module, input_size)"
)

# How files begin, and what they are.
BEGINNINGS = [
    (b"\x93NUMPY", f"is an array of NumPy, which holds numbers alone; {JSON}"),
    (b"\x1f\x8b", "is compressed by gzip; unpack it first"),
    (b"BZh", "is compressed by bzip2; unpack it first"),
    (b"\xfd7zXZ\x00", "is compressed by xz; unpack it first"),
    (b"7z\xbc\xaf", "is an archive of 7-Zip; unpack it first"),
    (b"Rar!", "is an archive of RAR; unpack it first"),
    (b"%PDF", f"is a PDF; {JSON}"),
    (b"\x89PNG", f"is a picture; {JSON}"),
    (b"\xff\xd8\xff", f"is a picture; {JSON}"),
    (b"GGUF", f"is a GGUF file of weights, which names no layers of Keras; {JSON}"),
]

SAVED_MODEL = (
    "which only TensorFlow can read; load it there with tf.keras.models.load_model, "
    "and give what model.to_json() returns"
)


def words_for_folder(names: Collection[str]) -> str:
    """Return what a folder is, by the names of what is in it."""
    if "saved_model.pb" in names:
        return f"is a folder of TensorFlow's SavedModel, {SAVED_MODEL}"
    if "model.json" in names:
        return "is a folder; give the file model.json in it"
    kept = sorted(n for n in names if n.endswith((".keras", ".json", ".h5", ".hdf5")))
    if kept:
        return f"is a folder; give one file of it, such as {kept[0][:100]}"
    return f"is a folder, and none that Keras saves; {JSON}"


def words_for_bytes(head: bytes, name: str) -> str:
    """Return what a binary file is, by its first bytes and, failing these, its name."""
    for beginning, words in BEGINNINGS:
        if head.startswith(beginning):
            return words
    if head[4:8] == b"TFL3":
        return (
            "is a model of TensorFlow Lite, whose operations have no layers; give the "
            "Keras model that it was made from"
        )
    if head[:1] == b"\x80" and head[1:2] in b"\x02\x03\x04\x05":
        return (
            "is a pickle, which is never opened here, for it can run any code; for "
            f"PyTorch use byhand.shapes.from_torch(module, input_size), else {JSON}"
        )
    if head[8:9] == b"{" and head[1:8].count(0) >= 4:
        return f"is a safetensors file, which holds weights alone; {JSON}"
    if name.endswith(".pb") or b"saved_model" in head:
        return f"is a file of TensorFlow's SavedModel, {SAVED_MODEL}"
    if name.endswith(".onnx") or (head[:1] == b"\x08" and b"\x12" in head[1:4]):
        return (
            "is a model of ONNX, which keeps no layers of Keras; give the model that "
            "it was made from"
        )
    return f"is no text and of no kind that is known here; {JSON}"


def words_for_archive(names: Collection[str]) -> str:
    """Return what a zip archive without a configuration is, by its entries."""
    if any(name.endswith(("data.pkl", "/byteorder")) for name in names):
        return f"is a file of PyTorch, {FROM_TORCH}"
    if any(name.endswith("saved_model.pb") for name in names):
        return f"is an archive of TensorFlow's SavedModel, {SAVED_MODEL}"
    if names and all(name.endswith(".npy") for name in names):
        return f"is an archive of NumPy's arrays, which holds numbers alone; {JSON}"
    suffixes = (".keras", ".h5", ".hdf5", ".json", ".yaml")
    kept = [n for n in names if n.endswith(suffixes) and "weights" not in n]
    if kept:
        shown = kept[0][:100].encode("ascii", "backslashreplace").decode()
        return f"is an archive; unpack it, and give {shown}"
    return "holds no config.json, so it is no .keras file"


def words_for_text(text: str, name: str) -> str:
    """Return what a text is that is neither JSON nor YAML of a network."""
    start = text.lstrip()[:2000]
    if not start:
        return f"is empty; {JSON}"
    if start[0] == "<":
        return (
            "is a page of HTML, perhaps one that was downloaded in place of a file; "
            f"{JSON}"
        )
    if start.startswith("version https://git-lfs"):
        return "is a pointer of Git LFS; fetch the file itself with git lfs pull"
    if start.startswith("{'") or start.startswith("OrderedDict"):
        return (
            "is no JSON but a dictionary as Python prints it; pass the dictionary to "
            "from_config, or write it with json.dump"
        )
    if start[0] in '{["':
        return "is no JSON"
    code = ("import ", "from ", "def ", "class ", "#!", "@", '"""')
    lines = [line.lstrip() for line in start.splitlines()]
    if name.endswith(".py") or any(line.startswith(code) for line in lines):
        return (
            "is a Python script, which is never run here; run it, and give what "
            "model.to_json() returns, or replace its import of keras by "
            "import byhand.shapes as keras"
        )
    if "Layer (type)" in start:
        return f"is a printed summary, which leaves out how layers are set; {JSON}"
    return f"is a text, but neither JSON nor YAML of a network; {JSON}"


def words_for_json(value: Any) -> str:
    """Return what a JSON text is that describes no network."""
    if isinstance(value, list):
        return f"is a list where a dictionary is expected, {_pairs(len(value))}; {JSON}"
    if not isinstance(value, dict):
        return f"is the JSON of a {type(value).__name__} where a dictionary is expected"
    return _words_for_dictionary(value)


def _pairs(count: int) -> str:
    """Return how many entries a list has, in words."""
    return "an empty one" if count == 0 else f"with {count:,} entries"


def _words_for_dictionary(value: Mapping[str, Any]) -> str:
    """Return what a dictionary is that describes no network."""
    keys = set(value)
    if "nbformat" in keys:
        return (
            "is a notebook, which is never run here; run it, and give what "
            "model.to_json() returns"
        )
    if value.get("format") == "graph-model":
        return (
            "is a graph model of TensorFlow.js, which holds operations and no layers; "
            "convert the Keras model with --output_format=tfjs_layers_model"
        )
    if "weightsManifest" in keys:
        return (
            "lists weights of TensorFlow.js alone; give the model.json that holds "
            "modelTopology"
        )
    if keys & {"architectures", "model_type", "transformers_version"}:
        return f"is a configuration of Hugging Face, which names no layers; {JSON}"
    if {"loss"} <= keys or {"accuracy"} <= keys:
        return f"looks like a history of training; {JSON}"
    shown = ", ".join(repr(key)[:30] for key in list(value)[:5])
    holds = f"with the keys {shown}" if shown else "an empty one"
    return (
        "is a dictionary that describes no network: class_name=None where str is "
        f"expected, {holds}; {JSON}"
    )
