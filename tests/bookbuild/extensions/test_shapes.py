"""The directive `shapes`: a network on a page, from the lines that build it."""

import re

import pytest

from bookbuild.extensions import shapes
from tests import minibook

LINES = """
```{shapes}
:columns: macs
:draw: graph
:explain:

model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(4)])
```

```{shapes}
:draw:
:hide-code:

x = keras.Input((None, None, 3))
model = keras.Model(x, keras.layers.Conv2D(2, 3, name="secret")(x))
```
"""


def test_columns_are_checked_as_the_page_is_read():
    assert shapes.words("macs, flops") == ["macs", "flops"]
    assert shapes.words(None) == []
    with pytest.raises(ValueError, match="got speed"):
        shapes.words("macs speed")


@pytest.mark.slow
def test_a_page_shows_code_table_drawing_and_formulas(tmp_path):
    mini = minibook.make(tmp_path / "mini")
    mini.page("first", text="Text.\n" + LINES)
    status, printed = mini.build()
    assert status == 0, printed
    page = mini.html("first")
    assert "dense (Dense)" in page
    assert "Total params: 16" in page
    assert re.search(r"<var>c</var> &middot; <var>f</var> \+ <var>f</var>", page)
    assert "(None, H - 2, W - 2, 2)" in page
    assert page.count("<svg") == 2
    ids = re.findall(r'id="((?:title|about)[^"]*)"', page)
    assert len(ids) == len(set(ids)) == 4
    assert "Sequential" in page
    assert "name=&quot;secret&quot;" not in page
