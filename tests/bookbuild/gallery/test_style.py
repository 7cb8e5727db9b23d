"""The style of examples: each rule passes what is good and sees what is planted."""

import pytest

from bookbuild.checks.sources import Source
from bookbuild.gallery import style

HEAD = '''"""
A line
======

Does a line rise?
"""

import keras
import matplotlib.pyplot as plt
import numpy as np
from astropy.modeling.models import Sersic2D
from keras import layers, ops
from keras.optimizers import schedules

'''


def script(code):
    return Source("gallery/lines/plot_line.py", HEAD + code)


def told(rule, code):
    return [fault.what for fault in rule(script(code))]


@pytest.mark.parametrize(
    "code",
    [
        "layers.Conv2D(12, 3, padding='same')",
        "layers.Dense(10, 'softmax')",
        "model.fit(x, y, batch_size=8, epochs=3)",
        "model.compile('adam', 'mse')",
        "ops.where(a, b, c)",
        "ax.plot(x, y, 'o-')",
        "ax.text(x, y, 'here', va='top')",
        "plt.subplots(1, 2, figsize=(6, 3))",
        "Sersic2D(amplitude=1, r_eff=2)",
        "np.pad(a, b, c, d)",
        "mine(1, 2, 3, 4)",
        "box.pack(1, 2, 3, 4)",
        "ax.plot(*points.T)",
    ],
)
def test_calls_that_say_what_they_are_given_pass(code):
    assert told(style.arguments_are_named, code) == []


@pytest.mark.parametrize(
    ("code", "given", "most"),
    [
        ("layers.Conv2D(12, 3, 1, 'same')", 4, 2),
        ("keras.layers.Dense(12, 'relu', True)", 3, 2),
        ("schedules.CosineDecay(0.0, 10, 1.0)", 3, 2),
        ("model.fit(x, x, 128, 80, 0, validation_data=z)", 5, 2),
        ("model.predict(x, 32)", 2, 1),
        ("ops.image.resize(x, (2, 2), 'nearest', True)", 4, 3),
        ("ax.plot(x, y, 'o', u, v, 's')", 6, 3),
        ("ax.scatter(x, y, 12)", 3, 2),
        ("ax.plot(*first, *second)", 4, 3),
        ("plt.figure(1, (6, 3), 100)", 3, 2),
        ("Sersic2D(*light_and_size, *form)", 6, 2),
        ("layers.Dense(*given)", 3, 2),
    ],
)
def test_calls_that_do_not_are_seen(code, given, most):
    (what,) = told(style.arguments_are_named, code)
    assert f"has {given} positional arguments, of which at most {most} say" in what


@pytest.mark.parametrize(
    ("code", "whole"),
    [
        ("ax.plot(x, y, lw=0.7)", "linewidth"),
        ("ax.axvline(x, ls=':')", "linestyle"),
        ("ax.plot(x, y, 'o', ms=5, color='C0')", "markersize"),
        ("ax.plot(x, y, 'o', mew=2)", "markeredgewidth"),
    ],
)
def test_short_names_of_arguments_are_seen(code, whole):
    (what,) = told(style.arguments_are_named, code)
    assert f"short for `{whole}`" in what


@pytest.mark.parametrize(
    "code",
    [
        "a = 1\nb = 2",
        "a, b = b, a",
        "x, y = load()",
        "ends = 1, 2",
        "for a, b in zip(x, y):\n    pass",
        "while (line := read()):\n    pass",
        "for line in lines:\n    print(line)",
        "print(*names)",
    ],
)
def test_statements_that_do_one_thing_pass(code):
    assert told(style.one_statement_does_one_thing, code) == []


