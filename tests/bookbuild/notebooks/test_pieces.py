"""A page is taken apart into prose, cells and networks, in its order."""

import pytest
from docutils import nodes

from bookbuild.notebooks.markdown import Markdown, UnknownNodeError
from bookbuild.notebooks.pieces import Cell, Network, Prose, pieces_of

ABOUT = {"code": "model = 1", "variable": "model", "columns": [], "draw": "graph"}


def at(line, node):
    node.line = line
    return node


def page(*parts):
    title = at(1, nodes.title("", "Losses"))
    made = nodes.document(None, None)
    made += nodes.section("", title, *parts, ids=["losses"])
    return made


def pieces(*parts, **numbers):
    return list(pieces_of(page(*parts), Markdown(numbers)))[1:]


def cell(index, *parts):
    return nodes.container("", *parts, nb_element="cell_code", cell_index=index)


def figure(**attributes):
    caption = nodes.caption("", "It rises.")
    shown = nodes.raw("", "<svg>a</svg>", format="html")
    return nodes.figure("", shown, caption, ids=["fig-one"], **attributes)


def test_sections_and_cells_come_in_order():
    inner = nodes.section("", at(5, nodes.title("", "A")), at(7, cell(4)), ids=["a"])
    found = list(
        pieces_of(page(at(3, nodes.paragraph("", "one")), inner), Markdown({}))
    )
    assert found == [
        Prose(1, "# Losses", is_heading=True),
        Prose(3, "one"),
        Prose(5, "## A", is_heading=True),
        Cell(7, 4, ""),
    ]


def test_a_block_without_a_line_has_that_of_what_it_holds():
    held = nodes.bullet_list("", nodes.list_item("", at(9, nodes.paragraph("", "a"))))
    assert pieces(held) == [Prose(9, "- a")]
    assert pieces(nodes.paragraph("", "a")) == [Prose(0, "a")]


def test_a_cell_has_the_caption_of_its_figure():
    found = pieces(at(2, cell(1, figure())), **{"fig-one": "7.3"})
    assert found == [Cell(2, 1, "**Figure 7.3.** It rises.")]


def test_a_network_has_all_that_shows_it():
    code = nodes.literal_block("", "model = 1", of_network=True)
    table = at(4, nodes.raw("", "<table>", format="html", network=ABOUT))
    more = nodes.raw("", "<details>", format="html", of_network=True)
    after = nodes.paragraph("", "after")
    found = pieces(code, table, figure(of_network=True), more, after)
    assert found == [
        Network(4, ABOUT, "<table>", "<svg>a</svg>", "<details>", "It rises."),
        Prose(0, "after"),
    ]
    alone = pieces(table.deepcopy(), nodes.raw("", "<b>", format="html"))
    assert alone == [Network(4, ABOUT, "<table>", "", "", "")]


def test_a_cell_within_something_else_is_refused():
    with pytest.raises(UnknownNodeError, match="<container>"):
        pieces(nodes.block_quote("", cell(1)))


def test_a_card_of_the_gallery_is_an_item_of_a_list():
    def raw(html):
        return nodes.raw("", html, format="html")

    found = pieces(
        raw('<div class="sphx-glr-thumbcontainer">'),
        nodes.image(uri="a.png", alt=""),
        nodes.paragraph("", "", nodes.reference("", "Curves", refuri="a.html")),
        raw('<div class="card-question">Is a &lt; b?</div></div>'),
        nodes.paragraph("", "after"),
    )
    assert found == [Prose(0, "- Curves: Is a &lt; b?"), Prose(0, "after")]
