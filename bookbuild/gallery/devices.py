"""Name the device that Keras computes on, and tell whether a card was used.

The standard library only, until one asks a backend: the build of the book and the
runs of examples both ask.
"""

import os
import platform
import sys
from pathlib import Path

BACKENDS = {"tensorflow": "TensorFlow", "jax": "JAX", "torch": "PyTorch"}
# What hides every card from a backend that is not imported yet.
HIDDEN = {"CUDA_VISIBLE_DEVICES": "-1", "JAX_PLATFORMS": "cpu"}


def processor() -> str:
    """Return the name of the processor and how many of its cores there are."""
    name = platform.processor() or platform.machine()
    information = Path("/proc/cpuinfo")
    if information.exists():
        for line in information.read_text(encoding="utf-8").splitlines():
            key, _, value = line.partition(":")
            if key.strip() == "model name" and value.strip():
                name = value.strip()
                break
    bound = getattr(os, "sched_getaffinity", None)
    cores = len(bound(0)) if bound else os.cpu_count() or 1
    return f"{name}, {cores} core{'s' * (cores > 1)}"


def card(backend: str) -> str | None:
    """Return the name of the graphics card that a backend sees, or None."""
    if backend == "torch":
        import torch

        return torch.cuda.get_device_name(0) if torch.cuda.is_available() else None
    if backend == "jax":
        import jax

        first = jax.devices()[0]
        return None if first.platform == "cpu" else first.device_kind
    if backend == "tensorflow":
        import tensorflow as tf

        cards = tf.config.list_physical_devices("GPU")
        if not cards:
            return None
        details = tf.config.experimental.get_device_details(cards[0])
        return details.get("device_name", "a graphics card")
    return None


def peak_memory(backend: str) -> int:
    """Return the most bytes that a backend has held on the card, 0 if it was idle."""
    if backend == "torch":
        import torch

        return int(torch.cuda.max_memory_allocated())
    if backend == "jax":
        import jax

        statistics = jax.devices()[0].memory_stats() or {}
        return int(statistics.get("peak_bytes_in_use", 0))
    import tensorflow as tf

    return int(tf.config.experimental.get_memory_info("GPU:0")["peak"])


def in_use() -> tuple[str, str]:
    """Return the backend that this process has loaded, or "", and its device."""
    if "keras" not in sys.modules:
        return "", processor()
    import keras

    backend = str(keras.backend.backend())
    return backend, card(backend) or processor()
