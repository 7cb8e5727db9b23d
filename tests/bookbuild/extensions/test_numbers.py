"""Numbers in tables: right, with minus signs, and dashes where there are none."""

from tests.plainbook import PlainBook

CONFIGURATION = """
from bookbuild.extensions import maths, numbers

extensions = ["myst_parser"]
myst_enable_extensions = ["dollarmath"]
html_math_renderer = "katex"
html_theme = "basic"


def setup(app):
    maths.connect(app)
    numbers.connect(app)
"""

TABLE = """# Tables

| step | change | words | share | code | formula |
|---|---|---|---|---|---|
| 1 | -0.5 | 2 of 3 | 12 % | `-1` | $-1$ |
| 2 | 1,024 ± 3 | well-known 3 | 7.5% | `2` | $12{,}345$ |
| 3 | 1e-5 | | | `3` | |
"""
MINUS = "\N{MINUS SIGN}"


def test_columns_of_numbers_are_set(tmp_path):
    book = PlainBook(tmp_path, CONFIGURATION)
    book.write("index.md", TABLE)
    assert book.build() == ""
    rows = book.page("index").select("tr")
    cells = [row.select("th, td") for row in rows]
    right = [["number" in one.get("class", []) for one in row] for row in cells]
    assert right == [[False, True, False, True, False, True]] * 4
    texts = [[one.get_text().strip() for one in row] for row in cells[1:]]
    assert [row[1] for row in texts] == [f"{MINUS}0.5", "1,024 ± 3", f"1e{MINUS}5"]
    assert [row[2] for row in texts] == ["2 of 3", "well-known 3", ""]
    assert [row[3] for row in texts] == ["12 %", "7.5%", "\N{EN DASH}"]
    assert texts[0][4] == "-1"
    assert texts[2][5] == "\N{EN DASH}"


def test_a_table_whose_cells_span_is_left_alone(tmp_path):
    book = PlainBook(tmp_path, CONFIGURATION)
    table = "+---+---+\n| a | 1 |\n+---+---+\n| b     |\n+---+---+\n"
    book.write("index.md", f"# Tables\n\n```{{eval-rst}}\n{table}```\n")
    assert book.build() == ""
    assert book.page("index").select("td.number") == []
