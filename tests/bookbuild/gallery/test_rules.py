"""The rules for examples of the gallery, held to a good script with planted faults."""

import pytest

from bookbuild.checks.sources import Source
from bookbuild.gallery import rules

SCRIPT = '''"""
A line
======

Does a line rise?
Drawn in a moment.
"""

import keras
import matplotlib.pyplot as plt

keras.utils.set_random_seed(0)
model.fit(x, y)
facts = {"height": 1}
fig, ax = plt.subplots()
fig.set_label(f"A line that rises to {facts['height']}.")

# %%
# Figure: A line that rises from the left
# to the right.

# %%
# What to try next: a steeper line.
'''

RULES_OF_A_SCRIPT = [
    rules.scripts_are_python,
    rules.imports_are_at_hand,
    rules.any_backend_serves,
    rules.chance_is_seeded,
    rules.results_are_facts,
    rules.backends_are_stated,
    rules.figures_are_described,
    rules.figures_are_captioned,
    rules.cards_ask,
]


def script(text=SCRIPT):
    return Source("gallery/lines/plot_line.py", text)


def planted(old, new):
    assert old in SCRIPT
    return script(SCRIPT.replace(old, new))


@pytest.mark.parametrize("rule", RULES_OF_A_SCRIPT, ids=lambda rule: rule.__name__)
def test_a_good_script_has_no_fault(rule):
    assert list(rule(script())) == []


def test_a_script_that_python_cannot_read_is_seen():
    (fault,) = rules.scripts_are_python(planted("import keras", "import import"))
    assert str(fault).startswith("gallery/lines/plot_line.py:9: Python cannot read it")


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("import tensorflow as tf", "tensorflow"),
        ("from scipy.ndimage import zoom", "scipy.ndimage"),
        ("def f():\n    import os", "os"),
        ("from . import other", "."),
    ],
)
def test_an_import_that_a_reader_lacks_is_seen(line, name):
    (fault,) = rules.imports_are_at_hand(planted("import keras", line))
    assert f"imports {name}, which" in fault.what


@pytest.mark.parametrize("name", ["tensorflow", "jax", "torch"])
def test_a_backend_may_be_imported_in_a_function_and_nowhere_else(name):
    for line in (f"import {name}", f"from {name} import function"):
        within = planted("import keras", f"def gradients():\n    {line}")
        assert list(rules.imports_are_at_hand(within)) == []
        (fault,) = rules.imports_are_at_hand(planted("import keras", line))
        assert "import a backend in the function that is for it" in fault.what


@pytest.mark.parametrize(
    "code",
    [
        "tf.keras.layers",
        'x["KERAS_BACKEND"] = "jax"',
        'keras.config.set_backend("jax")',
        "os.environ",
    ],
)
def test_what_binds_to_a_backend_is_seen(code):
    (fault,) = rules.any_backend_serves(planted("model.fit(x, y)", code))
    assert "binds it to one backend" in fault.what
    assert fault.line == 13


@pytest.mark.parametrize("code", ["model.fit(x, y)", "np.random.normal()"])
def test_chance_without_a_seed_is_seen(code):
    unseeded = SCRIPT.replace("keras.utils.set_random_seed(0)\n", "")
    (fault,) = rules.chance_is_seeded(script(unseeded.replace("model.fit(x, y)", code)))
    assert "without a seed" in fault.what
    assert fault.line == 12


@pytest.mark.parametrize(
    ("code", "seeded"),
    [
        ("np.random.default_rng(0)", True),
        ("np.random.default_rng(seed)", True),
        ("np.random.default_rng(\n    seed=SEED,\n)", True),
        ("np.random.default_rng()", False),
        ("np.random.default_rng( None )", False),
        ("np.random.default_rng(0); np.random.normal()", False),
        ("np.random.default_rng(0); model.fit(x, y)", False),
    ],
)
def test_a_generator_of_numpy_that_has_its_seed_needs_no_other(code, seeded):
    text = SCRIPT.replace("keras.utils.set_random_seed(0)\n", "")
    drawing = script(text.replace("model.fit(x, y)", code))
    assert (list(rules.chance_is_seeded(drawing)) == []) is seeded


