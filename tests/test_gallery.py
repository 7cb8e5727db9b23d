"""Rules that every example of the gallery keeps, read from its source."""

import ast
import re
from pathlib import Path

import pytest

GALLERY = Path(__file__).parent.parent / "gallery"
SCRIPTS = sorted(GALLERY.rglob("plot_*.py"))
MAY_IMPORT = {"keras", "numpy", "matplotlib", "sklearn", "byhand", "astropy"}


def imported(text):
    found = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            found |= {name.name.split(".")[0] for name in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add(node.module.split(".")[0])
    return found


def test_there_are_scripts():
    assert len(SCRIPTS) >= 2


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.stem)
class TestScript:
    def test_is_short(self, path):
        assert len(path.read_text().splitlines()) <= 90

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

    def test_describes_each_figure_with_computed_numbers(self, path):
        text = path.read_text()
        assert text.count(".set_label(") == text.count("plt.subplots(")
        for label in re.findall(r"\.set_label\((.*?)^\s*\)$|set_label\((.*)\)$", text):
            assert "{" in "".join(label)

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
