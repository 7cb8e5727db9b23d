"""The directive `shapes`: a network on a page, from the lines that build it."""

import pytest

from bookbuild.extensions import shapes


def test_columns_are_checked_as_the_page_is_read():
    assert shapes.words("macs, flops") == ["macs", "flops"]
    assert shapes.words(None) == []
    with pytest.raises(ValueError, match="got speed"):
        shapes.words("macs speed")
