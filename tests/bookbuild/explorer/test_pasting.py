"""A reader's lines: run with byhand for Keras, or refused by a sentence."""

import sys

import pytest

from bookbuild.explorer import pasting
from bookbuild.explorer.errors import AskedError
from tests.shapes.pasted_cells import CELLS


@pytest.mark.parametrize("name", CELLS)
def test_lines_of_guides_run_as_they_are(name):
    assert "model" in pasting.run(CELLS[name]).networks


@pytest.mark.parametrize(
    "lines",
    [
        "import keras.layers as L\nnet = L.Input((3,))",
        "from tensorflow import keras\nimport tensorflow as tf\n"
        "net = tf.keras.Sequential([keras.Input((3,))])",
        "from tensorflow.keras.layers import Dense, Input\n"
        "from tensorflow.keras import Sequential as S\n"
        "net = S([Input((3,)), Dense(2)])",
        "import math\nfrom collections import OrderedDict\nimport keras\n"
        "net = keras.Sequential([keras.Input((math.comb(4, 2),))])",
        "net = keras.Sequential([layers.Dense(2)])",  # names that a chapter has
    ],
)
def test_imports_lead_to_byhand(lines):
    if "L.Input" in lines:
        lines += "\nimport keras\nnet = keras.Model(net, net)"
    assert "net" in pasting.run(lines).networks


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ("import os", "Line 1 imports os, which is not here"),
        ("x = 1\nfrom torch import nn", "Line 2 imports torch"),
        ("from . import x", "Line 1 imports from a package"),
        ("import tensorflow as tf\ntf.data.Dataset", "tensorflow.data is not here"),
        ("import keras.nowhere.at_all as k", "not here|no attribute"),
        ("from keras import Dens", "Line 1"),
        ("exec('1')", "exec\\(\\) is not here"),
        ("input()", "input\\(\\) is not here"),
        ("().__class__.__subclasses__()", "Line 1 uses __subclasses__"),
        ("__builtins__", "Line 1 uses __builtins__"),
        ("__import__('os')", "Line 1 uses __import__"),
        ("x = 1", "leave no model"),
        ("x = (", "Line 1 is no Python"),
        ("x = '\0'", "no Python"),
        ("def f(): f()\nf()", "Line 1: a function calls itself"),
        ("raise SystemExit(3)", "end themselves"),
        ("raise KeyboardInterrupt", "KeyboardInterrupt"),
        ("x = 1\n1 / 0", "Line 2: ZeroDivisionError: division by zero"),
        ("x = 1\n" * 100_000, "at most 200,000"),
        ("(" * 10_000, "no Python|nested"),
        ("x = " + "-" * 50_000 + "1", "nested|no Python"),
    ],
)
def test_what_will_not_do_is_a_sentence(lines, words):
    with pytest.raises(AskedError, match=words) as error:
        pasting.run(lines)
    assert "\n" not in str(error.value)


def test_what_is_printed_is_kept_up_to_a_length(capsys):
    lines = "import keras\nnet = keras.Sequential()\nprint('x' * 10)\n"
    assert pasting.run(lines).printed == "x" * 10 + "\n"
    long = lines + f"print('y' * {2 * pasting.PRINTED})"
    assert len(pasting.run(long).printed) == pasting.PRINTED
    assert capsys.readouterr().out == ""


def test_the_interpreter_is_left_as_it_was():
    limit, held = sys.getrecursionlimit(), set(sys.modules)
    with pytest.raises(AskedError):
        pasting.run("import keras\ndef f(): f()\nf()")
    assert sys.getrecursionlimit() == limit
    assert not {"keras", "tensorflow"} & (set(sys.modules) - held)
