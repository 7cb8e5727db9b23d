"""Pieces and cells become two notebooks, which run where a reader runs them."""

import json
import re
from dataclasses import replace
from pathlib import Path

import nbformat
import pytest
from nbformat import v4

from bookbuild import places
from bookbuild.notebooks import executed, networks, writing
from bookbuild.notebooks.executed import Source
from bookbuild.notebooks.pieces import Cell, Network, Prose
from bookbuild.notebooks.writing import Chapter
from byhand import shapes
from byhand.shapes.drawing import drawing

CODE = "model = keras.Sequential([keras.Input((3,)), layers.Dense(2)])"


def printed(text):
    return v4.new_output("stream", name="stdout", text=text)


SOURCES = [
    Source(1, 10, "a = 1"),
    Source(3, 20, "assert a == 1", ("remove-cell",), (printed("b\n"),)),
    Source(4, 30, "print(a)", ("hide-input",), (printed("1\n"),)),
    Source(5, 40, "assert a", ("remove-cell",)),
]
PIECES = [
    Prose(1, "# One", is_heading=True),
    Prose(2, "Text."),
    Cell(10, 1, ""),
    Prose(15, "Before."),
    Prose(25, "## Two", is_heading=True),
    Cell(30, 4, "**Figure 1.1.** It."),
    Prose(35, "Last."),
]


@pytest.fixture
def chapter():
    return Chapter(
        name="one",
        title="One",
        book="Mini",
        author="A. Known",
        install="# %pip install mini",
        pieces=PIECES,
        sources=SOURCES,
        pictures={},
    )


def sources_in(notebook):
    return [cell.source for cell in notebook.cells]


def network(**options):
    """What the directive `shapes` shows of a network."""
    space = {"keras": shapes, "layers": shapes.layers}
    exec(CODE, space)  # noqa: S102
    about = {
        "code": CODE,
        "variable": "model",
        "columns": ["macs"],
        "draw": "graph",
        "hidden": False,
    }
    table = space["model"].table(format="html", columns=["macs"])
    drawn = f"<div>{drawing(space['model'], style='graph')}</div>"
    made = Network(12, about, table, drawn, "<details>", "**Figure 1.2.** A network.")
    return replace(made, **options)


def test_cells_stand_where_the_page_has_them_and_assertions_between(chapter):
    cells = writing.notebook_of(chapter).cells
    assert [cell.source for cell in cells] == [
        "# %pip install mini",
        "# One\n\nText.",
        "a = 1",
        "Before.",
        "assert a == 1",
        "## Two",
        "print(a)",
        "**Figure 1.1.** It.",
        "Last.",
        "assert a",
        writing.LICENCE,
    ]
    hidden = [bool(cell.metadata.get("jupyter")) for cell in cells]
    assert [number for number, is_so in enumerate(hidden) if is_so] == [4, 6, 9]
    assert cells[4].metadata["tags"] == ["remove-cell"]
    assert "tags" not in cells[2].metadata


def test_a_heading_stays_with_what_follows_it(chapter):
    headings = [Prose(n, f"# {n}", is_heading=True) for n in (1, 2, 4)]
    pieces = [headings[0], headings[1], Prose(3, "a"), headings[2], Cell(5, 1, "")]
    made = replace(chapter, pieces=pieces, sources=SOURCES[:1])
    assert sources_in(writing.notebook_of(made))[1:-1] == [
        "# 1\n\n# 2\n\na",
        "# 4",
        "a = 1",
    ]


def order(pieces, sources):
    return [
        getattr(one, "index", None) or getattr(one, "text", None)
        for one in writing.in_order(pieces, sources)
    ]


def test_no_line_of_a_page_puts_an_assertion_on_the_wrong_side_of_a_cell():
    first, second = Cell(10, 1, ""), Cell(20, 3, "")
    asserted = Source(2, 15, "", ("remove-cell",))
    assert order([first, second], [asserted]) == [1, 2, 3]
    # Lines that are wrong, or that nobody knows.
    assert order([Prose(99, "a"), first, second], [asserted]) == ["a", 1, 2, 3]
    assert order([first, replace(second, line=0)], [asserted]) == [1, 2, 3]
    assert order([first, Prose(0, "a"), second], [asserted]) == [1, "a", 2, 3]
    assert order([first, Prose(15, "a")], [asserted]) == [1, "a", 2]
    assert order([], [asserted]) == [2]


