"""Old addresses lead on, and a missing page says where to go."""

import pytest
import yaml

from bookbuild import places

MOVED = yaml.safe_load((places.ROOT / "book/moved.yml").read_text("utf-8"))
GONE = [page for page, anchors in MOVED.items() if "" in anchors]


@pytest.mark.parametrize("page", GONE)
def test_a_page_that_is_gone_leads_on(show, page):
    shown = show(f"{page}.html")
    shown.wait_for_url(f"**/{MOVED[page]['']}.html")
    assert shown.locator("h1").count() == 1


@pytest.mark.parametrize(
    ("old", "anchor"),
    [
        (
            "book/loss-and-optimizer",
            next(a for a in MOVED["book/loss-and-optimizer"] if a),
        ),
        ("book/training", next(iter(MOVED["book/training"]))),
        ("book/losses", "sec-loss-softmax"),  # on the chapter's third page today
        ("book/losses-2", "sec-loss-weights"),  # on its fourth
        ("book/losses-4", "sec-loss-purpose"),  # on its first
    ],
)
def test_an_old_anchor_leads_on(show, html, old, anchor):
    shown = show(f"{old}.html#{anchor}")
    shown.wait_for_function(
        "document.getElementById(decodeURIComponent(location.hash.slice(1))) !== null"
    )
    assert shown.locator("h1").count() == 1
    assert shown.evaluate("location.hash") != ""


def test_an_anchor_that_nobody_knows_stays_where_it_is(show):
    shown = show("book/losses.html#no-such-place")
    shown.wait_for_timeout(300)
    assert shown.url.endswith("book/losses.html#no-such-place")


def test_a_missing_page_is_answered_at_any_depth(show):
    shown = show("book/gallery/nowhere/at-all.html", complain=False)
    assert "no page here" in shown.locator("h1").inner_text()
    shown.get_by_role("link", name="All chapters").click()
    shown.wait_for_url("**/book/index.html")
