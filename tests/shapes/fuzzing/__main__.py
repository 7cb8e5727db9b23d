"""Spoil many networks and judge each; print the faults as JSON.

python -m tests.shapes.fuzzing json 0 500      # mutants 0 to 499 of a kind
python -m tests.shapes.fuzzing json 17         # one of them, in all detail
"""

import contextlib
import io
import json
import os
import pprint
import random
import sys
import tempfile
from collections import Counter
from pathlib import Path

import byhand.shapes
from byhand.shapes import Input, Model, from_config, from_keras_json, load
from byhand.shapes.__main__ import main as command_line
from byhand.shapes.layers import Layer
from tests.shapes.fuzzing import models, mutation
from tests.shapes.fuzzing.judging import judged, peak
from tests.shapes.fuzzing.views import views


class Case:
    """A spoiled description, and how it is read.

    Attributes
    ----------
    given : object
        The description, to be shown where it finds a fault.
    read : callable
        Returns a network, or None where there is nothing to look at.
    """

    def __init__(self, given, read):
        self.given = given
        self.read = read


def of_json(rng, folder, *, made=models.MODELS, kept=lambda model: model):
    """Return a spoiled model of Keras 3, as JSON."""
    text = json.dumps(mutation.spoiled(kept(rng.choice(made)()), rng))
    return Case(text, lambda: from_keras_json(text))


def of_keras_2(rng, folder):
    """Return a spoiled model of Keras 2, as JSON."""
    return of_json(rng, folder, made=models.KERAS_2, kept=models.as_keras_2)


def of_text(rng, folder):
    """Return a text that was JSON, in a file."""
    model = rng.choice(models.MODELS)()
    text = mutation.spoiled_text(json.dumps(model), rng)
    content = text.encode("utf-8", "surrogatepass")
    path = folder / "model.json"
    path.write_bytes(content)
    return Case(content, lambda: from_keras_json(path))


def of_objects(rng, folder):
    """Return a dictionary that may hold itself, or what JSON does not have."""
    config = mutation.closed(rng.choice(models.MODELS)(), rng)
    return Case(config, lambda: from_config(config))


def of_archive(rng, folder):
    """Return the bytes of a .keras file, spoiled inside or outside."""
    model = rng.choice(models.MODELS)()
    if rng.random() < 0.3:
        model = mutation.spoiled(model, rng)
    content = mutation.archive(model, rng)
    path = folder / "model.keras"
    path.write_bytes(content)
    return Case(content, lambda: load(path))


def of_command(rng, folder):
    """Return a command line; it prints its own views."""
    arguments = mutation.command(rng)

    def read():
        said = io.StringIO()
        with contextlib.redirect_stderr(said), contextlib.redirect_stdout(said):
            status = command_line(arguments)
        assert status in (0, 2), f"ends with {status!r}"
        assert said.getvalue().strip(), "says nothing"

    return Case(arguments, read)


def of_lines(rng, folder):
    """Return lines of Python that make layers and call them."""
    shapes, made = mutation.chain(rng)

    def read():
        inputs = [Input(shape) for shape in shapes]
        x = inputs if len(inputs) > 1 else inputs[0]
        for kind, arguments in made:
            layer = getattr(byhand.shapes.layers, kind)(**arguments)
            if not isinstance(layer, Layer):
                return None
            x = layer(x)
        return Model(inputs, x)

    return Case((shapes, made), read)


KINDS = {
    "json": of_json,
    "keras_2": of_keras_2,
    "text": of_text,
    "objects": of_objects,
    "archive": of_archive,
    "command": of_command,
    "lines": of_lines,
}


def case_of(kind, number, folder):
    """Return one case; the same number gives the same one."""
    rng = random.Random(f"{kind} {number}")  # noqa: S311 -- no secrets
    return KINDS[kind](rng, folder)


def ends_of(case, folder):
    """Yield (view, kind, words) for what became of a case."""
    network, kind, words = judged(case.read)
    yield "read", kind, words
    if network is not None:
        for view, action in views(network, folder):
            _, kind, words = judged(action)
            yield view, kind, words


def run(kind, numbers, folder):
    """Judge cases; return how many ended how, and the faults."""
    ends, faults = Counter(), []
    for number in numbers:
        print(kind, number, file=sys.stderr, flush=True)  # the last one, if it hangs
        case = case_of(kind, number, folder)
        for view, end, words in ends_of(case, folder):
            if view == "read" or end == "fault":
                ends[end] += 1
            if end == "fault":
                shown = words[:300].encode("ascii", "backslashreplace").decode()
                faults.append(f"{kind} {number}, {view}: {shown}")
    return {"ends": ends, "faults": faults, "megabytes": round(peak())}


def main():
    kind, first, *rest = sys.argv[1:]
    numbers = range(int(first), int(first) + int(rest[0]) if rest else int(first) + 1)
    with tempfile.TemporaryDirectory() as name:
        os.chdir(name)  # where a command line may write
        folder = Path(name)
        if not rest:
            pprint.pp(case_of(kind, numbers[0], folder).given, width=120)
        print(json.dumps(run(kind, numbers, folder)))


if __name__ == "__main__":
    main()
