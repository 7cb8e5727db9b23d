"""Rules that every example of the gallery keeps, read from its source."""

import ast
import re
from pathlib import Path

import pytest

from bookbuild.gallery import scripts

GALLERY = Path(__file__).parent.parent / "gallery"
SCRIPTS = sorted(GALLERY.rglob("plot_*.py"))
MAY_IMPORT = {"keras", "numpy", "matplotlib", "sklearn", "byhand", "astropy"}
MAY_IMPORT |= {"pathlib", "tempfile", "time"}  # come with Python


def imported(text):
    found = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            found |= {name.name.split(".")[0] for name in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add(node.module.split(".")[0])
    return found


def labels_of(text):
    """Yield what a script hands to `set_label`."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "set_label":
            yield node.args[0]


def computed(label):
    """Return whether a text holds a number that the script has computed."""
    return any(isinstance(node, ast.FormattedValue) for node in ast.walk(label))


def test_a_label_without_a_computed_number_would_be_seen():
    good, bad = labels_of('fig.set_label(f"least {x:.2f}")\nfig.set_label("least 3")')
    assert computed(good)
    assert not computed(bad)


def test_the_documents_count_the_examples():
    themes = {path.parent for path in SCRIPTS}
    numerals = {7: "seven", 8: "eight", 9: "nine", 10: "ten"}
    said = f"{len(SCRIPTS)} examples in {numerals[len(themes)]} themes"
    for name in ("README.md", "CHANGELOG.md"):
        assert said in (GALLERY.parent / name).read_text(), f"{name}: {said}"


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.stem)
class TestScript:
    def test_needs_what_a_reader_has(self, path):
        assert imported(path.read_text()) <= MAY_IMPORT

    def test_is_keras_three_on_any_backend(self, path):
        text = path.read_text()
        assert not re.search(r"tf\.keras|KERAS_BACKEND|set_backend|os\.environ", text)

    def test_is_seeded_where_it_is_random(self, path):
        text = path.read_text()
        drawn = text.replace("np.random.default_rng(0)", "")  # has its seed
        if re.search(r"\.fit\(|\.random\.", drawn):
            assert "keras.utils.set_random_seed(" in text

    def test_keeps_its_results_in_facts(self, path):
        assert re.search(r"^facts = \{", path.read_text(), re.MULTILINE)

    def test_says_where_it_runs(self, path):
        text = path.read_text()
        names, reason = scripts.runs_on(text)
        assert (set(names) < {"tensorflow", "jax", "torch"}) == ("Runs on:" in text)
        assert bool(reason) == ("Runs on:" in text)

    def test_describes_each_figure_with_computed_numbers(self, path):
        text = path.read_text()
        labels = list(labels_of(text))
        assert len(labels) == text.count("plt.subplots(")
        for label in labels:
            assert computed(label), ast.unparse(label)

    def test_opens_with_a_card_and_ends_with_what_to_try(self, path):
        text = path.read_text()
        title, rule, _, card = ast.get_docstring(ast.parse(text)).split("\n")[:4]
        assert set(rule) == {"="}
        assert len(rule) >= len(title)
        assert card.endswith("?"), "the first sentence asks the question"
        assert "What to try next" in text[-600:]


def test_every_theme_has_a_header():
    for folder in {path.parent for path in SCRIPTS} | {GALLERY}:
        assert (folder / "GALLERY_HEADER.rst").exists()


def test_each_mini_gallery_names_examples_that_are_there():
    book = GALLERY.parent / "book"
    for page in book.glob("*.md"):  # sphinx-gallery passes over the others in silence
        text = page.read_text()
        assert "```{minigallery}" not in text, f"{page.name}: use eval-rst"
        for block in re.findall(r"\.\. minigallery::(.*?)```", text, re.DOTALL):
            names = re.sub(r"^\s*:[a-z-]+:.*$", "", block, flags=re.MULTILINE).split()
            assert names, page.name
            for name in names:
                assert (GALLERY.parent / name).is_file(), f"{page.name}: {name}"


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("", ["tensorflow", "jax", "torch"]),
        ("Runs on: jax (only there)\n", ["jax"]),
        ("Runs on: jax, torch\n", ["jax", "torch"]),
    ],
)
def test_a_script_may_be_for_some_backends_alone(line, names):
    found, reason = scripts.runs_on(f'"""\nTitle\n=====\n\nWhat?\n\n{line}"""\n')
    assert found == names
    assert bool(reason) == bool(line)


@pytest.mark.parametrize("line", ["Runs on: mxnet", "Runs on: JAX", "Runs on:"])
def test_a_backend_that_there_is_not_is_a_fault(line):
    with pytest.raises(scripts.ScriptError, match="the line `Runs on:`"):
        scripts.runs_on(f'"""{line}"""')


def test_the_stated_requirements_are_pinned_and_enough():
    lines = (GALLERY / "requirements.txt").read_text().splitlines()
    stated = [re.match(r"[a-z-]+", line)[0] for line in lines if line[:1] != "#"]
    lock = (GALLERY.parent / "requirements.lock").read_text()
    for name in stated:
        assert re.search(rf"^{name}==", lock, re.MULTILINE), name
    needed = {"keras", "matplotlib", "scikit-learn", "astropy"}  # numpy comes with them
    assert needed < set(stated)
