"""What counts as a change of what the book is made of."""

import os

import pytest

from bookbuild import inputs

CONFIG = """
execute: {timeout: 120}
sphinx:
  config:
    nb_execution_show_tb: true
    language: en
    sphinx_gallery_conf:
      image_srcset: ["2x"]
      subsection_order: [gallery/a]
"""


@pytest.fixture
def book(tmp_path):
    """A folder with the sources of a book, as far as digests ask for them."""
    for name, text in {
        "_config.yml": CONFIG,
        "_toc.yml": "root: book/index",
        "book/index.md": "# A",
        "book/_static/a.css": "p {}",
        "book/gallery/index.rst": "generated",
        "gallery/a/plot_x.py": "1",
        "src/mini/__init__.py": "A = 1",
        "src/mini/table.csv": "1,2",
        "src/mini/__pycache__/x.pyc": "compiled",
    }.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path


def test_equal_inputs_have_equal_digests(book):
    assert inputs.executed(book) == inputs.executed(book)
    assert inputs.everything(book) == inputs.everything(book)
    assert inputs.build() == inputs.build()


@pytest.mark.parametrize("name", ["src/mini/__init__.py", "src/mini/table.csv"])
def test_any_file_of_the_package_changes_what_was_executed(book, name):
    before = inputs.executed(book)
    (book / name).write_text("other")
    assert inputs.executed(book) != before
    (book / name).unlink()
    assert inputs.executed(book) != before


def test_a_new_name_for_a_file_is_a_change(book):
    before = inputs.executed(book)
    (book / "src/mini/table.csv").rename(book / "src/mini/other.csv")
    assert inputs.executed(book) != before


@pytest.mark.parametrize(
    "name",
    ["book/index.md", "gallery/a/plot_x.py", "_toc.yml", "book/_static/a.css"],
)
def test_a_source_changes_the_book_and_not_what_else_was_executed(book, name):
    executed, everything = inputs.executed(book), inputs.everything(book)
    (book / name).write_text("other")
    assert inputs.executed(book) == executed
    assert inputs.everything(book) != everything


@pytest.mark.parametrize(
    "name",
    ["book/gallery/index.rst", "src/mini/__pycache__/x.pyc", "book/.index.md.swp"],
)
def test_what_is_generated_or_passing_changes_nothing(book, name):
    before = inputs.everything(book)
    (book / name).write_text("other")
    assert inputs.everything(book) == before


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("KERAS_BACKEND", "jax"),
        ("KERAS_FLOATX", "float64"),
        ("OMP_NUM_THREADS", "1"),
        ("ONEDNN_MAX_CPU_ISA", "SSE41"),
        ("NPY_DISABLE_CPU_FEATURES", "AVX2"),
        ("PYTHONHASHSEED", "1"),
        ("XLA_FLAGS", "--x"),
    ],
)
def test_a_variable_that_numbers_depend_on_is_a_change(book, monkeypatch, name, value):
    monkeypatch.delenv(name, raising=False)
    before = inputs.executed(book)
    monkeypatch.setenv(name, value)
    assert inputs.executed(book) != before


def test_any_other_variable_is_none(book, monkeypatch):
    before = inputs.executed(book)
    monkeypatch.setenv("PWD", "/elsewhere")
    assert inputs.executed(book) == before


@pytest.mark.parametrize(
    ("old", "new", "counts"),
    [
        ("timeout: 120", "timeout: 60", True),
        ("show_tb: true", "show_tb: false", True),
        ('["2x"]', '["3x"]', True),
        ("gallery/a", "gallery/b", False),
        ("language: en", "language: de", False),
    ],
)
def test_settings_of_how_cells_run_count_and_others_do_not(book, old, new, counts):
    before = inputs.executed(book)
    assert old in CONFIG
    (book / "_config.yml").write_text(CONFIG.replace(old, new))
    assert (inputs.executed(book) != before) is counts


@pytest.mark.parametrize("text", ["title: [", "[1, 2]", "", "sphinx: {config: null}"])
def test_settings_that_cannot_be_read_are_for_the_build_to_tell(book, text):
    (book / "_config.yml").write_text(text)
    assert inputs.executed(book)


@pytest.mark.parametrize("name", inputs.EXECUTES)
def test_what_runs_before_a_cell_counts_as_what_it_executes(
    book, monkeypatch, tmp_path, name
):
    own = tmp_path / "own"
    for each in inputs.EXECUTES:
        (own / each).parent.mkdir(parents=True, exist_ok=True)
        (own / each).write_bytes((inputs.OWN / each).read_bytes())
    (own / "other.py").write_text("1")
    monkeypatch.setattr(inputs, "OWN", own)
    executed, build = inputs.executed(book), inputs.build()
    (own / "other.py").write_text("2")
    assert inputs.executed(book) == executed
    assert inputs.build() != build
    (own / name).write_text("other")
    assert inputs.executed(book) != executed


def test_an_installed_version_counts(book, monkeypatch, tmp_path):
    site = tmp_path / "site"
    (site / "a-1.0.dist-info").mkdir(parents=True)
    monkeypatch.syspath_prepend(str(site))
    before = inputs.executed(book)
    (site / "a-1.0.dist-info").rename(site / "a-1.1.dist-info")
    assert inputs.executed(book) != before


def test_a_file_that_goes_while_one_looks_is_no_fault(book, monkeypatch):
    listed = [*inputs.sources(book), book / "book/gone.md"]
    monkeypatch.setattr(inputs, "sources", lambda root: iter(listed))
    assert inputs.everything(book)


def test_the_state_of_a_folder_tells_a_change_of_size_or_time(book):
    before = inputs.state_of(book)
    assert inputs.state_of(book) == before
    os.utime(book / "_toc.yml", ns=(1, 1))
    assert inputs.state_of(book) != before