@pytest.mark.parametrize(
    ("code", "fragment"),
    [
        ("SEEDS, SIZES = range(3), (8, 32)", "sets several names at once"),
        ("facts['a'], b = 1, 2", "sets several names at once"),
        ("start(rng := make())", "sets a name within a call"),
        ("start(rng=(rng := make()))", "sets a name within a call"),
        ("print(*(f'{a}' for a in b), sep='\\n')", "hides a loop"),
        ("print('in pieces', end='')", "in pieces"),
    ],
)
def test_statements_that_do_several_are_seen(code, fragment):
    (what,) = told(style.one_statement_does_one_thing, code)
    assert fragment in what


CLASS = '''
class Own(layers.Layer):
    """A layer."""

    def call(self, x):
        a = 1
        b = 2
        c = 3
        return a + b + c
'''
LONG = "    a = 1\n    b = 2\n    c = 3\n    return a + b + c\n"


@pytest.mark.parametrize(
    "code",
    [
        "def short(x):\n    y = x\n    z = y\n    return z",
        f'def long(x):\n    """Do it."""\n{LONG}',
        CLASS,
    ],
)
def test_helpers_that_say_what_they_do_pass(code):
    assert told(style.helpers_are_documented, code) == []


@pytest.mark.parametrize(
    "code",
    [f"def long(x):\n{LONG}", "class Long:\n" + "    a = 1\n" * 4],
)
def test_helpers_that_do_not_are_seen(code):
    (what,) = told(style.helpers_are_documented, code)
    assert "4 lines and no docstring" in what


def steps(*lengths):
    """Return sections with a heading each and so many lines of code."""
    return "".join(
        f"# %%\n# A step\n# ------\n{'x = 1' + chr(10)}" + "x = 1\n" * (length - 4)
        for length in lengths
    )


def test_a_heading_opens_each_step():
    assert told(style.steps_have_headings, steps(40, 12, 40)) == []
    (fault,) = style.steps_have_headings(script(steps(40, 45, 12)))
    assert "45 lines follow without a heading" in fault.what
    assert fault.line == HEAD.count("\n") + 41
    (what,) = told(style.steps_have_headings, "x = 1\n" * 41)
    assert "follow without a heading" in what


def test_a_text_without_a_heading_opens_no_step():
    text = "x = 1\n" * 20 + "# %%\n# Only a text.\n" + "x = 1\n" * 20
    (what,) = told(style.steps_have_headings, text)
    assert "follow without a heading" in what


def test_bands_stand_elsewhere():
    assert told(style.bands_are_elsewhere, "facts = {}") == []
    (what,) = told(style.bands_are_elsewhere, "bands = {'a': 1}\nbands['b'] = 2")
    assert "gallery/bands.toml" in what


LAST = "# %%\n# Numbers and checks\n# ------------------\n"


def test_checks_at_the_end_pass():
    code = f"x = 1\nplt.show()\n\n{LAST}facts = {{'x': x}}\nassert x == 1\n"
    assert told(style.checks_come_last, code) == []
    assert told(style.checks_come_last, "x = 1\n") == []


@pytest.mark.parametrize(
    "code",
    [
        "assert True\nplt.show()\n",
        f"assert True\n\n{LAST}assert True\n",
        f"def one():\n    assert True\n\n\n{LAST}one()\n",
        f"{LAST}assert True\n\n# %%\n# One more\n# --------\n",
    ],
)
def test_an_assertion_before_the_end_is_seen(code):
    (what,) = told(style.checks_come_last, code)
    assert "before the end" in what


def test_a_script_says_what_byhand_and_the_label_of_a_figure_are():
    uses = "from byhand import shapes\nfig.set_label(f'{x}')\n"
    for_package, for_label = style.OWN.values()
    assert told(style.own_means_are_introduced, "x = 1\n") == []
    assert told(style.own_means_are_introduced, for_package + for_label + uses) == []
    (what,) = told(style.own_means_are_introduced, for_package + uses)
    assert "fig.set_label" in what
    (what,) = told(style.own_means_are_introduced, for_label + uses)
    assert "byhand is the book's package" in what
