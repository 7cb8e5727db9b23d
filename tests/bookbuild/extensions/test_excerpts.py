"""What the search shows of a text: references, citations, formulas, first words."""

from types import SimpleNamespace

import pytest
from docutils import nodes
from pybtex.database import Entry, Person
from sphinx import addnodes

from bookbuild.extensions import excerpts


def entry(*names, year="2016"):
    people = [Person(last=name) for name in names]
    return Entry("book", fields={"year": year}, persons={"author": people})


@pytest.fixture
def app():
    """A book of one chapter, with a figure, an equation and two sources."""
    labels = {"chap-a": ("book/a", "a", "A title"), "sec-b": ("book/a", "b", "B \x00x")}
    data = SimpleNamespace(
        entries={
            "good2016": entry("Good", "Bengio", "Courville"),
            "ba2015": entry("Ba"),
        }
    )
    domains = {
        "std": SimpleNamespace(
            data={"labels": labels}, anonlabels={"fig-c": ("book/a", "fig-c")}
        ),
        "math": SimpleNamespace(equations={"eq-d": ("book/a", 4)}),
        "cite": SimpleNamespace(bibdata=SimpleNamespace(data=data)),
    }
    numbers = {"figure": {"fig-c": (5, 3)}, "displaymath": {"equation-eq-d": (5, 14)}}
    env = SimpleNamespace(
        get_domain=domains.__getitem__,
        titles={"book/a": nodes.title("", "A title")},
        toc_fignumbers={"book/a": numbers},
    )
    return SimpleNamespace(env=env)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"reftype": "ref", "reftarget": "chap-a"}, "A title"),
        ({"reftype": "doc", "reftarget": "/book/a"}, "A title"),
        ({"reftype": "doc", "reftarget": "a", "refdoc": "book/b"}, "A title"),
        ({"reftype": "doc", "reftarget": "/book/lost"}, ""),
        ({"reftype": "numref", "reftarget": "fig-c"}, "Figure 5.3"),
        ({"reftype": "eq", "reftarget": "eq-d"}, "equation 5.14"),
        ({"reftype": "eq", "reftarget": "eq-lost"}, "equation"),
        (
            {"refdomain": "cite", "reftype": "t", "reftarget": "good2016"},
            "Good et al. (2016)",
        ),
        (
            {"refdomain": "cite", "reftype": "p", "reftarget": "good2016,ba2015"},
            "(Good et al., 2016; Ba, 2016)",
        ),
        ({"refdomain": "cite", "reftype": "p", "reftarget": "lost"}, ""),
    ],
)
def test_a_reference_says_what_its_page_shows(app, given, said):
    mark = excerpts.mark_of(addnodes.pending_xref("", **given))
    assert excerpts.said_by(app, f"See {mark}.") == f"See {said}."


@pytest.mark.parametrize(
    ("latex", "said"),
    [
        ("x", "x"),
        (r"\eta = 0.1", "η = 0.1"),
        ("28 \\times 28", "28 \N{MULTIPLICATION SIGN} 28"),
        ("x^2 - b_1", "x² \N{MINUS SIGN} b₁"),
        (r"W^{(2)}", "…"),
        (r"3\,\%", "3 %"),
        (r"\pd{\ell}{w}", "…"),
        ("47{,}645", "47,645"),
    ],
)
def test_a_formula_is_plain_text_or_left_out_whole(latex, said):
    assert excerpts.formula_of(latex) == said
    text = f"It is \x01{latex}\x01 , because"
    assert excerpts.beginning(text) == f"It is {said}, because"
    assert excerpts.searched(text) == "It is   , because"


def test_a_beginning_ends_with_a_word():
    text = "A network does what its loss rewards, whatever was meant. " * 9
    shown = excerpts.beginning(text)
    assert len(shown) <= excerpts.LENGTH + 1
    assert shown.endswith("…")
    assert text.startswith(shown[:-1])
    assert text[len(shown) - 1] in " ,"
    assert excerpts.beginning("Short.") == "Short."
    assert excerpts.beginning("x" * 300) == "x" * excerpts.LENGTH + "…"


def test_what_a_page_can_be_got_as_is_no_text():
    head = nodes.container(classes=["example-head"])
    assert excerpts.is_beside_the_text(head)
    assert not excerpts.is_beside_the_text(nodes.container())
    assert not excerpts.is_beside_the_text(nodes.Text("example-head"))