def test_one_form_has_outputs_and_the_other_has_none(chapter, tmp_path):
    writing.write(chapter, tmp_path)
    folder = tmp_path / places.NOTEBOOKS
    bare, ran = (
        nbformat.read(folder / f"one{ending}.ipynb", as_version=4)
        for ending in ("", places.WITH_OUTPUTS)
    )
    assert sources_in(bare) == sources_in(ran)
    texts = [c.outputs[0].text for c in ran.cells if c.get("outputs")]
    assert texts == ["b\n", "1\n"]
    assert not any(cell.get("outputs") for cell in bare.cells)
    counts = [c.execution_count for c in ran.cells if c.cell_type == "code"]
    assert counts == [None, 1, 2, 3, 4]
    assert not any(cell.get("execution_count") for cell in bare.cells)


def test_the_same_chapter_gives_the_same_bytes(chapter, tmp_path):
    written = []
    for name in "ab":
        writing.write(chapter, tmp_path / name)
        paths = sorted((tmp_path / name).rglob("*.ipynb"))
        written.append([path.read_bytes() for path in paths])
    assert written[0] == written[1]


def test_a_notebook_says_what_it_is_and_under_which_licence(chapter):
    notebook = writing.notebook_of(chapter)
    assert notebook.metadata["kernelspec"]["name"] == "python3"
    assert notebook.metadata["title"] == "One (Mini)"
    assert notebook.metadata["license"] == {
        "text": "CC-BY-SA-4.0",
        "code": "BSD-3-Clause",
    }
    said = notebook.cells[-1].source
    page = (Path(writing.__file__).parent.parent / "templates/licence.html").read_text()
    plain = re.sub(r"\[([^]]+)\]\([^)]+\)", r"\1", said).removeprefix("---\n\n")
    assert plain == re.sub("<[^>]+>", "", page).strip()


def test_a_folder_of_the_building_machine_is_noticed(chapter):
    sources = [*SOURCES[:-1], replace(SOURCES[-1], outputs=(printed("/home/me/a"),))]
    notebook = writing.notebook_of(replace(chapter, sources=sources))
    assert list(writing.private_in(notebook, ["/home/me/", "/opt"])) == ["/home/me/"]


def test_a_picture_of_the_prose_is_within_the_notebook(chapter, tmp_path):
    picture = tmp_path / "a.png"
    picture.write_bytes(b"\x89PNG")
    prose = Prose(1, "![A line.](attachment:a.png)")
    made = replace(chapter, pieces=[prose], sources=[], pictures={"a.png": picture})
    cell = writing.notebook_of(made).cells[1]
    assert cell.attachments == {"a.png": {"image/png": "iVBORw=="}}


def test_a_network_is_a_cell_that_leaves_the_names_of_the_chapter_alone(
    chapter, capsys
):
    pieces = [*PIECES[:3], network(), *PIECES[3:]]
    notebook = writing.notebook_of(replace(chapter, pieces=pieces))
    cell = notebook.cells[3]
    kinds = [kind for output in cell.outputs for kind in output.data]
    assert kinds == ["text/html", "image/svg+xml", "text/html"]
    assert cell.outputs[1].data["image/svg+xml"].startswith("<svg")
    assert notebook.cells[4].source == "**Figure 1.2.** A network."
    space = {"keras": "real", "model": "mine"}
    exec(cell.source, space)  # noqa: S102
    assert (space["keras"], space["model"]) == ("real", "mine")
    assert space["network_1"]().count_params() == 8
    assert capsys.readouterr().out.count("IPython.core.display") >= 2


def test_a_network_shows_what_was_asked_for():
    bare = network(drawing="", formulas="", caption="")
    code = networks.code_of(bare, 2)
    assert "network_2" in code
    assert "SVG" not in code
    assert "explain" not in code
    assert len(list(networks.outputs_of(bare))) == 1


def test_a_cell_needs_nothing_of_what_builds_the_book():
    code = executed.without_glue('import a\nfrom myst_nb import glue\nglue("b", 1)')
    assert "myst_nb" not in code
    space = {}
    exec(code.removeprefix("import a\n"), space)  # noqa: S102
    assert space["glue"]("c", 2, display=False) is None


def test_outputs_are_those_that_a_light_page_shows():
    figure = v4.new_output(
        "display_data",
        data={"image/svg+xml": "<svg/>", "text/plain": "<Figure>"},
        metadata={"image/svg+xml": {"dark": "<svg>dark</svg>"}},
    )
    glued = v4.new_output(
        "display_data", data={"application/papermill.record/text/plain": "1"}
    )
    warned = v4.new_output("stream", name="stderr", text="a log")
    result = v4.new_output("execute_result", data={"text/plain": "3"})
    found = list(executed.shown([figure, glued, warned, printed("a"), result]))
    assert [output.output_type for output in found] == [
        "display_data",
        "stream",
        "display_data",
    ]
    assert "dark" not in json.dumps(found)
