"""Requests of every kind, which are run once to see what answering imports.

What the standard library imports only when it is needed shows in no import statement
of ours. `bookbuild.inpage.packing` runs these in the same interpreter that a reader's
browser runs.
"""

from __future__ import annotations

import base64
import io
import itertools
import json
import zipfile
from collections.abc import Iterator
from typing import Any

from bookbuild.explorer.pasting import PLAIN
from bookbuild.practice import catalogue, protocol

SEEDS = (None, 7)
TYPED = ("896", "3, 3, 32", "0.25", r"\frac{1}{2} x", "nonsense")

IMPORTS = "\n".join(f"import {name}" for name in sorted(PLAIN - {"__future__"}))
LINES = f"""
import keras
from keras import layers
import tensorflow as tf
{IMPORTS}

class Twice(layers.Layer):
    def call(self, x):
        return x * 2

inputs = keras.Input((32, 32, 3))
x = layers.Conv2D(8, 3, padding="same", activation="relu")(inputs)
y = layers.Conv2D(8, 3, dilation_rate=2, padding="same")(x)
x = layers.Add()([x, y])
x = Twice()(x)
x = layers.MaxPooling2D()(x)
x = layers.BatchNormalization()(x)
x = layers.GlobalAveragePooling2D()(x)
outputs = tf.keras.layers.Dense(10, activation="softmax")(x)
model = keras.Model(inputs, outputs)
model.compile("adam", "categorical_crossentropy")
model.summary()
other = keras.Sequential([keras.Input((9,)), layers.Dense(4)])
"""
PLAINLY = """
import keras
model = keras.Sequential([keras.Input((28, 28, 1)), keras.layers.Conv2D(4, 3)])
"""
FAULTY = (
    "model = (",
    "import numpy as np",
    "x = 1",
    "def f(): f()\nf()",
    "import keras\nkeras.layers.Dens(3)",
    "from keras import Input, Sequential, layers\n"
    "Sequential([Input((3, 3, 1)), layers.Conv2D(1, 5)])",
    "raise SystemExit",
    "print(1 / 0)",
    "x = '\\ud800'\nraise ValueError(x)",
)
OF_AXIS = {"kernel": 3, "strides": 2, "dilation": 1, "padding": "same"}
OF_FITS = {"kernel": [1, 7], "strides": [1, 3], "dilation": [1, 2], "depth": [1, 9]}


def configuration() -> str:
    """Return a small model as Keras keeps it, in JSON."""
    layers = [
        {
            "module": "keras.layers",
            "class_name": "InputLayer",
            "config": {"batch_shape": [None, 28, 28, 1], "name": "image"},
        },
        {
            "module": "keras.layers",
            "class_name": "Conv2D",
            "config": {"name": "conv", "filters": 4, "kernel_size": [3, 3]},
        },
    ]
    return json.dumps(
        {
            "module": "keras",
            "class_name": "Sequential",
            "config": {"name": "sample", "layers": layers},
        }
    )


def archive() -> bytes:
    """Return the same model as a .keras file, without weights."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as file:
        entry = zipfile.ZipInfo("config.json", date_time=(2026, 1, 1, 0, 0, 0))
        entry.compress_type = zipfile.ZIP_DEFLATED
        file.writestr(entry, configuration())
    return held.getvalue()


def of_explorer() -> Iterator[dict[str, Any]]:
    """Yield requests of the explorer's page."""
    yield {"do": "model", "lines": LINES}
    yield {"do": "model", "lines": LINES, "model": "other"}
    yield {"do": "model", "lines": configuration(), "input": "30x30x1"}
    yield from ({"do": "model", "lines": lines} for lines in FAULTY)
    texts = [
        *(configuration().encode(name) for name in ("utf-8-sig", "utf-16", "utf-32")),
        archive(),
        archive()[:60],
        b"\x89HDF\r\n\x1a\n" + bytes(600),
        b"class_name: Sequential\nconfig:\n  layers: []\n",
        b"\x80\x04nothing",
        b"\xff\xfe\x00",
    ]
    for content in texts:
        packed = base64.b64encode(content).decode()
        yield {"do": "model", "bytes": packed, "file": "model.keras"}
    yield {"do": "axis", "input": 28, "transposed": False, **OF_AXIS}
    yield {"do": "axis", "input": 28, "transposed": True, **OF_AXIS}
    yield {"do": "fits", "input": 28, "output": 14, "padding": "either", **OF_FITS}
    yield {"do": "fits", "field": 15, "padding": "either", **OF_FITS}
    yield {"do": "nothing"}


def of_exercises() -> Iterator[dict[str, Any]]:
    """Yield requests of every exercise that takes an answer."""
    for label, chapter in catalogue.labels_that_answer().items():
        for seed in SEEDS:
            asked = {"exercise": label, "chapter": chapter, "seed": seed}
            yield {"do": "variant", **asked}
            yield {"do": "explain", **asked}
            parts = protocol.answer({"do": "variant", **asked}).get("parts", [])
            for typed in TYPED:
                yield {"do": "judge", "typed": [typed] * len(parts), **asked}
    yield {"do": "variant", "exercise": "ex-that-is-not-there", "seed": None}


def first() -> list[str]:
    """Return requests that a visit may begin with, as JSON: some of each kind."""
    begun = [{"do": "model", "lines": PLAINLY}, *itertools.islice(of_exercises(), 3)]
    return [json.dumps(one) for one in begun]


def requests() -> list[str]:
    """Return all requests as JSON, each once, in order."""
    return [json.dumps(one) for one in (*of_explorer(), *of_exercises())]