@pytest.mark.parametrize("line", ["results = {}", "facts = dict(a=1)", "  facts = {}"])
def test_a_script_that_keeps_no_results_is_seen(line):
    (fault,) = rules.results_are_facts(planted('facts = {"height": 1}', line))
    assert "keeps no results" in fault.what


@pytest.mark.parametrize(
    ("old", "new", "fragment"),
    [
        ("in a moment.", "in a moment.\nRuns on: mxnet", "names 'mxnet'"),
        ("in a moment.", "in a moment.\nRuns on: JAX", "must be like"),
        ("in a moment.", "Fast.\nRuns on: tensorflow, jax, torch", "every backend"),
        ("# %%", "# Runs on: jax (only there)", "not in the docstring"),
    ],
)
def test_a_wrong_line_on_backends_is_seen(old, new, fragment):
    (fault,) = rules.backends_are_stated(planted(old, new))
    assert fragment in fault.what
    assert fault.line == (7 if old != "# %%" else 18)


CAPTION = "# Figure: A line that rises from the left\n# to the right.\n"


@pytest.mark.parametrize(
    ("old", "new", "line", "fragment"),
    [
        ("# Figure: A", "# A", 15, "has no caption"),
        ("# Figure: A", "# Below.\n#\n# Picture: A", 15, "has no caption"),
        ("# %%\n# Figure", "x = 1\n\n# %%\n# Figure", 15, None),
        ("# %%\n# Figure", "# %%\n# Then\nx = 1\n\n# %%\n# Figure", 15, "no caption"),
        ("fig, ax = plt", "plt.subplots(2)\nfig, ax = plt", 16, "has no caption"),
        (CAPTION, f"{CAPTION}#\n{CAPTION}", 22, "draws no further figure"),
        ("plt.subplots()", "plt.figure()", 19, "draws no further figure"),
        (CAPTION, "# Figure: A line.\n", 19, "no sentence of 30 characters"),
        ("right.\n", "right\n", 19, "is no sentence of"),
    ],
)
def test_a_figure_without_a_caption_and_a_caption_without_a_figure_are_seen(
    old, new, line, fragment
):
    found = list(rules.figures_are_captioned(planted(old, new)))
    assert [fault.line for fault in found[:1]] == [line][: len(found)]
    assert bool(found) == bool(fragment)
    assert all(fragment in fault.what for fault in found[:1])


def test_captions_follow_in_the_order_of_figures():
    again = "plt.subplots(2)\nfig, ax = plt"
    two = planted("fig, ax = plt", again).text.replace(
        CAPTION, f"{CAPTION}#\n{CAPTION}"
    )
    assert list(rules.figures_are_captioned(script(two))) == []
    begins = "# Figure: A line that lies before all.\n"
    assert list(rules.figures_are_captioned(script(f"# %%\n{begins}\n{SCRIPT}")))


def test_a_script_for_one_backend_says_so():
    limited = planted("in a moment.", "in a moment.\nRuns on: jax (only there)")
    assert list(rules.backends_are_stated(limited)) == []


@pytest.mark.parametrize(
    "label",
    [
        '"A line that rises to 1."',
        'f"A line that rises to 1."',
        '"A line that rises to" " 1."',
        "text",
        "",
    ],
)
def test_a_label_without_a_computed_number_is_seen(label):
    computed = "f\"A line that rises to {facts['height']}.\""
    (fault,) = rules.figures_are_described(planted(computed, label))
    assert "holds no computed number" in fault.what
    assert fault.line == 16


def test_a_label_may_be_put_together_and_given_by_name():
    computed = "f\"A line that rises to {facts['height']}.\""
    for label in (f'"A line. " {computed}', f"label={computed}"):
        assert not list(rules.figures_are_described(planted(computed, label)))


def test_a_figure_without_a_text_is_seen():
    two = planted("fig, ax = plt.subplots()", "plt.subplots(), plt.subplots()")
    (fault,) = rules.figures_are_described(two)
    assert "has 2 figures and describes 1" in fault.what


