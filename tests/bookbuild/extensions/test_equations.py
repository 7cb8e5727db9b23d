"""The table that says of every equation how it is known."""

import re

import pytest

from bookbuild.extensions import equations
from tests import minibook

PAGE = """
$$
z = x W + b
$$ (eq-defined)
% definition

$$
a =
g(z)
$$ (eq-quoted)
% quoted: known

$$
P = 41
$$ (eq-checked)

```{code-cell} ipython3
:tags: [remove-cell]
:checks: eq-checked eq-elsewhere

assert 41 == 16 + 20 + 5
```

Inline $x$ and {eq}`eq-checked`.
"""


def test_equations_are_read_with_what_they_declare():
    found = list(equations.equations_of("book/first", PAGE))
    assert [e.label for e in found] == ["eq-defined", "eq-quoted", "eq-checked"]
    assert [e.declared for e in found] == ["definition", "quoted: known", ""]
    assert found[1].latex == "a =\ng(z)"


def test_cells_say_what_they_check():
    (check,) = equations.checks_of("book/first", PAGE)
    assert check.labels == ("eq-checked", "eq-elsewhere")
    assert "assert 41" in check.code


@pytest.mark.slow
def test_the_table_links_every_equation_and_follows_the_pages(tmp_path):
    mini = minibook.make(tmp_path / "mini")
    mini.page("first", text=PAGE.replace(" eq-elsewhere", ""))
    mini.page("second", text="Known.\n\n```{equations}\n```\n\n```{bibliography}\n```")
    status, printed = mini.build()
    assert status == 0, printed
    table = re.search(r"<table.*?</table>", mini.html("second"), re.DOTALL)[0]
    rows = re.findall(r"<tr.*?</tr>", table, re.DOTALL)[1:]
    assert len(rows) == 3
    for row, anchor in zip(rows, ("defined", "quoted", "checked"), strict=True):
        assert f'href="first.html#equation-eq-{anchor}"' in row
        assert 'href="first.html"' in row
    words = [re.sub(r"<.*?>|\s+", " ", row) for row in rows]
    assert "definition" in words[0]
    assert re.search(r"quoted from .*Known", words[1])
    assert re.search(r"checked by a cell of\s+first", words[2])

    mini.page("first", text=PAGE.replace(":checks: eq-checked eq-elsewhere", ""))
    status, printed = mini.build()
    assert status == 0, printed
    assert "checked by a cell" not in mini.html("second")
