"""A text is replaced by identity."""

from docutils import nodes

from bookbuild.extensions import texts


def test_the_text_that_is_meant_is_replaced():
    same = [nodes.Text("a"), nodes.Text("b"), nodes.Text("a")]
    paragraph = nodes.paragraph("", "", *same)
    texts.replace(same[2], nodes.Text("c"), nodes.strong("", "d"))
    assert paragraph.astext() == "abcd"
    assert [child.parent for child in paragraph.children] == [paragraph] * 4
    texts.replace(same[1])
    assert paragraph.astext() == "acd"
