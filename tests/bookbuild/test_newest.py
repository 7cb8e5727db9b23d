"""The build on the newest versions asks for everything, without limits."""

from bookbuild import inputs, newest
from bookbuild.places import ROOT


def test_names_are_left_of_requirements_and_limits_are_not():
    asked = [
        "sphinx<9,>=7",
        "Sphinx_design",
        "byhand[datasets,keras]",
        "jupyter-book>=1,<2",
        "sphinx>=7.4,<8",
        "pytest; extra == 'testing'",
        "tensorflow>=2.21,<3",
    ]
    assert newest.without_limits(asked) == ["sphinx", "sphinx-design", "tensorflow"]


def test_what_the_book_needs_is_read_from_the_project():
    names = newest.without_limits(newest.asked_by_the_project())
    assert {"numpy", "keras", "matplotlib", "scikit-learn", "sphinx-gallery"} <= {
        *names
    }
    assert "jupyter-book" not in names


def test_the_copy_holds_the_sources_and_nothing_generated(tmp_path, monkeypatch):
    for name in ("_config.yml", "book/a.md", "book/gallery/made.rst", "src/a.py"):
        path = tmp_path / "root" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)
    monkeypatch.setattr(newest, "ROOT", tmp_path / "root")
    newest.copy_sources(tmp_path / "copy")
    copied = {path.name for path in inputs.files_under(tmp_path / "copy")}
    assert copied == {"_config.yml", "a.md", "a.py"}
    assert (ROOT / "_config.yml").exists()
