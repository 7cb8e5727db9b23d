"""What the foot of every page says: the licence, the lecture, the tracker."""

import pytest

from tests import minibook

TRACKER = "https://example.org/reports"


def foot(mini):
    return mini.html("first").partition('<footer class="bd-footer-content">')[2]


@pytest.mark.slow
def test_the_foot_links_the_tracker_where_one_is_set_and_nothing_otherwise(mini):
    mini.write("_toc.yml", minibook.TOC + "  - file: book/errata\n")
    mini.page("errata")
    status, printed = mini.build()
    assert status == 0, printed
    assert "Found an error?" in foot(mini)
    assert 'href="errata.html"' in foot(mini)
    assert "Report it" not in foot(mini)
    assert "Alexandre Boucaud" in foot(mini)

    config = mini.root / "_config.yml"
    text = config.read_text()
    assert 'book_tracker: ""' in text
    config.write_text(text.replace('book_tracker: ""', f"book_tracker: {TRACKER}"))
    status, printed = mini.build()
    assert status == 0, printed
    assert f'href="{TRACKER}"' in foot(mini)
