"""Parts of the reference begin with the names that they explain."""

import pytest

from tests.plainbook import PlainBook

CONFIGURATION = """
from bookbuild.extensions import names

html_theme = "basic"


def setup(app):
    names.connect(app)
"""
OBJECTS = """
.. py:function:: a.b.one(x)

   Add one to x. It fails if x is a text.

.. py:class:: a.b.Two

   A number
   of two lines.

   .. py:method:: part

      Return a part.

"""
THIRD = """
.. py:function:: a.b.three()
"""


@pytest.mark.parametrize(("objects", "count"), [(OBJECTS, 0), (OBJECTS + THIRD, 1)])
def test_a_section_of_three_objects_or_more_has_a_table(tmp_path, objects, count):
    book = PlainBook(tmp_path / "book", CONFIGURATION)
    book.write("index.rst", f"Book\n====\n\nPart\n----\n\nIt begins.\n{objects}")
    assert book.build() == ""
    page = book.page("index")
    tables = page.select("table.names")
    assert len(tables) == count
    for table in tables:
        rows = [
            [cell.get_text().strip() for cell in row.select("td")]
            for row in table.select("tbody tr")
        ]
        assert rows == [
            ["one", "Add one to x."],
            ["Two", "A number of two lines."],
            ["three", ""],
        ]
        links = [link["href"] for link in table.select("a")]
        assert links == ["#a.b.one", "#a.b.Two", "#a.b.three"]
        assert all(page.find(id=link[1:]) for link in links)
        assert table.find_previous(string="It begins.")