@pytest.mark.parametrize(
    ("old", "new", "fragment"),
    [
        ("======", "-----", "a line of ="),
        ("======", "=====", "a line of ="),
        ("Does a line rise?", "A line rises.", "asks nothing"),
        ("What to try next", "What to do", "what to try"),
        ("# %%\n", "", "what to try"),  # a comment in the code, not a text
        ("a steeper line.\n", "a steeper line.\n\nplt.show()\n", "what to try"),
        ("A line\n======\n\nDoes a line rise?\nDrawn in a moment.", "", "a line of ="),
    ],
)
def test_a_script_without_a_card_or_an_end_is_seen(old, new, fragment):
    (fault,) = rules.cards_ask(planted(old, new))
    assert fragment in fault.what


def test_numbers_and_checks_may_follow_what_to_try():
    end = "# %%\n# Numbers and checks\n# ------------------\nassert True\n"
    assert list(rules.cards_ask(script(f"{SCRIPT}\n{end}"))) == []


THERE = ["gallery/lines/plot_line.py", "gallery/lines/plot_curve.py"]
SHOWN = """Text.

```{eval-rst}
.. minigallery::
    :add-heading: Examples

    gallery/lines/plot_line.py
```
"""


def test_an_example_that_is_shown_and_not_there_is_seen():
    page = Source("book/a.md", SHOWN)
    assert list(rules.minigalleries_are_full(page, THERE)) == []
    gone = Source("book/a.md", SHOWN.replace("plot_line", "plot_gone"))
    (fault,) = rules.minigalleries_are_full(gone, THERE)
    assert str(fault).startswith("book/a.md:4: gallery/lines/plot_gone.py is not there")
    empty = Source("book/a.md", SHOWN.replace(THERE[0], ""))
    (fault,) = rules.minigalleries_are_full(empty, THERE)
    assert "names no example" in fault.what
    mystified = Source("book/a.md", "```{minigallery} byhand\n```\n")
    (fault,) = rules.minigalleries_are_full(mystified, THERE)
    assert "use eval-rst" in fault.what


def test_an_example_that_no_page_shows_is_seen():
    examples = [Source(place, "") for place in THERE]
    pages = [Source("book/a.md", SHOWN), Source("book/b.md", "Nothing.")]
    (fault,) = rules.examples_are_shown(examples, pages)
    assert str(fault).startswith(f"{THERE[1]}:1: no page of the book shows it")
    pages.append(Source("book/c.md", SHOWN.replace(THERE[0], THERE[1])))
    assert list(rules.examples_are_shown(examples, pages)) == []


def test_a_wrong_count_of_examples_is_seen():
    there = [f"gallery/theme-{k % 7}/plot_{k}.py" for k in range(29)]
    good = Source("README.md", "It holds 29\nexamples in seven themes.")
    assert list(rules.examples_are_counted(good, there)) == []
    for places in (there[:-1], [*there, "gallery/other/plot_a.py"]):
        (fault,) = rules.examples_are_counted(good, places)
        assert f"does not say '{len(places)} examples in" in fault.what


REQUIREMENTS = "# What\nkeras>=3.15\nmatplotlib\nscikit-learn\nastropy\nmlxtend\n"
LOCK = "astropy==7\nkeras==3\nmatplotlib==3\nmlxtend==0.25\nscikit-learn==1\n"


def requirements(text, lock=LOCK):
    stated = Source("gallery/requirements.txt", text)
    return list(
        rules.requirements_are_pinned(stated, Source("requirements.lock", lock))
    )


def test_a_requirement_that_is_not_pinned_or_missing_is_seen():
    assert requirements(REQUIREMENTS) == []
    (fault,) = requirements(REQUIREMENTS + "mxnet\n")
    assert str(fault).startswith("gallery/requirements.txt:7: mxnet is not pinned in")
    (fault,) = requirements(REQUIREMENTS, LOCK.replace("keras==3\n", ""))
    assert fault.line == 2
    (fault,) = requirements(REQUIREMENTS.replace("astropy\n", ""))
    assert "astropy is missing" in fault.what
